// Pieces of conversation that the starter rules' captures are made of: frames with times, from a stranger to a server.
// Apart from the cases so that those only say what is sent.
// Always holds: frames come in the order of time, a millisecond apart unless said otherwise.

import { ethernet, ipv4, ipv4Fragments, tcp, text, udp } from "../frame.js";
import type { TimedFrame } from "../letter.js";

export const STRANGER = "198.51.100.7";
export const SERVER = "192.0.2.80";
const CLIENT_PORT = 40_000;
const MS_NS = 1_000_000n;
const START_NS = 1_003_318_624_000_000_000n;

interface SegmentOptions {
  readonly flags?: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly sport?: number;
  readonly dport?: number;
  readonly src?: string;
  readonly dst?: string;
}

/** One TCP segment of the stranger, or of whoever is named. */
export function segment(payload: Uint8Array | string, options: SegmentOptions = {}): Uint8Array {
  const { flags = "PA", seq = 1001, ack = 5001, sport = CLIENT_PORT, dport = 80 } = options;
  const { src = STRANGER, dst = SERVER } = options;
  const bytes = typeof payload === "string" ? text(payload) : payload;
  return ethernet({}, ipv4({ src, dst, df: true }, tcp({ sport, dport, seq, ack, flags }, bytes)));
}

/** The server's answer. */
export function answer(payload: string, options: SegmentOptions = {}): Uint8Array {
  const { sport = CLIENT_PORT, dport = 80, ...rest } = options;
  return segment(payload, {
    seq: 5001,
    ack: 1001,
    ...rest,
    sport: dport,
    dport: sport,
    src: SERVER,
    dst: STRANGER,
  });
}

export function opening(sport = CLIENT_PORT, dport = 80): Uint8Array[] {
  return [
    segment("", { flags: "S", seq: 1000, ack: 0, sport, dport }),
    answer("", { flags: "SA", seq: 5000, ack: 1001, sport, dport }),
    segment("", { flags: "A", sport, dport }),
  ];
}

/** A whole exchange: opening, request, a short answer. */
export function asked(request: string): Uint8Array[] {
  return [
    ...opening(),
    segment(request),
    answer("HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n", {
      flags: "PA",
      ack: 1001 + request.length,
    }),
  ];
}

export function getText(path: string): string {
  return `GET ${path} HTTP/1.0\r\nHost: www\r\n\r\n`;
}

export function fragments(payload: Uint8Array): Uint8Array[] {
  const ends = { src: STRANGER, dst: SERVER, id: 77 };
  return ipv4Fragments(ends, udp({ sport: CLIENT_PORT, dport: 53 }, payload), 64).map((packet) =>
    ethernet({}, packet),
  );
}

/** Frames at their times; `stepMs` apart. */
export function timed(frames: readonly Uint8Array[], stepMs = 1): TimedFrame[] {
  return frames.map((frame, index) => ({
    timeNs: START_NS + BigInt(Math.round(index * stepMs * 1000)) * (MS_NS / 1000n),
    frame,
  }));
}
