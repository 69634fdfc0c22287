// Line files: on a simulated file system for everything that can go wrong, and on a real one.

import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { LineFile } from "../../../host/export/line-file.js";
import { type LogLine, logTo, settled } from "./simulated.js";
import { SimulatedFiles } from "./simulated-files.js";

function setUp(bufferBytes = 1_000) {
  const fs = new SimulatedFiles();
  const lines: LogLine[] = [];
  const file = new LineFile({
    name: "eve",
    path: "/log/eve.json",
    bufferBytes,
    log: logTo(lines),
    fs,
    random: () => 0,
  });
  let nowMs = 1_000_000;
  const pulse = (ms = 100) => {
    nowMs += ms;
    file.pulse(nowMs);
    fs.run();
  };
  return { fs, file, lines, pulse };
}

describe("LineFile", () => {
  it("opens at the first pulse and appends", () => {
    const { fs, file, pulse, lines } = setUp();
    expect(file.append("one\n")).toBe(true);
    expect(file.state()).toEqual({ ok: false, text: "opening /log/eve.json" });
    fs.put("before\n");
    pulse();
    pulse();
    pulse();
    expect(fs.inodes.map(({ content }) => content)).toEqual(["before\none\n"]);
    expect(file.state()).toEqual({ ok: true, text: "writing /log/eve.json" });
    expect(file.counters()).toEqual({ lines: 1, bytes: 4, dropped: 0, errors: 0, reopens: 0 });
    expect(lines.map(({ level }) => level)).toEqual(["info"]);
  });

  it("ends a line that was left unfinished there", () => {
    const { fs, file, pulse } = setUp();
    fs.put('{"half":');
    file.append("one\n");
    for (let i = 0; i < 4; i++) pulse();
    expect(fs.inodes[0]!.content).toBe('{"half":\none\n');
  });

  it("fills one buffer while the other is written, then drops and counts", () => {
    const { fs, file, pulse, lines } = setUp(12);
    pulse();
    for (const line of ["aaaaa\n", "bbbbb\n", "ccccc\n", "ddddd\n"]) expect(file.append(line)).toBe(true);
    expect(file.append("eeeee\n")).toBe(false);
    expect(file.append("fffff\n")).toBe(false);
    for (let i = 0; i < 3; i++) pulse();
    expect(file.append("ggggg\n")).toBe(true);
    for (let i = 0; i < 3; i++) pulse();
    expect(fs.inodes[0]!.content).toBe("aaaaa\nbbbbb\nccccc\nddddd\nggggg\n");
    expect(file.counters()).toMatchObject({ lines: 5, dropped: 2 });
    expect(lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    expect(file.append("longer than a buffer\n")).toBe(false);
  });

  it("goes on where it stopped after a full disk, in the middle of a line", () => {
    const { fs, file, pulse, lines } = setUp();
    pulse();
    file.append("first\n");
    file.append("second\n");
    fs.writeMax = 9;
    pulse();
    fs.writeCode = "ENOSPC";
    pulse();
    pulse();
    expect(file.state()).toEqual({
      ok: false,
      text: "retry in 1 s: /log/eve.json: no space left on the device",
    });
    expect(lines.at(-1)!.message).toBe(
      "eve: can't write /log/eve.json: no space left on the device; next try in 1 s",
    );
    expect(fs.inodes[0]!.content).toBe("first\nsec");
    fs.writeCode = undefined;
    pulse(1_000);
    for (let i = 0; i < 5; i++) pulse();
    expect(fs.inodes.map(({ content }) => content)).toEqual(["first\nsecond\n"]);
    expect(file.counters()).toMatchObject({ lines: 2, errors: 1, reopens: 1, dropped: 0 });
    expect(fs.openFiles).toBe(1);
  });

  it("begins the line anew in another file", () => {
    const { fs, file, pulse } = setUp();
    pulse();
    file.append("first\n");
    file.append("second\n");
    fs.writeMax = 9;
    pulse();
    fs.writeCode = "EIO";
    pulse();
    pulse();
    fs.writeCode = undefined;
    fs.moveAway();
    pulse(1_000);
    for (let i = 0; i < 5; i++) pulse();
    expect(fs.inodes.map(({ content }) => content)).toEqual(["first\nsec", "second\n"]);
  });

  it("opens the path again at SIGHUP, what is being written still goes to the old file", () => {
    const { fs, file, pulse } = setUp();
    pulse();
    file.append("old\n");
    pulse(0);
    fs.moveAway();
    file.append("busy\n");
    file.pulse(2_000_000);
    file.append("new\n");
    file.reopen();
    fs.run();
    for (let i = 0; i < 4; i++) pulse();
    expect(fs.inodes.map(({ content }) => content)).toEqual(["old\nbusy\n", "new\n"]);
    expect(file.counters()).toMatchObject({ reopens: 1 });
    expect(fs.openFiles).toBe(1);
  });

  it("notices by itself that the file was moved away", () => {
    const { fs, file, pulse } = setUp();
    pulse();
    file.append("old\n");
    pulse();
    pulse();
    fs.moveAway();
    pulse(1_000);
    file.append("new\n");
    for (let i = 0; i < 4; i++) pulse();
    expect(fs.inodes.map(({ content }) => content)).toEqual(["old\n", "new\n"]);
  });

  it("tells what to do about a missing directory, and does not make it", () => {
    const { fs, file, pulse, lines } = setUp();
    fs.openCode = "ENOENT";
    pulse();
    expect(lines[0]!.message).toBe(
      "eve: can't write /log/eve.json: no such file or directory (directories are not made: make it for the account stray runs as); next try in 1 s",
    );
    for (let i = 0; i < 100; i++) pulse();
    expect(lines.length).toBe(1);
    fs.openCode = undefined;
    file.append("one\n");
    file.reopen();
    for (let i = 0; i < 4; i++) pulse();
    expect(fs.inodes[0]!.content).toBe("one\n");
  });

  it("waits for the reader of a full pipe, and gives a new reader whole lines", () => {
    const { fs, file, pulse } = setUp();
    fs.makePipe();
    pulse();
    file.append("first\n");
    file.append("second\n");
    fs.writeMax = 8;
    pulse();
    fs.writeCode = "EAGAIN";
    for (let i = 0; i < 5; i++) pulse();
    expect(file.counters()).toMatchObject({ errors: 0, bytes: 8 });
    fs.writeCode = "EPIPE";
    pulse();
    pulse();
    fs.writeCode = undefined;
    fs.writeMax = 100;
    pulse(1_000);
    for (let i = 0; i < 4; i++) pulse();
    expect(fs.inodes[0]!.content).toBe("first\nse\nsecond\n");
  });

  it("closes when everything is written, and counts what can't be", async () => {
    const { fs, file, pulse } = setUp();
    pulse();
    file.append("one\n");
    file.append("two\n");
    let isClosed = false;
    const closing = file.close().then(() => {
      isClosed = true;
    });
    await settled();
    expect(isClosed).toBe(false);
    fs.run();
    fs.run();
    await closing;
    expect(fs.inodes[0]!.content).toBe("one\ntwo\n");
    expect(fs.openFiles).toBe(0);
    expect(file.append("late\n")).toBe(false);

    const broken = setUp();
    broken.pulse();
    broken.file.append("one\n");
    broken.file.append("two\n");
    broken.fs.writeMax = 5;
    broken.pulse();
    broken.fs.writeCode = "ENOSPC";
    broken.file.append("three\n");
    const failing = broken.file.close();
    for (let i = 0; i < 3; i++) broken.fs.run();
    await failing;
    expect(broken.file.counters()).toMatchObject({ lines: 1, dropped: 2 });
  });
});

describe("whatever the file system does", () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("append" as const), n: fc.nat(60) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("pulse" as const), n: fc.nat(2_000) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("run" as const), n: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("short" as const), n: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("fail" as const), n: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("refuse" as const), n: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("move" as const), n: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const), n: fc.constant(0) }) },
  );

  it("each line that was taken is there whole, in order, and each other one is counted", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 150 }), async (steps) => {
        const { fs, file } = setUp(128);
        let nowMs = 1_000_000;
        let offered = 0;
        const taken: string[] = [];
        for (const { kind, n } of steps) {
          if (kind === "append") {
            const line = `${offered++}:${"x".repeat(n)}.\n`;
            if (file.append(line)) taken.push(line);
          } else if (kind === "pulse") {
            nowMs += n;
            file.pulse(nowMs);
          } else if (kind === "run") fs.run(n);
          else if (kind === "short") fs.writeMax = n + 1;
          else if (kind === "fail") fs.writeCode = [undefined, "ENOSPC", "EIO", "EAGAIN"][n];
          else if (kind === "refuse") fs.openCode = [undefined, "EACCES"][n];
          else if (kind === "move") fs.moveAway();
          else file.reopen();
          expect(file.held).toBeLessThanOrEqual(256);
          expect(fs.openFiles).toBeLessThanOrEqual(1);
          expect(file.counters()["dropped"]).toBe(offered - taken.length);
        }
        fs.openCode = fs.writeCode = undefined;
        fs.writeMax = 1_000;
        for (let i = 0; i < 20; i++) {
          nowMs += 30_000;
          file.pulse(nowMs);
          fs.run();
        }
        const closing = file.close();
        for (let i = 0; i < 10; i++) fs.run();
        await closing;
        expect(file.counters()["lines"]).toBe(taken.length);
        // A file left in the middle of a line may hold the beginning of a line that the next file has whole.
        const found = fs.inodes
          .flatMap(({ content }) => content.split(/(?<=\n)/))
          .filter((line) => /^\d+:x*\.\n$/.test(line));
        expect([...new Set(found)]).toEqual(taken);
        expect(fs.openFiles).toBe(0);
      }),
      { seed: 640, numRuns: 300 },
    );
  });
});

