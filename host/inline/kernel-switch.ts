// The switch in the kernel: map, two programs, two links, their pins, and the page in the sensor's memory.
// Apart from the dead man's switch as a whole because there is another way without BPF.
// Always holds: it is there whole or not at all; what an earlier sensor left is replaced without a frame going astray;
// an XDP program or a pin of somebody else is never replaced.

import { DEADMAN_VALUE_SIZE } from "../../assembly/inline/inline-layout.js";
import { refusedBpf } from "../bpf/call.js";
import { isTaken, tryIngressLink, tryXdpLink, updateLink } from "../bpf/link.js";
import { createArray, createPerProcessorArray, loadProgram, tryAttachToSocket } from "../bpf/objects.js";
import { messageOf, printable, StrayError } from "../errors.js";
import { driverName } from "../system/ethtool.js";
import { libc } from "../system/libc.js";
import { linkFacts } from "../system/link-facts.js";
import type { Account } from "../system/privileges.js";
import type { DeadManPage } from "./dead-man-page.js";
import type { Hook, Side } from "./dead-man-program.js";
import { deadManProgram, guardProgram, MAP_NAME, VERDICT_BYTES, VERDICTS_NAME } from "./dead-man-program.js";
import { canRunNative } from "./native-drivers.js";
import type { PinPlaces } from "./pin-place.js";
import { Pins } from "./pins.js";
import { Promiscuity } from "./promiscuity.js";

const SIDES = [0, 1] as const;

export interface DeadManSide {
  readonly name: string;
  readonly index: number;
}

/**
 * How a program gets at the frames. tcx: at the interface's ingress, behind packet sockets: these see the frames that
 * the kernel carries as well. XDP: before them: they see none of those.
 */
export type BpfMethod = "xdp-native" | "tcx" | "xdp-generic";

const HOOKS: Readonly<Record<BpfMethod, Hook>> = {
  "xdp-native": "xdp",
  tcx: "ingress",
  "xdp-generic": "xdp",
};

const GENERIC_IS_WEAKER =
  "by generic XDP the kernel loses frames larger than the MTU (merged ones) while it carries; Linux 6.6 and later need not";

export interface KernelSwitchOptions {
  readonly sides: readonly [DeadManSide, DeadManSide];
  readonly owner: Account | undefined;
  readonly places: PinPlaces;
  /** undefined: the best that the kernel takes. */
  readonly method: BpfMethod | undefined;
}

/** What stands for one side in the kernel. */
interface Attached {
  interfaceIndex: number;
  linkFd: number;
  readonly programFd: number;
  /** For its socket. */
  readonly guardFd: number;
}

export class KernelSwitch {
  /** What is weaker than it could be, in words. */
  readonly reasons: string[] = [];
  private attached: readonly [Attached, Attached] | undefined;
  private method: BpfMethod = "tcx";
  /** Only beside pins that last: else nobody would know after a crash that it was us, and nothing carries then either. */
  private readonly promiscuity: Promiscuity | undefined;

  private constructor(
    private readonly options: KernelSwitchOptions,
    private readonly page: DeadManPage,
    private readonly pins: Pins | undefined,
  ) {
    this.promiscuity = pins?.outlast === true ? new Promiscuity(pins) : undefined;
  }

  /**
   * Puts it in place, with `first` as the page's content.
   * @throws StrayError XDP_FOREIGN, PIN_FOREIGN, DEADMAN_IN_USE; others for which isBpfRefusal() holds.
   */
  static attach(options: KernelSwitchOptions, page: DeadManPage, first: Uint8Array): KernelSwitch {
    const reasons: string[] = [];
    const pins = openPins(options, reasons);
    const made = new KernelSwitch(options, page, pins);
    made.reasons.push(...reasons);
    try {
      made.attachByAny(first);
      return made;
    } catch (error) {
      pins?.abandon();
      throw error;
    }
  }

  /** As the kernel says: an XDP link that was taken over keeps the mode it was made in. */
  get protection(): BpfMethod {
    if (this.method === "tcx") return "tcx";
    const modes = (this.attached ?? []).map(({ interfaceIndex }) => linkFacts(interfaceIndex)?.xdp);
    return modes.every((mode) => mode === "native") ? "xdp-native" : "xdp-generic";
  }

