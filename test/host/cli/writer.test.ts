// The writer's promises: nothing lost when a write is partial or a pipe is full, and a gone reader is no error.

import { describe, expect, it } from "vitest";
import { OutputClosed, OutputWriter } from "../../../host/cli/output/writer.js";
import { StrayError } from "../../../host/errors.js";

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Takes at most `most` bytes a call, and refuses every third call with EAGAIN. */
function slowPipe(most: number) {
  let calls = 0;
  const chunks: string[] = [];
  const write = (_fd: number, bytes: Uint8Array, at: number): number => {
    if (++calls % 3 === 0) throw systemError("EAGAIN");
    const part = bytes.subarray(at, at + most);
    chunks.push(Buffer.from(part).toString("latin1"));
    return part.length;
  };
  return { write, text: () => Buffer.from(chunks.join(""), "latin1").toString("utf8") };
}

describe("OutputWriter", () => {
  it("loses nothing to partial writes and full pipes", () => {
    const pipe = slowPipe(70_001);
    const writer = new OutputWriter(1, pipe.write);
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} – ünï\n`);
    for (const line of lines) writer.line(line);
    writer.flush();
    expect(pipe.text()).toBe(lines.join(""));
  });

  it("holds little, however much is written", () => {
    let written = 0;
    let longest = 0;
    const writer = new OutputWriter(1, (_fd, bytes, at) => {
      longest = Math.max(longest, bytes.length);
      written += bytes.length - at;
      return bytes.length - at;
    });
    const line = `${"x".repeat(99)}\n`;
    for (let index = 1; index <= 100_000; index++) {
      writer.line(line);
      expect(index * 100 - written).toBeLessThan(131_072);
    }
    expect(longest).toBeLessThan(131_072);
  });

  it("tells a gone reader from a full disk", () => {
    const failing = (code: string) =>
      new OutputWriter(1, () => {
        throw systemError(code);
      });
    const attempt = (code: string) => () => {
      const writer = failing(code);
      writer.line("x\n");
      writer.flush();
    };
    expect(attempt("EPIPE")).toThrow(OutputClosed);
    expect(attempt("ENOSPC")).toThrow(StrayError);
    expect(attempt("ENOSPC")).toThrow("the disk is full");
  });
});
