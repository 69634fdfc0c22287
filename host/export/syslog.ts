// The exporter that sends events to a syslog receiver: unix datagram socket, UDP (RFC 5426) or TCP with octet
// counting (RFC 6587, section 3.4.1).
// Apart from the sender (message-sender.ts), which knows queues and peers, and from the format.
// Always holds: a message too long for the transport goes without its evidence, or without JSON, and is counted.

import type { Alert } from "../alert/alert.js";
import type { AlertTaker } from "../alert/joined-sink.js";
import { endpointText } from "../config/endpoint.js";
import type { SyslogTarget } from "../config/types.js";
import type { Notice, NoticeTaker } from "../notice/notice.js";
import { addressText } from "../record/address.js";
import { dirSymbol } from "../record/direction.js";
import { findingNames } from "../record/findings.js";
import type { FlowRecord } from "../record/flow-record.js";
import { stateText } from "../record/state.js";
import { EveAlert } from "./eve-alert.js";
import { EveFlow } from "./eve-flow.js";
import { eveProto } from "./eve-names.js";
import { EveStats } from "./eve-stats.js";
import { eventTimeUs, syslogTime } from "./eve-time.js";
import { flowId } from "./flow-id.js";
import { MessageSender } from "./message-sender.js";
import type { Peer } from "./peer.js";
import { problemText } from "./problem.js";
import type { Resolver } from "./resolver.js";
import type { SinkLog, SinkState, StatsSource } from "./sink.js";
import { StatsTimer } from "./stats-timer.js";
import { alertParams, alertSeverity } from "./syslog-alert.js";
import { SyslogFormat } from "./syslog-format.js";
import { noticeJson, noticeParams, noticeSeverity } from "./syslog-notice.js";
import { TcpPeer } from "./tcp-peer.js";
import { UdpPeer } from "./udp-peer.js";
import { UnixPeer } from "./unix-peer.js";

/** What a receiver should take at least (RFC 5424, section 6.1; RFC 5426, section 3.2). */
const DATAGRAM_BYTES = 2_048;
/** What rsyslog takes unless it is told otherwise (maxMessageSize). */
const MESSAGE_BYTES = 8_192;
const BACKOFF = { minMs: 1_000, maxMs: 60_000 };
/** A datagram socket costs next to nothing to try again. */
const DATAGRAM_BACKOFF = { minMs: 1_000, maxMs: 15_000 };
/** Room for the octet count before a message. */
const COUNT_BYTES = 8;

export interface SyslogContext {
  readonly sensorName: string;
  readonly enterprise: number;
  interfaceName(worker: number): string | undefined;
  readonly log: SinkLog;
  readonly stats: StatsSource;
  readonly resolver: Resolver;
  /** Rules can drop here. */
  readonly isInline?: boolean;
}

export class SyslogSink implements AlertTaker, NoticeTaker {
  readonly name: string;
  readonly takesAlerts: boolean;
  /** The configuration gives it notices too. */
  readonly takesNotices: boolean;
  private readonly sender: MessageSender;
  private readonly format: SyslogFormat;
  private readonly flow: EveFlow;
  private readonly alert: EveAlert;
  private readonly stats: EveStats;
  private readonly log: SinkLog;
  private readonly hasFlows: boolean;
  private readonly timer: StatsTimer | undefined;
  private readonly isCounted: boolean;
  private readonly sensorName: string;
  private readonly bytesMax: number;
  private readonly scratch = Buffer.alloc(MESSAGE_BYTES + COUNT_BYTES);
  private readonly counts = { notices: 0, cut: 0, "too-long": 0, "stats-errors": 0 };

  /** @throws StrayError SYSLOG_FACILITY_UNKNOWN. */
  constructor(target: SyslogTarget, context: SyslogContext) {
    const { transport, facility, queueBytes } = target;
    const { sensorName, enterprise, log } = context;
    this.name = syslogName(target);
    this.log = log;
    this.isCounted = transport === "tcp";
    this.bytesMax = transport === "udp" ? DATAGRAM_BYTES : MESSAGE_BYTES;
    this.format = new SyslogFormat({ facility, hostname: sensorName, processId: process.pid, enterprise });
    this.flow = new EveFlow(sensorName, (worker) => context.interfaceName(worker));
    this.alert = new EveAlert(context);
    this.stats = new EveStats(context.stats, sensorName);
    this.sensorName = sensorName;
    this.takesAlerts = target.types.includes("alert");
    this.takesNotices = target.types.includes("notice");
    this.hasFlows = target.types.includes("flow");
    this.timer = target.types.includes("stats") ? new StatsTimer(target.statsMs) : undefined;
    const backoff = transport === "tcp" ? BACKOFF : DATAGRAM_BACKOFF;
    const peer = peerOf(target, context.resolver);
    this.sender = new MessageSender({ name: this.name, peer, queueBytes, backoff, log });
  }

