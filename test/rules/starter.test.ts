// The rules that come with stray, each held against traffic that gives its alert and traffic that must not; and the
// letter's capture, whose alert must be the letter's.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { letterFrames, SNORT_TIME_NS, type TimedFrame } from "../../examples/letter.js";
import { STARTER_CASES } from "../../examples/starter/cases.js";
import { asked, getText, opening, segment, timed } from "../../examples/starter/talk.js";
import { AlertRing, drainAlerts } from "../../host/alert/alert-ring.js";
import { utcTime } from "../../host/alert/fast-format.js";
import { FullFormat } from "../../host/alert/full-format.js";
import { parseRules } from "../../host/rules/parse/index.js";
import { RulesCore } from "../support/rules-core.js";

const RULES = readFileSync(new URL("../../rules/stray.rules", import.meta.url), "utf8");
const set = parseRules(RULES);
const core = new RulesCore();

function sidsOf(frames: readonly TimedFrame[]): number[] {
  core.begin(RULES);
  return frames.flatMap(({ frame, timeNs }) => core.send(frame, { timeNs }).map(({ sid }) => sid));
}

describe("the starter rules", () => {
  it("are all in force, without a warning", () => {
    expect(set.problems).toEqual([]);
    expect(set.rules.length).toBeGreaterThan(20);
  });

  it("have a case each, and no case is of another", () => {
    expect(STARTER_CASES.map(({ sid }) => sid).sort()).toEqual(set.rules.map(({ sid }) => sid).sort());
  });

  it.each(STARTER_CASES.map((each) => [each.sid, each.name, each] as const))(
    "%i %s",
    (sid, _name, { hit, miss }) => {
      expect(sidsOf(hit), "what must give it").toContain(sid);
      expect(sidsOf(miss), "what must not").not.toContain(sid);
    },
  );
});

const REQUESTS = STARTER_CASES.flatMap(({ sid, name, request }) =>
  request === undefined ? [] : ([[sid, name, request]] as const),
);
const FIRST_SEQ = 1001;

/** The request in segments of so many bytes. */
function pieces(request: string, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(request.length / size) }, (_, index) =>
    segment(request.slice(index * size, (index + 1) * size), { seq: FIRST_SEQ + index * size }),
  );
}

describe("a request that gives an alert", () => {
  it.each(REQUESTS)("%i %s, with nothing before it and nothing that answers", (sid, _name, request) => {
    expect(sidsOf(timed([segment(request, { flags: "FPA" })]))).toContain(sid);
  });

  it.each(REQUESTS)("%i %s, in pieces, the last ones first", (sid, _name, request) => {
    for (const size of [5, 11]) {
      const parts = pieces(request, size);
      const late = parts.splice(-4).toReversed();
      expect(sidsOf(timed([...opening(), ...parts, ...late])), `of ${size} bytes`).toContain(sid);
    }
  });

  it.each([
    [9000005, ["..%255c..", "..%252f..", "..%25%35%63..", "..%25%35c..", "..%255C.."]],
    [9000006, ["..%%35%63..", "..%%35c.."]],
  ] as const)("%i in every form", (sid, forms) => {
    for (const form of forms)
      expect(sidsOf(timed(asked(getText(`/scripts/${form}/winnt/x`)))), form).toContain(sid);
  });

  it("gives one alert of each rule", () => {
    for (const [sid, name, request] of REQUESTS) {
      const told = sidsOf(timed([...opening(), ...pieces(request, 24)])).filter((each) => each === sid);
      expect(told, name).toHaveLength(1);
    }
  });
});

describe("the letter's capture", () => {
  it("gives the letter's alert of its packet and of the one before, which it repeats", () => {
    core.begin(RULES);
    const told = letterFrames().flatMap(({ frame, timeNs }) => core.send(frame, { timeNs }));
    const times = told.filter(({ sid }) => sid === 9000001).map(({ timeNs }) => timeNs);
    expect(times).toHaveLength(2);
    expect(times).toContain(SNORT_TIME_NS);
  });

  it("prints it as the letter does, character for character", () => {
    core.begin(RULES);
    const format = new FullFormat({ style: "letter", time: utcTime() });
    const ring = new AlertRing(core.sensor, (_generation, index) => core.compiled?.rules[index]);
    let printed = "";
    for (const { frame, timeNs } of letterFrames()) {
      core.push(frame, { timeNs });
      core.exports.drain();
      drainAlerts(ring, ring.capacity, (alert) => {
        if (alert.sid === 9000001 && timeNs === SNORT_TIME_NS) printed = format.text(alert);
      });
    }
    const golden = readFileSync(new URL("../golden/alert/letter.txt", import.meta.url), "utf8");
    expect(printed.trimEnd()).toBe(golden.trimEnd());
  });
});
