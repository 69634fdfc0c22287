// Object identifiers: names of what SNMP can ask for.
// Apart because the MIB, the view and both agents compare and print them.
// Always holds: the order is that of RFC 2578: number by number, a beginning before what it begins.

export type Oid = readonly number[];

/** Below 0, 0 or above, as `a` comes before, is, or comes behind `b`. */
export function compareOids(a: Oid, b: Oid): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = a[at]! - b[at]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** `oid` is `head`, or below it. */
export function isBelow(oid: Oid, head: Oid): boolean {
  return oid.length >= head.length && head.every((part, at) => oid[at] === part);
}

/** `1.3.6.1.4.1` */
export function oidText(oid: Oid): string {
  return oid.join(".");
}

/** @throws RangeError for what is no object identifier. */
export function parseOid(words: string): Oid {
  const parts = words.replace(/^\./, "").split(".");
  const oid = parts.map((part) => (/^\d{1,10}$/.test(part) ? Number(part) : Number.NaN));
  if (oid.some((part) => !(part <= 0xffff_ffff))) throw new RangeError(`${words} is no object identifier`);
  return oid;
}
