// `stray read` as a user runs it: what goes to standard output, what to standard error, and the exit code.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ethernet, ipv4, udp } from "../../../examples/frame.js";
import { letterCapture } from "../../../examples/letter.js";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import { scenario } from "../../../examples/scenarios/index.js";
import { FIELDS } from "../../../host/record/fields.js";
import { runStray, STRAY_BIN } from "../../support/run-stray.js";

let folder: string;
let letter: string;
let many: string;

/** One UDP flow a port, in the order of time. */
function manyFlows(count: number): Uint8Array {
  return pcapBytes({ snapLength: 65535 }, (writer) => {
    for (let index = 0; index < count; index++) {
      const segment = udp(
        { sport: 1024 + (index % 60_000), dport: 53 + Math.floor(index / 60_000) },
        new Uint8Array(8),
      );
      const packet = ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, segment);
      writer.write(1_000_000_000_000_000_000n + BigInt(index) * 1000n, ethernet({}, packet));
    }
  });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-read-"));
  letter = join(folder, "letter.pcap");
  many = join(folder, "many.pcap");
  writeFileSync(letter, letterCapture());
  writeFileSync(many, manyFlows(40_000));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
const read = (...args: string[]) => runStray(["read", ...args]);

describe("stray read", () => {
  it("prints the letter's columns, aligned, and a summary on standard error", () => {
    const { stdout, stderr, exitCode } = read(letter, "-Z", "b");
    expect(exitCode).toBe(0);
    const [header = "", first = "", ...others] = lines(stdout);
    expect(first).toContain("17 Oct 01 11:31:06");
    expect(first).toContain("217.29.131.130.26735   ?>       130.216.236.45.80 ");
    expect(header.indexOf("Status")).toBe(first.indexOf("FPA_"));
    expect(others).toHaveLength(6);
    expect(stderr).toMatch(/^stray: 24 packets, 7 flows, 7 of 7 records printed, \d+\.\d{3} s\n$/);
  });

  it("with --findings tells what shows only over several flows, with --home what is dark", () => {
    const { frames, home } = scenario("scan-syn", 7);
    const path = join(folder, "scan.pcap");
    const bytes = pcapBytes({ snapLength: 65535 }, (writer) => {
      for (const { timeNs, frame } of frames) writer.write(timeNs, frame);
    });
    writeFileSync(path, bytes);
    const found = (...args: string[]): string[] => {
      const { stdout, exitCode } = read("-s", "findings", "--no-title", path, ...args);
      expect(exitCode).toBe(0);
      return [...new Set(lines(stdout).flatMap((line) => line.trim().split(",")))].sort();
    };
    expect(found()).not.toContain("one-way");
    expect(found("--findings")).toEqual(expect.arrayContaining(["one-way", "syn-scan"]));
    expect(found("--findings")).not.toContain("dark-destination");
    expect(found("--home", home[0]!)).toEqual(expect.arrayContaining(["dark-destination", "syn-scan"]));
    const { exitCode, stderr } = read("--home", "nowhere", path);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("An address or a network such as 192.0.2.0/24 was expected.");
  });

  it("honours TZ", () => {
    const env = { ...process.env, TZ: "Pacific/Auckland" };
    const { stdout } = spawnSync(process.execPath, [STRAY_BIN, "read", letter], { encoding: "utf8", env });
    expect(stdout).toContain("18 Oct 01 00:31:06");
  });

  it("filters, behind - or -- or by -f", () => {
    for (const args of [
      ["-", "port", "27708", "and", "tcp"],
      ["--", "port 27708"],
      ["-f", "port 27708"],
    ]) {
      const { stdout } = read("--no-title", letter, ...args);
      expect(lines(stdout)).toHaveLength(1);
      expect(stdout).toContain("217.29.131.130.27708");
    }
    expect(lines(read("--no-header", letter, "-f", "spkts > 2", "-", "sport > 28000").stdout)).toHaveLength(
      3,
    );
  });

  it("prints JSON that parses, with numbers and six decimals", () => {
    const { stdout } = read("--json", letter);
    const [first] = lines(stdout).map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      proto: "tcp",
      saddr: "217.29.131.130",
      sport: 26735,
      dir: "?>",
      spkts: 2,
      dpkts: 0,
      sappbytes: 160,
      sflags: "FPA",
      dir_reason: "first-packet",
      dir_conf: 0.5,
      sipid_kind: "zero",
      sretrans: 1,
      reason: expect.any(String),
    });
    expect(stdout).toContain('"stime":1003318266.204518,');
  });

  it("prints CSV with a header", () => {
    const all = lines(read("--csv", letter).stdout);
    expect(all[0]!.split(",")).toEqual(FIELDS.map(({ name }) => name));
    expect(all).toHaveLength(8);
    expect(lines(read("--csv", "-s", "sport,dport", "--no-title", letter).stdout)[0]).toBe("26735,80");
  });

  it("has ra's other options", () => {
    expect(lines(read("-u", "-c", ",", "-nn", letter).stdout)[1]).toBe(
      "1003318266.204518,,6,217.29.131.130,26735,?>,130.216.236.45,80,2,0,160,0,FIN",
    );
    expect(lines(read("-s", "sport", "-N", "2-3", letter).stdout)).toEqual(["Sport", "27112", "27708"]);
    expect(lines(read("-s", "state", "-z", "-N", "1", letter).stdout)).toEqual(["Status", "Ef"]);
    expect(lines(read("-s", "state", "-Z", "d", "-N", "1", letter).stdout)).toEqual(["Status"]);
    expect(read("-q", letter).stdout).toBe("");
  });

  it("reads standard input, gzip'd too, and several files in the order of time", () => {
    const piped = runStray(["read", "-", "-", "port 27708"], gzipSync(letterCapture()));
    expect(piped.stdout).toContain("217.29.131.130.27708");
    const both = read("-s", "stime", "-u", "--no-title", letter, many);
    const times = lines(both.stdout).map(Number);
    expect(times).toHaveLength(40_007);
    expect(times.slice(0, 40_000).every((time) => time < 1_000_000_001)).toBe(true);
    expect(times.slice(40_000).every((time) => time > 1_003_000_000)).toBe(true);
  });

  it("gives the summary as JSON, or not at all", () => {
    const { stderr } = read("-q", "--summary", "json", letter);
    expect(JSON.parse(stderr)).toMatchObject({
      packets: 24,
      flows: 7,
      printed: 0,
      undecodable: 0,
      partial: false,
    });
    expect(read("-q", "--summary", "none", letter).stderr).toBe("");
  });
});

