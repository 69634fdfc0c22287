// The log as a whole: levels, components, forms, journald, repeats, and a reader that is gone.

import { spawnSync } from "node:child_process";
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LogLevel } from "../../../host/config/types.js";
import { isJournal } from "../../../host/log/journal.js";
import { LOG_LEVELS } from "../../../host/log/levels.js";
import { Logger, type LoggerOptions } from "../../../host/log/logger.js";
import { PATIENCE } from "../../support/patience.js";

const NOW_MS = Date.UTC(2026, 10, 24, 22, 0, 0, 123);
const TIME = "2026-11-24T22:00:00.123Z";

interface Heard {
  readonly logger: Logger;
  readonly lines: () => string[];
}

function listen(options: Partial<LoggerOptions> = {}): Heard {
  let text = "";
  const write = (_fd: number, bytes: Uint8Array): number => {
    text += Buffer.from(bytes).toString();
    return bytes.length;
  };
  const logger = Logger.create({
    level: "info",
    form: "json",
    now: () => NOW_MS,
    environment: {},
    output: { write, isWritable: () => true },
    ...options,
  });
  return { logger, lines: () => text.split("\n").slice(0, -1) };
}

describe("JSON", () => {
  it("has level, time, component, data and message", () => {
    const { logger, lines } = listen();
    logger.info("started");
    logger.child({ component: "store" }).warn("disk is full", { path: "/a", freeBytes: 5n });
    expect(lines().map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: "info", time: TIME, msg: "started" },
      { level: "warn", time: TIME, component: "store", path: "/a", freeBytes: 5, msg: "disk is full" },
    ]);
  });

  it("is one line with nothing in it that disturbs, whatever is logged", () => {
    const { logger, lines } = listen();
    logger.child({ component: "a\nb" }).error("x\u001b[2J\r\n\u009b\u202e", { "k\n": "\ud800", msg: "mine" });
    const [line, ...rest] = lines();
    expect(rest).toEqual([]);
    expect(line).toMatch(/^[ -~]+$/);
    expect(JSON.parse(line!)).toEqual({
      level: "error",
      time: TIME,
      component: "a\nb",
      "k\n": "\ud800",
      msg_: "mine",
      msg: "x\u001b[2J\r\n\u009b\u202e",
    });
  });

  it("cuts what is too long", () => {
    const { logger, lines } = listen();
    logger.info("m".repeat(100_000), { d: "d".repeat(100_000) });
    expect(lines()[0]!.length).toBeLessThan(2500);
  });
});

describe("text", () => {
  it("is for people", () => {
    const { logger, lines } = listen({ form: "text" });
    logger.child({ component: "capture" }).info("interface is up", { name: "eth0", err: new Error("a b") });
    expect(lines()).toEqual([`${TIME} info  capture: interface is up name=eth0 err={"message":"a b"}`]);
  });
});

describe("levels", () => {
  const say = (logger: Logger) => {
    for (const level of LOG_LEVELS) logger[level](`at ${level}`);
  };

  it.each(LOG_LEVELS.map((level, index): [LogLevel, number] => [level, LOG_LEVELS.length - index]))(
    "%s lets %i levels through",
    (level, count) => {
      const { logger, lines } = listen({ level });
      say(logger);
      expect(lines()).toHaveLength(count);
      expect(LOG_LEVELS.filter((one) => logger.isEnabled(one))).toHaveLength(count);
    },
  );

  it("change at run time, for every component", () => {
    const { logger, lines } = listen({ level: "error" });
    const child = logger.child({ component: "c" });
    say(child);
    logger.setLevel("warn");
    say(child);
    child.setLevel("debug");
    say(logger);
    expect(logger.level).toBe("debug");
    expect(lines()).toHaveLength(1 + 2 + 4);
  });
});

describe("journald", () => {
  let folder: string;
  let fd: number;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "stray-log-"));
    fd = openSync(join(folder, "log"), "w");
  });
  afterAll(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  });
  const streamOf = () => {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return `${dev}:${ino}`;
  };

  it("is recognised by device and inode, not by the variable alone", () => {
    expect(isJournal(fd, { JOURNAL_STREAM: streamOf() })).toBe(true);
    expect(isJournal(fd, { JOURNAL_STREAM: "1:2" })).toBe(false);
    expect(isJournal(fd, { JOURNAL_STREAM: "" })).toBe(false);
    expect(isJournal(fd, {})).toBe(false);
    expect(isJournal(987_654, { JOURNAL_STREAM: streamOf() })).toBe(false);
  });

  it.each([
    ["json", (n: number, level: string) => `<${n}>{"level":"${level}","time":"${TIME}","msg":"at ${level}"}`],
    ["text", (n: number, level: string) => `<${n}>${level.padEnd(5)} at ${level}`],
  ] as const)("is given priorities before %s, and text without a time", (form, expected) => {
    const { logger, lines } = listen({
      level: "debug",
      form,
      fd,
      environment: { JOURNAL_STREAM: streamOf() },
    });
    for (const level of LOG_LEVELS) logger[level](`at ${level}`);
    const priorities = { debug: 7, info: 6, warn: 4, error: 3 };
    expect(lines()).toEqual(LOG_LEVELS.map((level) => expected(priorities[level], level)));
  });
});

