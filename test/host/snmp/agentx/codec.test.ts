// PDUs of AgentX, read and written: in pieces, in both byte orders, wrong in every way; and held against the codec of the
// package net-snmp, which is another reading of the same RFC.

import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MasterPdu, OID_MAX, PAYLOAD_MAX, RANGES_MAX } from "../../../../host/snmp/agentx/protocol.js";
import { AgentXError, Framer } from "../../../../host/snmp/agentx/read.js";
import {
  closePdu,
  getNextPdu,
  notifyPdu,
  openPdu,
  pingPdu,
  ResponseWriter,
  registerPdu,
} from "../../../../host/snmp/agentx/write.js";
import { MIB_ARC } from "../../../../host/snmp/mib/arcs.js";
import { oidText, parseOid } from "../../../../host/snmp/oid.js";
import { ValueType } from "../../../../host/snmp/values.js";
import { name, pdu } from "../../../support/agentx-master.js";

interface Codec {
  createFromVariables(variables: object): { toBuffer(): Buffer };
  createFromBuffer(bytes: Buffer): {
    sessionID: number;
    packetID: number;
    transactionID: number;
    searchRangeList?: { start: string | null; end: string | null }[];
    varbinds?: { type: number; oid: string; value: unknown }[];
  };
}
const require = createRequire(import.meta.url);
const { AgentXPdu: codec } = require("net-snmp") as { AgentXPdu: Codec };

const read = (bytes: Buffer, framer = new Framer()): MasterPdu[] => {
  const all: MasterPdu[] = [];
  framer.take(bytes, (one) => all.push(one) > 0);
  return all;
};
const ranges = (...oids: (readonly number[])[]) =>
  Buffer.concat(oids.flatMap((oid) => [name(oid), name([])]));
const oids = fc.array(fc.nat({ max: 0xffff_ffff }), { minLength: 1, maxLength: 20 });

describe("what a subagent writes", () => {
  const numbers = { session: 7, packet: 9 };

  it("is what net-snmp writes", () => {
    const theirs = (variables: object) =>
      codec.createFromVariables({ sessionID: 7, packetID: 9, ...variables }).toBuffer();
    const oid = oidText(MIB_ARC);
    expect(openPdu(9, 0, "stray")).toEqual(theirs({ pduType: 1, sessionID: 0, descr: "stray" }));
    expect(registerPdu(numbers, 5, MIB_ARC)).toEqual(theirs({ pduType: 3, timeout: 5, oid }));
    expect(closePdu(numbers)).toEqual(theirs({ pduType: 2 }));
    expect(pingPdu(numbers)).toEqual(theirs({ pduType: 13 }));
    const varbinds = [
      { oid: "1.3.6.1.6.3.1.1.4.1.0", type: ValueType.Oid, value: `${oid}.0.1` },
      { oid: `${oid}.1`, type: ValueType.OctetString, value: "text" },
      { oid: `${oid}.2`, type: ValueType.OctetString, value: "" },
      { oid: `${oid}.3`, type: ValueType.Integer, value: 3 },
      { oid: `${oid}.4`, type: ValueType.Gauge, value: 0xffff_ffff },
      { oid: `${oid}.5`, type: ValueType.TimeTicks, value: 5 },
      { oid: `${oid}.6`, type: ValueType.Counter64, value: 2 ** 53 - 1 },
      { oid: `${oid}.7`, type: ValueType.EndOfMibView, value: undefined },
      { oid: "2.5.4", type: ValueType.NoSuchObject, value: undefined },
    ];
    const ours = varbinds.map(({ value, ...rest }) => ({
      ...rest,
      oid: parseOid(rest.oid),
      ...(value === undefined ? {} : { value }),
    }));
    expect(notifyPdu(numbers, ours)).toEqual(theirs({ pduType: 12, varbinds }));
    const response = new ResponseWriter().begin({ ...numbers, transaction: 3 }, 17, 2);
    for (const one of ours) response.add(one);
    expect(response.end()).toEqual(theirs({ pduType: 18, transactionID: 3, error: 17, index: 2, varbinds }));
  });

  it("has octets that are no text as they are", () => {
    const response = new ResponseWriter().begin({ ...numbers, transaction: 3 });
    response.add({ oid: [1], type: ValueType.OctetString, value: Buffer.from([0x07, 0xea, 0xff, 0, 1]) });
    expect(response.end().subarray(-12).toString("hex")).toBe("0000000507eaff0001000000");
  });
});

