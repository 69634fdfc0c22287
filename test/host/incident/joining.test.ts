// What makes an incident, what belongs to it, how grave it is, and what becomes of it.

import { describe, expect, it } from "vitest";
import { FINDING_POLICY, OPENING_POINTS } from "../../../host/incident/policy.js";
import { FINDING_NAMES } from "../../../host/record/findings.js";
import { Rig, START_MS } from "./rig.js";

const SOURCE = "217.29.131.130";
const TARGET = "130.216.236.45";
const LETTER = ["midstream-data", "one-way", "fin-with-data-no-handshake", "unanswered-retransmit"] as const;
const HOUR = 3_600_000;

describe("the policy", () => {
  it("has a row for every finding, with a reason", () => {
    expect(FINDING_POLICY.map(({ finding }) => finding)).toEqual([...FINDING_NAMES]);
    for (const { points, reason } of FINDING_POLICY) {
      expect(points).toBeGreaterThanOrEqual(0);
      expect(points).toBeLessThanOrEqual(OPENING_POINTS);
      expect(reason).not.toBe("");
    }
  });

  it("what is a trait or noise alone opens nothing, however often", () => {
    const rig = new Rig();
    for (let n = 0; n < 500; n++) {
      rig.flow(SOURCE, TARGET, [
        "bad-checksum",
        "bad-header",
        "ip-id-zero",
        "one-way",
        "martian-source",
        "signature",
      ]);
    }
    expect(rig.all()).toEqual([]);
  });

  it("several weak signs open one, with what led to it", () => {
    const rig = new Rig();
    for (let n = 0; n < 4; n++) rig.flow(SOURCE, `192.0.2.${n}`, ["dark-destination"]);
    expect(rig.all()).toEqual([]);
    rig.pass(1000);
    rig.flow(SOURCE, "192.0.2.4", ["dark-destination"]);
    const incident = rig.only();
    expect(incident).toMatchObject({ flows: 5, destinations: 5, ports: 1, severity: "low", kind: "source" });
    expect(incident.facts).toHaveLength(5);
    expect(incident.firstUs).toBeLessThan(START_MS * 1000 + 1000);
  });

  it("weak signs are forgotten after the join window; one flow's records say them once", () => {
    const rig = new Rig();
    for (let n = 0; n < 10; n++) {
      rig.flow(SOURCE, TARGET, ["dark-destination"]);
      rig.pass(HOUR + 1000);
    }
    expect(rig.all()).toEqual([]);
    const orig = { address: SOURCE, port: 1000 };
    for (let n = 0; n < 20; n++)
      rig.flow(SOURCE, TARGET, ["dark-destination"], { orig, startUs: START_MS * 1000 });
    expect(rig.all()).toEqual([]);
  });

  it("half a conversation counts only where nobody is seen to answer", () => {
    const rig = new Rig();
    for (let n = 0; n < 50; n++) {
      rig.flow(SOURCE, TARGET, LETTER, { orig: { address: SOURCE, ackAdvances: 3 } });
      rig.flow("192.0.2.1", TARGET, LETTER, { notes: 1 << 20 });
      rig.flow("192.0.2.2", TARGET, LETTER, { flowFlags: 4 });
    }
    expect(rig.all()).toEqual([]);
  });

  it("of a flow that only one end was heard in, that end is the source", () => {
    const rig = new Rig();
    rig.flow(TARGET, SOURCE, LETTER, {
      orig: { address: TARGET, packets: 0 },
      resp: { address: SOURCE, packets: 4 },
    });
    expect(rig.only()).toMatchObject({ subject: SOURCE, destinationList: [TARGET] });
  });
});

