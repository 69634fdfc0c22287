// Writes pcap files: micro- and nanoseconds, both byte orders, any link type, a snap length.
// Apart from the frame builder because the benchmark writes millions of ready frames through it.
// Always holds: memory stays at one buffer, whatever the file's size; records are never split by a flush.

import { closeSync, openSync, writeSync } from "node:fs";

export interface PcapOptions {
  linkType?: number;
  nanosecond?: boolean;
  bigEndian?: boolean;
  /** Longer frames are cut to so many bytes; their wire length is kept. */
  snapLength?: number;
}

const MAGIC_MICROSECOND = 0xa1b2c3d4;
const MAGIC_NANOSECOND = 0xa1b23c4d;
const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
const BUFFER_SIZE = 4 << 20;
const NS_PER_SECOND = 1_000_000_000n;

export class PcapWriter {
  private readonly buffer = new Uint8Array(BUFFER_SIZE);
  private readonly view = new DataView(this.buffer.buffer);
  private readonly littleEndian: boolean;
  private readonly nanosecond: boolean;
  private readonly snapLength: number;
  private used = 0;

  /** `sink` gets each full buffer; it must be done with the bytes when it returns. */
  constructor(
    private readonly sink: (chunk: Uint8Array) => void,
    options: PcapOptions = {},
  ) {
    this.littleEndian = !options.bigEndian;
    this.nanosecond = options.nanosecond ?? false;
    this.snapLength = options.snapLength ?? 262144;
    this.header(options.linkType ?? 1);
  }

  private header(linkType: number): void {
    const { view, littleEndian } = this;
    view.setUint32(0, this.nanosecond ? MAGIC_NANOSECOND : MAGIC_MICROSECOND, littleEndian);
    view.setUint16(4, 2, littleEndian);
    view.setUint16(6, 4, littleEndian);
    view.setUint32(8, 0, littleEndian);
    view.setUint32(12, 0, littleEndian);
    view.setUint32(16, this.snapLength, littleEndian);
    view.setUint32(20, linkType, littleEndian);
    this.used = FILE_HEADER_SIZE;
  }

  /** One frame at `timeNs` since 1970; `wireLength` when the frame was longer than what is given. */
  write(timeNs: bigint, frame: Uint8Array, wireLength = frame.length): void {
    const fraction = Number(timeNs % NS_PER_SECOND);
    this.writeAt(
      Number(timeNs / NS_PER_SECOND),
      this.nanosecond ? fraction : Math.floor(fraction / 1000),
      frame,
      wireLength,
    );
  }

  /** The same with the time as it stands in the file: seconds, and micro- or nanoseconds. */
  writeAt(seconds: number, fraction: number, frame: Uint8Array, wireLength = frame.length): void {
    const captured = Math.min(frame.length, this.snapLength);
    if (this.used + RECORD_HEADER_SIZE + captured > BUFFER_SIZE) this.flush();
    const { view, littleEndian, used } = this;
    view.setUint32(used, seconds, littleEndian);
    view.setUint32(used + 4, fraction, littleEndian);
    view.setUint32(used + 8, captured, littleEndian);
    view.setUint32(used + 12, wireLength, littleEndian);
    this.buffer.set(
      captured === frame.length ? frame : frame.subarray(0, captured),
      used + RECORD_HEADER_SIZE,
    );
    this.used = used + RECORD_HEADER_SIZE + captured;
  }

  flush(): void {
    if (this.used > 0) this.sink(this.buffer.subarray(0, this.used));
    this.used = 0;
  }
}

/** Opens `path`, lets `fill` write frames, closes the file. */
export function writePcapFile(path: string, options: PcapOptions, fill: (writer: PcapWriter) => void): void {
  const file = openSync(path, "w");
  try {
    const writer = new PcapWriter((chunk) => writeWhole(file, chunk), options);
    fill(writer);
    writer.flush();
  } finally {
    closeSync(file);
  }
}

/** The bytes of a pcap file, for tests. */
export function pcapBytes(options: PcapOptions, fill: (writer: PcapWriter) => void): Uint8Array {
  const chunks: Uint8Array[] = [];
  const writer = new PcapWriter((chunk) => chunks.push(chunk.slice()), options);
  fill(writer);
  writer.flush();
  return Buffer.concat(chunks);
}

function writeWhole(file: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done);
}
