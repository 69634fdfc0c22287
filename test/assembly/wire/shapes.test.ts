// Every encapsulation and protocol, whole: who talks to whom, what was passed through, what is counted.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as f from "../../../examples/frame.js";
import { bitNames, readOne, talkOf } from "../../support/read.js";
import {
  LINK_SHAPES,
  PROTOCOL_SHAPES,
  packet4,
  type Shape,
  segment,
  TUNNEL_SHAPES,
} from "../../support/shapes.js";

const V4 = { src: "10.0.0.1", dst: "10.0.0.2" };

function check({ link, frame, talk, proto, notes, bytes, appBytes }: Shape): void {
  const record = readOne([frame], {}, link);
  expect(talkOf(record)).toBe(talk);
  expect(record.proto).toBe(proto);
  expect(bitNames("NOTE_", record.notes)).toEqual(notes);
  expect(record.orig.packets).toBe(1);
  expect(record.orig.bytes).toBe(bytes);
  expect(record.orig.appBytes).toBe(appBytes);
  expect(record.orig.badChecksums).toBe(0);
}

describe("links", () => {
  it.each(LINK_SHAPES)("$name", check);
});

describe("tunnels", () => {
  it.each(TUNNEL_SHAPES)("$name", check);

  it("deeper than the limit: the flow is the deepest one read, and it is counted", () => {
    let packet = packet4;
    for (let depth = 0; depth < L.TUNNEL_DEPTH_MAX + 1; depth++)
      packet = f.ipv4({ src: `192.0.2.${depth}`, dst: "192.0.2.99" }, packet);
    const record = readOne([f.ethernet({}, packet)]);
    expect(record.proto).toBe(4);
    expect(talkOf(record)).toBe("192.0.2.0 > 192.0.2.99");
  });

  it("with inner headers that cannot be read: the outer conversation, noted", () => {
    const record = readOne([f.ethernet({}, f.ipv4({ ...V4, proto: 4 }, f.hex("4500")))]);
    expect(talkOf(record)).toBe("10.0.0.1 > 10.0.0.2");
    expect(record.proto).toBe(4);
    expect(bitNames("NOTE_", record.notes)).toContain("TRUNCATED");
  });

  it("take don't-fragment from the inner header", () => {
    const record = readOne([
      f.ethernet({}, f.ipv4({ src: "192.0.2.1", dst: "192.0.2.2", df: true }, packet4)),
    ]);
    expect(record.orig.df).toBe(0);
  });

  it("take TTL, TOS and identification from the inner header", () => {
    const inner = f.ipv4({ ...V4, ttl: 33, tos: 8, id: 0 }, segment);
    const record = readOne([
      f.ethernet({}, f.ipv4({ src: "192.0.2.1", dst: "192.0.2.2", ttl: 64, id: 5 }, inner)),
    ]);
    expect(record.orig).toMatchObject({ ttlLow: 33, ttlHigh: 33, tosFirst: 8, idZero: 1 });
  });
});

describe("protocols", () => {
  it.each(PROTOCOL_SHAPES)("$name", check);

  it("VLAN ids are not in the key, and the outermost is kept", () => {
    const record = readOne([
      f.ethernet({}, f.vlan({ id: 100 }, packet4)),
      f.ethernet({}, packet4),
      f.ethernet({}, f.vlan({ id: 200 }, packet4)),
    ]);
    expect(record.orig.packets).toBe(3);
    expect(record.orig.vlan).toBe(100);
  });

  it("MAC addresses are those of each side's first packet", () => {
    const back = f.ipv4({ src: V4.dst, dst: V4.src }, f.tcp({ sport: 80, dport: 4000 }));
    const record = readOne([
      f.ethernet({ src: "02:00:00:00:00:0a", dst: "02:00:00:00:00:0b" }, packet4),
      f.ethernet({ src: "02:00:00:00:00:0b", dst: "02:00:00:00:00:0a" }, back),
      f.ethernet({ src: "02:00:00:00:00:0c", dst: "02:00:00:00:00:0b" }, packet4),
    ]);
    expect(record.orig.mac).toBe("02000000000a");
    expect(record.resp.mac).toBe("02000000000b");
  });

  it("ESP: the SPI stands in both port words, one flow a direction", () => {
    const record = readOne([f.ethernet({}, f.ipv4(V4, f.esp({ spi: 0x12345678 })))]);
    expect(record.portA | (record.portB << 16)).toBe(0x12345678);
  });

  it("the window scale of a SYN is kept, at most 14", () => {
    const scaled = (shift: number): Uint8Array =>
      f.ethernet(
        {},
        f.ipv4(
          V4,
          f.tcp({
            sport: 1,
            dport: 2,
            flags: "S",
            options: f.concat(f.tcpOption.nop(), f.tcpOption.windowScale(shift)),
          }),
        ),
      );
    expect(readOne([scaled(7)]).orig.windowScale).toBe(7);
    expect(readOne([scaled(200)]).orig.windowScale).toBe(14);
    expect(readOne([f.ethernet({}, packet4)]).orig.windowScale).toBe(L.WINDOW_SCALE_NONE);
  });

  it("an IP length of 0 (segmentation offload) is taken as what the frame has", () => {
    const record = readOne([f.ethernet({}, f.ipv4({ ...V4, length: 0 }, segment))]);
    expect(record.orig.appBytes).toBe(32);
    expect(bitNames("NOTE_", record.notes)).toEqual(["OFFLOADED"]);
  });

  it("an IP length beyond the frame counts as it claims, and is noted", () => {
    const record = readOne([f.ethernet({}, f.ipv4({ ...V4, length: 1500 }, segment))]);
    expect(record.orig.appBytes).toBe(1460);
    expect(bitNames("NOTE_", record.notes)).toEqual(["LENGTH_LIES"]);
  });

  it("a TCP data offset below five words is noted", () => {
    const record = readOne([
      f.ethernet({}, f.ipv4(V4, f.tcp({ sport: 1, dport: 2, headerWords: 3 }, f.filler(8)))),
    ]);
    expect(bitNames("NOTE_", record.notes)).toContain("BAD_HEADER");
  });
});
