// The URI normaliser: a table that a person can read (test/golden/http/uri.md; STRAY_UPDATE=1 fills it anew, to be
// read before it is kept), and what holds of any bytes at all.
// Always holds: bytes before and behind input and output are poisoned and stay as they are.

import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  TRICK_DOUBLE_ENCODE,
  TRICK_OVERLONG_UTF8,
  TRICK_TRAVERSAL,
} from "../../../assembly/http/http-layout.js";
import { COUNTER_HTTP_URI_LIMIT, COUNTERS_BASE, WINDOWS_BASE } from "../../../assembly/layout.js";
import { PATIENCE } from "../../support/patience.js";
import { type HttpEntry, loadHttp } from "./support.js";

const PAGE = new URL("../../golden/http/uri.md", import.meta.url);
const ROW = /^\| `(.+?)` \| (?:`(.*?)`)? ?\| (\w*) ?\|$/gm;
const FROM = WINDOWS_BASE + 64;
const TO = WINDOWS_BASE + 131072;
const POISON = 0xa5;
const { STRAY_UPDATE } = process.env;

let http: HttpEntry;
beforeAll(async () => {
  http = await loadHttp();
}, 120_000 * PATIENCE);

function bytesOf(text: string): Uint8Array {
  const plain = text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
}

function normalise(raw: Uint8Array, capacity = 8192): { bytes: Uint8Array; tricks: string } {
  const { bytes, exports } = http;
  bytes.fill(POISON, FROM - 64, FROM + raw.length + 64);
  bytes.set(raw, FROM);
  bytes.fill(POISON, TO - 64, TO + raw.length + 64);
  const size = exports.normalise(FROM, raw.length, TO, capacity);
  expect(size).toBeLessThanOrEqual(Math.min(raw.length, capacity));
  expect(Buffer.from(bytes.slice(FROM, FROM + raw.length)).equals(raw)).toBe(true);
  for (const [at, end] of [
    [FROM - 64, FROM],
    [FROM + raw.length, FROM + raw.length + 64],
    [TO - 64, TO],
    [TO + Math.min(raw.length, capacity), TO + raw.length + 64],
  ] as const) {
    expect(bytes.subarray(at, end).every((byte) => byte === POISON)).toBe(true);
  }
  const bits = exports.tricks();
  const names = [
    [TRICK_TRAVERSAL, "T"],
    [TRICK_OVERLONG_UTF8, "O"],
    [TRICK_DOUBLE_ENCODE, "D"],
  ] as const;
  const tricks = names
    .filter(([bit]) => (bits & bit) !== 0)
    .map(([, name]) => name)
    .join("");
  return { bytes: bytes.slice(TO, TO + size), tricks };
}

describe("test/golden/http/uri.md", () => {
  const page = readFileSync(PAGE, "utf8");
  const rows = [...page.matchAll(ROW)].map(([, raw = "", expected = "", tricks = ""]) => ({
    raw,
    expected,
    tricks,
  }));

  // Not a test: it is there only when it is asked for.
  const update = STRAY_UPDATE === "1" ? it : undefined;
  update?.("is written anew", () => {
    const fresh = page.replace(ROW, (_all, raw: string) => {
      const result = normalise(bytesOf(raw));
      return `| \`${raw}\` | \`${textOf(result.bytes)}\` | ${result.tricks}${result.tricks && " "}|`;
    });
    writeFileSync(PAGE, fresh);
  });

  it("has no row that is not read", () => {
    expect(rows.length).toBeGreaterThan(60);
    expect(page.match(/^\| `/gm)).toHaveLength(rows.length);
  });

  it.each(rows)("$raw", ({ raw, expected, tricks }) => {
    const result = normalise(bytesOf(raw));
    expect({ text: textOf(result.bytes), tricks: result.tricks }).toEqual({ text: expected, tricks });
  });
});

const fragment = fc.constantFrom(
  ..."a . .. / \\ // ? % %2e %2f %5c %25 %252e %255c %c0 %af %c1 %1c %e0%80 %u %u002f %uff0f %00 + ;".split(
    " ",
  ),
);
const anyUri = fc.oneof(
  fc.array(fragment, { maxLength: 24 }).map((parts) => bytesOf(parts.join(""))),
  fc.uint8Array({ maxLength: 300 }),
);

describe("any URI", () => {
  it("is read and written within its bounds, and never gets longer", () => {
    fc.assert(
      fc.property(anyUri, fc.integer({ min: 0, max: 320 }), (raw, capacity) => {
        normalise(raw, capacity);
      }),
      { numRuns: 2000 },
    );
  });

  it("is normalised already when there is nothing to take away", () => {
    const plain = fc.array(fc.constantFrom("a", "b", ".", "/", "\\", "?"), { maxLength: 40 });
    fc.assert(
      fc.property(plain, (parts) => {
        const once = normalise(bytesOf(parts.join(""))).bytes;
        expect(textOf(normalise(once).bytes)).toBe(textOf(once));
        expect(normalise(once).tricks).toBe("");
      }),
      { numRuns: 2000 },
    );
  });

  it("has no dot segment, double slash or backslash in its path", () => {
    const parts = fc
      .array(fragment, { maxLength: 24 })
      .map((list) => `/${list.join("").replaceAll("?", "")}`);
    fc.assert(
      fc.property(parts, (raw) => {
        const path = textOf(normalise(bytesOf(raw)).bytes).replaceAll(/\\x../g, "!");
        expect(path.split("/").slice(1)).not.toContain(".");
        expect(path.split("/")).not.toContain("..");
        expect(path).not.toMatch(/\/\/|\\/);
      }),
      { numRuns: 2000 },
    );
  });

  it("folds as a plain reference does", () => {
    const parts = fc.array(fc.constantFrom("a", "b.", ".", "..", "/", "//"), { maxLength: 30 });
    fc.assert(
      fc.property(parts, (list) => {
        const raw = `/${list.join("")}`;
        const kept: string[] = [];
        const segments = raw.split("/").slice(1);
        segments.forEach((segment, index) => {
          const isLast = index === segments.length - 1;
          if (segment === "..") kept.pop();
          else if (segment !== "" && segment !== ".") kept.push(segment + (isLast ? "" : "/"));
        });
        expect(textOf(normalise(bytesOf(raw)).bytes)).toBe(`/${kept.join("")}`);
      }),
      { numRuns: 2000 },
    );
  });

  it("longer than is kept is cut, and counted", () => {
    const counter = COUNTERS_BASE + COUNTER_HTTP_URI_LIMIT * 8;
    const before = http.view.getBigUint64(counter, true);
    const { bytes } = normalise(new Uint8Array(20_000).fill(0x61), 1 << 20);
    expect(bytes.length).toBe(8192);
    expect(http.view.getBigUint64(counter, true)).toBe(before + 1n);
  });

  it("made to be slow takes no longer than its size", () => {
    const climbing = bytesOf("/a".repeat(2048) + "/..".repeat(1300));
    const start = performance.now();
    for (let i = 0; i < 200; i++) http.exports.normalise(FROM, climbing.length, TO, 8192);
    http.bytes.set(climbing, FROM);
    for (let i = 0; i < 200; i++) http.exports.normalise(FROM, climbing.length, TO, 8192);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
