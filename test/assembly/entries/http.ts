// AssemblyScript, compiled by the tests of assembly/http: its parts with plain addresses and numbers.

import { Flow } from "../../../assembly/flow/flow";
import { httpFacts } from "../../../assembly/http/facts";
import { inflateBody } from "../../../assembly/http/inflate";
import { hasHttp, nextHttp } from "../../../assembly/http/next";
import { quickHttp } from "../../../assembly/http/quick";
import { normaliseUri, uriTricks } from "../../../assembly/http/uri";
import { clearBuffers } from "../../../assembly/inspect/state";
import { Stream } from "../../../assembly/stream/stream";
import { Packet } from "../../../assembly/wire/packet";

export function normalise(from: u32, size: u32, to: u32, capacity: u32): u32 {
  return normaliseUri(from, size, to, capacity);
}

export function tricks(): u32 {
  return uriTricks();
}

export function next(stream: u32, flow: u32, isToServer: bool, wantsBodies: bool): u32 {
  return nextHttp(changetype<Stream>(stream), changetype<Flow>(flow), isToServer, wantsBodies);
}

export function has(stream: u32): bool {
  return hasHttp(changetype<Stream>(stream));
}

export function quick(flow: u32, packet: u32): void {
  quickHttp(changetype<Flow>(flow), changetype<Packet>(packet));
}

/** INFLATED_* in the low byte, the decoded size above it. */
export function inflate(at: u32, size: u32, encoding: u32): u32 {
  const result = inflateBody(at, size, encoding, httpFacts());
  return result | (httpFacts().decodedSize << 8);
}

export function clear(): void {
  clearBuffers();
}
