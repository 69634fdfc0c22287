// Fan-out against the kernel: which of several rings a frame falls to.
// Apart from the single ring because it is about frames that belong together. Always holds: each frame is looked for
// in every ring, so one that came twice, or not at all, shows.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Fanout } from "../../host/capture/live/packet-socket.js";
import { PacketRing } from "../../host/capture/live/packet-socket.js";
import { RingReader } from "../../host/capture/live/ring-reader.js";
import { libc } from "../../host/system/libc.js";
import type { FrameOptions } from "../host/capture/live/frames.js";
import { arp, ethernet, icmpError4, ipv4, markOf, udp4, udp6 } from "../host/capture/live/frames.js";
import { takeFrames } from "../host/capture/live/ring-frames.js";
import { Sender } from "../host/capture/live/sender.js";
import type { Namespace } from "../support/netns.js";
import { canUseNamespaces, createNamespace, createVethPair } from "../support/netns.js";
import { ringOptions } from "../support/ring-options.js";

const MEMBERS = 3;
const RING_BYTES = 2 ** 19;
const ADDRESS = 2 ** 20;
const WAIT_MS = 20;
const WAITS_MAX = 100;
const WASM_PAGES = 64;
const HOSTS = 40;

const memory = new WebAssembly.Memory({ initial: WASM_PAGES, maximum: WASM_PAGES, shared: true });
const buffer = memory.buffer as unknown as SharedArrayBuffer;

