// What operators are told, and when: each matter by itself, then properties over runs of anything: no incident lost, none
// told twice, the bypass told last is the one that is, no more a minute than allowed.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IncidentFacts, Notice } from "../../../host/notice/notice.js";
import { OpenedQueue } from "../../../host/notice/opened-queue.js";
import {
  EVENTS_PER_MINUTE,
  type InlineVitals,
  NoticeWatch,
  type Vitals,
} from "../../../host/notice/watch.js";

const LIMITS = { lossPercent: 1, tablePercent: 90, incidentsPerMinute: 10 };
const NOTHING = { opened: [], lost: 0 };
const BEGAN_MS = 1_700_000_000_000;

function vitals(second: number, change: Partial<Vitals> = {}): Vitals {
  return {
    nowMs: BEGAN_MS + second * 1000,
    packets: second * 1000,
    drops: 0,
    flows: 10,
    flowsMax: 1000,
    refusals: 0,
    refusal: "",
    config: "/etc/stray/stray.yaml",
    ...change,
  };
}

function inline(change: Partial<InlineVitals> = {}): InlineVitals {
  return { bypass: "none", pauses: 1, carried: 0, interfaces: "eth0,eth1", ...change };
}

function incident(number: number, severity: IncidentFacts["severity"] = "high"): IncidentFacts {
  return {
    id: `I-${number}`,
    incidentKind: "source",
    severity,
    title: `port sweep ${number}`,
    subject: "192.0.2.1",
    cause: "scan",
    causeScore: 80,
    openedMs: BEGAN_MS,
  };
}

const kinds = (notices: readonly Notice[]): string[] => notices.map(({ kind }) => kind);

describe("new incidents", () => {
  it("are told with what they are about, escaped", () => {
    const watch = new NoticeWatch(LIMITS);
    const [notice, ...others] = watch.look(vitals(0), {
      opened: [{ ...incident(1, "critical"), title: "evil\u001b[31m\nname" }],
      lost: 0,
    });
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ kind: "incident-new", severity: "critical", heldBack: 0 });
    expect(notice!.text).toBe("incident I-1 (critical): evil\\x1b[31m\\x0aname");
    expect(notice!.facts).toMatchObject({ id: "I-1", subject: "192.0.2.1", cause: "scan" });
  });

  it("over the limit are held back, the gravest are told, the next one says how many were not", () => {
    const watch = new NoticeWatch({ ...LIMITS, incidentsPerMinute: 2 });
    const opened = [incident(1, "low"), incident(2, "critical"), incident(3, "medium"), incident(4, "high")];
    const first = watch.look(vitals(0), { opened, lost: 3 });
    expect(first.map(({ facts, heldBack }) => ["id" in facts && facts.id, heldBack])).toEqual([
      ["I-2", 3],
      ["I-4", 0],
    ]);
    expect(watch.look(vitals(59), { opened: [incident(5)], lost: 0 })).toEqual([]);
    const [next] = watch.look(vitals(60), { opened: [incident(6)], lost: 0 });
    expect(next).toMatchObject({ heldBack: 3, facts: { id: "I-6" } });
    expect(next!.text).toContain("and 3 more of this kind");
  });

  it("0 a minute: none", () => {
    const watch = new NoticeWatch({ ...LIMITS, incidentsPerMinute: 0 });
    expect(watch.look(vitals(0), { opened: [incident(1)], lost: 0 })).toEqual([]);
  });

  it("that wait for the watch are bounded, and counted beyond", () => {
    const queue = new OpenedQueue();
    for (let n = 0; n < 1_200; n++) queue.push(incident(n));
    const { opened, lost } = queue.take();
    expect([opened.length, lost]).toEqual([1_000, 200]);
    expect(queue.take()).toEqual(NOTHING);
  });
});

