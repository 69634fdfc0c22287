// Columns, ranges and time formats: what they accept and what they say to the rest.

import { describe, expect, it } from "vitest";
import { recordRange } from "../../../host/cli/read-options.js";
import { chooseColumns } from "../../../host/print/columns.js";
import { timeFormatter } from "../../../host/print/time-format.js";
import { secondsText } from "../../../host/record/field-types.js";

const names = (...specs: string[]) =>
  chooseColumns(specs, ["stime", "saddr", "daddr"])
    .map(({ field, width }) => (width === field.width ? field.name : `${field.name}:${width}`))
    .join(" ");

describe("-s", () => {
  it.each([
    [[], "stime saddr daddr"],
    [["dur,spkts"], "dur spkts"],
    [["dur spkts"], "dur spkts"],
    [["dur", "spkts:12"], "dur spkts:12"],
    [["+dur"], "stime saddr daddr dur"],
    [["+2dur"], "stime dur saddr daddr"],
    [["-saddr"], "stime daddr"],
    [["-saddr,+dur,-stime"], "daddr dur"],
    [["dur,+spkts"], "dur spkts"],
    [["SAddr"], "saddr"],
    [["+99dur"], "stime saddr daddr dur"],
  ])("%j", (specs, columns) => {
    expect(names(...specs)).toBe(columns);
  });

  it.each([
    ["nosuch", `no field is called "nosuch"; there are stime ltime`],
    ["dur:0", "a width from 1 to 256 was expected"],
    ["dur:x", `expected field, +field, -field or field:width, found "dur:x"`],
    ["-2dur", "expected field"],
    ["-stime,-saddr,-daddr", "leaves no field"],
  ])("refuses %s", (spec, message) => {
    expect(() => names(spec)).toThrow(message);
  });
});

describe("-N", () => {
  it.each([
    ["5", 1, 5],
    ["0", 1, 0],
    ["2-4", 2, 4],
    ["2+4", 2, 6],
    ["o2-4", 2, 4],
  ])("%s", (text, first, last) => {
    expect(recordRange(text)).toEqual({ first, last });
  });

  it.each(["", "x", "4-2", "0-3", "-3", "1-"])("refuses '%s'", (text) => {
    expect(() => recordRange(text)).toThrow(`found "${text}"`);
  });
});

describe("times", () => {
  const us = Date.UTC(2001, 9, 7, 1, 2, 3) * 1000 + 4005;

  it("follow the pattern", () => {
    const date = new Date(us / 1000);
    expect(timeFormatter("%Y%%%f|%s")(us)).toBe(`${date.getFullYear()}%004005|${Math.floor(us / 1e6)}`);
    expect(timeFormatter("%d %b %y %H:%M:%S")(us)).toMatch(/^0[678] Oct 01 \d\d:\d\d:03$/);
  });

  it("are formed anew in each second", () => {
    const format = timeFormatter("%S.%f");
    expect([us, us + 1, us + 1_000_000].map(format)).toEqual(["03.004005", "03.004006", "04.004005"]);
  });

  it("refuse what they don't know", () => {
    expect(() => timeFormatter("%Q")).toThrow(`"%Q" is not known`);
    expect(() => timeFormatter("100%")).toThrow(`"%" is not known`);
  });

  it("have six decimals as seconds", () => {
    expect([0, 1, 999_999, 1_000_000, 1_003_318_266_000_000].map(secondsText)).toEqual([
      "0.000000",
      "0.000001",
      "0.999999",
      "1.000000",
      "1003318266.000000",
    ]);
  });
});
