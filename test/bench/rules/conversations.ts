// TCP conversations with payload, many at a time: half of them HTTP with pages of text, half random bytes as encrypted
// traffic is. Apart from the flow benchmark's traffic, whose payload is filler.
// Always holds: the same seed gives the same frames; every conversation opens, and none sends anything twice.

import { ethernet, ipv4, tcp } from "../../../examples/frame.js";
import { Random } from "../../support/random.js";
import { textLike } from "./matcher-text.js";

const SEED = 0xc0ffee;
const SEGMENT = 1460;
const AT_A_TIME = 64;

export interface Conversations {
  /** In the order of time. */
  readonly frames: readonly Uint8Array[];
  readonly payloadBytes: number;
}

/** Frames with at least `payloadBytes` of payload. */
export function conversations(payloadBytes: number): Conversations {
  const random = new Random(SEED);
  const frames: Uint8Array[] = [];
  let total = 0;
  let number = 0;
  const begin = () => conversation(random, number++);
  const open = Array.from({ length: AT_A_TIME }, begin);
  while (total < payloadBytes) {
    const place = random.below(AT_A_TIME);
    const next = open[place]!.next();
    if (next.done) open[place] = begin();
    else {
      frames.push(next.value.frame);
      total += next.value.payload;
    }
  }
  return { frames, payloadBytes: total };
}

function* conversation(random: Random, number: number): Generator<{ frame: Uint8Array; payload: number }> {
  const isHttp = number % 2 === 0;
  const client = {
    ip: `10.${(number >> 14) & 255}.${(number >> 6) & 255}.${1 + (number & 63)}`,
    port: 20_000 + (number % 40_000),
  };
  const server = { ip: `192.0.2.${1 + (number % 250)}`, port: isHttp ? 80 : 443 };
  const seq = { client: random.u32(), server: random.u32() };
  const send = (from: "client" | "server", flags: string, payload: Uint8Array = new Uint8Array(0)) => {
    const [a, b] = from === "client" ? [client, server] : [server, client];
    const other = from === "client" ? "server" : "client";
    const segment = tcp({ sport: a.port, dport: b.port, seq: seq[from], ack: seq[other], flags }, payload);
    seq[from] = (seq[from] + payload.length + (flags.includes("S") ? 1 : 0)) >>> 0;
    return { frame: ethernet({}, ipv4({ src: a.ip, dst: b.ip }, segment)), payload: payload.length };
  };
  yield send("client", "S");
  yield send("server", "SA");
  yield send("client", "A");
  const request = isHttp
    ? textLike(random, random.between(200, 600))
    : random.bytes(random.between(200, 600));
  yield send("client", "PA", request);
  const size = random.between(2, 40) * SEGMENT;
  const body = isHttp ? httpPage(random, size) : random.bytes(size);
  for (let at = 0; at < body.length; at += SEGMENT)
    yield send("server", "A", body.subarray(at, at + SEGMENT));
}

function httpPage(random: Random, size: number): Uint8Array {
  const head = Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${size}\r\n\r\n`,
    "latin1",
  );
  return new Uint8Array(Buffer.concat([head, textLike(random, size)]));
}
