// The Community ID of a flow, version 1 (github.com/corelight/community-id-spec): one text in every tool that has it.
// Apart because it is a hash over a form of the flow of its own.
// Always holds: both directions of a flow have the same one; what has no addresses has none.

import { createHash } from "node:crypto";
import * as L from "../../assembly/layout.js";
import type { Alert } from "./alert.js";

const SEED_SIZE = 2;
const TAIL_SIZE = 6;
/** Most that is hashed: seed, two IPv6 addresses, protocol, a zero, two ports. */
const scratch = Buffer.alloc(SEED_SIZE + 32 + TAIL_SIZE);

/** Types that answer each other, both ways; any other type goes one way. */
const ICMP_PAIRS = pairs([8, 0], [13, 14], [15, 16], [17, 18], [10, 9]);
const ICMP6_PAIRS = pairs([128, 129], [133, 134], [135, 136], [130, 131], [144, 145], [139, 140]);

function pairs(...list: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(
    list.flatMap(([a, b]): [number, number][] => [
      [a, b],
      [b, a],
    ]),
  );
}

/** `1:LQU9qZlK+B5F3KDmev6m5PMibrg=`, or undefined for what is not IP. */
export function communityId(alert: Alert): string | undefined {
  const { family, proto, bytes } = alert;
  if (family !== L.KIND_IPV4 && family !== L.KIND_IPV6) return undefined;
  const size = family === L.KIND_IPV4 ? 4 : 16;
  const source = bytes.subarray(alert.sourceAt + 16 - size, alert.sourceAt + 16);
  const destination = bytes.subarray(alert.destinationAt + 16 - size, alert.destinationAt + 16);
  const ports = portsOf(alert);
  const isOrdered = ports.isOneWay || !isAfter(source, destination, ports.source, ports.destination);
  scratch.writeUInt16BE(0, 0);
  scratch.set(isOrdered ? source : destination, SEED_SIZE);
  scratch.set(isOrdered ? destination : source, SEED_SIZE + size);
  let end = SEED_SIZE + 2 * size;
  scratch[end++] = proto;
  scratch[end++] = 0;
  if (ports.areThere) {
    end = scratch.writeUInt16BE(isOrdered ? ports.source : ports.destination, end);
    end = scratch.writeUInt16BE(isOrdered ? ports.destination : ports.source, end);
  }
  return `1:${createHash("sha1").update(scratch.subarray(0, end)).digest("base64")}`;
}

interface Ports {
  readonly areThere: boolean;
  readonly isOneWay: boolean;
  readonly source: number;
  readonly destination: number;
}

const NO_PORTS: Ports = { areThere: false, isOneWay: false, source: 0, destination: 0 };

function portsOf(alert: Alert): Ports {
  const { proto, sport, dport } = alert;
  if (alert.hasPorts && (proto === 6 || proto === 17 || proto === 132)) {
    return { areThere: true, isOneWay: false, source: sport, destination: dport };
  }
  if (!alert.isIcmp) return NO_PORTS;
  const answer = (alert.family === L.KIND_IPV6 ? ICMP6_PAIRS : ICMP_PAIRS).get(sport);
  return {
    areThere: true,
    isOneWay: answer === undefined,
    source: sport,
    destination: answer ?? dport,
  };
}

function isAfter(a: Uint8Array, b: Uint8Array, portA: number, portB: number): boolean {
  const order = Buffer.compare(a, b);
  return order > 0 || (order === 0 && portA > portB);
}
