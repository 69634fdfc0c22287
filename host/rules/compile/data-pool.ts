// The bytes that programs point to: contents, regular expressions, lists of flow bits. Equal ones are kept once.
// Apart because offsets are needed before the place of the pool is known.
// Always holds: an entry's offset is from the pool's first byte and a multiple of the alignment asked for.

import { latin1Of } from "./latin1.js";

export class DataPool {
  readonly #entries: { readonly bytes: Uint8Array; readonly offset: number }[] = [];
  readonly #offsets = new Map<string, number>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Offset of these bytes in the pool. `alignment` is a power of two up to 8. */
  add(bytes: Uint8Array, alignment = 1): number {
    const key = `${alignment}:${latin1Of(bytes)}`;
    const known = this.#offsets.get(key);
    if (known !== undefined) return known;
    const offset = Math.ceil(this.#size / alignment) * alignment;
    this.#entries.push({ bytes, offset });
    this.#offsets.set(key, offset);
    this.#size = offset + bytes.length;
    return offset;
  }

  write(view: DataView, at: number): void {
    const target = new Uint8Array(view.buffer, view.byteOffset);
    for (const { bytes, offset } of this.#entries) target.set(bytes, at + offset);
  }
}
