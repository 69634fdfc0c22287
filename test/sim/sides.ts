// The hosts of the traffic: few addresses, so that they meet again, each with habits of its own.
// Apart from what they say. Always holds: two sides of a conversation are at different addresses.

import { VLAN_NONE } from "../../assembly/layout.js";
import type { Random } from "../support/random.js";

export interface Side {
  address: string;
  hex: string;
  port: number;
  mac: string;
  ttl: number;
  idMode: "zero" | "up" | "random" | "same";
  id: number;
  df: boolean;
  vlan: number;
}

const PORTS = [22, 25, 53, 80, 123, 443, 8080] as const;

export function someSide(random: Random, kind: 4 | 6, port = random.between(1024, 65535)): Side {
  const host = random.below(kind === 4 ? 250 : 60);
  const address = kind === 4 ? `10.0.${host & 7}.${host}` : `2001:db8::${host.toString(16)}`;
  const bytes = kind === 4 ? [10, 0, host & 7, host] : [];
  const hex =
    kind === 4
      ? `00000000000000000000ffff${Buffer.from(bytes).toString("hex")}`
      : `20010db8${"0".repeat(20)}${host.toString(16).padStart(4, "0")}`;
  return {
    address,
    hex,
    port,
    mac: `02:00:00:00:0${kind}:${host.toString(16)}`,
    ttl: random.pick([64, 128, 255, 47]),
    idMode: random.pick(["zero", "up", "random", "same"]),
    id: random.below(65536),
    df: random.chance(0.5),
    vlan: random.chance(0.1) ? random.between(1, 4000) : VLAN_NONE,
  };
}

/** Two sides at different addresses. */
export function somePair(random: Random, kind: 4 | 6): [Side, Side] {
  const a = someSide(random, kind);
  for (;;) {
    const b = someSide(random, kind, random.pick(PORTS));
    if (b.hex !== a.hex) return [a, b];
  }
}

/** Who sends the ICMP errors. */
export function routerAddress(kind: 4 | 6): { address: string; hex: string } {
  if (kind === 6) return { address: "2001:db8:1::1", hex: `20010db80001${"0".repeat(19)}1` };
  return { address: "10.1.0.1", hex: "00000000000000000000ffff0a010001" };
}
