// Where bytes come from: the same bytes whatever the way, and one clear line when they can't be had.

import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CaptureProblem } from "../../../host/capture/problem.js";
import { openSource } from "../../../host/capture/source.js";
import { PATIENCE } from "../../support/patience.js";
import { Random } from "../../support/random.js";

const SIZE = 700_001;

/** Bytes that compress about as well as packets do. */
function content(): Uint8Array {
  const random = new Random(11);
  const bytes = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at++) bytes[at] = random.chance(0.5) ? at >> 4 : random.below(60);
  return bytes;
}

async function readAll(
  file: string,
  pieceSize = 65_536,
): Promise<{ bytes: Buffer; problem?: CaptureProblem }> {
  const source = await openSource(file);
  const pieces: Buffer[] = [];
  const target = new Uint8Array(new SharedArrayBuffer(pieceSize));
  try {
    for (;;) {
      const size = await source.read(target);
      if (size === 0) return { bytes: Buffer.concat(pieces) };
      pieces.push(Buffer.from(target.slice(0, size)));
    }
  } catch (error) {
    if (!(error instanceof CaptureProblem)) throw error;
    return { bytes: Buffer.concat(pieces), problem: error };
  } finally {
    await source.close();
  }
}

describe("openSource", () => {
  let folder: string;
  const plain = content();
  const zipped = gzipSync(plain);
  const put = (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "stray-source-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("gives a plain file's bytes, also those of 0, 1, 2 and 3 bytes", async () => {
    expect((await readAll(put("plain", plain), 10_000)).bytes.equals(plain)).toBe(true);
    for (const size of [0, 1, 2, 3]) {
      expect((await readAll(put(`short-${size}`, plain.subarray(0, size)))).bytes.length).toBe(size);
    }
  });

  it("inflates gzip whatever the file is called, members one after another too", async () => {
    expect((await readAll(put("zipped.pcap", zipped), 777)).bytes.equals(plain)).toBe(true);
    const twice = await readAll(put("twice", Buffer.concat([zipped, zipped])));
    expect(twice.bytes.equals(Buffer.concat([plain, plain]))).toBe(true);
    expect(twice.problem).toBeUndefined();
  });

  it("gives all that a cut gzip file still holds, and says that it is cut", async () => {
    for (const size of [3, 9, 12, 100, 5000, 33_000, zipped.length - 9, zipped.length - 1]) {
      const { bytes, problem } = await readAll(put("cut.gz", zipped.subarray(0, size)));
      expect(plain.subarray(0, bytes.length)).toEqual(new Uint8Array(bytes));
      if (size > 5000) expect(bytes.length).toBeGreaterThan((size / zipped.length) * SIZE - 70_000);
      if (size >= zipped.length - 9) expect(bytes.length).toBe(SIZE);
      expect(problem?.code).toBe("INPUT_CUT");
      expect(problem?.offset).toBe(size);
    }
  });

  it("gives all that comes before damage in gzip data", async () => {
    // The first half ends on a byte border of its own, then comes a block type that doesn't exist.
    const half = SIZE >> 1;
    const first = deflateRawSync(plain.subarray(0, half), { finishFlush: constants.Z_SYNC_FLUSH });
    const header = zipped.subarray(0, 10);
    const file = put("broken.gz", Buffer.concat([header, first, Buffer.alloc(60_000, 0xff)]));
    const { bytes, problem } = await readAll(file);
    expect(bytes.length).toBe(half);
    expect(bytes.equals(plain.subarray(0, half))).toBe(true);
    expect(problem?.code).toBe("INPUT_DAMAGED");
    expect(problem?.offset).toBe(10 + first.length);
    expect(problem?.message).toContain("the compressed data is damaged");
  });

  it("reads a named pipe, gzip'd too", async () => {
    for (const [index, bytes] of [plain, zipped].entries()) {
      const pipe = join(folder, `pipe-${index}`);
      execFileSync("mkfifo", [pipe]);
      const writer = spawn("sh", ["-c", `cat "$0" > "$1"`, put("piped", bytes), pipe]);
      expect((await readAll(pipe)).bytes.equals(plain)).toBe(true);
      writer.kill();
    }
  });

  it("reads a device that has nothing", async () => {
    expect((await readAll("/dev/null")).bytes.length).toBe(0);
  });

  it("says in one line what keeps a file from being opened", async () => {
    const failure = async (file: string) => {
      const error: unknown = await openSource(file).then(
        () => undefined,
        (reason) => reason,
      );
      if (!(error instanceof CaptureProblem)) throw new Error(`no problem with ${file}`);
      expect(error.exitCode).toBe(2);
      return [error.code, error.message];
    };
    expect(await failure("/nowhere/x\u001b[31m\n.pcap")).toEqual([
      "INPUT_MISSING",
      "/nowhere/x\\x1b[31m\\x0a.pcap: no such file",
    ]);
    expect(await failure(join(folder, "short-3", "below"))).toEqual([
      "INPUT_MISSING",
      `${folder}/short-3/below: no such file`,
    ]);
    mkdirSync(join(folder, "folder"));
    expect(await failure(join(folder, "folder"))).toEqual([
      "INPUT_DIRECTORY",
      `${folder}/folder: is a directory, a capture file was expected`,
    ]);
    expect((await failure("bad\0name"))[0]).toBe("INPUT_UNREADABLE");
  });
});

describe("standard input", () => {
  const plain = content();
  const digest = createHash("sha256").update(plain).digest("hex");

  /** Runs the reader with this shell text before or behind it. */
  function run(shell: string, input?: Uint8Array): { size: number; hash: string; compressed: boolean } {
    const program = "node --import ./tools/ts.mjs test/support/read-stdin.ts";
    const text = execFileSync("sh", ["-c", shell.replace("READ", program)], { input: input ?? "" });
    return JSON.parse(text.toString());
  }

  it("is read from a pipe and from a file, gzip'd or not", () => {
    const folder = mkdtempSync(join(tmpdir(), "stray-stdin-"));
    const file = join(folder, "x");
    for (const [bytes, compressed] of [[plain, false] as const, [gzipSync(plain), true] as const]) {
      writeFileSync(file, bytes);
      const expected = { size: SIZE, hash: digest, compressed, problem: "" };
      expect(run("cat | READ", bytes)).toEqual(expected);
      expect(run(`READ < ${file}`)).toEqual(expected);
    }
    rmSync(folder, { recursive: true });
  });

  it(
    "lets the program end while the other side still has it open",
    async () => {
      const argv = ["--import", "./tools/ts.mjs", "test/support/read-stdin.ts", "10"];
      const child = spawn(process.execPath, argv, { stdio: ["pipe", "pipe", "inherit"] });
      child.stdin.write("0123456789");
      const output = await new Promise<string>((resolve) => {
        let text = "";
        child.stdout.on("data", (piece) => {
          text += piece;
        });
        child.on("close", () => resolve(text));
      });
      expect(JSON.parse(output).size).toBe(10);
      child.stdin.destroy();
    },
    20_000 * PATIENCE,
  );
});
