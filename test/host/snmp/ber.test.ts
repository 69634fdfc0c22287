// The part of BER that SNMP uses: what is written is read again, net-snmp's own codec agrees, and lies about lengths are
// found out.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BerReader, INTEGER, MalformedMessage, OCTETS, SEQUENCE } from "../../../host/snmp/ber/reader.js";
import { COUNTER32, COUNTER64, GAUGE32, IP_ADDRESS, varbind } from "../../../host/snmp/ber/varbind.js";
import { integer, objectId, octets, sequence } from "../../../host/snmp/ber/writer.js";

const subId = fc.oneof(fc.nat(127), fc.nat(20_000), fc.integer({ min: 0, max: 0xffff_ffff }));
const oids = fc
  .tuple(fc.constantFrom([0, 39], [1, 3], [2, 5], [2, 4_000_000_000]), fc.array(subId, { maxLength: 126 }))
  .map(([head, rest]) => [...head, ...rest]);

describe("BER", () => {
  it("reads what it wrote", () => {
    fc.assert(
      fc.property(fc.integer(), fc.uint8Array({ maxLength: 400 }), oids, (number, bytes, oid) => {
        const text = sequence(integer(number), octets(bytes), objectId(oid), integer(number));
        const outer = new BerReader(text);
        const inner = outer.enter(SEQUENCE);
        outer.finish();
        expect(inner.integer()).toBe(number);
        expect([...inner.octets(400)]).toEqual([...bytes]);
        expect(inner.objectId()).toEqual(oid);
        inner.skip();
        inner.finish();
      }),
    );
  });

  it("writes integers in the fewest bytes (X.690, section 8.3)", () => {
    const hex = (value: number | bigint) => integer(value).toString("hex");
    expect(hex(0)).toBe("020100");
    expect(hex(127)).toBe("02017f");
    expect(hex(128)).toBe("02020080");
    expect(hex(-128)).toBe("020180");
    expect(hex(-129)).toBe("0202ff7f");
    expect(hex(0xffff_ffff)).toBe("020500ffffffff");
    expect(hex(0xffff_ffff_ffff_ffffn)).toBe("020900ffffffffffffffff");
    expect(hex(-0x8000_0000)).toBe("020480000000");
  });

  it("holds values within their types", () => {
    const value = (type: number, given: number | bigint | string | Buffer) => {
      const reader = new BerReader(varbind({ oid: [1, 3], type, value: given })).enter(SEQUENCE);
      reader.objectId();
      return reader.raw().value.toString("hex");
    };
    expect(value(COUNTER32, 0x1_0000_0005)).toBe("05");
    expect(value(GAUGE32, 0x1_0000_0005)).toBe("00ffffffff");
    expect(value(GAUGE32, -1)).toBe("00");
    expect(value(COUNTER64, 2n ** 64n - 1n)).toBe("00ffffffffffffffff");
    expect(value(COUNTER64, Buffer.from("0102", "hex"))).toBe("0102");
    expect(value(IP_ADDRESS, "192.0.2.1")).toBe("c0000201");
    expect(value(OCTETS, "é")).toBe("c3a9");
    expect(value(INTEGER, -2)).toBe("fe");
  });

  it.each([
    ["a length beyond its container", "3003020500"],
    ["a length beyond the message", "30820100"],
    ["an indefinite length", "3080020100"],
    ["a length of five bytes", "308500000000010200"],
    ["an empty integer", "30020200"],
    ["an integer of five bytes", "300702050000000000"],
    ["nothing", ""],
    ["half a header", "30"],
  ])("finds out %s", (_, hex) => {
    const read = () => new BerReader(Buffer.from(hex, "hex")).enter(SEQUENCE).integer();
    expect(read).toThrow(MalformedMessage);
  });

  it.each([
    ["empty", "0600"],
    ["cut off", "06022b86"],
    ["a number beyond 32 bits", "06072b9f8080808000"],
    ["a number without end", `0620${"80".repeat(32)}`],
    ["129 numbers", `06818a${"01".repeat(138)}`],
  ])("refuses an object identifier that is %s", (_, hex) => {
    expect(() => new BerReader(Buffer.from(hex, "hex")).objectId()).toThrow(MalformedMessage);
  });
});
