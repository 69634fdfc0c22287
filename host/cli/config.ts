// The work of `stray config`: a file in, its problems or its effect out.
// Apart from the options because it loads the configuration's machinery, which they need not.
// Always holds: problems and warnings go to standard error, what was asked for to standard output; with --json
// both are in the one object on standard output.

import { readSync } from "node:fs";
import { defaultConfigText } from "../config/default-text.js";
import { foundText } from "../config/expected.js";
import { defaultConfig, type LoadedConfig, loadConfig, parseConfig } from "../config/load.js";
import { CONFIG_PATH } from "../config/paths.js";
import { ConfigError, type ConfigProblem, problemLine } from "../config/problem.js";
import { type KeyPath, keyText } from "../config/schema-types.js";
import { covered } from "../config/secrets.js";
import { TEXT_BYTES_MAX } from "../config/source.js";
import { changedKeys, configText } from "../config/text.js";
import { StrayError, systemCode } from "../errors.js";
import type { RawCheckOptions, RawShowOptions } from "./config-command.js";
import { OutputClosed, OutputWriter } from "./output/writer.js";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
/** What --defaults has for the one key without a default. */
const EXAMPLE_INTERFACES = ["eth0"];

export async function runCheck(file: string, options: RawCheckOptions): Promise<number> {
  const outcome = await checkFilter(await load(file));
  const isValid = !(outcome instanceof ConfigError);
  const warnings = isValid ? outcome.warnings : [];
  if (options.json) {
    const problems = isValid ? [] : outcome.problems.map(problemJson);
    const total = isValid ? 0 : outcome.total;
    print(STDOUT, [JSON.stringify({ file: nameOf(file), valid: isValid, problems, total, warnings })]);
  } else if (isValid) {
    print(STDERR, warningLines(outcome));
    print(STDOUT, [`${nameOf(file)}: valid${warnings.length === 0 ? "" : `, ${countOf(warnings.length)}`}`]);
  } else {
    print(
      STDERR,
      outcome.lines.map((line) => `stray: ${line}`),
    );
  }
  if (!isValid) return outcome.exitCode;
  return options.strict && warnings.length > 0 ? 1 : 0;
}

export async function runShow(file: string | undefined, options: RawShowOptions): Promise<number> {
  if (options.defaults && (options.changed || file !== undefined)) {
    throw new StrayError("USAGE", "--defaults shows no file: leave the file and --changed away", 2);
  }
  const outcome = options.defaults ? defaults() : await load(file ?? CONFIG_PATH);
  if (outcome instanceof ConfigError) {
    print(
      STDERR,
      outcome.lines.map((line) => `stray: ${line}`),
    );
    return outcome.exitCode;
  }
  const { path } = outcome;
  const config = covered(outcome.config);
  print(STDERR, warningLines(outcome));
  if (options.json) {
    const whole = { file: options.defaults ? null : path, changed: changedKeys(config), config };
    print(STDOUT, [JSON.stringify(whole, (_key, value: unknown) => (value === undefined ? null : value))]);
  } else {
    const text = configText(config, { withDefaults: !options.changed, withMarks: true });
    print(STDOUT, [text.trimEnd()]);
  }
  return 0;
}

export function runDefault(): number {
  print(STDOUT, [defaultConfigText().trimEnd()]);
  return 0;
}

/** What is wrong is an outcome here; what can't be read at all is thrown. */
async function load(file: string): Promise<LoadedConfig | ConfigError> {
  try {
    return file === "-" ? parseConfig(standardInput(), nameOf(file)) : await loadConfig(file);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** Asks tcpdump about the capture filter, as strayd does when it starts. */
async function checkFilter(outcome: LoadedConfig | ConfigError): Promise<LoadedConfig | ConfigError> {
  if (outcome instanceof ConfigError) return outcome;
  const { path, warnings, config } = outcome;
  const { filter, interfaces } = config.capture;
  if (filter === "") return outcome;
  const { compileCaptureFilter } = await import("../capture/live/bpf.js");
  try {
    compileCaptureFilter(filter, interfaces[0] ?? "", { checkOnly: true });
    return outcome;
  } catch (error) {
    if (!(error instanceof StrayError)) throw error;
    if (error.code !== "FILTER_INVALID") {
      return { ...outcome, warnings: [...warnings, `capture.filter: not checked: ${error.message}`] };
    }
    const key: KeyPath = ["capture", "filter"];
    const expected = "a filter in the language of pcap-filter(7)";
    const hint = error.message.split("pcap-filter(7): ").at(-1);
    const [source, place, found] = [path, outcome.placeOf(key), foundText(filter)];
    return new ConfigError([{ source, place, key: keyText(key), expected, found, hint }]);
  }
}

function defaults(): Pick<LoadedConfig, "config" | "warnings" | "path"> {
  return { config: defaultConfig(EXAMPLE_INTERFACES), warnings: [], path: "" };
}

/** One byte more than a configuration may have tells that it is too long. */
function standardInput(): Uint8Array {
  const bytes = Buffer.alloc(TEXT_BYTES_MAX + 1);
  let length = 0;
  try {
    for (let read = 1; read > 0 && length < bytes.length; length += read) {
      read = readSync(STDIN, bytes, length, bytes.length - length, null);
    }
  } catch (cause) {
    const reason = systemCode(cause) ?? String(cause);
    throw new StrayError("CONFIG_UNREADABLE", `standard input can't be read: ${reason}`, 2, { cause });
  }
  return bytes.subarray(0, length);
}

function nameOf(file: string): string {
  return file === "-" ? "standard input" : file;
}

function problemJson(problem: ConfigProblem): object {
  const { place, key, expected, found, hint } = problem;
  const { line = null, column = null } = place ?? {};
  return { line, column, key, expected, found, hint: hint ?? null, message: problemLine(problem) };
}

function warningLines({ path, warnings }: Pick<LoadedConfig, "path" | "warnings">): string[] {
  return warnings.map((warning) => `stray: warning: ${path}: ${warning}`);
}

function countOf(warnings: number): string {
  return warnings === 1 ? "1 warning" : `${warnings} warnings`;
}

function print(fd: number, lines: readonly string[]): void {
  const writer = new OutputWriter(fd);
  try {
    for (const line of lines) writer.line(`${line}\n`);
    writer.flush();
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}
