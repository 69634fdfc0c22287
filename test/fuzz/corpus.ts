// What the fuzzer starts from: the frames and whole files of the real captures where there are any, and always
// frames of every protocol from the frame builder. Always holds: every supported link type is in LINK_TYPES.

import * as f from "../../examples/frame.js";
import { pcapBytes } from "../../examples/pcap-writer.js";
import { type CapturedFrame, captureFiles, framesOf } from "../support/captures.js";
import { Random } from "../support/random.js";
import { talkFrames } from "./conversations.js";

export const LINK_TYPES = [
  0, 1, 9, 10, 11, 12, 14, 50, 51, 100, 101, 104, 105, 107, 108, 109, 113, 117, 119, 127, 163, 166, 192, 228,
  229, 239, 276,
] as const;

export interface Corpus {
  frames: CapturedFrame[];
  files: { name: string; bytes: Uint8Array }[];
}

const V4 = { src: "10.0.0.1", dst: "10.0.0.2" };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };

/** IP packets of every protocol that the decoders know. */
function packets(): Uint8Array[] {
  const segment = f.tcp({ sport: 4000, dport: 80, flags: "PA", seq: 1, ack: 2 }, f.filler(64));
  const syn = f.tcp({
    sport: 4000,
    dport: 80,
    flags: "S",
    options: f.concat(f.tcpOption.mss(1460), f.tcpOption.nop(), f.tcpOption.windowScale(7)),
  });
  const datagram = f.udp({ sport: 53, dport: 5353 }, f.filler(40));
  const inner = f.ethernet({}, f.ipv4(V4, segment));
  return [
    f.ipv4(V4, syn),
    f.ipv4(V4, segment),
    f.ipv4(V4, datagram),
    f.ipv4({ ...V4, options: f.hex("94040000") }, datagram),
    f.ipv4(V4, f.icmpEcho({ id: 7 })),
    f.ipv4(V4, f.icmpError({}, f.ipv4(V4, datagram))),
    f.ipv4(V4, f.igmp({ group: "224.0.0.251" })),
    f.ipv4(V4, f.sctp({ sport: 1, dport: 2 }, f.sctpChunk({ type: 1 }, f.filler(16)))),
    f.ipv4(V4, f.esp({})),
    f.ipv4(V4, f.ah({}, datagram)),
    f.ipv4(V4, f.gre({ key: 1, sequence: 2 }, f.ipv4(V4, datagram))),
    f.ipv4(V4, f.gre({ checksum: true }, inner)),
    f.ipv4(V4, f.gre({ type: 0x88be, sequence: 1 }, f.concat(f.filler(8), inner))),
    f.ipv4(V4, f.gre({ type: 0x22eb, sequence: 1 }, f.concat(f.filler(12), inner))),
    f.ipv4(V4, f.ipv4(V4, segment)),
    f.ipv4(V4, f.ipv6(V6, segment)),
    f.ipv4(V4, f.udp({ sport: 9, dport: f.VXLAN_PORT }, f.vxlan({}, inner))),
    f.ipv6(V6, segment),
    f.ipv6(V6, datagram),
    f.ipv6(V6, f.icmp6Echo({ id: 9 })),
    f.ipv6(V6, f.icmp6Error({}, f.ipv6(V6, datagram))),
    f.ipv6(V6, f.ipv6Extension({}, f.ipv6Extension({ kind: f.EXTENSION_DESTINATION }, datagram))),
    f.ipv6(V6, f.ipv4(V4, segment)),
    ...f.ipv4Fragments({ ...V4, id: 77 }, f.udp({ sport: 1, dport: 2 }, f.filler(200)), 64),
    ...f.ipv6Fragments({ ...V6, id: 78 }, f.udp({ sport: 1, dport: 2 }, f.filler(200)), 64),
  ];
}

export function builtFrames(): CapturedFrame[] {
  const out: CapturedFrame[] = [];
  const add = (link: number, bytes: Uint8Array): void => {
    out.push({ link, bytes, wire: bytes.length, timeNs: BigInt(out.length + 1) * 1_000_000n });
  };
  for (const packet of packets()) {
    add(f.LINK_ETHERNET, f.ethernet({ pad: 60 }, packet));
    add(f.LINK_ETHERNET, f.ethernet({}, f.vlan({ id: 5, tpid: 0x88a8 }, f.vlan({ id: 6 }, packet))));
    add(f.LINK_ETHERNET, f.ethernet({}, f.mpls({ labels: [1, 2] }, packet)));
    add(f.LINK_ETHERNET, f.ethernet({}, f.pppoe({}, packet)));
    add(f.LINK_RAW, packet);
    add(f.LINK_COOKED, f.cooked({}, packet));
    add(f.LINK_COOKED2, f.cooked2({}, packet));
    add(f.LINK_NULL, f.loopback({}, packet));
    add(f.LINK_LOOP, f.loopback({ bigEndian: true }, packet));
    add(f.LINK_PPP, f.ppp({ framing: true }, packet));
    add(104, f.concat(f.hex("0f000800"), packet));
    add(105, f.concat(f.hex("08010000"), f.filler(18), f.u16(0), f.hex("aaaa030000000800"), packet));
    add(
      127,
      f.concat(f.hex("0000080000000000"), f.hex("08010000"), f.filler(20), f.hex("aaaa030000000800"), packet),
    );
    add(192, f.concat(f.hex("0000080065000000"), packet));
    add(239, f.concat(f.hex("02000000"), f.u16(packet.length + 4).reverse(), f.hex("0900"), packet));
    add(117, f.concat(f.hex("3d020000"), f.filler(60), packet));
    add(107, f.concat(f.hex("184103cc"), packet));
  }
  add(f.LINK_ETHERNET, f.ethernet({ pad: 60 }, f.arp({ senderIp: "10.0.0.1", targetIp: "10.0.0.2" })));
  add(f.LINK_ETHERNET, f.ethernet({ type: 0x88cc }, f.filler(40)));
  add(f.LINK_ETHERNET, f.ethernet({ type: 38 }, f.concat(f.hex("424203"), f.filler(35))));
  return out;
}

const TALKS_SEED = 0x7a1c5;
const TALK_FRAMES = 2000;

export function loadCorpus(): Corpus {
  const built = builtFrames();
  const talks = talkFrames(new Random(TALKS_SEED), TALK_FRAMES).map((frame, index) => ({
    ...frame,
    timeNs: BigInt(index + 1) * 1_000_000n,
  }));
  const files = captureFiles().map(({ name, bytes }) => ({ name, bytes }));
  const frames = [...built, ...files.flatMap(({ bytes }) => framesOf(bytes))];
  files.push(
    { name: "built.pcap", bytes: builtFile(built, false) },
    { name: "built-be.pcap", bytes: builtFile(built, true) },
    { name: "talks.pcap", bytes: builtFile(talks, false) },
  );
  return { frames, files };
}

function builtFile(frames: readonly CapturedFrame[], bigEndian: boolean): Uint8Array {
  return pcapBytes({ linkType: 1, bigEndian, nanosecond: bigEndian }, (writer) => {
    for (const frame of frames) if (frame.link === 1) writer.write(frame.timeNs, frame.bytes, frame.wire);
  });
}