describe("trouble", () => {
  it("leaves quietly when its reader has had enough", () => {
    for (const words of ["--help", "read --help", "config default"]) {
      const script = `set -o pipefail; "$0" "$1" ${words} 2>&1 | head -n 1; echo "status $?"`;
      const { stdout } = spawnSync("bash", ["-c", script, process.execPath, STRAY_BIN], { encoding: "utf8" });
      expect(stdout.trim().split("\n")).toEqual([expect.not.stringContaining("rror"), "status 0"]);
    }
  });

  it("ends quietly when the reader of the output goes away", async () => {
    const child = spawn(process.execPath, [STRAY_BIN, "read", many], { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += String(chunk);
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const exitCode = await new Promise((resolve) => child.once("close", resolve));
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
  });

  it("prints what comes before the damage, and exits with 1", () => {
    const cut = join(folder, "cut.pcap");
    writeFileSync(cut, readFileSync(letter).subarray(0, -10));
    const { stdout, stderr, exitCode } = read(cut);
    expect(exitCode).toBe(1);
    expect(lines(stdout)).toHaveLength(8);
    expect(lines(stderr)).toHaveLength(2);
    expect(stderr).toContain("cut.pcap: byte ");
  });

  it("exits with 2 when nothing could be opened, with 1 when something could", () => {
    const missing = join(folder, "missing.pcap");
    const nothing = read(missing);
    expect(nothing.exitCode).toBe(2);
    expect(nothing.stderr).toContain("missing.pcap: no such file");
    const some = read(missing, letter);
    expect(some.exitCode).toBe(1);
    expect(lines(some.stdout)).toHaveLength(8);
  });

  it.each([
    [["read"], "missing required argument 'file'"],
    [["read", "x", "-", "port", "99999"], `found "99999" at column 6`],
    [["read", "-s", "nosuch", "x"], `no field is called "nosuch"`],
    [["read", "-Z", "q", "x"], "Allowed choices are b, s, d"],
    [["read", "-N", "x", "x"], "-N: expected a number or first-last"],
    [["read", "--json", "--csv", "x"], "'--csv' cannot be used with option '--json'"],
    [["read", "--json", "-c", ",", "x"], "-c goes with the table"],
    [["read", "-z", "-Z", "b", "x"], "-z and -Z both say"],
    [["read", "--status", "never", "x"], "--status: expected seconds"],
    [["read", "--profile", "huge", "x"], "Allowed choices are small, default, large"],
    [["read", "--frobnicate", "x"], "unknown option '--frobnicate'"],
    [["frobnicate"], "unknown command 'frobnicate'"],
  ])("%j is told in one line, with exit code 2", (args, message) => {
    const { stdout, stderr, exitCode } = runStray(args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(lines(stderr)).toHaveLength(1);
    expect(stderr.startsWith("stray: ")).toBe(true);
    expect(stderr).toContain(message);
  });
});

describe("help", () => {
  it("is quick and on standard output", () => {
    const help = runStray(["help", "read"]);
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain("Examples:");
    expect(runStray(["--help"]).stdout).toContain("read [options] <file...>");
    expect(runStray(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const nothing = runStray([]);
    expect([nothing.exitCode, nothing.stdout]).toEqual([2, ""]);
  });
});