describe("bypass", () => {
  const at = (watch: NoticeWatch, second: number, change: Partial<InlineVitals>) =>
    watch.look(vitals(second, { inline: inline(change) }), NOTHING);

  it("is told when it begins and when it ends, with its reason and its length", () => {
    const watch = new NoticeWatch(LIMITS);
    expect(at(watch, 0, {})).toEqual([]);
    const [engaged] = at(watch, 1, { bypass: "operator" });
    expect(engaged).toMatchObject({
      kind: "bypass-engaged",
      severity: "critical",
      facts: { reason: "operator", interfaces: "eth0,eth1", durationMs: 0 },
    });
    expect(at(watch, 2, { bypass: "operator" })).toEqual([]);
    const [released] = at(watch, 31, {});
    expect(released).toMatchObject({
      kind: "bypass-released",
      severity: "info",
      facts: { reason: "operator", durationMs: 30_000 },
    });
    expect(at(watch, 32, {})).toEqual([]);
  });

  it("a stall between two looks shows by what the kernel carried", () => {
    const watch = new NoticeWatch(LIMITS);
    at(watch, 0, {});
    expect(at(watch, 1, { carried: 7 })).toMatchObject([
      { kind: "bypass-engaged", facts: { reason: "stale" } },
    ]);
    expect(kinds(at(watch, 2, { carried: 7 }))).toEqual(["bypass-released"]);
  });

  it("what is carried by a reload or a try is none", () => {
    const watch = new NoticeWatch(LIMITS);
    at(watch, 0, {});
    expect(at(watch, 1, { bypass: "pausing", pauses: 2, carried: 9 })).toEqual([]);
    expect(at(watch, 2, { pauses: 2, carried: 12 })).toEqual([]);
    // Between two looks.
    expect(at(watch, 3, { pauses: 3, carried: 20 })).toEqual([]);
    expect(at(watch, 4, { pauses: 3, carried: 20 })).toEqual([]);
  });

  it("one that is on at the start is told", () => {
    expect(kinds(at(new NoticeWatch(LIMITS), 0, { bypass: "operator" }))).toEqual(["bypass-engaged"]);
  });

  it("a sensor that comes and goes is told ten times a minute, then how often it did so", () => {
    const watch = new NoticeWatch(LIMITS);
    const told: Notice[] = [];
    for (let second = 0; second < 60; second++) {
      told.push(...at(watch, second, { bypass: second % 2 === 0 ? "stale" : "none" }));
    }
    expect(told).toHaveLength(2 * EVENTS_PER_MINUTE);
    const [next] = at(watch, 61, { bypass: "stale" });
    expect(next).toMatchObject({ kind: "bypass-engaged", heldBack: 20 });
  });
});

describe("losses", () => {
  const at = (watch: NoticeWatch, second: number, packets: number, drops: number) =>
    watch.look(vitals(second, { packets, drops }), NOTHING);

  it("over the limit are told once, and not again until they were below", () => {
    const watch = new NoticeWatch(LIMITS);
    const told: [number, Notice][] = [];
    let [packets, drops] = [0, 0];
    for (let second = 0; second < 600; second++) {
      packets += 1000;
      // Two minutes of losses, two without, and again.
      if (Math.floor(second / 120) % 2 === 0) drops += 20;
      for (const notice of at(watch, second, packets, drops)) told.push([second, notice]);
    }
    expect(told.map(([second]) => second)).toEqual([1, 241 + 31, 481 + 31].map((s) => expect.closeTo(s, -2)));
    expect(told).toHaveLength(3);
    expect(told[0]![1]).toMatchObject({
      kind: "drops-high",
      severity: "warning",
      facts: { limitPercent: 1 },
    });
  });

  it("exactly at the limit are not over it; counts that begin anew are no losses", () => {
    const watch = new NoticeWatch(LIMITS);
    at(watch, 0, 0, 0);
    expect(at(watch, 1, 990, 10)).toEqual([]);
    expect(at(watch, 2, 10, 0)).toEqual([]);
    expect(at(watch, 3, 20, 5)).toMatchObject([{ facts: { dropped: 5, packets: 15 } }]);
  });

  it("0: not watched", () => {
    const watch = new NoticeWatch({ ...LIMITS, lossPercent: 0 });
    at(watch, 0, 0, 0);
    expect(at(watch, 1, 10, 1000)).toEqual([]);
  });
});

describe("the flow table", () => {
  const at = (watch: NoticeWatch, second: number, flows: number) =>
    watch.look(vitals(second, { flows }), NOTHING);

  it("is told when it fills, and again only after it was a tenth below", () => {
    const watch = new NoticeWatch(LIMITS);
    expect(at(watch, 0, 900)).toEqual([]);
    expect(at(watch, 1, 901)).toMatchObject([
      { kind: "table-pressure", facts: { flows: 901, flowsMax: 1000, limitPercent: 90 } },
    ]);
    expect(at(watch, 100, 850)).toEqual([]);
    expect(at(watch, 200, 999)).toEqual([]);
    expect(at(watch, 300, 810)).toEqual([]);
    expect(kinds(at(watch, 301, 950))).toEqual(["table-pressure"]);
  });

  it("that swings is told once a minute", () => {
    const watch = new NoticeWatch(LIMITS);
    let told = 0;
    for (let second = 0; second < 120; second++) told += at(watch, second, second % 2 ? 1000 : 0).length;
    expect(told).toBe(2);
  });
});

