// A reader that is slow, stuck or gone: the writer goes on, holds little, and counts what it drops.

import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LineOutput } from "../../../host/log/line-output.js";

const QUEUE_BYTES_MAX = 256 * 1024;
const LINE = `${"x".repeat(1023)}\n`;

function failing(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

/** A descriptor of which each write's fate is told beforehand. */
class Sink {
  text = "";
  isWritable = true;
  fate: (size: number) => number = (size) => size;
  recovered: number[] = [];
  readonly output = new LineOutput(99, {
    write: (_fd, bytes) => {
      const size = this.fate(bytes.length);
      this.text += Buffer.from(bytes.subarray(0, size)).toString();
      return size;
    },
    isWritable: () => this.isWritable,
    onRecovered: (dropped) => this.recovered.push(dropped),
  });
}

describe("LineOutput", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("writes at once, in pieces, however few bytes are taken", () => {
    const sink = new Sink();
    sink.fate = (size) => Math.min(size, 7);
    sink.output.write(LINE);
    sink.output.write("é\n");
    expect(sink.text).toBe(`${LINE}é\n`);
    expect(sink.output.waiting).toBe(0);
  });

  it("never hands more than PIPE_BUF to a write", () => {
    const sink = new Sink();
    const sizes: number[] = [];
    sink.fate = (size) => {
      sizes.push(size);
      return size;
    };
    sink.output.write(`${"y".repeat(10_000)}\n`);
    expect(sizes).toEqual([4096, 4096, 1809]);
  });

  it.each(["not writable", "EAGAIN"])("holds a bounded queue while the reader is stuck (%s)", (how) => {
    const sink = new Sink();
    if (how === "EAGAIN") {
      sink.fate = () => {
        throw failing("EAGAIN");
      };
    } else sink.isWritable = false;
    for (let line = 0; line < 1000; line++) sink.output.write(LINE);
    expect(sink.output.waiting).toBe(QUEUE_BYTES_MAX);
    expect(sink.output.dropped).toBe(1000 - QUEUE_BYTES_MAX / LINE.length);
    expect(sink.text).toBe("");

    sink.fate = (size) => size;
    sink.isWritable = true;
    vi.advanceTimersByTime(100);
    expect(sink.output.waiting).toBe(0);
    expect(sink.text).toBe(LINE.repeat(QUEUE_BYTES_MAX / LINE.length));
    expect(sink.recovered).toEqual([1000 - QUEUE_BYTES_MAX / LINE.length]);
    sink.output.write("on\n");
    expect(sink.text.endsWith("on\n")).toBe(true);
    expect(sink.recovered).toHaveLength(1);
  });

  it.each(["EPIPE", "ENOSPC", "EIO", "EBADF"])("drops a line at %s, and goes on", (code) => {
    const sink = new Sink();
    sink.fate = () => {
      throw failing(code);
    };
    for (let line = 0; line < 5; line++) sink.output.write("lost\n");
    expect([sink.output.dropped, sink.output.waiting, sink.recovered]).toEqual([5, 0, []]);
    sink.fate = (size) => size;
    sink.output.write("kept\n");
    expect([sink.text, sink.recovered]).toEqual(["kept\n", [5]]);
  });

  it("tries again after EINTR", () => {
    const sink = new Sink();
    let calls = 0;
    sink.fate = (size) => {
      if (calls++ === 0) throw failing("EINTR");
      return size;
    };
    sink.output.write("a\n");
    expect(sink.text).toBe("a\n");
  });
});

describe("LineOutput on a pipe", () => {
  let folder: string;
  let pipe: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stray-log-"));
    const path = join(folder, "pipe");
    expect(spawnSync("mkfifo", [path]).status).toBe(0);
    // Open both ways, so that it has a reader which does not read; writes would block.
    pipe = openSync(path, "r+");
  });
  afterEach(() => {
    closeSync(pipe);
    rmSync(folder, { recursive: true, force: true });
  });

  it("does not wait for a reader that does not read", () => {
    const output = new LineOutput(pipe);
    for (let line = 0; line < 1000; line++) output.write(LINE);
    expect(output.dropped).toBeGreaterThan(500);
    expect(output.waiting).toBeGreaterThan(QUEUE_BYTES_MAX - LINE.length);
    expect(output.flush(20)).toBe(false);

    const bytes = Buffer.alloc(1 << 16);
    let text = "";
    for (let round = 0; round < 100 && output.waiting > 0; round++) {
      text += bytes.toString("utf8", 0, readSync(pipe, bytes));
      output.flush(0);
    }
    expect(output.waiting).toBe(0);
    expect(text).toBe(LINE.repeat(text.length / LINE.length));
  });

  it("writes what waits when the reader comes in time", () => {
    const output = new LineOutput(pipe);
    output.write("last words\n");
    expect(output.flush(500)).toBe(true);
    const bytes = Buffer.alloc(100);
    expect(bytes.toString("utf8", 0, readSync(pipe, bytes))).toBe("last words\n");
  });
});

describe("LineOutput on other descriptors", () => {
  it("writes to a file, and counts what a full disk or a closed descriptor costs", () => {
    const folder = mkdtempSync(join(tmpdir(), "stray-log-"));
    const fd = openSync(join(folder, "log"), "a");
    const output = new LineOutput(fd);
    output.write("a\n");
    expect(readFileSync(join(folder, "log"), "utf8")).toBe("a\n");
    closeSync(fd);
    rmSync(folder, { recursive: true });

    const full = openSync("/dev/full", "w");
    const lost = new LineOutput(full);
    lost.write("a\n");
    expect([lost.dropped, lost.waiting]).toEqual([1, 0]);
    closeSync(full);
  });
});
