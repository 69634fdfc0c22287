// The bytes of an image: parts laid one behind another, written once all of their places are known.
// Apart from the compiler because it knows nothing of rules, only of sizes and places.
// Always holds: a part begins at a multiple of 16 (matchers want it); sizes are known before a single byte is allocated, so an image
// that is too large is refused and never made.

export const PART_ALIGNMENT = 16;

export interface ImagePart {
  /** Under which its bytes are told; several parts may have the same. */
  readonly name: string;
  /** Bytes it takes. */
  readonly size: number;
  /** From the image's first byte; valid once the image was laid out. */
  readonly offset: number;
}

interface PlacedPart extends ImagePart {
  offset: number;
  readonly write: (view: DataView, at: number) => void;
}

export class ImageBuilder {
  readonly #parts: PlacedPart[] = [];
  #size: number;

  /** `headerSize` bytes come before the parts. */
  constructor(readonly headerSize: number) {
    this.#size = aligned(headerSize);
  }

  /** Adds a part; `write` is called with its place when the image is made. */
  add(name: string, size: number, write: (view: DataView, at: number) => void): ImagePart {
    const part = { name, size, offset: this.#size, write };
    this.#parts.push(part);
    this.#size = aligned(this.#size + size);
    return part;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes by name, padding included, and `total`. */
  sizes(): Record<string, number> {
    const sizes: Record<string, number> = { header: aligned(this.headerSize) };
    for (const { name, size } of this.#parts) sizes[name] = (sizes[name] ?? 0) + aligned(size);
    sizes["total"] = this.#size;
    return sizes;
  }

  build(writeHeader: (view: DataView) => void): Uint8Array {
    const image = new Uint8Array(this.#size);
    const view = new DataView(image.buffer);
    writeHeader(view);
    for (const part of this.#parts) part.write(view, part.offset);
    return image;
  }
}

export function aligned(size: number): number {
  return Math.ceil(size / PART_ALIGNMENT) * PART_ALIGNMENT;
}
