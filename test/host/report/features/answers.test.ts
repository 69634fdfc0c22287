// What those who were asked answered.

import { expect, it } from "vitest";
import { answers } from "../../../../host/report/features/answers.js";
import { many, syn, told, whole } from "./rig.js";

const asked = (dport: number, answer?: "SA" | "RA") =>
  syn({
    dport,
    ...(answer === undefined ? {} : { resp: { packets: 1, flags: answer } }),
    ...(answer === "SA" ? { sawSynAck: true, orig: { packets: 2, flags: "SR" } } : {}),
  });

it("counts accepted, refused, silent, and names the open ports", () => {
  const flows = [
    ...many(4, (n) => asked(n + 1)),
    asked(22, "SA"),
    asked(80, "SA"),
    ...many(3, (n) => asked(90 + n, "RA")),
  ];
  expect(told(answers, { flows })).toBe(
    "of 9 connections asked for, 2 were accepted (22, 80), 3 refused by RST, 4 met silence",
  );
});

it("names hosts where there are several", () => {
  const flows = [...many(5, (n) => syn({ destination: `198.51.100.${n + 2}` })), asked(22, "SA")];
  expect(told(answers, { flows })).toContain("1 were accepted (198.51.100.1 port 22), 0 refused");
});

it("is not told of few, nor of conversations", () => {
  expect(told(answers, { flows: many(4, (n) => asked(n)) })).toBeUndefined();
  expect(told(answers, { flows: many(9, () => whole()) })).toBeUndefined();
});
