// Findings of conduct: data without a handshake, its repetition, scans by flags, land. Raised without detection too, so
// that the two modes are held to be alike. More of them with inspection: ../inspect/findings.test.ts.

import { describe, expect, it } from "vitest";
import { DATA_MIN, LATE_MS, REPEAT_MS } from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import type { FindingName } from "../../../host/record/findings.js";
import { back, connection, handshake, tcp } from "./frames.js";
import { Rig, type RigOptions } from "./rig.js";

const rig = new Rig();
const ENDS = { src: "198.51.100.9", dst: "203.0.113.5" };
const LATER = "one-way";

/** What is found in the frames, at those distances, with detection on; the same with it off, but for one-way. */
function found(frames: readonly Uint8Array[], gapMs = REPEAT_MS, options: RigOptions = {}): FindingName[] {
  const run = (detectFlags: number): FindingName[] => {
    rig.begin({ ...options, limits: { ...options.limits, detectFlags } });
    for (const frame of frames) rig.send(frame).wait(gapMs - 1);
    return rig.names().filter((name) => name !== LATER);
  };
  const names = run(L.DETECT_FLAG_ON);
  expect(run(0)).toEqual(names);
  return names;
}

const data = (more = {}): Uint8Array => tcp({ ...ENDS, flags: "PA", data: "data", ...more });
/** Data, and more of it: time for an answer to the first. */
const twice = (more = {}): Uint8Array[] => [data(more), data({ seq: 1004, ...more })];

describe("midstream-data", () => {
  it("needs two bytes: one may be a keep-alive", () => {
    expect(found([data({ data: "x".repeat(DATA_MIN - 1) })])).toEqual([]);
    expect(found([data({ data: "x".repeat(DATA_MIN) }), tcp({ ...ENDS, flags: "A", seq: 1002 })])).toEqual([
      "midstream-data",
    ]);
  });

  it("gives an answer its time", () => {
    expect(found(twice(), REPEAT_MS - 1)).toEqual([]);
    expect(found(twice(), REPEAT_MS)).toEqual(["midstream-data"]);
  });

  it("is none where the other side converses; a RST is no conversation", () => {
    expect(found([data(), tcp({ ...back(ENDS), flags: "A" }), data({ seq: 1004 })])).toEqual([]);
    expect(found([data(), tcp({ ...back(ENDS), flags: "RA" }), data({ seq: 1004 })])).toEqual([
      "midstream-data",
    ]);
  });

  it("is none behind a SYN or a SYN-ACK, nor with a RST", () => {
    const [syn, synAck] = handshake(ENDS);
    expect(found([syn!, data({ seq: 101 })])).toEqual([]);
    expect(found([synAck!, data({ seq: 101 })])).toEqual([]);
    expect(found([data({ flags: "RA" })])).toEqual([]);
    expect(found([data({ flags: "S" })])).toEqual([]);
  });

  it("is of both protocols and both directions", () => {
    expect(found(twice({ src: "2001:db8::1", dst: "2001:db8::2" }))).toEqual(["midstream-data"]);
    expect(found(twice(back(ENDS)))).toEqual(["midstream-data"]);
  });

  it("is none soon after the sensor began, nor when frames were lost", () => {
    const pickupNs = 10_000_000_000n;
    expect(found([data()], 1, { limits: { pickupNs } })).toEqual([]);
    rig.begin();
    rig.core.view.setBigUint64(L.STATE_BASE + L.STATE_LOSS_TIME_OFFSET, rig.timeNs - 3_000_000_000n, true);
    expect(rig.send(data()).names()).toEqual([]);
    expect(rig.flows().flatMap(({ notes }) => notes)).toEqual(["loss"]);
    rig.begin();
    rig.core.view.setBigUint64(L.STATE_BASE + L.STATE_LOSS_TIME_OFFSET, rig.timeNs - 9_000_000_000n, true);
    expect(
      rig
        .send(data())
        .wait(REPEAT_MS)
        .send(data({ seq: 1004 }))
        .names(),
    ).toContain("midstream-data");
  });

  it("is none of a conversation that the table knew, or had no place for", () => {
    // Three lasting conversations a way: one set, all of it protected, so that more is refused.
    rig.begin({ limits: { flowSets: 1, protectNs: 600_000_000_000n } });
    for (let sport = 1; sport <= 40; sport++) rig.send(...handshake({ ...ENDS, sport }));
    for (let sport = 1; sport <= 40; sport++) rig.send(data({ sport, seq: 101 }));
    expect(rig.names()).toEqual([]);
    expect(rig.counter(L.COUNTER_FLOWS_REFUSED)).toBeGreaterThan(8);
    expect(rig.counter(L.COUNTER_NO_HANDSHAKE_NEVER)).toBe(0);
  });

  it("is counted once a flow, and for a new flow anew", () => {
    rig.begin();
    for (let i = 0; i < 5; i++)
      rig.send(data({ seq: 1000 + i * 4 }), data({ sport: 4001, seq: 1000 + i * 4 })).wait(600);
    expect(rig.found()["midstream-data"]).toBe(2);
  });
});

