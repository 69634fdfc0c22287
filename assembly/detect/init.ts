// Detection begins anew: its tables are emptied. Apart because only init() does it.
// Always holds: HOMES is the host's and stays as it was written; where detection is off, its pages are not touched.

import {
  ALIVE_SIZE,
  ALIVES_BASE,
  RECENT_SIZE,
  RECENTS_BASE,
  SOURCE_SIZE,
  SOURCES_BASE,
  TARGET_SIZE,
  TARGETS_BASE,
} from "../layout";
import { config } from "../state";

export function initDetection(): void {
  const c = config();
  if (!c.detects) return;
  memory.fill(SOURCES_BASE, 0, <usize>c.sourceLimit * SOURCE_SIZE);
  memory.fill(TARGETS_BASE, 0, <usize>c.targetLimit * TARGET_SIZE);
  memory.fill(RECENTS_BASE, 0, <usize>c.recentLimit * RECENT_SIZE);
  memory.fill(ALIVES_BASE, 0, <usize>c.aliveLimit * ALIVE_SIZE);
}