describe("joining", () => {
  it("the letter: flows and the alert of one source are one incident", () => {
    const rig = new Rig();
    for (let n = 0; n < 7; n++) {
      rig.flow(SOURCE, TARGET, LETTER);
      rig.pass(120_000);
      if (n === 3) rig.alert(SOURCE, TARGET, { sid: 981, packetIndex: 10 });
    }
    const incident = rig.only();
    expect(incident).toMatchObject({
      kind: "source",
      state: "open",
      severity: "high",
      title: `rule 981: ${SOURCE} to ${TARGET} port 80`,
      subject: SOURCE,
      flows: 7,
      alerts: 1,
      packets: 14,
      bytes: 1400,
      sources: 1,
      destinations: 1,
      ports: 1,
      reopened: 0,
      findings: {
        "midstream-data": 7,
        "one-way": 7,
        "fin-with-data-no-handshake": 7,
        "unanswered-retransmit": 7,
      },
      alertsBySid: [{ gid: 1, sid: 981, message: "rule 981", priority: 1, count: 1 }],
      destinationList: [TARGET],
      portList: ["80"],
      evidence: [{ packet: 10, worker: 0, gid: 1, sid: 981 }],
      previous: null,
    });
    expect(incident.id).toMatch(/^I-[0-9A-HJKMNP-TV-Z]{8}$/);
    expect(incident.facts).toHaveLength(7);
    expect(incident.facts[0]).toMatchObject({ source: { address: SOURCE }, destination: { port: 80 } });
    expect(incident.events.map(({ what, who }) => [what, who])).toEqual([
      ["opened", "strayd"],
      ["severity", "strayd"],
    ]);
    expect(rig.said.find(({ text }) => text.includes("opened"))?.text).toContain(incident.id);
  });

  it("other sources are other incidents; what is further apart than the window is another one", () => {
    const rig = new Rig();
    rig.flow(SOURCE, TARGET, LETTER);
    rig.flow("192.0.2.9", TARGET, LETTER);
    rig.pass(HOUR - 1000);
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.all()).toHaveLength(2);
    rig.pass(HOUR + 1000);
    rig.flow(SOURCE, TARGET, LETTER);
    const [latest, ...others] = rig.all();
    expect(others).toHaveLength(2);
    expect(latest).toMatchObject({ subject: SOURCE, flows: 1 });
    expect(others.map(({ id }) => id)).toContain(latest?.previous);
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.all()[0]).toMatchObject({ id: latest?.id, flows: 2 });
  });

  it("intermediate records of a flow add packets, not flows", () => {
    const rig = new Rig();
    const startUs = START_MS * 1000;
    const record = (lastUs: number, packets: number, reportedPackets: number) =>
      rig.flow(SOURCE, TARGET, LETTER, {
        startUs,
        lastUs,
        orig: {
          address: SOURCE,
          port: 4000,
          packets,
          reportedPackets,
          bytes: packets * 100,
          reportedBytes: reportedPackets * 100,
        },
      });
    record(startUs, 10, 0);
    record(startUs + 60_000_000, 15, 10);
    record(startUs + 120_000_000, 25, 15);
    expect(rig.only()).toMatchObject({
      flows: 1,
      packets: 25,
      bytes: 2500,
      findings: { "midstream-data": 1 },
    });
    expect(rig.only().facts).toEqual([expect.objectContaining({ endUs: startUs + 120_000_000 })]);
  });

  it("a sweep is one incident of its source, and a source that begins to sweep becomes one", () => {
    const rig = new Rig();
    rig.flow(SOURCE, TARGET, LETTER);
    rig.flow(SOURCE, "192.0.2.1", ["host-sweep"]);
    for (let n = 0; n < 300; n++) rig.flow(SOURCE, `10.0.${n >> 8}.${n & 255}`, ["syn-scan"]);
    const incident = rig.only();
    expect(incident).toMatchObject({ kind: "sweep", severity: "medium", flows: 302, sources: 1 });
    expect(Math.abs(incident.destinations - 302)).toBeLessThan(8);
    expect(incident.destinationList).toHaveLength(32);
    expect(incident.facts).toHaveLength(64);
    expect(incident.title).toMatch(new RegExp(`^${SOURCE} .* to \\d+ destinations port 80$`));
  });

  it("a flood is one incident of its target, whatever else its sources' flows show", () => {
    const rig = new Rig();
    for (let n = 0; n < 1000; n++) {
      rig.flow(`100.${n >> 8}.${n & 255}.1`, TARGET, ["syn-flood", "one-way", "null-scan"]);
    }
    const incident = rig.only();
    expect(incident).toMatchObject({ kind: "target", subject: TARGET, severity: "high", flows: 1000 });
    expect(incident.title).toMatch(/^SYN flood against 130\.216\.236\.45 from (9\d\d|10\d\d) sources$/);
  });

  it("a flow's records may tell one finding more each: every flow counts once for each", () => {
    const rig = new Rig();
    for (const port of [1000, 1001, 1002]) {
      const orig = { address: SOURCE, port };
      const startUs = START_MS * 1000 + port;
      rig.flow(SOURCE, TARGET, ["http-traversal", "null-scan"], { orig, startUs });
      rig.flow(SOURCE, TARGET, ["http-traversal", "null-scan", "midstream-data"], {
        orig,
        startUs,
      });
      rig.flow(SOURCE, TARGET, ["http-traversal", "null-scan", "midstream-data", "one-way"], {
        orig,
        startUs,
      });
    }
    expect(rig.only()).toMatchObject({
      flows: 3,
      findings: { "http-traversal": 3, "null-scan": 3, "midstream-data": 3, "one-way": 3 },
    });
  });

  it("what is asked in vain after the sweep or flood was noticed is counted with it; what is answered is not", () => {
    const rig = new Rig();
    rig.flow(SOURCE, "192.0.2.1", ["host-sweep"]);
    for (let n = 0; n < 40; n++) rig.flow(SOURCE, `10.0.0.${n}`, [], { resp: { packets: 0 } });
    for (let n = 0; n < 40; n++) rig.flow(SOURCE, `10.0.1.${n}`, [], { resp: { packets: 3, appBytes: 100 } });
    expect(rig.only()).toMatchObject({ kind: "sweep", flows: 41, findings: { "host-sweep": 1 } });
    const flood = new Rig();
    flood.flow("192.0.2.1", TARGET, ["syn-flood"]);
    for (let n = 0; n < 500; n++) flood.flow(`100.64.${n >> 8}.${n & 255}`, TARGET, n % 2 ? ["one-way"] : []);
    flood.flow("192.0.2.9", TARGET, [], { resp: { packets: 3, appBytes: 100 } });
    flood.flow("192.0.2.8", "192.0.2.2", []);
    expect(flood.only()).toMatchObject({ kind: "target", subject: TARGET, flows: 501 });
    expect(flood.count("forgotten")).toBe(0);
  });

  it("backscatter is of who answers; a few answers are noise", () => {
    const rig = new Rig();
    for (let n = 0; n < 4; n++) rig.flow(SOURCE, `10.0.0.${n}`, ["backscatter"]);
    expect(rig.all()).toEqual([]);
    rig.flow(SOURCE, "10.0.0.5", ["backscatter"]);
    expect(rig.only()).toMatchObject({ kind: "target", subject: SOURCE, severity: "low" });
  });

  it("an alert at an answer is of who began the conversation", () => {
    const rig = new Rig();
    rig.alert(TARGET, SOURCE, { bits: 0 });
    expect(rig.only()).toMatchObject({ subject: SOURCE, destinationList: [TARGET] });
  });

  it("alerts: gravity by priority, more so where the conversation is answered", () => {
    const rig = new Rig();
    rig.alert("192.0.2.1", TARGET, { priority: 1, packets: [3, 2] });
    rig.alert("192.0.2.2", TARGET, { priority: 1, packets: [3, 0] });
    rig.alert("192.0.2.3", TARGET, { priority: 2 });
    for (let n = 0; n < 3; n++) rig.alert("192.0.2.4", TARGET, { priority: 3 });
    for (let n = 0; n < 2; n++) rig.alert("192.0.2.5", TARGET, { priority: 3 });
    rig.alert("192.0.2.6", TARGET, { priority: 9 });
    const bySubject = new Map(rig.all().map(({ subject, severity }) => [subject, severity]));
    expect(Object.fromEntries(bySubject)).toEqual({
      "192.0.2.1": "critical",
      "192.0.2.2": "high",
      "192.0.2.3": "medium",
      "192.0.2.4": "low",
    });
  });

  it("ordinary conversations of the source are kept as context, and count as nothing", () => {
    const rig = new Rig();
    rig.flow(SOURCE, TARGET, LETTER);
    for (let n = 0; n < 30; n++) rig.flow(SOURCE, "198.51.100.9", []);
    rig.flow("192.0.2.77", TARGET, []);
    const incident = rig.only();
    expect(incident).toMatchObject({ flows: 1, destinations: 1 });
    expect(incident.facts).toHaveLength(17);
  });

  it("what was in force is kept, and told anew when it changes", () => {
    let config = "aaaa";
    const rig = new Rig(undefined, { inForce: () => ({ config, rules: "bbbb" }) });
    rig.flow(SOURCE, TARGET, LETTER);
    rig.flow(SOURCE, TARGET, LETTER);
    config = "cccc";
    rig.flow(SOURCE, TARGET, LETTER);
    expect(rig.only().inForce.map((it) => [it.config, it.rules])).toEqual([
      ["aaaa", "bbbb"],
      ["cccc", "bbbb"],
    ]);
  });

  it("evidence has its file's name as soon as there is one", () => {
    let file: string | undefined;
    const rig = new Rig(undefined, { evidenceFile: () => file });
    rig.alert(SOURCE, TARGET);
    file = "evidence-1.pcapng";
    for (let n = 0; n < 60; n++) rig.alert(SOURCE, TARGET, { packetIndex: n + 2 });
    const { evidence } = rig.only();
    expect(evidence).toHaveLength(32);
    expect(evidence[0]).toMatchObject({ packet: 1, file: "evidence-1.pcapng" });
    expect(evidence.at(-1)).toMatchObject({ packet: 61, file: "evidence-1.pcapng" });
  });
});

