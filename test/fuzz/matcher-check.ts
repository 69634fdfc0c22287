// Whether a matcher can be trusted: its tables lie inside, and every pattern is found from its own bytes.
// Apart from image-check.ts because a matcher is position independent. Always holds: as image-check.ts.

import * as M from "../../assembly/match/scan-layout.js";
import { expectThat } from "./expect-that.js";

export interface FoundPattern {
  readonly first: number;
  readonly count: number;
}

const ANCHOR_SIZES = [4, 2, 1];

/** Every pattern's rules. `bytes` may go on behind the matcher. */
export function checkMatcher(bytes: Uint8Array): FoundPattern[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(M.MATCHER_SIZE_OFFSET, true);
  expectThat(size >= M.MATCHER_HEADER_SIZE && size <= bytes.length, () => `matcher of ${size} bytes`);
  const matcher = new MatcherReader(new DataView(bytes.buffer, bytes.byteOffset, size));
  const out = ANCHOR_SIZES.flatMap((_, table) => matcher.table(table));
  const told = view.getUint32(M.MATCHER_PATTERNS_OFFSET, true);
  expectThat(out.length === told, () => `matcher of ${told} patterns has ${out.length}`);
  return out;
}

class MatcherReader {
  constructor(private readonly view: DataView) {}

  private u32(at: number): number {
    return this.view.getUint32(at, true);
  }

  private inside(at: number, size: number, what: string): number {
    const end = this.view.byteLength;
    expectThat(at >= M.MATCHER_HEADER_SIZE && at + size <= end, () => `matcher: ${what} at ${at}`);
    return at;
  }

  table(table: number): FoundPattern[] {
    const header = M.MATCHER_TABLES_OFFSET + table * M.TABLE_SIZE;
    const slots = this.u32(header + M.TABLE_SLOTS_OFFSET);
    if (slots === 0) return [];
    const mask = this.u32(header + M.TABLE_SLOT_MASK_OFFSET);
    const shift = this.u32(header + M.TABLE_SHIFT_OFFSET);
    expectThat(((mask + 1) & mask) === 0 && 2 ** (32 - shift) === mask + 1, () => `matcher: mask ${mask}`);
    this.inside(slots, (mask + 1) * M.SLOT_SIZE, "slots");
    const out: FoundPattern[] = [];
    for (let place = 0; place <= mask; place++) {
      const slot = slots + place * M.SLOT_SIZE;
      const first = this.u32(slot + M.SLOT_FIRST_OFFSET);
      if (first === 0) continue;
      const count = this.view.getUint16(slot + M.SLOT_COUNT_OFFSET, true);
      this.inside(first, count * M.ENTRY_SIZE, "entries");
      const anchor = this.u32(slot + M.SLOT_ANCHOR_OFFSET);
      const ideal = Math.imul(anchor, this.u32(header + M.TABLE_FACTOR_OFFSET)) >>> shift;
      const probes = ((place - ideal) & mask) + 1;
      expectThat(probes <= this.u32(header + M.TABLE_PROBES_OFFSET), () => "matcher: an anchor lies too far");
      if (table === M.TABLE_WINDOW) this.inFilters(anchor);
      for (let i = 0; i < count; i++) out.push(this.entry(first + i * M.ENTRY_SIZE, table, anchor));
    }
    const short = this.u32(M.MATCHER_SHORT_OFFSET);
    if (table !== M.TABLE_WINDOW) this.inside(short, M.SHORT_SIZE, "short patterns");
    return out;
  }

  private entry(entry: number, table: number, anchor: number): FoundPattern {
    const length = this.view.getUint8(entry + M.ENTRY_LENGTH_OFFSET);
    const at = this.view.getUint8(entry + M.ENTRY_AT_OFFSET);
    const size = ANCHOR_SIZES[table]!;
    expectThat(length >= 1 && length <= M.PATTERN_MAX, () => `matcher: a pattern of ${length} bytes`);
    expectThat(at + size <= length, () => `matcher: an anchor at ${at} of ${length} bytes`);
    let its = 0;
    for (let i = 0; i < size; i++) its |= (this.view.getUint8(entry + at + i) | 0x20) << (8 * i);
    expectThat(its >>> 0 === anchor, () => "matcher: an entry in another's slot");
    return { first: this.u32(entry + M.ENTRY_FIRST_OFFSET), count: this.u32(entry + M.ENTRY_COUNT_OFFSET) };
  }

  private inFilters(window: number): void {
    const filter = this.u32(M.MATCHER_FILTER_OFFSET);
    const mask = this.u32(M.MATCHER_FILTER_MASK_OFFSET);
    this.inside(filter, (mask + 4) * 2, "filter");
    expectThat(((mask + 4) & (mask + 3)) === 0, () => `matcher: filter mask ${mask}`);
    const turned = (window << M.FILTER_SECOND_ROTATION) | (window >>> (32 - M.FILTER_SECOND_ROTATION));
    for (const [at, hash] of [
      [filter, Math.imul(window, M.FILTER_FACTOR)],
      [filter + mask + 4, Math.imul(turned, M.FILTER_SECOND_FACTOR)],
    ] as const) {
      const word = this.u32(at + ((hash >>> M.FILTER_WORD_SHIFT) & mask));
      expectThat(
        ((word >>> ((hash >>> M.FILTER_BIT_SHIFT) & 31)) & 1) === 1,
        () => "matcher: not in a filter",
      );
    }
  }
}
