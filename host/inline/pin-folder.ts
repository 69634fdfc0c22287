// A folder of pins, locked while it is open, and whether what is in it was left by stray.
// Apart from what the pins are for because other programs may have put anything there.
// Always holds: a folder is only changed by who has locked it; a link is ours only if it runs a program of ours.

import { closeSync, constants, mkdirSync, openSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { Attributes, BPF_PROG_GET_FD_BY_ID, tryBpf } from "../bpf/call.js";
import { BPF_LINK_TYPE_TCX, BPF_LINK_TYPE_XDP, linkInfo } from "../bpf/link.js";
import { kindOf, programInfo } from "../bpf/objects.js";
import { tryPinned } from "../bpf/pin.js";
import { printable, StrayError, systemCode } from "../errors.js";
import { errnoText, libc } from "../system/libc.js";
import type { Hook } from "./dead-man-program.js";
import { isOurProgram } from "./dead-man-program.js";

const NAMES = /^((xdp|ingress)-\d+|promisc-\d+|program-[01](-new)?|map(-new)?)$/;
const MARK = /^promisc-(\d+)$/;
const LINK = /^(xdp|ingress)-\d+$/;
const LOCK_EXCLUSIVE_AT_ONCE = 2 + 4;

/** A link found pinned; its descriptor is the caller's to close. */
export interface FoundLink {
  readonly fd: number;
  readonly hook: Hook;
  /** 0: it is gone. */
  readonly interfaceIndex: number;
  readonly folder: PinFolder;
  readonly name: string;
}

export class PinFolder {
  private constructor(
    /** As an operator would name it. */
    readonly path: string,
    private readonly fd: number,
  ) {}

  /** Undefined: another process has it. Throws what the file system says. */
  static open(parent: string, name: string): PinFolder | undefined {
    const path = join(parent, name);
    const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    if (libc().flock(fd, LOCK_EXCLUSIVE_AT_ONCE) >= 0) return new PinFolder(path, fd);
    closeSync(fd);
    return undefined;
  }

  /** A path below it that needs no right to enter the folders above. */
  at(name: string): string {
    return `/proc/self/fd/${this.fd}/${name}`;
  }

  names(): string[] {
    return readdirSync(`/proc/self/fd/${this.fd}/`);
  }

  get hasLinks(): boolean {
    return this.names().some((name) => LINK.test(name));
  }

  remove(name: string): void {
    if (MARK.test(name)) rmdirSync(this.at(name));
    else unlinkSync(this.at(name));
  }

  /** Indexes of the interfaces that stray made promiscuous. */
  marked(): number[] {
    return this.names().flatMap((name) => {
      const [, index] = MARK.exec(name) ?? [];
      return index === undefined ? [] : [Number(index)];
    });
  }

  mark(interfaceIndex: number): void {
    try {
      mkdirSync(this.at(markOf(interfaceIndex)), { mode: 0o700 });
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }

  unmark(interfaceIndex: number): void {
    rmdirSync(this.at(markOf(interfaceIndex)));
  }

  close(): void {
    closeSync(this.fd);
  }

  /** All its links. @throws StrayError PIN_FOREIGN when anything in it was not left by stray. */
  links(): FoundLink[] {
    const found: FoundLink[] = [];
    try {
      for (const name of this.names()) {
        if (!NAMES.test(name)) throw this.foreign(name, "its name is none of ours");
        if (LINK.test(name)) found.push(this.openLink(name));
      }
      return found;
    } catch (error) {
      for (const { fd } of found) libc().close(fd);
      throw error;
    }
  }

  private openLink(name: string): FoundLink {
    const hook: Hook = name.startsWith("xdp-") ? "xdp" : "ingress";
    const fd = tryPinned(this.at(name));
    if (fd < 0) throw this.foreign(name, `it can't be opened: ${errnoText(fd)}`);
    let problem = "it is no BPF link";
    if (kindOf(fd) === "link") {
      const { type, programId, interfaceIndex } = linkInfo(fd);
      const wanted = hook === "xdp" ? BPF_LINK_TYPE_XDP : BPF_LINK_TYPE_TCX;
      if (type === wanted && this.isProgramOurs(programId))
        return { fd, hook, interfaceIndex, folder: this, name };
      problem = "its program is none of ours";
    }
    libc().close(fd);
    throw this.foreign(name, problem);
  }

  private isProgramOurs(programId: number): boolean {
    // By number only root may; others find the program pinned beside the link.
    const byId = tryBpf(BPF_PROG_GET_FD_BY_ID, new Attributes(12).u32(0, programId));
    if (byId >= 0) return hasOurName(byId, programId);
    return this.names().some((name) => {
      const fd = name.startsWith("program-") ? tryPinned(this.at(name)) : -1;
      return fd >= 0 && hasOurName(fd, programId);
    });
  }

  private foreign(name: string, reason: string): StrayError {
    const path = printable(join(this.path, name));
    return new StrayError(
      "PIN_FOREIGN",
      `${path} was not left by stray: ${reason}; find out who put it there, then remove it (rm ${path})`,
      2,
    );
  }
}

function markOf(interfaceIndex: number): string {
  return `promisc-${interfaceIndex}`;
}

/** Closes `fd`. */
function hasOurName(fd: number, programId: number): boolean {
  try {
    if (kindOf(fd) !== "program") return false;
    const { id, name } = programInfo(fd);
    return id === programId && isOurProgram(name);
  } finally {
    libc().close(fd);
  }
}
