// What a made capture is, and the short words the cases are written in: packets of one client and one server.
// Apart so that each list of cases reads as a list of conversations.
// Always holds: frames are a second apart unless a time is given; nothing is random.

import {
  ethernet,
  filler,
  type IcmpOptions,
  icmp,
  icmp6,
  ipv4,
  ipv6,
  type TcpOptions,
  tcp,
  udp,
} from "../../../examples/frame.js";
import { writePcapFile } from "../../../examples/pcap-writer.js";

export const CLIENT = "10.0.0.1";
export const SERVER = "10.0.0.2";
export const CLIENT6 = "2001:db8::1";
export const SERVER6 = "2001:db8::2";
export const CLIENT_PORT = 40000;
export const SERVER_PORT = 80;

export interface TimedFrame {
  frame: Uint8Array;
  /** Seconds after the case's start; the frame's place in the list when left out. */
  at?: number;
  wireLength?: number;
}

export interface Case {
  name: string;
  /** What the capture is for, in a line. */
  what: string;
  linkType?: number;
  snapLength?: number;
  frames: readonly (Uint8Array | TimedFrame)[];
}

const START_SECONDS = 1_600_000_000;
const MICROSECONDS = 1_000_000;

export function writeCase(path: string, made: Case): void {
  const { linkType = 1, snapLength = 262144 } = made;
  writePcapFile(path, { linkType, snapLength }, (writer) => {
    made.frames.forEach((entry, index) => {
      const timed = entry instanceof Uint8Array ? { frame: entry } : entry;
      const us = Math.round((timed.at ?? index) * MICROSECONDS);
      const seconds = START_SECONDS + Math.floor(us / MICROSECONDS);
      writer.writeAt(
        seconds,
        us - Math.floor(us / MICROSECONDS) * MICROSECONDS,
        timed.frame,
        timed.wireLength,
      );
    });
  });
}

export function at(seconds: number, frame: Uint8Array): TimedFrame {
  return { frame, at: seconds };
}

type Segment = Partial<TcpOptions> & { ports?: readonly [number, number] };

/** TCP segment from the client: flags, payload bytes. */
export function c(flags: string, size = 0, options: Segment = {}): Uint8Array {
  return ethernet({ pad: 60 }, cIp(flags, size, options));
}

/** TCP segment from the server. */
export function s(flags: string, size = 0, options: Segment = {}): Uint8Array {
  return ethernet({ pad: 60 }, sIp(flags, size, options));
}

/** The same as IP packets without a link layer. */
export function cIp(flags: string, size = 0, options: Segment = {}): Uint8Array {
  return ipv4({ src: CLIENT, dst: SERVER }, segment(flags, size, options, false));
}

export function sIp(flags: string, size = 0, options: Segment = {}): Uint8Array {
  return ipv4({ src: SERVER, dst: CLIENT }, segment(flags, size, options, true));
}

export function c6(flags: string, size = 0, options: Segment = {}): Uint8Array {
  return ethernet({}, ipv6({ src: CLIENT6, dst: SERVER6 }, segment(flags, size, options, false)));
}

export function s6(flags: string, size = 0, options: Segment = {}): Uint8Array {
  return ethernet({}, ipv6({ src: SERVER6, dst: CLIENT6 }, segment(flags, size, options, true)));
}

function segment(flags: string, size: number, options: Segment, fromServer: boolean): Uint8Array {
  const { ports = [CLIENT_PORT, SERVER_PORT], ...rest } = options;
  const [sport, dport] = fromServer ? [ports[1], ports[0]] : ports;
  return tcp({ sport, dport, flags, seq: fromServer ? 9000 : 1000, ack: 1, ...rest }, filler(size));
}

/** UDP datagrams of `size` bytes, from client and server. */
export function cUdp(size: number, sport = CLIENT_PORT, dport = 7777): Uint8Array {
  return ethernet({ pad: 60 }, ipv4({ src: CLIENT, dst: SERVER }, udp({ sport, dport }, filler(size))));
}

export function sUdp(size: number, sport = 7777, dport = CLIENT_PORT): Uint8Array {
  return ethernet({ pad: 60 }, ipv4({ src: SERVER, dst: CLIENT }, udp({ sport, dport }, filler(size))));
}

export function cIcmp(options: IcmpOptions, payload: Uint8Array = filler(56)): Uint8Array {
  return ethernet({ pad: 60 }, ipv4({ src: CLIENT, dst: SERVER }, icmp(options, payload)));
}

export function sIcmp(options: IcmpOptions, payload: Uint8Array = filler(56)): Uint8Array {
  return ethernet({ pad: 60 }, ipv4({ src: SERVER, dst: CLIENT }, icmp(options, payload)));
}

export function cIcmp6(options: IcmpOptions, payload: Uint8Array = filler(16), dst = SERVER6): Uint8Array {
  return ethernet({}, ipv6({ src: CLIENT6, dst, hopLimit: 255 }, icmp6(options, payload)));
}

export function sIcmp6(options: IcmpOptions, payload: Uint8Array = filler(16), dst = CLIENT6): Uint8Array {
  return ethernet({}, ipv6({ src: SERVER6, dst, hopLimit: 255 }, icmp6(options, payload)));
}