  write(record: FlowRecord, worker: number): void {
    if (!this.hasFlows) return;
    const time = syslogTime(eventTimeUs(record));
    const params = flowParams(record);
    let text = this.format.text(time, "flow", params, this.flow.text(record, worker));
    if (text.length > this.bytesMax) {
      this.counts.cut++;
      text = this.format.text(time, "flow", params, this.flow.shortText(record, worker));
    }
    this.push(text);
  }

  /** In whole, or without payload and packet, or without JSON: what the transport takes. */
  writeAlert(alert: Alert, worker: number): boolean {
    const time = syslogTime(alert.timeUs);
    const params = alertParams(alert, worker);
    const severity = alertSeverity(alert);
    const { head, payload, packet, tail } = this.alert.parts(alert, worker);
    const around = (json: string) => this.format.text(time, "alert", params, json, severity);
    let text = around(head + payload + packet + tail);
    if (text.length <= this.bytesMax) return this.push(text);
    this.counts.cut++;
    text = around(head + tail);
    return this.push(text.length <= this.bytesMax ? text : around(""));
  }

  /** With its facts as JSON, or without where they are too long. */
  notify(notice: Notice): void {
    const time = syslogTime(Math.floor(notice.timeMs * 1000));
    const around = (json: string): string =>
      this.format.text(time, "notice", noticeParams(notice), json, noticeSeverity(notice));
    let text = around(noticeJson(notice, this.sensorName));
    if (text.length > this.bytesMax) {
      this.counts.cut++;
      text = around("");
    }
    if (this.push(text)) this.counts.notices++;
  }

  pulse(nowMs: number): void {
    if (this.timer?.isDue(nowMs)) this.writeStats(nowMs);
    this.sender.pulse(nowMs);
  }

  reopen(): void {
    // There is no file; a peer that started again is found by itself.
  }

  close(): Promise<void> {
    return this.sender.close();
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.counts, ...this.sender.counters() };
  }

  state(): SinkState {
    return this.sender.state();
  }

  private writeStats(nowMs: number): void {
    try {
      const time = syslogTime(Math.floor(nowMs * 1000));
      const around = (json: string): string => this.format.text(time, "stats", [["type", "stats"]], json);
      const { text, extent } = this.stats.text(nowMs, (json) => around(json).length <= this.bytesMax);
      if (extent !== "all") this.counts.cut++;
      this.push(around(text));
    } catch (error) {
      this.counts["stats-errors"]++;
      if (this.counts["stats-errors"] > 1) return;
      this.log("error", `${this.name}: no statistics: ${problemText(error)}`, { sink: this.name });
    }
  }

  private push(text: string): boolean {
    if (text.length > this.bytesMax) {
      this.counts["too-long"]++;
      this.sender.drop(1);
      return false;
    }
    const framed = this.isCounted ? `${text.length} ${text}` : text;
    return this.sender.push(this.scratch.subarray(0, this.scratch.write(framed, 0, "latin1")), 1);
  }
}

/** What an operator filters by, without reading JSON. */
function flowParams(record: FlowRecord): (readonly [string, string])[] {
  const port = (end: "orig" | "resp"): string => (record.hasPorts ? String(record.portOf(end)) : "");
  return [
    ["type", "flow"],
    ["flow_id", String(flowId(record))],
    ["proto", eveProto(record)],
    ["saddr", addressText(record, "orig")],
    ["sport", port("orig")],
    ["dir", dirSymbol(record)],
    ["daddr", addressText(record, "resp")],
    ["dport", port("resp")],
    ["spkts", String(record.packets("orig"))],
    ["dpkts", String(record.packets("resp"))],
    ["sbytes", String(record.wireBytes("orig"))],
    ["dbytes", String(record.wireBytes("resp"))],
    ["state", stateText(record)],
    ["findings", findingNames(record.findingsLow, record.findingsHigh).join(",")],
  ];
}

function syslogName({ transport, target, port }: SyslogTarget): string {
  return transport === "unix" ? `syslog:${target}` : `syslog:${endpointText(target, port)}`;
}

function peerOf({ transport, target, port }: SyslogTarget, resolver: Resolver): Peer {
  switch (transport) {
    case "unix":
      return new UnixPeer(target);
    case "udp":
      return new UdpPeer(target, port, resolver);
    case "tcp":
      return new TcpPeer(target, port, resolver);
  }
}
