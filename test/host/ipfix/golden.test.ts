// The letter's flows as a file of IPFIX, octet for octet, in words: what is in the golden file was read and found right.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { letterCapture } from "../../../examples/letter.js";
import { IpfixMessage } from "../../../host/ipfix/message.js";
import { Dump } from "./dump.js";
import { EXPORT_MS, OPTIONS, recordsOfCaptures, templateMessages } from "./records.js";

const folder = mkdtempSync(join(tmpdir(), "stray-golden-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the letter's records are written as the golden file says", async () => {
  const file = join(folder, "letter.pcap");
  writeFileSync(file, letterCapture());
  const records = await recordsOfCaptures([file], 0);
  const message = new IpfixMessage(OPTIONS);
  const messages = templateMessages(message);
  message.begin(EXPORT_MS);
  for (const record of records) message.add(record);
  messages.push(message.finish().slice());
  message.begin(EXPORT_MS);
  message.addTimeWindow(1_003_318_266_204, 1_003_319_212_750);
  messages.push(message.finish().slice());
  const text = new Dump().text(Buffer.concat(messages));
  await expect(text).toMatchFileSnapshot("golden/letter.txt");
});
