// When `stray status` says that something is wrong, in which words, and when it stops saying so.

import { describe, expect, it } from "vitest";
import { inlineProblems, LOSS_NAMES, ProblemWatch, ruleProblems } from "../../../host/sensor/problems.js";
import type { InterfaceReport, RulesReport, WorkerReport } from "../../../host/sensor/view.js";
import { COUNTERS } from "../../../host/wasm/counters.js";
import { inlineReport } from "../control/fake-sensor.js";

const T = 1_800_000_000_000;
const port: InterfaceReport = {
  name: "eth1",
  index: 2,
  link: "up",
  mode: "mapped",
  ringBytes: 8388608,
  promiscuous: true,
  packets: 1,
  drops: 0,
  freezes: 0,
  ringUsed: 0,
  worker: 0,
};
const worker: WorkerReport = {
  worker: 0,
  state: "running",
  restarts: 0,
  startedMs: T - 1000,
  flows: 0,
  flowsPeak: 0,
  flowsMax: 1,
  packets: 0,
  bytes: 0,
  recordsWaiting: 0,
  recordsMax: 1,
  lagMs: 0,
};
/** Totals as mark() wants them. */
const totals = (given: Record<string, number>): number[] => LOSS_NAMES.map((name) => given[name] ?? 0);
const none: [InterfaceReport[], WorkerReport[], []] = [[], [], []];

describe("ProblemWatch", () => {
  it("is silent when all is well", () => {
    const watch = new ProblemWatch();
    watch.mark(T, totals({ "kernel-drops": 7 }));
    expect(watch.sentences(T, [port], [worker], [{ name: "store", ok: true, text: "writing" }])).toEqual([]);
  });

  it("tells of a loss for a minute, and of the newest minute's loss only", () => {
    const watch = new ProblemWatch();
    for (let second = 0; second < 10; second++) watch.mark(T + second * 1000, totals({ "kernel-drops": 5 }));
    watch.mark(T + 10_000, totals({ "kernel-drops": 47 }));
    expect(watch.sentences(T, ...none)).toEqual([expect.stringMatching(/^42 frames were dropped/)]);
    for (let second = 11; second < 80; second++)
      watch.mark(T + second * 1000, totals({ "kernel-drops": 47 }));
    expect(watch.sentences(T, ...none)).toEqual([]);
  });

  it.each([
    ["alerts-lost", /^3 alerts were lost in the last minute/],
    ["alerts-limited", /^3 alerts were held back .*\(alerts\.rate\): `stray rules stats`/],
    ["alerts-over", /^3 matches were not told in the last minute/],
    ["candidates-lost", /^3 rules were not looked at in the last minute/],
    ["pending-lost", /^3 rules were not looked at again in the last minute/],
    ["inspection-budget", /^3 packets were not looked at by all rules in the last minute/],
    ["regex-limit", /^3 regular expressions were broken off in the last minute/],
  ])("tells of %s", (name, words) => {
    const watch = new ProblemWatch();
    watch.mark(T, totals({ [name]: 4 }));
    watch.mark(T + 1000, totals({ [name]: 7 }));
    expect(watch.sentences(T, ...none)).toEqual([expect.stringMatching(words)]);
  });

  it("looks at counters that there are", () => {
    const known = [...COUNTERS.map(({ name }) => name), "kernel-drops", "flows-lost"];
    for (const name of LOSS_NAMES) expect(known).toContain(name);
  });

  it("keeps no more marks than a minute needs", () => {
    const watch = new ProblemWatch();
    for (let second = 0; second < 1000; second++)
      watch.mark(T + second * 1000, totals({ "records-lost": second }));
    const [sentence = ""] = watch.sentences(T, ...none);
    expect(Number.parseInt(sentence, 10)).toBeLessThanOrEqual(62);
  });

  it("tells of interfaces once each, whatever the number of workers", () => {
    const watch = new ProblemWatch();
    const gone = { ...port, link: "absent" as const };
    const sentences = watch.sentences(T, [gone, { ...gone, worker: 1 }, { ...port, link: "down" }], [], []);
    expect(sentences).toEqual([
      expect.stringContaining("eth1 is gone"),
      expect.stringContaining("eth1 is down"),
    ]);
  });

  it("tells of a worker that died, for a minute after its restart", () => {
    const watch = new ProblemWatch();
    const restarted = { ...worker, restarts: 1 };
    expect(watch.sentences(T, [], [restarted], [])).toHaveLength(1);
    expect(watch.sentences(T + 70_000, [], [restarted], [])).toEqual([]);
    expect(watch.sentences(T + 70_000, [], [{ ...worker, state: "dead" }], [])).toHaveLength(1);
  });

  it("passes a failing sink's words on", () => {
    const sentences = new ProblemWatch().sentences(
      T,
      [],
      [],
      [{ name: "eve", ok: false, text: "disk full" }],
    );
    expect(sentences).toEqual(["eve: disk full"]);
  });
});

