// Rotating files on a disk: rotation, quota, a disk that is full or breaks, close; and the names.

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rotatedName, rotatedNames } from "../../../host/alert/file-names.js";
import { RotatingFiles, type RotatingFilesOptions } from "../../../host/alert/rotating-files.js";
import { systemError } from "../../../host/export/problem.js";
import { nodeStoreFs, type StoreFs } from "../../../host/store/store-fs.js";

let directory: string;
let logged: string[];
let nowMs: number;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "stray-rotating-")), "alerts");
  logged = [];
  nowMs = Date.UTC(2026, 10, 24, 22);
});
afterEach(() => rmSync(join(directory, ".."), { recursive: true, force: true }));

function make(options: Partial<RotatingFilesOptions> = {}): RotatingFiles {
  return new RotatingFiles({
    name: "test",
    prefix: "piece",
    extension: "txt",
    directory,
    rotateBytes: 1 << 20,
    rotateMs: 3_600_000,
    quotaBytes: 1 << 30,
    log: (level, message) => logged.push(`${level}: ${message}`),
    now: () => nowMs,
    ...options,
  });
}

/** Lets a second pass, and what is to be written be written. */
async function second(files: RotatingFiles, ms = 1000): Promise<void> {
  nowMs += ms;
  files.pulse(nowMs);
  for (let i = 0; i < 200 && isWriting(files); i++) await new Promise((resolve) => setTimeout(resolve, 2));
}

const isWriting = (files: RotatingFiles) =>
  (files as unknown as { writer: { isBusy: boolean } }).writer.isBusy;
const piece = (text: string) => Buffer.from(`${text}\n`);
const listed = () => readdirSync(directory).sort();
const contents = () => listed().map((name) => readFileSync(join(directory, name), "utf8"));

/** A disk that fails as it is told. */
class BrokenFs implements StoreFs {
  code: string | undefined;
  /** Bytes that a write takes before it fails. */
  takes = 0;
  canTruncate = true;
  freeBytes = Number.MAX_SAFE_INTEGER;
  create: StoreFs["create"] = async (path) => {
    const handle = await nodeStoreFs.create(path);
    return {
      ...handle,
      write: async (bytes, offset, length, position) => {
        if (this.code === undefined) return await handle.write(bytes, offset, length, position);
        if (this.takes > 0) {
          const taken = Math.min(this.takes, length);
          this.takes -= taken;
          return await handle.write(bytes, offset, taken, position);
        }
        throw systemError(this.code);
      },
      truncate: async (size) => {
        if (!this.canTruncate) throw systemError("EIO");
        await handle.truncate(size);
      },
    };
  };
  openExisting = nodeStoreFs.openExisting;
  list = nodeStoreFs.list;
  size = nodeStoreFs.size;
  remove = nodeStoreFs.remove;
  free = async () => this.freeBytes;
  syncDirectory = nodeStoreFs.syncDirectory;
}

describe("names of files", () => {
  it("say when, and sort", () => {
    const startMs = Date.UTC(2026, 10, 24, 22, 0, 0, 999);
    expect(rotatedName("evidence", "pcapng", startMs, 0)).toBe("evidence-20261124T220000Z.pcapng");
    const names = [2, 10, 0, 1].map((number) => rotatedName("evidence", "pcapng", startMs, number));
    const others = [
      "evidence-x.pcapng",
      "evidence-20261124T220000Z.pcapng~",
      "alerts-20261124T220000Z.pcapng",
    ];
    const sorted = rotatedNames("evidence", "pcapng", [...names, ...others]);
    expect(sorted.map(({ number }) => number)).toEqual([0, 1, 2, 10]);
    expect(sorted[0]?.startMs).toBe(Math.floor(startMs / 1000) * 1000);
  });
});

