// A record written as IPFIX and read back has every field the same: arbitrary records, and those of real captures.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { letterCapture } from "../../../examples/letter.js";
import type { FlowRecord } from "../../../host/record/flow-record.js";
import { captureFolder } from "../../support/captures.js";
import { seedOf } from "../../support/random.js";
import { buildRecord } from "../../support/record-builder.js";
import {
  anyRecord,
  decodeAll,
  evidenceOf,
  messagesOf,
  OPTIONS,
  recordsOfCaptures,
  valuesOf,
} from "./records.js";

const seed = seedOf("ipfix round trip");
const folder = mkdtempSync(join(tmpdir(), "stray-ipfix-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function expectSame(records: readonly FlowRecord[], options = OPTIONS): void {
  const { records: back } = decodeAll(messagesOf(records, options));
  expect(back).toHaveLength(records.length);
  records.forEach((record, index) => {
    expect(valuesOf(back[index]!)).toEqual(valuesOf(record));
    expect(evidenceOf(back[index]!)).toEqual(evidenceOf(record));
  });
}

describe("a record written and read back", () => {
  it("has every field the same, whatever the record", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 6 }), (records) => expectSame(records)),
      { seed, numRuns: 1500 },
    );
  });

  it("is the same in small messages and under another enterprise number", () => {
    const options = { ...OPTIONS, maxBytes: 512, enterprise: 0xfffffffe };
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 6 }), (records) =>
        expectSame(records, options as typeof OPTIONS),
      ),
      { seed, numRuns: 200 },
    );
  });

  it("is the same for the letter's capture, with intermediate records", async () => {
    const file = join(folder, "letter.pcap");
    writeFileSync(file, letterCapture());
    const records = await recordsOfCaptures([file], 1000);
    expect(records.length).toBeGreaterThan(7);
    expectSame(records);
  });

  const captures = captureFolder();
  it.skipIf(captures === undefined)("is the same for real captures", async () => {
    const { readdirSync } = await import("node:fs");
    const files = readdirSync(captures!).filter((name) => /\.(pcap|pcapng|cap)$/.test(name));
    let total = 0;
    for (const name of files) {
      const records = await recordsOfCaptures([join(captures!, name)], 500);
      expectSame(records);
      total += records.length;
    }
    console.info(`${total} records of ${files.length} captures`);
    expect(total).toBeGreaterThan(100);
  });

  it("has no long run of zeros, by which the store tells a hole in a torn message", () => {
    const longest = (bytes: Uint8Array) => {
      let zeros = 0;
      return bytes.reduce((most, byte) => {
        zeros = byte === 0 ? zeros + 1 : 0;
        return Math.max(most, zeros);
      }, 0);
    };
    fc.assert(
      fc.property(anyRecord, (record) => {
        for (const message of messagesOf([record])) expect(longest(message)).toBeLessThan(128);
      }),
      { seed, numRuns: 300 },
    );
  });

  it("takes up to 64 bits of a count", () => {
    const packets = 2 ** 52;
    const record = buildRecord({ orig: { packets, bytes: packets + 1, appBytes: packets - 1 } });
    const [back] = decodeAll(messagesOf([record])).records;
    expect(back!.packets("orig")).toBe(packets);
    expect(back!.wireBytes("orig")).toBe(packets + 1);
    expect(back!.appBytes("orig")).toBe(packets - 1);
  });
});