describe("fin-with-data-no-handshake", () => {
  it("is FIN and data in one segment", () => {
    const fin = tcp({ ...ENDS, flags: "FA", seq: 1004 });
    expect(found([data({ flags: "FPA" })])).toEqual([]);
    expect(found([data({ flags: "FPA" }), fin]).slice(0, 2)).toEqual([
      "midstream-data",
      "fin-with-data-no-handshake",
    ]);
    expect(found([data(), tcp({ ...ENDS, flags: "FA", seq: 1004 })])).toEqual(["midstream-data"]);
    expect(found([tcp({ ...ENDS, flags: "FA" })])).toEqual([]);
  });
});

describe("unanswered-retransmit", () => {
  const again = (...more: Uint8Array[]): Uint8Array[] => [data(), data(), ...more];

  it("takes a second: a copy by a mirror comes at once", () => {
    expect(found(again(), REPEAT_MS - 1)).not.toContain("unanswered-retransmit");
    expect(found(again(), REPEAT_MS)).toEqual(["midstream-data", "unanswered-retransmit"]);
  });

  it("waits longer for an answer while the conversation goes on: on a slow line it takes more than a second", () => {
    const late = [data(), data(), tcp({ ...back(ENDS), flags: "A", ack: 1004 })];
    expect(found(late, LATE_MS - 1)).not.toContain("unanswered-retransmit");
    expect(found([...again(), data()], LATE_MS)).toContain("unanswered-retransmit");
  });

  it("is told of what may be older than the sensor too: that nobody answers is true all the same", () => {
    expect(found(again(), REPEAT_MS, { limits: { pickupNs: 60_000_000_000n } })).toEqual([
      "unanswered-retransmit",
    ]);
  });

  it("is none where the other side was heard, or is heard", () => {
    expect(found([data(), tcp({ ...back(ENDS), flags: "A" }), data()])).toEqual([]);
    expect(found([data({ ack: 1 }), data({ seq: 1004, ack: 500 }), data({ ack: 500 })])).toEqual([
      "midstream-data",
    ]);
  });

  it("is none of one who goes on: what it repeats lies behind what was acknowledged out of sight", () => {
    // An upload of which one direction passes, with a loss in it; and the same by a mirror port, twice each.
    const upload = Array.from({ length: 30 }, (_, i) => data({ seq: 1000 + i * 4 }));
    upload.splice(20, 0, data({ seq: 1000 + 15 * 4 }));
    expect(found(upload)).toEqual(["midstream-data"]);
    expect(
      found(
        upload.flatMap((frame) => [frame, frame]),
        200,
      ),
    ).toEqual(["midstream-data"]);
  });

  it("is none of a keep-alive", () => {
    const alive = tcp({ ...ENDS, flags: "A", seq: 1003, data: "x" });
    expect(found([data(), alive, alive, alive])).toEqual(["midstream-data"]);
  });
});

describe("scans by flags", () => {
  it.each([
    ["", "null-scan"],
    ["F", "fin-scan"],
    ["FPU", "xmas-scan"],
  ] as const)("'%s' is %s, with ECE and CWR too", (flags, name) => {
    expect(found([tcp({ ...ENDS, flags })])).toEqual([name]);
    expect(found([tcp({ ...ENDS, flags: `${flags}EC` })])).toEqual([name]);
  });

  it("are none of any other flags", () => {
    const letters = [..."FSRPAU"];
    for (let bits = 0; bits < 64; bits++) {
      const flags = letters.filter((_, i) => bits & (1 << i)).join("");
      if (["", "F", "FPU"].includes(flags)) continue;
      expect(found([tcp({ ...ENDS, flags })]), flags).toEqual([]);
    }
  });

  it.each(["F", "FPU", ""])("are none of a connection that was seen, or was known ('%s')", (flags) => {
    expect(found([...handshake(ENDS), tcp({ ...ENDS, flags, seq: 101 })])).toEqual([]);
    // Closed, its record made; then its last packet comes again.
    for (const laterMs of [15_000, 200_000, 3_000_000]) {
      rig.begin();
      rig.send(...connection(ENDS)).pass(12_000);
      rig.wait(laterMs).send(tcp({ ...ENDS, flags, seq: 110 }));
      expect(rig.names(), `after ${laterMs} ms`).toEqual([]);
    }
  });
});

describe("land", () => {
  const land = (address: string, more = {}): Uint8Array[] => [
    tcp({ src: address, dst: address, sport: 80, dport: 80, flags: "S", ...more }),
  ];

  it("is a SYN from where it goes", () => {
    expect(found(land("203.0.113.5"))).toEqual(["land"]);
    expect(found(land("2001:db8::5"))).toEqual(["land"]);
  });

  it("is none from another port, without SYN, or on a loopback", () => {
    expect(found(land("203.0.113.5", { sport: 81 }))).toEqual([]);
    expect(found(land("203.0.113.5", { flags: "A" }))).toEqual([]);
    expect(found(land("127.0.0.1"))).toEqual([]);
    expect(found(land("::1"))).toEqual([]);
  });
});
