// A first-in first-out queue of whole messages in one buffer of fixed size.
// Apart because every network exporter keeps what its peer can't take now, and none may grow.
// Always holds: nothing is allocated after construction; what does not fit is refused, never cut; messages come out
// whole and in order; a message that was taken keeps its bytes until it is released or put back.

/** Length and record count (u32 each) before a message. */
const HEADER_BYTES = 8;
const ALIGN = 4;
/** A length that says: the next message is at the start of the buffer. */
const WRAP = 0xffffffff;

export class MessageQueue {
  readonly capacityBytes: number;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** Oldest message held. */
  private tail = 0;
  /** Oldest message not yet taken. */
  private next = 0;
  /** Where the next message goes. */
  private head = 0;
  private heldCount = 0;
  private takenCount = 0;
  private takenRecordCount = 0;
  private heldBytes = 0;
  private heldRecords = 0;

  constructor(capacityBytes: number) {
    this.capacityBytes = Math.floor(capacityBytes / ALIGN) * ALIGN;
    this.bytes = new Uint8Array(this.capacityBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Messages held, taken ones included. */
  get messages(): number {
    return this.heldCount;
  }

  /** Messages taken and neither released nor put back. */
  get taken(): number {
    return this.takenCount;
  }

  /** Records in the messages taken. */
  get takenRecords(): number {
    return this.takenRecordCount;
  }

  /** Bytes of the messages held, headers included; the end left over at a wrap is not counted. */
  get usedBytes(): number {
    return this.heldBytes;
  }

  /** Records in the messages held. */
  get records(): number {
    return this.heldRecords;
  }

  /** Copies the message in. False when there is no room for it. */
  push(message: Uint8Array, records: number): boolean {
    const size = sizeOf(message.length);
    const at = this.roomFor(size);
    if (at < 0) return false;
    if (at !== this.head && this.head + HEADER_BYTES <= this.capacityBytes) {
      this.view.setUint32(this.head, WRAP);
    }
    this.view.setUint32(at, message.length);
    this.view.setUint32(at + 4, records);
    this.bytes.set(message, at + HEADER_BYTES);
    this.head = at + size;
    this.heldCount++;
    this.heldBytes += size;
    this.heldRecords += records;
    return true;
  }

  /** The oldest message not yet taken, in place, or undefined. It may be changed in place. */
  take(): Uint8Array | undefined {
    if (this.takenCount === this.heldCount) return undefined;
    this.next = this.place(this.next);
    const length = this.view.getUint32(this.next);
    const start = this.next + HEADER_BYTES;
    this.takenRecordCount += this.view.getUint32(this.next + 4);
    this.next += sizeOf(length);
    this.takenCount++;
    return this.bytes.subarray(start, start + length);
  }

  /** Forgets the oldest message taken and answers its records. */
  release(): number {
    if (this.takenCount === 0) return 0;
    this.tail = this.place(this.tail);
    const size = sizeOf(this.view.getUint32(this.tail));
    const records = this.view.getUint32(this.tail + 4);
    this.tail += size;
    this.heldCount--;
    this.takenCount--;
    this.takenRecordCount -= records;
    this.heldBytes -= size;
    this.heldRecords -= records;
    // Starting over keeps a queue that is mostly empty in the same few pages of memory.
    if (this.heldCount === 0) this.tail = this.next = this.head = 0;
    return records;
  }

  /** Records of the message that take() gives next. */
  get nextRecords(): number {
    return this.takenCount === this.heldCount ? 0 : this.view.getUint32(this.place(this.next) + 4);
  }

  /** Every message taken and not released will be taken again, in the same order. */
  putBack(): void {
    this.next = this.tail;
    this.takenCount = this.takenRecordCount = 0;
  }

  /** Where a message of that size goes, -1 when it goes nowhere. */
  private roomFor(size: number): number {
    if (this.heldCount === 0) {
      this.tail = this.next = this.head = 0;
      return size <= this.capacityBytes ? 0 : -1;
    }
    const tail = this.tail;
    if (this.head > tail) {
      if (this.head + size <= this.capacityBytes) return this.head;
      return size <= tail ? 0 : -1;
    }
    return this.head + size <= tail ? this.head : -1;
  }

  /** The address itself, or the buffer's start when the queue wraps there. */
  private place(at: number): number {
    if (at + HEADER_BYTES > this.capacityBytes || this.view.getUint32(at) === WRAP) return 0;
    return at;
  }
}

function sizeOf(length: number): number {
  return HEADER_BYTES + Math.ceil(length / ALIGN) * ALIGN;
}
