// The line on standard error that says what was read, and its JSON form.
// Apart because it speaks of counters, not of records.
// Always holds: a count of 0 that would only be noise is left out of the line, never out of the JSON.

import * as L from "../../../assembly/layout.js";
import { readCount, type SensorMemory } from "../../wasm/memory.js";

/** Why packets are in no flow, by counter. */
export const UNDECODED_REASONS: readonly (readonly [name: string, counter: number])[] = [
  ["linktype", L.COUNTER_UNDECODED_LINKTYPE],
  ["link-truncated", L.COUNTER_UNDECODED_LINK_TRUNCATED],
  ["link-format", L.COUNTER_UNDECODED_LINK_FORMAT],
  ["vlan-truncated", L.COUNTER_UNDECODED_VLAN_TRUNCATED],
  ["mpls-truncated", L.COUNTER_UNDECODED_MPLS_TRUNCATED],
  ["mpls-depth", L.COUNTER_UNDECODED_MPLS_DEPTH],
  ["ppp-truncated", L.COUNTER_UNDECODED_PPP_TRUNCATED],
  ["llc-truncated", L.COUNTER_UNDECODED_LLC_TRUNCATED],
  ["wifi", L.COUNTER_UNDECODED_WIFI],
  ["ip4-truncated", L.COUNTER_UNDECODED_IP4_TRUNCATED],
  ["ip4-header", L.COUNTER_UNDECODED_IP4_HEADER],
  ["ip-version", L.COUNTER_UNDECODED_IP_VERSION],
  ["ip6-truncated", L.COUNTER_UNDECODED_IP6_TRUNCATED],
  ["ip6-extension", L.COUNTER_UNDECODED_IP6_EXTENSION],
  ["ip6-chain", L.COUNTER_UNDECODED_IP6_CHAIN],
  ["arp-truncated", L.COUNTER_UNDECODED_ARP_TRUNCATED],
  ["arp-format", L.COUNTER_UNDECODED_ARP_FORMAT],
  ["layers", L.COUNTER_UNDECODED_LAYERS],
  ["empty", L.COUNTER_UNDECODED_EMPTY],
];

export interface Summary {
  packets: number;
  wireBytes: number;
  flows: number;
  records: number;
  printed: number;
  undecodable: number;
  undecodableByReason: Readonly<Record<string, number>>;
  evicted: number;
  refused: number;
  badIpChecksums: number;
  badL4Checksums: number;
  offloaded: number;
  truncated: number;
  clockBack: number;
  /** Printed; undefined where no rules were looked for. */
  alerts?: number | undefined;
  elapsedMs: number;
  /** Stopped before the end (`-N`). */
  isPartial: boolean;
}

export function readSummary(
  memory: SensorMemory,
  rest: Pick<Summary, "printed" | "alerts" | "elapsedMs" | "isPartial">,
): Summary {
  const count = (counter: number) => readCount(memory, L.COUNTERS_BASE + counter * 8);
  const byReason: Record<string, number> = {};
  for (const [name, counter] of UNDECODED_REASONS) {
    const packets = count(counter);
    if (packets > 0) byReason[name] = packets;
  }
  return {
    packets: count(L.COUNTER_PACKETS),
    wireBytes: count(L.COUNTER_WIRE_BYTES),
    flows: count(L.COUNTER_FLOWS_CREATED),
    records: count(L.COUNTER_RECORDS),
    undecodable: count(L.COUNTER_UNDECODED),
    undecodableByReason: byReason,
    evicted: count(L.COUNTER_FLOWS_EVICTED),
    refused: count(L.COUNTER_FLOWS_REFUSED),
    badIpChecksums: count(L.COUNTER_BAD_IP_CHECKSUM),
    badL4Checksums: count(L.COUNTER_BAD_L4_CHECKSUM),
    offloaded: count(L.COUNTER_OFFLOADED),
    truncated: count(L.COUNTER_TRUNCATED),
    clockBack: count(L.COUNTER_CLOCK_BACK),
    ...rest,
  };
}

/** `stray: 24 packets, 7 flows, 7 of 7 records printed, 0.012 s`. */
export function summaryText(summary: Summary): string {
  const parts = [
    plural(summary.packets, "packet"),
    plural(summary.flows, "flow"),
    `${summary.printed} of ${plural(summary.records, "record")} printed`,
  ];
  if (summary.alerts !== undefined) parts.push(plural(summary.alerts, "alert"));
  if (summary.undecodable > 0) {
    const reasons = Object.entries(summary.undecodableByReason).map(
      ([name, packets]) => `${name} ${packets}`,
    );
    parts.push(`${summary.undecodable} undecodable (${reasons.join(", ")})`);
  }
  if (summary.evicted > 0) parts.push(`${summary.evicted} evicted`);
  if (summary.refused > 0) parts.push(`${summary.refused} refused`);
  const badChecksums = summary.badIpChecksums + summary.badL4Checksums;
  if (badChecksums > 0) parts.push(`${badChecksums} bad checksum${badChecksums === 1 ? "" : "s"}`);
  parts.push(`${(summary.elapsedMs / 1000).toFixed(3)} s`);
  return `stray: ${parts.join(", ")}${summary.isPartial ? " (stopped early)" : ""}`;
}

export function summaryJson(summary: Summary): string {
  return JSON.stringify({
    packets: summary.packets,
    wire_bytes: summary.wireBytes,
    flows: summary.flows,
    records: summary.records,
    printed: summary.printed,
    undecodable: summary.undecodable,
    undecodable_by_reason: summary.undecodableByReason,
    evicted: summary.evicted,
    refused: summary.refused,
    bad_ip_checksums: summary.badIpChecksums,
    bad_l4_checksums: summary.badL4Checksums,
    offloaded: summary.offloaded,
    truncated: summary.truncated,
    clock_back: summary.clockBack,
    ...(summary.alerts === undefined ? {} : { alerts: summary.alerts }),
    elapsed: Number((summary.elapsedMs / 1000).toFixed(6)),
    partial: summary.isPartial,
  });
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