describe("clock jumps", () => {
  it("back: it goes on, and nothing is seen before it began", () => {
    const rig = new Rig();
    rig.flow(SOURCE, TARGET, LETTER);
    rig.nowMs -= 600_000;
    rig.pass(0);
    rig.flow(SOURCE, TARGET, LETTER);
    const incident = rig.only();
    expect(incident.flows).toBe(2);
    expect(incident.firstUs).toBeLessThan(incident.lastUs);
  });

  it("by years and back: other incidents, all of them whole", () => {
    const rig = new Rig();
    rig.flow(SOURCE, TARGET, LETTER);
    rig.pass(10 * 365 * 24 * HOUR);
    rig.flow(SOURCE, TARGET, LETTER);
    rig.nowMs = START_MS + 1000;
    rig.pass(0);
    rig.flow(SOURCE, TARGET, LETTER);
    const all = rig.all();
    expect(all).toHaveLength(3);
    for (const { firstUs, lastUs, flows } of all) {
      expect(flows).toBe(1);
      expect(lastUs - firstUs).toBeLessThan(1000);
    }
  });
});

describe("causes", () => {
  it("are weighed again as flows come, a few at a time, and none is forgotten", () => {
    const rig = new Rig();
    for (let n = 0; n < 30; n++) rig.flow(`10.0.0.${n}`, TARGET, ["null-scan"]);
    rig.pass(600);
    expect(rig.all().filter(({ cause }) => cause !== null)).toHaveLength(4);
    for (let turn = 0; turn < 60; turn++) rig.pass(250);
    expect(rig.all().filter(({ cause }) => cause === null)).toEqual([]);
    expect(rig.count("weigh-errors")).toBe(0);
  });

  it("are weighed at the end, whatever was weighed just before", async () => {
    const rig = new Rig();
    rig.flow(SOURCE, TARGET, ["null-scan"]);
    rig.pass(600);
    for (let n = 0; n < 20; n++) rig.flow(SOURCE, `192.0.2.${n}`, ["null-scan"]);
    const before = rig.only().causes[0]?.evidence.length ?? 0;
    await rig.reopen();
    const [first] = rig.only().causes;
    expect(first?.cause).toMatch(/scan/);
    expect(first?.evidence.length).toBeGreaterThanOrEqual(before);
  });
});
