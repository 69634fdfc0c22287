// The decoder on messages made by hand: what damage is told, what is passed over, what is counted.

import { describe, expect, it } from "vitest";
import { IpfixDecoder, messageLength } from "../../../host/ipfix/decoder.js";
import { addressText } from "../../../host/record/address.js";
import {
  ip4,
  message,
  type Octets,
  optionsTemplate,
  set,
  spec,
  template,
  text,
  u8,
  u16,
  u32,
} from "./build.js";
import { decodeAll } from "./records.js";

const ADDRESSES = [spec(8, 4), spec(12, 4)] as const;
const FLOW = [...ip4("192.0.2.1"), ...ip4("198.51.100.2")];

function damageOf(sets: Octets[]): { offset: number; reason: string } | undefined {
  const bytes = message(sets);
  return new IpfixDecoder(() => true).decode(bytes, 0, bytes.length);
}

describe("messageLength", () => {
  const view = (...octets: number[]) =>
    new DataView(Uint8Array.from([...octets, ...Array(16).fill(0)]).buffer);

  it("is the header's, or says why not", () => {
    expect(messageLength(view(0, 10, 1, 0), 0)).toBe(256);
    expect(messageLength(view(0, 9, 1, 0), 0)).toContain("found 9");
    expect(messageLength(view(0, 10, 0, 15), 0)).toContain("15 bytes");
  });
});

describe("damage", () => {
  it.each<[string, Octets[], number, string]>([
    ["a set of less than its header", [[...u16(256), ...u16(3)]], 16, "a set claims a length of 3 bytes"],
    ["a set beyond the message", [[...u16(256), ...u16(9), 0]], 16, "5 are left of its message"],
    ["bytes too few for a set", [set(256), [0, 0]], 20, "2 bytes are left"],
    ["a reserved set", [set(4)], 16, "set number 4 is reserved"],
    ["a reserved template number", [set(2, [...u16(255), ...u16(1), ...spec(8, 4)])], 20, "number 255"],
    [
      "a template of more fields than there are",
      [set(2, [...u16(256), ...u16(2), ...spec(8, 4)])],
      20,
      "2 fields",
    ],
    ["a cut enterprise number", [set(2, [...u16(256), ...u16(1), 0x80, 8, 0, 4])], 20, "1 fields"],
    [
      "a variable length beyond the set",
      [template(256, ...ADDRESSES, spec(82, 65535)), set(256, FLOW, [5, 1, 2])],
      40,
      "a record goes beyond its set",
    ],
  ])("%s is told with its place", (_, sets, offset, reason) => {
    expect(damageOf(sets)).toEqual({ offset, reason: expect.stringContaining(reason) });
  });

  it("leaves the records before it", () => {
    const bytes = message([template(256, ...ADDRESSES), set(256, FLOW), [...u16(256), ...u16(99)]]);
    let count = 0;
    const decoder = new IpfixDecoder(() => ++count > 0);
    expect(decoder.decode(bytes, 0, bytes.length)).toBeDefined();
    expect(count).toBe(1);
  });
});

describe("templates", () => {
  it("may come later than the set that needs them: that set is counted", () => {
    const { records, decoder } = decodeAll([
      message([set(256, FLOW)]),
      message([template(256, ...ADDRESSES), set(256, FLOW)]),
    ]);
    expect(records).toHaveLength(1);
    expect(decoder.counts.setsUnknown).toBe(1);
  });

  it("are of their observation domain", () => {
    const { decoder } = decodeAll([
      message([template(256, ...ADDRESSES)], 0, 1),
      message([set(256, FLOW)], 0, 2),
    ]);
    expect(decoder.counts).toMatchObject({ records: 0, setsUnknown: 1 });
  });

  it("are as they were last told, and gone when withdrawn", () => {
    const { records, decoder } = decodeAll([
      message([template(256, ...ADDRESSES)]),
      message([template(256, ADDRESSES[1], ADDRESSES[0]), set(256, FLOW)]),
      message([set(2, [...u16(256), ...u16(0)]), set(256, FLOW)]),
    ]);
    expect(records.map((record) => addressText(record, "orig"))).toEqual(["198.51.100.2"]);
    expect(decoder.counts.setsUnknown).toBe(1);
  });

  it("without a byte are refused: their records would never end", () => {
    const { decoder } = decodeAll([message([template(256, spec(8, 0)), set(256, FLOW)])]);
    expect(decoder.counts).toMatchObject({ templatesRefused: 1, setsUnknown: 1 });
  });

  it("have a bound to their number", () => {
    const decoder = new IpfixDecoder(() => true);
    for (let domain = 0; domain < 10; domain++) {
      const all = Array.from({ length: 1000 }, (_, index) => template(256 + index, ...ADDRESSES));
      const bytes = message(all, 0, domain);
      expect(decoder.decode(bytes, 0, bytes.length)).toBeUndefined();
    }
    expect(decoder.counts).toMatchObject({ templates: 10_000, templatesRefused: 10_000 - 4096 });
  });

  it("of fields that nobody knows are read past them, of any length", () => {
    const sets = [
      template(
        256,
        spec(9999, 3),
        spec(1, 2, 12345),
        spec(82, 65535),
        ADDRESSES[0],
        spec(83, 65535),
        ADDRESSES[1],
      ),
      set(
        256,
        [1, 2, 3, 4, 5],
        text("eth0"),
        ip4("10.0.0.1"),
        [255, 1, 0, ...Array(256).fill(7)],
        ip4("10.0.0.2"),
      ),
    ];
    const { records } = decodeAll([message(sets)]);
    expect(records.map((r) => [addressText(r, "orig"), addressText(r, "resp")])).toEqual([
      ["10.0.0.1", "10.0.0.2"],
    ]);
  });

  it("may be padded, and so may data", () => {
    const padded = set(2, [...u16(256), ...u16(2), ...ADDRESSES.flat(), 0, 0, 0]);
    const { records } = decodeAll([message([padded, set(256, FLOW, FLOW, [0, 0, 0])])]);
    expect(records).toHaveLength(2);
  });
});

