// Rules that ask for findings and causes and look into no bytes: looked at when the packet's flow gets one.
// Apart from the other rules because neither a pattern nor a port leads to them. Always holds: a session tells such a
// rule once; a cause that stays the same is not looked at again.

import { flowCause } from "../detect/cause";
import { Flow } from "../flow/flow";
import { FINDING_CAPACITY, FINDING_SIGNATURE } from "../layout";
import { IMAGE_FINDING_RULES_OFFSET } from "../match/rules-layout";
import { Packet } from "../wire/packet";
import { isMatched, noteMatch } from "./outcome";
import { holds, listedRule, listSize } from "./rules";
import { inspectState } from "./state";
import { isTold } from "./told";

const SIGNATURE_BIT: u64 = (<u64>1) << (<u64>FINDING_SIGNATURE);
/** No finding has the last number: its list is of the rules that ask for a cause. */
const CAUSES: u32 = FINDING_CAPACITY - 1;

function listOf(image: usize, finding: u32): usize {
  return image + load<u32>(image, IMAGE_FINDING_RULES_OFFSET) + ((<usize>finding) << 3);
}

export function asksCauses(image: usize): bool {
  return listSize(listOf(image, CAUSES)) != 0;
}

/** Looks at the rules that ask for what the packet showed of its flow. */
export function lookAtFindings(image: usize, p: Packet, flow: Flow, session: usize): void {
  const s = inspectState();
  let bits = s.raised & ~SIGNATURE_BIT;
  if (s.asksCauses != 0 && flowCause(flow) != <u32>s.cause) bits |= (<u64>1) << (<u64>CAUSES);
  while (bits != 0) {
    lookAtListed(image, listOf(image, <u32>ctz(bits)), p, flow, session);
    bits &= bits - 1;
  }
}

function lookAtListed(image: usize, list: usize, p: Packet, flow: Flow, session: usize): void {
  const size = listSize(list);
  for (let i: u32 = 0; i < size; i++) {
    const index = listedRule(image, list, i);
    if (isMatched(index) || !holds(image, index, p, flow, session)) continue;
    if (session == 0 || !isTold(session, index, false, 0)) noteMatch(image, index, 0);
  }
}
