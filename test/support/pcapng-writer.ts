// Writes pcapng blocks, right ones and wrong ones, in either byte order.
// Apart from the product, which only reads them. Always holds: what isn't asked to be wrong is right.

export interface InterfaceOptions {
  linkType?: number;
  snapLength?: number;
  /** if_tsresol's byte. */
  resolution?: number;
  /** if_tsoffset, seconds. */
  offset?: bigint;
  /** if_fcslen's byte. */
  fcs?: number;
  /** Other options, as (code, bytes). */
  extra?: readonly (readonly [number, Uint8Array])[];
}

export interface PacketOptions {
  wire?: number;
  interface?: number;
  comment?: string;
  flags?: number;
  captured?: number;
}

export class PcapngWriter {
  private readonly blocks: Uint8Array[] = [];
  private littleEndian = true;

  /** Bytes so far. */
  get size(): number {
    return this.blocks.reduce((sum, block) => sum + block.length, 0);
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.blocks);
  }

  section(bigEndian = false, major = 1, options: Uint8Array = new Uint8Array(0)): this {
    this.littleEndian = !bigEndian;
    const body = this.words([0x1a2b3c4d], [major, 0], [0xffffffff, 0xffffffff]);
    return this.block(0x0a0d0d0a, Buffer.concat([body, options]));
  }

  interface(options: InterfaceOptions = {}): this {
    const parts = [this.words([], [options.linkType ?? 1, 0], [options.snapLength ?? 0])];
    const { resolution, fcs, offset } = options;
    for (const [code, value] of options.extra ?? []) parts.push(this.option(code, value));
    if (resolution !== undefined) parts.push(this.option(9, Uint8Array.of(resolution)));
    if (fcs !== undefined) parts.push(this.option(13, Uint8Array.of(fcs)));
    if (offset !== undefined) parts.push(this.option(14, this.u64(offset)));
    if (parts.length > 1) parts.push(this.option(0, new Uint8Array(0)));
    return this.block(1, Buffer.concat(parts));
  }

  packet(ticks: bigint, frame: Uint8Array, options: PacketOptions = {}): this {
    const head = this.words([options.interface ?? 0], [], this.time(ticks), [
      options.captured ?? frame.length,
      options.wire ?? frame.length,
    ]);
    const parts = [head, padded(frame)];
    if (options.flags !== undefined) parts.push(this.option(2, this.words([options.flags])));
    if (options.comment !== undefined) parts.push(this.option(1, Buffer.from(options.comment)));
    if (parts.length > 2) parts.push(this.option(0, new Uint8Array(0)));
    return this.block(6, Buffer.concat(parts));
  }

  obsoletePacket(ticks: bigint, frame: Uint8Array, options: PacketOptions = {}): this {
    const head = this.words([], [options.interface ?? 0, 7], this.time(ticks), [
      frame.length,
      options.wire ?? frame.length,
    ]);
    return this.block(2, Buffer.concat([head, padded(frame)]));
  }

  simplePacket(frame: Uint8Array, wire = frame.length): this {
    return this.block(3, Buffer.concat([this.words([wire]), padded(frame)]));
  }

  /** A block of any type; `length` and `trailer` may lie. */
  block(type: number, body: Uint8Array, length = body.length + 12, trailer = length): this {
    this.blocks.push(Buffer.concat([this.words([type, length]), body, this.words([trailer])]));
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.blocks.push(bytes);
    return this;
  }

  option(code: number, value: Uint8Array, length = value.length): Uint8Array {
    return Buffer.concat([this.words([], [code, length]), padded(value)]);
  }

  private time(ticks: bigint): number[] {
    return [Number(ticks >> 32n), Number(ticks & 0xffffffffn)];
  }

  /** Words of 32 bits, then halves, then words again. */
  private words(
    first: readonly number[],
    halves: readonly number[] = [],
    ...more: readonly number[][]
  ): Uint8Array {
    const words = more.flat();
    const bytes = new Uint8Array(first.length * 4 + halves.length * 2 + words.length * 4);
    const view = new DataView(bytes.buffer);
    for (const [i, word] of first.entries()) view.setUint32(i * 4, word, this.littleEndian);
    const halvesAt = first.length * 4;
    for (const [i, half] of halves.entries()) view.setUint16(halvesAt + i * 2, half, this.littleEndian);
    const wordsAt = halvesAt + halves.length * 2;
    for (const [i, word] of words.entries()) view.setUint32(wordsAt + i * 4, word, this.littleEndian);
    return bytes;
  }

  private u64(value: bigint): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), this.littleEndian);
    return bytes;
  }
}

function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array((4 - (bytes.length % 4)) % 4)]);
}