describe("on a real file system", () => {
  const folder = mkdtempSync(join(tmpdir(), "stray-lines-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function until(isSo: () => boolean, file: LineFile): Promise<void> {
    for (let i = 0; i < 600 && !isSo(); i++) {
      file.pulse(Date.now());
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(isSo()).toBe(true);
  }
  const open = (path: string, lines: LogLine[] = []) =>
    new LineFile({ name: "eve", path, bufferBytes: 4_096, log: logTo(lines) });

  it("creates the file with mode 0640, rotates, and finds a moved file again", async () => {
    const path = join(folder, "eve.json");
    const before = process.umask(0o022);
    const file = open(path);
    try {
      file.append("one\n");
      await until(() => file.held === 0, file);
    } finally {
      process.umask(before);
    }
    expect(statSync(path).mode & 0o777).toBe(0o640);
    renameSync(path, `${path}.1`);
    file.reopen();
    file.append("two\n");
    await until(() => file.held === 0, file);
    expect(readFileSync(`${path}.1`, "utf8")).toBe("one\n");
    expect(readFileSync(path, "utf8")).toBe("two\n");
    rmSync(path);
    await until(() => file.counters()["reopens"] === 2, file);
    file.append("three\n");
    await file.close();
    expect(readFileSync(path, "utf8")).toBe("three\n");
  });

  it("repairs the tail of a file that a crash left unfinished", async () => {
    const path = join(folder, "crashed.json");
    writeFileSync(path, '{"a":1}\n{"b"');
    const file = open(path);
    file.append("{}\n");
    await file.close();
    expect(readFileSync(path, "utf8")).toBe('{"a":1}\n{"b"\n{}\n');
  });

  it("does not hang on a pipe without a reader, and writes once there is one", async () => {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    const lines: LogLine[] = [];
    const file = open(path, lines);
    file.append("one\n");
    await until(() => lines.some(({ message }) => message.includes("nothing reads the pipe")), file);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    file.reopen();
    await until(() => file.held === 0, file);
    const buffer = Buffer.alloc(100);
    expect(buffer.toString("utf8", 0, readSync(reader, buffer))).toBe("one\n");
    closeSync(reader);
    await file.close();
  });

  it("counts what a full device refuses", async () => {
    const file = open("/dev/full");
    file.append("one\n");
    await until(() => file.counters()["errors"]! > 0, file);
    expect(file.state().text).toMatch(/no space left on the device$/);
    await file.close();
    expect(file.counters()).toMatchObject({ lines: 0, dropped: 1 });
  });
});
