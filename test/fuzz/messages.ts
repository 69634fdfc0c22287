// What the fuzzer's conversations carry: HTTP requests and responses with every trick that the parser knows, and text
// that is none; then spoilt. Apart from conversations.ts, which cuts bytes into segments and asks not what they are.

import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { Random } from "../support/random.js";
import { WORDS, wordyBytes } from "./words.js";

const BODY_SIZES = [20, 300, 3000];
const CHUNK_SIZES = [1, 7, 200, 3000];
const METHODS = ["GET", "POST", "HEAD", "PUT", "OPTIONS", "get", "PROPFIND", "G", ""];
// biome-ignore format: a list of short words
const URI_PARTS = [
  "/", "/a", "/scripts", "/..", "/../", "/./", "//", "\\", "%2e%2e", "%2E", "%5c", "%255c", "%25%35%63",
  "%c0%ae", "%c1%1c", "%e0%80%af", "%f8%80%80%80%af", "%u002e", "%u", "%", "%4", "%zz", "?", "?a=b",
  "&c=%00", "#x", "http://host", ":80", "@", ";", " ", "+", "\t", "\0", "\xff", "cmd.exe", "root.exe",
  "/winnt/system32/",
];
// biome-ignore format: a list of short words
const NAMES = [
  "Host", "User-Agent", "Cookie", "Set-Cookie", "Content-Type", "Content-Length", "Transfer-Encoding",
  "Content-Encoding", "X", "", "Connection", "content-length", "Host ",
];
// biome-ignore format: a list of short words
const VALUES = [
  "www", "mozilla", "a=b; c=d", "chunked", "gzip", "deflate", "identity, chunked", "0", "-1", "5",
  "99999999999", "0x10", "", "close", "keep-alive", "\t x ", "x".repeat(300),
];
const ENDS = ["\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\r\n", "\r\n "];

function latin1(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function some(random: Random, list: readonly string[], most: number): string {
  return Array.from({ length: random.below(most + 1) }, () => random.pick(list)).join("");
}

/** Header lines, some of them odd; those of `fixed` are among them. */
function headers(random: Random, fixed: readonly string[]): string {
  const lines = [...fixed];
  const most = random.chance(0.03) ? 120 : 5;
  for (let left = random.below(most); left > 0; left--) {
    lines.splice(random.below(lines.length + 1), 0, `${random.pick(NAMES)}: ${random.pick(VALUES)}`);
  }
  return lines.map((line) => line + (random.chance(0.05) ? random.pick(ENDS) : "\r\n")).join("");
}

function chunked(random: Random, body: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < body.length; ) {
    const size = random.between(1, random.pick(CHUNK_SIZES));
    const part = body.subarray(at, at + size);
    const told = random.chance(0.03) ? random.pick([0, 1, part.length + 1, 2 ** 32, 2 ** 40]) : part.length;
    parts.push(latin1(`${told.toString(16)}${random.chance(0.1) ? ";x=y" : ""}\r\n`), part, latin1("\r\n"));
    at += size;
  }
  if (!random.chance(0.1)) parts.push(latin1("0\r\n\r\n"));
  return joined(...parts);
}

/** A body with the headers that say how it is written, and sometimes lie. */
function written(random: Random, plain: Uint8Array): { fixed: string[]; body: Uint8Array } {
  const fixed: string[] = [];
  let body = plain;
  const coding = random.below(6);
  if (coding === 0) {
    fixed.push("Content-Encoding: gzip");
    body = gzipSync(body);
  } else if (coding === 1) {
    fixed.push("Content-Encoding: deflate");
    body = random.chance(0.5) ? deflateSync(body) : deflateRawSync(body);
  }
  if (coding < 2 && random.chance(0.3)) body = spoilt(random, body);
  const framing = random.below(4);
  if (framing === 0) {
    fixed.push("Transfer-Encoding: chunked");
    body = chunked(random, body);
  } else if (framing < 3) {
    const told = random.chance(0.1) ? random.below(body.length * 2 + 2) : body.length;
    fixed.push(`Content-Length: ${told}`);
  }
  return { fixed, body };
}

function request(random: Random): Uint8Array {
  const uri = `/${some(random, URI_PARTS, random.chance(0.05) ? random.pick([400, 4000]) : 8)}`;
  const version = random.pick([" HTTP/1.1", " HTTP/1.0", " HTTP/1.1", "", " HTTP/9", " FTP/1.0"]);
  const hasBody = random.chance(0.3);
  const { fixed, body } = hasBody
    ? written(random, wordyBytes(random, random.below(random.pick(BODY_SIZES))))
    : { fixed: [], body: new Uint8Array(0) };
  const head = `${random.pick(METHODS)} ${uri}${version}\r\n${headers(random, fixed)}`;
  return joined(latin1(`${head}${random.chance(0.05) ? "" : "\r\n"}`), body);
}

function response(random: Random): Uint8Array {
  const status = random.pick([
    "200 OK",
    "404 Not Found",
    "304 Not Modified",
    "100 Continue",
    "2",
    "",
    "999 \xff",
  ]);
  const plain = random.chance(0.05)
    ? latin1("ab".repeat(random.below(40_000)))
    : wordyBytes(random, random.below(random.pick(BODY_SIZES)));
  const { fixed, body } = written(random, plain);
  return joined(latin1(`HTTP/1.${random.below(3)} ${status}\r\n${headers(random, fixed)}\r\n`), body);
}

/** Bytes of it changed, cut out, doubled. */
export function spoilt(random: Random, bytes: Uint8Array): Uint8Array {
  let out = bytes;
  for (let left = random.below(4); left > 0 && out.length > 0; left--) {
    const at = random.below(out.length);
    const behind = Math.min(out.length, at + random.below(30));
    switch (random.below(4)) {
      case 0:
        out = out.slice();
        out[at] = random.u32();
        break;
      case 1:
        out = joined(out.subarray(0, at), out.subarray(behind));
        break;
      case 2:
        out = joined(out.subarray(0, behind), out.subarray(at));
        break;
      default:
        out = joined(out.subarray(0, at), latin1(random.pick(WORDS)), out.subarray(at));
    }
  }
  return out;
}

/** All that one side of a conversation says. */
export function saying(random: Random, toServer: boolean): Uint8Array {
  const kind = random.below(10);
  if (kind === 0) return wordyBytes(random, random.below(6000));
  if (kind === 1) return random.bytes(random.below(3000));
  const parts: Uint8Array[] = [];
  for (let left = random.between(1, random.chance(0.1) ? 12 : 3); left > 0; left--)
    parts.push(toServer ? request(random) : response(random));
  const whole = joined(...parts);
  return random.chance(0.3) ? spoilt(random, whole) : whole;
}
