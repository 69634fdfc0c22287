// AssemblyScript, compiled by the tests of option programs: a rule's program over buffers, and a search alone.

import { Flow } from "../../../assembly/flow/flow";
import { locate } from "../../../assembly/flow/table";
import { clearBuffers, inspectState, setBuffer } from "../../../assembly/inspect/state";
import { evaluate } from "../../../assembly/match/evaluate";
import { findBytes } from "../../../assembly/match/find-bytes";
import { isToServer } from "../../../assembly/match/flow-options";
import { decode } from "../../../assembly/wire/decode";
import { Packet, resetPacket } from "../../../assembly/wire/packet";

export function clear(): void {
  clearBuffers();
}

export function give(buffer: u32, address: u32, length: u32): void {
  setBuffer(buffer, address, length);
}

export function run(image: u32, rule: u32, packet: u32, flow: u32, session: u32, budget: i32): bool {
  inspectState().budget = budget;
  return evaluate(image, rule, changetype<Packet>(packet), changetype<Flow>(flow), session);
}

export function matchEnd(): u32 {
  return inspectState().matchEnd;
}

export function budget(): i32 {
  return inspectState().budget;
}

export function find(hay: u32, hayEnd: u32, data: u32, size: u32, nocase: bool): u32 {
  return <u32>findBytes(hay, hayEnd, data, size, nocase);
}

/** How often the content is found, `times` over the same bytes: what a search costs. */
export function findOften(hay: u32, hayEnd: u32, data: u32, size: u32, nocase: bool, times: u32): u32 {
  let found: u32 = 0;
  for (let i: u32 = 0; i < times; i++) found += <u32>(findBytes(hay, hayEnd, data, size, nocase) != 0);
  return found;
}

export function toServer(flow: u32, packet: u32): bool {
  return isToServer(changetype<Flow>(flow), changetype<Packet>(packet));
}

export function blank(packet: u32, frame: u32, captured: u32): void {
  resetPacket(packet, 0, frame, captured, captured, 1);
}

/** The packet of an Ethernet frame, its key in canonical order. */
export function decodeFrame(packet: u32, frame: u32, captured: u32): void {
  const p = resetPacket(packet, 0, frame, captured, captured, 1);
  decode(p);
  if (p.undecoded == 0) locate(p);
}
