// The addresses that sent something in the captures, for the question whether one is in use.
// Apart because it has to be bounded, and honest beyond its bound.
// Always holds: what it says "no" to sent nothing; when it is full it does not know any more.

const SPEAKERS_MAX = 65_536;

export class DistinctAddresses {
  private readonly known = new Set<string>();
  private isFull = false;

  constructor(private readonly max = SPEAKERS_MAX) {}

  add(address: string): void {
    if (this.known.has(address)) return;
    if (this.known.size < this.max) this.known.add(address);
    else this.isFull = true;
  }

  /** Undefined: not known. */
  has(address: string): boolean | undefined {
    if (this.known.has(address)) return true;
    return this.isFull ? undefined : false;
  }
}
