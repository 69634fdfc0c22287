// How long each home network is still being learnt: nothing of it is called dark before those who live there had time
// to show themselves.
// Apart from the networks because it goes on over restarts, and must not be cut short by a clock that is set: boards
// without a clock of their own begin in the past.
// Always holds: learning is counted in time that the sensor really watched.

import type { SavedHome } from "./state-text.js";

/** What the wall clock may drift by before that counts as being set. */
const JUMP_MS = 10_000;

/** Of the wall, ms since 1970, and of a clock that nobody sets. */
export interface Clocks {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export class Learning {
  /** By network: when it is over, by the steady clock. */
  private readonly ends = new Map<string, number>();
  /** Wall less steady. */
  private offsetMs: number;

  constructor({ wallMs, steadyMs }: Clocks) {
    this.offsetMs = wallMs - steadyMs;
  }

  /** Networks that are not known yet begin; what was left of one in another life goes on. */
  use(networks: readonly string[], learnMs: number, saved: readonly SavedHome[], { steadyMs }: Clocks): void {
    for (const known of this.ends.keys()) if (!networks.includes(known)) this.ends.delete(known);
    for (const network of networks) {
      const before = saved.find((home) => home.network === network);
      const left = Math.min(before?.learnLeftMs ?? learnMs, learnMs);
      // A shorter time to learn holds at once.
      this.ends.set(network, Math.min(this.ends.get(network) ?? steadyMs + left, steadyMs + learnMs));
    }
  }

  /** Begins anew: what was learnt is too old. */
  restart(learnMs: number, { steadyMs }: Clocks): void {
    for (const network of this.ends.keys()) this.ends.set(network, steadyMs + learnMs);
  }

  /** By how far the wall clock was set since the last look, 0: it was not. */
  jumpMs({ wallMs, steadyMs }: Clocks): number {
    const jump = wallMs - steadyMs - this.offsetMs;
    if (Math.abs(jump) < JUMP_MS) return 0;
    this.offsetMs = wallMs - steadyMs;
    return jump;
  }

  leftMs(network: string, { steadyMs }: Clocks): number {
    return Math.max(0, Math.ceil((this.ends.get(network) ?? steadyMs) - steadyMs));
  }

  /** By the wall clock; 0: it is over. */
  untilMs(network: string, clocks: Clocks): number {
    const left = this.leftMs(network, clocks);
    return left === 0 ? 0 : Math.ceil(clocks.wallMs + left);
  }
}
