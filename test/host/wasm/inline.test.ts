// What the host writes for standing inline: policy and rings as the module reads them, and what is refused.

import { describe, expect, it } from "vitest";
import * as I from "../../../assembly/inline/inline-layout.js";
import * as L from "../../../assembly/layout.js";
import {
  clearPending,
  type InlinePolicy,
  inlineLoad,
  pendingSends,
  placeRings,
  type SideRings,
  setSide,
  writeInline,
} from "../../../host/wasm/inline.js";
import { createMemory, readU32, readU64, writeU32 } from "../../../host/wasm/memory.js";

const memory = createMemory();
const policy: InlinePolicy = { mode: "inline", drop: 5n, reject: 1n << 63n, allow: [], rejectRate: 100 };
const rings: SideRings = {
  rxBase: L.WINDOWS_BASE,
  rxSlots: 16,
  txBase: L.WINDOWS_BASE + 16 * 2048,
  txSlots: 8,
  slotSize: 2048,
  txSlotSize: 2048,
  frameMax: 1514,
  linkType: 1,
};
const word = (offset: number): number => readU32(memory, L.INLINE_BASE + offset);

describe("writeInline()", () => {
  it("writes mode, findings, rate and networks", () => {
    writeInline(memory, { ...policy, allow: ["192.0.2.9/24", "2001:db8::1"] });
    expect(word(I.INLINE_MODE_OFFSET)).toBe(I.INLINE_MODE_ON);
    expect(readU64(memory, L.INLINE_BASE + I.INLINE_DROP_FINDINGS_OFFSET)).toBe(5n);
    expect(readU64(memory, L.INLINE_BASE + I.INLINE_REJECT_FINDINGS_OFFSET)).toBe(1n << 63n);
    expect(word(I.INLINE_REJECT_RATE_OFFSET)).toBe(100);
    expect(word(I.INLINE_ALLOW_COUNT_OFFSET)).toBe(2);
    const hex = (at: number): string => Buffer.from(memory.u8.slice(at, at + 16)).toString("hex");
    expect(hex(L.ALLOWS_BASE + I.ALLOW_NETWORK_OFFSET)).toBe("00000000000000000000ffffc0000200");
    expect(hex(L.ALLOWS_BASE + I.ALLOW_MASK_OFFSET)).toBe("ffffffffffffffffffffffffffffff00");
    expect(hex(L.ALLOWS_BASE + L.ALLOW_SIZE + I.ALLOW_NETWORK_OFFSET)).toBe(
      "20010db8000000000000000000000001",
    );
    expect(hex(L.ALLOWS_BASE + L.ALLOW_SIZE + I.ALLOW_MASK_OFFSET)).toBe("f".repeat(32));
    writeInline(memory, { ...policy, mode: "simulate" });
    expect(word(I.INLINE_MODE_OFFSET)).toBe(I.INLINE_MODE_SIMULATE);
    writeInline(memory, { ...policy, mode: "tap" });
    expect([word(I.INLINE_MODE_OFFSET), word(I.INLINE_ALLOW_COUNT_OFFSET)]).toEqual([I.INLINE_MODE_OFF, 0]);
  });

  it.each<[string, Partial<InlinePolicy>]>([
    ["a name", { allow: ["localhost"] }],
    ["a short address", { allow: ["10.1"] }],
    ["too many bits", { allow: ["10.0.0.0/33"] }],
    ["too many networks", { allow: Array(L.ALLOW_CAPACITY + 1).fill("10.0.0.1") }],
    ["a rate below 0", { rejectRate: -1 }],
    ["a rate that is no whole number", { rejectRate: 0.5 }],
    ["a rate beyond reason", { rejectRate: 1e9 }],
    ["a mask below 0", { drop: -1n }],
    ["a mask of 65 bits", { reject: 1n << 64n }],
  ])("refuses %s, and writes nothing", (_, wrong) => {
    writeInline(memory, policy);
    const before = memory.u8.slice(L.INLINE_BASE, L.DEADMAN_BASE);
    expect(() => writeInline(memory, { ...policy, mode: "tap", drop: 0n, ...wrong })).toThrow(
      expect.objectContaining({ code: "INLINE_POLICY" }),
    );
    expect(Buffer.compare(memory.u8.slice(L.INLINE_BASE, L.DEADMAN_BASE), before)).toBe(0);
  });
});