describe("repeats", () => {
  it("are held back by level, component and message, and told in the end with the latest data", () => {
    const { logger, lines } = listen({ form: "text" });
    const child = logger.child({ component: "ipfix" });
    for (let n = 0; n < 47; n++) child.warn("collector refuses", { n });
    logger.warn("collector refuses");
    child.error("collector refuses");
    expect(lines()).toHaveLength(12);
    expect(logger.counters()).toEqual({ "log-dropped": 0, "log-held": 37 });
    logger.close();
    expect(lines().at(-1)).toBe(`${TIME} warn  ipfix: collector refuses (37 more in the last minute) n=46`);
    expect(lines()).toHaveLength(13);
  });
});

describe("a reader that was stuck", () => {
  it("is told what it missed", () => {
    let isWritable = false;
    let text = "";
    const write = (_fd: number, bytes: Uint8Array): number => {
      text += Buffer.from(bytes).toString();
      return bytes.length;
    };
    const { logger } = listen({ form: "text", output: { write, isWritable: () => isWritable } });
    for (let n = 0; n < 5000; n++) logger.info(`message ${n} ${"x".repeat(200)}`);
    const { "log-dropped": dropped } = logger.counters();
    expect(dropped).toBeGreaterThan(3000);
    isWritable = true;
    logger.close();
    const lines = text.split("\n").slice(0, -1);
    expect(lines).toHaveLength(5000 - dropped + 1);
    expect(lines.at(-1)).toBe(`${TIME} warn  log lines were dropped: nobody read them dropped=${dropped}`);
  });
});

describe("a process that logs", () => {
  const script = `
    import { Logger } from "./host/log/logger.ts";
    const logger = Logger.create({ level: "info", form: "json" });
    for (let n = 0; n < 20000; n++) logger.info("message " + n + "y".repeat(100));
    logger.close();
    process.stdout.write(JSON.stringify(logger.counters()));`;
  const run = (stderr: "pipe" | number) =>
    spawnSync(process.execPath, ["--import", "./tools/ts.mjs", "--input-type=module", "-e", script], {
      cwd: new URL("../../..", import.meta.url),
      encoding: "utf8",
      stdio: ["ignore", "pipe", stderr],
      maxBuffer: 1 << 26,
      timeout: 50_000 * PATIENCE,
    });

  it("loses nothing to a reader that reads", () => {
    const { status, stderr, stdout } = run("pipe");
    expect(status, stderr).toBe(0);
    const { "log-dropped": dropped } = JSON.parse(stdout) as { "log-dropped": number };
    const numbers = stderr
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => (JSON.parse(line) as { msg: string }).msg)
      .filter((message) => message.startsWith("message"));
    // The test's process reads while the other writes: a moment's delay may cost lines, and each is counted.
    expect(numbers.length + dropped).toBe(20_000);
  });

  it("ends in time when nobody reads", () => {
    const folder = mkdtempSync(join(tmpdir(), "stray-log-"));
    expect(spawnSync("mkfifo", [join(folder, "pipe")]).status).toBe(0);
    const fd = openSync(join(folder, "pipe"), "r+");
    const { status, stdout } = run(fd);
    closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { "log-dropped": number })["log-dropped"]).toBeGreaterThan(10_000);
  });

  it("goes on when its reader is gone", () => {
    const folder = mkdtempSync(join(tmpdir(), "stray-log-"));
    expect(spawnSync("mkfifo", [join(folder, "pipe")]).status).toBe(0);
    const both = openSync(join(folder, "pipe"), "r+");
    const writer = openSync(join(folder, "pipe"), "w");
    closeSync(both);
    const { status, stdout } = run(writer);
    closeSync(writer);
    rmSync(folder, { recursive: true, force: true });
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { "log-dropped": number })["log-dropped"]).toBe(20_000);
  });
});
