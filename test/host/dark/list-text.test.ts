// The text of lists: what is read, what is refused with its line, and that whatever is printed is read back as it was.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { networkAt } from "../../../host/dark/address.js";
import { HOW_MASK } from "../../../host/dark/alive-book.js";
import {
  aliveLine,
  COMMENT_MAX,
  LIST_LINES_MAX,
  LIST_TEXT_MAX,
  listLine,
  parseList,
  parseListInTurns,
} from "../../../host/dark/list-text.js";
import { USES } from "../../../host/dark/networks.js";
import { seedOf } from "../../support/random.js";

const NOW_MS = Date.UTC(2026, 10, 24, 18, 0, 0);
const PARAMETERS = { seed: seedOf("lists of addresses"), numRuns: 1000 };

const problems = (text: string) =>
  parseList(text, NOW_MS).problems.map(({ line, message }) => `${line}: ${message}`);

describe("parseList()", () => {
  it("takes networks with what they are and why, and addresses that were heard", () => {
    const {
      lists,
      alive,
      problems: none,
    } = parseList(
      [
        "# what the lab has",
        "",
        "192.0.2.77/25   unused   set aside  for the lab\r",
        "192.0.2.7 used",
        "2001:db8::1\talive since=2026-11-24T17:00:00Z last=2026-11-24T17:30:00.5Z how=sent,nd # the router",
        "192.0.2.9 alive",
      ].join("\n"),
      NOW_MS,
    );
    expect(none).toEqual([]);
    expect(lists.map(({ line, network, use, comment }) => [line, network.text, use, comment])).toEqual([
      [3, "192.0.2.0/25", "unused", "set aside  for the lab"],
      [4, "192.0.2.7", "used", ""],
    ]);
    expect(alive.map(({ line, network, entry }) => [line, network.text, entry])).toEqual([
      [5, "2001:db8::1", { sinceMs: NOW_MS - 3_600_000, lastMs: NOW_MS - 1_799_500, how: 9 }],
      // Told to have been heard, not how: it has sent, at least.
      [6, "192.0.2.9", { sinceMs: NOW_MS, lastMs: NOW_MS, how: 1 }],
    ]);
  });

  it("takes no time that is still to come, and no beginning behind the end", () => {
    const { alive } = parseList(
      "192.0.2.9 alive last=2030-01-01T00:00:00Z since=2031-01-01T00:00:00Z",
      NOW_MS,
    );
    expect(alive[0]?.entry).toMatchObject({ sinceMs: NOW_MS, lastMs: NOW_MS });
  });

  it.each([
    ["192.0.2.300 used", '1: expected an address or a network such as 192.0.2.0/24, found "192.0.2.300"'],
    ["\n192.0.2.0/24", "2: expected used, unused or alive behind 192.0.2.0/24, found nothing"],
    ["192.0.2.0/24 Used", '1: expected used, unused or alive behind 192.0.2.0/24, found "Used"'],
    ["192.0.2.0/24 alive", "1: expected one address with alive, found the network 192.0.2.0/24"],
    ["192.0.2.1 alive how=smoke", '1: expected how=sent,answered,arp,nd or some of it, found "how=smoke"'],
    [
      "192.0.2.1 alive last=today",
      '1: expected last=2026-11-24T18:00:00Z or such a time, found "last=today"',
    ],
    ["192.0.2.1 alive now", '1: expected since=TIME, last=TIME or how=WORDS behind alive, found "now"'],
    ["192.0.2.1 used a\u001bb", "1: expected a comment without control characters"],
    [
      `192.0.2.1 used ${"x".repeat(COMMENT_MAX + 1)}`,
      "1: expected a comment of at most 200 characters, found 201",
    ],
  ])("refuses %j", (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  it("escapes what it shows, and tells of a bounded number of lines", () => {
    expect(problems("\u001b[2J used")[0]).toContain('found "\\x1b[2J"');
    expect(problems("x used\n".repeat(1000))).toHaveLength(20);
    expect(problems("x".repeat(LIST_TEXT_MAX + 1))[0]).toMatch(/^0: expected at most 8388608 characters/);
  });

  it("is the same in turns, and takes so many lines of lists at most", async () => {
    const text = `${Array.from({ length: 2000 }, (_, n) => `10.0.${n >> 8}.${n & 255} ${n % 3 === 0 ? "alive" : "used"}\n`).join("")}x`;
    expect({ ...(await parseListInTurns(text, NOW_MS)) }).toEqual({ ...parseList(text, NOW_MS) });
    const many = "192.0.2.1 used\n".repeat(LIST_LINES_MAX + 5);
    expect(problems(many)).toEqual([
      `${LIST_LINES_MAX + 1}: expected at most ${LIST_LINES_MAX} lines of used and unused`,
    ]);
  });

  it("ends with entries or problems, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const { lists, alive, problems: found } = parseList(text, NOW_MS);
        for (const { line, message } of found) {
          expect(line).toBeGreaterThan(0);
          expect(message).toMatch(/^expected /);
        }
        const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
        expect(lists.length + alive.length + found.length).toBeLessThanOrEqual(lines.length);
      }),
      PARAMETERS,
    );
  });

  const network = fc
    .tuple(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.nat(128), fc.boolean())
    .map(([address, prefix, isFour]) =>
      isFour
        ? networkAt(0xffff_0000_0000n | (address & 0xffff_ffffn), 96 + (prefix % 33))
        : networkAt(address, prefix),
    );
  const comment = fc.stringMatching(/^[!-~]([ -~äß]{0,60}[!-~])?$/).map((text) => text.replace(/\s+/g, " "));

  it("reads back what is printed", () => {
    fc.assert(
      fc.property(
        network,
        fc.constantFrom(...USES),
        fc.oneof(fc.constant(""), comment),
        fc.integer({ min: 0, max: NOW_MS / 1000 }),
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: HOW_MASK }),
        (net, use, why, lastS, seconds, how) => {
          const listed = parseList(listLine(net.text, use, why), NOW_MS);
          expect(listed).toMatchObject({ problems: [], lists: [{ network: net, use, comment: why }] });
          const single = networkAt(net.first, 128);
          const entry = { sinceMs: Math.max(0, lastS - seconds) * 1000, lastMs: lastS * 1000, how };
          const heard = parseList(aliveLine(single.text, entry), NOW_MS);
          expect(heard).toMatchObject({ problems: [], alive: [{ network: single, entry }] });
        },
      ),
      PARAMETERS,
    );
  });
});
