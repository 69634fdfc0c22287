// Names to addresses, one look-up at a time for all exporters together.
// Apart because getaddrinfo holds a thread of Node's pool for as long as a name server is silent, and files are
// written by that same pool: one thread may wait, never all.
// Always holds: an address is answered without a look-up; answers come in the order of the questions.

import { lookup } from "node:dns";
import { isIP } from "node:net";
import { systemError } from "./problem.js";

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

export type Resolved = (error: Error | undefined, addresses: readonly Address[]) => void;

/** What asks the system; tests have their own. */
export type SystemLookup = (host: string, done: Resolved) => void;

export class Resolver {
  private readonly system: SystemLookup;
  private readonly waiting: { host: string; done: Resolved }[] = [];
  private isBusy = false;

  constructor(system: SystemLookup = systemLookup) {
    this.system = system;
  }

  /** Calls `done` once, never before it returns. Each asker asks again only after its answer. */
  resolve(host: string, done: Resolved): void {
    const family = isIP(host);
    if (family !== 0) {
      queueMicrotask(() => done(undefined, [{ address: host, family: family as 4 | 6 }]));
      return;
    }
    this.waiting.push({ host, done });
    this.step();
  }

  private step(): void {
    const first = this.isBusy ? undefined : this.waiting.shift();
    if (first === undefined) return;
    this.isBusy = true;
    this.system(first.host, (error, addresses) => {
      this.isBusy = false;
      const problem = error ?? (addresses.length === 0 ? systemError("ENOTFOUND") : undefined);
      first.done(problem, problem === undefined ? addresses : []);
      this.step();
    });
  }
}

function systemLookup(host: string, done: Resolved): void {
  lookup(host, { all: true, verbatim: true }, (error, addresses) => {
    if (error !== null) done(error, []);
    else
      done(
        undefined,
        addresses.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })),
      );
  });
}
