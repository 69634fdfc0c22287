// The letter as a sensor keeps it: its incident in a database, its alerts' packets as evidence.
// Apart because reports of incidents, and the command that writes them, begin with it.
// Always holds: the incident is made by the sensor's own engine, the evidence by its own sink.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { letterCapture } from "../../../examples/letter.js";
import { EvidenceStore } from "../../../host/alert/evidence-store.js";
import { openSource } from "../../../host/capture/source.js";
import type { FlowRecord } from "../../../host/record/flow-record.js";
import { readOnce } from "../../../host/report/gather/pass.js";
import { loadRules } from "../../../host/rules/load.js";
import { profileLimits } from "../../../host/wasm/profiles.js";
import { LETTER_RULES } from "../../support/report.js";
import { later, Rig } from "../incident/rig.js";

export interface KeptLetter {
  readonly rig: Rig;
  readonly evidenceFolder: string;
}

export async function keepLetter(): Promise<KeptLetter> {
  const folder = mkdtempSync(join(tmpdir(), "stray-kept-letter-"));
  later(() => rmSync(folder, { recursive: true, force: true }));
  const capture = join(folder, "letter.pcap");
  const evidenceFolder = join(folder, "evidence");
  mkdirSync(evidenceFolder);
  writeFileSync(capture, letterCapture());
  const limits = { ...profileLimits("small"), inspect: true, detect: true, alertRate: 0 };
  const rules = loadRules({ files: [LETTER_RULES], limitBytes: limits.rulesLimit }).compiled;
  const input = { files: [capture], open: openSource, homes: [] };

  const evidence = new EvidenceStore({
    directory: evidenceFolder,
    rotateBytes: 1 << 20,
    rotateMs: 3_600_000,
    quotaBytes: 1 << 30,
    interfaceName: () => "eth0",
    log: () => undefined,
  });
  await readOnce(input, { limits, rules, onAlert: (alert) => evidence.write(alert, 0) });
  await evidence.close();

  const evidenceFile = (): string | undefined => readdirSync(evidenceFolder)[0];
  const inForce = () => ({ config: "c0ffee", rules: "f00d" });
  const rig = new Rig(join(folder, "incidents"), { evidenceFile, inForce });
  await readOnce(input, {
    limits,
    rules,
    onRecord: (record: FlowRecord) => rig.engine.records.write(record, 0),
    onAlert: (alert) => rig.engine.alerts.write(alert, 0),
  });
  rig.all();
  return { rig, evidenceFolder };
}
