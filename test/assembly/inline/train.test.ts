// Segments that go out together: whatever the frames, the wire carries the bytes that came in, in their order; and
// plain bulk data is in fact joined.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, ipv6, tcp, udp, vlan } from "../../../examples/frame.js";
import { Core } from "../../support/core.js";
import { onTheWire } from "../../support/segmentation.js";
import { InlineRig } from "../../support/slot-rig.js";

const ROOMY = { rxSlots: 64, txSlots: 64, txSlotSize: 32_768 } as const;

interface Segment {
  readonly seq: number;
  readonly id: number;
  readonly size: number;
  readonly flags?: string;
  readonly six?: boolean;
  readonly ack?: number;
  readonly window?: number;
  readonly ttl?: number;
  readonly tos?: number;
  readonly df?: boolean;
  readonly options?: Uint8Array;
  readonly dport?: number;
  readonly checksum?: number;
  readonly urgent?: number;
  readonly pad?: number;
  readonly tagged?: boolean;
  readonly byte?: number;
}

function frameOf(s: Segment): Uint8Array {
  const segment = tcp(
    {
      sport: 40_000,
      dport: s.dport ?? 80,
      seq: s.seq >>> 0,
      ack: s.ack ?? 77,
      flags: s.flags ?? "A",
      window: s.window ?? 1000,
      ...(s.options && { options: s.options }),
      ...(s.checksum !== undefined && { checksum: s.checksum }),
      ...(s.urgent !== undefined && { urgent: s.urgent }),
    },
    s.byte === undefined ? filler(s.size) : new Uint8Array(s.size).fill(s.byte),
  );
  const packet = s.six
    ? ipv6({ src: "2001:db8::1", dst: "2001:db8::2" }, segment)
    : ipv4(
        {
          src: "10.0.0.1",
          dst: "10.0.0.2",
          id: s.id & 0xffff,
          df: s.df ?? true,
          ttl: s.ttl ?? 64,
          tos: s.tos ?? 0,
        },
        segment,
      );
  return ethernet(s.pad === undefined ? {} : { pad: s.pad }, s.tagged ? vlan({ id: 5 }, packet) : packet);
}

function bulk(count: number, rest: Partial<Segment> = {}): Segment[] {
  return Array.from({ length: count }, (_, i) => ({
    seq: 1000 + i * 1000,
    id: 500 + i,
    size: 1000,
    ...rest,
  }));
}

function through(
  frames: readonly Uint8Array[],
  options: object = ROOMY,
): { wire: Uint8Array[]; slots: number; joined: number } {
  const rig = new InlineRig(new Core(), options);
  for (const frame of frames) rig.receive(0, frame);
  expect(rig.forward(0).taken).toBe(frames.length);
  const sent = rig.sent(1);
  expect(rig.balance()).toEqual({ taken: frames.length, accounted: frames.length });
  expect(rig.isPoisoned(0) && rig.isPoisoned(1)).toBe(true);
  return {
    wire: sent.flatMap(onTheWire),
    slots: sent.length,
    joined: rig.core.counter(L.COUNTER_INLINE_JOINED),
  };
}

