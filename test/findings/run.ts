// npm run findings -- [--each] [--finding NAME] [--sources] [--except TEXT]... [--home NET]... [--json] FILE|FOLDER...
// Reads captures with everything on that finds something, and tells which findings fire where: on captures of everyday
// use each one that fires is to be looked at. Apart from the rest because this is where options and the exit code are.
// Always holds: exit 0 when captures were read, damaged ones too; 2 when none could be, or with wrong options.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { printable, StrayError, systemCode } from "../../host/errors.js";
import { FINDING_NAMES, type FindingName } from "../../host/record/findings.js";
import { networkBytes } from "../../host/wasm/homes.js";
import { type CaptureFile, capturesOf } from "../support/capture-files.js";
import { type ListedFlow, listedFlows, listedText } from "./listed-flow.js";
import { type ListedSource, listedSources, sourceText } from "./listed-source.js";
import { type CaptureFindings, FindingsReader } from "./read-capture.js";
import { problemsText, totalsText } from "./report.js";
import { type Totals, total } from "./totals.js";

const HELP = `usage: npm run findings -- [options] FILE|FOLDER...

Reads captures with detection, inspection and the starter rules on, and counts which findings fire.

  --each            a line for each flow with a finding that accuses: capture, first frame, ends, flags, packets,
                    findings (and rules), the likeliest cause of the flow and of its source, a filter for tshark -Y
  --finding NAME    with --each only flows with this finding, whether it accuses or not
  --sources         a line for each source with a named cause but pickup: capture, address, flows, cause, evidence
  --except TEXT     leave out captures that have this in their name (several)
  --home NET        a network that is ours, in CIDR form (several): what in it never speaks is dark; none is guessed
  --problems        also tell what is wrong with damaged captures
  --json            one object: totals, captures, with --each their flows
  --help            this text

  npm run findings -- ~/captures
  npm run findings -- --each --finding overlap-conflict --except fuzz ~/captures
`;

export interface Options {
  readonly paths: readonly string[];
  readonly each: boolean;
  readonly finding: FindingName | undefined;
  readonly sources: boolean;
  readonly except: readonly string[];
  readonly home: readonly string[];
  readonly problems: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws StrayError USAGE. */
export function optionsOf(args: readonly string[]): Options {
  const { values, positionals } = parsed(args);
  const { finding, home } = values;
  if (finding !== undefined && !isFinding(finding)) {
    throw usage(`--finding: expected one of ${FINDING_NAMES.join(", ")}; found "${printable(finding)}"`);
  }
  if (finding !== undefined && !values.each)
    throw usage("--finding chooses among the flows of --each: give both");
  const wrong = home.find((network) => networkBytes(network) === undefined);
  if (wrong !== undefined)
    throw usage(`--home: expected a network as 192.0.2.0/24, found "${printable(wrong)}"`);
  if (positionals.length === 0 && !values.help) throw usage("name captures, or folders of captures");
  return { ...values, finding, paths: positionals };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        each: { type: "boolean", default: false },
        finding: { type: "string" },
        sources: { type: "boolean", default: false },
        except: { type: "string", multiple: true, default: [] },
        home: { type: "string", multiple: true, default: [] },
        problems: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (cause) {
    throw usage(printable((cause as Error).message), { cause });
  }
}

function isFinding(name: string): name is FindingName {
  return (FINDING_NAMES as readonly string[]).includes(name);
}

function usage(message: string, options?: ErrorOptions): StrayError {
  return new StrayError("USAGE", message, 2, options);
}

export interface Report {
  readonly totals: Totals;
  readonly captures: readonly CaptureFindings[];
  /** With --each. */
  readonly each: readonly ListedFlow[];
  /** With --sources. */
  readonly sources: readonly ListedSource[];
}

/** Reads every capture. @throws StrayError when a path is not there. */
export async function findingsOf(options: Options): Promise<Report> {
  const files = (await filesOf(options.paths)).filter(
    ({ name }) => !options.except.some((text) => name.includes(text)),
  );
  const reader = new FindingsReader(options.home);
  const captures: CaptureFindings[] = [];
  for (const file of files) captures.push(await reader.read(file));
  const each = options.each ? captures.flatMap((capture) => listedFlows(capture, options.finding)) : [];
  const sources = options.sources ? captures.flatMap(listedSources) : [];
  return { totals: total(captures, reader.ruleTexts), captures, each, sources };
}

async function filesOf(paths: readonly string[]): Promise<CaptureFile[]> {
  try {
    return await capturesOf(paths);
  } catch (cause) {
    const path = (cause as NodeJS.ErrnoException).path ?? "a path";
    const message = `${path} can't be read (${systemCode(cause) ?? String(cause)})`;
    throw new StrayError("INPUT_MISSING", printable(message), 2, { cause });
  }
}

/** As it is printed. */
export function reportText({ totals, captures, each, sources }: Report, options: Options): string {
  const parts = [
    each.map(listedText).join("\n"),
    sources.map(sourceText).join("\n"),
    totalsText(totals),
    options.problems ? problemsText(captures) : "",
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

export function reportJson({ totals, captures, each, sources }: Report, options: Options): string {
  const told = captures.map(({ name, packets, flows, problem }) => ({
    name,
    packets,
    flows: flows.length,
    findings: countsOf(flows.flatMap(({ facts }) => facts.findings)),
    ...(problem === undefined ? {} : { problem }),
  }));
  return JSON.stringify({
    totals,
    captures: told,
    ...(options.each ? { each } : {}),
    ...(options.sources ? { sources } : {}),
  });
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The exit code; `print` gets what goes to standard output, `complain` what goes to standard error. */
export async function run(
  args: readonly string[],
  print: (text: string) => void,
  complain: (text: string) => void,
): Promise<number> {
  try {
    const options = optionsOf(args);
    if (options.help) {
      print(HELP);
      return 0;
    }
    const report = await findingsOf(options);
    print(`${options.json ? reportJson(report, options) : reportText(report, options)}\n`);
    if (report.totals.captures > 0) return 0;
    complain("findings: no capture could be read\n");
    return 2;
  } catch (error) {
    if (!(error instanceof StrayError)) throw error;
    complain(`findings: ${error.message}\n`);
    return error.exitCode;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await run(
    process.argv.slice(2),
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  );
}
