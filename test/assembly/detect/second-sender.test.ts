// Signs of a second sender: TTLs and IDs that leave their way and come back, resets that their sender does not know of.

import { describe, expect, it } from "vitest";
import { ID_UP_MIN, JITTER_PACKETS_MIN, TTL_JITTER_MIN } from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import type { FindingName } from "../../../host/record/findings.js";
import { back, handshake, tcp } from "./frames.js";
import { Rig } from "./rig.js";

const rig = new Rig();
const ENDS = { src: "198.51.100.9", dst: "203.0.113.5" };
const HERE = { ...back(ENDS), ack: 101 };

interface Said {
  ttl?: number;
  id?: number;
  flags?: string;
  seq?: number;
  data?: string;
}

/** A connection whose server sends these; four bytes each unless told. `first` is its SYN-ACK. */
function found(says: readonly Said[], first: Said = {}): FindingName[] {
  const server = (said: Said, seq: number): Uint8Array =>
    tcp({ ...HERE, ttl: 57, id: 7, flags: "PA", data: said.flags === undefined ? "data" : "", seq, ...said });
  const [syn, , ack] = handshake(ENDS);
  rig.begin().send(syn!, server({ flags: "SA", data: "", ...first }, 900), ack!);
  let seq = 901;
  for (const said of says) {
    rig.send(server(said, seq));
    if (said.seq === undefined && said.flags === undefined) seq += 4;
  }
  return rig.names();
}

const same = (count: number, ttl = 57): Said[] => Array.from({ length: count }, () => ({ ttl }));

describe("ttl-jitter", () => {
  it("is another TTL, four hops off or more, and the usual one again", () => {
    for (const off of [1, TTL_JITTER_MIN - 1, -(TTL_JITTER_MIN - 1)]) {
      expect(found([...same(6), { ttl: 57 + off }, { ttl: 57 }])).toEqual([]);
    }
    for (const off of [TTL_JITTER_MIN, -TTL_JITTER_MIN, 40]) {
      expect(found([...same(6), { ttl: 57 + off }])).toEqual([]);
      expect(found([...same(6), { ttl: 57 + off }, { ttl: 57 }])).toEqual(["ttl-jitter"]);
    }
  });

  it("is none of a route that changes, once or twice", () => {
    expect(found([...same(6), ...same(6, 50)])).toEqual([]);
    expect(found([...same(6), ...same(6, 50), ...same(6, 61)])).toEqual([]);
    expect(found([...same(6), ...same(6, 62), ...same(6, 49)])).toEqual([]);
  });

  it("is none of a proxy that answers the SYN with a TTL of its own", () => {
    for (const ttl of [255, 64, 40]) expect(found(same(8), { ttl })).toEqual([]);
  });

  it("is none of SYN, FIN and RST, which others send at times", () => {
    for (const flags of ["RA", "FA", "SA"]) {
      expect(found([...same(6), { ttl: 40, flags }, { ttl: 57, flags }])).not.toContain("ttl-jitter");
    }
  });

  it("takes as many packets as make a habit", () => {
    const other = { ttl: 40 };
    expect(found([...same(1), other, ...same(1)]).length).toBe(Number(JITTER_PACKETS_MIN <= 4));
    rig.begin();
    // Without a handshake there is no conversation to speak into.
    for (const ttl of [57, 57, 57, 57, 40, 57]) rig.send(tcp({ ...ENDS, ttl, flags: "A", data: "" }));
    expect(rig.names()).toEqual([]);
  });
});