describe("segments of a connection", () => {
  it.each([
    ["IPv4", {}],
    ["IPv6", { six: true }],
    ["with time stamps", { options: new Uint8Array([1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 8]) }],
    ["without DF", { df: false }],
    ["of odd size", { size: 999, byte: 7 }],
  ] as const)("go out in one piece: %s", (_, rest) => {
    const size = "size" in rest ? rest.size : 1000;
    const segments = bulk(20, rest).map((segment, i) => ({ ...segment, seq: 1000 + i * size }));
    const frames = segments.map(frameOf);
    const { wire, slots, joined } = through(frames);
    expect(wire).toEqual(frames);
    expect(slots).toBe(1);
    expect(joined).toBe(19);
  });

  it("end with a PSH, with a shorter one, and where the slot is full", () => {
    const segments = bulk(31).map((s, i) => (i === 4 ? { ...s, flags: "PA" } : s));
    const short = { seq: 1000 + 31_000, id: 531, size: 10 };
    const frames = [...segments, short].map(frameOf);
    const { wire, slots } = through(frames, { ...ROOMY, txSlotSize: 16_384 });
    expect(wire).toEqual(frames);
    expect(slots).toBe(3);
  });

  it("go on over the ends of numbers", () => {
    const segments = bulk(10).map((s, i) => ({ ...s, seq: 0xffffffff - 2500 + i * 1000, id: 65_530 + i }));
    const frames = segments.map(frameOf);
    const { wire, slots } = through(frames);
    expect(wire).toEqual(frames);
    expect(slots).toBe(1);
  });

  it.each<[string, (s: Segment) => Segment]>([
    ["another acknowledgement", (s) => ({ ...s, ack: 78 })],
    ["another window", (s) => ({ ...s, window: 1001 })],
    ["another TTL", (s) => ({ ...s, ttl: 63 })],
    ["another TOS", (s) => ({ ...s, tos: 4 })],
    ["an ID that does not count up", (s) => ({ ...s, id: s.id + 1 })],
    ["another DF", (s) => ({ ...s, df: false })],
    ["another option", (s) => ({ ...s, options: new Uint8Array([1, 1, 1, 1]) })],
    ["another port", (s) => ({ ...s, dport: 81 })],
    ["a hole before it", (s) => ({ ...s, seq: s.seq + 1 })],
    ["a wrong checksum", (s) => ({ ...s, checksum: 0x1234 })],
    ["a FIN", (s) => ({ ...s, flags: "FA" })],
    ["an urgent pointer", (s) => ({ ...s, urgent: 5 })],
    ["a larger payload", (s) => ({ ...s, size: 1001 })],
    ["a VLAN tag", (s) => ({ ...s, tagged: true })],
    ["no payload", (s) => ({ ...s, size: 0 })],
  ])("do not take one with %s", (_, change) => {
    const segments = bulk(3);
    const frames = [segments[0]!, segments[1]!, change(segments[2]!)].map(frameOf);
    const { wire, slots } = through(frames);
    expect(wire).toEqual(frames);
    expect(slots).toBe(2);
  });

  it("all the same IDs of 0 stay as they are", () => {
    const frames = bulk(5, { id: 0 }).map(frameOf);
    const { wire, slots } = through(frames);
    expect(wire).toEqual(frames);
    expect(slots).toBe(5);
  });

  it("stay in order with what comes between", () => {
    const other = ethernet(
      {},
      ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, udp({ sport: 9, dport: 53 }, filler(30))),
    );
    const frames = bulk(8).flatMap((s, i) => (i % 3 === 2 ? [frameOf(s), other] : [frameOf(s)]));
    expect(through(frames).wire).toEqual(frames);
  });

  it("are not joined where the interface can't take them apart", () => {
    const frames = bulk(5).map(frameOf);
    const { wire, slots } = through(frames, { ...ROOMY, txSlotSize: 2048 });
    expect(wire).toEqual(frames);
    expect(slots).toBe(5);
  });
});

describe("frames of any kind", () => {
  const step = fc.record({
    kind: fc.constantFrom("next", "next", "next", "next", "again", "hole"),
    size: fc.constantFrom(500, 500, 500, 500, 499, 1, 0, 7),
    flags: fc.constantFrom("A", "A", "A", "A", "PA", "FA", "A"),
    ack: fc.constantFrom(77, 77, 77, 77, 78),
    idStep: fc.constantFrom(1, 1, 1, 1, 0, 2),
    six: fc.constantFrom(false, false, false, true),
    pad: fc.constantFrom(undefined, undefined, 60, 600),
    byte: fc.constantFrom(0, 0xff, 0x55),
  });

  it("come out as they came in", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), fc.nat(0xffffffff), (steps, first) => {
        let [seq, id] = [first, first & 0xffff];
        const frames = steps.map(({ kind, size, flags, ack, idStep, six, pad, byte }) => {
          if (kind === "hole") seq += 1;
          if (kind === "again") seq -= size;
          id += idStep;
          const frame = frameOf({ seq, id, size, flags, ack, six, byte, ...(pad !== undefined && { pad }) });
          seq += size;
          return frame;
        });
        expect(through(frames).wire).toEqual(frames);
      }),
      { numRuns: 300 },
    );
  });
});
