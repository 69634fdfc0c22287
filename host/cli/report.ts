// The work of `stray report`: captures in, the letter out.
// Apart from its options, which are declared without loading any of this.
// Always holds: usage errors and an output that can't be written are told before anything is read; problems of captures
// are one line each on standard error, and the report is of what was read.

import { lookAtInputs } from "../capture/inputs.js";
import { isRuleVariable } from "../config/names.js";
import { STARTER_RULES } from "../config/paths.js";
import { printable, StrayError } from "../errors.js";
import { makeCaptureReport } from "../report/captures.js";
import { reportZone } from "../report/clock.js";
import { type LoadedRules, loadRules } from "../rules/load.js";
import { problemText } from "../rules/problem-text.js";
import { profileLimits } from "../wasm/profiles.js";
import { startProgress } from "./output/progress.js";
import { ReportOutput } from "./output/report-output.js";
import { exitCode } from "./read.js";
import { refuseOverwriting } from "./read-alerts.js";
import type { ReportOptions } from "./report-command.js";

const NO_RULES = "none";

export async function runReport(files: readonly string[], options: ReportOptions): Promise<number> {
  const { home, unused, most, source, profile, output } = options;
  if (files.filter((file) => file === "-").length > 1)
    throw usage("standard input (-) can be read only once");
  const names = options.rules.length === 0 ? [STARTER_RULES] : options.rules;
  const limits = profileLimits(profile);
  const zone = reportZone();
  const rules = rulesOf(names, options, limits.rulesLimit);
  refuseOverwriting(output, [...files, ...names], "-o");
  const out = new ReportOutput(options);
  const inputs = await lookAtInputs(files);
  try {
    if (inputs.kind === "flows") {
      throw usage("a report looks into packets: these files have flow records (IPFIX)");
    }
    const progress = startProgress(process.stderr.isTTY === true);
    const homeNet = options.var.find((text) => text.startsWith("HOME_NET="))?.slice("HOME_NET=".length);
    const { report, problems, warnings } = await makeCaptureReport({
      files,
      open: inputs.open,
      limits,
      profile,
      rules,
      rulesName: rules === undefined ? NO_RULES : names.join(", "),
      home,
      unused,
      homeNet,
      most,
      source,
      zone,
      nowMs: Date.now(),
      onProgress: progress?.update,
    }).finally(() => progress?.stop());
    for (const warning of warnings) process.stderr.write(`stray: warning: ${warning}\n`);
    for (const problem of problems) process.stderr.write(`stray: ${problem.message}\n`);
    const code = exitCode(problems, files.length);
    // Of nothing there is nothing to report.
    if (code !== 2) await out.write(report);
    return code;
  } finally {
    await inputs.close();
  }
}

function rulesOf(
  names: readonly string[],
  { var: variables, home }: ReportOptions,
  limitBytes: number,
): LoadedRules | undefined {
  const wrong = variables.find((text) => !isRuleVariable(text));
  if (wrong !== undefined) throw usage(`--var: expected NAME=VALUE, found "${printable(wrong)}"`);
  if (names.includes(NO_RULES)) {
    if (names.length > 1) throw usage(`--rules ${NO_RULES} goes with no other rules`);
    if (variables.length > 0) throw usage("--var goes with rules: there are none");
    return undefined;
  }
  const loaded = loadRules({ files: names, variables, home, limitBytes });
  for (const problem of loaded.problems) process.stderr.write(`stray: ${printable(problemText(problem))}\n`);
  return loaded;
}

function usage(message: string): StrayError {
  return new StrayError("USAGE", message, 2);
}
