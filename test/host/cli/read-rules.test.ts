// `stray read --rules` as a user runs it: alerts in place of flows or beside them, in every form; what is refused.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ethernet, ipv4, udp } from "../../../examples/frame.js";
import { letterCapture } from "../../../examples/letter.js";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import { runStray, STRAY_BIN, type StrayResult } from "../../support/run-stray.js";

const LETTER_RULES = fileURLToPath(new URL("../../../examples/letter.rules", import.meta.url));
const LETTER_ALERT = readFileSync(new URL("../../golden/alert/letter.txt", import.meta.url), "latin1");
const MESSAGE = "WEB-IIS File permission canonicalization";
const FAST =
  /^10\/17-11:37:0\d\.\d{6} {2}\[\*\*\] \[1:1:1\] WEB-IIS File permission canonicalization \[\*\*\] \[Classification: [^\]]+\] \[Priority: 1\] \{TCP\} 217\.29\.131\.130:27708 -> 130\.216\.236\.45:80$/;

let folder: string;
let letter: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-read-rules-"));
  letter = put("letter.pcap", letterCapture());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function read(...args: string[]): StrayResult {
  const result = runStray(["read", ...args]);
  expect(result.stderr).not.toMatch(/^\s+at |internal error/m);
  return result;
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

describe("stray read --rules", () => {
  it("prints the letter's alert, character for character, and no flows", () => {
    const { stdout, stderr, exitCode } = read("--rules", LETTER_RULES, letter);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`\n${LETTER_ALERT.trimEnd()}\n`);
    expect(stdout.match(/^\[\*\*\]/gm)).toHaveLength(2);
    expect(stdout).not.toContain("SrcAddr");
    expect(stderr).toMatch(/^stray: 24 packets, 7 flows, 0 of 7 records printed, 2 alerts, \d+\.\d{3} s\n$/);
  });

  it("prints it with the rules that come with stray", () => {
    const { stdout, exitCode } = read("--rules", "starter", letter);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`\n${LETTER_ALERT.trimEnd()}\n`);
  });

  it("prints a line each with --alerts fast", () => {
    const { stdout } = read("--rules", LETTER_RULES, "--alerts", "fast", letter);
    expect(lines(stdout)).toHaveLength(2);
    for (const line of lines(stdout)) expect(line).toMatch(FAST);
  });

  it("prints the rule's numbers with --alerts full-ids", () => {
    const { stdout } = read("--rules", LETTER_RULES, "--alerts", "full-ids", letter);
    expect(stdout).toMatch(/^\[\*\*\] \[1:1:1\] WEB-IIS File permission canonicalization \[\*\*\]\n/);
    expect(stdout).toContain("[Xref => ");
  });

  it.each([[["--alerts", "json"]], [["--json"]]])("prints EVE events with %j", (options) => {
    const { stdout } = read("--rules", LETTER_RULES, ...options, letter);
    const events = lines(stdout).map((line) => JSON.parse(line) as object);
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({
      timestamp: "2001-10-17T11:37:07.512622+0000",
      event_type: "alert",
      src_ip: "217.29.131.130",
      src_port: 27708,
      dest_ip: "130.216.236.45",
      dest_port: 80,
      alert: { gid: 1, signature_id: 1, rev: 1, signature: MESSAGE },
    });
  });

  it("prints flows and writes the alerts to a file with --alert-file", () => {
    const path = join(folder, "alerts.txt");
    const plain = read(letter);
    const { stdout, stderr, exitCode } = read(
      "--rules",
      LETTER_RULES,
      "--alerts=fast",
      "--alert-file",
      path,
      letter,
    );
    expect([stdout, exitCode]).toEqual([plain.stdout, 0]);
    expect(stderr).toContain("7 of 7 records printed, 2 alerts");
    expect(lines(readFileSync(path, "latin1"))).toEqual([
      expect.stringMatching(FAST),
      expect.stringMatching(FAST),
    ]);
  });

  it("takes what says which flows are printed together with --alert-file", () => {
    const path = join(folder, "filtered.txt");
    const { stdout, exitCode } = read(
      "--rules",
      LETTER_RULES,
      "--alert-file",
      path,
      "-N1",
      letter,
      "-",
      "port 28329",
    );
    expect([exitCode, lines(stdout).length]).toEqual([0, 2]);
    expect(readFileSync(path, "latin1").match(/^\[\*\*\]/gm)).toHaveLength(2);
  });

  it("says how many alerts there were as JSON too, and nothing of alerts without rules", () => {
    const json = (...args: string[]) =>
      JSON.parse(read("--summary=json", "-q", ...args, letter).stderr) as object;
    expect(json("--rules", LETTER_RULES)).toMatchObject({ packets: 24, alerts: 2 });
    expect(json()).not.toHaveProperty("alerts");
    expect(read("--rules", LETTER_RULES, "--summary=none", letter).stderr).toBe("");
  });

  it("prints nothing where nothing matches", () => {
    const rules = put("none.rules", 'alert tcp any any -> any any (msg:"no"; content:"not there"; sid:1;)\n');
    expect(read("--rules", rules, letter)).toMatchObject({
      stdout: "",
      stderr: expect.stringContaining(", 0 alerts, "),
      exitCode: 0,
    });
  });

  it("tells of refused rules first, and goes on with the rest", () => {
    const rules = put(
      "bad.rules",
      `${readFileSync(LETTER_RULES, "latin1")}alert tcp any any -> any any (nosuch; sid:2;)\n`,
    );
    const { stdout, stderr, exitCode } = read("--rules", rules, letter);
    expect([exitCode, stdout.match(/^\[\*\*\]/gm)?.length]).toEqual([0, 2]);
    expect(lines(stderr)).toEqual([
      expect.stringMatching(/bad\.rules:3: sid 2: refused: .*nosuch/),
      expect.stringContaining("2 alerts"),
    ]);
  });

  it("takes several files, and variables that go before theirs", () => {
    const rules = put(
      "var.rules",
      `ipvar TARGET 192.0.2.1\nalert tcp any any -> $TARGET any (msg:"var"; content:"winnt"; sid:5; rev:1;)\n`,
    );
    const fast = (...args: string[]) =>
      lines(read("--alerts=fast", "--rules", LETTER_RULES, "--rules", rules, ...args, letter).stdout);
    expect(fast()).toHaveLength(2);
    const both = fast("--var", "TARGET=130.216.236.45");
    expect(both.filter((line) => line.includes("[1:5:1]"))).not.toHaveLength(0);
    expect(both.filter((line) => line.includes("[1:1:1]"))).toHaveLength(2);
  });

  it("loses no alert of a flood, in the order of the packets", () => {
    const flood = put(
      "flood.pcap",
      pcapBytes({ snapLength: 65535 }, (writer) => {
        for (let index = 0; index < 5000; index++) {
          const datagram = udp({ sport: 1024 + index, dport: 53 }, Buffer.from(`needle ${index}`));
          writer.write(
            BigInt(index) * 1000n,
            ethernet({}, ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, datagram)),
          );
        }
      }),
    );
    const rules = put("flood.rules", 'alert udp any any -> any 53 (msg:"flood"; content:"needle"; sid:1;)\n');
    const { stdout, stderr } = read("--rules", rules, "--alerts", "fast", flood);
    expect(stderr).toContain("5000 alerts");
    const ports = lines(stdout).map((line) => Number(/10\.0\.0\.1:(\d+)/.exec(line)?.[1]));
    expect(ports).toEqual(Array.from({ length: 5000 }, (_, index) => 1024 + index));
  });

  it("reads standard input, and honours TZ", () => {
    const args = [STRAY_BIN, "read", "--rules", LETTER_RULES, "--alerts", "fast", "-"];
    const env = { ...process.env, TZ: "Pacific/Auckland" };
    const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8", env, input: letterCapture() });
    expect(stdout).toMatch(/^10\/18-00:37:04\.498071 /);
  });

  it("ends quietly when the reader of the alerts goes away", () => {
    const command = `"${process.execPath}" "${STRAY_BIN}" read --rules starter "${letter}" | head -1`;
    const { stdout, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
    expect(lines(stdout)).toHaveLength(1);
    expect(stderr).not.toMatch(/EPIPE|internal|^\s+at /m);
  });
});

