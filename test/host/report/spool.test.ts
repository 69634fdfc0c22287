// What can be read only once is kept: the same bytes, as often as they are asked for, and nothing is left behind.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { PrefixedSource } from "../../../host/capture/pipe-source.js";
import { CaptureProblem } from "../../../host/capture/problem.js";
import { type ByteSource, openSource } from "../../../host/capture/source.js";
import { spoolInputs } from "../../../host/report/gather/spool.js";

let folder: string;
const { TMPDIR: before } = process.env;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-spool-"));
  mkdirSync(join(folder, "tmp"));
  process.env["TMPDIR"] = join(folder, "tmp");
});
afterEach(() => {
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  rmSync(folder, { recursive: true, force: true });
});

async function bytesOf(source: ByteSource): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const piece = new Uint8Array(1000);
  for (;;) {
    const size = await source.read(piece);
    if (size === 0) break;
    pieces.push(Buffer.from(piece.subarray(0, size)));
  }
  await source.close();
  return Buffer.concat(pieces);
}

const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, n) => (n * 7) & 255));

it("copies a pipe, gunzipped, and leaves no name", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const opened = openSource(pipe);
  writeFileSync(pipe, gzipSync(CONTENT));
  const source = await opened;
  let times = 0;
  const spool = await spoolInputs(["pipe"], async () => {
    times++;
    return source;
  });
  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
  expect(await bytesOf(await spool.open("pipe"))).toEqual(CONTENT);
  const [one, two] = await Promise.all([spool.open("pipe"), spool.open("pipe")]);
  expect(await Promise.all([bytesOf(one), bytesOf(two)])).toEqual([CONTENT, CONTENT]);
  expect(times).toBe(1);
  expect(spool.sizes.get("pipe")).toBe(null);
  spool.close();
});

it("does not copy a file, and knows its size", async () => {
  const path = join(folder, "capture");
  writeFileSync(path, CONTENT);
  const spool = await spoolInputs([path], openSource);
  expect(spool.sizes.get(path)).toBe(CONTENT.length);
  const source = await spool.open(path);
  expect(source.rewindable).toBe(true);
  expect(await bytesOf(source)).toEqual(CONTENT);
  spool.close();
});

it("fails where the pipe failed, each time", async () => {
  const failure = new CaptureProblem("INPUT_UNREADABLE", "pipe", "gone");
  const empty: ByteSource = {
    consumed: 0,
    size: undefined,
    compressed: false,
    rewindable: false,
    readsAtOnce: 1,
    read: async () => 0,
    close: async () => undefined,
  };
  const spool = await spoolInputs(["pipe"], async () => new PrefixedSource(CONTENT, empty, failure));
  for (let round = 0; round < 2; round++) {
    const source = await spool.open("pipe");
    const piece = new Uint8Array(CONTENT.length);
    expect(await source.read(piece)).toBe(CONTENT.length);
    await expect(source.read(piece)).rejects.toBe(failure);
    await source.close();
  }
  spool.close();
});

it("says what to do where there is no room for a copy", async () => {
  process.env["TMPDIR"] = join(folder, "nowhere");
  const once = async (): Promise<ByteSource> => new PrefixedSource(CONTENT, await openSource("/dev/null"));
  await expect(spoolInputs(["-"], once)).rejects.toThrow(
    /^standard input can be read only once, and a report reads it again: it can't be copied to .*nowhere \(ENOENT\); name another folder in TMPDIR/,
  );
});

it("leaves what can't be opened to the reader", async () => {
  const spool = await spoolInputs([join(folder, "nothing")], openSource);
  await expect(spool.open(join(folder, "nothing"))).rejects.toThrow(CaptureProblem);
  spool.close();
});
