// One writer a directory, and no lock that outlives its process.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LOCK_NAME, lockDirectory, storeOwner } from "../../../host/store/lock.js";
import { Bench } from "./disk.js";

let bench: Bench;
let path: string;
beforeEach(() => {
  bench = new Bench();
  path = join(bench.folder, LOCK_NAME);
});
afterEach(() => bench.dispose());

const startOf = (pid: number): string => {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19]!;
};

describe("the lock", () => {
  it("says whose it is, and is gone when released", () => {
    const lock = lockDirectory(bench.folder);
    expect(readFileSync(path, "utf8")).toBe(`${process.pid} ${startOf(process.pid)}\n`);
    expect(storeOwner(bench.folder)).toBe(process.pid);
    lock.release();
    expect(storeOwner(bench.folder)).toBeUndefined();
    expect(readdirSync(bench.folder)).toEqual([]);
  });

  it("of a running process is respected, in plain words", () => {
    writeFileSync(path, `1 ${startOf(1)}\n`);
    expect(() => lockDirectory(bench.folder)).toThrow(
      expect.objectContaining({
        code: "STORE_LOCKED",
        exitCode: 2,
        message: expect.stringMatching(
          /in use by process 1: stop that one, or choose another store\.directory$/,
        ),
      }),
    );
    expect(existsSync(path)).toBe(true);
  });

  it.each([
    ["ended", "4194305 77\n"],
    ["is another by now, with the same number", "1 1234567890123\n"],
    ["wrote nothing", ""],
    ["wrote something else", "hello\n"],
  ])("of a process that %s is taken over", (_, text) => {
    writeFileSync(path, text);
    const lock = lockDirectory(bench.folder);
    expect(storeOwner(bench.folder)).toBe(process.pid);
    lock.release();
    expect(readdirSync(bench.folder)).toEqual([]);
  });

  it("that was taken over meanwhile is not released", () => {
    const lock = lockDirectory(bench.folder);
    writeFileSync(path, `1 ${startOf(1)}\n`);
    lock.release();
    expect(readFileSync(path, "utf8")).toBe(`1 ${startOf(1)}\n`);
  });

  it("keeps a second store out, and lets it in later", async () => {
    const first = await bench.open();
    await expect(bench.open()).rejects.toMatchObject({ code: "STORE_LOCKED" });
    await first.close();
    const second = await bench.open();
    await second.close();
  });
});
