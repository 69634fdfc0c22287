// Holds the comparison against flows written by hand, and the list of differences against its document.
// Apart from the system test because it needs no argus.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Flow } from "./canonical.js";
import { CASES } from "./cases.js";
import { type Capture, compare } from "./compare.js";
import { KNOWN } from "./differences.js";
import { document } from "./document.js";
import { LEFT_OUT } from "./left-out.js";
import { total } from "./report.js";

function flow(fields: Partial<Flow> = {}): Flow {
  return {
    key: "tcp 10.0.0.1 4000 - 10.0.0.2 80",
    group: "tcp",
    proto: 6,
    ends: ["10.0.0.1 4000", "10.0.0.2 80"],
    source: 0,
    opened: true,
    packets: [2, 1],
    bytes: [120, 60],
    appBytes: [0, 0],
    flags: ["SA", "SA"],
    stime: 1,
    ltime: 2,
    argus: [],
    stray: [],
    ...fields,
  };
}

function capture(argus: Flow[], stray: Flow[]): Capture {
  const none = new Set<string>();
  const facts = {
    links: new Set([1]),
    isWireShort: false,
    hasOddArp: false,
    oddSyns: none,
    resetFirst: none,
    slack6: none,
  };
  return { argus, stray, undecoded: {}, facts };
}

const kinds = (of: Capture): string[] => compare(of).verdicts.map(({ kind }) => kind);

describe("verdicts", () => {
  it("agree when every field does", () => {
    expect(kinds(capture([flow()], [flow()]))).toEqual(["agree"]);
  });

  it.each([
    ["source", { source: 1 as const }],
    ["arrow", { opened: false }],
    ["packets", { packets: [1, 1] as [number, number] }],
    ["bytes", { bytes: [120, 61] as [number, number] }],
    ["appbytes", { appBytes: [1, 0] as [number, number] }],
    ["flags", { flags: ["S", "SA"] as [string, string] }],
  ])("are unexplained when the %s differs and nothing tells why", (aspect, fields) => {
    const [verdict] = compare(capture([flow()], [flow(fields)])).verdicts;
    expect(verdict).toMatchObject({ kind: "unexplained", difference: { aspects: [aspect] } });
  });

  it("are unexplained when only one side has the flow", () => {
    const other = flow({ key: "other" });
    expect(kinds(capture([flow(), other], [other]))).toEqual(["unexplained", "agree"]);
    expect(kinds(capture([other], [flow(), other]))).toEqual(["agree", "unexplained"]);
  });

  it("need a rule for each aspect that differs", () => {
    const notes = [{ notes: ["fragment"], dir_reason: "first-packet" }] as unknown as Flow["stray"];
    const more = flow({ appBytes: [9, 0], stray: notes });
    expect(kinds(capture([flow()], [more]))).toEqual(["explained"]);
    expect(kinds(capture([flow()], [{ ...more, bytes: [121, 60] }]))).toEqual(["unexplained"]);
  });
});

describe("totals", () => {
  it("count the fraction over the flows that both can decode", () => {
    const comparison = compare(capture([flow()], [flow({ opened: false })]));
    const agreeing = compare(capture([flow()], [flow()]));
    const base = { argus: "flows", stray: "flows", detail: "" };
    const totals = total([
      { ...base, name: "a", comparison },
      { ...base, name: "b", comparison: agreeing },
    ]);
    expect(totals).toMatchObject({ fraction: 0.5, unexplained: 1, compared: 2, strayFailed: 0 });
  });
});

describe("the lists", () => {
  it("have unique names", () => {
    const ids = [...KNOWN, ...LEFT_OUT].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  });

  it("are what docs/argus.md says", () => {
    expect(readFileSync(new URL("../../docs/argus.md", import.meta.url), "utf8")).toBe(document());
  });
});