describe("what a master sends", () => {
  it("is read as net-snmp reads it", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(oids, oids), { minLength: 1, maxLength: 5 }), (pairs) => {
        const bytes = pdu(6, Buffer.concat(pairs.flatMap(([start, end]) => [name(start), name(end)])));
        const [ours] = read(bytes);
        const theirs = codec.createFromBuffer(bytes).searchRangeList;
        if (ours?.kind !== "getNext") throw new Error(`read as ${ours?.kind}`);
        expect(
          ours.ranges.map(({ start, end }) => ({
            start: oidText(start),
            end: oidText(end),
          })),
        ).toEqual(theirs);
      }),
    );
  });

  it("that asks for what is next is written as it is read", () => {
    fc.assert(
      fc.property(oids, oids, fc.integer({ min: 0, max: 0xffff_ffff }), (start, end, packet) => {
        const [one] = read(getNextPdu({ session: 3, packet }, start, end));
        const ranges = [{ start, include: false, end }];
        expect(one).toMatchObject({ kind: "getNext", header: { session: 3, packet }, ranges });
      }),
    );
  });

  it("is read in both byte orders, with `include`, prefixes and contexts", () => {
    const oid = [1, 3, 6, 1, 4, 1, 70_000];
    for (const isBig of [true, false]) {
      const payload = Buffer.concat([name(oid, true, isBig), name([], false, isBig)]);
      const [one] = read(pdu(6, payload, { flags: isBig ? 0x10 : 0, packet: 77 }));
      expect(one).toMatchObject({
        kind: "getNext",
        header: { packet: 77 },
        ranges: [{ start: oid, include: true, end: [] }],
      });
    }
    const prefixed = Buffer.from([1, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect(read(pdu(5, prefixed))[0]).toMatchObject({ ranges: [{ start: [1, 3, 6, 1, 4, 1] }] });
    const context = Buffer.concat([Buffer.from([0, 0, 0, 3, 97, 98, 99, 0]), ranges([1])]);
    expect(read(pdu(5, context, { flags: 0x18 }))[0]).toMatchObject({ kind: "otherContext" });
    const bulk = Buffer.concat([Buffer.from([0, 1, 0, 9]), ranges([1], [2])]);
    expect(read(pdu(7, bulk))[0]).toMatchObject({ kind: "getBulk", nonRepeaters: 1, maxRepetitions: 9 });
  });

  it("comes in any pieces", () => {
    const whole = Buffer.concat([
      pdu(5, ranges([1, 3])),
      pdu(13 + 5, Buffer.alloc(8)),
      pdu(6, ranges([1, 3, 6])),
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 }), (sizes) => {
        const framer = new Framer();
        const kinds: string[] = [];
        let at = 0;
        for (const size of [...sizes, whole.length]) {
          // The chunk is used again, as a socket's buffer is.
          const chunk = Buffer.from(whole.subarray(at, at + size));
          framer.take(chunk, ({ kind }) => kinds.push(kind) > 0);
          chunk.fill(0xff);
          at += size;
        }
        expect(kinds).toEqual(["get", "response", "getNext"]);
        expect(framer.waiting).toBe(0);
      }),
    );
  });

  it("that is no AgentX, or too much of it, is refused in words", () => {
    const header = (change: (bytes: Buffer) => void) => {
      const bytes = pdu(5, Buffer.alloc(0));
      change(bytes);
      return bytes;
    };
    const wrong: [Buffer, RegExp][] = [
      [header((bytes) => bytes.fill(9, 0, 1)), /version 1 of AgentX, found 9/],
      [header((bytes) => bytes.writeUInt32BE(3, 16)), /whole words, found 3/],
      [header((bytes) => bytes.writeUInt32BE(PAYLOAD_MAX + 4, 16)), /up to 65536 bytes/],
      [pdu(14, Buffer.alloc(0)), /a PDU that a master sends, found type 14/],
      [pdu(5, name([1])), /expected 4 bytes at 8 of a payload of 8/],
      [pdu(5, Buffer.from([OID_MAX + 1, 0, 0, 0])), /up to 128 numbers, found 129/],
      [pdu(5, Buffer.from([2, 0, 0, 0, 0, 0, 0, 1])), /expected 8 bytes at 4/],
      [pdu(18, Buffer.alloc(4)), /expected 2 bytes/],
      [pdu(5, Buffer.from([0, 0, 0, 200]), { flags: 0x18 }), /expected 200 bytes/],
      [pdu(5, Buffer.alloc(8 * (RANGES_MAX + 1))), /up to 1024 names/],
    ];
    for (const [bytes, words] of wrong) {
      expect(() => read(bytes)).toThrow(AgentXError);
      expect(() => read(bytes)).toThrow(words);
    }
  });

  it("of any bytes whatever is read or refused, never anything else", () => {
    const sane = fc.tuple(
      fc.constantFrom(2, 5, 6, 7, 8, 9, 10, 11, 18, 14),
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(0, 0x10, 0x18),
    );
    fc.assert(
      fc.property(fc.array(sane, { maxLength: 4 }), fc.uint8Array({ maxLength: 60 }), (pdus, tail) => {
        const parts = pdus.map(([type, payload, flags]) =>
          pdu(type, Buffer.from(payload.subarray(0, payload.length & ~3)), { flags }),
        );
        const framer = new Framer();
        try {
          framer.take(Buffer.concat([...parts, Buffer.from(tail)]), () => true);
        } catch (error) {
          expect(error).toBeInstanceOf(AgentXError);
        }
        expect(framer.waiting).toBeLessThanOrEqual(1000);
      }),
      { numRuns: 500 },
    );
  });
});
