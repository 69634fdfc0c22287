// Deterministic traffic for the benchmark: N conversations at once, TCP and UDP, IPv4 and some IPv6, in frames of
// 64 bytes, IMIX (7:4:1 of 64, 576, 1500) or 1500 bytes. Apart from the frame builder because it must write
// millions of packets a second: each packet only patches a ready template.
// Always holds: the same case gives the same bytes; every checksum is right; a TCP flow shakes hands before its
// data (in 64-byte frames), sequence and acknowledgement numbers fit, and no flow ends.

import { existsSync, mkdirSync, renameSync, statfsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ethernet, filler, ipv4, ipv6, tcp, tcpOption, udp } from "../../examples/frame.js";
import { type PcapWriter, writePcapFile } from "../../examples/pcap-writer.js";
import { SynFlood } from "../support/syn-flood.js";

const TRAFFIC_VERSION = 1;
const SEED = 0x57a4a1;
const START_SECONDS = 1_600_000_000;
/** A million packets a second of capture time. */
const STEP_US = 1;

export type FrameMix = "64" | "imix" | "1500";

export interface TrafficCase {
  flows: number;
  mix: FrameMix;
  packets: number;
}

const MIX_SIZES: Record<FrameMix, readonly number[]> = {
  "64": [64],
  imix: [64, 64, 64, 64, 64, 64, 64, 576, 576, 576, 576, 1500],
  "1500": [1500],
};
const SMALL_SIZE = 64;
const SERVER_PORTS = [443, 80, 53, 22, 8080, 993, 5060, 3306];

/** A frame that packets are made of by patching; offsets are from its start. */
interface Template {
  frame: Uint8Array;
  view: DataView;
  ip: number;
  transport: number;
  payloadSize: number;
  /** Sum of the 16-bit words that no packet changes: payload, options, lengths, protocol. */
  fixedSum: number;
  isV6: boolean;
  isTcp: boolean;
}

function makeTemplate(
  isV6: boolean,
  isTcp: boolean,
  frameSize: number,
  kind: "data" | "ack" | "syn",
): Template {
  const ip = 14;
  const transport = ip + (isV6 ? 40 : 20);
  const options = kind === "syn" && !isV6 ? tcpOption.mss(1460) : new Uint8Array(0);
  const headerSize = isTcp ? 20 + options.length : 8;
  // IPv6 with TCP does not fit in 64 bytes: such frames are the shortest there are.
  const payloadSize = kind === "data" ? Math.max(0, frameSize - transport - headerSize) : 0;
  const ports = { sport: 0, dport: 0, checksum: 0 };
  const payload = filler(payloadSize);
  const segment = isTcp ? tcp({ ...ports, flags: 0, options }, payload) : udp(ports, payload);
  const packet = isV6
    ? ipv6({ src: "::", dst: "::" }, segment)
    : ipv4({ src: "0.0.0.0", dst: "0.0.0.0", df: true, checksum: 0 }, segment);
  const frame = ethernet({ pad: frameSize }, packet);
  const view = new DataView(frame.buffer);
  let fixedSum = segment.length + (isTcp ? 6 : 17);
  for (let at = transport; at < transport + segment.length; at += 2) {
    fixedSum += (frame[at]! << 8) | (at + 1 < transport + segment.length ? frame[at + 1]! : 0);
  }
  return { frame, view, ip, transport, payloadSize, fixedSum, isV6, isTcp };
}

function folded(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
}

/** xorshift32: fast, and the same everywhere. */
class Random {
  constructor(private state: number) {}

  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  below(limit: number): number {
    return Math.floor((this.next() / 4294967296) * limit);
  }
}

const PHASE_NEW = 0;
const PHASE_SYN = 1;
const PHASE_SYNACK = 2;
const PHASE_OPEN = 3;

const FLAGS_ACK = 0x10;
const FLAGS_SYN = 0x02;
const FLAGS_SYNACK = 0x12;
const FLAGS_PSH_ACK = 0x18;

