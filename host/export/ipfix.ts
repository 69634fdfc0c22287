// The exporter that sends flow records to an IPFIX collector over UDP or TCP (RFC 7011).
// Apart from the messages (host/ipfix/) and from the sender, which knows queues and peers.
// Always holds: templates go first in each session; the sequence number and the export time are set when a message
// leaves, so they are right whatever happened in between; a record is in exactly one message.

import { endpointText } from "../config/endpoint.js";
import type { IpfixTarget } from "../config/types.js";
import { IpfixMessage } from "../ipfix/message.js";
import type { FlowRecord } from "../record/flow-record.js";
import { CollectorTemplates, stamp } from "./ipfix-templates.js";
import { MessageSender } from "./message-sender.js";
import type { Peer } from "./peer.js";
import type { Resolver } from "./resolver.js";
import type { FirstMessage, Schedule } from "./sender-options.js";
import type { RecordSink, SinkLog, SinkState } from "./sink.js";
import { TcpPeer } from "./tcp-peer.js";
import { UdpPeer } from "./udp-peer.js";

/** Fits an Ethernet path with a tunnel or two on the way (RFC 7011, section 10.3.3: no longer than the path takes). */
const DATAGRAM_BYTES = 1_400;
const STREAM_BYTES = 8_192;
const TCP_BACKOFF = { minMs: 1_000, maxMs: 60_000 };
const UDP_BACKOFF = { minMs: 1_000, maxMs: 15_000 };
/** A message that is not full waits so long for more records. */
const FLUSH_MS = 100;
/** Over UDP templates go twice at the start (RFC 7011, section 8.4: several copies). */
const SECOND_COPY_MS = 1_000;

export interface IpfixContext {
  readonly enterprise: number;
  readonly log: SinkLog;
  readonly resolver: Resolver;
  /** For tests. */
  readonly peer?: Peer;
  readonly random?: () => number;
  readonly schedule?: Schedule;
}

export class IpfixSink implements RecordSink {
  readonly name: string;
  private readonly message: IpfixMessage;
  private readonly templates: CollectorTemplates;
  private readonly sender: MessageSender;
  private readonly isUdp: boolean;
  private readonly refreshMs: number;
  private isFilling = false;
  private beganMs = 0;
  /** Data records sent in this stream (RFC 7011, section 3.1), modulo 2^32. */
  private sequence = 0;
  private templatesSent = 0;
  private templatesMs = 0;
  private copies = 0;
  private tooLong = 0;
  private nowMs = Date.now();

  constructor(target: IpfixTarget, context: IpfixContext) {
    const { host, port, transport, domain, queueBytes } = target;
    const { enterprise, log, resolver, random, schedule } = context;
    this.isUdp = transport === "udp";
    this.name = `ipfix:${endpointText(host, port)}`;
    this.refreshMs = Math.max(1_000, target.templateRefreshMs);
    const maxBytes = this.isUdp ? DATAGRAM_BYTES : STREAM_BYTES;
    this.message = new IpfixMessage({ enterprise, domain, maxBytes });
    this.templates = new CollectorTemplates(new IpfixMessage({ enterprise, domain, maxBytes }));
    const peer =
      context.peer ?? (this.isUdp ? new UdpPeer(host, port, resolver) : new TcpPeer(host, port, resolver));
    this.sender = new MessageSender({
      name: this.name,
      peer,
      queueBytes,
      backoff: this.isUdp ? UDP_BACKOFF : TCP_BACKOFF,
      log,
      hooks: {
        opened: (isNewStream) => this.opened(isNewStream),
        beforeSend: (message, records) => this.leave(message, records),
        unsent: (records) => {
          this.sequence = (this.sequence - records) >>> 0;
        },
      },
      ...(random && { random }),
      ...(schedule && { schedule }),
    });
  }

  write(record: FlowRecord): void {
    if (!this.isFilling) this.begin();
    if (this.message.add(record)) return;
    this.flush();
    this.begin();
    if (this.message.add(record)) return;
    this.tooLong++;
    this.sender.drop(1);
  }

  pulse(nowMs: number): void {
    this.nowMs = nowMs;
    if (Math.abs(nowMs - this.beganMs) >= FLUSH_MS) this.flush();
    this.sender.pulse(nowMs);
    if (this.isUdp && this.areTemplatesDue()) this.refresh();
  }

  reopen(): void {
    // There is no file; a collector that started again is found by itself.
  }

  close(): Promise<void> {
    this.flush();
    return this.sender.close();
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.sender.counters(), templates: this.templatesSent, "too-long": this.tooLong };
  }

  state(): SinkState {
    return this.sender.state();
  }

  private begin(): void {
    this.message.begin(this.nowMs);
    this.beganMs = this.nowMs;
    this.isFilling = true;
  }

  private flush(): void {
    if (!this.isFilling || this.message.isEmpty) return;
    const { records } = this.message;
    this.sender.push(this.message.finish(), records);
    this.isFilling = false;
  }

  private opened(isNewStream: boolean): readonly FirstMessage[] {
    if (isNewStream) this.sequence = 0;
    this.copies = 0;
    return this.nextTemplates(this.templates.whole);
  }

  /** Not by the clock's value but by what passed: a clock set back must not silence the templates. */
  private areTemplatesDue(): boolean {
    const waitMs = this.copies === 1 ? SECOND_COPY_MS : this.refreshMs;
    return this.copies > 0 && Math.abs(this.nowMs - this.templatesMs) >= waitMs;
  }

  private refresh(): void {
    if (this.sender.canSendFirst) this.sender.sendFirst(this.nextTemplates(this.templates.again));
  }

  private nextTemplates(messages: readonly FirstMessage[]): readonly FirstMessage[] {
    this.templatesMs = this.nowMs;
    this.templatesSent += messages.length;
    this.copies = Math.min(2, this.copies + 1);
    return messages;
  }

  private leave(message: Uint8Array, records: number): void {
    stamp(message, this.nowMs, this.sequence);
    this.sequence = (this.sequence + records) >>> 0;
  }
}
