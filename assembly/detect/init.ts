// Detection begins anew: its tables are emptied. Apart because only init() does it.
// Always holds: HOMES is the host's and stays as it was written; where detection is off, its pages are not touched.

import {
  ALIVE_SIZE,
  ALIVE_TAGS_BASE,
  ALIVES_BASE,
  PLACE_MARK_SIZE,
  PLACE_TAG_SIZE,
  RECENT_SIZE,
  RECENTS_BASE,
  SOURCE_MARKS_BASE,
  SOURCE_SIZE,
  SOURCE_TAGS_BASE,
  SOURCES_BASE,
  TARGET_MARKS_BASE,
  TARGET_SIZE,
  TARGET_TAGS_BASE,
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
  memory.fill(SOURCE_TAGS_BASE, 0, <usize>c.sourceLimit * PLACE_TAG_SIZE);
  memory.fill(TARGET_TAGS_BASE, 0, <usize>c.targetLimit * PLACE_TAG_SIZE);
  memory.fill(ALIVE_TAGS_BASE, 0, <usize>c.aliveLimit * PLACE_TAG_SIZE);
  memory.fill(SOURCE_MARKS_BASE, 0, <usize>c.sourceLimit * PLACE_MARK_SIZE);
  memory.fill(TARGET_MARKS_BASE, 0, <usize>c.targetLimit * PLACE_MARK_SIZE);
}
