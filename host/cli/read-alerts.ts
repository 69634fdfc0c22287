// The alerts of `stray read --rules`: rules loaded into the classifier, alerts printed as they come.
// Apart from the flow records, which are read without rules too.
// Always holds: rules that are refused are told before anything is read; alerts come in the order of their packets.

import { closeSync, openSync, statSync } from "node:fs";
import type { Alert } from "../alert/alert.js";
import { AlertRing, drainAlerts } from "../alert/alert-ring.js";
import { FastFormat, shortTime } from "../alert/fast-format.js";
import { FullFormat } from "../alert/full-format.js";
import { isRuleVariable } from "../config/names.js";
import { printable, StrayError, systemCode } from "../errors.js";
import { EveAlert } from "../export/eve-alert.js";
import { timeFormatter } from "../print/time-format.js";
import { installRules } from "../rules/install.js";
import { type LoadedRules, loadRules } from "../rules/load.js";
import { problemText } from "../rules/problem-text.js";
import type { Limits } from "../wasm/config.js";
import type { Sensor } from "../wasm/module.js";
import { OutputWriter } from "./output/writer.js";
import type { RawReadOptions } from "./read-command.js";

/** @throws StrayError USAGE, and what loadRules() throws. Undefined without --rules. */
export function rulesOf(raw: RawReadOptions, limits: Limits): LoadedRules | undefined {
  const { rules: files, var: variables } = raw;
  if (files.length === 0) {
    const option =
      variables.length > 0
        ? "--var"
        : raw.alerts !== undefined
          ? "--alerts"
          : raw.alertFile !== undefined
            ? "--alert-file"
            : "";
    if (option !== "") throw new StrayError("USAGE", `${option} goes with --rules: name a file of rules`, 2);
    return undefined;
  }
  const wrong = variables.find((text) => !isRuleVariable(text));
  if (wrong !== undefined) {
    throw new StrayError("USAGE", `--var: expected NAME=VALUE, found "${printable(wrong)}"`, 2);
  }
  const loaded = loadRules({ files, variables, limitBytes: limits.rulesLimit });
  for (const problem of loaded.problems) process.stderr.write(`stray: ${printable(problemText(problem))}\n`);
  return loaded;
}

/** @throws StrayError USAGE when the file that is to be written is one of those that are read: it would be emptied. */
export function refuseOverwriting(
  path: string | undefined,
  files: readonly string[],
  option = "--alert-file",
): void {
  if (path === undefined) return;
  const identity = (file: string): string | undefined => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found?.isFile() ? `${found.dev} ${found.ino}` : undefined;
  };
  const target = identity(path);
  if (target === undefined || !files.some((file) => identity(file) === target)) return;
  throw new StrayError("USAGE", printable(`${option}: ${path} is a file that is read: name another`), 2);
}

export class AlertReader {
  printed = 0;
  private readonly ring: AlertRing;
  private readonly text: (alert: Alert) => string;
  private readonly writer: OutputWriter;
  private fd: number | undefined;

  /** `path`: a file for the alerts, undefined for `stdout`. @throws StrayError when it can't be written. */
  constructor(
    sensor: Sensor,
    { compiled }: LoadedRules,
    form: string,
    path: string | undefined,
    stdout: OutputWriter,
    private readonly isPrompt: boolean,
  ) {
    this.fd = path === undefined ? undefined : openForWriting(path);
    this.writer = this.fd === undefined ? stdout : new OutputWriter(this.fd);
    installRules(sensor.memory, compiled.image);
    sensor.exports.takeRules();
    this.ring = new AlertRing(sensor.memory, (_generation, index) => compiled.rules[index]);
    this.text = formatOf(form);
  }

  /** Prints what waits. */
  drain(): void {
    const taken = drainAlerts(this.ring, this.ring.capacity, (alert) => {
      if (!alert.isTold) return;
      this.printed++;
      this.writer.line(this.text(alert));
    });
    if (taken > 0 && this.isPrompt) this.writer.flush();
  }

  /** Writes out what is held. */
  end(): void {
    this.drain();
    this.writer.flush();
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

function openForWriting(path: string): number {
  try {
    return openSync(path, "w", 0o640);
  } catch (cause) {
    const reason = systemCode(cause) ?? String(cause);
    throw new StrayError("OUTPUT_FAILED", printable(`${path}: it can't be written (${reason})`), 2, {
      cause,
    });
  }
}

function formatOf(form: string): (alert: Alert) => string {
  if (form === "json") {
    const eve = new EveAlert({ sensorName: "", interfaceName: () => undefined });
    return (alert) => `${eve.text(alert, 0)}\n`;
  }
  const time = timeFormatter(shortTime(false));
  if (form === "fast") {
    const fast = new FastFormat({ time });
    return (alert) => fast.text(alert);
  }
  const full = new FullFormat({ style: form === "full-ids" ? "snort" : "letter", time });
  return (alert) => full.text(alert);
}
