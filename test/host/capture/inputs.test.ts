// What inputs are, by their first bytes; and that nothing of what can't be read twice is lost by looking.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { letterCapture } from "../../../examples/letter.js";
import { lookAtInputs } from "../../../host/capture/inputs.js";
import type { ByteSource } from "../../../host/capture/source.js";
import { buildRecord } from "../../support/record-builder.js";
import { messagesOf } from "../ipfix/records.js";

let folder: string;
const flows = Buffer.concat(messagesOf([buildRecord()]));
const file = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-inputs-"));
  writeFileSync(file("flows"), flows);
  writeFileSync(file("flows.gz"), gzipSync(flows));
  writeFileSync(file("packets"), letterCapture());
  writeFileSync(file("empty"), "");
  writeFileSync(file("broken.gz"), gzipSync(flows).subarray(0, 12));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function all(source: ByteSource): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const piece = new Uint8Array(1000);
  for (let size = await source.read(piece); size > 0; size = await source.read(piece)) {
    pieces.push(Buffer.from(piece.subarray(0, size)));
  }
  await source.close();
  return Buffer.concat(pieces);
}

describe("lookAtInputs", () => {
  it.each([
    [["flows"], "flows"],
    [["flows.gz", "flows"], "flows"],
    [["packets"], "packets"],
    [["empty"], "packets"],
    [["missing"], "packets"],
    [["missing", "flows"], "flows"],
    [["broken.gz", "flows"], "flows"],
    [[], "packets"],
  ])("says of %j: %s", async (names, kind) => {
    const inputs = await lookAtInputs(names.map(file));
    expect(inputs.kind).toBe(kind);
    await inputs.close();
  });

  it("gives a file whole after looking at it", async () => {
    const inputs = await lookAtInputs([file("flows"), file("flows.gz")]);
    expect(await all(await inputs.open(file("flows")))).toEqual(flows);
    expect(await all(await inputs.open(file("flows.gz")))).toEqual(flows);
    await inputs.close();
  });

  it.each([
    ["plain", flows],
    ["gzip'd", gzipSync(flows)],
  ])("gives a pipe whole after looking at it: %s", async (_, bytes) => {
    const pipe = file("pipe");
    execFileSync("mkfifo", [pipe]);
    try {
      const writing = open(pipe, "w").then(async (handle) => {
        await handle.writeFile(bytes);
        await handle.close();
      });
      const inputs = await lookAtInputs([pipe]);
      expect(inputs.kind).toBe("flows");
      expect(await all(await inputs.open(pipe))).toEqual(flows);
      await writing;
      await inputs.close();
    } finally {
      rmSync(pipe);
    }
  });

  it("refuses packets and flows together", async () => {
    await expect(lookAtInputs([file("packets"), file("flows")])).rejects.toMatchObject({
      code: "INPUT_MIXED",
      exitCode: 2,
      message: expect.stringContaining("can't be read together"),
    });
  });
});
