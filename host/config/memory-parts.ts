// What a configuration may take of the machine's memory, part by part: process, workers, tables, rings, buffers.
// Apart from the warnings, which compare only the sum, because board profiles and `stray board` show the parts.
// Always holds: `memoryNeed` is the sum of the parts and `tableNeed` that of the tables; each part names the keys of
// stray.yaml that size it; sizes are those when every place of every table has been used.

import { profileLimits, workerShare } from "../wasm/profiles.js";
import { tableParts } from "../wasm/table-parts.js";
import { ALERT_BUFFER_BYTES, BUFFERS_EACH, EVE_BUFFER_BYTES, STORE_BUFFER_BYTES } from "./buffer-sizes.js";
import type { StrayConfig } from "./types.js";
import { MIB } from "./units.js";

/** Node.js itself, and what each worker costs besides its tables; measured, held by test/system/board-memory.test.ts. */
const PROCESS_BYTES = 80 * MIB;
const WORKER_BYTES = 12 * MIB;

export type MemoryGroup = "process" | "tables" | "rings" | "buffers";

export interface MemoryPart {
  /** Stable: `tables.flows`, `rings.eth0.receive`. */
  readonly name: string;
  readonly group: MemoryGroup;
  /** What it is, for people. */
  readonly what: string;
  /** `count` times. */
  readonly bytesEach: number;
  /** Workers, or 1. */
  readonly count: number;
  readonly bytes: number;
  /** The key that makes it larger or smaller, "" for what none does. */
  readonly key: string;
}

export function memoryParts(config: StrayConfig): readonly MemoryPart[] {
  return [...processParts(config), ...workerTables(config), ...ringParts(config), ...bufferParts(config)];
}

/** Bytes resident at most, when every place of every table has been used. */
export function memoryNeed(config: StrayConfig): number {
  return sum(memoryParts(config));
}

/** Of it what all workers' tables come to, those of inspection and detection too where they are on. */
export function tableNeed(config: StrayConfig): number {
  return sum(workerTables(config));
}

function processParts({ capture: { workers } }: StrayConfig): MemoryPart[] {
  return [
    part("process", "process", "Node.js and the main thread", PROCESS_BYTES, 1, ""),
    part("process.workers", "process", "worker threads", WORKER_BYTES, workers, "capture.workers"),
  ];
}

function workerTables({ sensor, capture: { workers }, inspection, detection }: StrayConfig): MemoryPart[] {
  const share = workerShare(profileLimits(sensor.profile), workers);
  const parts = tableParts({ ...share, inspect: inspection.enabled, detect: detection.enabled });
  return parts.map(({ name, what, bytes }) =>
    part(`tables.${name}`, "tables", what, bytes, workers, "sensor.profile"),
  );
}

/** In the wire there is one more ring for each interface, to send from. */
function ringParts({ capture, inline }: StrayConfig): MemoryPart[] {
  const { interfaces, workers, ringBytes } = capture;
  const ways = inline.mode === "tap" ? ["receive"] : ["receive", "send"];
  return interfaces.flatMap((name) =>
    ways.map((way) =>
      part(`rings.${name}.${way}`, "rings", `${name}: ring to ${way}`, ringBytes, workers, "capture.ring"),
    ),
  );
}

function bufferParts({ store, alerts, export: { eve, ipfix, syslog } }: StrayConfig): MemoryPart[] {
  const buffers = (name: string, what: string, bytes: number, key: string, isOn: boolean): MemoryPart[] =>
    isOn ? [part(`buffers.${name}`, "buffers", what, BUFFERS_EACH * bytes, 1, key)] : [];
  const queues = (kind: string, what: string, targets: readonly { readonly queueBytes: number }[]) =>
    targets.map(({ queueBytes }, index) => {
      const name = `buffers.${kind}.${index}`;
      return part(name, "buffers", what, queueBytes, 1, `export.${kind}[${index}].queue`);
    });
  return [
    ...buffers("store", "flow records for the store", STORE_BUFFER_BYTES, "store.enabled", store.enabled),
    ...buffers("log", "alerts for their log", ALERT_BUFFER_BYTES, "alerts.log.enabled", alerts.log.enabled),
    ...buffers(
      "evidence",
      "packets of alerts",
      ALERT_BUFFER_BYTES,
      "alerts.evidence.enabled",
      alerts.evidence.enabled,
    ),
    ...buffers("full", "alerts as text", ALERT_BUFFER_BYTES, "alerts.full", alerts.full !== undefined),
    ...buffers("fast", "alerts as short text", ALERT_BUFFER_BYTES, "alerts.fast", alerts.fast !== undefined),
    ...buffers("eve", "EVE JSON", EVE_BUFFER_BYTES, "export.eve", eve !== undefined),
    ...queues("ipfix", "messages for a collector", ipfix),
    ...queues("syslog", "messages for syslog", syslog),
  ];
}

function part(
  name: string,
  group: MemoryGroup,
  what: string,
  bytesEach: number,
  count: number,
  key: string,
): MemoryPart {
  return { name, group, what, bytesEach, count, bytes: bytesEach * count, key };
}

function sum(parts: readonly MemoryPart[]): number {
  return parts.reduce((total, { bytes }) => total + bytes, 0);
}
