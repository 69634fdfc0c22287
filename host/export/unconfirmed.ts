// How many records may be lost when a session ends: sent, but not confirmed yet.
// Apart because TCP confirms by bytes and datagrams by a while without an error; both are marks that only rise.
// Always holds: the memory is fixed; when it is full, neighbours are joined, which counts too many rather than too few.

const CAPACITY = 512;

export class Unconfirmed {
  private readonly marks = new Float64Array(CAPACITY);
  private readonly records = new Float64Array(CAPACITY);
  private first = 0;
  private count = 0;

  /** Records that are confirmed once the mark is reached; marks never fall. */
  add(mark: number, records: number): void {
    if (records === 0) return;
    if (this.count === CAPACITY) {
      const last = (this.first + this.count - 1) % CAPACITY;
      this.marks[last] = mark;
      this.records[last]! += records;
      return;
    }
    const at = (this.first + this.count) % CAPACITY;
    this.marks[at] = mark;
    this.records[at] = records;
    this.count++;
  }

  /** Everything up to and including that mark arrived. */
  confirm(mark: number): void {
    while (this.count > 0 && this.marks[this.first]! <= mark) {
      this.first = (this.first + 1) % CAPACITY;
      this.count--;
    }
  }

  /** Forgets all of it, and answers how many records that were. */
  clear(): number {
    let sum = 0;
    for (let i = 0; i < this.count; i++) sum += this.records[(this.first + i) % CAPACITY]!;
    this.first = 0;
    this.count = 0;
    return sum;
  }
}
