// What a person does with incidents, and what they do by themselves afterwards: close, reopen, merge, mute.

import { describe, expect, it } from "vitest";
import { StrayError } from "../../../host/errors.js";
import type { IncidentAction, MuteKind } from "../../../host/incident/model.js";
import { muteValue } from "../../../host/incident/mutes.js";
import { Rig } from "./rig.js";

const SOURCE = "217.29.131.130";
const OTHER = "192.0.2.7";
const TARGET = "130.216.236.45";
const LETTER = ["midstream-data", "fin-with-data-no-handshake", "unanswered-retransmit"] as const;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function opened(source = SOURCE): { rig: Rig; id: string } {
  const rig = new Rig();
  rig.flow(source, TARGET, LETTER);
  return { rig, id: rig.only().id };
}

const act = (rig: Rig, id: string, action: IncidentAction, text = "", into?: string) =>
  rig.operator.update({ id, action, text, who: "anna", ...(into === undefined ? {} : { into }) });
const mute = (rig: Rig, kind: MuteKind, value: string, untilMs: number | null = null) =>
  rig.operator.mute({ kind, value, reason: "known", who: "anna", untilMs });

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof StrayError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("states", () => {
  it("each change is an event with who and why, and stays over a restart", async () => {
    const { rig, id } = opened();
    rig.pass(1000);
    act(rig, id, "acknowledge");
    act(rig, id, "note", "asked the provider: häßlich \u001b[31m");
    act(rig, id.toLowerCase(), "close", "filter repaired");
    await rig.reopen();
    const incident = rig.only();
    expect(incident).toMatchObject({ id, state: "closed", closedMs: rig.nowMs });
    expect(incident.events.map(({ what, who, text }) => [what, who, text])).toEqual([
      ["opened", "strayd", ""],
      ["acknowledged", "anna", ""],
      ["closed", "anna", "filter repaired"],
    ]);
    expect(incident.notes).toEqual([
      { ms: rig.nowMs, who: "anna", text: "asked the provider: häßlich \\x1b[31m" },
    ]);
    act(rig, id.slice(0, 5), "reopen");
    expect(rig.only().state).toBe("open");
  });

  it("closed: what began before is counted, what comes later reopens it", () => {
    const { rig, id } = opened();
    rig.pass(60_000);
    act(rig, id, "close");
    const beforeUs = (rig.nowMs - 30_000) * 1000;
    rig.pass(1000);
    rig.flow(SOURCE, TARGET, LETTER, { startUs: beforeUs, lastUs: beforeUs });
    expect(rig.only()).toMatchObject({ state: "closed", flows: 2 });
    rig.flow(SOURCE, TARGET, ["one-way"]);
    expect(rig.only()).toMatchObject({ state: "closed", flows: 2 });
    rig.pass(3 * HOUR);
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.only()).toMatchObject({ id, state: "open", flows: 3, reopened: 1, closedMs: null });
    expect(rig.only().events.at(-1)).toMatchObject({ what: "reopened", who: "strayd" });
    expect(rig.count("reopened")).toBe(1);
  });

  it("closed long ago: a new one, which names it", () => {
    const { rig, id } = opened();
    act(rig, id, "close");
    rig.pass(8 * DAY);
    rig.flow(SOURCE, TARGET, LETTER);
    const [latest, before] = rig.all();
    expect(latest).toMatchObject({ state: "open", previous: id, flows: 1 });
    expect(before).toMatchObject({ id, state: "closed", reopened: 0 });
  });

  it("acknowledged: goes on silently within the window", () => {
    const { rig, id } = opened();
    act(rig, id, "acknowledge");
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.only()).toMatchObject({ state: "acknowledged", flows: 2 });
  });

  it("a false positive keeps the same thing silent for ever, and counts it; another thing is another incident", () => {
    const { rig, id } = opened();
    act(rig, id, "false-positive", "that is our tester");
    for (let n = 0; n < 20; n++) {
      rig.pass(DAY);
      rig.flow(SOURCE, TARGET, LETTER);
      rig.flow(SOURCE, TARGET, ["fin-with-data-no-handshake", "dark-destination"]);
    }
    expect(rig.only()).toMatchObject({ id, state: "false-positive", suppressed: 40, flows: 1 });
    expect(rig.count("suppressed")).toBe(40);
    rig.alert(SOURCE, TARGET);
    const [latest] = rig.all();
    expect(latest).toMatchObject({ state: "open", alerts: 1, previous: id });
  });
});