describe("records", () => {
  it("without an address are no flows, and counted", () => {
    const { decoder } = decodeAll([message([template(256, spec(1, 8)), set(256, Array(16).fill(1))])]);
    expect(decoder.counts).toMatchObject({ records: 0, recordsOther: 2 });
  });

  it("are given until no more are wanted", () => {
    const bytes = message([template(256, ...ADDRESSES), set(256, FLOW, FLOW, FLOW)]);
    let count = 0;
    const decoder = new IpfixDecoder(() => ++count < 2);
    decoder.decode(bytes, 0, bytes.length);
    expect(count).toBe(2);
  });

  it("are passed over when only templates are wanted", () => {
    const bytes = message([template(256, ...ADDRESSES), set(256, FLOW)]);
    const more = message([set(256, FLOW)]);
    const decoder = new IpfixDecoder(() => true);
    decoder.decode(bytes, 0, bytes.length, false);
    expect(decoder.counts.records).toBe(0);
    decoder.decode(more, 0, more.length);
    expect(decoder.counts.records).toBe(1);
  });

  it("take numbers of any length, and the most that fits of what is too large", () => {
    const sizes = [1, 2, 3, 4, 5, 6, 7, 8];
    for (const size of sizes) {
      const octets = Array.from({ length: size }, (_, index) => (index === size - 1 ? 200 : 0));
      const { records } = decodeAll([
        message([
          template(256, ...ADDRESSES, spec(2, size), spec(52, size)),
          set(256, FLOW, octets, Array(size).fill(255)),
        ]),
      ]);
      expect(records[0]!.packets("orig")).toBe(200);
      expect(records[0]!.bytes[records[0]!.orig + 52]).toBe(255);
    }
  });
});

describe("type information", () => {
  const TYPES = optionsTemplate(300, 2, spec(346, 4), spec(303, 2), spec(341, 65535));
  const naming = (enterprise: number, id: number, name: string) =>
    set(300, u32(enterprise), u16(id), text(name));
  const data = [template(256, ...ADDRESSES, spec(77, 2, 4242)), set(256, FLOW, u16(9))];

  it("makes an element stray's own, whatever its numbers, before or after the template", () => {
    const before = decodeAll([message([TYPES, naming(4242, 77, "strayIcmpErrorCount"), ...data])]);
    expect(before.records[0]!.icmpErrors).toBe(9);
    const after = decodeAll([message([data[0]!, TYPES, naming(4242, 77, "strayIcmpErrorCount"), data[1]!])]);
    expect(after.records[0]!.icmpErrors).toBe(9);
  });

  it("says nothing by a name, a number or an enterprise that is another", () => {
    for (const other of [
      naming(4242, 77, "somethingElse"),
      naming(4243, 77, "strayIcmpErrorCount"),
      naming(4242, 78, "strayIcmpErrorCount"),
    ]) {
      expect(decodeAll([message([TYPES, other, ...data])]).records[0]!.icmpErrors).toBe(0);
    }
  });

  it("is read to its bounds", () => {
    expect(damageOf([TYPES, set(300, u32(1), u16(1), u8(200))])).toMatchObject({
      reason: expect.stringContaining("options"),
    });
  });
});
