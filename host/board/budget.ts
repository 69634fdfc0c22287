// What a profile asks of the board's memory and of its storage, part by part, and whether it fits.
// Apart from the loader because a profile that does not fit is shown all the same, with its parts.
// Always holds: stray's parts are those of host/config/memory-parts.ts; what is left is what the board has less the sum;
// a problem names the largest parts, as many as have to go for the rest to fit.

import { type MemoryGroup, memoryParts } from "../config/memory-parts.js";
import { formatSize, MIB } from "../config/units.js";
import type { Finding } from "../config/validate.js";
import type { Board } from "./types.js";

export interface BudgetPart {
  readonly name: string;
  readonly group: "system" | MemoryGroup | "disk";
  readonly what: string;
  readonly bytesEach: number;
  readonly count: number;
  readonly bytes: number;
  /** The profile's key that sizes it; "" for what none does. */
  readonly key: string;
}

export interface Budget {
  readonly bytes: number;
  readonly parts: readonly BudgetPart[];
  readonly needBytes: number;
  /** Below 0: it does not fit. */
  readonly leftBytes: number;
}

export interface BoardBudget {
  readonly memory: Budget;
  readonly disk: Budget;
  readonly findings: readonly Finding[];
}

export function budgetOf(board: Board): BoardBudget {
  const memory = budget(board.memoryBytes, [...systemParts(board), ...strayParts(board)]);
  const disk = budget(board.storage.bytes, diskParts(board));
  return {
    memory,
    disk,
    findings: [...misfit(["memory"], memory), ...misfit(["storage", "size"], disk)],
  };
}

function budget(bytes: number, parts: readonly BudgetPart[]): Budget {
  const needBytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return { bytes, parts, needBytes, leftBytes: bytes - needBytes };
}

function systemParts({ system }: Board): BudgetPart[] {
  return [
    one("system.kernel", "system", "kernel and firmware", system.kernelBytes, "system.kernel"),
    one("system.services", "system", "services beside stray", system.servicesBytes, "system.services"),
    one("system.cache", "system", "cache of files", system.cacheBytes, "system.cache"),
  ];
}

/** Keys of stray.yaml lie below `stray` in a profile. */
function strayParts({ config }: Board): BudgetPart[] {
  return memoryParts(config).map((part) => ({ ...part, key: part.key === "" ? "" : `stray.${part.key}` }));
}

/** What each part may come to: the quotas, and what the store leaves free. */
function diskParts({ storage, config }: Board): BudgetPart[] {
  const { store, alerts, incidents } = config;
  const parts = [one("disk.system", "disk", "system and package", storage.systemBytes, "storage.system")];
  const add = (isOn: boolean, name: string, what: string, bytes: number, key: string): void => {
    if (isOn) parts.push(one(`disk.${name}`, "disk", what, bytes, `stray.${key}`));
  };
  const { log, evidence } = alerts;
  add(store.enabled, "store", "flow records", store.quotaBytes, "store.quota");
  add(log.enabled, "alerts", "log of alerts", log.quotaBytes, "alerts.log.quota");
  add(evidence.enabled, "evidence", "packets of alerts", evidence.quotaBytes, "alerts.evidence.quota");
  add(incidents.enabled, "incidents", "incidents", incidents.quotaBytes, "incidents.quota");
  add(store.enabled, "free", "kept free", store.minFreeBytes, "store.min-free");
  return parts;
}

function misfit(path: readonly string[], { bytes, needBytes, leftBytes, parts }: Budget): Finding[] {
  if (leftBytes >= 0) return [];
  const large = tooLarge(parts, -leftBytes).map(
    ({ name, bytes: size, key }) => `${name} ${sizeText(size)}${key === "" ? "" : ` (${key})`}`,
  );
  return [
    {
      path,
      isKey: false,
      expected: `${sizeText(needBytes)} or more for all that the profile asks for`,
      found: `${sizeText(bytes)}, ${sizeText(-leftBytes)} too little`,
      hint: `largest: ${large.join(", ")}`,
    },
  ];
}

/** The largest parts, until what is over would be gone with them. */
function tooLarge(parts: readonly BudgetPart[], over: number): BudgetPart[] {
  const sorted = [...parts].sort((a, b) => b.bytes - a.bytes);
  let gone = 0;
  return sorted.filter((part) => {
    const isWanted = gone < over && part.bytes > 0;
    if (isWanted) gone += part.bytes;
    return isWanted;
  });
}

/** In whole MiB, upwards. */
function sizeText(bytes: number): string {
  return formatSize(Math.ceil(bytes / MIB) * MIB);
}

function one(name: string, group: BudgetPart["group"], what: string, bytes: number, key: string): BudgetPart {
  return { name, group, what, bytesEach: bytes, count: 1, bytes, key };
}
