// Waits that double, stay within their limits and survive a clock that is set.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Backoff } from "../../../host/export/backoff.js";
import { LimitedLog } from "../../../host/export/limited-log.js";
import { problemText, systemError } from "../../../host/export/problem.js";
import { StatsTimer } from "../../../host/export/stats-timer.js";
import { type LogLine, logTo } from "./simulated.js";

const LIMITS = { minMs: 1_000, maxMs: 60_000 };

describe("Backoff", () => {
  it("is due at once, then doubles up to its limit", () => {
    const backoff = new Backoff(LIMITS, () => 0.999999);
    expect(backoff.isDue(5)).toBe(true);
    const waits = Array.from({ length: 8 }, () => {
      backoff.fail(0);
      return Math.round(backoff.remainingMs(0) / 1000);
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    backoff.succeed();
    expect(backoff.isDue(0)).toBe(true);
    backoff.fail(0);
    expect(backoff.remainingMs(0)).toBe(1_000);
  });

  it("waits between its limits, jitter or not, and never longer for a clock set back", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 40 }), (randoms) => {
        let at = 0;
        const backoff = new Backoff(LIMITS, () => randoms[at++ % Math.max(1, randoms.length)] ?? 0);
        for (let i = 0; i < 40; i++) {
          backoff.fail(1_000_000);
          const waitMs = backoff.remainingMs(1_000_000);
          expect(waitMs).toBeGreaterThanOrEqual(LIMITS.minMs);
          expect(waitMs).toBeLessThanOrEqual(LIMITS.maxMs);
          expect(backoff.isDue(1_000_000 + waitMs)).toBe(true);
          expect(backoff.isDue(999_999)).toBe(true);
        }
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});

describe("StatsTimer", () => {
  it("is due once an interval, also after the clock was set back", () => {
    const timer = new StatsTimer(1_000);
    const asked = [5_000, 5_500, 6_000, 6_100, 7_200, 100, 900, 1_100].map((nowMs) => timer.isDue(nowMs));
    expect(asked).toEqual([false, false, true, false, true, false, false, true]);
  });
});

describe("LimitedLog", () => {
  it("says a thing once a minute, and how often it held back", () => {
    const lines: LogLine[] = [];
    const log = new LimitedLog("ipfix:h:1", logTo(lines));
    for (let ms = 0; ms <= 60_000; ms += 10_000) log.say(ms, "warn", "lost", `gone ${ms}`);
    log.say(60_001, "info", "opened", "back", { dropped: 3 });
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "warn ipfix:h:1: gone 0",
      "warn ipfix:h:1: gone 60000 (5 more like it since the last line)",
      "info ipfix:h:1: back",
    ]);
    expect(lines[2]!.data).toEqual({ sink: "ipfix:h:1", dropped: 3 });
  });
});

describe("problemText", () => {
  it("has words for codes, and one harmless line for everything else", () => {
    expect(problemText(systemError("ECONNREFUSED"))).toBe("connection refused: nothing listens there");
    expect(problemText(systemError("EWEIRD"))).toBe("EWEIRD");
    expect(problemText(new Error("a\nb\u001b[31m"))).toBe("a\\x0ab\\x1b[31m");
    expect(problemText("text")).toBe("text");
  });
});
