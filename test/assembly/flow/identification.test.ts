// What IP headers tell of a sender: identification, don't-fragment, TTL, TOS.

import { describe, expect, it } from "vitest";
import { readOne } from "../../support/read.js";
import type { FlowSide } from "../../support/record.js";
import { type SegmentOptions, Talk } from "../../support/talk.js";

function side(...headers: SegmentOptions[]): FlowSide {
  const t = new Talk();
  return readOne(headers.map((options) => t.c("A", 1, options))).orig;
}

const ids = (...list: number[]): FlowSide => side(...list.map((id) => ({ id })));

describe("identification", () => {
  it.each([
    ["all zero", [0, 0, 0], { idZero: 3, idSame: 0, idUp: 0 }],
    ["constant", [7, 7, 7], { idZero: 0, idSame: 2, idUp: 0 }],
    ["counting up", [7, 8, 10], { idZero: 0, idSame: 0, idUp: 2 }],
    ["counting up through the wrap", [65534, 65535, 1], { idZero: 0, idSame: 0, idUp: 2 }],
    ["a step of 1024 is up", [1, 1025], { idZero: 0, idSame: 0, idUp: 1 }],
    ["a step of 1025 is not", [1, 1026], { idZero: 0, idSame: 0, idUp: 0 }],
    ["going down", [300, 299], { idZero: 0, idSame: 0, idUp: 0 }],
    ["zero but one", [0, 20959, 0, 0], { idZero: 3, idSame: 0, idUp: 0 }],
  ])("%s", (_, list, expected) => {
    expect(ids(...list)).toMatchObject(expected);
  });

  it("is each side's own", () => {
    const t = new Talk();
    const record = readOne([
      t.c("A", 0, { id: 5 }),
      t.s("A", 0, { id: 5 }),
      t.c("A", 0, { id: 6 }),
      t.s("A", 0, { id: 5 }),
    ]);
    expect(record.orig).toMatchObject({ idSame: 0, idUp: 1 });
    expect(record.resp).toMatchObject({ idSame: 1, idUp: 0 });
  });
});

it("don't-fragment is counted", () => {
  expect(side({ df: true }, { df: false }, { df: true }).df).toBe(2);
});

it("TTL: lowest and highest", () => {
  expect(side({ ttl: 64 }, { ttl: 57 }, { ttl: 101 })).toMatchObject({ ttlLow: 57, ttlHigh: 101 });
});

it("TOS: first and last", () => {
  expect(side({ tos: 8 }, { tos: 16 }, { tos: 32 })).toMatchObject({ tosFirst: 8, tosLast: 32 });
});
