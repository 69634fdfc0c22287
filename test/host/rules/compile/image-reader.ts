// Reads an image by the layout alone, checking every place it goes to.
// Apart from the compiler, of which it uses nothing, so that a mistake there is not repeated here.

import * as L from "../../../../assembly/match/rules-layout.js";
import type { Address } from "./support.js";

export class ImageReader {
  readonly view: DataView;

  constructor(readonly image: Uint8Array) {
    this.view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  }

  u32(at: number): number {
    return this.view.getUint32(at, true);
  }

  u16(at: number): number {
    return this.view.getUint16(at, true);
  }

  /** Place of a table of `size` bytes; throws when it is not all inside, or not aligned. */
  table(headerOffset: number, size: number): number {
    const at = this.u32(headerOffset);
    if (at % 8 !== 0) throw new Error(`table of header ${headerOffset} at ${at} is not aligned`);
    if (at < L.IMAGE_HEADER_SIZE || at + size > this.image.length) {
      throw new Error(`table of header ${headerOffset} (${at}, ${size} bytes) is not inside`);
    }
    return at;
  }

  get ruleCount(): number {
    return this.u32(L.IMAGE_RULE_COUNT_OFFSET);
  }

  rule(index: number): number {
    return this.table(L.IMAGE_RULES_OFFSET, this.ruleCount * L.RULE_SIZE) + index * L.RULE_SIZE;
  }

  portClass(port: number): number {
    return this.u16(this.table(L.IMAGE_PORT_CLASSES_OFFSET, 131072) + port * 2);
  }

  hasPort(set: number, port: number): boolean {
    const words = this.u32(L.IMAGE_PORT_SET_WORDS_OFFSET);
    const count = this.u32(L.IMAGE_PORT_CLASS_COUNT_OFFSET);
    const number = this.portClass(port);
    if (number >= count) throw new Error(`port ${port} is of class ${number} of ${count}`);
    const matrix = this.table(L.IMAGE_PORT_MATRIX_OFFSET, count * words * 4);
    return this.bit(matrix + number * words * 4, words, set);
  }

  hasAddress(set: number, address: Address): boolean {
    const words = this.u32(L.IMAGE_ADDRESS_SET_WORDS_OFFSET);
    const number = address.family === 4 ? this.class4(address.value) : this.class6(address.value);
    const matrix = this.table(L.IMAGE_ADDRESS_MATRIX_OFFSET, (number + 1) * words * 4);
    return this.bit(matrix + number * words * 4, words, set);
  }

  /** Rules asked of packets of that group to ports of that class. */
  plain(group: number, portClass: number): number[] {
    const classes = this.u32(L.IMAGE_PORT_CLASS_COUNT_OFFSET);
    const table = this.table(L.IMAGE_PLAIN_OFFSET, L.PROTO_GROUP_COUNT * classes * 8);
    return this.list(table + (group * classes + portClass) * 8);
  }

  findingRules(finding: number): number[] {
    return this.list(this.table(L.IMAGE_FINDING_RULES_OFFSET, 64 * 8) + finding * 8);
  }

  patternRules(first: number, count: number): number[] {
    return this.indexes(this.table(L.IMAGE_PATTERN_RULES_OFFSET, (first + count) * 4), first, count);
  }

  /** The bytes of a matcher and whatever follows, or undefined. */
  matcher(number: number): Uint8Array | undefined {
    const offset = L.IMAGE_MATCHERS_OFFSET + number * 4;
    return this.u32(offset) === 0 ? undefined : this.image.subarray(this.table(offset, 1));
  }

  ops(index: number): number[] {
    const at = this.u32(this.rule(index) + L.RULE_PROGRAM_OFFSET);
    const count = this.u32(this.rule(index) + L.RULE_OPS_OFFSET);
    if (at % 8 !== 0 || at + count * L.OP_SIZE > this.image.length)
      throw new Error(`program of ${index} at ${at}`);
    return Array.from({ length: count }, (_, number) => at + number * L.OP_SIZE);
  }

  private list(at: number): number[] {
    const [first, count] = [this.u32(at), this.u32(at + 4)];
    return this.indexes(this.table(L.IMAGE_PLAIN_RULES_OFFSET, (first + count) * 4), first, count);
  }

  private indexes(table: number, first: number, count: number): number[] {
    return Array.from({ length: count }, (_, number) => {
      const index = this.u32(table + (first + number) * 4);
      if (index >= this.ruleCount) throw new Error(`a list speaks of rule ${index} of ${this.ruleCount}`);
      return index;
    });
  }

  private bit(row: number, words: number, set: number): boolean {
    if (set >= words * 32) throw new Error(`set ${set} of ${words * 32}`);
    return ((this.u32(row + (set >>> 5) * 4) >>> (set & 31)) & 1) === 1;
  }

  private class4(value: bigint): number {
    const count = this.u32(L.IMAGE_ADDRESS4_COUNT_OFFSET);
    const firsts = this.table(L.IMAGE_ADDRESS4_OFFSET, count * 4);
    const all = Array.from({ length: count }, (_, index) => BigInt(this.u32(firsts + index * 4)));
    return this.u16(this.table(L.IMAGE_ADDRESS4_CLASSES_OFFSET, count * 2) + lastAtOrBefore(all, value) * 2);
  }

  private class6(value: bigint): number {
    const count = this.u32(L.IMAGE_ADDRESS6_COUNT_OFFSET);
    const firsts = this.table(L.IMAGE_ADDRESS6_OFFSET, count * 16);
    const all = Array.from({ length: count }, (_, index) => {
      const at = firsts + index * 16;
      return (this.view.getBigUint64(at, true) << 64n) | this.view.getBigUint64(at + 8, true);
    });
    return this.u16(this.table(L.IMAGE_ADDRESS6_CLASSES_OFFSET, count * 2) + lastAtOrBefore(all, value) * 2);
  }
}

/** From the front, one after another; throws when the ranges don't ascend from 0. */
function lastAtOrBefore(firsts: readonly bigint[], value: bigint): number {
  if (firsts[0] !== 0n) throw new Error("ranges don't begin at 0");
  for (let index = 1; index < firsts.length; index++) {
    if (firsts[index]! <= firsts[index - 1]!) throw new Error("ranges don't ascend");
  }
  return firsts.findLastIndex((first) => first <= value);
}
