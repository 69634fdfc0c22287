// Reports of whole captures: every scenario has the cause that it must have, of whom it is about; ordinary traffic has
// no case; what is asked for narrows it down; the same capture makes the same report.

import { describe, expect, it } from "vitest";
import { letterFrames } from "../../../examples/letter.js";
import { SCENARIOS, scenario } from "../../../examples/scenarios/index.js";
import type { Report } from "../../../host/report/model.js";
import { reportMarkdown } from "../../../host/report/print/markdown.js";
import { reportText } from "../../../host/report/print/text.js";
import { profileLimits } from "../../../host/wasm/profiles.js";
import { reportOf } from "../../support/report.js";

/** What is strange there is the sensor's own view, or too mild for a case. */
const WITHOUT_CASE: ReadonlySet<string> = new Set([
  "asymmetric-route",
  "midstream-start",
  "browsing",
  "one-way-tap",
  "lossy-capture",
]);
const SEEDS = [1, 2];

describe.each(SCENARIOS)("%s", (name) => {
  it.each(SEEDS)("is told, and about whom it is (seed %d)", async (seed) => {
    const { frames, home, expected } = scenario(name, seed);
    const report = await reportOf(frames, { home });
    const grave = report.cases.filter(({ severity }) => severity !== "low");
    if (WITHOUT_CASE.has(name)) {
      expect(grave.map(({ title }) => title)).toEqual([]);
      return;
    }
    const [first] = report.cases;
    expect(first?.causes[0]?.cause).toBe(expected.cause);
    const ends = [first?.subject, ...(first?.destinations ?? [])];
    const wanted = expected.source ?? expected.flow?.split(" ")[0]?.split(":")[0];
    expect(ends).toContain(wanted);
  });

  it("has nothing in it that JSON changes, and can be printed", async () => {
    const { frames, home } = scenario(name, 3);
    const report = await reportOf(frames, { home });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    for (const text of [reportText(report), reportMarkdown(report)]) {
      expect(text).not.toMatch(/undefined|NaN|\[object|Infinity/);
      expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    }
  });
});

describe("a report", () => {
  it("is the same each time", async () => {
    const { frames, home } = scenario("scan-fin", 1);
    expect(await reportOf(frames, { home })).toEqual(await reportOf(frames, { home }));
  });

  it("of nothing has counts", async () => {
    const report = await reportOf([]);
    expect(report.cases).toEqual([]);
    expect(report.about).toMatchObject({
      firstUs: null,
      lastUs: null,
      counts: { packets: 0, flows: 0, alerts: 0 },
    });
    expect(reportText(report)).toContain("0 packets in 0 flows; 0 alerts\n");
  });

  it("is narrowed down to an address, and to the gravest", async () => {
    const frames = [...scenario("scan-fin", 1).frames, ...scenario("scan-null", 1).frames];
    frames.sort((a, b) => (a.timeNs < b.timeNs ? -1 : 1));
    const all = await reportOf(frames);
    expect(all.cases.length).toBeGreaterThanOrEqual(2);
    expect(all.casesLeftOut).toBe(0);
    const one = await reportOf(frames, { most: 1 });
    expect(one.cases.map(({ subject }) => subject)).toEqual([all.cases[0]?.subject]);
    expect(one.casesLeftOut).toBe(all.cases.length - 1);
    const second = all.cases[1]!.subject;
    const asked = await reportOf(frames, { source: second });
    expect(asked.cases.map(({ subject }) => subject)).toEqual([second]);
    const nobody = await reportOf(frames, { source: "192.0.2.254" });
    expect(nobody.cases).toEqual([]);
    expect(reportText(nobody)).toContain(
      `Nothing strange was found of what was asked for; ${all.cases.length} other cases not told.`,
    );
  });

  it("says what it could not know", async () => {
    const report = await reportOf(letterFrames());
    expect(report.about.gaps).toEqual([
      "Which networks are yours was not said (--home): an address is only called silent, not unused.",
    ]);
    expect(report.about.home).toEqual({ networks: [], how: "unknown", unused: [] });
    expect((await reportOf(letterFrames(), { home: ["130.216.0.0/16"] })).about.gaps).toEqual([]);
  });

  it("without rules has no alerts, and findings all the same", async () => {
    const report = await reportOf(letterFrames(), { rules: [] });
    expect(report.about.rules).toEqual({ name: "none", count: 0, hash: null });
    const [only] = report.cases;
    expect(only?.alerts).toEqual([]);
    expect(only?.causes[0]?.cause).toBe("leaky-filter");
    expect(only?.findings.map(({ finding }) => finding)).toContain("http-traversal");
  });

  it("has all packets of its flows, and flows of its own only", async () => {
    const report = await reportOf(letterFrames());
    const [only] = report.cases;
    expect(only?.packets).toEqual({ count: 24, leftOut: 0, reason: null });
    expect(only?.flows.map(({ role }) => role)).toEqual(new Array(7).fill("strange"));
    expect(only?.flows.every(({ facts }) => !("startNs" in facts))).toBe(true);
  });

  it("makes the same of a small and of a large machine", async () => {
    const { frames, home } = scenario("scan-xmas", 2);
    const small = await reportOf(frames, { home });
    const large = await reportOf(frames, { home, limits: profileLimits("large") });
    const told = ({ cases }: Report) => cases;
    expect(told(large)).toEqual(told(small));
  });
});
