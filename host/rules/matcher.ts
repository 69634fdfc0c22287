// Builds the matcher of a group of patterns: what assembly/match/scan.ts walks over a text with.
// Apart from the compiler of rules because it knows patterns only, and can be tested against a naive search.
// Always holds: the bytes can lie at any multiple of 16; the same patterns give the same bytes; their size is
// proportional to the number of patterns.

import * as M from "../../assembly/match/scan-layout.js";
import { type Anchor, chooseAnchors } from "./matcher/anchors.js";
import { filtersOf, placeSlots, shortGroups } from "./matcher/tables.js";

export interface Pattern {
  /** 1..PATTERN_MAX bytes; letters match in either case. */
  readonly bytes: Uint8Array;
  /** Its rules: `count` places of the image's PATTERN_RULES from `first` on. */
  readonly first: number;
  readonly count: number;
}

const WINDOW_BYTES = 4;
const PAIR_BYTES = 2;

/** Throws a RangeError for a pattern of another length, or for more than PATTERN_CAPACITY of them. */
export function buildMatcher(patterns: readonly Pattern[]): Uint8Array {
  check(patterns);
  const texts = patterns.map(({ bytes }) => bytes);
  const writer = new Writer(patterns);
  const windows = writer.table(M.TABLE_WINDOW, anchorsFor(texts, WINDOW_BYTES, M.PATTERN_MAX, WINDOW_BYTES));
  const pairs = writer.table(M.TABLE_PAIR, anchorsFor(texts, PAIR_BYTES, WINDOW_BYTES - 1, PAIR_BYTES));
  const bytes = writer.table(M.TABLE_BYTE, anchorsFor(texts, 1, 1, 1));
  if (windows.length > 0) writer.filters(windows);
  if (pairs.length + bytes.length > 0) writer.short(shortGroups(pairs, bytes));
  return writer.finish();
}

function check(patterns: readonly Pattern[]): void {
  if (patterns.length > M.PATTERN_CAPACITY) {
    throw new RangeError(`a matcher takes ${M.PATTERN_CAPACITY} patterns, not ${patterns.length}`);
  }
  for (const { bytes } of patterns) {
    if (bytes.length >= 1 && bytes.length <= M.PATTERN_MAX) continue;
    throw new RangeError(`a pattern has 1 to ${M.PATTERN_MAX} bytes, not ${bytes.length}`);
  }
}

/** Anchors of `size` bytes for the patterns of `least` to `most` bytes. */
function anchorsFor(texts: readonly Uint8Array[], least: number, most: number, size: number): Anchor[] {
  const numbers: number[] = [];
  for (const [number, { length }] of texts.entries()) {
    if (length >= least && length <= most) numbers.push(number);
  }
  return chooseAnchors(texts, numbers, size);
}

/** Puts parts one after another, each at a multiple of 16. */
class Writer {
  private readonly header = new DataView(new ArrayBuffer(M.MATCHER_HEADER_SIZE));
  private readonly parts: Uint8Array[] = [new Uint8Array(this.header.buffer)];
  private size = M.MATCHER_HEADER_SIZE;

  constructor(private readonly patterns: readonly Pattern[]) {
    this.header.setUint32(M.MATCHER_PATTERNS_OFFSET, patterns.length, true);
  }

  /** Entries and slots of a table (TABLE_*); answers its distinct anchors. */
  table(table: number, anchors: readonly Anchor[]): number[] {
    if (anchors.length === 0) return [];
    const buckets = new Map<number, Anchor[]>();
    for (const anchor of anchors) {
      const bucket = buckets.get(anchor.value);
      if (bucket) bucket.push(anchor);
      else buckets.set(anchor.value, [anchor]);
    }
    const values = [...buckets.keys()];
    const slots = placeSlots(values);
    const view = new DataView(new ArrayBuffer(slots.anchors.length * M.SLOT_SIZE));
    for (const [place, value] of slots.anchors.entries()) {
      if (value < 0) continue;
      const bucket = buckets.get(value) as Anchor[];
      const at = place * M.SLOT_SIZE;
      view.setUint32(at + M.SLOT_ANCHOR_OFFSET, value, true);
      view.setUint32(at + M.SLOT_FIRST_OFFSET, this.entries(bucket), true);
      view.setUint16(at + M.SLOT_COUNT_OFFSET, bucket.length, true);
    }
    const header = M.MATCHER_TABLES_OFFSET + table * M.TABLE_SIZE;
    this.header.setUint32(header + M.TABLE_SLOTS_OFFSET, this.put(new Uint8Array(view.buffer)), true);
    this.header.setUint32(header + M.TABLE_SLOT_MASK_OFFSET, slots.anchors.length - 1, true);
    this.header.setUint32(header + M.TABLE_FACTOR_OFFSET, slots.factor, true);
    this.header.setUint32(header + M.TABLE_SHIFT_OFFSET, slots.shift, true);
    this.header.setUint32(header + M.TABLE_PROBES_OFFSET, slots.probes, true);
    return values;
  }

  filters(windows: readonly number[]): void {
    const { bytes, mask } = filtersOf(windows);
    this.header.setUint32(M.MATCHER_FILTER_OFFSET, this.put(bytes), true);
    this.header.setUint32(M.MATCHER_FILTER_MASK_OFFSET, mask, true);
  }

  short(groups: Uint8Array): void {
    this.header.setUint32(M.MATCHER_SHORT_OFFSET, this.put(groups), true);
  }

  finish(): Uint8Array {
    this.header.setUint32(M.MATCHER_SIZE_OFFSET, this.size, true);
    const all = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  private entries(bucket: readonly Anchor[]): number {
    const view = new DataView(new ArrayBuffer(bucket.length * M.ENTRY_SIZE));
    for (const [i, { pattern, at }] of bucket.entries()) {
      const { bytes, first, count } = this.patterns[pattern] as Pattern;
      const entry = i * M.ENTRY_SIZE;
      for (const [j, byte] of bytes.entries()) {
        view.setUint8(entry + M.ENTRY_BYTES_OFFSET + j, byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);
      }
      view.setUint8(entry + M.ENTRY_LENGTH_OFFSET, bytes.length);
      view.setUint8(entry + M.ENTRY_AT_OFFSET, at);
      view.setUint32(entry + M.ENTRY_FIRST_OFFSET, first, true);
      view.setUint32(entry + M.ENTRY_COUNT_OFFSET, count, true);
    }
    return this.put(new Uint8Array(view.buffer));
  }

  /** Its offset. Every part's size is a multiple of 16. */
  private put(part: Uint8Array): number {
    const offset = this.size;
    this.parts.push(part);
    this.size += part.length;
    return offset;
  }
}
