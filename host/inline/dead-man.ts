// The dead man's switch between two interfaces: while nobody beats, the kernel carries the frames.
// Apart from the worker because the main thread sets it up while there is root, and watches it afterwards; the worker
// only stores the time at DEADMAN_BEAT.
// Always holds: from arm() to release() frames either reach a sensor that beats or, with inline.fail open, go on in
// the kernel (or the state says why not); an XDP program or a pin of somebody else is never replaced.

import {
  DEADMAN_MODE_ARMED,
  DEADMAN_MODE_BYPASS,
  DEADMAN_MODE_OFF,
  DEADMAN_VALUE_SIZE,
} from "../../assembly/inline/inline-layout.js";
import { refusedBpf } from "../bpf/call.js";
import { isTaken, tryIngressLink, tryXdpLink, updateLink } from "../bpf/link.js";
import { createArray, loadProgram } from "../bpf/objects.js";
import { printable, StrayError } from "../errors.js";
import { driverName } from "../system/ethtool.js";
import { libc } from "../system/libc.js";
import { linkFacts } from "../system/link-facts.js";
import type { Account } from "../system/privileges.js";
import type { Bypassed } from "./dead-man-page.js";
import { DeadManPage, firstValue } from "./dead-man-page.js";
import type { Hook, Side } from "./dead-man-program.js";
import { deadManProgram, MAP_NAME } from "./dead-man-program.js";
import { canRunNative } from "./native-drivers.js";
import type { PinPlaces } from "./pin-place.js";
import { PIN_PLACES } from "./pin-place.js";
import { Pins } from "./pins.js";
import { TcBypass } from "./tc-bypass.js";

const NS_PER_MS = 1_000_000n;
const SIDES = [0, 1] as const;

export interface DeadManSide {
  readonly name: string;
  readonly index: number;
}

export interface DeadManOptions {
  readonly sides: readonly [DeadManSide, DeadManSide];
  /** A beat older than this is none. */
  readonly limitMs: number;
  /** closed: nothing goes by in the kernel unless setBypass(true) asks for it. */
  readonly fail: "open" | "closed";
  /** Who the sensor becomes: pins are given to it. */
  readonly owner?: Account | undefined;
  readonly memory: SharedArrayBuffer;
  /** Default: /sys/fs/bpf, then /run/stray/bpf. */
  readonly places?: PinPlaces;
  /** Default: the first of ways() that the kernel takes, and tc where BPF is refused. */
  readonly method?: "auto" | Method;
}

/** How a program of ours gets at the frames, or (tc) that it is done without one. */
export type Method = "xdp-native" | "tcx" | "xdp-generic" | "tc";
export type Protection = Method | "none";
type BpfMethod = Exclude<Method, "tc">;

export interface DeadManState {
  readonly protection: Protection;
  /** Where the links are pinned; undefined: they end with the process. */
  readonly pinned: string | undefined;
  /** What is weaker than it could be, and why; undefined: nothing. */
  readonly reason: string | undefined;
  readonly mode: "armed" | "bypass" | "off";
  /** Nobody beats. */
  readonly stale: boolean;
  /** By side: what went by in the kernel. */
  readonly bypassed: readonly [Bypassed, Bypassed];
}

/** What stands for one side in the kernel. */
interface Attached {
  interfaceIndex: number;
  linkFd: number;
  readonly programFd: number;
}

const HOOKS: Readonly<Record<BpfMethod, Hook>> = {
  "xdp-native": "xdp",
  tcx: "ingress",
  "xdp-generic": "xdp",
};

export class DeadMan {
  private attached: [Attached, Attached] | undefined;
  private tc: TcBypass | undefined;
  private protection: Protection = "none";
  private method: BpfMethod = "tcx";
  private readonly reasons: string[] = [];
  /** Of the last try of tick(), so that a refusal is said once, and gone when it works again. */
  private tickProblem: string | undefined;
  private isForced = false;
  private isReleased = false;
  /** Of sides that were taken off, or never were there. */
  private readonly sideProblems: [string | undefined, string | undefined] = [undefined, undefined];

  private constructor(
    private readonly options: DeadManOptions,
    private readonly page: DeadManPage,
    private pins: Pins | undefined,
  ) {}

