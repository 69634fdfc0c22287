// `stray top` as JSON: one object a look.
// Apart because it is for programs: full numbers, no text to read.
// Always holds: a rate that is not known is null; a flow has the fields of `stray read --json`.

import { JsonPrinter } from "../../print/json.js";
import { FIELDS } from "../../record/fields.js";
import type { TopFlow, TopPicture } from "./top-picture.js";

const printer = new JsonPrinter(
  FIELDS.map((field) => ({ field, width: field.width })),
  { state: "word", numericProto: false, time: String, timeWidth: 0 },
);

/** Ends with a line feed. `flowsMost`: flows told at most. */
export function topJson(picture: TopPicture, flowsMost: number): string {
  const { packets, bits, drops, records, newFlows } = picture;
  const head = JSON.stringify({
    nowMs: picture.nowMs,
    rates: {
      packets: known(packets),
      bits: known(bits),
      drops: known(drops),
      records: known(records),
      newFlows: known(newFlows),
    },
    liveFlows: picture.liveFlows,
    flowsMax: picture.flowsMax,
    interfaces: picture.interfaces.map(({ report, ...rates }) => ({
      ...report,
      packetRate: known(rates.packets),
      dropRate: known(rates.drops),
    })),
    findings: Object.fromEntries(picture.findings.map(({ name, count }) => [name, count])),
    problems: picture.status.problems,
  });
  const flows = picture.flows.slice(0, flowsMost).map(flowJson);
  return `${head.slice(0, -1)},"flows":[${flows.join(",")}]}\n`;
}

/** The printer's text, so that times keep their six decimals, and the rates behind it. */
function flowJson({ record, bits, packets }: TopFlow): string {
  const fields = printer.line(record).trimEnd();
  return `${fields.slice(0, -1)},"bit_rate":${known(bits)},"packet_rate":${known(packets)}}`;
}

function known(rate: number | undefined): number | null {
  return rate === undefined ? null : Number(rate.toFixed(3));
}
