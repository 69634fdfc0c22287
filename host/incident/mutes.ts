// What an operator does not want to hear of, as it is looked for in each alert and flow.
// Apart from the engine because a look must cost little however many there are.
// Always holds: exact addresses, rules and findings are found at once, only networks one after the other; what is kept
// away is counted; one that has run out keeps nothing away from that moment on.

import ipaddr from "ipaddr.js";
import { StrayError } from "../errors.js";
import { ipv4Text, ipv6Text } from "../record/address.js";
import { findingBit } from "../record/findings.js";
import type { Mute, MuteKind } from "./model.js";

export type ActiveMute = { -readonly [K in keyof Mute]: Mute[K] } & { isDirty: boolean };

interface Network {
  readonly mute: ActiveMute;
  readonly range: [ipaddr.IPv4 | ipaddr.IPv6, number];
}

type Side = "source" | "destination";

export class MuteList {
  private readonly byNumber = new Map<number, ActiveMute>();
  private readonly exact = new Map<string, ActiveMute>();
  private readonly networks: Record<Side, Network[]> = { source: [], destination: [] };
  /** Bits of the muted findings. */
  findingsLow = 0;
  findingsHigh = 0;

  get size(): number {
    return this.byNumber.size;
  }

  get all(): readonly ActiveMute[] {
    return [...this.byNumber.values()];
  }

  get(number: number): ActiveMute | undefined {
    return this.byNumber.get(number);
  }

  same(kind: MuteKind, value: string): ActiveMute | undefined {
    return this.all.find((mute) => mute.kind === kind && mute.value === value);
  }

  add(mute: Mute): void {
    this.byNumber.set(mute.number, { ...mute, isDirty: false });
    this.index();
  }

  remove(number: number): boolean {
    const wasThere = this.byNumber.delete(number);
    if (wasThere) this.index();
    return wasThere;
  }

  /** Takes those away that have run out. */
  expire(nowMs: number): readonly Mute[] {
    const over = this.all.filter(({ untilMs }) => untilMs !== null && untilMs <= nowMs);
    for (const { number } of over) this.byNumber.delete(number);
    if (over.length > 0) this.index();
    return over;
  }

  /** The mute that keeps it away. */
  address(side: Side, address: string): ActiveMute | undefined {
    if (this.byNumber.size === 0) return undefined;
    return this.exact.get(`${side} ${address}`) ?? this.network(side, address);
  }

  sid(gid: number, sid: number): ActiveMute | undefined {
    return this.byNumber.size === 0 ? undefined : this.exact.get(`sid ${gid}:${sid}`);
  }

  finding(name: string): ActiveMute | undefined {
    return this.byNumber.size === 0 ? undefined : this.exact.get(`finding ${name}`);
  }

  count(mute: ActiveMute, nowMs: number): void {
    mute.matched++;
    mute.lastMs = nowMs;
    mute.isDirty = true;
  }

  private network(side: Side, address: string): ActiveMute | undefined {
    const networks = this.networks[side];
    if (networks.length === 0 || !ipaddr.isValid(address)) return undefined;
    const parsed = ipaddr.parse(address);
    return networks.find(
      ({ range: [base, bits] }) => base.kind() === parsed.kind() && parsed.match(base, bits),
    )?.mute;
  }

  private index(): void {
    this.exact.clear();
    this.networks.source.length = 0;
    this.networks.destination.length = 0;
    this.findingsLow = 0;
    this.findingsHigh = 0;
    for (const mute of this.byNumber.values()) {
      const { kind, value } = mute;
      if ((kind === "source" || kind === "destination") && value.includes("/")) {
        this.networks[kind].push({ mute, range: ipaddr.parseCIDR(value) });
        continue;
      }
      this.exact.set(`${kind} ${value}`, mute);
      const bit = kind === "finding" ? findingBit(value) : undefined;
      if (bit === undefined) continue;
      if (bit < 32) this.findingsLow |= 1 << bit;
      else this.findingsHigh |= 1 << (bit & 31);
    }
  }
}

/** As alerts and flows have it. @throws StrayError USAGE for what can't be muted. */
export function muteValue(kind: MuteKind, text: string): string {
  if (kind === "finding") {
    if (findingBit(text) !== undefined) return text;
    throw usage("the name of a finding was expected");
  }
  if (kind === "sid") {
    const [, gid = "1", sid] = /^(?:(\d{1,10}):)?(\d{1,10})$/.exec(text) ?? [];
    if (sid !== undefined) return `${Number(gid)}:${Number(sid)}`;
    throw usage("a rule's number was expected, 1000001 or 1:1000001");
  }
  return addressOrNetwork(text);
}

/** Address as alerts and flows have it, undefined for what is none. */
export function addressOf(text: string): string | undefined {
  if (!ipaddr.isValid(text) || text.includes("%")) return undefined;
  // 127.1 and the like are addresses to some.
  if (!text.includes(":") && !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  return addressText(ipaddr.process(text));
}

function addressOrNetwork(text: string): string {
  const [base = "", bits, ...rest] = text.split("/");
  const address = addressOf(base);
  if (address !== undefined && rest.length === 0) {
    if (bits === undefined) return address;
    const parsed = ipaddr.parse(address);
    const most = parsed.kind() === "ipv4" ? 32 : 128;
    if (/^\d{1,3}$/.test(bits) && Number(bits) <= most) {
      if (Number(bits) === most) return address;
      const cidr = `${address}/${Number(bits)}`;
      const network =
        parsed.kind() === "ipv4"
          ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
          : ipaddr.IPv6.networkAddressFromCIDR(cidr);
      return `${addressText(network)}/${Number(bits)}`;
    }
  }
  throw usage("an address or a network such as 192.0.2.0/24 was expected");
}

function addressText(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  const bytes = Uint8Array.from(address.toByteArray());
  return bytes.length === 4 ? ipv4Text(bytes, 0) : ipv6Text(bytes, 0);
}

function usage(message: string): StrayError {
  return new StrayError("USAGE", message, 2);
}
