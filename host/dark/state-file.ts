// The file dark.state in its directory: read at the start, written beside itself and put in its place, moved aside where
// it is damaged.
// Apart from its text because here a disk may fail.
// Always holds: there is a whole file or none, whenever the power goes; a damaged one is never written over; of such
// files DAMAGED_KEPT stay; the main thread is held up for a slice at a time only.

import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, unlinkSync } from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { printable, StrayError, systemCode } from "../errors.js";
import { lockDirectory, type StoreLock } from "../store/lock.js";
import { reasonOf } from "../store/store-problem.js";
import { parseState, type SavedState, stateLines } from "./state-text.js";

export const STATE_NAME = "dark.state";
const DRAFT_NAME = `${STATE_NAME}.new`;
const DAMAGED_HEAD = `${STATE_NAME}.damaged-`;
const FILE_MODE = 0o640;
const DIRECTORY_MODE = 0o750;
const DAMAGED_KEPT = 3;
/** More than the largest table comes to. */
const SIZE_MAX = 16 << 20;
/** Characters made, then written, before others have a turn. */
const SLICE = 1 << 16;

export interface FoundState {
  readonly state: SavedState | undefined;
  /** Name of the damaged file that was moved aside, and why. */
  readonly damaged: { readonly name: string; readonly reason: string } | undefined;
}

export class StateFile {
  private constructor(
    readonly directory: string,
    private readonly lock: StoreLock,
  ) {}

  /** @throws StrayError DARK_LOCKED; a system error where the directory can't be made or written. */
  static open(directory: string): StateFile {
    mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
    return new StateFile(directory, locked(directory));
  }

  get path(): string {
    return join(this.directory, STATE_NAME);
  }

  /** @throws system errors, but where there is no file. */
  read(nowMs: number): FoundState {
    const found = readText(this.path);
    if (found === undefined) return { state: undefined, damaged: undefined };
    const state = typeof found === "string" ? parseState(found) : found.reason;
    if (typeof state !== "string") return { state, damaged: undefined };
    return { state: undefined, damaged: { name: this.moveAside(nowMs), reason: state } };
  }

  /** Answers its bytes. Fails with a system error; then the file before is still there. */
  async write(state: SavedState): Promise<number> {
    const draft = join(this.directory, DRAFT_NAME);
    let bytes = 0;
    const file = await open(draft, "w", FILE_MODE);
    try {
      let slice = "";
      const flush = async (): Promise<void> => {
        bytes += Buffer.byteLength(slice);
        await file.writeFile(slice);
        slice = "";
      };
      for (const line of stateLines(state)) {
        slice += line;
        if (slice.length >= SLICE) await flush();
      }
      await flush();
      await file.sync();
    } catch (error) {
      await file.close().catch(() => undefined);
      await unlink(draft).catch(() => undefined);
      throw error;
    }
    await file.close();
    await rename(draft, this.path);
    const directory = await open(this.directory, "r");
    await directory.sync().finally(() => directory.close());
    return bytes;
  }

  close(): void {
    this.lock.release();
  }

  private moveAside(nowMs: number): string {
    const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
    let name = `${DAMAGED_HEAD}${stamp}`;
    for (let count = 2; statSync(join(this.directory, name), { throwIfNoEntry: false }); count++) {
      name = `${DAMAGED_HEAD}${stamp}-${count}`;
    }
    renameSync(this.path, join(this.directory, name));
    const older = readdirSync(this.directory)
      .filter((other) => other.startsWith(DAMAGED_HEAD))
      .sort();
    for (const other of older.slice(0, Math.max(0, older.length - DAMAGED_KEPT))) {
      unlinkSync(join(this.directory, other));
    }
    return name;
  }
}

/**
 * Reads one without a sensor.
 * @throws StrayError DARK_STATE_MISSING, DARK_STATE_UNREADABLE, DARK_STATE_DAMAGED
 */
export function readStateFile(path: string): SavedState {
  const shown = printable(path);
  let found: ReturnType<typeof readText>;
  try {
    found = readText(path);
  } catch (error) {
    throw new StrayError("DARK_STATE_UNREADABLE", `${shown} can't be read: ${reasonOf(error)}`, 2);
  }
  if (found === undefined) {
    const message = `there is nothing at ${shown}: give --state the path of a ${STATE_NAME}`;
    throw new StrayError("DARK_STATE_MISSING", message, 2);
  }
  const state = typeof found === "string" ? parseState(found) : found.reason;
  if (typeof state !== "string") return state;
  throw new StrayError("DARK_STATE_DAMAGED", `${shown} is damaged, or no ${STATE_NAME}: ${state}`);
}

/** Undefined: there is no file. */
function readText(path: string): string | { readonly reason: string } | undefined {
  try {
    const { size } = statSync(path);
    if (size > SIZE_MAX) return { reason: `it has ${size} bytes, more than ${SIZE_MAX}` };
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function locked(directory: string): StoreLock {
  try {
    return lockDirectory(directory);
  } catch (error) {
    if (!(error instanceof StrayError) || error.code !== "STORE_LOCKED") throw error;
    throw new StrayError(
      "DARK_LOCKED",
      `what is known of addresses in ${printable(directory)} is kept by another strayd: stop that one, or choose another detection.directory`,
      2,
    );
  }
}
