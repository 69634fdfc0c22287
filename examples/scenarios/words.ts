// What is said in ordinary conversations: requests and answers of HTTP, TLS records, DNS, NTP, RTP.
// Apart because analysers look into them: what stands here must be well formed, or a reader takes it for damage.
// Always holds: names are under example.net and example.org (RFC 2606); contents are random letters, or random bytes where they are encrypted.

import { concat, text, u8, u16, u32 } from "../frame.js";
import type { Dice } from "./dice.js";

const WORDS: readonly string[] = [
  "index",
  "news",
  "logo",
  "style",
  "map",
  "list",
  "item",
  "team",
  "about",
  "photo",
];
const KINDS: readonly string[] = [".html", ".png", ".css", ".js", ".json", ""];
const TLS_RECORD_MAX = 8192;

export function httpRequest(dice: Dice): Uint8Array {
  const path = `/${dice.pick(WORDS)}/${dice.below(10_000)}${dice.pick(KINDS)}`;
  return text(
    `GET ${path} HTTP/1.1\r\nHost: www${dice.below(50)}.example.org\r\nUser-Agent: scenario\r\nAccept: */*\r\n\r\n`,
  );
}

export function httpAnswer(dice: Dice, size: number): Uint8Array {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${size}\r\n\r\n`;
  return concat(text(head), dice.letters(size));
}

/** TLS application data of `size` bytes in all, in as many records as that needs. */
export function tlsData(dice: Dice, size: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let left = Math.max(size, 40); left > 0; left -= TLS_RECORD_MAX) {
    const length = Math.min(left, TLS_RECORD_MAX);
    parts.push(u8(23), u16(0x0303), u16(length), dice.bytes(length));
  }
  return concat(...parts);
}

export interface Question {
  readonly id: number;
  readonly name: Uint8Array;
}

export function dnsQuestion(dice: Dice): Question {
  const labels = [`${dice.pick(WORDS)}${dice.below(1000)}`, "example", "net"];
  const name = concat(...labels.flatMap((label) => [u8(label.length), text(label)]), u8(0));
  return { id: dice.below(65536), name };
}

export function dnsQuery({ id, name }: Question): Uint8Array {
  return concat(u16(id), u16(0x0100), u16(1), u16(0), u16(0), u16(0), name, u16(1), u16(1));
}

export function dnsAnswer({ id, name }: Question, address: Uint8Array): Uint8Array {
  const answer = concat(u16(0xc00c), u16(1), u16(1), u32(300), u16(4), address);
  return concat(u16(id), u16(0x8180), u16(1), u16(1), u16(0), u16(0), name, u16(1), u16(1), answer);
}

/** A client's or a server's packet; both leave out what an example has no use for. */
export function ntpPacket(dice: Dice, isServer: boolean): Uint8Array {
  const head = isServer ? Uint8Array.of(0x24, 2, 6, 0xe9) : Uint8Array.of(0x23, 0, 6, 0xe9);
  return concat(head, new Uint8Array(36), dice.bytes(8));
}

/** The packet of that number of a voice stream: 20 ms of G.711 (RFC 3550 5.1). */
export function rtpPacket(dice: Dice, number: number, stream: number): Uint8Array {
  return concat(u8(0x80), u8(0), u16(number), u32(number * 160), u32(stream), dice.bytes(160));
}
