// The packets that rules matched, as pcapng files that any analyser opens: a comment at each says which rule and flow.
// Apart from the files (rotating-files.ts) because blocks and interfaces are this sink's business only.
// Always holds: a packet that several rules matched is there once, with a comment a rule; memory is the files' buffers
// and one packet; every file can be read by itself.

import * as R from "../../assembly/match/rules-layout.js";
import { ipProtoText } from "../export/eve-names.js";
import type { SinkLog, SinkState } from "../export/sink.js";
import type { StoreFs } from "../store/store-fs.js";
import { version } from "../version.js";
import { ALERT_FRAME_MAX, type Alert } from "./alert.js";
import type { AlertSink } from "./alert-sink.js";
import { communityId } from "./community-id.js";
import { alertFlowId } from "./flow-key.js";
import { interfaceBlock, packetBlock, sectionBlock } from "./pcapng.js";
import { RotatingFiles, type RotationOptions } from "./rotating-files.js";
import { asciiText } from "./text.js";

/** Comments at one packet; the module gives no more alerts of one. */
const COMMENTS_MAX = 16;
/** Interfaces told apart; further ones share the last. */
const INTERFACES_MAX = 256;

export interface EvidenceOptions extends RotationOptions {
  interfaceName(worker: number): string | undefined;
  readonly log: SinkLog;
  readonly fs?: StoreFs;
  readonly bufferBytes?: number;
  readonly now?: () => number;
}

/** The packet whose comments are being collected. */
interface Pending {
  worker: number;
  packetIndex: number;
  link: number;
  timeHigh: number;
  timeLow: number;
  wire: number;
  size: number;
  readonly frame: Uint8Array;
  readonly comments: string[];
}

export class EvidenceStore implements AlertSink {
  readonly name = "evidence";
  private readonly files: RotatingFiles;
  private readonly section = sectionBlock(`stray ${version()}`);
  /** Of those in the files so far, in the order of their numbers: `link name` and the block. */
  private readonly interfaces = new Map<string, Uint8Array>();
  private readonly interfaceName: (worker: number) => string | undefined;
  private readonly pending: Pending = {
    worker: 0,
    packetIndex: 0,
    link: 0,
    timeHigh: 0,
    timeLow: 0,
    wire: 0,
    size: 0,
    frame: new Uint8Array(ALERT_FRAME_MAX),
    comments: [],
  };

  constructor(options: EvidenceOptions) {
    this.interfaceName = (worker) => options.interfaceName(worker);
    const head = () => Buffer.concat([this.section, ...this.interfaces.values()]);
    this.files = new RotatingFiles({
      ...options,
      name: this.name,
      prefix: "evidence",
      extension: "pcapng",
      head,
    });
  }

  write(alert: Alert, worker: number): void {
    const { pending } = this;
    const { packetIndex } = alert;
    const isSame =
      pending.comments.length > 0 &&
      pending.packetIndex === packetIndex &&
      pending.worker === worker &&
      pending.size === alert.frameSize;
    if (!isSame) this.begin(alert, worker, packetIndex);
    if (pending.comments.length < COMMENTS_MAX) pending.comments.push(evidenceComment(alert));
  }

  pulse(nowMs: number): void {
    this.flush();
    this.files.pulse(nowMs);
  }

  reopen(): void {
    this.flush();
    this.files.reopen();
  }

  async close(): Promise<void> {
    this.flush();
    await this.files.close();
  }

  counters(): Readonly<Record<string, number>> {
    const { records = 0, ...counts } = this.files.counters();
    return { packets: records, ...counts };
  }

  state(): SinkState {
    return this.files.state();
  }

  private begin(alert: Alert, worker: number, packetIndex: number): void {
    this.flush();
    const { pending } = this;
    const { frameSize, frameAt, bytes } = alert;
    pending.worker = worker;
    pending.packetIndex = packetIndex;
    pending.link = alert.link;
    pending.timeLow = alert.u32(R.ALERT_TIME_OFFSET);
    pending.timeHigh = alert.u32(R.ALERT_TIME_OFFSET + 4);
    pending.wire = alert.wire;
    pending.size = frameSize;
    pending.frame.set(bytes.subarray(frameAt, frameAt + frameSize));
  }

  private flush(): void {
    const { pending, interfaces } = this;
    const { comments, link, size } = pending;
    if (comments.length === 0) return;
    const name = this.interfaceName(pending.worker);
    const key = `${link} ${name ?? ""}`;
    const isNew = !interfaces.has(key) && interfaces.size < INTERFACES_MAX;
    const face = isNew ? interfaceBlock(link, name === undefined ? undefined : asciiText(name)) : undefined;
    const number = isNew ? interfaces.size : [...interfaces.keys()].indexOf(key);
    const frame = pending.frame.subarray(0, size);
    const packet = packetBlock({
      interface: number < 0 ? INTERFACES_MAX - 1 : number,
      timeHigh: pending.timeHigh,
      timeLow: pending.timeLow,
      frame,
      wire: pending.wire,
      comments,
    });
    // Both or neither: a packet whose interface was not written could not be read.
    const isTaken = this.files.append(face === undefined ? packet : Buffer.concat([face, packet]));
    if (isTaken && face !== undefined) interfaces.set(key, face);
    comments.length = 0;
  }
}

/** `[1:1000001:2] message; flow 192.0.2.1:4000 -> 198.51.100.2:80 TCP, flow_id 12, community_id 1:…`. */
export function evidenceComment(alert: Alert): string {
  const { hasPorts, kind } = alert;
  const message = alert.rule === undefined ? "" : ` ${asciiText(alert.rule.message)}`;
  const why = kind === R.ALERT_KIND_TAGGED ? "tagged by " : kind === R.ALERT_KIND_LOG ? "logged by " : "";
  const end = (address: string, port: number) => {
    if (!hasPorts) return address;
    return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  };
  const ends = `${end(alert.source, alert.sport)} -> ${end(alert.destination, alert.dport)}`;
  const community = communityId(alert);
  return (
    `${why}[${alert.id}]${message}; flow ${ends} ${ipProtoText(alert.proto)}, flow_id ${alertFlowId(alert)}` +
    `${community === undefined ? "" : `, community_id ${community}`}`
  );
}