  /** Where it is pinned. */
  get pinned(): string | undefined {
    return this.pins?.path;
  }

  /** From now on nothing that the kernel carries enters the side's packet socket. @throws StrayError BPF_REFUSED. */
  guard(side: Side, socketFd: number): void {
    const done = tryAttachToSocket(socketFd, this.attached?.[side].guardFd ?? -1);
    if (done < 0) throw refusedBpf(done, "attach a BPF program to a packet socket");
  }

  /** Stands on a side's interface again. Answers what is weaker than before, in words. @throws StrayError. */
  renew(side: Side, index: number): string | undefined {
    const attached = this.attached?.[side];
    if (attached === undefined) return undefined;
    const { name } = this.options.sides[side];
    const hook = HOOKS[this.method];
    const before = { ...attached };
    attached.linkFd = newLink(name, index, attached.programFd, this.method);
    attached.interfaceIndex = index;
    libc().close(before.linkFd);
    try {
      this.pins?.removeLink(hook, before.interfaceIndex);
      this.pins?.putLink(hook, index, attached.linkFd, undefined);
      if (index !== before.interfaceIndex) this.promiscuity?.forget(before.interfaceIndex);
      return this.promiscuity?.turnOn({ name, index });
    } catch (error) {
      const reason = messageOf(error);
      return `the link of interface ${printable(name)} ends with the process: ${reason}`;
    }
  }

  /** Lets go of everything; with `keep`, pinned links stay. The memory has a page of its own again. Answers what went wrong. */
  release(keep: boolean): readonly string[] {
    if (this.attached === undefined) return [];
    const problems: string[] = [];
    if (keep && this.pins === undefined)
      problems.push("the kernel can't go on by itself: the links are pinned nowhere");
    if (!keep) problems.push(...(this.promiscuity?.restore() ?? []));
    const left = keep ? undefined : this.pins?.removeAll();
    if (left !== undefined) problems.push(left);
    for (const { linkFd, programFd, guardFd } of this.attached) closeAll([linkFd, programFd, guardFd]);
    this.attached = undefined;
    this.page.unmap();
    this.pins?.close();
    return problems;
  }

  private attachByAny(first: Uint8Array): void {
    let refusal: unknown;
    for (const method of ways(this.options)) {
      try {
        this.attach(first, method);
        return;
      } catch (error) {
        if (!(error instanceof StrayError) || !isBpfRefusal(error)) throw error;
        refusal ??= error;
      }
    }
    throw refusal;
  }

  /** Map, programs, page, links, pins; whatever fails, none of it stays. */
  private attach(first: Uint8Array, method: BpfMethod): void {
    const hook = HOOKS[method];
    const { sides } = this.options;
    const open: number[] = [];
    let isMapped = false;
    try {
      const mapFd = keepFd(open, createArray(MAP_NAME, DEADMAN_VALUE_SIZE, 1));
      const verdictsFd = keepFd(open, createPerProcessorArray(VERDICTS_NAME, VERDICT_BYTES, SIDES.length));
      const maps = { page: mapFd, verdicts: verdictsFd };
      const programs = SIDES.map((side) => keepFd(open, loadProgram(deadManProgram(hook, side, maps))));
      const guards = SIDES.map((side) => keepFd(open, loadProgram(guardProgram(hook, side, maps))));
      this.page.map(mapFd, first);
      isMapped = true;
      this.pins?.prepare("map", mapFd);
      programs.forEach((fd, side) => void this.pins?.prepare(`program-${side}`, fd));
      const join = (side: Side): Attached => {
        const [programFd, guardFd] = [programs[side] ?? -1, guards[side] ?? -1];
        const linkFd = keepFd(open, this.joinLink(side, programFd, method));
        return { interfaceIndex: sides[side].index, linkFd, programFd, guardFd };
      };
      const links = [join(0), join(1)] as const;
      for (const name of ["map", "program-0", "program-1"]) this.pins?.settle(name);
      const weaker = sides.flatMap((side) => this.promiscuity?.turnOn(side) ?? []);
      this.promiscuity?.leaveOthers(sides);
      this.pins?.removeLeftovers(sides.map(({ index }) => index));
      this.attached = links;
      this.method = method;
      if (method === "xdp-generic") this.reasons.push(GENERIC_IS_WEAKER);
      this.reasons.push(...weaker);
      // Programs, and the page, keep the maps.
      closeAll([mapFd, verdictsFd]);
    } catch (error) {
      closeAll(open);
      this.promiscuity?.takeBack();
      this.pins?.takeBack();
      if (isMapped) this.page.unmap();
      throw error;
    }
  }

