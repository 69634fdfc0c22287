// Rules come into force between two packets: the host has built them in the other half of RULES and says where.
// Apart from inspection because it is asked once a batch. Always holds: the old rules are in force until the new ones
// lie whole; what was counted and remembered by rule number is forgotten with the old ones; what is no image changes
// nothing.

import { COUNTER_RULES_SWAPPED, INSPECT_BASE, RULES_BASE, RULES_REGION_SIZE } from "../layout";
import {
  IMAGE_MAGIC,
  IMAGE_MAGIC_OFFSET,
  INSPECT_PENDING_OFFSET,
  PENDING_NONE,
  PENDING_UNLOAD,
} from "../match/rules-layout";
import { count } from "../state";
import { asksCauses } from "./findings";
import { inspectState } from "./state";

function isImage(address: u32): bool {
  const isInside = address >= <u32>RULES_BASE && address - <u32>RULES_BASE < <u32>RULES_REGION_SIZE;
  return isInside && load<u32>(address, IMAGE_MAGIC_OFFSET) == IMAGE_MAGIC;
}

/** Takes the rules that the host has ready, if any. */
export function takeRules(): void {
  const pending = atomic.load<u32>(INSPECT_BASE, INSPECT_PENDING_OFFSET);
  if (pending == PENDING_NONE) return;
  const image = pending == PENDING_UNLOAD ? 0 : pending;
  if (image == 0 || isImage(image)) {
    const s = inspectState();
    s.image = image;
    s.asksCauses = <u8>(image != 0 && asksCauses(image));
    s.generation += 1;
    count(COUNTER_RULES_SWAPPED);
  }
  atomic.store<u32>(INSPECT_BASE, PENDING_NONE, INSPECT_PENDING_OFFSET);
}