describe("rotating files", () => {
  it("makes the folder, and one file of all pieces, each life its own", async () => {
    for (const life of ["a", "b"]) {
      const files = make({ head: () => Buffer.from("head\n") });
      files.append(piece(`${life}1`));
      await second(files);
      files.append(piece(`${life}2`));
      await files.close();
      expect(files.counters()).toMatchObject({ records: 2, bytes: 6, files: 1, dropped: 0, errors: 0 });
    }
    expect(listed()).toEqual(["piece-20261124T220001Z.txt", "piece-20261124T220002Z.txt"]);
    expect(contents()).toEqual(["head\na1\na2\n", "head\nb1\nb2\n"]);
    expect(statSync(directory).mode & 0o777).toBe(0o750);
    expect(statSync(join(directory, listed()[0]!)).mode & 0o777).toBe(0o640);
  });

  it("writes nothing and makes no file when nothing comes", async () => {
    const files = make();
    await second(files);
    await files.close();
    expect(() => listed()).toThrow();
  });

  it("rotates by size, by time, and when it is told to", async () => {
    const files = make({ rotateBytes: 100, rotateMs: 60_000 });
    for (let i = 0; i < 4; i++) {
      files.append(Buffer.alloc(39, 97 + i));
      await second(files);
    }
    expect(contents().map(({ length }) => length)).toEqual([78, 78]);
    files.append(piece("later"));
    await second(files, 60_000);
    files.reopen();
    files.append(piece("told"));
    await second(files);
    expect(contents().slice(2)).toEqual(["later\n", "told\n"]);
    await files.close();
  });

  it("keeps the quota with the files of earlier lives, and leaves others alone", async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, "piece-20200101T000000Z.txt"), "x".repeat(600));
    writeFileSync(join(directory, "notes.txt"), "y".repeat(600));
    const files = make({ rotateBytes: 10_000, quotaBytes: 1000 });
    for (let i = 0; i < 12; i++) {
      files.append(Buffer.alloc(200, 65 + i));
      await second(files);
      const sizes = listed()
        .filter((name) => name !== "notes.txt")
        .map((name) => statSync(join(directory, name)).size);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1000);
    }
    await files.close();
    expect(listed()).toContain("notes.txt");
    const rest = contents()
      .filter((text) => !text.startsWith("y"))
      .join("");
    // The newest are there: no more than half of the quota goes at once.
    expect(rest.length).toBeGreaterThanOrEqual(400);
    expect(rest.at(-1)).toBe("L");
    expect(files.counters()["files-removed"]).toBeGreaterThan(1);
    expect(logged.some((line) => line.startsWith("info: test: removed the oldest file"))).toBe(true);
  });

  it("several files in one second have numbers", async () => {
    const files = make();
    for (const text of ["a", "b", "c"]) {
      files.reopen();
      files.append(piece(text));
      await second(files, 0);
      nowMs += 1000;
      files.pulse(nowMs);
      nowMs -= 1000;
    }
    await files.close();
    expect(contents()).toEqual(expect.arrayContaining(["a\n", "b\n", "c\n"]));
  });

  it("says a full disk once, counts what it can't keep, and goes on with nothing torn", async () => {
    const fs = new BrokenFs();
    const files = make({ fs, bufferBytes: 100 });
    files.append(piece("before"));
    await second(files);
    fs.code = "ENOSPC";
    fs.takes = 5;
    for (let i = 0; i < 30; i++) {
      files.append(piece(`line ${i}`.padEnd(19)));
      await second(files, 40_000);
    }
    expect(files.state()).toEqual({ ok: false, text: expect.stringContaining("the disk is full") });
    const { dropped, errors } = files.counters();
    // One is held for the next try, and a buffer of five.
    expect(dropped).toBe(24);
    expect(errors).toBeGreaterThan(2);
    expect(logged.filter((line) => line.startsWith("error:"))).toEqual([
      `error: test: ${directory} can't be written: the disk is full`,
    ]);
    fs.code = undefined;
    await second(files, 40_000);
    await second(files, 40_000);
    expect(files.state().ok).toBe(true);
    expect(contents().join("")).toBe(
      `before\n${Array.from({ length: 6 }, (_, i) => `${`line ${i}`.padEnd(19)}\n`).join("")}`,
    );
    await files.close();
    expect(logged.filter((line) => line.includes("writing works again"))).toHaveLength(1);
  });

  it("leaves a file behind that it can't cut, and writes all of the buffer to the next", async () => {
    const fs = new BrokenFs();
    const files = make({ fs, head: () => Buffer.from("head\n") });
    files.append(piece("before"));
    await second(files);
    fs.code = "EIO";
    fs.takes = 3;
    fs.canTruncate = false;
    files.append(piece("torn"));
    await second(files);
    fs.code = undefined;
    await second(files, 40_000);
    await files.close();
    expect(contents()).toEqual(["head\nbefore\ntor", "head\ntorn\n"]);
  });

  it("begins another file when the one it writes is removed", async () => {
    const files = make();
    files.append(piece("a"));
    await second(files);
    for (const name of listed()) unlinkSync(join(directory, name));
    files.append(piece("b"));
    await second(files);
    rmSync(directory, { recursive: true });
    files.append(piece("c"));
    await second(files);
    await second(files, 40_000);
    expect(contents()).toEqual(["c\n"]);
    await files.close();
  });

  it("keeps free what the disk must keep", async () => {
    const fs = new BrokenFs();
    fs.freeBytes = 1000;
    const files = make({ fs, minFreeBytes: 2000 });
    files.append(piece("a"));
    await second(files);
    expect(files.state().ok).toBe(false);
    expect(listed()).toEqual([]);
    fs.freeBytes = 3000;
    await second(files, 40_000);
    expect(contents()).toEqual(["a\n"]);
    await files.close();
  });

  it("counts what is left over at the end, and takes nothing more", async () => {
    const fs = new BrokenFs();
    const files = make({ fs });
    fs.code = "ENOSPC";
    files.append(piece("a"));
    files.append(piece("b"));
    await files.close();
    expect(files.append(piece("c"))).toBe(false);
    expect(files.counters()).toMatchObject({ records: 0, dropped: 3 });
  });

  it("drops a piece larger than its buffer", async () => {
    const files = make({ bufferBytes: 10 });
    expect(files.append(Buffer.alloc(11))).toBe(false);
    expect(files.append(Buffer.alloc(10))).toBe(true);
    await files.close();
  });
});
