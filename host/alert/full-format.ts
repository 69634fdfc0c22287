// alert_full: an alert as the letter shows it, header, packet and hex dump; or as Snort 2.9 writes it, with the rule's
// numbers, classification and references, and the layer 2 line and payload that its -e and -d add.
// Apart from the packet's own lines (packet-lines.ts).
// Always holds: ASCII, every line ended, an empty line behind each alert; nothing that came from the wire or from a
// rule's text leaves as a control character.

import { type TimeFormatter, timeFormatter } from "../print/time-format.js";
import type { Alert } from "./alert.js";
import { dropTag, shortTime } from "./fast-format.js";
import { be16, readIp } from "./headers.js";
import { addressOf, hex, packetLines } from "./packet-lines.js";
import { snortProtocol } from "./protocol-words.js";
import { asciiText, bytesText } from "./text.js";

const LINKTYPE_ETHERNET = 1;
const ETHERNET_SIZE = 14;
const IP_TYPES: ReadonlySet<number> = new Set([0x0800, 0x86dd]);
const TAG_TYPES: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const TAG_SIZE = 4;
/** Link types that begin with IP. */
const RAW_LINKS: ReadonlySet<number> = new Set([12, 14, 101, 228, 229]);
/** References told of a rule, and how much of each. */
const REFERENCES_MAX = 16;
const REFERENCE_MAX = 256;
const DUMP_WIDTH = 16;
const DUMP_HEX_WIDTH = DUMP_WIDTH * 3 - 1;
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => hex(byte, 2));

export interface FullOptions {
  /** "letter": as Snort 1.8 in the letter, as mailed: one blank between values. "snort": Snort 2.9. */
  readonly style: "letter" | "snort";
  /** Local time as MM/DD-HH:MM:SS.uuuuuu unless given. */
  readonly time?: TimeFormatter;
  /** Rules can drop here: a drop is told as done, else as one that would be. */
  readonly isInline?: boolean;
}

export class FullFormat {
  private readonly isSnort: boolean;
  private readonly gap: string;
  private readonly time: TimeFormatter;
  private readonly isInline: boolean;

  constructor({ style, time = timeFormatter(shortTime(false)), isInline = false }: FullOptions) {
    this.isSnort = style === "snort";
    this.gap = this.isSnort ? "  " : " ";
    this.time = time;
    this.isInline = isInline;
  }

  /** The whole alert, its empty line included. */
  text(alert: Alert): string {
    const lines = [this.title(alert)];
    if (this.isSnort) lines.push(...classLine(alert));
    lines.push(...this.packet(alert), ...this.dump(alert));
    if (this.isSnort) lines.push(...referencesLine(alert));
    return `${lines.join("\n")}\n\n`;
  }

  private title(alert: Alert): string {
    const message = alert.rule === undefined ? "" : asciiText(alert.rule.message);
    const tag = dropTag(alert, this.isInline);
    if (!this.isSnort) return `${tag}[**] ${message === "" ? alert.id : message} [**]`;
    return `${tag}[**] [${alert.id}]${message === "" ? "" : ` ${message}`} [**]`;
  }

  private packet(alert: Alert): string[] {
    const { bytes, frameAt } = alert;
    const end = frameAt + alert.frameSize;
    const time = this.time(alert.timeUs);
    const link = linkText(alert);
    const ip = readIp(bytes, ipAt(alert), end);
    const isJoined = link !== "";
    const lines =
      ip === undefined
        ? knownLines(alert, isJoined)
        : packetLines(bytes, end, ip, { gap: this.gap, isJoined });
    if (isJoined) return [`${time} ${link}`, ...lines];
    return [`${time} ${lines[0]}`, ...lines.slice(1)];
  }

  /** Sixteen bytes a line, and what was not kept of them. */
  private dump(alert: Alert): string[] {
    const { bytes, payloadSize, payloadCaptured } = alert;
    const start = alert.frameAt + alert.payload;
    const lines: string[] = [];
    for (let at = 0; at < payloadSize; at += DUMP_WIDTH) {
      const size = Math.min(DUMP_WIDTH, payloadSize - at);
      const row = hexRow(bytes, start + at, size);
      const text = bytesText(bytes, start + at, size);
      lines.push(this.isSnort ? `${row.padEnd(DUMP_HEX_WIDTH)}  ${text}` : `${row} ${text}`);
    }
    if (payloadCaptured > payloadSize)
      lines.push(`[${payloadSize} of ${payloadCaptured} payload bytes kept]`);
    return lines;
  }
}

/** Where the IP header is; of a datagram put together from fragments, that of the frame that completed it. */
function ipAt(alert: Alert): number {
  const { bytes, frameAt, frameSize, link, l3 } = alert;
  if (l3 >= 0) return frameAt + l3;
  const end = frameAt + frameSize;
  if (link !== LINKTYPE_ETHERNET) return RAW_LINKS.has(link) ? frameAt : end;
  let at = frameAt + ETHERNET_SIZE;
  while (at + TAG_SIZE <= end && TAG_TYPES.has(be16(bytes, at - 2))) at += TAG_SIZE;
  return at <= end && IP_TYPES.has(be16(bytes, at - 2)) ? at : end;
}

/** `0:0:C:46:5C:D1 -> 0:E0:1E:8E:31:71 type:0x800 len:0x97`; empty for what is not Ethernet. */
function linkText({ bytes, frameAt, frameSize, link, wire }: Alert): string {
  if (link !== LINKTYPE_ETHERNET || frameSize < ETHERNET_SIZE) return "";
  const type = be16(bytes, frameAt + 12);
  return `${macText(bytes, frameAt + 6)} -> ${macText(bytes, frameAt)} type:0x${hex(type)} len:0x${hex(wire)}`;
}

/** As Snort writes them: no leading zeros. */
function macText(bytes: Uint8Array, at: number): string {
  return Array.from(bytes.subarray(at, at + 6), (byte) => hex(byte)).join(":");
}

/** Of a packet whose IP header is not in what is kept: what the alert itself knows. */
function knownLines(alert: Alert, isJoined: boolean): string[] {
  const { family, proto, hasPorts, sport, dport, bytes } = alert;
  const version = family === 6 ? 6 : 4;
  const address = (at: number) => addressOf(bytes, version === 4 ? at + 12 : at, version);
  const source = `${address(alert.sourceAt)}${hasPorts ? `:${sport}` : ""}`;
  const ends = `${source} -> ${address(alert.destinationAt)}${hasPorts ? `:${dport}` : ""}`;
  const rest = `${snortProtocol(proto)} IP header truncated`;
  return isJoined ? [`${ends} ${rest}`] : [ends, rest];
}

function hexRow(bytes: Uint8Array, at: number, size: number): string {
  let row = "";
  for (let i = at; i < at + size; i++) row += (i > at ? " " : "") + HEX[bytes[i]!]!;
  return row;
}

function classLine(alert: Alert): string[] {
  const name = asciiText(alert.classification);
  return [`${name === "" ? "" : `[Classification: ${name}] `}[Priority: ${alert.priority}]`];
}

/** `[Xref => http://…][Xref => …]` on one line. */
function referencesLine({ rule }: Alert): string[] {
  const texts = (rule?.references ?? [])
    .slice(0, REFERENCES_MAX)
    .map(({ system, id, url }) => asciiText(url ?? `${system} ${id}`, REFERENCE_MAX));
  return texts.length === 0 ? [] : [texts.map((text) => `[Xref => ${text}]`).join("")];
}
