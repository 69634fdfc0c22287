// How often rules speak: thresholds, filters and suppressions at their edges, the rate of a rule, the table that counts
// are kept in, and clocks that go back. Against a plain model where times are random.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as f from "../../../examples/frame.js";
import type { CoreLimits } from "../../support/core.js";
import { Random, seedOf } from "../../support/random.js";
import { RulesCore } from "../../support/rules-core.js";

const MS = 1_000_000n;
const SECOND = 1000n * MS;
const core = new RulesCore();

function attack(source = 1, destination = 1): Uint8Array {
  const ends = { src: `10.1.${source >> 8}.${source & 255}`, dst: `10.2.0.${destination}` };
  return f.ethernet({}, f.ipv4(ends, f.udp({ sport: 9, dport: 9 }, f.text("attack"))));
}

const rule = (limits: string): string => `alert udp any any -> any any (content:"attack"; ${limits}; sid:1;)`;

/** Which of the packets, sent at those milliseconds behind the hundredth second, were told. */
function told(limits: string, times: readonly number[], more: Partial<CoreLimits> = {}): number[] {
  core.begin(limits.includes("\n") ? limits : rule(limits), more);
  return times.filter(
    (time) => core.send(attack(), { timeNs: 100n * SECOND + BigInt(time) * MS }).length > 0,
  );
}

describe("a limit", () => {
  it.each(["threshold", "event_filter"])("tells the first of each interval, as %s", (form) => {
    const limits = "type limit,track by_src,count 2,seconds 10";
    const text =
      form === "threshold"
        ? rule(`threshold:${limits}`)
        : `alert udp any any -> any any (content:"attack"; sid:1;)\nevent_filter gen_id 1, sig_id 1, ${limits.replaceAll(",", ", ")}`;
    expect(told(`${text}\n`, [0, 1, 2, 9999, 10_000, 10_001, 19_999, 20_000, 45_000])).toEqual([
      0, 1, 10_000, 10_001, 20_000, 45_000,
    ]);
    expect(core.counter(L.COUNTER_ALERTS_FILTERED)).toBe(3);
    expect(core.ruleState(1, R.RULE_STATE_FILTERED_OFFSET)).toBe(3);
    expect(core.ruleState(1, R.RULE_STATE_MATCHES_OFFSET)).toBe(9);
  });

  it("by threshold tells every so many within the interval", () => {
    const limits = "threshold:type threshold,track by_src,count 3,seconds 10";
    expect(told(limits, [0, 1, 2, 3, 4, 5, 10_000, 10_001, 19_999, 20_000, 20_001])).toEqual([2, 5, 19_999]);
  });

  it("of both tells once in the interval, when the count is reached", () => {
    const limits = "threshold:type both,track by_src,count 3,seconds 10";
    expect(told(limits, [0, 1, 2, 3, 4, 9999, 10_000, 10_001, 10_002, 10_003])).toEqual([2, 10_002]);
  });

  it("by detection filter tells what goes beyond the count", () => {
    const limits = "detection_filter:track by_src,count 3,seconds 10";
    expect(told(limits, [0, 1, 2, 3, 4, 9999, 10_000, 10_001, 10_002, 10_003])).toEqual([3, 4, 9999, 10_003]);
  });

  it("counts behind a detection filter what that lets through", () => {
    const limits =
      "detection_filter:track by_src,count 2,seconds 10; threshold:type limit,track by_src,count 1,seconds 10";
    expect(told(limits, [0, 1, 2, 3, 4, 5])).toEqual([2]);
  });
});

