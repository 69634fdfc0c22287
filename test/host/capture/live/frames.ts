// Frames with known bytes, in the few shapes that the capture tests send.
// Apart from sending them because several files do. Always holds: every frame carries `mark`, so it can be told from
// all others, and correct IPv4 header checksums (UDP's own is left out, as RFC 768 allows).

const MAC_A = [2, 0, 0, 0, 0, 0xa];
const MAC_B = [2, 0, 0, 0, 0, 0xb];
const MIN_PAYLOAD_BYTES = 16;

export interface FrameOptions {
  /** From B to A instead. */
  readonly back?: boolean;
  /** Tags in the frame, outermost first: [TPID, TCI]. */
  readonly tags?: readonly (readonly [number, number])[];
  readonly ports?: readonly [number, number];
  /** Hosts: last byte of A's and B's address. */
  readonly hosts?: readonly [number, number];
  /** Flags and offset of the IPv4 header; a later fragment has no UDP header. */
  readonly fragment?: number;
  readonly bytes?: number;
}

export function udp4(mark: string, options: FrameOptions = {}): Buffer {
  const { fragment = 0 } = options;
  const data = (fragment & 0x1fff) === 0 ? udp(mark, options) : payload(mark, options);
  return ethernet(0x0800, ipv4(17, data, options), options);
}

export function udp6(mark: string, options: FrameOptions = {}): Buffer {
  const data = udp(mark, options);
  const header = Buffer.alloc(40);
  header.writeUInt32BE(0x60000000);
  header.writeUInt16BE(data.length, 4);
  header.set([17, 64], 6);
  const [a, b] = options.hosts ?? [1, 2];
  header.set([0xfd, 0, 0, 0, 0, 0, 0, options.back ? b : a], 8);
  header.set([0xfd, 0, 0, 0, 0, 0, 0, options.back ? a : b], 24);
  return ethernet(0x86dd, Buffer.concat([header, data]), options);
}

/** An ICMP error about a packet of the other direction; `mark` in it. */
export function icmpError4(mark: string, options: FrameOptions = {}): Buffer {
  const about = ipv4(17, udp(mark, options), { ...options, back: !options.back });
  const icmp = Buffer.concat([Buffer.from([3, 3, 0, 0, 0, 0, 0, 0]), about]);
  return ethernet(0x0800, ipv4(1, icmp, options), options);
}

/** ARP for IPv4 over Ethernet (RFC 826): a question from A, or B's answer (`back`); `mark` behind it. */
export function arp(mark: string, options: FrameOptions = {}): Buffer {
  const [from, to] = ends(options);
  const macs = options.back ? [MAC_B, MAC_A] : [MAC_A, [0, 0, 0, 0, 0, 0]];
  const head = [0, 1, 8, 0, 6, 4, 0, options.back ? 2 : 1];
  const packet = Buffer.from([...head, ...(macs[0] ?? []), ...from, ...(macs[1] ?? []), ...to]);
  return ethernet(0x0806, Buffer.concat([packet, payload(mark, options)]), options);
}

export function ipv4(protocol: number, data: Buffer, options: FrameOptions = {}): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE(header.length + data.length, 2);
  header.writeUInt16BE(options.fragment ?? 0, 6);
  header.set([64, protocol], 8);
  const [from, to] = ends(options);
  header.set([...from, ...to], 12);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([header, data]);
}

export function ethernet(type: number, data: Buffer, options: FrameOptions = {}): Buffer {
  const addresses = options.back ? [...MAC_A, ...MAC_B] : [...MAC_B, ...MAC_A];
  const tags = (options.tags ?? []).flatMap((tag) => tag.flatMap((word) => [word >> 8, word & 0xff]));
  return Buffer.concat([Buffer.from([...addresses, ...tags, type >> 8, type & 0xff]), data]);
}

function ends(options: FrameOptions): [number[], number[]] {
  const [a, b] = options.hosts ?? [1, 2];
  const ends: [number[], number[]] = [
    [10, 0, 0, a],
    [10, 0, 0, b],
  ];
  return options.back ? [ends[1], ends[0]] : ends;
}

function udp(mark: string, options: FrameOptions): Buffer {
  const data = payload(mark, options);
  const header = Buffer.alloc(8);
  const [a, b] = options.ports ?? [40_000, 7777];
  header.writeUInt16BE(options.back ? b : a);
  header.writeUInt16BE(options.back ? a : b, 2);
  header.writeUInt16BE(header.length + data.length, 4);
  return Buffer.concat([header, data]);
}

function payload(mark: string, options: FrameOptions): Buffer {
  return Buffer.from(`<${mark}>`.padEnd(options.bytes ?? MIN_PAYLOAD_BYTES, "."));
}

/** The mark of a frame, wherever it lies. */
export function markOf(frame: Uint8Array): string | undefined {
  return /<([^<>]*)>/.exec(Buffer.from(frame).toString("latin1"))?.[1];
}

/** RFC 1071. */
function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