describe("setSide()", () => {
  const at = (side: number, offset: number): number =>
    word(I.INLINE_SIDES_OFFSET + side * I.INLINE_SIDE_SIZE + offset);

  it("gives a side its rings, from their first slots on", () => {
    for (const offset of [I.SIDE_RX_NEXT_OFFSET, I.SIDE_TX_NEXT_OFFSET, I.SIDE_TX_PENDING_OFFSET]) {
      writeU32(memory, L.INLINE_BASE + I.INLINE_SIDES_OFFSET + I.INLINE_SIDE_SIZE + offset, 7);
    }
    expect(pendingSends(memory, 1)).toBe(7);
    clearPending(memory, 1);
    expect(pendingSends(memory, 1)).toBe(0);
    setSide(memory, 1, rings);
    const values = [
      I.SIDE_RX_BASE_OFFSET,
      I.SIDE_RX_SLOTS_OFFSET,
      I.SIDE_SLOT_SIZE_OFFSET,
      I.SIDE_RX_NEXT_OFFSET,
    ]
      .concat([
        I.SIDE_TX_BASE_OFFSET,
        I.SIDE_TX_SLOTS_OFFSET,
        I.SIDE_TX_NEXT_OFFSET,
        I.SIDE_TX_PENDING_OFFSET,
      ])
      .concat([I.SIDE_FRAME_MAX_OFFSET, I.SIDE_LINK_TYPE_OFFSET])
      .map((offset) => at(1, offset));
    expect(values).toEqual([rings.rxBase, 16, 2048, 0, rings.txBase, 8, 0, 0, 1514, 1]);
    expect(at(0, I.SIDE_RX_BASE_OFFSET)).toBe(0);
  });

  it("says again where they lie, and leaves how far they are read", () => {
    setSide(memory, 1, rings);
    const next = L.INLINE_BASE + I.INLINE_SIDES_OFFSET + I.INLINE_SIDE_SIZE + I.SIDE_RX_NEXT_OFFSET;
    const base = next - I.SIDE_RX_NEXT_OFFSET + I.SIDE_RX_BASE_OFFSET;
    writeU32(memory, next, 7);
    writeU32(memory, base, 0xc0000000);
    placeRings(memory, 1, rings);
    expect([at(1, I.SIDE_RX_NEXT_OFFSET), at(1, I.SIDE_RX_BASE_OFFSET)]).toEqual([7, rings.rxBase]);
  });

  it("takes them away", () => {
    setSide(memory, 1, rings);
    setSide(memory, 1, undefined);
    expect(at(1, I.SIDE_RX_BASE_OFFSET)).toBe(0);
  });

  it.each<[string, Partial<SideRings>]>([
    ["a slot of an odd size", { slotSize: 2040 }],
    ["a slot too small", { slotSize: 64 }],
    ["a slot too large", { slotSize: 1 << 21 }],
    ["no slots", { rxSlots: 0 }],
    ["half a slot", { txSlots: 1.5 }],
    ["a ring before the windows", { rxBase: L.WINDOWS_BASE - 2048 }],
    ["a ring beyond them", { txBase: L.WINDOWS_BASE + L.WINDOWS_REGION_SIZE - 2048 }],
    ["a ring off the line", { rxBase: L.WINDOWS_BASE + 8 }],
    ["rings that overlap", { txBase: L.WINDOWS_BASE + 15 * 2048 }],
    ["a largest frame below 0", { frameMax: -1 }],
  ])("refuses %s", (_, wrong) => {
    expect(() => setSide(memory, 0, { ...rings, ...wrong })).toThrow(
      expect.objectContaining({ code: "INLINE_RINGS" }),
    );
    expect(at(0, I.SIDE_RX_BASE_OFFSET)).toBe(0);
  });
});

it("inlineLoad() names the load", () => {
  const names = [0, 1, 2].map((load) => {
    writeU32(memory, L.INLINE_BASE + I.INLINE_LOAD_OFFSET, load);
    return inlineLoad(memory);
  });
  expect(names).toEqual(["none", "high", "full"]);
});