  /** The link that an earlier sensor left, with the new program in it; or a new one. */
  private joinLink(side: Side, programFd: number, method: BpfMethod): number {
    const { name, index } = this.options.sides[side];
    const hook = HOOKS[method];
    const found = this.pins?.take(hook, index);
    if (found !== undefined) updateLink(found.fd, programFd);
    else if (hook === "ingress") refuseForeignXdp(name, index, this.pins);
    const fd = found?.fd ?? newLink(name, index, programFd, method);
    this.pins?.putLink(hook, index, fd, found);
    return fd;
  }
}

/** Ways to the frames, the best first. */
function ways({ method, sides }: KernelSwitchOptions): readonly BpfMethod[] {
  if (method !== undefined) return [method];
  // Generic XDP copies what is merged, and its redirect loses it: only for kernels before 6.6, which have no tcx.
  const generic: BpfMethod[] = ["tcx", "xdp-generic"];
  return canRunNative(sides.map(({ name }) => driverName(name))) ? ["xdp-native", ...generic] : generic;
}

function newLink(name: string, index: number, programFd: number, method: BpfMethod): number {
  const xdpMode = method === "xdp-native" ? "native" : "generic";
  const fd = method === "tcx" ? tryIngressLink(programFd, index) : tryXdpLink(programFd, index, xdpMode);
  if (fd >= 0) return fd;
  if (isTaken(fd)) throw foreignXdp(name, index);
  throw refusedBpf(fd, `put a BPF program (${method}) on interface ${printable(name)}`);
}

/** An XDP program that is not ours sees frames first, and may keep them. */
function refuseForeignXdp(name: string, index: number, pins: Pins | undefined): void {
  const xdp = linkFacts(index)?.xdp ?? "none";
  if (xdp !== "none" && pins?.has("xdp", index) !== true) throw foreignXdp(name, index);
}

/** Undefined, with a reason, where nothing can be pinned. @throws StrayError when pins of others are in the way. */
function openPins(options: KernelSwitchOptions, reasons: string[]): Pins | undefined {
  const [first, second] = options.sides;
  try {
    const pins = Pins.open(options.places, [first.index, second.index], options.owner);
    reasons.push(...pins.notes);
    return pins;
  } catch (error) {
    if (!(error instanceof StrayError) || !(isBpfRefusal(error) || error.code === "BPFFS_UNUSABLE"))
      throw error;
    reasons.push(`the switch ends with the process: ${error.message}`);
    return undefined;
  }
}

/** The kernel won't, as opposed to: somebody else is there. */
export function isBpfRefusal({ code }: StrayError): boolean {
  return ["BPF_NOT_PERMITTED", "BPF_UNAVAILABLE", "BPF_REFUSED", "DEADMAN_NOT_MAPPED"].includes(code);
}

function foreignXdp(name: string, index: number): StrayError {
  const facts = linkFacts(index);
  const which =
    facts === undefined || facts.xdpProgramId === 0 ? "" : ` (${facts.xdp}, program ${facts.xdpProgramId})`;
  const shown = printable(name);
  return new StrayError(
    "XDP_FOREIGN",
    `interface ${shown} has an XDP program of another owner${which}: stop what put it there (bpftool net; ip link set dev ${shown} xdp off), or take another interface in capture.interfaces`,
    2,
  );
}

function keepFd(open: number[], fd: number): number {
  open.push(fd);
  return fd;
}

function closeAll(fds: readonly number[]): void {
  for (const fd of fds) libc().close(fd);
}
