// The letter, written by stray from the letter's capture: held against what a person can read, in golden/report/.
// To rewrite it after a wanted change: UPDATE_GOLDEN=1 npx vitest run test/golden/report.test.ts
// Beside the golden texts, what must be in them is said here: someone who knows only the letter recognises it.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { letterFrames } from "../../examples/letter.js";
import { scenario } from "../../examples/scenarios/index.js";
import { reportMarkdown } from "../../host/report/print/markdown.js";
import { reportText } from "../../host/report/print/text.js";
import { LETTER_RULES, reportOf } from "../support/report.js";

const FOLDER = new URL("report/", import.meta.url);
const LOG = readFileSync(new URL("letter.txt", import.meta.url), "utf8");
const ALERT = readFileSync(new URL("alert/letter.txt", import.meta.url), "latin1");

const letter = await reportOf(letterFrames(), {
  name: "letter.pcap",
  rules: [LETTER_RULES],
  home: ["130.216.0.0/16"],
  unused: ["130.216.236.45"],
});
const scan = scenario("scan-syn", 1);
const ordinary = scenario("browsing", 1);

const GOLDEN: Readonly<Record<string, string>> = {
  "letter.txt": reportText(letter),
  "letter.md": reportMarkdown(letter),
  "letter-alone.txt": reportText(await reportOf(letterFrames(), { name: "letter.pcap" })),
  "scan-syn.txt": reportText(await reportOf(scan.frames, { name: "scan-syn.pcap", home: scan.home })),
  "browsing.txt": reportText(await reportOf(ordinary.frames, { name: "browsing.pcap", home: ordinary.home })),
};

describe("a report, as it is printed", () => {
  it.each(Object.entries(GOLDEN))("%s", (name, text) => {
    const file = new URL(name, FOLDER);
    const stable = text.replace(/starter \(\d+ rules, [0-9a-f]{16}\)/, "starter (N rules, HASH)");
    const { UPDATE_GOLDEN: isUpdating } = process.env;
    if (isUpdating) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, stable);
    }
    expect(stable).toBe(readFileSync(file, "utf8"));
  });
});

function folded(text: string): string[] {
  return text.split("\n").map((line) => line.trim().replace(/\s+/g, " "));
}

describe("the letter", () => {
  const text = GOLDEN["letter.txt"] ?? "";
  const lines = folded(text);

  it("has the log, value for value", () => {
    for (const line of folded(LOG)) expect(lines).toContain(line);
  });

  it("has the officer's features, with their evidence and their exceptions", () => {
    const flowing = lines.join(" ");
    expect(flowing).toContain("1/ traffic is unidirectional: 24 packets from 217.29.131.130, none back 2/");
    expect(flowing).toContain("2/ there are no SYN packets: no flow has S in its flags (24 packets) 3/");
    expect(flowing).toContain("3/ 130.216.236.45 is not in use: it sent nothing");
    expect(flowing).toMatch(
      /the IP ID field is 0 in 23 of 24 packets \(.*\); except 20959 in the packet logged at 11:37:07\.512622 5\//,
    );
  });

  it("has the alert, character for character", () => {
    expect(text).toContain(`\n${ALERT.trimEnd()}\n`);
  });

  it("puts the leaky filter first, and counts the hidden connections", () => {
    const [only] = letter.cases;
    expect(letter.cases).toHaveLength(1);
    expect(only?.causes[0]).toMatchObject({ cause: "leaky-filter", score: 100, speaksAgainst: [] });
    expect(only?.counts).toMatchObject({ flows: 7, packets: 24 });
    const [hidden] = only?.hidden ?? [];
    expect(hidden?.fit).toMatchObject({ kind: "sequential", seen: 7, estimated: 2570 });
    expect(text).toContain("About 2.7 hidden connections a second");
  });

  it("says the same of the address only where it was told", () => {
    const alone = GOLDEN["letter-alone.txt"] ?? "";
    expect(alone).not.toContain("is not in use");
    expect(alone).toContain("130.216.236.45 sent nothing and answered nothing in this capture");
    expect(alone).toContain("leaky-filter (100 of 100)");
  });
});

describe("README.md", () => {
  it("shows lines of it, as they are", () => {
    const page = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const [, block = ""] = /```\n(Start_Time[\s\S]*?)```/.exec(page) ?? [];
    const shown = block.split("\n").filter((line) => line !== "" && line !== "...");
    expect(shown.length).toBeGreaterThan(10);
    const lines = (GOLDEN["letter.txt"] ?? "").split("\n");
    for (const line of shown) {
      const begin = line.replace(/ \.\.\.$/, "");
      expect(
        lines.some((whole) => (begin === line ? whole === line : whole.startsWith(begin))),
        line,
      ).toBe(true);
    }
  });
});

describe("nothing strange", () => {
  it("is a report too", () => {
    expect(GOLDEN["browsing.txt"]).toContain("\nNothing strange was found.\n");
    expect(GOLDEN["browsing.txt"]).toContain("832 packets in 116 flows");
  });
});

describe("every report", () => {
  it.each(Object.entries(GOLDEN))("%s is ASCII, and its prose has lines of 100 at most", (name, text) => {
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    if (name.endsWith(".md")) return;
    const prose = text
      .split("\n")
      .filter((line) => !/^\s*\$ |^\d\d \w{3} \d\d |^Start_Time|^\d\d\/\d\d-/.test(line));
    expect(prose.filter((line) => line.length > 100)).toEqual([]);
  });
});
