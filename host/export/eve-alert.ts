// An alert as Suricata's EVE `alert` event, one JSON object; and such an object read back.
// Apart from what writes it: a file, the alert log and syslog carry the same text, in whole or without its bytes.
// Always holds: ASCII, one line, without the newline; whatever Suricata has a key for is under that key, everything
// else under `stray`.

import * as L from "../../assembly/layout.js";
import * as R from "../../assembly/match/rules-layout.js";
import type { Alert } from "../alert/alert.js";
import { causeName } from "../alert/causes.js";
import { communityId } from "../alert/community-id.js";
import { alertFlowId } from "../alert/flow-key.js";
import { bytesText, clipped } from "../alert/text.js";
import { findingNames } from "../record/findings.js";
import { asciiJson } from "./eve-evidence.js";
import { ipProtoText } from "./eve-names.js";
import { eveTime } from "./eve-time.js";

/** Of a rule's references and metadata: how many are told, and how much of each. */
const REFERENCES_MAX = 16;
const METADATA_MAX = 24;
const ENTRY_MAX = 256;

export interface EveAlertOptions {
  readonly sensorName: string;
  interfaceName(worker: number): string | undefined;
  /** Rules can drop here. */
  readonly isInline?: boolean;
}

/** The event in pieces: `head + payload + packet + tail` is all of it, any of the two in the middle can be left out. */
export interface EveAlertParts {
  readonly head: string;
  readonly payload: string;
  readonly packet: string;
  readonly tail: string;
}

export const ALERT_KINDS: Readonly<Record<number, string>> = {
  [R.ALERT_KIND_ALERT]: "alert",
  [R.ALERT_KIND_LOG]: "log",
  [R.ALERT_KIND_TAGGED]: "tagged",
};

export class EveAlert {
  private readonly host: string;

  constructor(private readonly options: EveAlertOptions) {
    const { sensorName } = options;
    this.host = sensorName === "" ? "" : `,"host":${asciiJson(sensorName)}`;
  }

  /** The whole event. */
  text(alert: Alert, worker: number): string {
    const { head, payload, packet, tail } = this.parts(alert, worker);
    return head + payload + packet + tail;
  }

  /** Without payload and packet, for a peer that takes short messages. */
  shortText(alert: Alert, worker: number): string {
    const { head, tail } = this.parts(alert, worker);
    return head + tail;
  }

  parts(alert: Alert, worker: number): EveAlertParts {
    const time = eveTime(alert.timeUs);
    const name = this.options.interfaceName(worker);
    const face = name === undefined ? "" : `,"in_iface":${asciiJson(name)}`;
    const community = communityId(alert);
    const head =
      `{"timestamp":"${time}","flow_id":${alertFlowId(alert)}${face},"event_type":"alert"${vlanText(alert)}` +
      `${endsText(alert)}${community === undefined ? "" : `,"community_id":"${community}"`}` +
      `,"alert":{${ruleText(alert, this.options.isInline ?? false)}}` +
      `${alert.has(R.ALERT_BIT_HTTP) ? ',"app_proto":"http"' : ""}` +
      `,"direction":"${alert.has(R.ALERT_BIT_TO_SERVER) ? "to_server" : "to_client"}"${flowText(alert)}`;
    const tail = `,"stream":${alert.has(R.ALERT_BIT_STREAM) ? 1 : 0}${this.host},"stray":{${strayText(alert, worker)}}}`;
    return { head, payload: payloadText(alert), packet: packetText(alert), tail };
  }
}

function vlanText({ vlan }: Alert): string {
  return vlan === L.VLAN_NONE ? "" : `,"vlan":[${vlan}]`;
}

function endsText(alert: Alert): string {
  const { hasPorts, sport, dport } = alert;
  const src = `,"src_ip":"${alert.source}"${hasPorts ? `,"src_port":${sport}` : ""}`;
  const dest = `,"dest_ip":"${alert.destination}"${hasPorts ? `,"dest_port":${dport}` : ""}`;
  const icmp = alert.isIcmp ? `,"icmp_type":${sport},"icmp_code":${dport}` : "";
  return `${src}${dest},"proto":"${ipProtoText(alert.proto)}"${icmp}`;
}

