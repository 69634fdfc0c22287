// A flow's facts as a line of the log: the columns that `stray read -Z b` prints.
// Apart from the printers, which look at records: of an incident only facts were kept.
// Always holds: the same texts as the printers', held by a test; what an older stray did not keep is empty.

import { PROTO_ESP, PROTO_TCP } from "../record/flow-record.js";
import { protocolName } from "../record/names.js";
import type { ReportFlow } from "./model.js";
import { LOG_COLUMNS } from "./model.js";

type CellText = (flow: ReportFlow, time: (us: number) => string) => string;

const CELLS: Readonly<Record<string, CellText>> = {
  stime: ({ startUs }, time) => time(startUs),
  flgs: ({ flgs = "" }) => flgs,
  proto: ({ proto }) => protocolName(proto),
  saddr: ({ source }) => source.address,
  sport: (flow) => portText(flow, flow.source.port),
  dir: dirText,
  daddr: ({ destination }) => destination.address,
  dport: (flow) => portText(flow, flow.destination.port),
  spkts: ({ orig }) => String(orig.packets),
  dpkts: ({ resp }) => String(resp.packets),
  sappbytes: ({ orig }) => String(orig.appBytes),
  dappbytes: ({ resp }) => String(resp.appBytes),
  state: ({ stateText }) => stateText,
};

/** `time`: microseconds since 1970 as the log shows them. */
export function logCells(flow: ReportFlow, time: (us: number) => string): string[] {
  return LOG_COLUMNS.map(({ name }) => CELLS[name]!(flow, time));
}

function portText({ proto }: ReportFlow, port: number): string {
  if (port < 0) return "";
  return proto === PROTO_ESP ? `0x${port.toString(16).padStart(8, "0")}` : String(port);
}

/** As dirSymbol() says it of a record. */
function dirText({ proto, state, sawSyn, sawSynAck, orig, resp }: ReportFlow): string {
  const hasOrig = orig.packets > 0;
  const hasResp = resp.packets > 0;
  if (proto === PROTO_TCP && state !== 0) {
    if (sawSyn || sawSynAck) return "->";
    return hasResp ? (hasOrig ? "<?>" : "<?") : "?>";
  }
  return hasResp ? (hasOrig ? "<->" : "<-") : "->";
}
