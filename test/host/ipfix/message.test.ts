// Framing: lengths, sequence numbers, export times, and what happens when there is no room.

import { describe, expect, it } from "vitest";
import { IpfixMessage, MESSAGE_SIZE_MIN } from "../../../host/ipfix/message.js";
import { OWN_ELEMENTS } from "../../../host/ipfix/own-elements.js";
import { buildRecord } from "../../support/record-builder.js";
import { decodeAll, EXPORT_MS, OPTIONS, templateMessages } from "./records.js";

const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! * 256 + bytes[at + 1]!;
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65536 + u16(bytes, at + 2);

describe("IpfixMessage", () => {
  it("has version, length, export time, sequence number and domain in its header", () => {
    const message = new IpfixMessage({ ...OPTIONS, domain: 0x01020304 });
    message.begin(EXPORT_MS + 999);
    expect(message.isEmpty).toBe(true);
    expect(message.add(buildRecord())).toBe(true);
    expect(message.isEmpty).toBe(false);
    expect(message.records).toBe(1);
    const bytes = message.finish();
    expect(u16(bytes, 0)).toBe(10);
    expect(u16(bytes, 2)).toBe(bytes.length);
    expect(u32(bytes, 4)).toBe(EXPORT_MS / 1000);
    expect(u32(bytes, 8)).toBe(0);
    expect(u32(bytes, 12)).toBe(0x01020304);
  });

  it("counts data records, type information among them, and no templates, in the sequence number", () => {
    const message = new IpfixMessage(OPTIONS);
    templateMessages(message);
    expect(message.nextSequence).toBe(OWN_ELEMENTS.length);
    message.begin(EXPORT_MS);
    message.add(buildRecord());
    message.add(buildRecord({ proto: 17 }));
    message.finish();
    expect(message.finish().length).toBeGreaterThan(100);
    message.begin(EXPORT_MS);
    expect(u32(message.finish(), 8)).toBe(OWN_ELEMENTS.length + 2);
    message.restartSequence();
    message.begin(EXPORT_MS);
    expect(u32(message.finish(), 8)).toBe(0);
  });

  it("does not count a message that was begun and never finished", () => {
    const message = new IpfixMessage(OPTIONS);
    message.begin(EXPORT_MS);
    message.add(buildRecord());
    message.begin(EXPORT_MS);
    expect(u32(message.finish(), 8)).toBe(0);
  });

  it("puts records of one template into one set", () => {
    const message = new IpfixMessage(OPTIONS);
    message.begin(EXPORT_MS);
    message.add(buildRecord());
    const one = message.size;
    message.add(buildRecord());
    const two = message.size;
    expect(two - one).toBe(one - 16 - 4);
    message.add(buildRecord({ proto: 17 }));
    const bytes = message.finish();
    expect(u16(bytes, 16 + 2)).toBe(two - 16);
    expect(u16(bytes, two + 2)).toBe(bytes.length - two);
  });

  it.each([MESSAGE_SIZE_MIN, 1400, 16384, 65535])("fills %i bytes at most, and loses nothing", (maxBytes) => {
    const message = new IpfixMessage({ ...OPTIONS, maxBytes });
    const messages = templateMessages(message);
    message.begin(EXPORT_MS);
    for (let sequence = 1; sequence <= 500; sequence++) {
      const record = buildRecord({
        sequence,
        proto: sequence % 3 === 0 ? 17 : 6,
        resp: { packets: sequence % 2 },
      });
      if (message.add(record)) continue;
      messages.push(message.finish().slice());
      message.begin(EXPORT_MS);
      expect(message.add(record)).toBe(true);
    }
    messages.push(message.finish().slice());
    for (const bytes of messages) {
      expect(bytes.length).toBeLessThanOrEqual(maxBytes);
      expect(u16(bytes, 2)).toBe(bytes.length);
    }
    const { records, decoder } = decodeAll(messages);
    expect(records.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 500 }, (_, index) => index + 1),
    );
    expect(decoder.counts).toMatchObject({ setsUnknown: 0, recordsOther: 0, templatesRefused: 0 });
  });

  it("has room for no part of the templates in a message that is nearly full", () => {
    const message = new IpfixMessage({ ...OPTIONS, maxBytes: MESSAGE_SIZE_MIN });
    message.begin(EXPORT_MS);
    message.add(buildRecord());
    message.add(buildRecord());
    expect(message.addTemplates(0)).toBe(false);
    expect(message.records).toBe(2);
  });

  it.each([0, MESSAGE_SIZE_MIN - 1, 65536])("refuses %i bytes", (maxBytes) => {
    expect(() => new IpfixMessage({ ...OPTIONS, maxBytes })).toThrow(RangeError);
  });
});
