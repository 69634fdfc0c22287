// Raising a finding: its bit in the flow, once, and its counter with it.
// Apart so that every detector raises alike. Always holds: a counter is the number of flows that have the finding.

import { Direction, Flow } from "../flow/flow";
import { inspectState } from "../inspect/state";
import {
  COUNTER_FINDING_FIRST,
  FINDING_BAD_CHECKSUM,
  FINDING_BAD_HEADER,
  FINDING_FRAGMENT_OVERLAP,
  FINDING_FRAGMENT_TINY,
  NOTE_BAD_HEADER,
  NOTE_FRAGMENT_OVERLAP,
  NOTE_FRAGMENT_TINY,
} from "../layout";
import { count } from "../state";

const FINDING_NOTES: u32 = NOTE_BAD_HEADER | NOTE_FRAGMENT_TINY | NOTE_FRAGMENT_OVERLAP;

export function raise(flow: Flow, finding: i32): void {
  const bit = (<u64>1) << (<u64>finding);
  if ((flow.findings & bit) != 0) return;
  flow.findings |= bit;
  inspectState().raised |= bit;
  count(COUNTER_FINDING_FIRST + finding);
}

/**
 * Wrong checksums in a direction that has right ones too: damage on the way, or packets made to be seen by some and not
 * by others. Where all are wrong, it is the place of the capture: addresses rewritten, sums left to a card.
 */
export function raiseFromChecksums(flow: Flow, d: Direction): void {
  // A count at its end says no more how many there were.
  if (<u64>d.badChecksums < d.packets && d.badChecksums != 0xffff) raise(flow, FINDING_BAD_CHECKSUM);
}

/** The findings that a packet's notes are by themselves. */
export function raiseFromNotes(flow: Flow, notes: u32): void {
  if ((notes & FINDING_NOTES) == 0) return;
  if ((notes & <u32>NOTE_BAD_HEADER) != 0) raise(flow, FINDING_BAD_HEADER);
  if ((notes & <u32>NOTE_FRAGMENT_TINY) != 0) raise(flow, FINDING_FRAGMENT_TINY);
  if ((notes & <u32>NOTE_FRAGMENT_OVERLAP) != 0) raise(flow, FINDING_FRAGMENT_OVERLAP);
}
