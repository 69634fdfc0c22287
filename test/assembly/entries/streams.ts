// AssemblyScript, compiled by the tests of streams: sessions and streams over packets that the test describes.

import { Flow } from "../../../assembly/flow/flow";
import { updateTcp } from "../../../assembly/flow/tcp";
import { FLOW_SIZE, FLOWS_BASE, INSPECT_BASE, PACKET_BIT_TCP } from "../../../assembly/layout";
import { INSPECT_GENERATION_OFFSET } from "../../../assembly/match/rules-layout";
import { state } from "../../../assembly/state";
import { place, placeMore } from "../../../assembly/stream/place";
import { Session, sessionFor, settle, slotNumber } from "../../../assembly/stream/session";
import { markInspected, Stream, streamText } from "../../../assembly/stream/stream";
import { Packet, resetPacket } from "../../../assembly/wire/packet";

export { initSessions } from "../../../assembly/stream/session";

function flowAt(slot: u32): Flow {
  return changetype<Flow>(<usize>FLOWS_BASE + <usize>slot * FLOW_SIZE);
}

/** A flow in that slot, first heard with that packet. */
export function openFlow(slot: u32, firstFrame: u64): void {
  const flow = flowAt(slot);
  memory.fill(changetype<usize>(flow), 0, FLOW_SIZE);
  flow.firstFrame = firstFrame;
  flow.flowClass = 5;
  flow.direction(false).windowScale = 255;
  flow.direction(true).windowScale = 255;
}

/** The packet at `at`: a segment as a decoder leaves it. */
export function segment(
  at: u32,
  payload: u32,
  size: u32,
  claimed: u32,
  seq: u32,
  ack: u32,
  flags: u32,
  notes: u32,
): void {
  const p = resetPacket(at, 0, payload, size, size, 1);
  p.payload = payload;
  p.payloadSize = size;
  p.appBytes = claimed;
  p.tcpSeq = seq;
  p.tcpAck = ack;
  p.tcpFlags = <u16>flags;
  p.tcpWindow = 0xffff;
  p.notes = notes;
  p.mark(PACKET_BIT_TCP);
}

/** Credits it to the flow, as the flow table does. */
export function credit(slot: u32, at: u32, fromB: bool): void {
  const flow = flowAt(slot);
  const p = changetype<Packet>(at);
  const d = flow.direction(fromB);
  state().packetIndex += 1;
  d.packets += 1;
  d.appBytes += p.appBytes;
  updateTcp(flow, d, p, fromB);
}

export function session(slot: u32, make: bool): u32 {
  return <u32>sessionFor(flowAt(slot), slot, make);
}

export function slotOfFlow(slot: u32): u32 {
  return slotNumber(flowAt(slot));
}

export function streamOf(session: u32, fromB: bool): u32 {
  return <u32>changetype<usize>(changetype<Session>(session).stream(fromB));
}

export function put(session: u32, slot: u32, at: u32, fromB: bool, more: bool): u32 {
  const flow = flowAt(slot);
  const stream = changetype<Session>(session).stream(fromB);
  const p = changetype<Packet>(at);
  return more ? placeMore(session, stream, flow, p, fromB) : place(session, stream, flow, p, fromB);
}

export function inspected(stream: u32): void {
  markInspected(changetype<Stream>(stream));
}

export function end(session: u32, slot: u32, at: u32): void {
  settle(session, flowAt(slot), changetype<Packet>(at));
}

export function text(stream: u32): u32 {
  return <u32>streamText(changetype<Stream>(stream));
}

export function newFrom(stream: u32): u32 {
  return <u32>changetype<Stream>(stream).newFrom;
}

export function textEnd(stream: u32): u32 {
  return <u32>changetype<Stream>(stream).textEnd;
}

export function positionOf(stream: u32, address: u32): u32 {
  return changetype<Stream>(stream).positionOf(address);
}

export function findings(slot: u32): u64 {
  return flowAt(slot).findings;
}

export function setGeneration(generation: u32): void {
  store<u32>(INSPECT_BASE + INSPECT_GENERATION_OFFSET, generation);
}
