// Holds the tool that looks for findings in captures against captures made here: what it counts, what it lists, and
// that damage stops nothing.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { letterCapture, type TimedFrame } from "../../examples/letter.js";
import { pcapBytes } from "../../examples/pcap-writer.js";
import { scenario } from "../../examples/scenarios/index.js";
import { FINDING_NAMES } from "../../host/record/findings.js";
import { run } from "./run.js";

function bytesOf(frames: readonly TimedFrame[]): Uint8Array {
  return pcapBytes({}, (writer) => {
    for (const { timeNs, frame } of frames) writer.write(timeNs, frame);
  });
}

interface Told {
  readonly out: string;
  readonly complaint: string;
  readonly exitCode: number;
}

async function told(...args: string[]): Promise<Told> {
  let out = "";
  let complaint = "";
  const exitCode = await run(
    args,
    (text) => {
      out += text;
    },
    (text) => {
      complaint += text;
    },
  );
  return { out, complaint, exitCode };
}

async function json(...args: string[]) {
  const { out, exitCode } = await told("--json", ...args);
  expect(exitCode).toBe(0);
  return JSON.parse(out);
}

const LEAK = scenario("leaky-filter", 1);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-findings-"));
  mkdirSync(join(folder, "below"));
  const letter = letterCapture();
  const put = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);
  put("letter.pcap", letter);
  put("below/letter-again.pcap", letter);
  put("cut.pcap", letter.subarray(0, letter.length - 10));
  put("browsing.pcap", bytesOf(scenario("browsing", 1).frames));
  put("null\u001b[2J.pcap", bytesOf(scenario("scan-null", 1).frames));
  put("leak.pcap", bytesOf(LEAK.frames));
  put("empty.pcap", new Uint8Array(0));
  put("notes.txt", Buffer.from("no capture"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("what it counts", () => {
  it("has every capture below a folder, and counts the damaged", async () => {
    const { totals, captures } = await json(folder);
    expect(totals).toMatchObject({ captures: 6, damaged: 1, unread: 1 });
    expect(captures.map(({ name }: { name: string }) => name)).toEqual([
      "below/letter-again.pcap",
      "browsing.pcap",
      "cut.pcap",
      "empty.pcap",
      "leak.pcap",
      "letter.pcap",
      "null\u001b[2J.pcap",
    ]);
    expect(captures.filter(({ problem }: { problem?: string }) => problem !== undefined)).toHaveLength(2);
  });

  it("has each finding's flows and captures, those found nowhere too", async () => {
    const { totals } = await json(join(folder, "letter.pcap"));
    expect(totals.flows).toBe(7);
    expect(totals.findings.map(({ finding }: { finding: string }) => finding)).toEqual([...FINDING_NAMES]);
    const repeated = totals.findings.find(
      ({ finding }: { finding: string }) => finding === "unanswered-retransmit",
    );
    expect(repeated).toEqual({
      finding: "unanswered-retransmit",
      flows: 7,
      captures: 1,
      share: 1,
      accuses: true,
    });
    expect(totals.rules.map(({ sid }: { sid: number }) => sid)).toContain(9000103);
  });

  it("finds in a capture the same, whatever was read before", async () => {
    const { captures } = await json(folder);
    const of = (name: string) => captures.find((capture: { name: string }) => capture.name === name);
    expect(of("letter.pcap").findings["unanswered-retransmit"]).toBe(7);
    expect(of("below/letter-again.pcap")).toEqual({ ...of("letter.pcap"), name: "below/letter-again.pcap" });
    expect(of("browsing.pcap").findings["unanswered-retransmit"]).toBeUndefined();
  });

  it("leaves out what --except names", async () => {
    const { totals } = await json("--except", "letter", "--except", "cut", folder);
    expect(totals).toMatchObject({ captures: 3, damaged: 0 });
  });

  it("knows what is ours by --home alone", async () => {
    const path = join(folder, "leak.pcap");
    const darkOf = async (...args: string[]): Promise<number> =>
      (await json(...args, path)).totals.findings.find(
        ({ finding }: { finding: string }) => finding === "dark-destination",
      ).flows;
    expect(await darkOf()).toBe(0);
    expect(await darkOf("--home", LEAK.home[0]!)).toBeGreaterThan(0);
  });

  it("prints a table", async () => {
    const { out, exitCode } = await told("--problems", folder);
    expect(exitCode).toBe(0);
    expect(out).toContain("captures: 6 read (1 of them damaged), 1 unreadable");
    expect(out).toMatch(/^\* unanswered-retransmit +\d+ +4 +\d+\.\d{3}%$/m);
    expect(out).toMatch(/^ {2}nowhere: .*\bland\b/m);
    expect(out).toMatch(/empty\.pcap: byte 0: the file is empty/);
  });
});

describe("what it lists", () => {
  it("has a line for each flow, with a filter that finds it", async () => {
    const { out } = await told("--each", join(folder, "letter.pcap"));
    const lines = out.split("\n").filter((line) => line.startsWith("letter.pcap | "));
    expect(lines).toHaveLength(7);
    expect(lines[0]).toContain(" | #1 +0.000 s | tcp 217.29.131.130:");
    expect(lines[0]).toMatch(/ \| [^|]*\bunanswered-retransmit\b[^|]* \| flow: /);
    expect(lines[0]).toContain("source: leaky-filter ");
    expect(lines[0]).toMatch(
      / -Y 'ip\.addr==217\.29\.131\.130 && ip\.addr==[\d.]+ && tcp\.port==\d+ && tcp\.port==\d+'$/,
    );
  });

  it("has only the flows with the finding that was asked for", async () => {
    const { each } = await json("--each", "--finding", "null-scan", folder);
    expect(each.length).toBeGreaterThan(0);
    for (const { findings, capture } of each) {
      expect(findings).toContain("null-scan");
      expect(capture).toMatch(/^null/);
    }
  });

  it("escapes names of files", async () => {
    const { out } = await told("--each", "--sources", folder);
    expect(out).toContain("null\\x1b[2J.pcap | ");
    expect(out).not.toContain("\u001b");
  });

  it("has the sources that are given a cause, with the evidence", async () => {
    const { sources } = await json("--sources", join(folder, "letter.pcap"), join(folder, "browsing.pcap"));
    expect(sources).toHaveLength(1);
    const [{ source, flows, cause, evidence }] = sources;
    expect({ source, flows }).toEqual({ source: "217.29.131.130", flows: 7 });
    expect(cause).toMatch(/^leaky-filter \d+$/);
    expect(evidence).toContain("unanswered-retransmit 25");
  });
});

describe("what it refuses", () => {
  it.each([
    [["--finding", "no-such", "--each", "x"], "--finding: expected one of midstream-data"],
    [["--finding", "land", "x"], "--finding chooses among the flows of --each"],
    [["--home", "10.0.0.300/8", "x"], '--home: expected a network as 192.0.2.0/24, found "10.0.0.300/8"'],
    [["--nonsense"], "--nonsense"],
    [[], "name captures, or folders of captures"],
    [["/no/such/folder"], "/no/such/folder can't be read (ENOENT)"],
  ])("%j", async (args, message) => {
    const { out, complaint, exitCode } = await told(...args);
    expect({ out, exitCode }).toEqual({ out: "", exitCode: 2 });
    expect(complaint).toContain(message);
  });

  it("says so when there was nothing to read", async () => {
    const { complaint, exitCode } = await told(join(folder, "empty.pcap"));
    expect({ complaint, exitCode }).toEqual({
      complaint: "findings: no capture could be read\n",
      exitCode: 2,
    });
  });

  it("helps", async () => {
    const { out, exitCode } = await told("--help");
    expect(exitCode).toBe(0);
    for (const option of ["--each", "--finding", "--sources", "--except", "--home", "--problems", "--json"]) {
      expect(out).toContain(option);
    }
  });
});