/** The conversations and what each sends next. */
class Traffic {
  private readonly random = new Random(SEED);
  private readonly phase: Uint8Array;
  private readonly seqClient: Uint32Array;
  private readonly seqServer: Uint32Array;
  private readonly templates = new Map<number, Template>();
  private ipId = 0;

  constructor(
    private readonly flows: number,
    private readonly sizes: readonly number[],
  ) {
    this.phase = new Uint8Array(flows);
    this.seqClient = new Uint32Array(flows);
    this.seqServer = new Uint32Array(flows);
  }

  private template(isV6: boolean, isTcp: boolean, size: number, kind: "data" | "ack" | "syn"): Template {
    const key = size * 16 + (isV6 ? 8 : 0) + (isTcp ? 4 : 0) + (kind === "data" ? 0 : kind === "ack" ? 1 : 2);
    let found = this.templates.get(key);
    if (!found) {
      found = makeTemplate(isV6, isTcp, size, kind);
      this.templates.set(key, found);
    }
    return found;
  }

  /** The next frame; valid until the next call. */
  next(): Uint8Array {
    const { random } = this;
    const flow = random.below(this.flows);
    // Of ten flows one is IPv6; of ten, three are UDP.
    const isV6 = flow % 10 === 9;
    const isTcp = Math.imul(flow, 7) % 10 < 7;
    const size = this.sizes[random.below(this.sizes.length)]!;
    const coin = random.next();
    if (!isTcp) {
      const fromServer = this.phase[flow] !== PHASE_NEW && (coin & 1) === 1;
      this.phase[flow] = PHASE_OPEN;
      return this.emit(flow, this.template(isV6, false, size, "data"), fromServer, 0, 0, 0);
    }
    switch (this.phase[flow]) {
      case PHASE_NEW:
        this.phase[flow] = PHASE_SYN;
        this.seqClient[flow] = Math.imul(flow, 0x9e3779b1);
        return this.emit(
          flow,
          this.template(isV6, true, SMALL_SIZE, "syn"),
          false,
          FLAGS_SYN,
          this.seqClient[flow]!++,
          0,
        );
      case PHASE_SYN:
        this.phase[flow] = PHASE_SYNACK;
        this.seqServer[flow] = Math.imul(flow, 0x85ebca6b);
        return this.emit(
          flow,
          this.template(isV6, true, SMALL_SIZE, "syn"),
          true,
          FLAGS_SYNACK,
          this.seqServer[flow]!++,
          this.seqClient[flow]!,
        );
      case PHASE_SYNACK:
        this.phase[flow] = PHASE_OPEN;
        return this.segment(flow, this.template(isV6, true, SMALL_SIZE, "ack"), false);
      default: {
        const isAck = size === SMALL_SIZE && (coin & 6) === 0;
        return this.segment(flow, this.template(isV6, true, size, isAck ? "ack" : "data"), (coin & 1) === 1);
      }
    }
  }

  private segment(flow: number, template: Template, fromServer: boolean): Uint8Array {
    const own = fromServer ? this.seqServer : this.seqClient;
    const other = fromServer ? this.seqClient : this.seqServer;
    const seq = own[flow]!;
    own[flow] = seq + template.payloadSize;
    const flags = template.payloadSize > 0 ? FLAGS_PSH_ACK : FLAGS_ACK;
    return this.emit(flow, template, fromServer, flags, seq, other[flow]!);
  }

  private emit(
    flow: number,
    template: Template,
    fromServer: boolean,
    flags: number,
    seq: number,
    ack: number,
  ): Uint8Array {
    const { view, transport } = template;
    const mixed = Math.imul(flow ^ (flow >>> 15), 0x2c1b3c6d);
    const client = 0x0a000000 + flow; // 10.0.0.0/8
    const server = 0xac100000 + (mixed >>> 12); // 172.16.0.0/12
    const clientPort = 1024 + ((mixed >>> 4) % 64000);
    const serverPort = SERVER_PORTS[mixed & 7]!;
    const src = fromServer ? server : client;
    const dst = fromServer ? client : server;
    const sport = fromServer ? serverPort : clientPort;
    const dport = fromServer ? clientPort : serverPort;
    let sum =
      template.fixedSum + (src >>> 16) + (src & 0xffff) + (dst >>> 16) + (dst & 0xffff) + sport + dport;
    sum += this.addresses(template, src, dst);
    view.setUint16(transport, sport);
    view.setUint16(transport + 2, dport);
    if (template.isTcp) {
      view.setUint32(transport + 4, seq);
      view.setUint32(transport + 8, ack);
      view.setUint8(transport + 13, flags);
      sum += (seq >>> 16) + (seq & 0xffff) + (ack >>> 16) + (ack & 0xffff) + flags;
      view.setUint16(transport + 16, folded(sum));
    } else {
      view.setUint16(transport + 6, folded(sum) || 0xffff);
    }
    return template.frame;
  }