describe("who is counted", () => {
  const sent = (track: string): number[][] => {
    core.begin(rule(`threshold:type limit,track ${track},count 1,seconds 60`));
    const seen: number[][] = [];
    for (const source of [1, 2])
      for (const destination of [1, 2])
        for (let times = 0; times < 2; times++)
          if (core.send(attack(source, destination)).length > 0) seen.push([source, destination]);
    return seen;
  };

  it.each([
    [
      "by_src",
      [
        [1, 1],
        [2, 1],
      ],
    ],
    [
      "by_dst",
      [
        [1, 1],
        [1, 2],
      ],
    ],
    [
      "by_both",
      [
        [1, 1],
        [1, 2],
        [2, 1],
        [2, 2],
      ],
    ],
    ["by_rule", [[1, 1]]],
  ])("is told by %s", (track, expected) => {
    expect(sent(track)).toEqual(expected);
  });

  it("is the sender of the packet, whichever end sorts lower", () => {
    core.begin(rule("threshold:type limit,track by_src,count 1,seconds 60"));
    const frame = (src: string, dst: string): Uint8Array =>
      f.ethernet({}, f.ipv4({ src, dst }, f.udp({ sport: 9, dport: 9 }, f.text("attack"))));
    expect(core.sids(frame("10.0.0.1", "10.0.0.2"), frame("10.0.0.2", "10.0.0.1"))).toEqual([1, 1]);
    expect(core.sids(frame("10.0.0.1", "10.0.0.3"), frame("10.0.0.2", "10.0.0.3"))).toEqual([]);
  });

  it("is an IPv6 address as a whole", () => {
    core.begin(rule("threshold:type limit,track by_src,count 1,seconds 60"));
    const frame = (src: string): Uint8Array =>
      f.ethernet({}, f.ipv6({ src, dst: "2001:db8::9" }, f.udp({ sport: 9, dport: 9 }, f.text("attack"))));
    expect(core.sids(frame("2001:db8::1"), frame("2001:db8::1"), frame("2001:db9::1"))).toEqual([1, 1]);
  });
});

describe("a suppression", () => {
  const alone = 'alert udp any any -> any any (content:"attack"; sid:1;)\n';
  it.each([
    ["suppress gen_id 1, sig_id 1", []],
    [
      "suppress gen_id 1, sig_id 1, track by_src, ip 10.1.0.1",
      [
        [2, 1],
        [2, 2],
      ],
    ],
    [
      "suppress gen_id 1, sig_id 1, track by_dst, ip 10.2.0.2/32",
      [
        [1, 1],
        [2, 1],
      ],
    ],
    ["suppress gen_id 1, sig_id 1, track by_src, ip 10.1.0.0/16", []],
    [
      "suppress gen_id 1, sig_id 1, track by_src, ip [10.1.0.0/16,!10.1.0.2]",
      [
        [2, 1],
        [2, 2],
      ],
    ],
  ])("%s", (line, expected) => {
    core.begin(`${alone}${line}\n`);
    const seen: number[][] = [];
    for (const source of [1, 2])
      for (const destination of [1, 2])
        if (core.send(attack(source, destination)).length > 0) seen.push([source, destination]);
    expect(seen).toEqual(expected);
    expect(core.counter(L.COUNTER_ALERTS_SUPPRESSED)).toBe(4 - expected.length);
  });
});

describe("the table of counts", () => {
  it("gives up the count used longest ago for another, and tells", () => {
    const thresholdLimit = 16;
    core.begin(rule("threshold:type limit,track by_src,count 1,seconds 3600"), { thresholdLimit });
    let alerts = 0;
    for (let source = 0; source < 200; source++) alerts += core.send(attack(source)).length;
    expect(alerts).toBe(200);
    expect(core.counter(L.COUNTER_THRESHOLDS_EVICTED)).toBe(200 - thresholdLimit);
    expect(core.send(attack(199))).toEqual([]);
  });

  it("takes no place of a count that is not over while one is", () => {
    core.begin(rule("threshold:type limit,track by_src,count 1,seconds 2"), { thresholdLimit: 8 });
    const at = (source: number, second: number): number =>
      core.send(attack(source), { timeNs: 100n * SECOND + BigInt(second) * SECOND }).length;
    for (let source = 0; source < 8; source++) expect(at(source, source < 4 ? 0 : 1)).toBe(1);
    for (let source = 8; source < 12; source++) expect(at(source, 2)).toBe(1);
    for (let source = 4; source < 12; source++) expect(at(source, 2)).toBe(0);
    expect(core.counter(L.COUNTER_THRESHOLDS_EVICTED)).toBe(0);
  });

  it("begins anew with other rules", () => {
    core.begin(rule("threshold:type limit,track by_src,count 1,seconds 3600"));
    expect(core.sids(attack(), attack())).toEqual([1]);
    core.install(rule("threshold:type limit,track by_src,count 1,seconds 3600"));
    expect(core.sids(attack(), attack())).toEqual([1]);
  });
});

