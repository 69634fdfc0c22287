// Patterns as rules have them and text as HTTP has it, of a seed: what the matcher's benchmark works on.
// Apart so that tests can use the same. Always holds: the same generator gives the same bytes.

import type { Random } from "../../support/random.js";

const SYLLABLES =
  "ad min lo gin in dex se arch con fig up load us er ac count da ta ba se mail form view edit".split(" ");
const ENDINGS = [".php", ".asp", ".cgi", ".html", ".exe", ".jsp", "/", ".pl", ".dll", ".js"];
const FOLDERS = ["/cgi-bin/", "/scripts/", "/admin/", "/images/", "/api/v1/", "/wp-content/plugins/", "/"];
const HEADERS = ["User-Agent: ", "Host: ", "Cookie: ", "Referer: http://", "Content-Type: ", "X-"];
const HEAD_LINES = [
  "Accept: text/html,application/xhtml+xml,*/*;q=0.8",
  "Accept-Language: en-US,en;q=0.5",
  "Accept-Encoding: gzip, deflate",
  "Connection: keep-alive",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
  "Cache-Control: no-cache",
  "Content-Type: text/html; charset=utf-8",
  "Server: Apache/2.4",
];
const TAGS = ["div", "p", "span", 'a href="/index.html"', "td", "li", "h1", "table"];

function word(random: Random, syllables: number): string {
  let text = "";
  for (let i = 0; i < syllables; i++) text += random.pick(SYLLABLES);
  return text;
}

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

function longPattern(random: Random): Uint8Array {
  const unique = random.u32().toString(36);
  switch (random.below(5)) {
    case 0:
      return random.bytes(random.between(4, 16));
    case 1:
      return latin1(random.pick(HEADERS) + word(random, 1) + unique).slice(0, 32);
    case 2:
      return latin1(word(random, 2) + unique.slice(0, 3) + random.pick(ENDINGS)).slice(0, 32);
    case 3:
      return latin1(`${word(random, 1)}=${unique}&${word(random, 1)}=`).slice(0, 32);
    default:
      return latin1(random.pick(FOLDERS) + word(random, 2) + unique.slice(0, 4) + random.pick(ENDINGS)).slice(
        0,
        32,
      );
  }
}

/** `count` patterns: paths, headers, parameters, bytes; a share of them of 1 to 3 bytes. */
export function patternsLike(random: Random, count: number, shortShare: number): Uint8Array[] {
  const patterns: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    // Mostly two and three bytes: a single byte is no pattern that anybody is helped by.
    const isShort = random.chance(shortShare);
    patterns.push(isShort ? random.bytes(random.between(2, 3)) : longPattern(random));
  }
  return patterns;
}

/** Requests and pages one after another. */
export function textLike(random: Random, size: number): Uint8Array {
  const parts: string[] = [];
  let length = 0;
  while (length < size) {
    const part = random.chance(0.5) ? request(random) : page(random);
    parts.push(part);
    length += part.length;
  }
  return latin1(parts.join("")).slice(0, size);
}

function request(random: Random): string {
  const path = random.pick(FOLDERS) + word(random, 2) + random.pick(ENDINGS);
  const lines = [
    `GET ${path}?${word(random, 1)}=${random.below(1000)} HTTP/1.1`,
    `Host: www.${word(random, 2)}.com`,
  ];
  for (const line of HEAD_LINES) if (random.chance(0.7)) lines.push(line);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function page(random: Random): string {
  let text = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>";
  for (let i = random.between(5, 40); i > 0; i--) {
    const words = Array.from({ length: random.between(3, 12) }, () => word(random, random.between(1, 3)));
    text += `<${random.pick(TAGS)}>${words.join(" ")}</${random.pick(TAGS).split(" ")[0]}>\n`;
  }
  return `${text}</body></html>\r\n`;
}