describe("refused configurations", () => {
  const at = (watch: NoticeWatch, second: number, refusals: number, refusal = "no such key") =>
    watch.look(vitals(second, { refusals, refusal }), NOTHING);

  it("are told with the reason, one before the first look too", () => {
    const watch = new NoticeWatch(LIMITS);
    expect(at(watch, 0, 0)).toEqual([]);
    expect(kinds(at(new NoticeWatch(LIMITS), 0, 1))).toEqual(["config-refused"]);
    const [notice] = at(watch, 1, 1, "line 3: \u0007 is no key");
    expect(notice).toMatchObject({
      kind: "config-refused",
      facts: { config: "/etc/stray/stray.yaml", reason: "line 3: \\x07 is no key" },
    });
    expect(at(watch, 2, 1)).toEqual([]);
    expect(at(watch, 3, 4)).toMatchObject([{ heldBack: 2 }]);
  });

  it("keep what was told over other limits", () => {
    const watch = new NoticeWatch(LIMITS);
    at(watch, 0, 0);
    watch.use({ ...LIMITS, lossPercent: 5 });
    expect(kinds(at(watch, 1, 1))).toEqual(["config-refused"]);
  });
});

describe("whatever happens", () => {
  interface Step {
    readonly seconds: number;
    readonly opened: number;
    readonly lost: number;
    readonly bypass: InlineVitals["bypass"];
    readonly isPaused: boolean;
    readonly carried: number;
    readonly packets: number;
    readonly drops: number;
    readonly flows: number;
    readonly refused: number;
  }
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.record({
      seconds: fc.constantFrom(1, 1, 1, 2, 30, 90),
      opened: fc.constantFrom(0, 0, 0, 1, 5, 30),
      lost: fc.constantFrom(0, 0, 0, 7),
      bypass: fc.constantFrom("none", "none", "stale", "operator", "pausing"),
      isPaused: fc.boolean(),
      carried: fc.constantFrom(0, 0, 3),
      packets: fc.nat(1000),
      drops: fc.constantFrom(0, 0, 1, 400),
      flows: fc.nat(1000),
      refused: fc.constantFrom(0, 0, 1, 3),
    }),
    { minLength: 5, maxLength: 120 },
  );

  it("none is lost, none told twice, and no more a minute than allowed", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), (run, incidentsPerMinute) => {
        const watch = new NoticeWatch({ ...LIMITS, incidentsPerMinute });
        const told: Notice[] = [];
        let [second, number, lost, refusals, packets, drops, carried, pauses] = [0, 0, 0, 0, 0, 0, 0, 0];
        for (const step of run) {
          second += step.seconds;
          const opened = Array.from({ length: step.opened }, () => incident(number++));
          lost += step.lost;
          refusals += step.refused;
          packets += step.packets;
          drops += step.drops;
          carried += step.carried;
          if (step.isPaused) pauses++;
          const { bypass, flows } = step;
          const state = inline({ bypass, carried, pauses });
          told.push(
            ...watch.look(vitals(second, { inline: state, flows, packets, drops, refusals }), {
              opened,
              lost: step.lost,
            }),
          );
        }
        // Long afterwards one more of each: what was held back is told with it.
        second += 1000;
        const calm = inline({ carried, pauses, bypass: "none" });
        refusals++;
        const end = (change: Partial<InlineVitals>) =>
          watch.look(vitals(second, { inline: { ...calm, ...change }, packets, drops, refusals }), {
            opened: [incident(number++)],
            lost: 0,
          });
        told.push(...end({}));
        const of = (kind: Notice["kind"]) => told.filter((notice) => notice.kind === kind);

        const ids = of("incident-new").map(({ facts }) => "id" in facts && facts.id);
        expect(new Set(ids).size).toBe(ids.length);
        const held = of("incident-new").reduce((sum, { heldBack }) => sum + heldBack, 0);
        expect(ids.length + held).toBe(number + lost);

        const refusalsTold = of("config-refused").reduce((sum, { heldBack }) => sum + 1 + heldBack, 0);
        expect(refusalsTold).toBe(refusals);

        const turns = told.filter(({ kind }) => kind.startsWith("bypass")).map(({ kind }) => kind);
        turns.forEach((kind, at) => {
          expect(kind).toBe(at % 2 === 0 ? "bypass-engaged" : "bypass-released");
        });
        // Nothing is carried now, and that was told.
        expect(turns.length % 2).toBe(0);

        for (const [kind, max] of [
          ["incident-new", incidentsPerMinute],
          ["bypass-engaged", EVENTS_PER_MINUTE],
          ["bypass-released", EVENTS_PER_MINUTE],
          ["config-refused", EVENTS_PER_MINUTE],
          ["drops-high", 1],
          ["table-pressure", 1],
        ] as const) {
          const times = of(kind).map(({ timeMs }) => timeMs);
          for (const from of times) {
            const within = times.filter((ms) => ms >= from && ms < from + 60_000);
            expect(within.length).toBeLessThanOrEqual(max);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
