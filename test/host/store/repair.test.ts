// The end of a file whose writer was killed, cut at every place there is.

import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TRAILER_SIZE } from "../../../host/store/file-ends.js";
import { repairFile } from "../../../host/store/repair.js";
import { nodeStoreFs } from "../../../host/store/store-fs.js";
import { buildRecord } from "../../support/record-builder.js";
import { decodeAll, messagesOf, OPTIONS } from "../ipfix/records.js";
import { Bench } from "./disk.js";

const NAME = "20261124T220000Z-0.ipfix";
const records = Array.from({ length: 12 }, (_, index) => buildRecord({ sequence: index + 1 }));
const messages = messagesOf(records, { ...OPTIONS, maxBytes: 1400 } as never);
const whole = Buffer.concat(messages);
const last = messages.at(-1)!;
const before = whole.length - last.length;

let bench: Bench;
let path: string;
beforeEach(() => {
  bench = new Bench();
  path = join(bench.folder, NAME);
});
afterEach(() => bench.dispose());

const repair = (bytes: Uint8Array) => {
  writeFileSync(path, bytes);
  return repairFile(nodeStoreFs, bench.folder, NAME);
};

describe("repair", () => {
  it("leaves a whole file as it is", async () => {
    expect(await repair(whole)).toEqual({ name: NAME, cut: 0 });
    expect(readFileSync(path)).toEqual(whole);
  });

  it("cuts a torn last message at every length of it, and nothing more", async () => {
    for (let length = 1; length < last.length; length++) {
      expect(await repair(whole.subarray(0, before + length))).toEqual({ name: NAME, cut: length });
      expect(statSync(path).size).toBe(before);
    }
    expect(readFileSync(path)).toEqual(whole.subarray(0, before));
  });

  it("cuts a message whose contents never reached the disk", async () => {
    const torn = Buffer.from(whole);
    torn.fill(0, before + 512);
    expect(await repair(torn)).toEqual({ name: NAME, cut: last.length });
  });

  it("cuts zeros, however many: the file system had made room for what never came", async () => {
    const zeros = Buffer.concat([whole, Buffer.alloc(300_000)]);
    expect(await repair(zeros)).toEqual({ name: NAME, cut: 300_000 });
    expect(readFileSync(path)).toEqual(whole);
  });

  it("removes a file of which nothing is left, since no reader could read it", async () => {
    expect(await repair(whole.subarray(0, 100))).toEqual({ name: NAME, cut: 100 });
    expect(existsSync(path)).toBe(false);
    expect(await repair(new Uint8Array(0))).toEqual({ name: NAME, cut: 0 });
  });

  it("never cuts a file that is damaged further in", async () => {
    const damaged = Buffer.concat([whole, Buffer.alloc(70_000, 0xab), whole]);
    expect(await repair(damaged)).toEqual({ name: NAME, cut: 0, damagedAt: whole.length });
    expect(statSync(path).size).toBe(damaged.length);
    const first = Buffer.concat([Buffer.alloc(70_000, 0xab), whole]);
    expect(await repair(first)).toMatchObject({ cut: 0, damagedAt: 0 });
    expect(existsSync(path)).toBe(true);
  });
});

describe("a store that was killed in mid-message", () => {
  it("goes on: the torn end is cut, counted and told, and all whole records are read", async () => {
    const first = await bench.open();
    for (const record of records) first.write(record);
    await first.close();
    const [name] = bench.files;
    const file = join(bench.folder, name!);
    const fd = openSync(file, "r+");
    // The end that a killed writer leaves: no time window, and half a message.
    ftruncateSync(fd, statSync(file).size - TRAILER_SIZE);
    writeSync(fd, last.subarray(0, 100), 0, 100, statSync(file).size);
    closeSync(fd);
    bench.nowMs += 1000;
    const second = await bench.open();
    second.write(buildRecord({ sequence: 13 }));
    await second.close();
    expect((await bench.records()).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 13 }, (_, i) => i + 1),
    );
    expect(second.counters()).toMatchObject({ "tails-cut": 1, "bytes-cut": 100 });
    expect(bench.lines).toEqual([
      { level: "warn", message: `store: ${name} ended within a message: cut its last 100 bytes` },
    ]);
  });

  it("leaves what is damaged further in, says so, and stores all the same", async () => {
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(70_000, 0xab)]));
    bench.nowMs += 1000;
    const store = await bench.open();
    store.write(buildRecord({ sequence: 99 }));
    await store.close();
    expect(bench.lines).toEqual([
      { level: "error", message: expect.stringContaining(`is damaged from byte ${whole.length} on`) },
    ]);
    expect(decodeAll([bench.bytes(NAME).subarray(0, whole.length)].flatMap(split)).records).toHaveLength(12);
  });
});

function split(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = [];
  for (let at = 0; at < bytes.length; at += view.getUint16(at + 2))
    out.push(bytes.slice(at, at + view.getUint16(at + 2)));
  return out;
}
