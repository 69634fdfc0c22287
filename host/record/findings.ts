// The findings a flow can carry: their names and the bit of each in FLOW_FINDINGS.
// Apart because filters, columns and later detectors share the one table.
// Always holds: names and bits never change or move; new ones go to the end.

export const FINDING_NAMES = [
  "midstream-data",
  "one-way",
  "dark-destination",
  "ip-id-zero",
  "fin-with-data-no-handshake",
  "unanswered-retransmit",
  "null-scan",
  "fin-scan",
  "xmas-scan",
  "ack-scan",
  "syn-scan",
  "port-sweep",
  "host-sweep",
  "syn-flood",
  "backscatter",
  "land",
  "martian-source",
  "bad-checksum",
  "bad-header",
  "fragment-overlap",
  "fragment-tiny",
  "ttl-jitter",
  "ip-id-jitter",
  "overlap-conflict",
  "rst-injected",
  "http-traversal",
  "http-overlong-utf8",
  "http-double-encode",
  "signature",
] as const;

export type FindingName = (typeof FINDING_NAMES)[number];

const BIT_BY_NAME: ReadonlyMap<string, number> = new Map(FINDING_NAMES.map((name, bit) => [name, bit]));

/** The finding's bit, 0 to 63, or undefined for a name that is none. */
export function findingBit(name: string): number | undefined {
  return BIT_BY_NAME.get(name);
}

/** Names of the bits set in the two halves of FLOW_FINDINGS; a bit without a name shows as `finding-N`. */
export function findingNames(low: number, high: number): string[] {
  const names: string[] = [];
  if (low === 0 && high === 0) return names;
  for (let bit = 0; bit < 64; bit++) {
    const word = bit < 32 ? low : high;
    if ((word >>> (bit & 31)) & 1) names.push(FINDING_NAMES[bit] ?? `finding-${bit}`);
  }
  return names;
}
