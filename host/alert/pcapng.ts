// Blocks of a pcapng file (draft-ietf-opsawg-pcapng): section header, interface, enhanced packet with comments.
// Apart from the store because a block is only bytes.
// Always holds: little-endian; every block's length is a multiple of 4 and stands at both its ends.

const SECTION_BLOCK = 0x0a0d0d0a;
const INTERFACE_BLOCK = 1;
const ENHANCED_PACKET_BLOCK = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const OPTION_END = 0;
const OPTION_COMMENT = 1;
const OPTION_SECTION_APPLICATION = 4;
const OPTION_INTERFACE_NAME = 2;
const OPTION_INTERFACE_RESOLUTION = 9;
/** Times in units of 10^-9 s. */
const NANOSECONDS = 9;
/** Around a block's body: type, length, length again. */
const FRAME_SIZE = 12;
const OPTION_SIZE_MAX = 0xffff;

type Option = readonly [code: number, value: Uint8Array];

export function sectionBlock(application: string): Uint8Array {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(BYTE_ORDER, 0);
  body.writeUInt16LE(1, 4);
  // The section's length is not known when it begins: -1.
  body.fill(0xff, 8, 16);
  return block(SECTION_BLOCK, [body], [[OPTION_SECTION_APPLICATION, textBytes(application)]]);
}

/** `link` a LINKTYPE_ value; times of its packets are nanoseconds. */
export function interfaceBlock(link: number, name: string | undefined): Uint8Array {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(link & 0xffff, 0);
  return block(
    INTERFACE_BLOCK,
    [body],
    [
      ...(name === undefined ? [] : [[OPTION_INTERFACE_NAME, textBytes(name)] as const]),
      [OPTION_INTERFACE_RESOLUTION, Uint8Array.of(NANOSECONDS)],
    ],
  );
}

export interface PacketOfBlock {
  /** Place of its interface block in the section. */
  readonly interface: number;
  /** The two halves of the time, ns since 1970. */
  readonly timeHigh: number;
  readonly timeLow: number;
  readonly frame: Uint8Array;
  /** Its length on the wire. */
  readonly wire: number;
  readonly comments: readonly string[];
}

export function packetBlock(packet: PacketOfBlock): Uint8Array {
  const { frame, comments } = packet;
  const head = Buffer.alloc(20);
  head.writeUInt32LE(packet.interface, 0);
  head.writeUInt32LE(packet.timeHigh, 4);
  head.writeUInt32LE(packet.timeLow, 8);
  head.writeUInt32LE(frame.length, 12);
  head.writeUInt32LE(Math.max(packet.wire, frame.length), 16);
  const options = comments.map((comment): Option => [OPTION_COMMENT, textBytes(comment)]);
  return block(ENHANCED_PACKET_BLOCK, [head, padded(frame)], options);
}

function block(type: number, body: readonly Uint8Array[], options: readonly Option[]): Uint8Array {
  const parts = [...body, ...options.map(optionBytes), ...(options.length === 0 ? [] : [endOption()])];
  const size = parts.reduce((sum, { length }) => sum + length, FRAME_SIZE);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, ...parts, head.subarray(4)], size);
}

function optionBytes([code, value]: Option): Uint8Array {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, padded(value)]);
}

function endOption(): Uint8Array {
  return new Uint8Array([OPTION_END, 0, 0, 0]);
}

function textBytes(text: string): Uint8Array {
  return Buffer.from(text, "utf8").subarray(0, OPTION_SIZE_MAX);
}

function padded(bytes: Uint8Array): Uint8Array {
  const padding = -bytes.length & 3;
  return padding === 0 ? bytes : Buffer.concat([bytes, new Uint8Array(padding)]);
}