describe("stray read refuses", () => {
  it.each([
    [["--var", "A=b"], "--var goes with --rules"],
    [["--alerts", "fast"], "--alerts goes with --rules"],
    [["--alert-file", "x"], "--alert-file goes with --rules"],
    [["--rules", LETTER_RULES, "--alerts", "slow"], "full, full-ids, fast, json"],
    [["--rules", LETTER_RULES, "--var", "A"], '--var: expected NAME=VALUE, found "A"'],
    [["--rules", LETTER_RULES, "-N", "3"], "-N is for flow records"],
    [["--rules", LETTER_RULES, "-s", "saddr"], "-s is for flow records"],
    [["--rules", LETTER_RULES, "--csv"], "--csv is for flow records"],
    [["--rules", LETTER_RULES, "--filter", "tcp"], "a filter is for flow records"],
    [["--rules", "/nonexistent.rules"], "can't read /nonexistent.rules: there is no such file"],
    [
      ["--rules", LETTER_RULES, "--alert-file", "/nonexistent/x"],
      "/nonexistent/x: it can't be written (ENOENT)",
    ],
  ])("%j", (args, words) => {
    const { stdout, stderr, exitCode } = read(...args, letter);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toContain(words);
  });

  it("a filter behind the files, which would seem to be one of alerts", () => {
    const { stderr, exitCode } = read("--rules", LETTER_RULES, letter, "-", "tcp");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("a filter is for flow records")]);
  });

  it("to write alerts over what it reads", () => {
    const before = readFileSync(letter);
    const link = join(folder, "link.pcap");
    symlinkSync(letter, link);
    for (const path of [letter, link]) {
      const { stderr, exitCode } = read("--rules", LETTER_RULES, "--alert-file", path, letter);
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringContaining("is a file that is read: name another"),
      ]);
    }
    expect(readFileSync(letter)).toEqual(before);
    const rules = put("own.rules", readFileSync(LETTER_RULES));
    expect(read("--rules", rules, "--alert-file", rules, letter).exitCode).toBe(2);
    expect(readFileSync(rules)).toEqual(readFileSync(LETTER_RULES));
  });
});