describe("ruleProblems()", () => {
  const report: RulesReport = {
    rules: 121,
    refused: 0,
    warnings: 3,
    files: ["/etc/stray/local.rules"],
    bytes: 1,
    bytesMax: 2,
    loadedMs: T,
  };

  it("is silent when all rules are in force, or none is wanted", () => {
    expect(ruleProblems(report)).toEqual([]);
    expect(ruleProblems({ ...report, rules: 0, files: [] })).toEqual([]);
  });

  it("tells of rules that were refused, and where to read why", () => {
    const [sentence, ...others] = ruleProblems({ ...report, refused: 2 });
    expect(sentence).toMatch(/^2 rules were refused, 121 are in force: .*`stray rules check`/);
    expect(others).toEqual([]);
    expect(ruleProblems({ ...report, refused: 1 })[0]).toMatch(/^1 rule was refused, 121 are/);
    expect(ruleProblems({ ...report, rules: 0, refused: 1 })).toHaveLength(1);
  });

  it("tells of files without any rule", () => {
    expect(ruleProblems({ ...report, rules: 0 })).toEqual([expect.stringContaining("no rule is in force")]);
  });
});

describe("inlineProblems()", () => {
  const report = inlineReport();
  const { pinned: _, ...unpinned } = report;

  it("is silent where the kernel steps in, and where it is not to", () => {
    expect(inlineProblems(undefined)).toEqual([]);
    expect(inlineProblems(report)).toEqual([]);
    expect(inlineProblems({ ...unpinned, fail: "closed", protection: "none", state: "off" })).toEqual([]);
  });

  it("says how far the link is not protected, and why", () => {
    const why = { reason: "BPF is refused" };
    expect(inlineProblems({ ...unpinned, ...why, protection: "none" })).toEqual([
      "nothing carries frames when the sensor fails: BPF is refused",
    ]);
    expect(inlineProblems({ ...unpinned, ...why, protection: "tc" })).toEqual([
      "frames are carried when a worker fails, but not when the whole process does: BPF is refused",
    ]);
    expect(inlineProblems(unpinned)).toEqual([
      "what carries frames when the sensor fails ends with its process",
    ]);
  });

  it("tells of bypass, or else of a sensor that stands still", () => {
    expect(inlineProblems({ ...report, state: "bypass", isStale: true })).toEqual([
      "bypass is on: nothing is looked at (`stray bypass off` ends it)",
    ]);
    expect(inlineProblems({ ...report, isStale: true })).toEqual([
      "the sensor stands still, so the kernel carries frames past it",
    ]);
  });

  it("does not say that the kernel carries frames where it does not", () => {
    const [closed] = inlineProblems({ ...report, fail: "closed", state: "off", isStale: true });
    expect(closed).toBe("the sensor stands still, and frames with it");
    const [none] = inlineProblems({ ...unpinned, protection: "none", isStale: true });
    expect(none).toBe("the sensor stands still, and frames with it");
  });

  it("passes on what was found of the interfaces", () => {
    expect(inlineProblems({ ...report, warnings: ["one", "two"] })).toEqual(["one", "two"]);
  });
});
