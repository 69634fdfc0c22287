// When STRAY-MIB changed, and how.
// Apart because it is written by hand when something is added.
// Always holds: the latest goes first; dates are UTC, as SMIv2 writes them.

export interface Revision {
  /** YYYYMMDDHHMMZ */
  readonly date: string;
  readonly text: string;
}

export const REVISIONS: readonly Revision[] = [{ date: "202611280000Z", text: "The first one." }];
