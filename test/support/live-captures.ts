// Captures that can be played over a veth pair as they are, made ones and real ones, and flows as lines to compare.
// Apart because several live tests play the same captures. Always holds: a playable capture is Ethernet only and whole
// (what was captured is what was on the wire), so that the sensor at the other end sees exactly what is in the file.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { letterCapture } from "../../examples/letter.js";
import { writePcapFile } from "../../examples/pcap-writer.js";
import { fillTraffic, type TrafficCase } from "../bench/traffic.js";
import { builtFrames } from "../fuzz/corpus.js";
import { arrowOf, type Flow, fromStray } from "../parity/canonical.js";
import type { StrayFlow } from "../parity/stray.js";
import { type CapturedFrame, captureFiles, captureFolder, framesOf } from "./captures.js";
import { RIG_MTU_BYTES } from "./live-rig.js";

const LINK_ETHERNET = 1;
const ETHERNET_HEADER_BYTES = 14;
/** Of the real ones: TCP, UDP, ICMP, ICMPv6, IGMP, ARP, SCTP, VLAN, fragments, IPv6, tunnels, broken headers. */
const FAVOURITES = [
  "ndpi-anyconnect-vpn.pcap",
  "ndpi-fuzz-2006-09-29-28586.pcap",
  "ndpi-netbios.pcap",
  "ndpi-sctp.cap",
  "ndpi-stun.pcap",
  "zeek-dns-edns-ecs.pcap",
  "zeek-erspan.pcap",
  "zeek-mpls-in-vlan.pcap",
];

export interface PlayableCapture {
  path: string;
  packets: number;
}

/** A capture that is written, where it must be, only when a test wants it. */
export interface CaptureSource {
  name: string;
  file(folder: string): PlayableCapture;
}

function isPlayable(frames: readonly CapturedFrame[]): boolean {
  return (
    frames.length > 0 &&
    frames.every(
      ({ link, wire, bytes }) =>
        link === LINK_ETHERNET &&
        wire === bytes.length &&
        bytes.length >= ETHERNET_HEADER_BYTES &&
        bytes.length <= RIG_MTU_BYTES,
    )
  );
}

/** Real captures that can be played: the favourites among them, or every one. */
export function realCaptures(all: boolean): CaptureSource[] {
  return captureFiles().flatMap(({ name, bytes }) => {
    const frames = all || FAVOURITES.includes(name) ? framesOf(bytes) : [];
    if (!isPlayable(frames)) return [];
    const capture = { path: join(captureFolder() ?? "", name), packets: frames.length };
    return [{ name, file: () => capture }];
  });
}

/** The letter that stray was written for. */
export const LETTER: CaptureSource = {
  name: "letter",
  file(folder) {
    const path = join(folder, "letter.pcap");
    const bytes = letterCapture();
    writeFileSync(path, bytes);
    return { path, packets: framesOf(bytes).length };
  },
};

/** Frames of every protocol, in every wrapping that Ethernet has. */
export const EVERY_PROTOCOL: CaptureSource = {
  name: "every protocol",
  file(folder) {
    const path = join(folder, "every-protocol.pcap");
    const frames = builtFrames().filter((frame) => isPlayable([frame]));
    writePcapFile(path, {}, (writer) => {
      for (const { timeNs, bytes } of frames) writer.write(timeNs, bytes);
    });
    return { path, packets: frames.length };
  },
};

/** A few hundred conversations in frames of all sizes. */
export const CONVERSATIONS: CaptureSource = {
  name: "conversations",
  file: (folder) => trafficCapture(folder, { flows: 300, mix: "imix", packets: 4_000 }),
};

/** Conversations of the benchmark's kind. */
export function trafficCapture(folder: string, traffic: TrafficCase): PlayableCapture {
  const path = join(folder, `${traffic.flows}-flows-${traffic.mix}-${traffic.packets}.pcap`);
  writePcapFile(path, { snapLength: 65535 }, (writer) => fillTraffic(writer, traffic));
  return { path, packets: traffic.packets };
}

/** Flows as sorted lines, records of one key in one: where a flow was split by idle time does not show. */
export function flowLines(records: readonly StrayFlow[]): string[] {
  return fromStray(records).map(flowLine).sort();
}

function flowLine(flow: Flow): string {
  const { key, source, ends, packets, bytes, appBytes, flags, stray } = flow;
  // Fragments whose first one never came are credited when the wait is over: live, at the stop, in no order.
  const isOrphan = stray.every(({ notes, sport = 0 }) => notes.includes("fragment") && sport === 0);
  const from = isOrphan ? "either end" : ends[source];
  // What state a flow was left in depends on where it was split.
  const state = stray.length === 1 ? stray[0]!.state : "-";
  const counts = { packets, bytes, appBytes, flags };
  const words = Object.entries(counts).map(([name, [a, b]]) => `${name} ${a}/${b}`);
  return `${key}: from ${from} ${arrowOf(flow)} ${words.join(" ")} state ${state}`;
}

/** Lines of both with the state left out where either has it split. */
export function comparableLines(
  one: readonly StrayFlow[],
  other: readonly StrayFlow[],
): { one: string[]; other: string[] } {
  const lines = { one: flowLines(one), other: flowLines(other) };
  const split = new Set(
    [...lines.one, ...lines.other].filter((line) => line.endsWith(" state -")).map(keyOf),
  );
  const plain = (line: string): string => (split.has(keyOf(line)) ? line.replace(/ state .*$/, "") : line);
  return { one: lines.one.map(plain), other: lines.other.map(plain) };
}

function keyOf(line: string): string {
  return line.slice(0, line.indexOf(": from "));
}
