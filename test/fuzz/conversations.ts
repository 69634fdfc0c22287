// Conversations for the fuzzer: streams cut into segments that come early, late, twice, with other bytes, or not at all,
// and datagrams cut into fragments in the same way; many at once, frame by frame.
// Apart from mutate.ts, which spoils frames and knows nothing of what came before. Always holds: a pure function of the
// generator's state; addresses and ports are few, so that conversations meet in one flow.

import * as f from "../../examples/frame.js";
import type { CapturedFrame } from "../support/captures.js";
import type { Random } from "../support/random.js";
import { saying } from "./messages.js";
import { wordyBytes } from "./words.js";

const MOST_AT_ONCE = 12;
const FRAMES_A_TALK_MAX = 300;
const FAR = 1_000_000;
const SERVER_PORTS = [80, 80, 80, 8080, 25, 53];
const V4 = ["10.0.0.1", "10.0.0.2", "10.1.0.3", "192.168.0.9"];
const V6 = ["2001:db8::1", "2001:db8::2", "2001:db8:ffff::3"];

interface Ends {
  readonly src: string;
  readonly dst: string;
  readonly isV6: boolean;
}

interface Piece {
  readonly fromServer: boolean;
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly flags: string;
}

function endsOf(random: Random): Ends {
  const isV6 = random.chance(0.25);
  const all = isV6 ? V6 : V4;
  return { src: random.pick(all), dst: random.pick(all), isV6 };
}

function packet({ src, dst, isV6 }: Ends, payload: Uint8Array, id: number): Uint8Array {
  return isV6 ? f.ipv6({ src, dst }, payload) : f.ipv4({ src, dst, id, df: id === 0 }, payload);
}

/** One side's bytes as pieces: cut, some of them longer than their turn (overlaps), with the same bytes or others. */
function piecesOf(random: Random, bytes: Uint8Array, first: number, fromServer: boolean): Piece[] {
  const sizes = [1, 3, 20, 200, 600, 1400, 1400];
  let most = random.pick(sizes);
  const out: Piece[] = [];
  for (let at = 0; at < bytes.length && out.length < FRAMES_A_TALK_MAX; ) {
    if (random.chance(0.05)) most = random.pick(sizes);
    const size = random.between(1, most);
    const back = random.chance(0.06) ? Math.min(at, random.below(300)) : 0;
    const part = bytes.slice(
      at - back,
      Math.min(bytes.length, at + size + (back > 0 ? random.below(20) : 0)),
    );
    if (random.chance(0.03)) part[random.below(part.length)] = random.u32();
    out.push({ fromServer, seq: first + at - back, bytes: part, flags: "PA" });
    at += size;
  }
  return out;
}

/** Some pieces late, early, twice, or lost. */
function disturbed(random: Random, pieces: readonly Piece[]): Piece[] {
  const trouble = random.pick([0, 0.02, 0.1, 0.4]);
  const placed = pieces.flatMap((piece, index) => {
    if (random.chance(trouble / 4)) return [];
    const shift = random.chance(trouble) ? random.below(random.pick([3, 12, 200])) : 0;
    const again = random.chance(trouble / 2) ? [{ piece, turn: index + random.below(60) }] : [];
    return [{ piece, turn: index + shift }, ...again];
  });
  return placed.sort((a, b) => a.turn - b.turn).map(({ piece }) => piece);
}

/** Both sides' pieces in turns of some length; each side's in its order. */
function inTurns(random: Random, client: readonly Piece[], server: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (let c = 0, s = 0; c < client.length || s < server.length; ) {
    const turn = random.between(1, 8);
    out.push(...client.slice(c, c + turn), ...server.slice(s, s + turn));
    c += turn;
    s += turn;
  }
  return out;
}

