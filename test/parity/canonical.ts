// One form for a flow of argus and of stray: a key that knows no direction, and counters by end.
// Apart from the comparison because what argus prints in odd places (ICMP above all) is undone here.
// Always holds: ends[0] sorts before ends[1]; counters belong to the end that sent; records of one key are merged.

import ipaddr from "ipaddr.js";
import type { ArgusFlow } from "./argus.js";
import type { StrayFlow } from "./stray.js";

export type Group = "tcp" | "udp" | "icmp" | "icmp6" | "arp" | "other";

export interface Flow {
  key: string;
  group: Group;
  /** IP protocol, or ethertype of what is not IP. */
  proto: number;
  ends: readonly [string, string];
  /** Which end is the source. */
  source: 0 | 1;
  /** TCP: a handshake packet was seen, so that the arrow has no `?`. */
  opened: boolean;
  packets: [number, number];
  bytes: [number, number];
  appBytes: [number, number];
  /** TCP flags of either end, in the order FSRPAUEC. */
  flags: [string, string];
  stime: number;
  ltime: number;
  /** What was merged into it, as it was read. */
  argus: ArgusFlow[];
  stray: StrayFlow[];
  icmpType?: number;
}

interface Shape {
  group: Group;
  proto: number;
  source: string;
  target: string;
  /** What else is in the key. */
  detail: string;
  icmpType?: number;
}

const FLAG_ORDER = "FSRPAUEC";
const PROTO_ICMP = 1;
const PROTO_TCP = 6;
const PROTO_UDP = 17;
const PROTO_ICMP6 = 58;
const ETHERTYPE_ARP = 0x0806;
const ICMP_ECHO = 8;
const IPV6_SIZE = 16;
/** Below it a frame's type is a length: LLC, which argus gives no number and stray the DSAP's. */
const ETHERTYPE_MIN = 1536;
const LLC = 0;
/** What ra -nn names all the same. */
const NOT_NUMBERED: Readonly<Record<string, number>> = { llc: LLC, rarp: 0x8035 };

/** ICMP answers under their question's type. */
const QUESTION: ReadonlyMap<number, number> = new Map([
  [0, 8],
  [14, 13],
  [16, 15],
  [18, 17],
]);
/** argus puts listener reports and dones under the query. */
const QUESTION6: ReadonlyMap<number, number> = new Map([
  [129, 128],
  [131, 130],
  [132, 130],
  [134, 133],
  [136, 135],
]);

export function fromArgus(flows: readonly ArgusFlow[]): Flow[] {
  return merge(flows.map((flow) => build(argusShape(flow), flow, flow.dir, { argus: [flow], stray: [] })));
}

export function fromStray(flows: readonly StrayFlow[]): Flow[] {
  return merge(flows.map((flow) => build(strayShape(flow), flow, flow.dir, { argus: [], stray: [flow] })));
}

function argusShape(flow: ArgusFlow): Shape {
  const { saddr, daddr, sport, dport } = flow;
  // RTP and RTCP are argus' guess at what a UDP flow carries.
  const isUdp = flow.proto === "rtp" || flow.proto === "rtcp";
  const proto = isUdp ? PROTO_UDP : (NOT_NUMBERED[flow.proto] ?? flow.number);
  if (flow.proto === "icmp") {
    const word = Number.parseInt(sport, 16);
    const id = swap16(Number.parseInt(dport, 16));
    return icmpShape(saddr, daddr, word & 0xff, word >> 8, id);
  }
  if (proto === PROTO_ICMP6 && isIp(saddr)) return icmp6Shape(saddr, daddr, Number(sport), Number(dport));
  return shape(proto, saddr, daddr, sport, dport);
}

function strayShape(flow: StrayFlow): Shape {
  const { saddr, daddr, sport, dport, ethertype } = flow;
  if (!isIp(saddr)) return shape(ethertype < ETHERTYPE_MIN ? LLC : ethertype, saddr, daddr, "", "");
  const proto = Number(flow.proto);
  if (ethertype === ETHERTYPE_ARP) return shape(ETHERTYPE_ARP, saddr, daddr, "", "");
  if (proto === PROTO_ICMP) return icmpShape(saddr, daddr, sport ?? 0, dport ?? 0, flow.icmp_id ?? 0);
  if (proto === PROTO_ICMP6) return icmp6Shape(saddr, daddr, sport ?? 0, dport ?? 0);
  return shape(proto, saddr, daddr, String(sport ?? 0), String(dport ?? 0));
}

function shape(proto: number, saddr: string, daddr: string, sport: string, dport: string): Shape {
  const [source, target] = [addressText(saddr), addressText(daddr)];
  if (proto === ETHERTYPE_ARP) return { group: "arp", proto, source, target, detail: "" };
  if (isIp(saddr) && (proto === PROTO_TCP || proto === PROTO_UDP)) {
    const group = proto === PROTO_TCP ? "tcp" : "udp";
    return { group, proto, source: `${source} ${sport}`, target: `${target} ${dport}`, detail: "" };
  }
  return { group: "other", proto, source, target, detail: isIp(saddr) ? "" : "mac" };
}

