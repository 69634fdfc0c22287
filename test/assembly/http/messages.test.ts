// What is told of messages: test/golden/http/messages.md, each case a stream and the events expected of it
// (STRAY_UPDATE=1 writes them anew, to be read before they are kept). And each stream again, cut everywhere.
// Always holds: however a stream is cut, the heads and the last look at each body are the same as of the whole.

import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { PATIENCE } from "../../support/patience.js";
import { type HttpEntry, HttpFeed, loadHttp, type Told } from "./support.js";

const PAGE = new URL("../../golden/http/messages.md", import.meta.url);
const CASE = /(^## (.+)\n\n```http( lf)?\n)([\s\S]*?)(^```\n\n```text\n)([\s\S]*?)(^```\n)/gm;
const { STRAY_UPDATE } = process.env;

let http: HttpEntry;
beforeAll(async () => {
  http = await loadHttp();
}, 120_000 * PATIENCE);

function streamOf(text: string, lineEnd: string): Buffer {
  const plain = text
    .replaceAll("\\\n", "\0")
    .replaceAll("\n", lineEnd)
    .replaceAll("\0", "")
    .replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, "latin1");
}

function logOf(told: readonly Told[]): string {
  return told
    .map(({ event, buffers }) => {
      const lines = Object.entries(buffers).map(
        ([name, bytes]) => `  ${name}: ${JSON.stringify(bytes.toString("latin1"))}\n`,
      );
      return `${event}\n${lines.join("")}`;
    })
    .join("");
}

/** Heads, and of each body what was told last. */
function settled(told: readonly Told[]): string {
  const last = new Map<string, Told>();
  for (const one of told) if (one.event !== "request-line") last.set(`${one.message} ${one.event}`, one);
  return logOf([...last.values()]);
}

const page = readFileSync(PAGE, "utf8");
const cases = [...page.matchAll(CASE)].map(([, , title = "", lf, text = "", , expected = ""]) => ({
  title,
  stream: streamOf(text, lf ? "\n" : "\r\n"),
  expected,
}));

describe("test/golden/http/messages.md", () => {
  // Not a test: it is there only when it is asked for.
  const update = STRAY_UPDATE === "1" ? it : undefined;
  update?.("is written anew", () => {
    const fresh = page.replace(CASE, (_all, head, _title, lf, text, between, _old, end) => {
      const { told } = new HttpFeed(http).push(streamOf(text, lf ? "\n" : "\r\n")).end();
      return `${head}${text}${between}${logOf(told)}${end}`;
    });
    writeFileSync(PAGE, fresh);
  });

  it("has no case that is not read", () => {
    expect(cases.length).toBeGreaterThan(15);
    expect(page.match(/^## /gm)).toHaveLength(cases.length);
  });

  it.each(cases)("$title", ({ stream, expected }) => {
    expect(logOf(new HttpFeed(http).push(stream).end().told)).toBe(expected);
  });

  it.each(cases)("$title: cut in two at every place", ({ stream }) => {
    const whole = settled(new HttpFeed(http).push(stream).end().told);
    for (let cut = 1; cut < stream.length; cut++) {
      const feed = new HttpFeed(http).push(stream.subarray(0, cut)).push(stream.subarray(cut)).end();
      expect(settled(feed.told), `cut at ${cut}`).toBe(whole);
    }
  });

  it.each(cases)("$title: byte by byte", ({ stream }) => {
    const whole = settled(new HttpFeed(http).push(stream).end().told);
    const feed = new HttpFeed(http);
    for (const byte of stream) feed.push(Uint8Array.of(byte));
    expect(settled(feed.end().told)).toBe(whole);
  });
});
