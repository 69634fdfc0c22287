// `stray report` as a user runs it: where it goes and in which form, what is refused, what is said of captures that are
// damaged, missing, or can be read only once.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { letterCapture } from "../../../examples/letter.js";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import { scenario } from "../../../examples/scenarios/index.js";
import { LETTER_RULES } from "../../support/report.js";
import { runStray, STRAY_BIN, type StrayResult } from "../../support/run-stray.js";

const SUBJECT = "217.29.131.130";

let folder: string;
let letter: string;
let ordinary: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-report-cli-"));
  letter = put("letter.pcap", letterCapture());
  const { frames } = scenario("browsing", 1);
  ordinary = put(
    "ordinary.pcap",
    pcapBytes({ snapLength: 65535 }, (writer) => {
      for (const { timeNs, frame } of frames) writer.write(timeNs, frame);
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function report(args: readonly string[], input?: Uint8Array): StrayResult {
  const result = runStray(["report", ...args], input);
  expect(result.stderr).not.toMatch(/^\s+at |internal error/m);
  return result;
}

/** Without the line that says when it was written. */
function body(text: string): string {
  return text.replace(/^\*?Written by .*\n/m, "");
}

describe("stray report", () => {
  it("prints the letter as text, with the rules that come along", () => {
    const { stdout, stderr, exitCode } = report([letter]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(stdout).toMatch(
      /^Report on .*letter\.pcap\n=+\n24 packets in 7 flows, 17 Oct 01 11:31:06 to 11:47:13 UTC; /,
    );
    expect(stdout).toContain("\nSome features to note:\n");
    expect(stdout).toContain("\nleaky-filter (100 of 100): ");
    expect(stdout).toMatch(/\nWritten by stray \S+ on .* UTC\.\n$/);
  });

  it("says that nothing strange was found, and ends with 0", () => {
    const { stdout, exitCode } = report(["--rules", "none", ordinary]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("\nNothing strange was found.\n");
    expect(stdout).toContain("\nRules: none; profile: default\n");
  });

  it("reads several captures, gzip'd ones too", () => {
    const zipped = put("letter.pcap.gz", gzipSync(letterCapture()));
    const { stdout, exitCode } = report(["--rules", "none", zipped, ordinary]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("856 packets in 123 flows");
    expect(stdout).toMatch(/^Report on .*letter\.pcap\.gz and 1 other capture\n/);
    expect(stdout).toContain("\nCaptures: ");
  });

  it("reads a pipe, and says of it what it says of the file", () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("stray-report-"));
    const piped = report(["--rules", LETTER_RULES, "--format", "json", "-"], letterCapture());
    expect(piped.exitCode).toBe(0);
    const fromFile = report(["--rules", LETTER_RULES, "--format", "json", letter]);
    const cases = (text: string) => JSON.parse(text.replaceAll(letter, "-")).cases;
    const withoutCommands = (text: string) => cases(text).map((one: object) => ({ ...one, checks: [] }));
    expect(withoutCommands(piped.stdout)).toEqual(withoutCommands(fromFile.stdout));
    expect(JSON.parse(piped.stdout).about.origin.files).toEqual([{ path: "-", bytes: null }]);
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith("stray-report-"));
    expect(after.filter((name) => !before.includes(name) && !/cli|test/.test(name))).toEqual([]);
  });

  it("is narrowed down by --source and --most", () => {
    const other = report(["--source", "192.0.2.1", letter]).stdout;
    expect(other).toContain("Nothing strange was found of what was asked for; 1 other case not told.");
    expect(report(["--source", SUBJECT, "--most", "1", letter]).stdout).toContain(
      "\n1 case, the gravest first.\n",
    );
  });

  it("is told of home networks, addresses without use, and variables", () => {
    const { stdout } = report(["--home", "130.216.0.0/16", "--unused", "130.216.236.45", letter]);
    expect(stdout).toContain("\nHome networks: 130.216.0.0/16; said to be used by nobody: 130.216.236.45\n");
    expect(stdout).toContain(" 3/ 130.216.236.45 is not in use: it sent nothing");
    expect(report(["--var", "HOME_NET=10.0.0.0/8", letter]).stdout).toContain(
      "\nHome networks: 10.0.0.0/8 (by the rules)\n",
    );
  });

  it("has times in UTC unless TZ says otherwise", () => {
    const inZone = (zone: string | undefined) => {
      const { TZ: _zone, ...env } = process.env;
      const all = zone === undefined ? env : { ...env, TZ: zone };
      return spawnSync(process.execPath, [STRAY_BIN, "report", letter], { encoding: "utf8", env: all })
        .stdout;
    };
    expect(inZone(undefined)).toContain("17 Oct 01 11:31:06 to 11:47:13 UTC");
    const far = inZone("Pacific/Auckland");
    expect(far).toContain("18 Oct 01 00:31:06 to 00:47:13 Pacific/Auckland");
    expect(far).toContain("logged at 00:37:07.512622");
  });

  it("ends quietly when its reader has gone", () => {
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", `"${process.execPath}" "${STRAY_BIN}" report "${letter}" | head -1`],
      {
        encoding: "utf8",
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

describe("forms", () => {
  it("are told by --format, else by the suffix of -o, else it is text", () => {
    const text = body(report(["--rules", "none", letter]).stdout);
    const written = (name: string, ...args: string[]) => {
      const path = join(folder, name);
      const { stdout, stderr, exitCode } = report(["--rules", "none", "-o", path, ...args, letter]);
      expect({ stdout, stderr, exitCode }).toEqual({ stdout: "", stderr: "", exitCode: 0 });
      return readFileSync(path, "utf8");
    };
    expect(body(written("case.txt"))).toBe(text);
    expect(body(written("case"))).toBe(text);
    expect(body(written("case.json", "--format", "text"))).toBe(text);
    expect(written("case.MD")).toMatch(/^# Report on /);
    expect(JSON.parse(written("case2.json"))).toMatchObject({ format: "stray-report", version: 1 });
    expect(body(report(["--rules", "none", "-o", "-", letter]).stdout)).toBe(text);
  });

  it("as JSON are ASCII on one line", () => {
    const { stdout } = report(["--format", "json", letter]);
    expect(stdout).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(stdout).cases[0].subject).toBe(SUBJECT);
  });

  it("replace a file that is there only when the report is done, and keep its mode", () => {
    const path = put("old.txt", "old");
    spawnSync("chmod", ["604", path]);
    expect(report(["-o", path, join(folder, "missing.pcap")]).exitCode).toBe(2);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(report(["-o", path, letter]).exitCode).toBe(0);
    expect(readFileSync(path, "utf8")).toMatch(/^Report on /);
    expect(lstatSync(path).mode & 0o777).toBe(0o604);
    expect(readdirSync(folder).filter((name) => name.startsWith(".old"))).toEqual([]);
  });

  it("go through a link, and into a device", () => {
    const target = put("target.txt", "");
    symlinkSync(target, join(folder, "link.txt"));
    expect(report(["-o", join(folder, "link.txt"), letter]).exitCode).toBe(0);
    expect(lstatSync(join(folder, "link.txt")).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, "utf8")).toMatch(/^Report on /);
    expect(report(["-o", "/dev/null", letter])).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  });
});

describe("what is refused, with 2", () => {
  const refused = (...args: string[]): string => {
    const { stdout, stderr, exitCode } = report(args);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
    expect(stderr.trimEnd()).not.toContain("\n");
    return stderr;
  };

  it("words and options that can't be", () => {
    expect(refused()).toContain("missing required argument 'file'");
    expect(refused("--format", "pdf", letter)).toContain("Allowed choices are text, markdown, json");
    expect(refused("--home", "10.0.0.0/33", letter)).toContain("An address or a network such as");
    expect(refused("--source", "somebody", letter)).toContain("An IPv4 or IPv6 address was expected.");
    expect(refused("--most", "0", letter)).toContain("A whole number from 1 to 100 was expected.");
    expect(refused("--var", "nothing", letter)).toContain('--var: expected NAME=VALUE, found "nothing"');
    expect(refused("--rules", "none", "--rules", LETTER_RULES, letter)).toContain("goes with no other rules");
    expect(refused("--rules", "none", "--var", "A=b", letter)).toContain("--var goes with rules");
    expect(refused("--rules", join(folder, "no.rules"), letter)).toContain("no.rules");
    expect(refused("-", "-")).toContain("standard input (-) can be read only once");
  });

  it("an output that can't be written, before anything is read", () => {
    expect(refused("-o", join(folder, "nowhere", "x.txt"), letter)).toContain("it can't be written (ENOENT)");
    expect(refused("-o", folder, letter)).toContain("it is a folder");
    expect(refused("-o", letter, letter)).toContain("-o: ");
    expect(refused("-o", "/proc/x.txt", letter)).toContain("it can't be written");
    expect(readFileSync(letter)).toEqual(Buffer.from(letterCapture()));
  });

  it("what is no capture, is missing, or has flow records", () => {
    const missing = join(folder, "missing\u001b[2J.pcap");
    expect(refused(missing)).toContain("missing\\x1b[2J.pcap: no such file");
    expect(existsSync(missing)).toBe(false);
  });
});

describe("a damaged capture", () => {
  it("is reported as far as it goes, with 1, and the report says so", () => {
    const bytes = letterCapture();
    const cut = put("cut.pcap", bytes.subarray(0, bytes.length - 20));
    const { stdout, stderr, exitCode } = report([cut]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^stray: .*cut\.pcap: /);
    expect(stdout).toContain("23 packets in 7 flows");
    expect(stdout.replace(/\s+/g, " ")).toContain(stderr.replace("stray: ", "").trim().replace(/\s+/g, " "));
  });

  it("beside a whole one leaves the whole one", () => {
    const { stdout, exitCode } = report([letter, join(folder, "missing.pcap")]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("leaky-filter (100 of 100)");
  });

  it("that is none is told, as stray read tells it", () => {
    const { stdout, stderr, exitCode } = report([put("words.pcap", "not a capture at all, but words")]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("words.pcap: byte 0: not a pcap or pcapng file");
    expect(stdout).toContain("\nNo packet was read: nothing can be said.\n");
  });

  it("that comes through a pipe is told alike", () => {
    const bytes = letterCapture();
    const { stdout, stderr, exitCode } = report(["-"], bytes.subarray(0, bytes.length - 20));
    expect(exitCode).toBe(1);
    expect(stderr).toContain("standard input: ");
    expect(stdout).toContain("23 packets in 7 flows");
  });
});