  /** Writes the addresses (and IPv4's identification and checksum); answers what IPv6 adds to the sum. */
  private addresses(template: Template, src: number, dst: number): number {
    const { view, ip } = template;
    if (template.isV6) {
      view.setUint32(ip + 8, 0x20010db8);
      view.setUint32(ip + 20, src);
      view.setUint32(ip + 24, 0x20010db8);
      view.setUint32(ip + 36, dst);
      return 2 * (0x2001 + 0x0db8);
    }
    this.ipId = (this.ipId + 1) & 0xffff;
    view.setUint16(ip + 4, this.ipId);
    view.setUint32(ip + 12, src);
    view.setUint32(ip + 16, dst);
    view.setUint16(ip + 10, 0);
    let sum = 0;
    for (let at = ip; at < ip + 20; at += 2) sum += view.getUint16(at);
    view.setUint16(ip + 10, folded(sum));
    return 0;
  }
}

/** Writes the frames of a case. */
export function fillTraffic(writer: PcapWriter, { flows, mix, packets }: TrafficCase): void {
  const traffic = new Traffic(flows, MIX_SIZES[mix]);
  for (let index = 0; index < packets; index++) writeNext(writer, index, traffic.next());
}

/** Every packet a new flow: SYNs from forged addresses to one host. */
export function fillFlood(writer: PcapWriter, packets: number): void {
  const flood = new SynFlood({ target: "10.0.0.80", port: 80 });
  for (let index = 0; index < packets; index++) writeNext(writer, index, flood.next());
}

function writeNext(writer: PcapWriter, index: number, frame: Uint8Array): void {
  const us = index * STEP_US;
  writer.writeAt(START_SECONDS + Math.floor(us / 1_000_000), us % 1_000_000, frame);
}

const CACHE_FOLDER = join(tmpdir(), `stray-bench-${TRAFFIC_VERSION}`);

export interface CachedCapture {
  path: string;
  bytes: number;
}

/** The capture of a case; made when it is not yet in the cache. */
export function trafficFile(traffic: TrafficCase): CachedCapture {
  const { flows, mix, packets } = traffic;
  const mostBytes = packets * Math.max(...MIX_SIZES[mix]);
  return cachedCapture(`${flows}-flows-${mix}-${packets}`, packets, mostBytes, (writer) =>
    fillTraffic(writer, traffic),
  );
}

/** The capture of a flood. */
export function floodFile(packets: number): CachedCapture {
  return cachedCapture(`syn-flood-64-${packets}`, packets, packets * SMALL_SIZE, (writer) =>
    fillFlood(writer, packets),
  );
}

function cachedCapture(
  name: string,
  packets: number,
  mostBytes: number,
  fill: (writer: PcapWriter) => void,
): CachedCapture {
  const path = join(CACHE_FOLDER, `${name}.pcap`);
  if (!existsSync(path)) {
    mkdirSync(CACHE_FOLDER, { recursive: true });
    const needed = packets * 16 + mostBytes;
    const disk = statfsSync(CACHE_FOLDER);
    if (disk.bavail * disk.bsize < needed) {
      throw new Error(`${CACHE_FOLDER}: up to ${needed} bytes are needed for ${path}, fewer are free`);
    }
    writePcapFile(`${path}.part`, { snapLength: 65535 }, fill);
    renameSync(`${path}.part`, path);
  }
  return { path, bytes: statSync(path).size };
}
