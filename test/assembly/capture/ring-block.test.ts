// The walk over a kernel's ring block: the same frames give the same records as pushed one by one, tags come back,
// merged frames count as what was on the wire, and no offset leads outside.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, tcp, udp, vlan } from "../../../examples/frame.js";
import { Core } from "../../support/core.js";
import { Random, seedOf } from "../../support/random.js";
import { type RingFrame, ringBlock } from "../../support/ring-block.js";

const BLOCK = L.WINDOWS_BASE + 4096 * 16;
const BLOCK_SIZE = 65536;
const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
const query = (sport: number, size = 20): Uint8Array =>
  ethernet({}, ipv4({ ...ends, id: 7 }, udp({ sport, dport: 53 }, filler(size))));

function read(core: Core, block: Uint8Array, size = block.length): number {
  core.bytes.set(block, BLOCK);
  return core.exports.readBlock(BLOCK, size, 1, 0);
}

describe("readBlock()", () => {
  it("takes each frame as pushFrame() does", () => {
    const frames: RingFrame[] = [1, 2, 3, 1, 2].map((port, i) => ({
      bytes: query(1000 + port, 20 + i),
      timeNs: BigInt(i + 1) * 1_000_000_000n + 5n,
    }));
    const ring = new Core();
    expect(read(ring, ringBlock(frames, BLOCK_SIZE))).toBe(5);
    const pushed = new Core();
    for (const { bytes, timeNs = 0n } of frames) pushed.push(bytes, { timeNs });
    expect(ring.finish()).toEqual(pushed.finish());
    expect(ring.counter(L.COUNTER_RING_BLOCKS)).toBe(1);
    expect(ring.counter(L.COUNTER_PACKETS)).toBe(5);
  });

  it("puts a VLAN tag back where the card took it from", () => {
    const inner = ipv4({ ...ends, id: 7 }, udp({ sport: 1, dport: 53 }, filler(20)));
    const ring = new Core();
    read(ring, ringBlock([{ bytes: ethernet({}, inner), vlan: { tag: 0x2005, type: 0x8100 } }], BLOCK_SIZE));
    const pushed = new Core();
    pushed.push(ethernet({}, vlan({ id: 5, priority: 1 }, inner)));
    const [record] = pushed.finish();
    expect(ring.finish()).toEqual([record]);
    expect(ring.counter(L.COUNTER_VLAN_RESTORED)).toBe(1);
    expect(ring.counter(L.COUNTER_WIRE_BYTES)).toBe(pushed.counter(L.COUNTER_WIRE_BYTES));
  });

  it("counts a merged frame as the packets that were on the wire", () => {
    const payload = filler(3500);
    const bytes = ethernet({}, ipv4(ends, tcp({ sport: 1, dport: 80, flags: "A", seq: 1 }, payload)));
    const core = new Core();
    read(core, ringBlock([{ bytes, merged: { type: 1, segment: 1000 } }], BLOCK_SIZE));
    const headers = bytes.length - payload.length;
    expect(core.counter(L.COUNTER_PACKETS)).toBe(4);
    expect(core.counter(L.COUNTER_FLOW_PACKETS)).toBe(4);
    expect(core.counter(L.COUNTER_WIRE_BYTES)).toBe(3500 + 4 * headers);
    expect(core.counter(L.COUNTER_MERGED_FRAMES)).toBe(1);
    expect(core.counter(L.COUNTER_MERGED_PACKETS)).toBe(3);
    core.finish();
    const flow = new DataView(core.bytes.buffer, L.RECORDS_BASE + L.RECORD_FLOW_OFFSET, L.FLOW_SIZE);
    const sent = [L.FLOW_DIR_A_OFFSET, L.FLOW_DIR_B_OFFSET].map((at) => [
      flow.getBigUint64(at + L.DIR_PACKETS_OFFSET, true),
      flow.getBigUint64(at + L.DIR_BYTES_OFFSET, true),
      flow.getBigUint64(at + L.DIR_APP_BYTES_OFFSET, true),
    ]);
    expect(sent).toContainEqual([4n, BigInt(3500 + 4 * headers), 3500n]);
    expect(flow.getUint32(L.FLOW_NOTES_OFFSET, true) & L.NOTE_MERGED).toBe(L.NOTE_MERGED);
  });

  it("leaves a frame alone that is no larger than a segment, and a datagram that is to be fragmented", () => {
    const core = new Core();
    read(
      core,
      ringBlock(
        [
          { bytes: query(1), merged: { type: 1, segment: 1000 } },
          { bytes: query(1, 3000), merged: { type: 3, segment: 1000 } },
        ],
        BLOCK_SIZE,
      ),
    );
    expect(core.counter(L.COUNTER_PACKETS)).toBe(2);
    expect(core.counter(L.COUNTER_MERGED_FRAMES)).toBe(0);
  });

  it("does not call a checksum wrong that is still to be filled in", () => {
    const bytes = ethernet({}, ipv4(ends, udp({ sport: 1, dport: 53, checksum: 0x1234 }, filler(20))));
    for (const isUnfinished of [true, false]) {
      const core = new Core();
      read(core, ringBlock([{ bytes, isUnfinished }], BLOCK_SIZE));
      expect(core.counter(L.COUNTER_BAD_L4_CHECKSUM)).toBe(isUnfinished ? 0 : 1);
      expect(core.counter(L.COUNTER_OFFLOADED)).toBe(isUnfinished ? 1 : 0);
    }
  });

  it("ends a block whose offsets lead outside, and counts it", () => {
    const good = ringBlock([{ bytes: query(1) }, { bytes: query(2) }], BLOCK_SIZE);
    const spoil: [at: number, value: number][] = [
      [16, BLOCK_SIZE],
      [16, 0xffffffff],
      [16, 0],
      [48, 0xfffffff0],
      [48 + 12, BLOCK_SIZE],
      [48 + 24, 0xffff],
      [48 + 24, 8],
    ];
    for (const [at, value] of spoil) {
      const block = good.slice();
      new DataView(block.buffer).setUint32(at, value, true);
      const core = new Core();
      expect(read(core, block)).toBeLessThan(2);
      expect(core.counter(L.COUNTER_RING_DAMAGED), `${at}: ${value}`).toBe(1);
    }
  });

  it("takes any bytes at all", () => {
    const seed = seedOf("ring block");
    const random = new Random(seed);
    const core = new Core();
    const good = ringBlock(
      Array.from({ length: 40 }, (_, i) => ({ bytes: query(i, 30) })),
      BLOCK_SIZE,
    );
    for (let round = 0; round < 2000; round++) {
      const block = good.slice();
      for (let hit = 0; hit < 6; hit++) block[random.below(7000)] = random.below(256);
      const taken = read(core, block);
      expect(taken, `seed ${seed}, round ${round}`).toBeLessThanOrEqual(L.RING_FRAMES_MAX);
      core.take(() => {});
    }
    expect(core.counter(L.COUNTER_RING_BLOCKS)).toBe(2000);
  });
});
