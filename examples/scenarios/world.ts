// The world of a scenario: a home network behind a gateway, hosts outside, and the line that the sensor listens to.
// Apart from the conversations so that packets of all of them are put in one order of time before they are made.
// Always holds: IP IDs are given out in the order of time; frames come out sorted, no two at the same microsecond.

import { ethernet, ipv4, ipv6, udp } from "../frame.js";
import type { TimedFrame } from "../letter.js";
import { Dice } from "./dice.js";
import { type Host, makeHost, takeId } from "./host.js";
import type { Circumstances, Expected, Scenario } from "./types.js";

/** Networks from which addresses are drawn: allotted, but not announced to the Internet. */
const FIRST_BYTES: readonly number[] = [22, 26, 30];
const OUTSIDE_V6 = "2608:100";
const HOME_V6 = "2608:120";
const GATEWAY_MAC = "02:00:5e:00:00:01";
const BROADCAST_MAC = "ff:ff:ff:ff:ff:ff";
const YEAR_US = Date.UTC(2026, 0, 1) * 1000;
const DAY_US = 86_400_000_000;

export interface SendOptions {
  /** The counter of the connection that the packet belongs to. */
  connection?: { nextId: number } | undefined;
  id?: number;
  ttl?: number;
  df?: boolean;
  /** As IPv6. */
  isV6?: boolean;
  /** It takes another way, past no sensor. */
  isUnseen?: boolean;
  mac?: string;
}

/** A packet on its way: its bytes are there once its time has come. */
export interface Sent {
  ip?: Uint8Array;
}

type Transport = Uint8Array | (() => Uint8Array);

interface Event {
  atUs: number;
  order: number;
  make: () => Uint8Array | undefined;
}

export class World {
  readonly dice: Dice;
  /** Of the first day of a scenario's frames; times of events count from here. */
  readonly startUs: number;
  readonly prefix: string;
  readonly gateway: Host;
  /** Hosts of ours that are in use; numbers below HOST_LIMIT that are not among them are dark. */
  readonly people: Host[] = [];
  private readonly events: Event[] = [];
  private readonly idDice: Dice;
  private outsiders = 0;

  constructor(
    readonly name: string,
    readonly seed: number,
  ) {
    this.dice = new Dice(seed, name);
    this.idDice = new Dice(seed, `${name} ids`);
    const { dice } = this;
    this.startUs =
      YEAR_US + dice.below(300) * DAY_US + dice.below(86_000) * 1_000_000 + dice.below(1_000_000);
    this.prefix = `${dice.pick(FIRST_BYTES)}.${dice.between(100, 199)}.${dice.between(1, 254)}`;
    this.gateway = this.homeHost(1);
    for (const number of dice.some(range(10, 60), dice.between(8, 14)))
      this.people.push(this.homeHost(number));
  }

  get home(): string[] {
    return [`${this.prefix}.0/24`, `${HOME_V6}:${this.dice64}::/64`];
  }

  private get dice64(): string {
    return (0x1000 + (this.seed % 0xe000)).toString(16);
  }

  private homeHost(number: number): Host {
    const { dice } = this;
    const tail = number.toString(16).padStart(2, "0");
    return makeHost(dice, {
      address: `${this.prefix}.${number}`,
      address6: `${HOME_V6}:${this.dice64}::${number.toString(16)}`,
      mac: number === 1 ? GATEWAY_MAC : `02:00:5e:10:00:${tail}`,
      isHome: true,
      hops: 0,
      distanceUs: dice.between(60, 400),
    });
  }

  /** A host somewhere in the Internet. */
  outsider(): Host {
    const { dice } = this;
    const first = dice.pick(FIRST_BYTES);
    const number = ++this.outsiders;
    return makeHost(dice, {
      address: `${first}.${dice.between(1, 99)}.${dice.below(256)}.${dice.between(1, 254)}`,
      address6: `${OUTSIDE_V6}:${(0x1000 + dice.below(0xe000)).toString(16)}::${number.toString(16)}`,
      mac: GATEWAY_MAC,
      isHome: false,
      hops: dice.between(4, 22),
      distanceUs: dice.between(2_000, 90_000),
    });
  }

  /** Addresses of ours that nobody uses. */
  darkAddresses(count: number): string[] {
    return this.dice.some(range(100, 250), count).map((number) => `${this.prefix}.${number}`);
  }

  /** A host at an address of ours, for packets that go to one nobody uses. */
  nobody(address: string): Host {
    const number = Number(address.split(".")[3]);
    return { ...this.homeHost(number), address };
  }

  /** Puts an IP packet on the line at that time; what quotes an earlier one is made when its time comes. */
  send(atUs: number, from: Host, to: Host, transport: Transport, options: SendOptions = {}): Sent {
    const sent: Sent = {};
    this.at(atUs, () => {
      const payload = typeof transport === "function" ? transport() : transport;
      sent.ip = this.packet(from, to, payload, options);
      return options.isUnseen ? undefined : this.frame(from, to, sent.ip, options);
    });
    return sent;
  }

  private packet(from: Host, to: Host, transport: Uint8Array, options: SendOptions): Uint8Array {
    const hops = options.ttl ?? from.ttl;
    if (options.isV6) return ipv6({ src: from.address6, dst: to.address6, hopLimit: hops }, transport);
    const id = options.id ?? takeId(from, this.idDice, options.connection);
    const df = options.df ?? true;
    return ipv4({ src: from.address, dst: to.address, ttl: hops, id, df }, transport);
  }

  private frame(from: Host, to: Host, ip: Uint8Array, { mac }: SendOptions): Uint8Array {
    const receiver = to.isHome ? to.mac : GATEWAY_MAC;
    return ethernet({ src: mac ?? from.mac, dst: receiver, pad: 60 }, ip);
  }

  /** A datagram to all of ours, or (limited) to all on the line. */
  broadcast(atUs: number, from: Host, port: number, payload: Uint8Array, isLimited: boolean): void {
    const dst = isLimited ? "255.255.255.255" : `${this.prefix}.255`;
    this.at(atUs, () => {
      const id = takeId(from, this.idDice, undefined) || this.idDice.between(1, 65535);
      const ip = ipv4(
        { src: from.address, dst, ttl: from.stack.ttl, id },
        udp({ sport: port, dport: port }, payload),
      );
      return ethernet({ src: from.mac, dst: BROADCAST_MAC, pad: 60 }, ip);
    });
  }

  /** A frame that is made when its time comes. */
  at(atUs: number, make: () => Uint8Array | undefined): void {
    this.events.push({ atUs: Math.round(atUs), order: this.events.length, make });
  }

  /** All frames so far, in time; `keeps` is asked once a frame, with its time from the start. */
  frames(keeps: (atUs: number, frame: Uint8Array) => boolean = () => true): TimedFrame[] {
    const events = this.events.sort((a, b) => a.atUs - b.atUs || a.order - b.order);
    const out: TimedFrame[] = [];
    let lastUs = Number.NEGATIVE_INFINITY;
    for (const { atUs, make } of events) {
      const frame = make();
      if (frame === undefined || !keeps(atUs, frame)) continue;
      lastUs = Math.max(atUs, lastUs + 1);
      out.push({ timeNs: BigInt(this.startUs + lastUs) * 1000n, frame });
    }
    return out;
  }

  scenario(frames: readonly TimedFrame[], expected: Expected, sensor: Circumstances = {}): Scenario {
    return { name: this.name, seed: this.seed, frames, home: this.home, sensor, expected };
  }
}

/** Whole numbers from `low` to `high`, both included. */
export function range(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}
