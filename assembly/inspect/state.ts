// Overlay of what inspection keeps between packets, and of the buffers that rules look into.
// Apart so that streams, HTTP, rules and alerts share it without knowing one another.

import { INSPECT_BASE } from "../layout";
import {
  BUFFER_ADDRESS_OFFSET,
  BUFFER_LENGTH_OFFSET,
  BUFFER_PAYLOAD,
  BUFFER_SIZE,
  INSPECT_ALERT_SEQUENCE_OFFSET,
  INSPECT_BUDGET_OFFSET,
  INSPECT_BUFFERS_OFFSET,
  INSPECT_CAUSE_OFFSET,
  INSPECT_FAILED_OFFSET,
  INSPECT_FELL_OFFSET,
  INSPECT_RAISED_OFFSET,
  INSPECT_SEARCH_FROM_OFFSET,
  INSPECT_SESSION_OFFSET,
  INSPECT_SKIPPED_OFFSET,
  INSPECT_USED_OFFSET,
  INSPECT_VARS_OFFSET,
  INSPECT_WINDOWS_TOUCHED_OFFSET,
} from "../match/rules-layout";

@unmanaged
export class InspectState {
  image: u32;
  pending: u32;
  generation: u32;
  stamp: u32;
  candidates: u32;
  budget: i32;
  sessionHand: u32;
  sessionsUsed: u32;
  windowHand: u32;
  windowsUsed: u32;
  alertHead: u32;
  alertTail: u32;
  alertSequence: u64;
  datagramHand: u32;
  matchEnd: u32;
  matchCount: u32;
  verdict: u32;
  var0: u32;
  var1: u32;
  var2: u32;
  var3: u32;
  datagramsUsed: u32;
  session: u32;
  word: u32;
  used: u32;
  raised: u64;
  windowFree: u32;
  windowsTouched: u32;
  failed: u32;
  asksCauses: u8;
  cause: u8;
  fell: u16;
}

if (offsetof<InspectState>("budget") != INSPECT_BUDGET_OFFSET) ERROR("InspectState drifted from layout");
if (offsetof<InspectState>("alertSequence") != INSPECT_ALERT_SEQUENCE_OFFSET)
  ERROR("InspectState drifted from layout");
if (offsetof<InspectState>("var0") != INSPECT_VARS_OFFSET) ERROR("InspectState drifted from layout");
if (offsetof<InspectState>("session") != INSPECT_SESSION_OFFSET) ERROR("InspectState drifted from layout");
if (offsetof<InspectState>("used") != INSPECT_USED_OFFSET) ERROR("InspectState drifted from layout");
if (offsetof<InspectState>("raised") != INSPECT_RAISED_OFFSET) ERROR("InspectState drifted from layout");
if (offsetof<InspectState>("failed") != INSPECT_FAILED_OFFSET) ERROR("InspectState drifted from layout");
if (offsetof<InspectState>("windowsTouched") != INSPECT_WINDOWS_TOUCHED_OFFSET)
  ERROR("InspectState drifted from layout");
if (offsetof<InspectState>("cause") != INSPECT_CAUSE_OFFSET) ERROR("InspectState drifted from layout");
if (offsetof<InspectState>("fell") != INSPECT_FELL_OFFSET) ERROR("InspectState drifted from layout");
if (offsetof<InspectState>() > <usize>INSPECT_BUFFERS_OFFSET) ERROR("InspectState drifted from layout");

export function inspectState(): InspectState {
  return changetype<InspectState>(INSPECT_BASE);
}

/** Address of the buffer's bytes, 0 when it is not there. `buffer` a BUFFER_*. */
export function bufferAddress(buffer: u32): usize {
  return <usize>load<u32>(bufferAt(buffer), BUFFER_ADDRESS_OFFSET);
}

export function bufferLength(buffer: u32): u32 {
  return load<u32>(bufferAt(buffer), BUFFER_LENGTH_OFFSET);
}

export function setBuffer(buffer: u32, address: usize, length: u32): void {
  store<u32>(bufferAt(buffer), <u32>address, BUFFER_ADDRESS_OFFSET);
  store<u32>(bufferAt(buffer), length, BUFFER_LENGTH_OFFSET);
  inspectState().word |= (<u32>1) << buffer;
}

/** Takes every buffer away. */
export function clearBuffers(): void {
  const s = inspectState();
  let there = s.word;
  s.word = 0;
  while (there != 0) {
    store<u64>(bufferAt(ctz(there)), 0);
    there &= there - 1;
  }
}

/** The payload's buffer; `skipped` bytes of its stream went before it. */
export function setPayload(address: usize, length: u32, skipped: u32): void {
  setBuffer(BUFFER_PAYLOAD, address, length);
  store<u32>(INSPECT_BASE, skipped, INSPECT_SKIPPED_OFFSET);
}

/** Bytes of its stream that went before the buffer's first one. */
export function skippedBefore(buffer: u32): u32 {
  return buffer == <u32>BUFFER_PAYLOAD ? load<u32>(INSPECT_BASE, INSPECT_SKIPPED_OFFSET) : 0;
}

/** Where contents of the payload are looked for from, though their places count from its first byte: see tryStream(). */
export function searchFrom(): u32 {
  return load<u32>(INSPECT_BASE, INSPECT_SEARCH_FROM_OFFSET);
}

export function setSearchFrom(address: u32): void {
  store<u32>(INSPECT_BASE, address, INSPECT_SEARCH_FROM_OFFSET);
}

function bufferAt(buffer: u32): usize {
  return <usize>(INSPECT_BASE + INSPECT_BUFFERS_OFFSET) + <usize>buffer * BUFFER_SIZE;
}
