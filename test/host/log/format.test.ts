// What a log line may hold and how it looks: data made plain, JSON and text with everything unprintable escaped.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StrayError } from "../../../host/errors.js";
import { jsonLine, textLine } from "../../../host/log/format.js";
import { plainData } from "../../../host/log/plain.js";
import { seedOf } from "../../support/random.js";

const PARAMETERS = { seed: seedOf("log format"), numRuns: 1000 };
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const DISTURBING = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u;

describe("data", () => {
  it("is of JSON's kinds, whatever it was", () => {
    const date = new Date(Date.UTC(2026, 10, 24));
    const plain = plainData({
      text: "a",
      number: 1.5,
      nan: Number.NaN,
      big: 2n ** 63n,
      small: 7n,
      yes: true,
      none: null,
      gone: undefined,
      run: () => 1,
      symbol: Symbol("s"),
      date,
      never: new Date(Number.NaN),
      bytes: new Uint8Array(9),
      map: new Map([["a", 1]]),
      list: [1, "b", undefined],
      error: new StrayError("SOME", "went wrong"),
      system: Object.assign(new Error("no entry"), { code: "ENOENT" }),
    });
    expect(plain).toEqual({
      text: "a",
      number: 1.5,
      nan: "NaN",
      big: "9223372036854775808",
      small: 7,
      yes: true,
      none: null,
      gone: undefined,
      run: undefined,
      symbol: undefined,
      date: "2026-11-24T00:00:00.000Z",
      never: "no date",
      bytes: "9 bytes",
      map: {},
      list: [1, "b", undefined],
      error: { message: "went wrong", code: "SOME" },
      system: { message: "no entry", code: "ENOENT" },
    });
  });

  it("gives the line's own keys way", () => {
    expect(plainData({ level: 1, time: 2, msg: 3, component: 4, other: 5 })).toEqual({
      level_: 1,
      time_: 2,
      msg_: 3,
      component_: 4,
      other: 5,
    });
  });

  it("is bounded, circles included, and survives getters that throw", () => {
    const circle: Record<string, unknown> = {
      long: "x".repeat(10_000),
      list: Array.from({ length: 1000 }, () => 1),
    };
    circle["self"] = circle;
    for (let index = 0; index < 1000; index++) circle[`key${index}`] = { ...circle };
    Object.defineProperty(circle, "bad", {
      enumerable: true,
      get() {
        throw new Error("no");
      },
    });
    expect(JSON.stringify(plainData({ circle })).length).toBeLessThan(20_000);
    expect(plainData({ a: { b: { c: { d: { e: { g: 1 } }, f: [[1], 2] } } } })).toEqual({
      a: { b: { c: { d: { e: "{...}" }, f: ["[...]", 2] } } },
    });
    const flat = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, index]));
    expect(Object.keys(plainData(flat))).toHaveLength(33);
    expect(plainData(flat)["..."]).toBe("968 more");
    expect((plainData(circle)["list"] as unknown[]).at(-1)).toBe("968 more");
  });

  it("is made plain without a throw for anything", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withMap: true }),
        (value) => {
          const line = JSON.stringify(plainData({ value }));
          expect(line.startsWith("{")).toBe(true);
        },
      ),
      PARAMETERS,
    );
  });
});

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\u001b", "\n", "\u202e", "\ud800", "a", '"', "\\") }),
);

describe("a JSON line", () => {
  it("reads back as the same data, and has nothing that disturbs", () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (data) => {
        const line = jsonLine(`${JSON.stringify(data)}\n`);
        expect(line).not.toMatch(DISTURBING);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(data)));
      }),
      PARAMETERS,
    );
  });
});

describe("a text line", () => {
  const line = (data: object, withTime = true) =>
    textLine(JSON.stringify({ level: "warn", time: "2026-11-24T22:00:00.000Z", ...data }), withTime);

  it("has time, level, component, message and data", () => {
    expect(
      line({
        component: "capture",
        name: "eth0",
        n: 1,
        why: "not up",
        a: { b: [1] },
        x: null,
        msg: "is down",
      }),
    ).toBe('2026-11-24T22:00:00.000Z warn  capture: is down name=eth0 n=1 why="not up" a={"b":[1]} x=null');
    expect(line({ msg: "is down", path: "/a/b.c", empty: "" }, false)).toBe(
      'warn  is down path=/a/b.c empty=""',
    );
  });

  it("is one line and has nothing that disturbs", () => {
    fc.assert(
      fc.property(text, text, text, (msg, key, value) => {
        expect(line({ component: value, msg, [`k${key}`]: value })).not.toMatch(DISTURBING);
      }),
      PARAMETERS,
    );
  });
});
