// What goes when there are too many incidents or they take too many bytes.
// Apart because it is about all of them, the rest about one.
// Always holds: the longest unseen closed ones (and false positives) go first, then acknowledged ones, then open ones
// that were not seen for OPEN_KEPT_MS; never an open one that was. When only those are left there is no room: nothing
// more is opened until something is closed, and those there are go on being counted.

import type { IncidentStore } from "./incident-store.js";
import type { IncidentState } from "./model.js";

export const OPEN_KEPT_MS = 7 * 86_400_000;
/** Removed at once, so that no removal takes long; the next batch goes on. */
const REMOVED_MAX = 64;
const LOW_WATER = 0.95;

export interface Room {
  readonly removed: ReadonlySet<number>;
  readonly closed: number;
  readonly acknowledged: number;
  readonly open: number;
  readonly isFull: boolean;
}

interface Need {
  readonly quotaBytes: number;
  readonly max: number;
  readonly rows: number;
  readonly nowMs: number;
}

const NOTHING: Room = { removed: new Set(), closed: 0, acknowledged: 0, open: 0, isFull: false };

export function makeRoom(store: IncidentStore, { quotaBytes, max, rows, nowMs }: Need): Room {
  const { database } = store;
  const isLarge = database.usedBytes > quotaBytes * LOW_WATER;
  if (rows <= max && !isLarge) return NOTHING;
  const counts = { closed: 0, acknowledged: 0, open: 0 };
  const removed = new Set<number>();
  const over = (): boolean => rows - removed.size > max || database.usedBytes > quotaBytes * LOW_WATER;
  const take = (states: readonly IncidentState[], count: keyof typeof counts, beforeUs: number): void => {
    for (const number of store.oldest(states, REMOVED_MAX, beforeUs)) {
      if (removed.size >= REMOVED_MAX || !over()) return;
      store.remove(number);
      removed.add(number);
      counts[count]++;
    }
  };
  database.transaction(() => {
    const ever = Number.MAX_SAFE_INTEGER;
    take(["closed", "false-positive"], "closed", ever);
    take(["acknowledged"], "acknowledged", ever);
    take(["open"], "open", (nowMs - OPEN_KEPT_MS) * 1000);
  });
  if (removed.size > 0) database.exec("PRAGMA incremental_vacuum(256)");
  return { removed, ...counts, isFull: over() && removed.size < REMOVED_MAX };
}