describe("a clock that goes back", () => {
  it("by a little is within the interval, by more begins another", () => {
    const limits = "threshold:type limit,track by_src,count 1,seconds 10";
    expect(told(limits, [0, -1, -500, -999, 5])).toEqual([0]);
    expect(told(limits, [0, -90_000, -89_999, 0])).toEqual([0, -90_000, 0]);
  });

  it("does not silence a rule by its rate", () => {
    const rate = { alertRate: 1, alertBurst: 2 };
    const limits = "threshold:type limit,track by_rule,count 1000,seconds 1";
    expect(told(limits, [0, 1, 2, -90_000, -89_000, -88_999, -88_000], rate)).toEqual([
      0, 1, -89_000, -88_000,
    ]);
  });
});

describe("the rate of a rule", () => {
  it("lets a burst through, then so many a second, each rule by itself", () => {
    core.begin(
      'alert udp any any -> any any (content:"attack"; sid:1;)\nalert udp any any -> any 9 (sid:2;)\n' +
        "alert udp 10.1.0.2 any -> any 9 (sid:3;)",
      { alertRate: 2, alertBurst: 3 },
    );
    const seen: number[][] = [];
    for (let tick = 0; tick < 20; tick++) {
      const alerts = core.send(attack(tick < 19 ? 1 : 2), {
        timeNs: 100n * SECOND + BigInt(tick) * 100n * MS,
      });
      seen.push(alerts.map(({ sid }) => sid));
    }
    expect(seen.slice(0, 3)).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(seen.flat().filter((sid) => sid === 1).length).toBe(3 + 3);
    expect(seen[19]).toContain(3);
    expect(core.ruleState(1, R.RULE_STATE_LIMITED_OFFSET)).toBe(14);
    expect(core.ruleState(1, R.RULE_STATE_ALERTS_OFFSET)).toBe(6);
    expect(core.counter(L.COUNTER_ALERTS_LIMITED)).toBe(28);
  });

  it("is a bucket of tokens, whatever the times", () => {
    const seed = seedOf("rate");
    for (let round = 0; round < 60; round++) {
      const random = new Random(seed, round);
      const alertRate = random.pick([1, 2, 3, 10, 1000]);
      const alertBurst = random.pick([1, 2, 5, 50]);
      core.begin('alert udp any any -> any any (content:"attack"; sid:1;)', { alertRate, alertBurst });
      // Thousandths of a token; a thousandth comes each 1/rate ms.
      const full = BigInt(alertBurst) * 1000n;
      let tokens = full;
      let counted = -1n;
      let time = 100n * SECOND;
      for (let packet = 0; packet < 200; packet++) {
        time += BigInt(random.below(random.pick([1, 1000, 2_000_000, 400_000_000, 3_000_000_000])));
        if (counted < 0n) counted = time;
        const units = (time - counted) / MS;
        counted += units * MS;
        tokens = tokens + units * BigInt(alertRate) > full ? full : tokens + units * BigInt(alertRate);
        const expected = tokens >= 1000n;
        if (expected) tokens -= 1000n;
        const alerts = core.send(attack(), { timeNs: time });
        expect(alerts.length, `seed ${seed} round ${round} packet ${packet}`).toBe(Number(expected));
      }
    }
  });
});

describe("limits of random rules and times", () => {
  it("are those of a plain model", () => {
    const seed = seedOf("limits");
    for (let round = 0; round < 60; round++) {
      const random = new Random(seed, 1000 + round);
      const type = random.pick(["limit", "threshold", "both", "detection"] as const);
      const count = random.between(1, 5);
      const seconds = random.pick([1, 2, 10]);
      const limits =
        type === "detection"
          ? `detection_filter:track by_src,count ${count},seconds ${seconds}`
          : `threshold:type ${type},track by_src,count ${count},seconds ${seconds}`;
      core.begin(rule(limits));
      const known = new Map<number, { start: bigint; hits: number }>();
      let time = 100n * SECOND;
      for (let packet = 0; packet < 150; packet++) {
        time += BigInt(random.below(random.pick([1, 100, 1000, 12_000]))) * MS;
        const source = random.below(5);
        let entry = known.get(source);
        if (entry === undefined || time - entry.start >= BigInt(seconds) * SECOND) {
          entry = { start: time, hits: 0 };
          known.set(source, entry);
        }
        entry.hits++;
        let expected = entry.hits <= count;
        if (type === "both") expected = entry.hits === count;
        if (type === "detection") expected = entry.hits > count;
        if (type === "threshold") {
          expected = entry.hits === count;
          if (expected) entry.hits = 0;
        }
        const alerts = core.send(attack(source), { timeNs: time });
        expect(alerts.length, `seed ${seed} round ${round} packet ${packet} ${limits}`).toBe(
          Number(expected),
        );
      }
    }
  });
});
