// `v1.dark.*` and `stray dark` as a user runs it: against a control server here, and against a file.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressLines } from "../../../host/cli/control/dark-page.js";
import { statusPage } from "../../../host/cli/control/status-page.js";
import { addDarkMethods, Uploads } from "../../../host/control/dark-methods.js";
import { RPC_ERRORS } from "../../../host/control/protocol.js";
import { addressOf, networkOf } from "../../../host/dark/address.js";
import { AliveBook } from "../../../host/dark/alive-book.js";
import { Judge } from "../../../host/dark/judge.js";
import { addressReport } from "../../../host/dark/report.js";
import { stateLines } from "../../../host/dark/state-text.js";
import { StrayError } from "../../../host/errors.js";
import type { DetectionReport } from "../../../host/sensor/view.js";
import { STARTED_MS, status } from "../control/fake-sensor.js";
import { later, RawClient, startControl } from "../control/support.js";

const NOW_MS = STARTED_MS;
const DAY_MS = 86_400_000;
const ENTRY = fileURLToPath(new URL("dark-entry.ts", import.meta.url));
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stray-dark-command-"));
  await build({
    entryPoints: [ENTRY],
    outfile: join(folder, "dark.mjs"),
    bundle: true,
    banner: { js: REQUIRE },
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["koffi"],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

function stray(args: readonly string[], input = ""): Promise<Result> {
  const child = spawn(process.execPath, [join(folder, "dark.mjs"), "dark", ...args], {
    env: { ...process.env, TZ: "UTC", COLUMNS: "200" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  later(() => child.kill("SIGKILL"));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
  });
  return new Promise((resolve) => {
    child.on("close", (exitCode) => resolve({ ...output, exitCode }));
  });
}

function judge(heard = 3): Judge {
  const alive = new AliveBook(100_000);
  for (let n = 1; n <= heard; n++) {
    const entry = { sinceMs: NOW_MS - DAY_MS, lastMs: NOW_MS - 1000 * n, how: 3 };
    alive.hear(addressOf("10.0.0.0")! + 2n * BigInt(n), entry);
  }
  alive.hear(addressOf("192.0.2.3")!, {
    sinceMs: NOW_MS - 40 * DAY_MS,
    lastMs: NOW_MS - 31 * DAY_MS,
    how: 4,
  });
  return new Judge({
    homes: [
      { network: networkOf("192.0.2.0/29")!, from: "guessed from eth0", learnUntilMs: 0 },
      { network: networkOf("10.0.0.0/16")!, from: "guessed from eth1", learnUntilMs: NOW_MS + 60_000 },
    ],
    lists: [
      { network: networkOf("192.0.2.6")!, use: "used", origin: "imported", comment: "the \u001b printer" },
    ],
    alive,
    aliveMs: 30 * DAY_MS,
    hasConversed: true,
    nowMs: NOW_MS,
  });
}

async function start(known = judge()) {
  const control = await startControl();
  const imports: { text: string; isInstead: boolean }[] = [];
  const forgotten: string[] = [];
  let refusal: StrayError | undefined;
  addDarkMethods(control.server.methods, {
    judge: () => {
      if (refusal !== undefined) throw refusal;
      return known;
    },
    import: async (text, isInstead) => {
      imports.push({ text, isInstead });
      return { used: 1, unused: 2, alive: 3 };
    },
    forget: async (networks) => {
      forgotten.push(...networks.map(({ text }) => text));
      return { lists: 1, alive: 5 };
    },
  });
  const run = (...args: string[]) => stray([...args, "--socket", control.path]);
  const refuse = (error: StrayError): void => {
    refusal = error;
  };
  return { ...control, imports, forgotten, run, refuse };
}

const objects = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("stray dark list", () => {
  it("shows home networks, how they are known, and what is dark in them", async () => {
    const { run } = await start();
    const { stdout, stderr, exitCode } = await run();
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(stdout).toBe(`HOME NETWORK  KNOWN FROM         ALIVE  DARK  UNKNOWN  LEARNING
192.0.2.0/29  guessed from eth0      1     5        0  over
10.0.0.0/16   guessed from eth1      3     0   65,531  until 2026-11-24 18:01:00

ADDRESSES              COUNT  STATE  WHY
192.0.2.1 - 192.0.2.2      2  dark   never heard
192.0.2.3                  1  dark   last heard 2026-10-24 18:00:00
192.0.2.4 - 192.0.2.5      2  dark   never heard
`);
  });

  it("shows who is alive, or all of a network, and escapes what people wrote", async () => {
    const { run } = await start();
    const alive = await run("list", "--alive");
    expect(alive.stdout).toContain("\n10.0.0.2       1  alive  sent, answered; last 2026-11-24 17:59:59\n");
    expect(alive.stdout).toContain("192.0.2.6 is used, as an imported list says: the \\x1b printer\n");
    const all = await run("list", "--all", "192.0.2.0/29");
    expect(all.stdout).toContain(
      "\n192.0.2.7                  1  group  the network's own address, or its broadcast\n",
    );
    expect(all.stdout).not.toContain("10.0.0.2");
  });

  it("prints an object a line, page after page", async () => {
    const { run } = await start(judge(3000));
    const { stdout, exitCode } = await run("list", "--alive", "--json");
    expect(exitCode).toBe(0);
    const lines = objects(stdout);
    expect(lines.filter(({ kind }) => kind === "network")).toHaveLength(2);
    const ranges = lines.filter(({ kind }) => kind === "range");
    expect(ranges).toHaveLength(3001);
    expect(new Set(ranges.map(({ first }) => first)).size).toBe(3001);
    expect(ranges.at(-1)).toMatchObject({ state: "alive" });
  });

  it("says when nothing is known of networks, and what to do", async () => {
    const view = {
      homes: [],
      lists: [],
      alive: new AliveBook(1),
      aliveMs: 0,
      hasConversed: false,
      nowMs: NOW_MS,
    };
    const { run } = await start(new Judge(view));
    expect((await run("list")).stdout).toMatch(/^no home networks are known, .*: set sensor.home, or give/);
  });

  it("is refused where detection is off, and for what is no network", async () => {
    const { run, refuse } = await start();
    refuse(new StrayError("DETECTION_OFF", "detection.enabled is false in the configuration"));
    expect(await run("list")).toEqual({
      stdout: "",
      stderr: "stray: detection.enabled is false in the configuration\n",
      exitCode: 1,
    });
    expect(await run("list", "nowhere")).toMatchObject({ exitCode: 2, stdout: "" });
    expect(await run("list", "--dark", "--all")).toMatchObject({ exitCode: 2, stdout: "" });
  });
});

describe("stray dark explain", () => {
  it("says in plain words what it is, and why", async () => {
    const { run } = await start();
    expect((await run("explain", "192.0.2.3")).stdout).toBe(`192.0.2.3 is dark: nobody uses it.
It lies in 192.0.2.0/29, guessed from eth0, since sensor.home names none.
It has shown itself: it asked or answered by ARP; first heard 2026-10-15 18:00:00, last 2026-10-24 18:00:00.
That is longer ago than detection.alive, 30 d.
`);
    const { stdout, exitCode } = await run("explain", "--json", "10.0.0.2");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      address: "10.0.0.2",
      state: "alive",
      reason: "heard",
      heard: { how: ["sent", "answered"] },
      text: [
        "10.0.0.2 is alive: somebody uses it.",
        expect.any(String),
        expect.any(String),
        expect.any(String),
      ],
    });
    expect(await run("explain", "10.0.0.0/8")).toMatchObject({ exitCode: 2, stdout: "" });
  });

  it.each([
    ["192.0.2.1", /never shown itself: it sent nothing, answered nothing/],
    ["192.0.2.0", /^192.0.2.0 is no host's address\..*first or the last address of its network/s],
    ["192.0.2.6", /^192.0.2.6 is alive.*192.0.2.6 is used, as an imported list says: the \\x1b printer\.$/s],
    ["10.0.0.9", /^10.0.0.9 is unknown.*still being learnt, until /s],
    ["198.51.100.1", /^198.51.100.1 is foreign: it is none of ours\.\nIt lies in no home network/],
    ["2001:db8::1", /^2001:db8::1 is foreign/],
  ])("has words for %s", (text, words) => {
    expect(addressLines(addressReport(judge(), addressOf(text)!)).join("\n")).toMatch(words);
  });

  it("has words where only one direction passes", () => {
    const { view } = judge();
    const known = new Judge({ ...view, hasConversed: false });
    expect(addressLines(addressReport(known, addressOf("192.0.2.1")!)).at(-1)).toMatch(
      /perhaps only one direction passes/,
    );
  });
});

describe("stray dark import, export, forget", () => {
  it("sends a list whole, in as many parts as it takes", async () => {
    const { run, imports } = await start();
    const path = join(folder, "list.txt");
    const text = Array.from({ length: 1500 }, (_, n) => `10.0.${n >> 8}.${n & 255} used number ${n}\n`).join(
      "",
    );
    writeFileSync(path, text);
    expect(await run("import", path)).toEqual({
      stdout: "in force: 1 used, 2 unused, 3 alive\n",
      stderr: "",
      exitCode: 0,
    });
    expect(await run("import", "--replace", "--json", path)).toMatchObject({
      stdout: '{"used":1,"unused":2,"alive":3}\n',
    });
    expect(imports).toEqual([
      { text, isInstead: false },
      { text, isInstead: true },
    ]);
  });

  it("takes no more from standard input than a list may have", async () => {
    const { imports, path } = await start();
    const input = "#\n".repeat(20 << 20);
    expect(await stray(["import", "-", "--socket", path], input)).toMatchObject({
      stdout: "",
      stderr: expect.stringMatching(/^stray: a list has at most \d+ characters\n$/),
    });
    expect(imports).toEqual([]);
  });

  it("reads standard input, and sends nothing that has a wrong line", async () => {
    const { imports, path } = await start();
    const at = ["--socket", path];
    expect((await stray(["import", "-", ...at], "192.0.2.1 used\n")).exitCode).toBe(0);
    expect(imports).toHaveLength(1);
    expect(await stray(["import", "-", ...at], "192.0.2.1 used\nx used\n192.0.2.2 gone\n")).toEqual({
      stdout: "",
      stderr: `stray: standard input:2: expected an address or a network such as 192.0.2.0/24, found "x"
stray: standard input:3: expected used, unused or alive behind 192.0.2.2, found "gone"
`,
      exitCode: 1,
    });
    expect(imports).toHaveLength(1);
    expect(await stray(["import", join(folder, "none"), ...at])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/none can't be read: /),
    });
  });

  it("exports what it takes, also as JSON", async () => {
    const { run } = await start(judge(2500));
    const lines = (await run("export")).stdout.split("\n").slice(0, -1);
    expect(lines).toHaveLength(2501);
    expect(lines.slice(0, 2)).toEqual([
      "192.0.2.6 used the \\x1b printer",
      "10.0.0.2 alive since=2026-11-23T18:00:00Z last=2026-11-24T17:59:59Z how=sent,answered",
    ]);
    expect(objects((await run("export", "--json")).stdout)[1]).toEqual({
      network: "10.0.0.2",
      use: "alive",
      sinceMs: NOW_MS - DAY_MS,
      lastMs: NOW_MS - 1000,
      how: ["sent", "answered"],
    });
  });

  it("forgets", async () => {
    const { run, forgotten } = await start();
    expect(await run("forget", "192.0.2.7", "10.0.0.0/24")).toEqual({
      stdout: "forgotten: 1 imported line, 5 addresses heard\n",
      stderr: "",
      exitCode: 0,
    });
    expect(forgotten).toEqual(["192.0.2.7", "10.0.0.0/24"]);
  });
});

describe("v1.dark.*", () => {
  it("takes a list in parts as one, and tells who was too late", async () => {
    const { path, imports } = await start();
    const client = await RawClient.connect(path);
    const send = async (params: object) => {
      const { result, error } = await client.ask("v1.dark.import", params);
      return (result ?? error) as Record<string, unknown>;
    };
    const first = await send({ text: "192.0.2", more: true });
    expect(first).toMatchObject({ done: false });
    const { upload } = first;
    await send({ text: ".1 us", upload, more: true });
    expect(await send({ text: "ed", upload, replace: true })).toMatchObject({ done: true, used: 1 });
    expect(imports).toEqual([{ text: "192.0.2.1 used", isInstead: true }]);
    expect(await send({ text: "x", upload })).toMatchObject({
      code: RPC_ERRORS.sensor,
      data: { code: "IMPORT_LOST" },
    });
    const other = await send({ text: "a", more: true });
    await send({ text: "b", more: true });
    expect(await send({ text: "c", upload: other["upload"] })).toMatchObject({
      data: { code: "IMPORT_LOST" },
    });
    expect(imports).toHaveLength(1);
  });

  it("holds a bounded part of a list", () => {
    const uploads = new Uploads(10);
    const { number } = uploads.add(undefined, "12345");
    expect(uploads.add(number, "67890")).toEqual({ number, whole: "1234567890" });
    expect(() => uploads.add(number, "1")).toThrow("a list has at most 10 characters");
    expect(() => uploads.add(number, "")).toThrow(/begin again$/);
    expect(uploads.add(undefined, "1").whole).toBe("1");
  });

  it.each([
    ["v1.dark.list", { state: "grey" }],
    ["v1.dark.list", { network: "x" }],
    ["v1.dark.list", { after: 5 }],
    ["v1.dark.list", { limit: 251 }],
    ["v1.dark.list", [1]],
    ["v1.dark.explain", {}],
    ["v1.dark.explain", { address: "10.0.0.0/8" }],
    ["v1.dark.export", { after: -1 }],
    ["v1.dark.import", {}],
    ["v1.dark.import", { text: "x".repeat(8193) }],
    ["v1.dark.import", { text: "", more: 1 }],
    ["v1.dark.forget", { networks: [] }],
    ["v1.dark.forget", { networks: ["192.0.2.1", 7] }],
  ])("%s refuses %j", async (method, params) => {
    const { path } = await start();
    const { error } = await (await RawClient.connect(path)).ask(method, params);
    expect(error?.code).toBe(RPC_ERRORS.invalidParams);
  });
});

describe("without strayd", () => {
  it("reads dark.state, as of when it was written", async () => {
    const path = join(folder, "dark.state");
    const lines = stateLines({
      savedMs: NOW_MS,
      aliveMs: 30 * DAY_MS,
      hasConversed: true,
      homes: [{ network: "192.0.2.0/29", from: "sensor.home", learnLeftMs: 0 }],
      lists: [{ network: networkOf("192.0.2.6")!, use: "unused", origin: "configured", comment: "" }],
      alive: [["192.0.2.3", { sinceMs: NOW_MS - DAY_MS, lastMs: NOW_MS - DAY_MS, how: 1 }]],
    });
    writeFileSync(path, [...lines].join(""));
    const at = ["--state", path];
    const list = await stray(["list", ...at]);
    expect(list).toMatchObject({ stderr: "", exitCode: 0 });
    expect(list.stdout).toContain("192.0.2.4 - 192.0.2.5      2  dark   never heard\n");
    expect(list.stdout).toContain("192.0.2.6 is unused, as detection.unused says\n");
    expect((await stray(["explain", "192.0.2.3", ...at])).stdout).toMatch(
      /^192.0.2.3 is alive.*until 2026-12-23 18:00:00/s,
    );
    expect((await stray(["export", ...at])).stdout).toBe(
      "192.0.2.6 unused\n192.0.2.3 alive since=2026-11-23T18:00:00Z last=2026-11-23T18:00:00Z how=sent\n",
    );
    writeFileSync(path, "rubbish");
    expect(await stray(["list", ...at])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/is damaged, or no dark.state: /),
    });
    expect(await stray(["list", "--state", join(folder, "no")])).toMatchObject({ exitCode: 2 });
  });
});

describe("stray status", () => {
  const line = (detection: Partial<DetectionReport>) => {
    const report = status();
    const page = statusPage({ ...report, detection: { ...report.detection, ...detection } });
    return /^Detection +(.*)$/m.exec(page)?.[1];
  };

  it("says which networks are ours, how that is known, and until when they are learnt", () => {
    expect(line({})).toMatch(
      /^on; home 192.0.2.0\/24; guessed from eth0; 17 addresses alive; learning until 2026/,
    );
    const home = (network: string) => ({ network, from: "sensor.home", learningUntilMs: null });
    const many = ["10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8", "13.0.0.0/8"].map(home);
    expect(line({ homes: many, alive: 1, hasConversed: false })).toBe(
      "on; home 10.0.0.0/8, 11.0.0.0/8, 12.0.0.0/8 and 1 more; 1 address alive; no conversation of ours seen yet",
    );
    expect(line({ homes: [] })).toBe("on; no home networks are known: set sensor.home");
    expect(line({ enabled: false })).toBe("off");
  });
});
