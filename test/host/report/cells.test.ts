// The log's cells are those of `stray read -Z b`: of every flow of all scenarios, and of protocols that they lack.

import "../../support/utc.js";
import { expect, it } from "vitest";
import { letterFrames } from "../../../examples/letter.js";
import { SCENARIOS, scenario } from "../../../examples/scenarios/index.js";
import { factsOf } from "../../../host/cause/facts.js";
import { chooseColumns } from "../../../host/print/columns.js";
import { fieldText } from "../../../host/print/printer.js";
import { DEFAULT_TIME_FORMAT, timeFormatter } from "../../../host/print/time-format.js";
import { DEFAULT_FIELD_NAMES } from "../../../host/record/fields.js";
import { FlowRecord } from "../../../host/record/flow-record.js";
import { logCells } from "../../../host/report/cells.js";
import { LOG_COLUMNS } from "../../../host/report/model.js";
import { Core } from "../../support/core.js";
import { buildRecord, type RecordSpec } from "../../support/record-builder.js";

const time = timeFormatter(DEFAULT_TIME_FORMAT);
const style = { state: "flags-both", numericProto: false, time, timeWidth: 18 } as const;
const texts = chooseColumns([], DEFAULT_FIELD_NAMES).map(({ field }) => fieldText(field, style, "table"));
const core = new Core();

function recordsOf(frames: readonly { timeNs: bigint; frame: Uint8Array }[]): FlowRecord[] {
  core.reset();
  const records: FlowRecord[] = [];
  const take = (): void => {
    core.take((bytes) => records.push(new FlowRecord(bytes.slice().buffer).pointAt(0)));
  };
  for (const { timeNs, frame } of frames) {
    core.push(frame, { timeNs });
    if (core.pending > 512) take();
  }
  core.exports.drain();
  for (let more = 1; more !== 0; ) {
    more = core.exports.flush();
    take();
  }
  return records.filter((record) => record.isIp);
}

function same(record: FlowRecord): void {
  expect(logCells(factsOf(record), time)).toEqual(texts.map((text) => text(record)));
}

it.each(SCENARIOS)("of %s", (name) => {
  const records = recordsOf(scenario(name, 1).frames);
  expect(records.length).toBeGreaterThan(10);
  for (const record of records) same(record);
});

it("of the letter, by the letter's headings", () => {
  for (const record of recordsOf(letterFrames())) same(record);
  expect(LOG_COLUMNS.map(({ header }) => header).join(" ")).toBe(
    "Start_Time Flgs Type SrcAddr Sport Dir DstAddr Dport SrcPkt Dstpkt SAppBytes DAppBytes Status",
  );
});

it.each<[string, RecordSpec]>([
  ["ESP", { proto: 50, orig: { packets: 2 }, resp: { packets: 1 } }],
  ["a protocol without a name", { proto: 253, orig: { packets: 1 } }],
  ["UDP that was answered only", { proto: 17, orig: { packets: 0 }, resp: { packets: 3 } }],
])("of %s", (_name, spec) => {
  same(buildRecord(spec));
});
