// Interfaces that are promiscuous by their own setting while stray stands on them, since a card that takes only what is
// addressed to itself gives the kernel nothing to carry.
// Apart from the sockets, which ask for the same, because that ends with them: with a killed process, and for a moment
// with each reload that opens them anew.
// Always holds: only an interface that nobody has made so is made so, and only that is put back; that it was us is
// remembered before it is done, where it outlives us.

import { interfaceState, setPromiscuous } from "../capture/live/interface.js";
import { messageOf, printable, systemCode } from "../errors.js";
import { errnoName, errnoText } from "../system/libc.js";

interface Side {
  readonly name: string;
  readonly index: number;
}

/** What has to be known after a crash; kept with the pins. */
export interface PromiscuityMemory {
  /** Was it an earlier sensor that made that interface promiscuous? */
  madePromiscuous(interfaceIndex: number): boolean;
  /** Interfaces that an earlier sensor made promiscuous and that nobody needs any more: all but `kept`. */
  leftPromiscuous(kept: readonly number[]): readonly number[];
  markPromiscuous(interfaceIndex: number): void;
  unmarkPromiscuous(interfaceIndex: number): void;
}

export class Promiscuity {
  /** Names by index. */
  private readonly made = new Map<number, string>();

  constructor(private readonly memory: PromiscuityMemory) {}

  /** Makes a side promiscuous. Answers what did not work, in words. Again for one that is so already: nothing happens. */
  turnOn({ name, index }: Side): string | undefined {
    const { memory } = this;
    try {
      const state = interfaceState(name);
      if (state?.index !== index) return `interface ${printable(name)} is gone`;
      if (state.isPromiscuous && !this.made.has(index) && !memory.madePromiscuous(index)) {
        // By somebody else. A mark can only be of an interface that had this number before.
        memory.unmarkPromiscuous(index);
        return undefined;
      }
      memory.markPromiscuous(index);
    } catch (error) {
      return cannot(name, systemCode(error) ?? messageOf(error));
    }
    const done = setPromiscuous(index, true);
    if (done >= 0) this.made.set(index, name);
    else this.forget(index);
    return done < 0 ? cannot(name, errnoText(done)) : undefined;
  }

  /** Puts back what an earlier sensor left on other interfaces than these. */
  leaveOthers(sides: readonly Side[]): void {
    for (const index of this.memory.leftPromiscuous(sides.map((side) => side.index)))
      setPromiscuous(index, false);
  }

  /** That interface is gone. */
  forget(index: number): void {
    this.made.delete(index);
    this.memory.unmarkPromiscuous(index);
  }

  /** Puts all back. Answers what did not work, a sentence each. */
  restore(): readonly string[] {
    return [...this.made].flatMap(([index, name]) => {
      const done = setPromiscuous(index, false);
      this.made.delete(index);
      if (done >= 0 || errnoName(done) === "ENODEV") return [];
      return [`interface ${printable(name)} stays promiscuous: ${errnoText(done)}`];
    });
  }

  /** The same for what no earlier sensor had made so: that one's frames may still be carried. */
  takeBack(): void {
    for (const index of this.made.keys()) {
      if (this.memory.madePromiscuous(index)) continue;
      setPromiscuous(index, false);
      this.forget(index);
    }
  }
}

function cannot(name: string, reason: string): string {
  return `interface ${printable(name)} can't be made promiscuous: ${reason}`;
}
