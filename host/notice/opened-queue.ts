// New incidents on their way from the book to the watch, which looks once a second.
// Apart because the book must not know who is told, and the watch must not ask the database.
// Always holds: bounded; what finds no room is counted, and that count goes out with the next ones.

import type { IncidentFacts } from "./notice.js";

/** More than are opened in a second (host/incident/opening-budget.ts). */
const WAITING_MAX = 1000;

export class OpenedQueue {
  private waiting: IncidentFacts[] = [];
  private lost = 0;

  push(facts: IncidentFacts): void {
    if (this.waiting.length < WAITING_MAX) this.waiting.push(facts);
    else this.lost++;
  }

  /** Each one once. */
  take(): { readonly opened: readonly IncidentFacts[]; readonly lost: number } {
    const { waiting: opened, lost } = this;
    this.waiting = [];
    this.lost = 0;
    return { opened, lost };
  }
}