/** An echo is known by its identifier alone: argus leaves the code out of its key, and others carry no id in it. */
function icmpShape(saddr: string, daddr: string, type: number, code: number, id: number): Shape {
  const icmpType = QUESTION.get(type) ?? type;
  const detail = icmpType === ICMP_ECHO ? `8 id ${id}` : `${icmpType}/${code}`;
  const [source, target] = [addressText(saddr), addressText(daddr)];
  return { group: "icmp", proto: PROTO_ICMP, source, target, detail, icmpType };
}

function icmp6Shape(saddr: string, daddr: string, type: number, code: number): Shape {
  const icmpType = QUESTION6.get(type) ?? type;
  const [source, target] = [addressText(saddr), addressText(daddr)];
  return { group: "icmp6", proto: PROTO_ICMP6, source, target, detail: `${icmpType}/${code}`, icmpType };
}

type Counts = Pick<
  ArgusFlow,
  "stime" | "ltime" | "spkts" | "dpkts" | "sbytes" | "dbytes" | "sappbytes" | "dappbytes" | "state"
>;

function build(made: Shape, counts: Counts, dir: string, raw: Pick<Flow, "argus" | "stray">): Flow {
  const { group, proto, source, target, detail, icmpType } = made;
  const isFirst = source <= target;
  const ends = isFirst ? ([source, target] as const) : ([target, source] as const);
  const byEnd = <T>(s: T, d: T): [T, T] => (isFirst ? [s, d] : [d, s]);
  // argus credits what is not IP to the lower address, whoever sent: only the sums can be compared.
  const counters = (s: number, d: number): [number, number] => (detail === "mac" ? [s + d, 0] : byEnd(s, d));
  // Fragments without their first have no flags, and a word instead.
  const hasFlags = group === "tcp" && counts.state.includes("_");
  const [sflags = "", dflags = ""] = hasFlags ? counts.state.split("_") : [];
  return {
    key: `${group === "other" ? proto : group} ${detail} ${ends.join(" - ")}`.replace(/ {2}/, " "),
    group,
    proto,
    ends,
    source: isFirst ? 0 : 1,
    opened: !dir.includes("?"),
    packets: counters(counts.spkts, counts.dpkts),
    bytes: counters(counts.sbytes, counts.dbytes),
    appBytes: counters(counts.sappbytes, counts.dappbytes),
    flags: byEnd(sflags, dflags),
    stime: counts.stime,
    ltime: counts.ltime,
    ...raw,
    ...(icmpType !== undefined && { icmpType }),
  };
}

/** Records of one key as one flow: sums, unions, the direction of the earliest. */
function merge(records: readonly Flow[]): Flow[] {
  const byKey = new Map<string, Flow>();
  const inOrder = records.map((flow, index) => ({ flow, index }));
  inOrder.sort((a, b) => a.flow.stime - b.flow.stime || a.index - b.index);
  for (const { flow } of inOrder) {
    const into = byKey.get(flow.key);
    if (into === undefined) {
      byKey.set(flow.key, flow);
      continue;
    }
    into.opened ||= flow.opened;
    into.packets = sum(into.packets, flow.packets);
    into.bytes = sum(into.bytes, flow.bytes);
    into.appBytes = sum(into.appBytes, flow.appBytes);
    into.flags = [union(into.flags[0], flow.flags[0]), union(into.flags[1], flow.flags[1])];
    into.ltime = Math.max(into.ltime, flow.ltime);
    into.argus.push(...flow.argus);
    into.stray.push(...flow.stray);
  }
  return [...byKey.values()];
}

function sum(a: [number, number], b: [number, number]): [number, number] {
  return [a[0] + b[0], a[1] + b[1]];
}

function union(a: string, b: string): string {
  return [...FLAG_ORDER].filter((letter) => a.includes(letter) || b.includes(letter)).join("");
}

/** The arrow as it follows from the merged counters: `who` for ARP. */
export function arrowOf(flow: Flow): string {
  if (flow.group === "arp") return "who";
  const hasSource = flow.packets[flow.source] > 0;
  const hasTarget = flow.packets[1 - flow.source]! > 0;
  if (flow.group !== "tcp") return hasTarget ? (hasSource ? "<->" : "<-") : "->";
  if (flow.opened) return "->";
  return hasTarget ? (hasSource ? "<?>" : "<?") : "?>";
}

export function isIp(address: string): boolean {
  return ipaddr.isValid(address) && !/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i.test(address);
}

function addressText(address: string): string {
  if (!isIp(address)) return address.toLowerCase();
  // ra writes ::a.b.c.d where only the last 32 bits are set, which ipaddr.js takes for ::ffff:a.b.c.d.
  const compatible = /^::(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (compatible === undefined) return ipaddr.parse(address).toString();
  const bytes = ipaddr.IPv4.parse(compatible).toByteArray();
  return new ipaddr.IPv6([...new Array<number>(IPV6_SIZE - bytes.length).fill(0), ...bytes]).toString();
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}
