// The unit suite on arm64, emulated by qemu-user: STRAY_LONG=1, more than an hour. The same WASM module, the same golden
// files: they pass there only if what is written is the same, byte for byte.
// Apart from the image of an arm64 board, which is built and booted by test/image.
// Always holds: what is run is a copy of this checkout with packages of that architecture, in a Debian of its own; tests that
// need interfaces, peers or a machine stay out.
//
// STRAY_ARM64_TESTS: only these files or folders. STRAY_ARM64_SHARD=1/4: the first quarter of them, as vitest deals them
// out.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT } from "../support/deb.js";
import { canUseDebRoot, DebRoot } from "../support/deb-root.js";
import { runStray } from "../support/run-stray.js";
import { requireFile } from "../support/system.js";

const { STRAY_LONG, STRAY_ARM64_TESTS = "test", STRAY_ARM64_SHARD = "1/1" } = process.env;
const isLong = STRAY_LONG === "1";
if (!isLong) console.error("\n*** TESTS LEFT OUT: the suite is run on arm64 only with STRAY_LONG=1\n");
const KIND = {
  architecture: "arm64",
  packages: ["nodejs", "libsqlite3-0", "procps", "iproute2", "python3", "tcpdump", "tshark"],
} as const;
const canRun =
  isLong && requireFile("/usr/bin/qemu-aarch64-static", "qemu-user-static") && (await canUseDebRoot(KIND));

const SUITE_MS = 4 * 3_600_000;
/** Emulated code takes ten times as long, or more. */
const TEST_MS = 900_000;
/** Of a test's own machine, namespace or peer; and what asks how fast something is. */
const NOT_UNITS = ["test/system", "test/image", "test/packaging", "test/arm64", "test/parity"];
/** Of the whole; fewer, and vitest did not find them. */
const TESTS_LEAST = 3000;
/** Not in the checkout, but made from it once, on any architecture. */
const MADE = ["build/stray.wasm", "build/examples", "dist"];

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

describe.skipIf(!canRun)("on arm64", { timeout: SUITE_MS }, () => {
  let root: DebRoot;

  beforeAll(async () => {
    root = await DebRoot.unpack(KIND);
    const copy = root.path("project");
    execFileSync(process.execPath, [join(PROJECT, "dist/examples/build.js")], { cwd: PROJECT });
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: PROJECT,
      encoding: "utf8",
    });
    for (const path of [...listed.split("\0").filter((name) => name !== ""), ...MADE]) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(PROJECT, path), join(copy, path), { recursive: true });
    }
    writeFileSync(root.path("etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n");
    const kind = ["--os=linux", "--cpu=arm64", "--libc=glibc"];
    execFileSync("npm", ["ci", ...kind, "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: copy });
  }, 2_400_000);
  afterAll(() => root?.remove());

  it("is where it runs", () => {
    expect(root.exec(["node", "-p", "process.arch"]).stdout).toBe("arm64\n");
  });

  it("writes the letter as here, byte for byte", () => {
    const words = ["read", "--findings", "--json", "build/examples/letter.pcap"];
    const here = runStray(words.with(-1, join(PROJECT, "build/examples/letter.pcap")));
    const inside = ["sh", "-c", 'cd /project && TZ=UTC exec node bin/stray.mjs "$@"', "sh", ...words];
    const there = root.exec(inside);
    expect(there.stdout).toBe(here.stdout);
    expect(there.stdout.split("\n").length).toBeGreaterThan(7);
  });

  it("the unit suite passes", async () => {
    const words = [
      ...["env", "STRAY_EMULATED=1"],
      ...["node", "node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json"],
      // Emulated, reading the same modules anew for each file takes longer than most tests.
      "--no-isolate",
      ...[`--shard=${STRAY_ARM64_SHARD}`, `--maxWorkers=${availableParallelism()}`],
      ...["--outputFile.json=/report.json", `--testTimeout=${TEST_MS}`, `--hookTimeout=${TEST_MS}`],
      ...NOT_UNITS.flatMap((folder) => ["--exclude", `${folder}/**`]),
      ...STRAY_ARM64_TESTS.split(" ").filter((word) => word !== ""),
    ];
    const say = (text: string) => process.stderr.write(text);
    await root.run(["sh", "-c", 'cd /project && exec "$@"', "sh", ...words], SUITE_MS, say);
    const report = JSON.parse(readFileSync(root.path("report.json"), "utf8")) as Report;
    const failures = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
      const tests = assertionResults.filter((test) => test.status === "failed");
      if (status === "failed" && tests.length === 0) return [`${name}: ${message}`];
      return tests.map((test) => `${name}: ${test.fullName}: ${test.failureMessages.join(" ")}`);
    });
    const skipped = report.testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === "skipped").map(({ fullName }) => fullName),
    );
    for (const name of skipped) say(`left out: ${name}\n`);
    const { numPassedTests: passed, numFailedTests: failed, numPendingTests: leftOut } = report;
    say(
      `\narm64: ${report.testResults.length} files, ${passed} passed, ${failed} failed, ${leftOut} left out\n`,
    );
    expect(failures).toEqual([]);
    expect(failed).toBe(0);
    const isWhole = STRAY_ARM64_TESTS === "test" && STRAY_ARM64_SHARD === "1/1";
    expect(passed).toBeGreaterThan(isWhole ? TESTS_LEAST : 0);
  });
});
