// Fragments in the reference model: which datagram each belongs to, and those that wait for their first.
// Apart from the table. Always holds: there is room for every datagram; the traffic loses no first fragment.

import { type Described, keyOfPacket } from "./described.js";

export interface Datagram {
  sport: number;
  dport: number;
  /** The first fragment came: the ports are known. */
  known: boolean;
  held: { packet: Described; frame: number }[];
  lastNs: bigint;
}

export class Datagrams {
  private readonly byName = new Map<string, Datagram>();

  constructor(private readonly timeoutNs: bigint) {}

  get held(): number {
    let held = 0;
    for (const datagram of this.byName.values()) held += datagram.held.length;
    return held;
  }

  /** A later fragment waits when its first has not come. */
  hold(packet: Described, frame: number): void {
    const datagram = this.of(packet);
    if (datagram.known) return;
    datagram.held.push({ packet, frame });
    datagram.lastNs = packet.timeNs;
  }

  /** The packet's key, with the ports that a later fragment has from its first; undefined when it must wait. */
  keyOf(packet: Described): string | undefined {
    if (packet.fragment === undefined) return keyOfPacket(packet);
    const datagram = this.of(packet);
    if (packet.fragment.later && !datagram.known) return undefined;
    if (packet.fragment.later)
      return keyOfPacket({ ...packet, sport: datagram.sport, dport: datagram.dport });
    return keyOfPacket(packet);
  }

  of(packet: Described): Datagram {
    const name = `${packet.src} ${packet.dst} ${packet.fragment?.id} ${packet.proto}`;
    const found = this.byName.get(name);
    if (found !== undefined && packet.timeNs - found.lastNs <= this.timeoutNs) return found;
    if (found !== undefined && found.held.length > 0) throw new Error("the traffic lost a first fragment");
    const made: Datagram = { sport: 0, dport: 0, known: false, held: [], lastNs: packet.timeNs };
    this.byName.set(name, made);
    return made;
  }
}
