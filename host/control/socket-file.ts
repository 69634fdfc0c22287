// The control socket's file: made with group and mode, and taken away in the end.
// Apart from the server because everything here is about files and who may use them.
// Always holds: the socket listens, and has its group and mode, before it appears under its name; at the end its
// name is taken away only if it is still this socket's.

import { chmodSync, chownSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import type { Server } from "node:net";
import { dirname, join, resolve } from "node:path";
import { messageOf, printable, StrayError, systemCode } from "../errors.js";
import { groupId } from "./group.js";
import type { ControlLog } from "./methods.js";
import { putInPlace, removeIfSocket, statOf } from "./socket-place.js";

export interface SocketFileOptions {
  readonly path: string;
  readonly mode: number;
  /** Whose members may connect; left as it is when there is no such group. */
  readonly group?: string | undefined;
  /** The account that the process becomes later: the socket, and a directory made for it, become its own. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  readonly log: ControlLog;
}

/** sun_path holds 108 bytes with the final zero (unix(7)). */
const PATH_BYTES_MAX = 107;
const DIRECTORY_MODE = 0o755;
const PRIVATE_UMASK = 0o177;

export class SocketFile {
  private constructor(
    readonly path: string,
    private readonly device: number,
    private readonly inode: number,
  ) {}

  /**
   * Makes `server` listen on the path.
   * @throws StrayError CONTROL_IN_USE another process answers there; CONTROL_NOT_A_SOCKET something else is there;
   * CONTROL_NO_PERMISSION; CONTROL_PATH too long; CONTROL_FAILED anything else of the system's.
   */
  static async bind(server: Server, options: SocketFileOptions): Promise<SocketFile> {
    const path = resolve(options.path);
    const draft = besides(path);
    checkLength(path, draft);
    try {
      makeDirectory(dirname(path), options);
      removeIfSocket(draft);
      await listenPrivately(server, draft);
      try {
        giveAway(draft, options);
        await putInPlace(draft, path);
      } finally {
        removeIfSocket(draft);
      }
      const { dev, ino } = lstatSync(path);
      return new SocketFile(path, dev, ino);
    } catch (cause) {
      server.close();
      throw cause instanceof StrayError ? cause : explained(path, cause);
    }
  }

  /** Takes the name away if it is still this socket's. Call it before the server closes: see below. */
  remove(): boolean {
    // While the socket is open the kernel holds its inode, so that nobody else's can have the same number.
    const there = statOf(this.path);
    if (there === undefined || there.dev !== this.device || there.ino !== this.inode) return false;
    try {
      unlinkSync(this.path);
      return true;
    } catch {
      return false;
    }
  }
}

let namesGiven = 0;

/** A short name of our own in the same directory. */
function besides(path: string): string {
  namesGiven++;
  return join(dirname(path), `.${process.pid}-${namesGiven}`);
}

function checkLength(path: string, draft: string): void {
  const length = Math.max(Buffer.byteLength(path), Buffer.byteLength(draft));
  if (length <= PATH_BYTES_MAX && !path.includes("\0")) return;
  throw new StrayError(
    "CONTROL_PATH",
    `the control socket's path is too long: ${PATH_BYTES_MAX} bytes at most were expected, found ${length} in ${printable(path)}`,
    2,
  );
}

function makeDirectory(folder: string, { owner }: SocketFileOptions): void {
  const first = mkdirSync(folder, { recursive: true, mode: DIRECTORY_MODE });
  if (first !== undefined && owner !== undefined) chownSync(folder, owner.uid, owner.gid);
}

/** Only we may connect until group and mode are set: the umask makes it so from the first moment. */
function listenPrivately(server: Server, draft: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once("error", fail);
    const before = process.umask(PRIVATE_UMASK);
    try {
      // Binds before it returns; only the event comes later.
      server.listen(draft, () => {
        server.off("error", fail);
        done();
      });
    } finally {
      process.umask(before);
    }
  });
}

function giveAway(draft: string, { group, owner, mode, log }: SocketFileOptions): void {
  const id = group === undefined ? undefined : groupId(group);
  if (group !== undefined && id === undefined) {
    log(
      "warn",
      `control: no group is called "${printable(group)}": only strayd's own account may use the socket`,
    );
  }
  const { uid, gid } = lstatSync(draft);
  try {
    chownSync(draft, owner?.uid ?? uid, id ?? owner?.gid ?? gid);
  } catch (cause) {
    if (systemCode(cause) !== "EPERM") throw cause;
    const whom = group ?? String(owner?.uid);
    log("warn", `control: the socket can't be given to ${printable(whom)}: strayd's account is no member`);
  }
  chmodSync(draft, mode);
}

function explained(path: string, cause: unknown): StrayError {
  const code = systemCode(cause) ?? messageOf(cause);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new StrayError(
      "CONTROL_NO_PERMISSION",
      `the control socket ${printable(path)} can't be made (${code}): start strayd as root, or set control.socket to a place where its account may write`,
      2,
      { cause },
    );
  }
  return new StrayError("CONTROL_FAILED", `the control socket ${printable(path)} can't be made: ${code}`, 2, {
    cause,
  });
}