function* tcpTalk(random: Random): Generator<Uint8Array> {
  const ends = endsOf(random);
  const back = { src: ends.dst, dst: ends.src, isV6: ends.isV6 };
  const ports = { client: random.between(40_000, 40_007), server: random.pick(SERVER_PORTS) };
  const start = (): number => (random.chance(0.2) ? 2 ** 32 - random.below(3000) : random.u32());
  const isn = { client: start(), server: start() };
  const high = { client: isn.client + 1, server: isn.server + 1 };
  const segment = (
    fromServer: boolean,
    flags: string,
    seq: number,
    bytes: Uint8Array = new Uint8Array(0),
  ): Uint8Array => {
    const [sport, dport] = fromServer ? [ports.server, ports.client] : [ports.client, ports.server];
    const own = fromServer ? "server" : "client";
    // What is far away is not what the other side acknowledges.
    if (Math.abs(seq - high[own]) < FAR) high[own] = Math.max(high[own], seq + bytes.length);
    const truly = fromServer ? high.client : high.server;
    const ack = random.chance(0.03) ? random.u32() : truly - (random.chance(0.1) ? random.below(3000) : 0);
    const window = random.chance(0.05) ? random.pick([0, 1, 100]) : 65_535;
    const checksum = random.chance(0.01) ? { checksum: 0x1234 } : {};
    const tcp = f.tcp(
      {
        sport,
        dport,
        flags,
        window,
        seq: seq >>> 0,
        ack: (flags.includes("A") ? ack : 0) >>> 0,
        ...checksum,
      },
      bytes,
    );
    return packet(fromServer ? back : ends, tcp, random.chance(0.5) ? 0 : random.below(65_536));
  };
  if (random.chance(0.6)) {
    yield segment(false, "S", isn.client, random.chance(0.05) ? wordyBytes(random, 30) : undefined);
    if (random.chance(0.8)) yield segment(true, "SA", isn.server);
    if (random.chance(0.8)) yield segment(false, "A", isn.client + 1);
  }
  const sides = random.below(4);
  const said = (toServer: boolean): Piece[] =>
    disturbed(
      random,
      piecesOf(random, saying(random, toServer), (toServer ? isn.client : isn.server) + 1, !toServer),
    );
  const pieces = inTurns(random, sides === 1 ? [] : said(true), sides === 2 ? [] : said(false));
  for (const { fromServer, flags, seq, bytes } of pieces) {
    const isLast = random.chance(0.01);
    yield segment(
      fromServer,
      isLast ? random.pick(["FPA", "R", "RA", "SPA", "", "FPU", "SA"]) : flags,
      seq,
      bytes,
    );
    if (random.chance(0.15)) yield segment(!fromServer, "A", fromServer ? high.client : high.server);
    // A segment from far away, or a keep-alive.
    if (random.chance(0.01))
      yield segment(fromServer, "A", random.u32(), wordyBytes(random, random.below(50)));
    if (random.chance(0.01)) yield segment(fromServer, "A", seq - 1, Uint8Array.of(0));
  }
  if (random.chance(0.7)) yield segment(false, random.pick(["FA", "R", "FPA"]), high.client);
  if (random.chance(0.5)) yield segment(true, random.pick(["FA", "R", "A"]), high.server);
}

/** A datagram or an echo, whole or in fragments that may overlap, come in any order, or not all of them. */
function* datagramTalk(random: Random): Generator<Uint8Array> {
  const ends = endsOf(random);
  const size = random.chance(0.1) ? random.between(8000, 9500) : random.below(random.pick([40, 1400, 4000]));
  const payload = wordyBytes(random, size);
  const isEcho = random.chance(0.2);
  const echo = { reply: random.chance(0.5), id: 1, sequence: random.below(4) };
  const message = isEcho
    ? ends.isV6
      ? f.icmp6Echo(echo, payload)
      : f.icmpEcho(echo, payload)
    : f.udp({ sport: random.between(40_000, 40_003), dport: random.pick([53, 161, 9]) }, payload);
  if (random.chance(0.3)) {
    yield packet(ends, message, 7);
    return;
  }
  const id = random.below(4);
  const cut = (step: number): Uint8Array[] =>
    ends.isV6
      ? f.ipv6Fragments({ ...ends, id }, message, step)
      : f.ipv4Fragments({ src: ends.src, dst: ends.dst, id }, message, step);
  const parts = cut(random.pick([8, 16, 64, 512, 1480])).slice(0, FRAMES_A_TALK_MAX);
  if (random.chance(0.3)) parts.push(...cut(random.pick([24, 40, 1000])).slice(0, 40));
  const placed = parts.map((part, index) => ({
    part,
    turn: index + (random.chance(0.2) ? random.below(30) : 0),
  }));
  for (const { part } of placed.sort((a, b) => a.turn - b.turn)) {
    if (!random.chance(0.02)) yield part;
    if (random.chance(0.03)) yield part;
  }
}

function talk(random: Random): Generator<Uint8Array> {
  return random.chance(0.8) ? tcpTalk(random) : datagramTalk(random);
}

/** So many frames of conversations that go on at once; times are the caller's. */
export function talkFrames(random: Random, count: number): CapturedFrame[] {
  const talks = Array.from({ length: random.between(1, MOST_AT_ONCE) }, () => talk(random));
  const out: CapturedFrame[] = [];
  while (out.length < count) {
    const index = random.below(talks.length);
    const next = talks[index]!.next();
    if (next.done === true) {
      talks[index] = talk(random);
      continue;
    }
    const bytes = random.chance(0.1)
      ? f.ethernet({}, f.vlan({ id: 5 }, next.value))
      : f.ethernet({}, next.value);
    const isCut = random.chance(0.01);
    const captured = isCut ? bytes.slice(0, random.below(bytes.length)) : new Uint8Array(bytes);
    out.push({ bytes: captured, link: f.LINK_ETHERNET, wire: bytes.length, timeNs: 0n });
  }
  return out;
}
