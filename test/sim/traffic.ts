// Seeded random traffic over several thousand conversations at once, each frame with a description of what it is.
// The model goes by the description and never reads the bytes: so its decoding shares nothing with the module's.
// Always holds: the same seed gives the same frames; times mostly go forward, now and then they jump.

import { VLAN_NONE } from "../../assembly/layout.js";
import * as f from "../../examples/frame.js";
import { Random } from "../support/random.js";
import type { Described } from "./described.js";
import { type Emission, Protocols } from "./protocols.js";
import { type Side, somePair } from "./sides.js";

interface Conversation {
  kind: 4 | 6;
  sides: [Side, Side];
  emissions: Iterator<Emission>;
  /** Fragments follow closely on one another, so that none outlives the others. */
  closely: boolean;
}

const CONVERSATIONS = 2500;
const SECOND_NS = 1_000_000_000;

export class Traffic {
  private readonly random: Random;
  private readonly protocols: Protocols;
  private readonly open: Conversation[] = [];
  private readonly ended: [4 | 6, Side, Side][] = [];
  private nowNs = 1_000_000 * SECOND_NS;
  /** A datagram whose fragments are not all sent: they follow closely. */
  private urgent: Iterator<Emission> | undefined;

  /** `concurrent` conversations go on at once. */
  constructor(
    seed: number,
    private readonly concurrent = CONVERSATIONS,
    /** Share of conversations that are whole TCP connections without an end. */
    private readonly lasting = 0,
  ) {
    this.random = new Random(seed, 77);
    this.protocols = new Protocols(this.random);
  }

  /** Some fragments of a datagram were given, others not. */
  get busy(): boolean {
    return this.urgent !== undefined;
  }

  next(): Described {
    const { random } = this;
    const timeNs = this.tick();
    if (this.urgent !== undefined && random.chance(0.8)) {
      const next = this.urgent.next();
      if (next.done !== true) return this.frame(timeNs, next.value);
      this.urgent = undefined;
    }
    if (random.chance(0.003)) return this.garbage(timeNs);
    if (random.chance(0.005)) return this.protocols.arp(timeNs);
    const error = random.chance(0.01) ? this.protocols.icmpError() : undefined;
    if (error !== undefined) return this.frame(timeNs, error);
    for (;;) {
      if (this.open.length < this.concurrent) this.open.push(this.begin());
      // Half the packets come from few conversations, so some live long enough to be protected.
      const span = random.chance(0.5) ? Math.min(64, this.open.length) : this.open.length;
      const index = random.below(span);
      const conversation = this.open[index] as Conversation;
      if (conversation.closely && this.busy) continue;
      const next = conversation.emissions.next();
      if (conversation.closely) this.urgent = conversation.emissions;
      if (next.done === true || conversation.closely) {
        this.open.splice(index, 1);
        this.ended.push([conversation.kind, ...conversation.sides]);
        if (this.ended.length > 500) this.ended.splice(random.below(500), 1);
      }
      if (next.done === true) continue;
      return this.frame(timeNs, next.value);
    }
  }

  private tick(): bigint {
    const { random } = this;
    if (this.busy) this.nowNs += random.below(1_000_000);
    else if (random.chance(0.00005)) this.nowNs += random.between(1, 400) * SECOND_NS;
    else if (random.chance(0.00003)) this.nowNs -= random.between(61, 300) * SECOND_NS;
    else this.nowNs += random.below(8_000_000);
    // Some frames were captured late, by another queue.
    const late =
      !this.busy && random.chance(0.02) ? random.below(random.chance(0.1) ? 3 * SECOND_NS : 5_000_000) : 0;
    return BigInt(this.nowNs - late);
  }

  private frame(timeNs: bigint, { packet, ip }: Emission): Described {
    const inner = packet.vlan === VLAN_NONE ? ip : f.vlan({ id: packet.vlan }, ip);
    const pad = this.random.chance(0.5) ? 60 : 0;
    return { ...packet, timeNs, bytes: f.ethernet({ src: packet.mac, pad }, inner) };
  }

  private garbage(timeNs: bigint): Described {
    const bytes = this.random.bytes(this.random.below(14));
    const [a, b] = somePair(this.random, 4);
    return { ...this.protocols.packetOf(4, a, b, 0, 0), timeNs, bytes, undecoded: true };
  }

  private begin(): Conversation {
    const { random } = this;
    const kind = random.chance(0.2) ? 6 : 4;
    let conversation: [4 | 6, Side, Side] = [kind, ...somePair(random, kind)];
    // The same ends again: a port used twice, or the same two hosts the other way round.
    if (this.ended.length > 0 && random.chance(0.3)) {
      const [oldKind, a, b] = random.pick(this.ended);
      conversation = random.chance(0.8) ? [oldKind, a, b] : [oldKind, b, a];
    }
    const [ofKind, a, b] = conversation;
    const lasting = this.lasting > 0 && random.chance(this.lasting);
    const what = lasting ? 0 : random.below(20);
    const emissions =
      what < 13
        ? this.protocols.tcp(ofKind, a, b, lasting)
        : what < 16
          ? this.protocols.udp(ofKind, a, b)
          : what < 18
            ? this.protocols.echo(ofKind, a, b)
            : what < 19
              ? this.protocols.fragments(ofKind, a, b)
              : this.protocols.other(ofKind, a, b);
    return { kind: ofKind, sides: [a, b], emissions, closely: what === 18 };
  }
}
