// Martian sources: addresses that no packet on a wire can come from, and who has none yet.

import { describe, expect, it } from "vitest";
import * as f from "../../../examples/frame.js";
import { packet, tcp, udp } from "./frames.js";
import { Rig } from "./rig.js";

const rig = new Rig();
const DST = "203.0.113.5";
const DST6 = "2001:db8::5";

const found = (frame: Uint8Array): string[] => rig.begin().send(frame).names();
const frame = (src: string, dst: string, payload: Uint8Array): Uint8Array =>
  f.ethernet({}, packet({ src, dst }, payload));

describe("martian-source", () => {
  it.each([
    "0.0.0.0",
    "0.1.2.3",
    "127.0.0.1",
    "127.255.255.255",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
  ])("is %s", (src) => {
    expect(found(tcp({ src, dst: DST, flags: "S" }))).toContain("martian-source");
  });

  it.each(["1.0.0.1", "10.0.0.1", "126.0.0.1", "128.0.0.1", "169.254.1.1", "192.168.0.1", "223.255.255.255"])(
    "is not %s",
    (src) => {
      expect(found(tcp({ src, dst: DST, flags: "S" }))).toEqual([]);
    },
  );

  it.each(["::", "::1", "ff02::1", "ff0e::9"])("is %s", (src) => {
    expect(found(udp({ src, dst: DST6 }))).toContain("martian-source");
  });

  it.each(["fe80::1", "2001:db8::1", "fd00::1", "::2", "fec0::1"])("is not %s", (src) => {
    expect(found(udp({ src, dst: DST6 }))).toEqual([]);
  });

  it("is none of who asks for an address", () => {
    expect(found(udp({ src: "0.0.0.0", dst: "255.255.255.255", sport: 68, dport: 67 }))).toEqual([]);
    expect(found(udp({ src: "0.0.0.0", dst: "255.255.255.255", sport: 68, dport: 69 }))).toEqual([
      "martian-source",
    ]);
    expect(found(frame("0.0.0.0", "224.0.0.1", f.igmp({})))).toEqual([]);
    const solicitation = f.icmp6({ type: 135 }, new Uint8Array(20));
    expect(found(frame("::", "ff02::1:ff00:5", solicitation))).toEqual([]);
    const report = f.ipv6Extension(
      { kind: f.EXTENSION_HOP_BY_HOP, proto: 58 },
      f.icmp6({ type: 143 }, new Uint8Array(8)),
    );
    expect(found(frame("::", "ff02::16", report))).toEqual([]);
  });

  it("is none of a host's own loopback", () => {
    expect(found(tcp({ src: "127.0.0.1", dst: "127.0.0.53", flags: "S" }))).toEqual([]);
    expect(found(tcp({ src: "::1", dst: "::1", flags: "S" }))).toEqual([]);
  });

  it("is of either side, once a flow", () => {
    const there = { src: "203.0.113.5", dst: "0.1.2.3", sport: 1, dport: 2 };
    rig
      .begin()
      .send(udp(there), udp({ ...there, src: there.dst, dst: there.src, sport: 2, dport: 1 }), udp(there));
    expect(rig.found()).toEqual({ "martian-source": 1 });
  });

  it("is of the innermost packet of a tunnel", () => {
    const inner = f.ipv4({ src: "127.0.0.1", dst: DST }, f.udp({ sport: 1, dport: 2 }, f.filler(8)));
    expect(found(frame("192.0.2.1", "192.0.2.2", f.gre({}, inner)))).toEqual(["martian-source"]);
  });

  it("is not called alive", () => {
    rig.begin({ homes: [{ network: "0.0.0.0/0", kind: "ours" }] });
    rig.send(udp({ src: "127.0.0.7", dst: DST })).wait(5000);
    rig.send(tcp({ src: "203.0.113.200", dst: "127.0.0.7", flags: "S" })).pass(70_000);
    expect(rig.with("dark-destination").map(({ destination }) => destination.address)).toContain("127.0.0.7");
  });
});
