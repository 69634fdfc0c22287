// Hidden connections in a report's words, with what a plot needs: the line in pieces, points on it and off it.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hiddenOf } from "../../../host/report/hidden.js";
import { flow, type LookSketch, look, many, START_US } from "./features/rig.js";

/** At random, and the same each time. */
const random = (n: number): number =>
  1024 + (createHash("sha256").update(String(n)).digest().readUInt16BE() % 60_000);

const hidden = (sketch: LookSketch) => hiddenOf(look(sketch));
const counting = (count: number, from: number, step: number, modulo = 65_536) =>
  many(count, (n) => flow({ at: n * 10, sport: (from + n * step) % modulo || 1 }));

describe("source ports", () => {
  it("that count up give a rate, and a line from the first point to the last", () => {
    const [ports, ...rest] = hidden({ flows: counting(8, 20_000, 101) });
    expect(rest).toEqual([]);
    expect(ports).toMatchObject({
      counter: "source-port",
      pointsLeftOut: 0,
      fit: { kind: "sequential", rate: 10.1 },
    });
    expect(ports?.text).toBe(
      "about 10.1 hidden connections a second (10.1 to 10.1): source ports 20000 to 20707 in 70 s mean about 707 connections opened, of which 8 were seen",
    );
    expect(ports?.points.every(({ isOnLine }) => isOnLine)).toBe(true);
    expect(ports?.line).toHaveLength(1);
    const [piece] = ports!.line;
    expect(piece).toMatchObject({ fromUs: START_US, toUs: START_US + 70e6 });
    expect(piece!.fromValue).toBeCloseTo(20_000, 3);
    expect(piece!.toValue).toBeCloseTo(20_707, 3);
  });

  it("that go round give a line in pieces, each within the range", () => {
    const [ports] = hidden({ flows: counting(30, 60_000, 400) });
    if (ports?.fit.kind !== "sequential") throw new Error(ports?.text);
    const { rangeLow, rangeSize } = ports.fit;
    expect(ports.fit.wrapped).toBe(1);
    expect(ports.text).toContain("(round once)");
    expect(ports.line).toHaveLength(2);
    for (const { fromValue, toValue, fromUs, toUs } of ports.line) {
      expect(fromUs).toBeLessThan(toUs);
      for (const value of [fromValue, toValue]) {
        expect(value).toBeGreaterThanOrEqual(rangeLow - 1e-3);
        expect(value).toBeLessThanOrEqual(rangeLow + rangeSize + 1e-3);
      }
    }
    expect(ports.line[0]!.toUs).toBeCloseTo(ports.line[1]!.fromUs, 0);
  });

  it("show which point is not on the line", () => {
    const flows = counting(20, 20_000, 100);
    flows[10] = flow({ at: 100, sport: 50_001 });
    const [ports] = hidden({ flows });
    expect(ports?.points.filter(({ isOnLine }) => !isOnLine).map(({ value }) => value)).toEqual([50_001]);
    expect(ports?.text).toContain("; 1 of 20 are not on the line");
  });

  it("that do not count up, or are too few, are said to be so", () => {
    const scattered = many(12, (n) => flow({ at: n, sport: random(n) }));
    const [no] = hidden({ flows: scattered });
    expect(no).toMatchObject({ fit: { kind: "not-sequential" }, line: [] });
    expect(no?.text).toMatch(/^how many connections were not seen can't be said: /);
    expect(no?.points.some(({ isOnLine }) => isOnLine)).toBe(false);
    const [few] = hidden({ flows: counting(3, 100, 1) });
    expect(few?.text).toBe(
      "how many connections were not seen can't be said: 3 flows from 3 source ports are too little for it",
    );
    expect(few?.fit).toEqual({ kind: "too-few", points: 3 });
  });

  it("say so where nothing is hidden", () => {
    const [ports] = hidden({ flows: counting(12, 100, 1) });
    expect(ports?.text).toBe("by its source ports the source opened no more connections than were seen (12)");
  });

  it("are not asked of several sources, of one flow, of a flood's victim, of pings", () => {
    const two = many(8, (n) => flow({ at: n, sport: 100 + n, source: `192.0.2.${n % 2}` }));
    expect(hidden({ flows: two })).toEqual([]);
    expect(hidden({ flows: counting(1, 100, 1) })).toEqual([]);
    expect(hidden({ flows: counting(8, 100, 100), kind: "target" })).toEqual([]);
    expect(hidden({ flows: many(8, (n) => flow({ at: n, proto: 1, sport: 8 })) })).toEqual([]);
  });

  it("are sampled where they are many", () => {
    const [ports] = hidden({ flows: many(900, (n) => flow({ at: n, sport: 2000 + n * 50 })) });
    expect(ports?.points).toHaveLength(400);
    expect(ports?.pointsLeftOut).toBe(500);
  });
});

describe("IP IDs", () => {
  it("that count up tell of packets to everybody; those of 0 tell nothing", () => {
    const packets = many(20, (n) => ({ ipId: n % 4 === 3 ? 0 : 1000 + n * 49 }));
    const [ids] = hidden({ flows: [flow()], packets });
    expect(ids?.counter).toBe("ip-id");
    expect(ids?.text).toMatch(
      /^by its IP IDs, which count up, the source sent about 49\.0 packets a second to everybody \(.*\): about 882 in 18 s, of which 15 were seen$/,
    );
  });

  it("are not told where they show no more than was seen, or are random", () => {
    expect(hidden({ flows: [flow()], packets: many(9, (n) => ({ ipId: 5 + n })) })).toEqual([]);
    expect(hidden({ flows: [flow()], packets: many(9, (n) => ({ ipId: random(n) })) })).toEqual([]);
  });

  it("are the flows' last where packets are not there", () => {
    const flows = many(10, (n) => flow({ at: n, orig: { packets: 2, idLast: 500 + n * 100 } }));
    const ids = hidden({ flows }).find(({ counter }) => counter === "ip-id");
    expect(ids?.fit).toMatchObject({ kind: "sequential", seen: 10 });
  });
});
