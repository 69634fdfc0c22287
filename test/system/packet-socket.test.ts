// Packet rings against the kernel: frames with known bytes over a veth pair, mapped and copied.
// Apart from the unit tests because it needs root and namespaces. Always holds: each test opens its own ring on the
// pair and closes it; nothing but the frames sent here crosses the pair.

import { existsSync, openSync, writeSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { compileCaptureFilter } from "../../host/capture/live/bpf.js";
import { interfaceState } from "../../host/capture/live/interface.js";
import type { RingOptions } from "../../host/capture/live/packet-socket.js";
import { PacketRing } from "../../host/capture/live/packet-socket.js";
import { RingPoll, RingReader } from "../../host/capture/live/ring-reader.js";
import { StrayError } from "../../host/errors.js";
import { capabilitySet, readCapabilities, writeCapabilities } from "../../host/system/capabilities.js";
import { libc } from "../../host/system/libc.js";
import { ipv4, markOf, udp4, udp6 } from "../host/capture/live/frames.js";
import { receive, receiveMarks } from "../host/capture/live/ring-frames.js";
import { Sender } from "../host/capture/live/sender.js";
import type { Namespace } from "../support/netns.js";
import { canUseNamespaces, createNamespace, createVethPair } from "../support/netns.js";
import { ringOptions } from "../support/ring-options.js";
import { requireProgram } from "../support/system.js";

const MIB = 2 ** 20;
const ADDRESS = 4 * MIB;
const OTHER_ADDRESS = 8 * MIB;
const POLLERR = 8;
const WASM_PAGES = 256;

const OPTIONS = ringOptions();

const memory = new WebAssembly.Memory({ initial: WASM_PAGES, maximum: WASM_PAGES, shared: true });
const buffer = memory.buffer as unknown as SharedArrayBuffer;

function hasTun(): boolean {
  if (existsSync("/dev/net/tun")) return true;
  console.error("\n*** TESTS LEFT OUT: /dev/net/tun is not there\n");
  return false;
}

const canRun = canUseNamespaces() && requireProgram("tcpdump", "tcpdump");

describe.skipIf(!canRun)("a packet ring", () => {
  let left: Namespace;
  let right: Namespace;
  let sender: Sender;
  const rings: PacketRing[] = [];

  beforeAll(() => {
    left = createNamespace("ring-left");
    right = createNamespace("ring-right");
    createVethPair(left, "left", right, "right", { mtu: 9000 });
    sender = right.enter(() => new Sender("right"));
  });
  afterEach(() => {
    for (const ring of rings.splice(0)) ring.close();
  });
  afterAll(() => {
    sender?.close();
    left?.remove();
    right?.remove();
  });

  function open(options: Partial<RingOptions> = {}, address = ADDRESS): PacketRing {
    const ring = left.enter(() => PacketRing.open(buffer, address, { ...OPTIONS, ...options }));
    rings.push(ring);
    return ring;
  }

  /** The kernel notices a carrier a little later. */
  function linkUp(): void {
    const state = () => left.enter(() => interfaceState("left"));
    for (let tries = 0; tries < 100 && state()?.link !== "up"; tries++) libc().poll(new Uint8Array(), 0, 20);
    expect(state()).toMatchObject({ link: "up", mtu: 9000, arpType: 1, isLoopback: false });
    expect(state()?.address).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  }

  function refusal(options: Partial<RingOptions>, address = ADDRESS): StrayError {
    try {
      open(options, address);
    } catch (error) {
      if (error instanceof StrayError) return error;
      throw error;
    }
    throw new Error("it was opened");
  }

  describe.each(["mapped", "copy"] as const)("%s", (mode) => {
    it("gives every frame, byte for byte, where the layout says", () => {
      const ring = open({ mode });
      const sent = [udp4("a"), udp6("b"), udp4("c", { bytes: 1400 }), udp4("d", { bytes: 1 })];
      sender.send(...sent);
      const frames = receive(buffer, ring.handle, sent.length);
      expect(frames.map(({ bytes }) => bytes)).toEqual(sent);
      expect(frames.map(({ length }) => length)).toEqual(sent.map(({ length }) => length));
      // struct tpacket3_hdr and sockaddr_ll end at 68; the virtio header begins 10 before the frame.
      expect(frames.map(({ mac, net }) => [mac, net])).toEqual(sent.map(() => [98, 112]));
      expect(frames.every(({ virtio }) => virtio.equals(Buffer.alloc(10)))).toBe(true);
      expect(Math.abs((frames[0]?.seconds ?? 0) - Date.now() / 1000)).toBeLessThan(60);
      expect(ring).toMatchObject({ mode, linkType: 1, blocks: 8, blockBytes: 128 * 1024 });
      expect(ring.statistics()).toEqual({ packets: sent.length, drops: 0, freezes: 0 });
      expect(ring.statistics()).toEqual({ packets: 0, drops: 0, freezes: 0 });
    });

    it("goes round the ring many times without losing or repeating a frame", () => {
      const ring = open({ mode, ringBytes: 4 * 8192, blockBytes: 8192 });
      const reader = new RingReader(buffer, ring.handle);
      const wanted: string[] = [];
      const found: string[] = [];
      for (let round = 0; round < 20; round++) {
        const marks = Array.from({ length: 10 }, (_, index) => `${round}.${index}`);
        sender.send(...marks.map((mark) => udp4(mark, { bytes: 1000 })));
        wanted.push(...marks);
        found.push(...receiveMarks(buffer, ring, marks.length, reader));
      }
      expect(found).toEqual(wanted);
      expect(ring.statistics()).toEqual({ packets: wanted.length, drops: 0, freezes: 0 });
    });

    it("counts what found the ring full, and goes on afterwards", () => {
      const ring = open({ mode, ringBytes: 2 * 8192, blockBytes: 8192 });
      const reader = new RingReader(buffer, ring.handle);
      const sent = Array.from({ length: 60 }, (_, index) => udp4(String(index), { bytes: 1000 }));
      sender.send(...sent);
      expect(reader.waiting()).toBe(2);
      const { packets, drops, freezes } = ring.statistics();
      expect(packets + drops).toBe(sent.length);
      expect(drops).toBeGreaterThan(0);
      expect(freezes).toBeGreaterThan(0);
      expect(receiveMarks(buffer, ring, packets, reader)).toEqual(sent.slice(0, packets).map(markOf));
      expect(reader.waiting()).toBe(0);
      sender.send(udp4("after"));
      expect(receiveMarks(buffer, ring, 1, reader)).toEqual(["after"]);
    });

    it("keeps the tag that the kernel took out, and the one it left in", () => {
      const ring = open({ mode });
      const one = udp4("one", { tags: [[0x8100, 0x6005]] });
      const two = udp4("two", {
        tags: [
          [0x88a8, 7],
          [0x8100, 8],
        ],
      });
      sender.send(udp4("none"), one, two);
      const frames = receive(buffer, ring.handle, 3);
      expect(frames.map(({ vlan }) => vlan)).toEqual([undefined, [0x8100, 0x6005], [0x88a8, 7]]);
      const inner = udp4("two", { tags: [[0x8100, 8]] });
      expect(frames.map(({ bytes }) => bytes)).toEqual([udp4("none"), udp4("one"), inner]);
    });

    it("cuts frames to the snap length and says how long they were", () => {
      const ring = open({ mode, snapLen: 60 });
      const sent = udp4("cut", { bytes: 500 });
      sender.send(sent);
      const [frame] = receive(buffer, ring.handle, 1);
      expect(frame?.bytes).toEqual(sent.subarray(0, 60));
      expect(frame?.length).toBe(sent.length);
    });

    it("is safe to close twice, and leaves memory that can be read and written", () => {
      const ring = open({ mode });
      sender.send(udp4("x"));
      receive(buffer, ring.handle, 1);
      ring.close();
      ring.close();
      const window = new Uint8Array(buffer, ADDRESS, MIB);
      if (mode === "mapped") expect(window.every((byte) => byte === 0)).toBe(true);
      window.fill(0xa5);
      expect(window.every((byte) => byte === 0xa5)).toBe(true);
      window.fill(0);
      expect(ring.statistics()).toEqual({ packets: 0, drops: 0, freezes: 0 });
      expect(ring.pendingError()).toBeUndefined();
    });
  });

  it("copies the same as it maps", () => {
    const mapped = open();
    const copied = open({ mode: "copy" }, OTHER_ADDRESS);
    const sent = Array.from({ length: 300 }, (_, index) =>
      udp4(String(index), {
        bytes: 1 + ((index * 37) % 1400),
        ...(index % 3 === 0 && { tags: [[0x8100, index]] }),
      }),
    );
    sender.send(...sent);
    const frames = receive(buffer, mapped.handle, sent.length);
    expect(frames).toHaveLength(sent.length);
    expect(receive(buffer, copied.handle, sent.length)).toEqual(frames);
  });

  it("falls back to copying where the memory can't be mapped onto, and says why", () => {
    // Not page-aligned, unlike WebAssembly's.
    const plain = new SharedArrayBuffer(2 * MIB);
    const ring = left.enter(() => PacketRing.open(plain, 65_536, { ...OPTIONS, mode: "auto" }));
    rings.push(ring);
    expect(ring.mode).toBe("copy");
    expect(ring.modeReason).toContain("page");
    sender.send(udp4("plain"));
    expect(receiveMarks(plain, ring, 1)).toEqual(["plain"]);
    expect(open({ mode: "auto" }).modeReason).toBeUndefined();
  });

  it("takes nothing before start() when held, and nothing the filter does not want", () => {
    const filter = left.enter(() => compileCaptureFilter("udp port 7777", "left"));
    const ring = open({ held: true, filter });
    sender.send(udp4("early"));
    ring.start();
    sender.send(udp4("wanted"), udp4("unwanted", { ports: [1, 2] }), udp4("wanted too"));
    expect(receiveMarks(buffer, ring, 2)).toEqual(["wanted", "wanted too"]);
    expect(ring.statistics()).toEqual({ packets: 2, drops: 0, freezes: 0 });
  });

  it("changes its filter while open; the snap length stays", () => {
    const ring = open({ snapLen: 64 });
    const reader = new RingReader(buffer, ring.handle);
    ring.setFilter(left.enter(() => compileCaptureFilter("ip6", "left")));
    sender.send(udp4("four"), udp6("six", { bytes: 200 }));
    ring.setFilter([]);
    sender.send(udp4("again", { bytes: 200 }));
    const frames = receive(buffer, ring.handle, 2, reader);
    expect(frames.map(({ bytes }) => bytes.length)).toEqual([64, 64]);
    expect(frames.map(({ bytes }) => bytes.readUInt16BE(12))).toEqual([0x86dd, 0x0800]);
    const bad = [{ code: 0xffff, jt: 0, jf: 0, k: 0 }];
    expect(() => ring.setFilter(bad)).toThrow(expect.objectContaining({ code: "FILTER_REFUSED" }));
    sender.send(udp4("still"));
    expect(receive(buffer, ring.handle, 1, reader)).toHaveLength(1);
  });

  it("filters by the VLAN that the kernel took out", () => {
    const filter = left.enter(() => compileCaptureFilter("vlan 5 and udp", "left"));
    const ring = open({ filter });
    sender.send(
      udp4("untagged"),
      udp4("five", { tags: [[0x8100, 5]] }),
      udp4("six", { tags: [[0x8100, 6]] }),
    );
    expect(receiveMarks(buffer, ring, 1)).toEqual(["five"]);
  });

  it("says what the card was to finish: the checksum, in the virtio header", () => {
    const [near, far] = [createNamespace("ring-near"), createNamespace("ring-far")];
    try {
      const addresses = ["10.77.0.1/24", "10.77.0.2/24"] as const;
      createVethPair(near, "near", far, "far", { addresses, offloads: true });
      const filter = near.enter(() => compileCaptureFilter("udp", "near"));
      const ring = near.enter(() =>
        PacketRing.open(buffer, ADDRESS, { ...OPTIONS, interface: "near", filter }),
      );
      rings.push(ring);
      far.exec(["bash", "-c", "echo '<checksum>' > /dev/udp/10.77.0.1/9"]);
      const [frame] = receive(buffer, ring.handle, 1);
      // VIRTIO_NET_HDR_F_NEEDS_CSUM; the UDP header at 34, its checksum at 6 of it (linux/virtio_net.h).
      expect(frame?.virtio[0]).toBe(1);
      expect([frame?.virtio.readUInt16LE(6), frame?.virtio.readUInt16LE(8)]).toEqual([34, 6]);
    } finally {
      for (const ring of rings.splice(0)) ring.close();
      near.remove();
      far.remove();
    }
  });

  it("sees each frame on loopback once", () => {
    const ring = open({ interface: "lo" });
    left.exec(["bash", "-c", "echo '<loop>' > /dev/udp/127.0.0.1/9"], { mayFail: true });
    // The kernel answers with an ICMP error, which quotes it.
    expect(receiveMarks(buffer, ring, 2)).toEqual(["loop", "loop"]);
    expect(ring.statistics().packets).toBe(2);
  });

  it.skipIf(!hasTun())("reads plain IP from a tun interface", () => {
    left.exec(["ip", "tuntap", "add", "dev", "tun0", "mode", "tun"]);
    left.exec(["ip", "link", "set", "tun0", "up"]);
    const ring = open({ interface: "tun0" });
    expect(ring.linkType).toBe(101);
    // It belongs to the namespace in which it is opened.
    const tun = left.enter(() => openSync("/dev/net/tun", "r+"));
    const request = Buffer.alloc(40);
    request.write("tun0");
    request.writeUInt16LE(0x1001, 16); // IFF_TUN, IFF_NO_PI
    expect(libc().ioctl(tun, 0x400454ca, request)).toBe(0); // TUNSETIFF
    const packet = ipv4(17, Buffer.from("........<tun>"));
    writeSync(tun, packet);
    const [frame] = receive(buffer, ring.handle, 1);
    expect(frame?.bytes).toEqual(packet);
    expect([frame?.mac, frame?.net]).toEqual([112, 112]);
    libc().close(tun);
  });

  it("switches promiscuous mode on and off, and leaves it off when closed", () => {
    const promiscuity = (): string | undefined =>
      /promiscuity (\d+)/.exec(left.exec(["ip", "-d", "link", "show", "left"]).stdout)?.[1];
    const ring = open({ promiscuous: true });
    expect([ring.promiscuous, promiscuity()]).toEqual([true, "1"]);
    ring.setPromiscuous(false);
    ring.setPromiscuous(false);
    expect([ring.promiscuous, promiscuity()]).toEqual([false, "0"]);
    ring.setPromiscuous(true);
    expect(promiscuity()).toBe("1");
    ring.close();
    expect(promiscuity()).toBe("0");
  });

  it("opens on an interface that is down, and takes its frames once it is up", () => {
    left.exec(["ip", "link", "set", "left", "down"]);
    expect(left.enter(() => interfaceState("left")?.link)).toBe("down");
    const ring = open();
    expect(ring.pendingError()).toBe("ENETDOWN");
    expect(ring.pendingError()).toBeUndefined();
    left.exec(["ip", "link", "set", "left", "up"]);
    linkUp();
    sender.send(udp4("up"));
    expect(receiveMarks(buffer, ring, 1)).toEqual(["up"]);
  });

  it("tells of an interface that was deleted, once, and does not spin", () => {
    createVethPair(left, "gone", right, "gone-peer");
    const ring = open({ interface: "gone", promiscuous: true });
    const poll = new RingPoll([ring.handle]);
    expect(poll.wait(0)).toBe(false);
    left.exec(["ip", "link", "delete", "gone"]);
    expect(poll.wait(1000)).toBe(true);
    expect(poll.revents(0) & POLLERR).toBe(POLLERR);
    expect(ring.pendingError()).toBe("ENETDOWN");
    // Waits to the end: nothing more to report.
    expect(poll.wait(50)).toBe(false);
    expect(ring.pendingError()).toBeUndefined();
    expect(left.enter(() => interfaceState("gone"))).toBeUndefined();
  });

  it("refuses by name what can't be opened", () => {
    const unknown = refusal({ interface: "eth9" });
    expect(unknown).toMatchObject({ code: "INTERFACE_UNKNOWN", exitCode: 2 });
    expect(unknown.message).toContain("eth9");
    expect(unknown.message).toContain("lo, left");
    const tooLarge = refusal({ mode: "copy", ringBytes: 2 ** 42, blockBytes: 4096 });
    expect(tooLarge.code).toBe("RING_TOO_LARGE");
    expect(tooLarge.message).toContain("capture.ring");
    expect(tooLarge.message).toContain("4194304 MiB");
    expect(refusal({}, ADDRESS + 1).message).toContain("page size");
    expect(refusal({ blockBytes: 5000 }).message).toContain("5000");
    expect(refusal({ ringBytes: 128 * 1024 }).message).toContain("2 blocks");
    expect(refusal({ ringBytes: 32 * MIB }).message).toContain("do not fit");
    expect(refusal({ snapLen: 0 })).toMatchObject({ code: "RING_SIZE" });
    // What failed left nothing behind.
    expect(new Uint8Array(buffer, ADDRESS, MIB).every((byte) => byte === 0)).toBe(true);
  });

  it("names the capability that is missing", () => {
    const all = readCapabilities();
    writeCapabilities({ ...all, effective: all.effective & ~capabilitySet(["CAP_NET_RAW"]) });
    try {
      const ring = (): unknown => PacketRing.open(buffer, ADDRESS, { ...OPTIONS, interface: "lo" });
      expect(ring).toThrow(expect.objectContaining({ code: "NO_PERMISSION" }));
      expect(ring).toThrow(/CAP_NET_RAW/);
    } finally {
      writeCapabilities(all);
    }
  });
});
