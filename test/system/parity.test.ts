// argus and stray read the made captures, and the real ones where there are any: every difference is a known one.
// Apart from the parity tests that need no argus. Always holds: without argus it is left out, loudly.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CaptureResult } from "../parity/report.js";
import { captureText, FRACTION_MIN, total } from "../parity/report.js";
import { compareAll, compareCases, hasArgus } from "../parity/run.js";
import { captureFolder } from "../support/captures.js";

/** argus sleeps a second for each capture. */
const TIMEOUT_MS = 400_000;
const folder = captureFolder();

/** What nothing explains, as a person reads it. */
function unexplained(results: readonly CaptureResult[]): string[] {
  return results
    .filter(
      ({ comparison, argus, stray }) =>
        comparison?.verdicts.some(({ kind }) => kind === "unexplained") ||
        (argus === "flows" && stray !== "flows"),
    )
    .map((result) => captureText(result, false));
}

describe.skipIf(!hasArgus())("parity with argus", () => {
  it(
    "holds on the made captures",
    async () => {
      const results = await compareCases();
      expect(unexplained(results)).toEqual([]);
      expect(total(results).compared).toBeGreaterThan(results.length * 0.9);
    },
    TIMEOUT_MS,
  );

  it.skipIf(folder === undefined)(
    "holds on the real captures",
    async () => {
      const names = readdirSync(folder!).filter((name) => /\.(pcap|pcapng|cap)$/.test(name));
      const results = await compareAll(names.map((name) => ({ name, path: join(folder!, name) })));
      expect(unexplained(results)).toEqual([]);
      expect(total(results).fraction).toBeGreaterThanOrEqual(FRACTION_MIN);
    },
    TIMEOUT_MS,
  );
});