function ruleText(alert: Alert, isInline: boolean): string {
  const { rule } = alert;
  const message = rule === undefined ? alert.id : clipped(rule.message);
  const references = (rule?.references ?? [])
    .slice(0, REFERENCES_MAX)
    .map(({ system, id, url }) => clipped(url ?? `${system} ${id}`, ENTRY_MAX));
  return (
    `"action":"${isInline && alert.isDrop ? "blocked" : "allowed"}","gid":${alert.gid}` +
    `,"signature_id":${alert.sid},"rev":${alert.rev},"signature":${asciiJson(message)}` +
    `,"category":${asciiJson(clipped(alert.classification, ENTRY_MAX))},"severity":${alert.priority}` +
    `${metadataText(rule?.metadata ?? [])}` +
    `${references.length === 0 ? "" : `,"references":${asciiJson(references)}`}`
  );
}

/** `created_at 2024_01_02` under its first word; a word said again has several values. */
function metadataText(metadata: readonly string[]): string {
  const byKey = new Map<string, string[]>();
  for (const entry of metadata.slice(0, METADATA_MAX)) {
    const [, key = "", value = ""] = /^(\S*)\s*(.*)$/s.exec(clipped(entry, ENTRY_MAX).trim()) ?? [];
    if (key === "") continue;
    const values = byKey.get(key);
    if (values === undefined) byKey.set(key, [value]);
    else values.push(value);
  }
  if (byKey.size === 0) return "";
  const members = [...byKey].map(([key, values]) => `${asciiJson(key)}:${asciiJson(values)}`);
  return `,"metadata":{${members.join(",")}}`;
}

/** The flow so far; its source is its initiator, who is not always the packet's sender. */
function flowText(alert: Alert): string {
  const isFromInitiator = alert.has(R.ALERT_BIT_FROM_INITIATOR);
  const [source, destination] = isFromInitiator
    ? [alert.source, alert.destination]
    : [alert.destination, alert.source];
  const [sport, dport] = isFromInitiator ? [alert.sport, alert.dport] : [alert.dport, alert.sport];
  const ports = alert.hasPorts ? `,"src_port":${sport},"dest_port":${dport}` : "";
  return (
    `,"flow":{"pkts_toserver":${alert.packets("server")},"pkts_toclient":${alert.packets("client")}` +
    `,"bytes_toserver":${alert.flowBytes("server")},"bytes_toclient":${alert.flowBytes("client")}` +
    `,"start":"${eveTime(alert.flowStartUs)}","src_ip":"${source}","dest_ip":"${destination}"${ports}}`
  );
}

function payloadText(alert: Alert): string {
  const { payloadSize } = alert;
  if (payloadSize === 0) return "";
  const text = bytesText(alert.bytes, alert.frameAt + alert.payload, payloadSize, true);
  return `,"payload":"${alert.copy("payload").toString("base64")}","payload_printable":${JSON.stringify(text)}`;
}

function packetText(alert: Alert): string {
  return `,"packet":"${alert.copy("frame").toString("base64")}","packet_info":{"linktype":${alert.link}}`;
}

/** What Suricata has no key for: why it is strange, and where in the packet the headers are. */
function strayText(alert: Alert, worker: number): string {
  const via = alert.has(R.ALERT_BIT_STREAM)
    ? "stream"
    : alert.has(R.ALERT_BIT_REASSEMBLED)
      ? "datagram"
      : "packet";
  const findings = findingNames(alert.findingsLow, alert.findingsHigh);
  return (
    `"findings":${JSON.stringify(findings)},"cause":"${causeName(alert.cause)}","via":"${via}"` +
    `,"action":"${actionWord(alert.action)}","kind":"${ALERT_KINDS[alert.kind] ?? alert.kind}"` +
    `,"worker":${worker},"sequence":${alert.sequence},"frame":${alert.packetIndex}` +
    `,"l3":${alert.l3},"l4":${alert.l4},"payload":${alert.payload},"payload_size":${alert.payloadCaptured}` +
    `,"captured":${alert.captured},"wire":${alert.wire}`
  );
}

export const ACTION_WORDS: Readonly<Record<number, string>> = {
  [R.ACTION_PASS]: "pass",
  [R.ACTION_DROP]: "drop",
  [R.ACTION_SDROP]: "sdrop",
  [R.ACTION_REJECT]: "reject",
  [R.ACTION_REJECT_DST]: "rejectdst",
  [R.ACTION_REJECT_BOTH]: "rejectboth",
  [R.ACTION_ALERT]: "alert",
  [R.ACTION_LOG]: "log",
};

function actionWord(action: number): string {
  return ACTION_WORDS[action] ?? "alert";
}
