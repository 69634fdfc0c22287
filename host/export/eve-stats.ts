// The sensor's counters as an EVE `stats` event: Suricata's keys for what it also counts, everything under `stray`.
// Apart because counters come by name from a source that exporters know nothing about.
// Always holds: ASCII, one line; a counter that is not there gives no key.

import { asciiJson } from "./eve-evidence.js";
import { eveTime } from "./eve-time.js";
import type { StatsSource } from "./sink.js";

type Counts = Readonly<Record<string, unknown>> & { readonly flows?: unknown };
/** The parts of a counters report that are read here. */
type Stats = Counts & { readonly total?: unknown; readonly gauges?: unknown };

/** Suricata's key, then ours in `total`. */
const DECODER: readonly (readonly [string, string])[] = [
  ["pkts", "packets"],
  ["bytes", "wire-bytes"],
  ["invalid", "undecoded"],
  ["ipv4", "ip4"],
  ["ipv6", "ip6"],
  ["tcp", "tcp"],
  ["udp", "udp"],
  ["icmpv4", "icmp"],
  ["icmpv6", "icmp6"],
  ["sctp", "sctp"],
];
const FLOW: readonly (readonly [string, string])[] = [
  ["total", "flows-created"],
  ["tcp_reuse", "flows-reused"],
];

/** How much of it: `total` leaves out workers, interfaces and exporters, `head` all that Suricata has no key for. */
export type StatsExtent = "all" | "total" | "head";

export class EveStats {
  private readonly source: StatsSource;
  private readonly host: string;
  private readonly uptimeSeconds: () => number;

  constructor(source: StatsSource, sensorName: string, uptimeSeconds: () => number = () => process.uptime()) {
    this.source = source;
    this.host = sensorName === "" ? "" : `,"host":${asciiJson(sensorName)}`;
    this.uptimeSeconds = uptimeSeconds;
  }

  /** The event in the largest extent that `fits`, or the smallest. @throws what the source throws. */
  text(nowMs: number, fits: (text: string) => boolean = () => true): { text: string; extent: StatsExtent } {
    const stats: Stats = this.source.stats();
    for (const extent of ["all", "total"] as const) {
      const text = this.textOf(nowMs, stats, extent);
      if (fits(text)) return { text, extent };
    }
    return { text: this.textOf(nowMs, stats, "head"), extent: "head" };
  }

  private textOf(nowMs: number, stats: Stats, extent: StatsExtent): string {
    const total = objectOf(stats.total);
    const body = {
      uptime: Math.floor(this.uptimeSeconds()),
      ...unlessEmpty("capture", captureOf(total)),
      ...unlessEmpty("decoder", renamed(total, DECODER)),
      ...unlessEmpty("flow", flowOf(total, objectOf(stats.gauges))),
      ...(extent === "all" && { stray: stats }),
      ...(extent === "total" && { stray: { total, partial: true } }),
    };
    const time = eveTime(Math.floor(nowMs * 1000));
    return `{"timestamp":"${time}","event_type":"stats"${this.host},"stats":${asciiJson(body)}}`;
  }
}

/** The kernel's own counts, all interfaces together; Suricata's packets have the dropped ones among them. */
function captureOf(total: Counts): Counts {
  const { "kernel-packets": packets, "kernel-drops": drops } = total;
  if (typeof packets !== "number" || typeof drops !== "number") return {};
  return { kernel_packets: packets + drops, kernel_drops: drops };
}

/** Flows that are live now, which is no count but what Suricata tells too. */
function flowOf(total: Counts, gauges: Counts): Counts {
  const flow = renamed(total, FLOW);
  return typeof gauges.flows === "number" ? { ...flow, active: gauges.flows } : flow;
}

function renamed(counts: Counts, names: readonly (readonly [string, string])[]): Counts {
  const out: Record<string, unknown> = {};
  for (const [theirs, ours] of names) if (typeof counts[ours] === "number") out[theirs] = counts[ours];
  return out;
}

function unlessEmpty(key: string, value: Counts): Counts {
  return Object.keys(value).length > 0 ? { [key]: value } : {};
}

function objectOf(value: unknown): Counts {
  return typeof value === "object" && value !== null ? (value as Counts) : {};
}
