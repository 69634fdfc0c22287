// Pieces (lines, blocks) that wait to be written, one behind the other, in memory of a fixed size.
// Apart from the files because two of them take turns, one being filled while the other is written.
// Always holds: a piece is in it whole or not at all.

export class PieceBuffer {
  readonly bytes: Buffer;
  used = 0;
  pieces = 0;
  /** What a file must begin with if this buffer is the first thing in it. */
  head: Uint8Array = new Uint8Array(0);

  constructor(size: number) {
    this.bytes = Buffer.alloc(size);
  }

  get isEmpty(): boolean {
    return this.used === 0;
  }

  /** False: no room. `head` is asked for when this is the buffer's first piece. */
  push(piece: Uint8Array, head: () => Uint8Array): boolean {
    if (piece.length > this.bytes.length - this.used) return false;
    if (this.used === 0) this.head = head();
    this.bytes.set(piece, this.used);
    this.used += piece.length;
    this.pieces++;
    return true;
  }

  clear(): void {
    this.used = 0;
    this.pieces = 0;
  }
}
