// The addresses that sent something in the captures, for the question whether one is in use.
// Apart because it has to be bounded, and honest beyond its bound.
// Always holds: what it says "no" to sent nothing; when it is full it does not know any more.

import { addressText } from "../../record/address.js";
import type { FlowRecord } from "../../record/flow-record.js";

const SPEAKERS_MAX = 65_536;

export class Speakers {
  /** A conversation of ours was heard from both ends: silence means something. */
  hasConversation = false;
  private readonly known = new Set<string>();
  private isFull = false;

  /** `isOurs`: of home networks, where they are known; then others are not kept. */
  constructor(
    private readonly isOurs?: (address: string) => boolean,
    private readonly max = SPEAKERS_MAX,
  ) {}

  /** Of any protocol, ARP too. */
  take(record: FlowRecord): void {
    let ours = 0;
    let spoke = 0;
    for (const end of ["orig", "resp"] as const) {
      if (record.packetsOfLife(end) === 0) continue;
      spoke++;
      if (this.add(addressText(record, end))) ours++;
    }
    if (spoke === 2 && ours > 0) this.hasConversation = true;
  }

  /** Answers whether it is one of ours, as far as those are known. */
  private add(address: string): boolean {
    if (this.known.has(address)) return true;
    if (this.isOurs?.(address) === false) return false;
    if (this.known.size < this.max) this.known.add(address);
    else this.isFull = true;
    return true;
  }

  /** Undefined: not known. */
  has(address: string): boolean | undefined {
    if (this.known.has(address)) return true;
    if (this.isOurs?.(address) === false) return undefined;
    return this.isFull ? undefined : false;
  }

  get all(): Iterable<string> {
    return this.known;
  }
}
