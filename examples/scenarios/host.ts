// Hosts of the scenarios: addresses and the ways of their IP stacks, as they look where the sensor is.
// Apart because every packet of a host, whatever it does, must look like the same host's.
// Always holds: TTL, TCP options and the way of IP IDs stay the same; outside addresses are of networks that are
// allotted but not announced, since the documentation networks would be martians on a line.

import { concat, tcpOption } from "../frame.js";
import type { Dice } from "./dice.js";

/** How a host fills the IPv4 identification. */
export type IdStyle =
  /** One counter for all it sends. */
  | "counter"
  /** Random numbers. */
  | "random"
  /** A counter for each connection; 0 where a packet belongs to none (SYN-ACK, RST), all with DF. */
  | "connection"
  /** 0 in all packets, with DF (RFC 6864 allows it). */
  | "zero";

export interface Stack {
  readonly name: string;
  readonly ttl: number;
  readonly ids: IdStyle;
  readonly timestamps: boolean;
  readonly window: number;
  readonly windowScale: number;
}

const STACKS: readonly Stack[] = [
  { name: "linux", ttl: 64, ids: "connection", timestamps: true, window: 64240, windowScale: 7 },
  { name: "linux-zero", ttl: 64, ids: "zero", timestamps: true, window: 65535, windowScale: 9 },
  { name: "windows", ttl: 128, ids: "counter", timestamps: false, window: 64240, windowScale: 8 },
  { name: "bsd", ttl: 64, ids: "random", timestamps: true, window: 65535, windowScale: 6 },
];

export interface Host {
  readonly address: string;
  readonly address6: string;
  readonly mac: string;
  readonly isHome: boolean;
  /** Initial TTL less the hops up to the sensor. */
  readonly ttl: number;
  readonly stack: Stack;
  /** One way from the sensor to the host, microseconds. */
  readonly distanceUs: number;
  /** Time stamps count from here, a millisecond each. */
  readonly stampBase: number;
  nextId: number;
  nextPort: number;
  /** Ports are taken one after another, else at random. */
  readonly portsInOrder: boolean;
}

export interface HostPlace {
  address: string;
  address6: string;
  mac: string;
  isHome: boolean;
  hops: number;
  distanceUs: number;
}

export function makeHost(dice: Dice, place: HostPlace, stack = dice.pick(STACKS)): Host {
  const { hops, ...rest } = place;
  return {
    ...rest,
    ttl: stack.ttl - hops,
    stack,
    stampBase: dice.u32() >>> 4,
    nextId: dice.below(65536),
    nextPort: dice.between(32768, 60999),
    portsInOrder: dice.chance(0.5),
  };
}

/** A source port that the host's system would take. */
export function takePort(host: Host, dice: Dice): number {
  const port = host.nextPort;
  host.nextPort = host.portsInOrder ? (port >= 60999 ? 32768 : port + 1) : dice.between(32768, 60999);
  return port;
}

/** The identification of the host's next packet; `connection` is the counter of the packet's connection, if any. */
export function takeId(host: Host, dice: Dice, connection: { nextId: number } | undefined): number {
  switch (host.stack.ids) {
    case "zero":
      return 0;
    case "random":
      return dice.between(1, 65535);
    case "counter":
      host.nextId = (host.nextId % 65535) + 1;
      return host.nextId;
    default:
      if (connection === undefined) return 0;
      connection.nextId = (connection.nextId % 65535) + 1;
      return connection.nextId;
  }
}

/** TCP options of a SYN or SYN-ACK. */
export function openingOptions(host: Host, atUs: number, echo: number): Uint8Array {
  const { timestamps, windowScale } = host.stack;
  if (timestamps) {
    return concat(
      tcpOption.mss(1460),
      tcpOption.sackPermitted(),
      tcpOption.timestamps(stampOf(host, atUs), echo),
      tcpOption.nop(),
      tcpOption.windowScale(windowScale),
    );
  }
  const { nop } = tcpOption;
  const scale = concat(nop(), tcpOption.windowScale(windowScale));
  return concat(tcpOption.mss(1460), scale, nop(), nop(), tcpOption.sackPermitted());
}

/** TCP options of any other segment, when both ends stamp. */
export function stampOptions(host: Host, atUs: number, echo: number): Uint8Array {
  return concat(tcpOption.nop(), tcpOption.nop(), tcpOption.timestamps(stampOf(host, atUs), echo));
}

export function stampOf(host: Host, atUs: number): number {
  return (host.stampBase + Math.floor(atUs / 1000)) >>> 0;
}