  /**
   * Puts the switch in place; from here on the kernel carries the frames until the worker beats. Call it on the main
   * thread while there is root, and before the worker runs: the region in its memory becomes another page.
   * Where BPF is refused it falls back to tc, and to nothing at all; the state says so.
   * @throws StrayError XDP_FOREIGN, PIN_FOREIGN, DEADMAN_IN_USE, TC_FOREIGN: somebody else's work is in the way.
   */
  static arm(options: DeadManOptions): DeadMan {
    const page = new DeadManPage(options.memory);
    const first = firstValue({
      limitNs: BigInt(options.limitMs) * NS_PER_MS,
      mode: modeOf(options.fail),
      peers: [options.sides[1].index, options.sides[0].index],
    });
    if (options.method === "tc") return DeadMan.armTc(options, page, first, "BPF is not to be used");
    const reasons: string[] = [];
    const pins = openPins(options, reasons);
    const deadMan = new DeadMan(options, page, pins);
    deadMan.reasons.push(...reasons);
    try {
      deadMan.attachByAny(first);
      return deadMan;
    } catch (error) {
      pins?.abandon();
      if (!(error instanceof StrayError) || !isBpfRefusal(error)) throw error;
      return DeadMan.armTc(options, page, first, error.message);
    }
  }

  private static armTc(options: DeadManOptions, page: DeadManPage, first: Uint8Array, why: string): DeadMan {
    const deadMan = new DeadMan(options, page, undefined);
    page.write(first);
    try {
      deadMan.tc = TcBypass.prepare([options.sides[0].name, options.sides[1].name]);
      deadMan.protection = "tc";
      deadMan.reasons.push(
        `${why}; tc takes its place, which works only as long as the daemon lives: its end stops the traffic`,
      );
    } catch (error) {
      if (!(error instanceof StrayError) || error.code === "TC_FOREIGN") throw error;
      deadMan.reasons.push(`${why}; ${error.message}`);
    }
    deadMan.tick(process.hrtime.bigint());
    return deadMan;
  }

  /** Maintenance: everything goes by in the kernel, whoever beats. */
  setBypass(isOn: boolean): void {
    if (this.isReleased) return;
    this.isForced = isOn;
    this.page.mode = isOn ? DEADMAN_MODE_BYPASS : modeOf(this.options.fail);
    this.tick(process.hrtime.bigint());
  }

  state(): DeadManState {
    const counts = this.tc?.counts();
    const count = (side: Side): Bypassed => {
      const { packets, bytes } = this.page.bypassed(side);
      const more = counts?.[side];
      return { packets: packets + (more?.packets ?? 0n), bytes: bytes + (more?.bytes ?? 0n) };
    };
    const reasons = [...this.reasons, ...this.sideProblems, this.tickProblem].filter(
      (reason) => reason !== undefined,
    );
    return {
      protection: this.protection,
      pinned: this.pins?.path,
      reason: reasons.length === 0 ? undefined : reasons.join("; "),
      mode: this.isForced ? "bypass" : this.options.fail === "open" ? "armed" : "off",
      stale: this.page.isStale(process.hrtime.bigint()),
      bypassed: [count(0), count(1)],
    };
  }

  /**
   * Call it about every 50 ms: with tc this is what looks at the beat. With BPF the kernel does, and this does nothing.
   * Never throws: what tc refuses is in the state.
   */
  tick(nowNs: bigint): void {
    const { tc } = this;
    if (tc === undefined || this.isReleased) return;
    const wanted = this.isForced || (this.options.fail === "open" && this.page.isStale(nowNs));
    if (wanted === tc.isEngaged) return;
    try {
      if (wanted) tc.engage();
      else tc.disengage().forEach((count, side) => void this.page.addBypassed(side === 0 ? 0 : 1, count));
      this.tickProblem = undefined;
    } catch (error) {
      this.tickProblem = error instanceof Error ? error.message : String(error);
    }
  }

  /** The side's interface is gone: the other side's frames are no longer sent after it. */
  lost(side: Side): void {
    if (this.isReleased) return;
    this.page.setPeer(other(side), 0);
    this.sideProblems[side] = `interface ${printable(this.options.sides[side].name)} is gone`;
  }

  /**
   * The side's interface came back, with another index perhaps. Answers whether the switch stands on it again; why not
   * is in the state. Works without root as long as CAP_NET_ADMIN and CAP_BPF are there.
   */
  reattach(side: Side, index: number): boolean {
    if (this.isReleased) return false;
    this.sideProblems[side] = undefined;
    try {
      if (this.attached !== undefined) this.renewLink(this.attached[side], side, index);
      else if (this.tc !== undefined) this.renewTc();
    } catch (error) {
      this.sideProblems[side] = error instanceof Error ? error.message : String(error);
    }
    this.page.setPeer(other(side), index);
    return this.sideProblems[side] === undefined;
  }

  /**
   * The end. keep: the links stay pinned and the kernel goes on carrying the frames; otherwise the interfaces are left
   * as they were. Answers what did not go as asked, in words.
   */
  release({ keep }: { readonly keep: boolean }): readonly string[] {
    if (this.isReleased) return [];
    const problems: string[] = [];
    this.isReleased = true;
    this.releaseTc(keep, problems);
    if (this.attached !== undefined) {
      const stays = keep && this.pins !== undefined;
      if (keep && !stays) problems.push("the kernel can't go on by itself: the links are pinned nowhere");
      if (stays) this.page.mode = DEADMAN_MODE_BYPASS;
      else {
        const left = this.pins?.removeAll();
        if (left !== undefined) problems.push(left);
      }
      for (const { linkFd, programFd } of this.attached) closeAll([linkFd, programFd]);
      this.page.unmap();
    }
    this.pins?.close();
    this.protection = "none";
    return problems;
  }

