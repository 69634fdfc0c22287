// The parts of a matcher: slots by anchor, the filter of windows, the groups of short anchors.
// Apart from matcher.ts, which puts them in place. Layout and hashes are those of assembly/match/scan-layout.ts.
// Always holds: every anchor given is found again, by the hash and the number of probes that are given back.

import * as M from "../../../assembly/match/scan-layout.js";

export interface Slots {
  readonly factor: number;
  readonly shift: number;
  readonly probes: number;
  /** The anchor of each slot, -1 = empty; a power of two of them. */
  readonly anchors: Float64Array;
}

/** Odd numbers with their bits well mixed: multiplied with it, anchors that one brings together another keeps apart. */
const FACTORS = [
  0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1, 0xd3a2646d, 0xfd7046c5, 0xb55a4f09,
];
const PROBES_GOOD = 8;
/** Slots an anchor at least. */
const SLOT_SHARE = 2;
const SLOT_BITS_LEAST = 3;

/** Distinct anchors in slots: the first factor that keeps them near their place, else the best there is. */
export function placeSlots(anchors: readonly number[]): Slots {
  let bits = SLOT_BITS_LEAST;
  while (2 ** bits < anchors.length * SLOT_SHARE) bits++;
  let best: Slots | undefined;
  for (const factor of FACTORS) {
    const slots = placeBy(anchors, bits, factor);
    if (!best || slots.probes < best.probes) best = slots;
    if (best.probes <= PROBES_GOOD) break;
  }
  return best as Slots;
}

function placeBy(anchors: readonly number[], bits: number, factor: number): Slots {
  const shift = 32 - bits;
  const mask = 2 ** bits - 1;
  const places = new Float64Array(2 ** bits).fill(-1);
  let probes = 1;
  for (const anchor of anchors) {
    let place = Math.imul(anchor, factor) >>> shift;
    let looked = 1;
    while (places[place] !== -1) {
      place = (place + 1) & mask;
      looked++;
    }
    places[place] = anchor;
    probes = Math.max(probes, looked);
  }
  return { factor, shift, probes, anchors: places };
}

/** Bits a window, so that about one in a hundred positions of other text passes the first filter. */
const FILTER_SHARE = 100;
const FILTER_SIZE_LEAST = 1024;

/** Both filters one behind the other, and the mask of each. */
export function filtersOf(windows: readonly number[]): { bytes: Uint8Array; mask: number } {
  let size = FILTER_SIZE_LEAST;
  while (size * 8 < windows.length * FILTER_SHARE && size < M.FILTER_SIZE_MAX) size *= 2;
  const bytes = new Uint8Array(size * 2);
  const view = new DataView(bytes.buffer);
  const mask = size - 4;
  const add = (filter: number, hash: number): void => {
    const at = filter + ((hash >>> M.FILTER_WORD_SHIFT) & mask);
    view.setUint32(at, view.getUint32(at, true) | (1 << ((hash >>> M.FILTER_BIT_SHIFT) & 31)), true);
  };
  for (const window of windows) {
    const turned = (window << M.FILTER_SECOND_ROTATION) | (window >>> (32 - M.FILTER_SECOND_ROTATION));
    add(0, Math.imul(window, M.FILTER_FACTOR));
    add(size, Math.imul(turned, M.FILTER_SECOND_FACTOR));
  }
  return { bytes, mask };
}

/** Groups reserved for single bytes when there are pairs too: a byte goes with any second byte. */
const BYTE_GROUPS = 2;

/** SHORT_SIZE bytes that know the groups of these pairs and bytes (anchors, folded). */
export function shortGroups(pairs: readonly number[], bytes: readonly number[]): Uint8Array {
  const masks = new Uint8Array(M.SHORT_SIZE);
  const forBytes = bytes.length === 0 ? 0 : pairs.length === 0 ? M.SHORT_GROUPS : BYTE_GROUPS;
  const add = (offset: number, nibble: number, group: number): void => {
    masks[offset + nibble] = (masks[offset + nibble] ?? 0) | (1 << group);
  };
  const addPair = (pair: number): void => add(M.SHORT_PAIRS_OFFSET, pair >> 3, pair & 7);
  spreadOver(bytes, 0, forBytes, (byte, group) => {
    add(M.SHORT_LOW_OFFSET, byte & 15, group);
    add(M.SHORT_HIGH_OFFSET, byte >> 4, group);
    for (let next = 0; next < 256; next++) addPair(byte + next * 256);
    for (let nibble = 0; nibble < 16; nibble++) {
      add(M.SHORT_NEXT_LOW_OFFSET, nibble, group);
      add(M.SHORT_NEXT_HIGH_OFFSET, nibble, group);
    }
  });
  spreadOver(pairs, forBytes, M.SHORT_GROUPS - forBytes, (pair, group) => {
    add(M.SHORT_LOW_OFFSET, pair & 15, group);
    add(M.SHORT_HIGH_OFFSET, (pair >> 4) & 15, group);
    add(M.SHORT_NEXT_LOW_OFFSET, (pair >> 8) & 15, group);
    add(M.SHORT_NEXT_HIGH_OFFSET, pair >> 12, group);
    addPair(pair);
  });
  return masks;
}

/** Neighbours share a group, so that its nibbles fit few other bytes. */
function spreadOver(
  anchors: readonly number[],
  first: number,
  groups: number,
  each: (anchor: number, group: number) => void,
): void {
  const sorted = [...anchors].sort((a, b) => a - b);
  for (const [i, anchor] of sorted.entries()) {
    each(anchor, first + Math.floor((i * groups) / sorted.length));
  }
}
