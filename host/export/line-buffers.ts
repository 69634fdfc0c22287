// Two buffers of lines: one takes new lines while the other is written.
// Apart from the file because which bytes are written, and which lines those are, has nothing to do with how.
// Always holds: memory is the two buffers; a line is in one of them whole or not at all.

const NEWLINE = 10;

interface Half {
  readonly bytes: Buffer;
  used: number;
  lines: number;
}

export class LineBuffers {
  private front: Half;
  private back: Half;
  /** Bytes of the back buffer that are written. */
  private done = 0;

  constructor(bytesEach: number) {
    this.front = { bytes: Buffer.alloc(bytesEach), used: 0, lines: 0 };
    this.back = { bytes: Buffer.alloc(bytesEach), used: 0, lines: 0 };
  }

  /** Bytes not written. */
  get held(): number {
    return this.front.used + this.rest;
  }

  /** Bytes to write before the buffers can be swapped. */
  get rest(): number {
    return this.back.used - this.done;
  }

  /** The bytes to write next: `rest` of them from `at` on. */
  get writing(): { readonly bytes: Buffer; readonly at: number } {
    return { bytes: this.back.bytes, at: this.done };
  }

  /** What was written ends in the middle of the buffer being written. */
  get isInMiddle(): boolean {
    return this.done > 0;
  }

  /** Takes a line of ASCII with its newline; false when there is no room for it. */
  append(line: string): boolean {
    const { front } = this;
    if (line.length > front.bytes.length - front.used) return false;
    front.used += front.bytes.write(line, front.used, "latin1");
    front.lines++;
    return true;
  }

  /** When all is written: what was appended is to be written now. False when that is nothing. */
  swap(): boolean {
    if (this.rest > 0 || this.front.used === 0) return false;
    [this.front, this.back] = [this.back, this.front];
    this.front.used = this.front.lines = this.done = 0;
    return true;
  }

  /** So many bytes more are written. Answers the lines of the buffer once all of it is, else 0. */
  advance(written: number): number {
    this.done += written;
    if (this.rest > 0) return 0;
    const { lines } = this.back;
    this.back.used = this.back.lines = this.done = 0;
    return lines;
  }

  /** The line that was written in part is to be written from its beginning. */
  restartLine(): void {
    if (this.done > 0) this.done = this.back.bytes.lastIndexOf(NEWLINE, this.done - 1) + 1;
  }

  /** Throws all away; answers how many lines were written whole and how many were not. */
  discard(): { readonly written: number; readonly lost: number } {
    let unwritten = 0;
    for (let at = this.done; at < this.back.used; at++) if (this.back.bytes[at] === NEWLINE) unwritten++;
    const counts = { written: this.back.lines - unwritten, lost: this.front.lines + unwritten };
    this.front.used = this.front.lines = this.back.used = this.back.lines = this.done = 0;
    return counts;
  }
}
