// What the module's tables cost, part by part: each region of the memory map that a limit or a capacity sizes.
// Apart from profiles.ts because budgets name the parts, while the rest of the host wants their sum.
// Always holds: `memoryBytes` is the sum of the parts; a part is what its table comes to when every place is used, with
// one capture file open; parts that are switched off are not there.

import {
  ALERTS_REGION_SIZE,
  ALIVE_SIZE,
  DATAGRAM_SIZE,
  FLOW_SIZE,
  FRAGMENT_SIZE,
  FRAGMENT_WAYS,
  HOME_CAPACITY,
  HOME_SIZE,
  RECENT_SIZE,
  RECORD_SIZE,
  SCRATCH_REGION_SIZE,
  SESSION_SIZE,
  SET_SIZE,
  SET_WAYS,
  SOURCE_SIZE,
  TARGET_SIZE,
  THRESHOLD_SIZE,
  WINDOW_PARTS,
} from "../../assembly/layout.js";
import type { Limits } from "./config.js";
import { flowCapacityOf, LINK_SIZE } from "./profiles.js";

export interface TablePart {
  /** Stable, one word. */
  readonly name: string;
  /** What it holds, for people. */
  readonly what: string;
  readonly bytes: number;
}

/** Of one module: a worker's share, or all of it when reading files. */
export function tableParts(limits: Limits): readonly TablePart[] {
  return [
    part("flows", "flow table", limits.flowSets * (SET_SIZE + SET_WAYS * FLOW_SIZE)),
    part("fragments", "fragments", limits.fragmentSets * FRAGMENT_WAYS * FRAGMENT_SIZE),
    part("records", "ring of records", limits.recordLimit * RECORD_SIZE),
    part("window", "window of a capture file", WINDOW_PARTS * limits.chunkSize),
    ...(limits.inspect ? inspectionParts(limits) : []),
    ...(limits.detect ? detectionParts(limits) : []),
  ];
}

/** Bytes that the tables come to when every place has been used, with one capture file open. */
export function memoryBytes(limits: Limits): number {
  return tableParts(limits).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Rules count twice: new ones are laid beside those in force. */
function inspectionParts(limits: Limits): TablePart[] {
  return [
    part("links", "flows' links to sessions", flowCapacityOf(limits) * LINK_SIZE),
    part("sessions", "sessions", limits.sessionLimit * SESSION_SIZE),
    part("streams", "windows of TCP streams", limits.streamWindowLimit * limits.streamWindowSize),
    part("datagrams", "datagrams put together", limits.datagramLimit * DATAGRAM_SIZE),
    part("thresholds", "thresholds of rules", limits.thresholdLimit * THRESHOLD_SIZE),
    part("rules", "rules in force", limits.rulesLimit),
    part("rules-new", "rules that come at a reload", limits.rulesLimit),
    part("alerts", "ring of alerts", ALERTS_REGION_SIZE),
    part("scratch", "scratch of inspection", SCRATCH_REGION_SIZE),
  ];
}

/** What is known of addresses. */
function detectionParts(limits: Limits): TablePart[] {
  return [
    part("sources", "who asks", limits.sourceLimit * SOURCE_SIZE),
    part("targets", "who is asked", limits.targetLimit * TARGET_SIZE),
    part("recents", "flows that lost their place", limits.recentLimit * RECENT_SIZE),
    part("alives", "addresses in use", limits.aliveLimit * ALIVE_SIZE),
    part("homes", "home networks", HOME_CAPACITY * HOME_SIZE),
  ];
}

function part(name: string, what: string, bytes: number): TablePart {
  return { name, what, bytes };
}
