// Rules in a worker: given while it runs, idles, is dead; alerts told in the words of the rules that gave them; counts
// that go on.

import { afterEach, describe, expect, it } from "vitest";
import type { CaptureSet } from "../../../host/sensor/capture-set.js";
import { RecordFeed } from "../../../host/sensor/feed.js";
import { Supervisor } from "../../../host/sensor/supervisor.js";
import type { WorkerHandle } from "../../../host/sensor/worker-handle.js";
import { NO_RULES, WorkerRules } from "../../../host/sensor/worker-rules.js";
import { createMemory } from "../../../host/wasm/memory.js";
import { eventually } from "../../support/eventually.js";
import { ListSink, pushWord, RULE_LIMITS, rulesOf, ruleText } from "./rules-rig.js";

const noRings = {
  assignment: () => ({ type: "inputs", inputs: [] }),
  skipBlock: () => false,
} as unknown as CaptureSet;
const FIRST = rulesOf(ruleText(1, "attack"));
const OTHER = rulesOf(ruleText(2, "worm") + ruleText(3, "attack", "found again"));

class Rig {
  readonly sink = new ListSink();
  readonly feed: RecordFeed;
  readonly supervisor: Supervisor;

  constructor(count = 1) {
    this.feed = new RecordFeed(
      () => this.supervisor.workers,
      () => undefined,
    );
    this.supervisor = new Supervisor(this.feed, () => undefined);
    this.supervisor.prepare(count, RULE_LIMITS);
    this.feed.use([], [this.sink]);
  }

  get worker(): WorkerHandle {
    return this.supervisor.workers[0]!;
  }

  /** Alerts since the last look. */
  alerts(): string[] {
    this.feed.turn();
    return this.sink.seen.splice(0);
  }

  async start(): Promise<void> {
    await this.supervisor.start(noRings);
    await eventually(() => this.supervisor.workers.every(({ state }) => state === "running"));
  }
}

let rig: Rig;
afterEach(() => rig?.supervisor.stop());

describe("a worker without a thread", () => {
  it("has rules at once, tells their alerts, and counts them", () => {
    rig = new Rig();
    rig.worker.useRules(FIRST);
    expect(rig.worker.hasTakenRules).toBe(true);
    pushWord(rig.worker, "attack");
    pushWord(rig.worker, "nothing");
    expect(rig.alerts()).toEqual(["1 found attack"]);
    expect(rig.worker.ruleCounts).toEqual([{ matches: 1, alerts: 1, limited: 0, filtered: 0 }]);
  });

  it("has none when they are taken away", () => {
    rig = new Rig();
    rig.worker.useRules(FIRST);
    rig.worker.useRules(NO_RULES);
    pushWord(rig.worker, "attack");
    expect(rig.alerts()).toEqual([]);
    expect(rig.worker.ruleCounts).toEqual([]);
  });

  it("has them again after it was prepared anew", () => {
    rig = new Rig();
    rig.worker.useRules(FIRST);
    rig.supervisor.prepare(1, RULE_LIMITS);
    pushWord(rig.worker, "attack");
    expect(rig.alerts()).toEqual(["1 found attack"]);
  });

  it("tells an alert of the rules before in their words", () => {
    rig = new Rig();
    rig.worker.useRules(FIRST);
    pushWord(rig.worker, "attack");
    rig.worker.useRules(OTHER);
    pushWord(rig.worker, "attack", 4001);
    pushWord(rig.worker, "worm", 4002);
    expect(rig.alerts()).toEqual(["1 found attack", "3 found again", "2 found worm"]);
    expect(rig.worker.ruleCounts.map(({ matches }) => matches)).toEqual([1, 1]);
  });

  it("knows the numbers of an alert whose rules are long gone, and goes on", () => {
    rig = new Rig();
    rig.worker.useRules(FIRST);
    pushWord(rig.worker, "attack");
    for (let turn = 0; turn < 4; turn++) rig.worker.useRules(turn % 2 === 0 ? OTHER : FIRST);
    expect(rig.alerts()).toEqual(["1 ?"]);
  });

  it("keeps counts where the rules are the same, and takes their new words", () => {
    rig = new Rig();
    rig.worker.useRules(FIRST);
    pushWord(rig.worker, "attack");
    rig.worker.useRules(rulesOf(ruleText(1, "attack", "another word")));
    pushWord(rig.worker, "attack", 4001);
    expect(rig.alerts()).toEqual(["1 another word", "1 another word"]);
    expect(rig.worker.ruleCounts).toEqual([{ matches: 2, alerts: 2, limited: 0, filtered: 0 }]);
    expect(rig.worker.counterOf("rules-swapped")).toBe(1);
  });
});

describe("a running worker", () => {
  it("takes rules though no packet comes", async () => {
    rig = new Rig(2);
    await rig.start();
    for (const worker of rig.supervisor.workers) worker.useRules(FIRST);
    await eventually(() => rig.supervisor.workers.every(({ hasTakenRules }) => hasTakenRules));
    for (const worker of rig.supervisor.workers) pushWord(worker, "attack");
    expect(rig.alerts()).toEqual(["1 found attack", "1 found attack"]);
  });

  it("has its rules again when it died, and has lost no count", async () => {
    rig = new Rig();
    rig.worker.useRules(FIRST);
    await rig.start();
    pushWord(rig.worker, "attack");
    expect(rig.alerts()).toEqual(["1 found attack"]);
    await rig.worker.terminate();
    await eventually(() => rig.worker.restarts === 1 && rig.worker.state === "running");
    pushWord(rig.worker, "attack");
    expect(rig.alerts()).toEqual(["1 found attack"]);
    expect(rig.worker.ruleCounts).toEqual([{ matches: 2, alerts: 2, limited: 0, filtered: 0 }]);
    rig.worker.useRules(OTHER);
    await eventually(() => rig.worker.hasTakenRules);
    expect(rig.worker.ruleCounts.map(({ matches }) => matches)).toEqual([0, 0]);
  });

  it("comes back with the rules that it was given while it was dead", async () => {
    rig = new Rig();
    rig.worker.useRules(FIRST);
    await rig.start();
    await rig.worker.terminate();
    await eventually(() => rig.worker.state === "dead" || rig.worker.restarts === 1);
    rig.worker.useRules(OTHER);
    await eventually(() => rig.worker.restarts === 1 && rig.worker.state === "running");
    await eventually(() => rig.worker.hasTakenRules);
    pushWord(rig.worker, "worm");
    expect(rig.alerts()).toEqual(["2 found worm"]);
  });

  it("keeps alerts that nobody takes yet, and gives them when somebody does", async () => {
    rig = new Rig();
    rig.worker.useRules(FIRST);
    rig.feed.use([], undefined);
    pushWord(rig.worker, "attack");
    expect(rig.alerts()).toEqual([]);
    rig.feed.use([], [rig.sink]);
    expect(rig.alerts()).toEqual(["1 found attack"]);
  });
});

describe("WorkerRules", () => {
  it("refuses others while those before are not taken, and changes nothing", () => {
    const rules = new WorkerRules(createMemory());
    expect(rules.use(FIRST)).toBe(true);
    expect(rules.isTaken).toBe(false);
    expect(() => rules.use(OTHER)).toThrow(expect.objectContaining({ code: "RULES_BUSY" }));
    // The same ones are no others.
    expect(rules.use(rulesOf(ruleText(1, "attack")))).toBe(false);
    expect(rules.find(1, 0)?.sid).toBe(1);
    expect(rules.find(2, 0)).toBeUndefined();
  });
});
