// A report of frames, as `stray report` makes it of a capture.
// Apart because tests of every form begin with it. Always holds: times are UTC; the time it was made is MADE_MS; the
// capture is gone when the report is there.

import "./utc.js";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TimedFrame } from "../../examples/letter.js";
import { pcapBytes } from "../../examples/pcap-writer.js";
import { openSource } from "../../host/capture/source.js";
import { type CaptureReportOptions, makeCaptureReport } from "../../host/report/captures.js";
import type { Report } from "../../host/report/model.js";
import { loadRules } from "../../host/rules/load.js";
import { profileLimits } from "../../host/wasm/profiles.js";

export const MADE_MS = Date.UTC(2026, 10, 24, 22, 0, 0);
export const LETTER_RULES = fileURLToPath(new URL("../../examples/letter.rules", import.meta.url));

export interface ReportSketch
  extends Partial<Pick<CaptureReportOptions, "home" | "unused" | "most" | "source" | "limits">> {
  /** Files of rules, or none. */
  readonly rules?: readonly string[];
  /** What the capture is called in the report. */
  readonly name?: string;
}

export async function reportOf(frames: readonly TimedFrame[], sketch: ReportSketch = {}): Promise<Report> {
  const bytes = pcapBytes({ snapLength: 65535 }, (writer) => {
    for (const { timeNs, frame } of frames) writer.write(timeNs, frame);
  });
  return await reportOfCapture(bytes, sketch);
}

export async function reportOfCapture(
  capture: Uint8Array,
  { rules = ["starter"], name = "capture.pcap", ...rest }: ReportSketch = {},
): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "stray-report-test-"));
  try {
    const path = join(folder, "capture.pcap");
    writeFileSync(path, capture);
    const limits = profileLimits("small");
    const home = rest.home ?? [];
    const { report } = await makeCaptureReport({
      files: [name],
      open: () => openSource(path),
      limits,
      profile: "small",
      rules:
        rules.length === 0 ? undefined : loadRules({ files: rules, home, limitBytes: limits.rulesLimit }),
      rulesName: rules.length === 0 ? "none" : rules.map((file) => file.replace(/^.*\//, "")).join(", "),
      home: [],
      unused: [],
      most: 10,
      zone: "UTC",
      nowMs: MADE_MS,
      ...rest,
    });
    return report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