describe.skipIf(!canUseNamespaces())("fan-out", () => {
  let left: Namespace;
  let right: Namespace;
  let sender: Sender;
  let rings: PacketRing[] = [];
  let readers: RingReader[] = [];

  beforeAll(() => {
    left = createNamespace("fan-left");
    right = createNamespace("fan-right");
    createVethPair(left, "left", right, "right");
    sender = right.enter(() => new Sender("right"));
  });
  afterEach(() => {
    for (const ring of rings) ring.close();
    rings = [];
  });
  afterAll(() => {
    sender?.close();
    left?.remove();
    right?.remove();
  });

  function open(fanout: Fanout, place: number, interfaceName = "left"): PacketRing {
    const options = ringOptions({
      interface: interfaceName,
      ringBytes: RING_BYTES,
      blockBytes: 65_536,
      fanout,
      held: true,
    });
    const ring = left.enter(() => PacketRing.open(buffer, ADDRESS + place * RING_BYTES, options));
    rings.push(ring);
    return ring;
  }

  function openAll(by: "addresses" | "hash", interfaceName = "left"): void {
    for (let place = 0; place < MEMBERS; place++)
      open({ group: 4321, members: MEMBERS, by }, place, interfaceName);
    for (const ring of rings) ring.start();
    readers = rings.map((ring) => new RingReader(buffer, ring.handle));
  }

  /** Sends the frames; for each mark, the rings in which it was found. */
  function spread(frames: readonly Buffer[]): Map<string, number[]> {
    sender.send(...frames);
    const found = new Map<string, number[]>();
    let count = 0;
    for (let waits = 0; waits < WAITS_MAX && count < frames.length; waits++) {
      libc().poll(new Uint8Array(), 0, WAIT_MS);
      readers.forEach((reader, place) => {
        for (const { bytes } of takeFrames(buffer, reader)) {
          const mark = markOf(bytes) ?? "?";
          found.set(mark, [...(found.get(mark) ?? []), place]);
          count++;
        }
      });
    }
    return found;
  }

  /** Frames of one conversation a pair of hosts; the mark says which pair. */
  function pairs(make: (pair: string, options: FrameOptions) => Buffer[]): Buffer[] {
    return Array.from({ length: HOSTS }, (_, index) =>
      make(String(index), { hosts: [1 + index, 200 + (index % 7)] }),
    ).flat();
  }

  /** Rings of the marks that begin with a pair's number, without repetition. */
  function ringsOfPairs(found: ReadonlyMap<string, number[]>): number[][] {
    const byPair = new Map<string, Set<number>>();
    for (const [mark, places] of found) {
      const pair = mark.split(" ")[0] ?? "";
      byPair.set(pair, new Set([...(byPair.get(pair) ?? []), ...places]));
    }
    return [...byPair.values()].map((places) => [...places]);
  }

  it("by addresses keeps directions, fragments and errors of two hosts together", () => {
    openAll("addresses");
    const frames = pairs((pair, options) => [
      udp4(`${pair} there`, options),
      udp4(`${pair} back`, { ...options, back: true }),
      udp4(`${pair} other ports`, { ...options, ports: [1, 2] }),
      udp4(`${pair} first fragment`, { ...options, fragment: 0x2000 }),
      udp4(`${pair} later fragment`, { ...options, fragment: 0x0003 }),
      icmpError4(`${pair} error`, { ...options, back: true }),
      udp4(`${pair} tag`, { ...options, tags: [[0x8100, 9]] }),
      udp4(`${pair} two tags`, {
        ...options,
        back: true,
        tags: [
          [0x88a8, 9],
          [0x8100, 10],
        ],
      }),
      udp4(`${pair} three tags`, {
        ...options,
        tags: [
          [0x88a8, 9],
          [0x8100, 10],
          [0x8100, 11],
        ],
      }),
      // The two addresses of an ARP question and its answer are the same pair.
      arp(`${pair} question`, options),
      arp(`${pair} answer`, { ...options, back: true }),
    ]);
    const found = spread(frames);
    expect([...found.values()].map((places) => places.length)).toEqual(frames.map(() => 1));
    expect(rings.reduce((sum, ring) => sum + ring.statistics().packets, 0)).toBe(frames.length);
    const places = ringsOfPairs(found);
    expect(places.map((rings) => rings.length)).toEqual(places.map(() => 1));
    expect(new Set(places.flat()).size).toBe(MEMBERS);
  });

  it("by addresses does so for IPv6, PPPoE, and by MAC addresses for the rest", () => {
    openAll("addresses");
    const session = (mark: string, options: FrameOptions): Buffer => {
      const packet = ipv4(17, Buffer.from(`........<${mark}>`), options);
      const head = Buffer.from([0x11, 0, 0, 1, 0, packet.length + 2, 0, 0x21]);
      return ethernet(0x8864, Buffer.concat([head, packet]), options);
    };
    const six = spread(
      pairs((pair, options) => [
        udp6(`${pair} there`, options),
        udp6(`${pair} back`, { ...options, back: true }),
      ]),
    );
    const pppoe = spread(
      pairs((pair, options) => [
        session(`${pair} there`, options),
        session(`${pair} back`, { ...options, back: true }),
      ]),
    );
    for (const found of [six, pppoe]) {
      const places = ringsOfPairs(found);
      expect(places).toHaveLength(HOSTS);
      expect(places.every((rings) => rings.length === 1)).toBe(true);
      expect(new Set(places.flat()).size).toBe(MEMBERS);
    }
    const odd = ["0 there", "0 back"].map((mark) =>
      ethernet(0x1234, Buffer.from(`<${mark}>`.padEnd(60)), { back: mark.endsWith("back") }),
    );
    expect(ringsOfPairs(spread(odd))).toHaveLength(1);
    // Too short for the addresses its type promises: not lost.
    expect(spread([ethernet(0x86dd, Buffer.from("<short>"))]).get("short")).toHaveLength(1);
  });

  it("by hash keeps directions together, and spreads connections of two hosts", () => {
    openAll("hash");
    const frames = Array.from({ length: 60 }, (_, index) => {
      const ports: [number, number] = [1000 + index, 53];
      return [udp4(`${index} there`, { ports }), udp4(`${index} back`, { ports, back: true })];
    }).flat();
    const places = ringsOfPairs(spread(frames));
    expect(places).toHaveLength(60);
    expect(places.every((rings) => rings.length === 1)).toBe(true);
    expect(new Set(places.flat()).size).toBe(MEMBERS);
  });

  it("works on loopback, each frame once", () => {
    openAll("addresses", "lo");
    left.exec(["bash", "-c", "echo '<loop>' > /dev/udp/127.0.0.1/9"], { mayFail: true });
    // The datagram, and the ICMP error that quotes it.
    for (let waits = 0, count = 0; waits < WAITS_MAX && count < 2; waits++) {
      libc().poll(new Uint8Array(), 0, WAIT_MS);
      count += readers.reduce((sum, reader) => sum + takeFrames(buffer, reader).length, 0);
    }
    expect(rings.reduce((sum, ring) => sum + ring.statistics().packets, 0)).toBe(2);
  });

  it("refuses a group that is another interface's", () => {
    openAll("addresses");
    const other = (): PacketRing => open({ group: 4321, members: MEMBERS, by: "addresses" }, MEMBERS, "lo");
    expect(other).toThrow(expect.objectContaining({ code: "FANOUT_REFUSED" }));
    expect(other).toThrow(/group 4321/);
  });

  it("with one member takes everything, and no group", () => {
    const ring = open({ group: 4321, members: 1 }, 0);
    ring.start();
    readers = [new RingReader(buffer, ring.handle)];
    expect([...spread([udp4("a"), udp4("b", { back: true })]).keys()]).toEqual(["a", "b"]);
  });
});
