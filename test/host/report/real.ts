// Reports of real captures, as `stray report` makes them, for tests of the forms.
// Apart because page and IODEF are tried with the same ones.
// Always holds: made in UTC, whatever TZ says; the captures are removed again.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { letterCapture } from "../../../examples/letter.js";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import type { Scenario } from "../../../examples/scenarios/types.js";
import { lookAtInputs } from "../../../host/capture/inputs.js";
import { makeCaptureReport } from "../../../host/report/captures.js";
import type { Report } from "../../../host/report/model.js";
import { loadRules } from "../../../host/rules/load.js";
import { DEFAULT_PROFILE, profileLimits } from "../../../host/wasm/profiles.js";

const LETTER_RULES = fileURLToPath(new URL("../../../examples/letter.rules", import.meta.url));

export interface RealOptions {
  readonly rules?: string;
  readonly home?: readonly string[];
  readonly unused?: readonly string[];
}

export async function letterReport(): Promise<Report> {
  return reportOfCapture("letter.pcap", letterCapture(), {
    rules: LETTER_RULES,
    home: ["130.216.0.0/16"],
    unused: ["130.216.236.45"],
  });
}

export async function scenarioReport(scenario: Scenario, name: string): Promise<Report> {
  const capture = pcapBytes({ snapLength: 65535 }, (writer) => {
    for (const { timeNs, frame } of scenario.frames) writer.write(timeNs, frame);
  });
  return reportOfCapture(`${name}.pcap`, capture, { home: scenario.home, rules: "starter" });
}

export async function reportOfCapture(
  name: string,
  capture: Uint8Array,
  { rules, home = [], unused = [] }: RealOptions = {},
): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "stray-report-"));
  const { TZ: zone } = process.env;
  Object.assign(process.env, { TZ: "UTC" });
  try {
    const file = join(folder, name);
    writeFileSync(file, capture);
    const limits = profileLimits(DEFAULT_PROFILE);
    const inputs = await lookAtInputs([file]);
    if (inputs.kind !== "packets") throw new Error(`${name} is no capture`);
    const { report } = await makeCaptureReport({
      files: [file],
      open: inputs.open,
      limits,
      profile: DEFAULT_PROFILE,
      rules:
        rules === undefined
          ? undefined
          : loadRules({ files: [rules], variables: [], home, limitBytes: limits.rulesLimit }),
      rulesName: rules ?? "none",
      home,
      unused,
      most: 10,
      zone: "UTC",
      nowMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    });
    await inputs.close();
    return report;
  } finally {
    if (zone === undefined) Reflect.deleteProperty(process.env, "TZ");
    else Object.assign(process.env, { TZ: zone });
    rmSync(folder, { recursive: true, force: true });
  }
}
