// Cuts a stream of bytes into lines.
// Apart because both ends of the socket need it, and because its bounds are what keeps a client small.
// Always holds: the lines don't depend on how the bytes are cut into chunks; what is held is the unread lines and
// less than one chunk more; bytes are copied, so no chunk is kept.

const FIRST_CAPACITY = 4096;
const LINE_FEED = 10;

export class LineBuffer {
  private bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  private start = 0;
  private end = 0;
  /** Before this there is no line feed. */
  private searched = 0;

  /** `lineBytesMax`: of a line, its line feed not counted. */
  constructor(private readonly lineBytesMax: number) {}

  /** Bytes pushed and not yet taken. */
  get held(): number {
    return this.end - this.start;
  }

  push(chunk: Uint8Array): void {
    this.makeRoom(chunk.length);
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** The oldest whole line without its line feed; undefined when there is none, or the line is overlong. */
  next(): string | undefined {
    const feed = this.findFeed();
    if (feed < 0 || feed - this.start > this.lineBytesMax) return undefined;
    const line = this.bytes.toString("utf8", this.start, feed);
    this.start = feed + 1;
    this.searched = this.start;
    return line;
  }

  /** The oldest line is longer than allowed, whether or not its end has come: nothing more can be read. */
  get isOverlong(): boolean {
    const feed = this.findFeed();
    return (feed < 0 ? this.end : feed) - this.start > this.lineBytesMax;
  }

  /** What stands behind the last line feed, as a line: the stream has ended. */
  rest(): string | undefined {
    if (this.held === 0 || this.isOverlong) return undefined;
    const line = this.bytes.toString("utf8", this.start, this.end);
    this.start = this.end;
    this.searched = this.end;
    return line;
  }

  private findFeed(): number {
    const feed = this.bytes.subarray(0, this.end).indexOf(LINE_FEED, this.searched);
    this.searched = feed < 0 ? this.end : feed;
    return feed;
  }

  private makeRoom(size: number): void {
    if (this.end + size <= this.bytes.length) return;
    const { held } = this;
    let capacity = FIRST_CAPACITY;
    while (capacity < held + size) capacity *= 2;
    const target = capacity === this.bytes.length ? this.bytes : Buffer.allocUnsafeSlow(capacity);
    this.bytes.copy(target, 0, this.start, this.end);
    this.bytes = target;
    this.searched -= this.start;
    this.start = 0;
    this.end = held;
  }
}
