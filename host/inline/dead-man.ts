// The dead man's switch between two interfaces: while nobody beats, the kernel carries the frames.
// Apart from the worker because the main thread sets it up while there is root, and watches it afterwards; the worker
// only stores the time at DEADMAN_BEAT.
// Always holds: from arm() to release() frames either reach a sensor that beats or, with inline.fail open, go on in
// the kernel (or the state says why not). A ring whose socket is guarded holds nothing that the kernel carried; without
// BPF there is no guard, and what came in while nobody beat, or while bypass was on, has to be given back unread.

import {
  DEADMAN_MODE_ARMED,
  DEADMAN_MODE_BYPASS,
  DEADMAN_MODE_OFF,
} from "../../assembly/inline/inline-layout.js";
import { messageOf, printable, StrayError } from "../errors.js";
import type { Account } from "../system/privileges.js";
import type { Bypassed } from "./dead-man-page.js";
import { DeadManPage, firstValue } from "./dead-man-page.js";
import type { Side } from "./dead-man-program.js";
import type { BpfMethod, DeadManSide } from "./kernel-switch.js";
import { isBpfRefusal, KernelSwitch } from "./kernel-switch.js";
import type { PinPlaces } from "./pin-place.js";
import { PIN_PLACES } from "./pin-place.js";
import { TcBypass } from "./tc-bypass.js";

export type { DeadManSide } from "./kernel-switch.js";

const NS_PER_MS = 1_000_000n;

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
  /** Default: the best way that the kernel takes, and tc where BPF is refused. */
  readonly method?: "auto" | Method;
}

/** tc: redirected by the system's own means, for as long as the daemon lives. */
export type Method = BpfMethod | "tc";
export type Protection = Method | "none";

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

export class DeadMan {
  private kernel: KernelSwitch | undefined;
  private tc: TcBypass | undefined;
  private readonly reasons: string[] = [];
  /** Of the last try of tick(), so that a refusal is said once, and gone when it works again. */
  private tickProblem: string | undefined;
  private readonly sideProblems: [string | undefined, string | undefined] = [undefined, undefined];
  private isForced = false;
  private isReleased = false;

  private constructor(
    private options: DeadManOptions,
    private readonly page: DeadManPage,
  ) {}

  /**
   * Puts the switch in place; from here on the kernel carries the frames until the worker beats. Call it on the main
   * thread while there is root, and before the worker runs: the region in its memory becomes another page.
   * Where BPF is refused it falls back to tc, and to nothing at all; the state says so.
   * @throws StrayError XDP_FOREIGN, PIN_FOREIGN, DEADMAN_IN_USE, TC_FOREIGN: somebody else's work is in the way.
   */
  static arm(options: DeadManOptions): DeadMan {
    const { sides, limitMs, fail, method = "auto", owner, places = PIN_PLACES } = options;
    const deadMan = new DeadMan(options, new DeadManPage(options.memory));
    const first = firstValue({
      limitNs: BigInt(limitMs) * NS_PER_MS,
      mode: modeOf(fail),
      peers: [sides[1].index, sides[0].index],
    });
    if (method === "tc") {
      deadMan.fallBack(first, "BPF is not to be used");
      return deadMan;
    }
    try {
      const wanted = method === "auto" ? undefined : method;
      deadMan.kernel = KernelSwitch.attach({ sides, owner, places, method: wanted }, deadMan.page, first);
    } catch (error) {
      if (!(error instanceof StrayError) || !isBpfRefusal(error)) throw error;
      deadMan.fallBack(first, error.message);
    }
    return deadMan;
  }

  private fallBack(first: Uint8Array, why: string): void {
    const [one, two] = this.options.sides;
    this.page.write(first);
    try {
      this.tc = TcBypass.prepare([one.name, two.name]);
      this.reasons.push(
        `${why}; tc takes its place, which works only as long as the daemon lives: its end stops the traffic`,
      );
    } catch (error) {
      if (!(error instanceof StrayError) || error.code === "TC_FOREIGN") throw error;
      this.reasons.push(`${why}; ${error.message}`);
    }
    this.tick(process.hrtime.bigint());
  }

  /**
   * Keeps what the kernel carries out of the ring of the side's packet socket; it takes the place of any other filter
   * there. One socket a side. False: there is no BPF, so the ring holds that as well. @throws StrayError BPF_REFUSED.
   */
  guard(side: Side, socketFd: number): boolean {
    this.kernel?.guard(side, socketFd);
    return this.kernel !== undefined;
  }

  /** Maintenance: everything goes by in the kernel, whoever beats. */
  setBypass(isOn: boolean): void {
    if (this.isReleased) return;
    this.isForced = isOn;
    this.page.mode = isOn ? DEADMAN_MODE_BYPASS : modeOf(this.options.fail);
    this.tick(process.hrtime.bigint());
  }

  /** Another limit, or another choice of what a failure means, while it stands. */
  configure({ limitMs, fail }: Pick<DeadManOptions, "limitMs" | "fail">): void {
    if (this.isReleased) return;
    this.options = { ...this.options, limitMs, fail };
    this.page.limitNs = BigInt(limitMs) * NS_PER_MS;
    this.setBypass(this.isForced);
  }

  state(): DeadManState {
    const counts = this.tc?.counts();
    const count = (side: Side): Bypassed => {
      const { packets, bytes } = this.page.bypassed(side);
      const more = counts?.[side];
      return { packets: packets + (more?.packets ?? 0n), bytes: bytes + (more?.bytes ?? 0n) };
    };
    const reasons = [
      ...this.reasons,
      ...(this.kernel?.reasons ?? []),
      ...this.sideProblems,
      this.tickProblem,
    ].filter((reason) => reason !== undefined);
    return {
      protection: this.kernel?.protection ?? (this.tc === undefined ? "none" : "tc"),
      pinned: this.kernel?.pinned,
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
      this.tickProblem = messageOf(error);
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
    try {
      this.sideProblems[side] = this.kernel?.renew(side, index);
      this.renewTc();
    } catch (error) {
      this.sideProblems[side] = messageOf(error);
    }
    this.page.setPeer(other(side), index);
    return this.sideProblems[side] === undefined;
  }

  /**
   * The end. keep: what is pinned stays and the kernel goes on carrying the frames; otherwise the interfaces are left as
   * they were. Answers what did not go as asked, in words.
   */
  release({ keep }: { readonly keep: boolean }): readonly string[] {
    if (this.isReleased) return [];
    this.isReleased = true;
    const problems: string[] = [];
    if (keep) this.page.mode = DEADMAN_MODE_BYPASS;
    try {
      this.tc?.release(keep);
    } catch (error) {
      problems.push(messageOf(error));
    }
    problems.push(...(this.kernel?.release(keep) ?? []));
    this.kernel = undefined;
    this.tc = undefined;
    return problems;
  }

  /** A new interface has no queueing discipline any more. */
  private renewTc(): void {
    if (this.tc === undefined) return;
    const [one, two] = this.options.sides;
    this.tc.release(false);
    this.tc = TcBypass.prepare([one.name, two.name]);
    this.tick(process.hrtime.bigint());
  }
}

function other(side: Side): Side {
  return side === 0 ? 1 : 0;
}

function modeOf(fail: "open" | "closed"): number {
  return fail === "open" ? DEADMAN_MODE_ARMED : DEADMAN_MODE_OFF;
}
