// The live benchmark's arithmetic and its honesty: shares of what was sent, targets judged without rounding, and a
// sensor that is missing or failed never counts as beaten. Mirrors report.ts, trial.ts and the reading of tcpreplay.

import { describe, expect, it } from "vitest";
import { parseReplay } from "../../support/live-rig.js";
import { caseSection, type LiveCase, type LiveResult, liveMemoryTarget, lossTarget } from "./report.js";
import { ARGUS, type LiveTool, SOFTFLOWD, straydTool, TCPDUMP } from "./tools.js";
import { lostShare, type Trial } from "./trial.js";

const SENT = 1_000_000;

function trial(seen: number, peakMb = 100): Trial {
  return { sent: SENT, delivered: SENT, seen, rate: 200_000, peakMb, cpuMs: seen / 1e4 };
}

function result(tool: LiveTool, ...lost: number[]): LiveResult {
  return { tool, trials: lost.map((packets) => trial(SENT - packets)) };
}

function caseOf(...rates: LiveResult[][]): LiveCase {
  return {
    traffic: { flows: 1_000, mix: "64" },
    rates: rates.map((results, index) => ({ rate: (index + 1) * 100_000, results })),
  };
}

const strayd = straydTool("default");

describe("the share lost", () => {
  it("is of the packets sent", () => {
    expect(lostShare(trial(SENT))).toBe(0);
    expect(lostShare(trial(SENT / 4))).toBe(0.75);
  });

  it("is never negative: more seen than sent is an error", () => {
    expect(() => lostShare(trial(SENT + 1))).toThrow(/1000001 packets seen of 1000000/);
  });
});

describe("loss targets", () => {
  it("hold at every rate, without rounding", () => {
    const equal = caseOf(
      [result(strayd, 0), result(TCPDUMP, 0)],
      [result(strayd, 7, 9), result(TCPDUMP, 8, 8)],
    );
    expect(lossTarget(equal, TCPDUMP.name, 1)).toMatchObject({ met: true });
    const more = caseOf([result(strayd, 0), result(TCPDUMP, 5)], [result(strayd, 1), result(TCPDUMP, 0)]);
    expect(lossTarget(more, TCPDUMP.name, 1)).toMatchObject({ met: false });
  });

  it("ask for a half where the peer loses, and for nothing where it doesn't", () => {
    const target = (own: number, other: number) =>
      lossTarget(caseOf([result(strayd, own), result(ARGUS, other)]), ARGUS.name, 0.5).met;
    expect(target(0, 0)).toBe(true);
    expect(target(50, 100)).toBe(true);
    expect(target(51, 100)).toBe(false);
    expect(target(1, 0)).toBe(false);
  });

  it("are not met by a peer that is missing or failed", () => {
    const failed: LiveResult = { tool: SOFTFLOWD, trials: [], failure: "softflowd ended with 1" };
    const live = caseOf([result(strayd, 0), failed]);
    expect(lossTarget(live, SOFTFLOWD.name, 1)).toMatchObject({ found: "not measured", met: false });
    expect(lossTarget(live, ARGUS.name, 1)).toMatchObject({ found: "not measured", met: false });
    expect(lossTarget(caseOf(), TCPDUMP.name, 1)).toMatchObject({ met: false });
    expect(caseSection(live)).toMatch(/\| 0 +\| failed/);
  });
});

describe("the memory target", () => {
  it("is met by the peak of all trials, strictly", () => {
    const live = caseOf([{ tool: strayd, trials: [trial(SENT, 90), trial(SENT, 160)] }]);
    expect(liveMemoryTarget([live], "default", 160).met).toBe(false);
    expect(liveMemoryTarget([live], "default", 160.1).met).toBe(true);
    expect(liveMemoryTarget([live], "small", 160)).toMatchObject({ found: "not measured", met: false });
  });
});

describe("what tcpreplay says", () => {
  const said = (failed: number): string =>
    `Actual: 600000 packets (39002200 bytes) sent in 0.331982 seconds\nStatistics for network device: f0\n\tSuccessful packets:        600000\n\tFailed packets:            ${failed}\n`;

  it("is read, unless frames were not sent", () => {
    expect(parseReplay(said(0))).toEqual({ packets: 600_000, seconds: 0.331982 });
    expect(parseReplay(said(1))).toBeUndefined();
    expect(parseReplay("Fatal Error: unable to open")).toBeUndefined();
  });
});