  private releaseTc(keep: boolean, problems: string[]): void {
    if (this.tc === undefined) return;
    try {
      this.tc.release(keep);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
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
    const open: number[] = [];
    let isMapped = false;
    try {
      const mapFd = keepFd(open, createArray(MAP_NAME, DEADMAN_VALUE_SIZE, 1));
      const programs = SIDES.map((side) => keepFd(open, loadProgram(deadManProgram(hook, side, mapFd))));
      this.page.map(mapFd, first);
      isMapped = true;
      this.pins?.prepare("map", mapFd);
      programs.forEach((fd, side) => void this.pins?.prepare(`program-${side}`, fd));
      const links = SIDES.map((side) => {
        const programFd = programs[side] ?? -1;
        const linkFd = keepFd(open, this.joinLink(side, programFd, method));
        return { interfaceIndex: this.options.sides[side].index, linkFd, programFd };
      });
      for (const name of ["map", "program-0", "program-1"]) this.pins?.settle(name);
      this.pins?.removeLeftovers();
      this.attached = links as [Attached, Attached];
      this.method = method;
      this.protection = this.protectionInForce();
      // Programs, and the page, keep the map.
      libc().close(mapFd);
    } catch (error) {
      closeAll(open);
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

  private renewLink(attached: Attached, side: Side, index: number): void {
    const { name } = this.options.sides[side];
    const hook = HOOKS[this.method];
    const fd = newLink(name, index, attached.programFd, this.method);
    const before = { ...attached };
    attached.linkFd = fd;
    attached.interfaceIndex = index;
    libc().close(before.linkFd);
    try {
      this.pins?.removeLink(hook, before.interfaceIndex);
      this.pins?.putLink(hook, index, fd, undefined);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.sideProblems[side] = `the link of interface ${printable(name)} ends with the process: ${reason}`;
    }
    this.protection = this.protectionInForce();
  }

  /** A new interface has no discipline any more. */
  private renewTc(): void {
    const { sides } = this.options;
    this.tc?.release(false);
    this.tc = TcBypass.prepare([sides[0].name, sides[1].name]);
    this.tick(process.hrtime.bigint());
  }

  /** As the kernel says: an XDP link that was taken over keeps the mode it was made in. */
  private protectionInForce(): Protection {
    if (this.method === "tcx") return "tcx";
    const modes = (this.attached ?? []).map(({ interfaceIndex }) => linkFacts(interfaceIndex)?.xdp);
    return modes.every((mode) => mode === "native") ? "xdp-native" : "xdp-generic";
  }
}

/** Ways to the frames, the best first. */
function ways({ method = "auto", sides }: DeadManOptions): readonly BpfMethod[] {
  if (method !== "auto" && method !== "tc") return [method];
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

function other(side: Side): Side {
  return side === 0 ? 1 : 0;
}

function modeOf(fail: "open" | "closed"): number {
  return fail === "open" ? DEADMAN_MODE_ARMED : DEADMAN_MODE_OFF;
}

/** Undefined, with a reason, where nothing can be pinned. @throws StrayError when pins of others are in the way. */
function openPins(options: DeadManOptions, reasons: string[]): Pins | undefined {
  const [first, second] = options.sides;
  try {
    const pins = Pins.open(options.places ?? PIN_PLACES, [first.index, second.index], options.owner);
    if (pins.weakness !== undefined) reasons.push(`the switch ends with the process: ${pins.weakness}`);
    return pins;
  } catch (error) {
    if (!(error instanceof StrayError) || !(isBpfRefusal(error) || error.code === "BPFFS_UNUSABLE"))
      throw error;
    reasons.push(`the switch ends with the process: ${error.message}`);
    return undefined;
  }
}

/** The kernel won't, as opposed to: somebody else is there. */
function isBpfRefusal({ code }: StrayError): boolean {
  return ["BPF_NOT_PERMITTED", "BPF_UNAVAILABLE", "BPF_REFUSED", "DEADMAN_NOT_MAPPED"].includes(code);
}

function foreignXdp(name: string, index: number): StrayError {
  const facts = linkFacts(index);
  const which =
    facts === undefined || facts.xdpProgramId === 0 ? "" : ` (${facts.xdp}, program ${facts.xdpProgramId})`;
  const shown = printable(name);
  return new StrayError(
    "XDP_FOREIGN",
    `interface ${shown} has an XDP program of another owner${which}: stop what put it there (bpftool net; ip link set dev ${shown} xdp off), or take another interface in inline.interfaces`,
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
