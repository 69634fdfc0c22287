// A flow record as Suricata's EVE `flow` event, one JSON object.
// Apart from what writes it: a file and syslog carry the same text.
// Always holds: ASCII, one line, without the newline; whatever Suricata has a key for is under that key, everything
// else under `stray`.

import * as L from "../../assembly/layout.js";
import { addressText, senderMac } from "../record/address.js";
import { type FlowRecord, PROTO_ESP } from "../record/flow-record.js";
import { verdictOf } from "../record/verdict.js";
import { asciiJson, evidenceText } from "./eve-evidence.js";
import { eveFlowState, eveProto, eveReason, eveTcpState, icmpAnswer } from "./eve-names.js";
import { eventTimeUs, eveTime, microsecondsAt } from "./eve-time.js";
import { flowId } from "./flow-id.js";

export class EveFlow {
  private readonly host: string;
  private readonly interfaceName: (worker: number) => string | undefined;
  private interfaceLast: string | undefined;
  private interfaceJson = "";

  constructor(sensorName: string, interfaceName: (worker: number) => string | undefined) {
    this.host = sensorName === "" ? "" : `,"host":${asciiJson(sensorName)}`;
    this.interfaceName = interfaceName;
  }

  /** The whole event. */
  text(record: FlowRecord, worker: number): string {
    return `${this.core(record, worker)},"stray":{${strayText(record)}}}`;
  }

  /** Without the evidence, for a peer that takes short messages. */
  shortText(record: FlowRecord, worker: number): string {
    return `${this.core(record, worker)}}`;
  }

  private core(record: FlowRecord, worker: number): string {
    const time = eveTime(eventTimeUs(record));
    const head = `{"timestamp":"${time}","flow_id":${flowId(record)}${this.interface(worker)},"event_type":"flow"`;
    const tail = record.isTcp ? tcpText(record) : "";
    return `${head}${vlanText(record)}${endsText(record)}${flowText(record)}${tail}${etherText(record)}${this.host}`;
  }

  private interface(worker: number): string {
    const name = this.interfaceName(worker);
    if (name !== this.interfaceLast) {
      this.interfaceLast = name;
      this.interfaceJson = name === undefined ? "" : `,"in_iface":${asciiJson(name)}`;
    }
    return this.interfaceJson;
  }
}

function vlanText(record: FlowRecord): string {
  const orig = record.packetsOfLife("orig") > 0 ? record.vlan("orig") : L.VLAN_NONE;
  const vlan = orig !== L.VLAN_NONE ? orig : record.packetsOfLife("resp") > 0 ? record.vlan("resp") : orig;
  return vlan === L.VLAN_NONE ? "" : `,"vlan":[${vlan}]`;
}

/** Addresses, ports and protocol. What is not IP has none of IP's; its MAC addresses are under `ether`. */
function endsText(record: FlowRecord): string {
  const proto = `,"proto":"${eveProto(record)}"`;
  if (record.kind === L.KIND_MAC) return proto;
  const hasPorts = record.hasPorts;
  const src = `,"src_ip":"${addressText(record, "orig")}"${hasPorts ? `,"src_port":${record.portOf("orig")}` : ""}`;
  const dest = `,"dest_ip":"${addressText(record, "resp")}"${hasPorts ? `,"dest_port":${record.portOf("resp")}` : ""}`;
  return `${src}${dest}${proto}${record.isIcmp ? icmpText(record) : ""}${spiText(record)}`;
}

function icmpText(record: FlowRecord): string {
  const question = `,"icmp_type":${record.portA},"icmp_code":${record.portB & 0xff}`;
  const answer = icmpAnswer(record);
  return answer === undefined
    ? question
    : `${question},"response_icmp_type":${answer},"response_icmp_code":0`;
}

function spiText(record: FlowRecord): string {
  return record.isIp && record.proto === PROTO_ESP ? `,"spi":${record.port("resp")}` : "";
}

function flowText(record: FlowRecord): string {
  const { startUs, lastUs } = record;
  // Whole seconds of both times, subtracted: what Suricata calls the age.
  const age = Math.max(0, Math.floor(lastUs / 1_000_000) - Math.floor(startUs / 1_000_000));
  return (
    `,"flow":{"pkts_toserver":${record.packets("orig")},"pkts_toclient":${record.packets("resp")}` +
    `,"bytes_toserver":${record.wireBytes("orig")},"bytes_toclient":${record.wireBytes("resp")}` +
    `,"start":"${eveTime(startUs)}","end":"${eveTime(lastUs)}","age":${age}` +
    `,"state":"${eveFlowState(record)}","reason":"${eveReason(record.reason)}","alerted":false${actionText(record)}}`
  );
}

/** As Suricata has it: only of what was dropped in truth. */
function actionText(record: FlowRecord): string {
  const verdict = verdictOf(record);
  return verdict === "drop" || verdict === "reject" ? `,"action":"drop"` : "";
}

const FLAG_NAMES = ["fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"] as const;
/** The order in which Suricata names them. */
const FLAG_ORDER = [1, 0, 2, 3, 4, 5, 6, 7] as const;
const FLAG_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, flags) =>
  FLAG_ORDER.filter((bit) => (flags >> bit) & 1)
    .map((bit) => `,"${FLAG_NAMES[bit]}":true`)
    .join(""),
);
const HEX: readonly string[] = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));

function tcpText(record: FlowRecord): string {
  const orig = record.tcpFlags("orig") & 0xff;
  const resp = record.tcpFlags("resp") & 0xff;
  const both = orig | resp;
  return (
    `,"tcp":{"tcp_flags":"${HEX[both]}","tcp_flags_ts":"${HEX[orig]}","tcp_flags_tc":"${HEX[resp]}"` +
    `${FLAG_TEXTS[both]},"state":"${eveTcpState(record)}"}`
  );
}

/** Source addresses of the frames of either side; of what is not IP, the two addresses of the flow. */
function etherText(record: FlowRecord): string {
  const isMac = record.kind === L.KIND_MAC;
  const src = isMac ? addressText(record, "orig") : senderMac(record, "orig");
  const dest = isMac ? addressText(record, "resp") : senderMac(record, "resp");
  if (src === "" && dest === "") return "";
  const list = (mac: string): string => (mac === "" ? "[]" : `["${mac}"]`);
  return `,"ether":{"dest_macs":${list(dest)},"src_macs":${list(src)}}`;
}

function strayText(record: FlowRecord): string {
  const evidence = evidenceText(record);
  if (!record.isLater) return evidence;
  const startUs = microsecondsAt(record, record.flow + L.FLOW_START_OFFSET);
  return `"flow_start":"${eveTime(startUs)}",${evidence}`;
}