describe("refusals", () => {
  it("of what is not there, is not enough, or is too much", () => {
    const { rig, id } = opened();
    expect(refusal(() => act(rig, "I-00000000", "close"))).toBe("no incident is called I-00000000");
    expect(refusal(() => act(rig, id, "note", "  "))).toBe("a note's text was expected");
    expect(refusal(() => act(rig, id, "merge", "", id))).toBe("two different incidents were expected");
    for (let n = 0; n < 200; n++) act(rig, id, "note", `note ${n}`);
    expect(refusal(() => act(rig, id, "note", "one more"))).toContain("200 notes");
    expect(rig.only().notes).toHaveLength(200);
    expect(refusal(() => rig.operator.mute({ untilMs: null, reason: "", who: "", id }))).toContain(
      "a reason",
    );
    expect(refusal(() => mute(rig, "source", "192.0.2.300"))).toContain("an address or a network");
    expect(refusal(() => mute(rig, "finding", "no-such"))).toContain("the name of a finding");
    expect(refusal(() => mute(rig, "sid", "x"))).toContain("a rule's number");
    expect(refusal(() => mute(rig, "source", OTHER, rig.nowMs))).toContain("still to come");
  });

  it("an ambiguous beginning names two", () => {
    const rig = new Rig();
    for (let n = 0; n < 60; n++) rig.flow(`10.0.0.${n}`, TARGET, LETTER);
    expect(refusal(() => act(rig, "I-", "close"))).toBe("no incident is called I-");
    const [{ id } = { id: "" }] = rig.all();
    const same = rig.all().filter((other) => other.id.startsWith(id.slice(0, 3)));
    if (same.length > 1)
      expect(refusal(() => act(rig, id.slice(0, 3), "close"))).toContain("several incidents");
  });

  it("events of a life are bounded, the first stays", () => {
    const { rig, id } = opened();
    for (let n = 0; n < 150; n++) {
      act(rig, id, "close");
      act(rig, id, "reopen");
    }
    const { events } = rig.only();
    expect(events).toHaveLength(200);
    expect(events[0]?.what).toBe("opened");
  });
});

describe("merging", () => {
  it("adds all up, keeps notes and life, and both ids and both sources lead there", async () => {
    const rig = new Rig();
    rig.flow(SOURCE, TARGET, LETTER);
    rig.pass(5000);
    rig.flow(OTHER, "130.216.236.46", LETTER);
    rig.alert(OTHER, "130.216.236.46");
    const [from, into] = rig.all();
    act(rig, from!.id, "note", "the same machine");
    expect(act(rig, from!.id, "merge", "one host, two addresses", into!.id)).toBe(into!.id);
    await rig.reopen();
    const incident = rig.only();
    expect(incident).toMatchObject({
      id: into!.id,
      flows: 2,
      alerts: 1,
      sources: 2,
      destinations: 2,
      severity: "high",
      merged: [from!.id],
      notes: [{ text: "the same machine" }],
    });
    expect(incident.firstUs).toBe(into!.firstUs);
    expect(incident.lastUs).toBe(from!.lastUs);
    expect(incident.facts).toHaveLength(2);
    expect(incident.events.find(({ what }) => what === "merged")).toMatchObject({
      what: "merged",
      text: `${from!.id} into this one: one host, two addresses`,
    });
    rig.flow(OTHER, TARGET, LETTER);
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.only().flows).toBe(4);
    expect(act(rig, from!.id, "close")).toBe(into!.id);
  });
});

