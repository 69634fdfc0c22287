// What is known of updates over starts and power cuts: the one under way (pending.json), the last one, and counts (state.json).
// Apart from the releases because both files may be damaged without a release being so.
// Always holds: each file is replaced whole; one that can't be read is told, not guessed at.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "../errors.js";
import type { UpdateDisk } from "./disk.js";

/**
 * staged: unpacked, not in force. trying: in force, on trial. taken-back: the one before is to be in force again.
 */
export type Phase = "staged" | "trying" | "taken-back";

export interface Pending {
  readonly id: string;
  readonly kind: "update" | "rollback";
  readonly phase: Phase;
  /** Names of releases; null: the installed version. */
  readonly to: string | null;
  readonly from: string | null;
  /** What strayd says its version is then. */
  readonly version: string;
  /** Starts of strayd while it is on trial. */
  readonly tries: number;
  /** As it was before: the new version has to be so too. */
  readonly inline: "armed" | "bypass" | "off" | null;
  /** How long it has to report healthy; not there: as is usual. */
  readonly trialMs?: number;
  /** Where strayd is asked how it is. */
  readonly socket: string;
  /** Why it was taken back. */
  readonly reason?: string;
}

export interface Outcome {
  readonly id: string;
  readonly kind: Pending["kind"];
  readonly result: "in-force" | "rolled-back";
  readonly to: string | null;
  readonly from: string | null;
  readonly reason?: string;
  readonly timeMs: number;
}

export interface UpdateState {
  /** What `stray update rollback` goes back to: null is the installed version; undefined: nothing. */
  readonly previous?: string | null;
  readonly last?: Outcome;
  readonly counts: {
    readonly applied: number;
    readonly refused: number;
    readonly rolledBack: number;
    /** Files of this folder that could not be read. */
    readonly damaged: number;
  };
}

const PHASES: readonly unknown[] = ["staged", "trying", "taken-back"];
const NO_COUNTS = { applied: 0, refused: 0, rolledBack: 0, damaged: 0 } as const;

export class UpdateBook {
  constructor(
    private readonly folder: string,
    private readonly disk: UpdateDisk,
  ) {}

  /** "damaged" when there is one that can't be read. */
  pending(): Pending | "damaged" | undefined {
    const found = this.read("pending.json");
    if (found === undefined) return undefined;
    return isPending(found) ? found : "damaged";
  }

  setPending(pending: Pending): void {
    this.disk.replaceFile(join(this.folder, "pending.json"), `${JSON.stringify(pending)}\n`);
  }

  clearPending(): void {
    this.disk.remove(join(this.folder, "pending.json"));
  }

  state(): UpdateState {
    const found = this.read("state.json") as Partial<UpdateState> | "damaged" | undefined;
    if (found === undefined) return { counts: NO_COUNTS };
    if (found === "damaged" || typeof found !== "object" || found === null) {
      return { counts: { ...NO_COUNTS, damaged: 1 } };
    }
    return { ...found, counts: { ...NO_COUNTS, ...found.counts } };
  }

  setState(change: Partial<UpdateState>): void {
    const state = { ...this.state(), ...change };
    this.disk.replaceFile(join(this.folder, "state.json"), `${JSON.stringify(state)}\n`);
  }

  count(what: keyof UpdateState["counts"]): void {
    const { counts } = this.state();
    this.setState({ counts: { ...counts, [what]: counts[what] + 1 } });
  }

  private read(name: string): unknown {
    try {
      return JSON.parse(readFileSync(join(this.folder, name), "utf8"));
    } catch (error) {
      return systemCode(error) === "ENOENT" ? undefined : "damaged";
    }
  }
}

function isPending(found: unknown): found is Pending {
  if (typeof found !== "object" || found === null) return false;
  const { id, phase, to, from, version, tries, socket, trialMs } = found as Partial<
    Record<keyof Pending, unknown>
  >;
  const isName = (name: unknown) => name === null || typeof name === "string";
  const areWords = [id, version, socket].every((word) => typeof word === "string");
  const areNumbers = [tries, trialMs ?? 0].every(Number.isSafeInteger);
  return areWords && PHASES.includes(phase) && isName(to) && isName(from) && areNumbers;
}