describe("ip-id-jitter", () => {
  const up = (count: number, from = 100): Said[] =>
    Array.from({ length: count }, (_, i) => ({ id: from + i }));

  it("is one ID far from a counter that goes on behind it", () => {
    const steady = up(ID_UP_MIN + 3);
    const next = { id: 100 + ID_UP_MIN + 3 };
    expect(found([...steady, { id: 20_000 }], { id: 99 })).toEqual([]);
    expect(found([...steady, { id: 20_000 }, next], { id: 99 })).toEqual(["ip-id-jitter"]);
    const forged = { id: 100 + ID_UP_MIN + 2 + L.IP_ID_STEP_MAX };
    expect(found([...steady, forged, next], { id: 99 })).toEqual([]);
    expect(found([...steady, { id: forged.id + 1 }, next], { id: 99 })).toEqual(["ip-id-jitter"]);
  });

  it("is none before the counter is known, nor where it is none", () => {
    expect(found([...up(ID_UP_MIN - 2), { id: 20_000 }, { id: 100 + ID_UP_MIN - 2 }], { id: 99 })).toEqual(
      [],
    );
    const random = [5, 40_000, 3000, 61_000, 20_000, 900, 33_000, 7, 50_000, 12_345, 6, 41_000, 3001];
    expect(found(random.map((id) => ({ id })))).toEqual([]);
  });

  it("is none of a counter that jumps and goes on there, of a packet overtaken, of 0, of the other half", () => {
    const steady = up(ID_UP_MIN + 3);
    const next = { id: 100 + ID_UP_MIN + 3 };
    expect(found([...steady, ...up(6, 40_000)], { id: 99 })).toEqual([]);
    expect(found([...steady, { id: 60_000 }, { id: 20_000 }, { id: 20_001 }], { id: 99 })).toEqual([]);
    expect(found([...steady, { id: 101 }, next], { id: 99 })).toEqual([]);
    expect(found([...steady, { id: 0 }, next], { id: 99 })).toEqual([]);
    expect(found([...steady, { id: 100 + 32_768 }, next], { id: 99 })).toEqual([]);
  });

  it("leaves the evidence as it is without detection", () => {
    const records = [0, L.DETECT_FLAG_ON].map((detectFlags) => {
      rig.begin({ limits: { detectFlags }, isTwoWay: false });
      const ids = [...Array.from({ length: 12 }, (_, i) => 100 + i), 20_000, 112, 113];
      for (const id of ids) rig.send(tcp({ ...ENDS, id, flags: "A" }));
      return rig.flows()[0]?.orig;
    });
    expect(records[0]).toEqual(records[1]);
    expect(records[0]?.idUp).toBe(11 + 2);
  });
});

describe("rst-injected", () => {
  const reset = (ttl: number, more: Said = {}): Said => ({ ttl, flags: "R", ...more });

  it("is a reset over a very different way, in the middle of a conversation", () => {
    for (const off of [1, 2, TTL_JITTER_MIN - 1, 32, 64, 127]) {
      expect(found([...same(6), reset(57 + off)]), `${off} hops`).toEqual([]);
    }
    for (const off of [TTL_JITTER_MIN, -TTL_JITTER_MIN, 30, 100]) {
      expect(found([...same(6), reset(57 + off)]), `${off} hops`).toEqual(["rst-injected"]);
    }
  });

  it("is none before there is a habit, after a FIN, or where the TTL has none", () => {
    expect(found([...same(JITTER_PACKETS_MIN - 2), reset(70)])).toEqual([]);
    expect(found([...same(6), { flags: "FA" }, reset(70)])).toEqual([]);
    expect(found([...same(6), { ttl: 58 }, reset(70)])).toEqual([]);
    expect(found(same(6), { ttl: 255 })).toEqual([]);
  });

  it("is one whose sender goes on behind it as if it had sent none", () => {
    const going = [...same(2), reset(57), { ttl: 57 }];
    expect(found(going)).toEqual(["rst-injected"]);
    // A reset elsewhere in the window, or bytes from before it, show nothing.
    expect(found([...same(2), reset(57, { seq: 5000 }), { ttl: 57 }])).toEqual([]);
    expect(found([...same(2), reset(57), { ttl: 57, seq: 901, flags: "PA", data: "data" }])).toEqual([]);
  });

  it("is none of data that was only captured late", () => {
    found([...same(2), reset(57)]);
    const late = tcp({ ...HERE, ttl: 57, flags: "PA", data: "data", seq: 909 });
    rig.wait(-5).send(late);
    expect(rig.names()).toEqual([]);
  });

  it("is none of a port that is used again", () => {
    found([...same(2), reset(57)]);
    rig.send(...handshake(ENDS), tcp({ ...HERE, ttl: 57, flags: "PA", data: "data", seq: 901 }));
    expect(rig.names()).toEqual([]);
  });

  it("is none of a balancer that resets idle connections, a hop or two nearer", () => {
    for (const off of [-2, -1, 1, 2]) {
      found(same(6));
      rig
        .wait(350_000)
        .send(
          tcp({ ...HERE, ttl: 57 + off, flags: "R", seq: 925 }),
          tcp({ ...ENDS, ttl: 64 + off, flags: "R", seq: 101 }),
        );
      expect(rig.names()).toEqual([]);
    }
  });
});