describe("mutes", () => {
  it.each([
    ["source", SOURCE],
    ["source", "217.29.0.0/16"],
    ["destination", TARGET],
    ["destination", "130.216.236.45/31"],
  ] as const)("of %s %s: nothing of it is added, all of it is counted", (kind, value) => {
    const rig = new Rig();
    const { number } = mute(rig, kind, value);
    for (let n = 0; n < 5; n++) rig.flow(SOURCE, TARGET, LETTER);
    rig.alert(SOURCE, TARGET);
    rig.flow("198.51.100.1", "198.51.100.2", LETTER);
    expect(rig.only().subject).toBe("198.51.100.1");
    expect(rig.engine.book.mutes.get(number)).toMatchObject({ matched: 6, lastMs: rig.nowMs });
    expect(rig.count("muted")).toBe(6);
  });

  it("of a rule or a finding: the rest is added", () => {
    const rig = new Rig();
    mute(rig, "sid", "1000001");
    mute(rig, "finding", "fin-with-data-no-handshake");
    rig.alert(SOURCE, TARGET, { sid: 1_000_001 });
    rig.alert(SOURCE, TARGET, { sid: 1_000_002 });
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.only()).toMatchObject({
      alerts: 1,
      findings: { "midstream-data": 1, "unanswered-retransmit": 1 },
    });
    expect(rig.engine.book.mutes.all.map(({ matched }) => matched)).toEqual([1, 1]);
  });

  it("by an incident: what it is about, and an event in its life", () => {
    const { rig, id } = opened();
    const made = rig.operator.mute({ id, untilMs: null, reason: "our tester", who: "anna" });
    expect(made).toMatchObject({ kind: "source", value: SOURCE, matched: 0 });
    expect(rig.only().events.at(-1)).toMatchObject({ what: "muted", text: `source ${SOURCE}: our tester` });
    expect(refusal(() => mute(rig, "source", SOURCE))).toContain(`by mute ${made.number}`);
    rig.operator.unmute(made.number);
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.only().flows).toBe(2);
    expect(refusal(() => rig.operator.unmute(made.number))).toBe(`there is no mute ${made.number}`);
  });

  it("run out at their time, and stay over a restart with their counts until then", async () => {
    const rig = new Rig();
    mute(rig, "source", SOURCE, rig.nowMs + HOUR);
    rig.flow(SOURCE, TARGET, LETTER);
    rig.pass(6000);
    await rig.reopen();
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.engine.book.mutes.all).toMatchObject([
      { value: SOURCE, matched: 2, reason: "known", who: "anna" },
    ]);
    rig.pass(HOUR);
    expect(rig.engine.book.mutes.size).toBe(0);
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.only().flows).toBe(1);
    await rig.reopen();
    expect(rig.engine.book.mutes.size).toBe(0);
  });

  it("values are written as alerts have them", () => {
    expect(muteValue("source", "::ffff:192.0.2.1")).toBe("192.0.2.1");
    expect(muteValue("source", "2001:DB8:0:0::1")).toBe("2001:db8::1");
    expect(muteValue("destination", "192.0.2.77/24")).toBe("192.0.2.0/24");
    expect(muteValue("destination", "2001:db8::77/32")).toBe("2001:db8::/32");
    expect(muteValue("source", "192.0.2.1/32")).toBe("192.0.2.1");
    expect(muteValue("sid", "981")).toBe("1:981");
    expect(muteValue("sid", "3:981")).toBe("3:981");
    for (const wrong of ["127.1", "192.0.2.1/33", "fe80::1%eth0", "1.2.3.4/8/8", "", "0x7f.1.1.1"]) {
      expect(() => muteValue("source", wrong), wrong).toThrow(StrayError);
    }
  });
});
