// A packet as the lines that Snort prints of it: addresses, IP, TCP, UDP, ICMP, and what an ICMP error quotes.
// Apart from the alert around it because a quoted packet is printed by the same lines.
// Always holds: every value is read from the bytes; nothing behind `end` is read; quoting goes one level deep.

import { ipv4Text } from "../record/address.js";
import { ipOptions, tcpOptions } from "./header-options.js";
import { be16, be32, type IpHeader, isFragment, readIp } from "./headers.js";
import { icmpText, icmpWords } from "./icmp-words.js";
import { snortProtocol } from "./protocol-words.js";

const TCP = 6;
const UDP = 17;
const ICMP: Readonly<Record<4 | 6, number>> = { 4: 1, 6: 58 };
const TCP_SIZE = 20;
const UDP_SIZE = 8;
const ICMP_SIZE = 4;
const ICMP_QUERY_SIZE = 8;
const PORT_PROTOCOLS: ReadonlySet<number> = new Set([TCP, UDP, 33, 132, 136]);
/** From bit 7 down; 1 and 2 were once reserved, today CWR and ECE. */
const FLAG_LETTERS = "12UAPRSF";

export interface LineStyle {
  /** Between the values of a line: the letter has one blank where Snort writes two. */
  readonly gap: string;
  /** Addresses and IP values on one line: Snort does that behind MAC addresses. */
  readonly isJoined: boolean;
}

export const hex = (value: number, digits = 1): string =>
  value.toString(16).toUpperCase().padStart(digits, "0");

/** IPv4 with dots; IPv6 in eight groups of four digits, so that a port behind a colon stays clear. */
export function addressOf(bytes: Uint8Array, at: number, version: 4 | 6): string {
  if (version === 4) return ipv4Text(bytes, at);
  const groups: string[] = [];
  for (let group = at; group < at + 16; group += 2)
    groups.push(be16(bytes, group).toString(16).padStart(4, "0"));
  return groups.join(":");
}

/** The lines of the packet whose IP header was read. */
export function packetLines(bytes: Uint8Array, end: number, ip: IpHeader, style: LineStyle): string[] {
  const { gap, isJoined } = style;
  const ends = endsText(bytes, end, ip);
  const lines = isJoined ? [`${ends} ${ipLine(ip)}`] : [ends, ipLine(ip)];
  const options = ipOptions(bytes, ip.optionsAt, ip.optionsEnd);
  if (options !== "") lines.push(options);
  if (isFragment(ip)) {
    const size = hex(ip.upperSize & 0xffff, 4);
    const wide = gap.length > 1 ? "   " : gap;
    lines.push(`Frag Offset: 0x${hex(ip.fragmentOffset, 4)}${wide}Frag Size: 0x${size}`);
  }
  if (ip.fragmentOffset === 0) lines.push(...upperLines(bytes, end, ip, style));
  return lines;
}

function endsText(bytes: Uint8Array, end: number, ip: IpHeader): string {
  const { version, proto, upperAt } = ip;
  const hasPorts = PORT_PROTOCOLS.has(proto) && ip.fragmentOffset === 0 && upperAt + 4 <= end;
  const sport = hasPorts ? `:${be16(bytes, upperAt)}` : "";
  const dport = hasPorts ? `:${be16(bytes, upperAt + 2)}` : "";
  const source = addressOf(bytes, ip.sourceAt, version);
  return `${source}${sport} -> ${addressOf(bytes, ip.destinationAt, version)}${dport}`;
}

function ipLine(ip: IpHeader): string {
  const bits = `${ip.isReserved ? " RB" : ""}${ip.isDf ? " DF" : ""}${ip.isMf ? " MF" : ""}`;
  return (
    `${snortProtocol(ip.proto)} TTL:${ip.ttl} TOS:0x${hex(ip.tos)} ID:${ip.id} ` +
    `IpLen:${ip.headerSize} DgmLen:${ip.totalSize}${bits}`
  );
}

function upperLines(bytes: Uint8Array, end: number, ip: IpHeader, style: LineStyle): string[] {
  const at = ip.upperAt;
  const left = end - at;
  switch (ip.proto) {
    case TCP:
      return left < TCP_SIZE ? ["TCP header truncated"] : tcpLines(bytes, at, end, style.gap);
    case UDP:
      if (left < UDP_SIZE) return ["UDP header truncated"];
      return [`Len: ${Math.max(0, be16(bytes, at + 4) - UDP_SIZE)}`];
    case ICMP[ip.version]:
      return left < ICMP_SIZE ? ["ICMP header truncated"] : icmpLines(bytes, end, ip, style);
    default:
      return [];
  }
}

function tcpLines(bytes: Uint8Array, at: number, end: number, gap: string): string[] {
  const size = (bytes[at + 12]! >> 4) * 4;
  const flags = bytes[at + 13]!;
  const letters = [...FLAG_LETTERS].map((letter, place) => ((flags >> (7 - place)) & 1 ? letter : "*"));
  const urgent = flags & 0x20 ? `${gap}UrgPtr: 0x${hex(be16(bytes, at + 18))}` : "";
  const line =
    `${letters.join("")} Seq: 0x${hex(be32(bytes, at + 4))}${gap}Ack: 0x${hex(be32(bytes, at + 8))}` +
    `${gap}Win: 0x${hex(be16(bytes, at + 14))}${gap}TcpLen: ${size}${urgent}`;
  const options = tcpOptions(bytes, at + TCP_SIZE, Math.min(at + size, end));
  return options === "" ? [line] : [line, options];
}

function icmpLines(bytes: Uint8Array, end: number, ip: IpHeader, style: LineStyle): string[] {
  const { gap } = style;
  const at = ip.upperAt;
  const type = bytes[at]!;
  const code = bytes[at + 1]!;
  const words = icmpWords(ip.version, type);
  const isWhole = end - at >= ICMP_QUERY_SIZE;
  const wide = gap.length > 1 ? "   " : gap;
  const query =
    words.isQuery && isWhole ? `${gap}ID:${be16(bytes, at + 4)}${wide}Seq:${be16(bytes, at + 6)}` : "";
  const name = icmpText(words, code);
  const lines = [`Type:${type}${gap}Code:${code}${query}${name === "" ? "" : gap + name}`];
  const quoted = words.isError ? readIp(bytes, at + ICMP_QUERY_SIZE, end) : undefined;
  if (quoted === undefined) return lines;
  return [...lines, "** ORIGINAL DATAGRAM DUMP:", ...quotedLines(bytes, end, quoted, gap), "** END OF DUMP"];
}

/** An error quotes the header and a few bytes more; an error in an error is not gone into. */
function quotedLines(bytes: Uint8Array, end: number, ip: IpHeader, gap: string): string[] {
  const style = { gap, isJoined: false };
  const isIcmp = ip.proto === ICMP[ip.version] && ip.fragmentOffset === 0 && ip.upperAt + ICMP_SIZE <= end;
  if (!isIcmp) return packetLines(bytes, end, ip, style);
  // All but the last line, which says that nothing of ICMP is there.
  const lines = packetLines(bytes, ip.upperAt, ip, style).slice(0, -1);
  const code = bytes[ip.upperAt + 1]!;
  const name = icmpText(icmpWords(ip.version, bytes[ip.upperAt]!), code);
  return [...lines, `Type:${bytes[ip.upperAt]}${gap}Code:${code}${name === "" ? "" : gap + name}`];
}
