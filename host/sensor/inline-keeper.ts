// The sensor's place in the wire: the pair of interfaces, the dead man's switch, what is dropped, and what is put back.
// Apart from the pair because the switch outlives it: over reloads, over the death of a worker, and over our own.
// Always holds: before frames stop being forwarded by us, the kernel carries them (unless it was told to stop them);
// a clean stop leaves the interfaces as they were, or the kernel carrying, as the configuration says.

import { DEADMAN_HOLD_OFFSET } from "../../assembly/inline/inline-layout.js";
import { DEADMAN_BASE } from "../../assembly/layout.js";
import { interfaceState } from "../capture/live/interface.js";
import type { StrayConfig } from "../config/types.js";
import { inlineOff } from "../control/inline-methods.js";
import { StrayError } from "../errors.js";
import type { SinkLog } from "../export/sink.js";
import { DeadMan } from "../inline/dead-man.js";
import { Offloads } from "../inline/offloads.js";
import { checkPair, filterWarnings } from "../inline/preflight.js";
import type { InlineVitals } from "../notice/watch.js";
import { FINDING_NAMES, findingBit } from "../record/findings.js";
import type { Account } from "../system/privileges.js";
import { type InlinePolicy, type SideNumber, writeCarried, writeInline } from "../wasm/inline.js";
import type { LossListener } from "./capture-set.js";
import { InlinePair } from "./inline-pair.js";
import type { BypassReport, BypassTestReport, InlineReport } from "./view.js";
import type { WorkerHandle } from "./worker-handle.js";

const NS_PER_MS = 1_000_000n;
const TICK_MS = 50;
/** After so long no frame of before can wait in a ring. */
const SEAM_MS = 1000;
const TEST_LOOK_MS = 10;
/** A worker that begins anew beats within so long, or it is a failure. */
const RESUME_MS = 10_000;
/** How long a try waits for a frame to go by, behind the dead man's limit. */
const TEST_MS = 3000;

export class InlineKeeper {
  private deadMan: DeadMan | undefined;
  private offloads: Offloads | undefined;
  private config: StrayConfig | undefined;
  private worker: WorkerHandle | undefined;
  private timer: NodeJS.Timeout | undefined;
  private seam: NodeJS.Timeout | undefined;
  private isBypassed = false;
  private isGuarded = false;
  private isTesting = false;
  /** Frames are carried for a moment: until open(), and then until the worker beats. */
  private isPaused = false;
  private openedMs: number | undefined;
  private pauses = 0;
  private warnings: readonly string[] = [];

  constructor(
    private readonly log: SinkLog,
    private readonly owner: () => Account | undefined,
  ) {}

  /** @throws StrayError when the pair can't be joined; then the interfaces are as they were, or the kernel carries on. */
  open(worker: WorkerHandle, config: StrayConfig, losses?: LossListener): InlinePair {
    const names = config.capture.interfaces;
    this.beginPause();
    const known = this.config?.capture.interfaces.join() === names.join();
    if (this.deadMan !== undefined && !known) this.release(false);
    const wasArmed = this.deadMan !== undefined;
    this.config = config;
    this.worker = worker;
    try {
      const [first = "", second = ""] = names;
      const { sides, warnings } = checkPair([first, second]);
      this.warnings = [];
      this.warn(warnings);
      this.offloads ??= new Offloads();
      for (const name of names) this.warn(this.offloads.turnOff(name));
      this.deadMan ??= this.arm(worker, config);
      this.warn(filterWarnings(sides));
      writeInline(worker.memory, inlinePolicy(config));
      const pair = InlinePair.open({
        worker,
        config,
        log: this.log,
        losses,
        guard: (side, fd) => this.guard(side, fd),
        onReturn: (side, index) => this.takeBack(side, index),
        onLost: (side) => this.deadMan?.lost(side),
      });
      this.deadMan.configure({ limitMs: config.inline.deadmanMs, fail: config.inline.fail });
      this.letBy(this.isBypassed);
      this.openedMs = performance.now();
      return pair;
    } catch (error) {
      // Where the switch stood before, the kernel goes on carrying until another try.
      if (!wasArmed) this.release(false);
      throw error;
    }
  }

  /** The kernel carries frames while the worker is stopped to begin anew; the next open() ends it. */
  pause(): void {
    this.beginPause();
    if (this.config?.inline.fail === "open") this.letBy(true);
  }

  /** Another policy, while frames go on. */
  async adjust(config: StrayConfig): Promise<void> {
    this.config = config;
    this.deadMan?.configure({ limitMs: config.inline.deadmanMs, fail: config.inline.fail });
    this.deadMan?.setBypass(this.isBypassed);
    await this.worker?.send({
      type: "inline",
      policy: inlinePolicy(config),
      waitMs: config.inline.waitMs,
    });
  }

  /** `keep`: the kernel goes on carrying frames after us. Safe to call twice. */
  release(keep: boolean): void {
    clearInterval(this.timer);
    clearTimeout(this.seam);
    this.timer = undefined;
    for (const problem of this.deadMan?.release({ keep }) ?? []) this.log("warn", problem);
    this.deadMan = undefined;
    for (const warning of this.offloads?.restore() ?? []) this.log("warn", warning);
    this.offloads = undefined;
    if (this.worker !== undefined && this.config !== undefined) {
      writeInline(this.worker.memory, { ...inlinePolicy(this.config), mode: "tap" });
      writeCarried(this.worker.memory, { fromNs: 0n, untilNs: 0n });
    }
    this.config = undefined;
    this.worker = undefined;
  }

  /** As the configuration says. */
  end(): void {
    this.release(this.isBypassed || this.config?.inline.atStop === "bypass");
  }

  /** @throws StrayError INLINE_OFF, BYPASS_IMPOSSIBLE: nothing would carry the frames that are left alone. */
  setBypass(on: boolean): BypassReport {
    const { protection, reason } = this.armed().state();
    if (on && protection === "none") throw impossible(reason);
    if (on !== this.isBypassed)
      this.log(
        "warn",
        on ? "bypass: the kernel carries every frame, nothing is looked at" : "bypass is over",
      );
    this.isBypassed = on;
    this.letBy(on);
    return { bypass: on };
  }

  /** Holds the beat back and looks whether frames go by in the kernel. @throws StrayError INLINE_OFF, BYPASS_BUSY, BYPASS_CLOSED. */
  async test(): Promise<BypassTestReport> {
    const deadMan = this.armed();
    const { worker, config } = this;
    if (worker === undefined || config === undefined) throw inlineOff();
    if (this.isTesting) throw new StrayError("BYPASS_BUSY", "the dead man's switch is being tried already");
    if (this.isBypassed)
      throw new StrayError("BYPASS_BUSY", "bypass is on, so there is nothing to try: turn it off first");
    if (config.inline.fail === "closed")
      throw new StrayError(
        "BYPASS_CLOSED",
        "inline.fail is closed, so nothing goes by when the sensor stands still, and there is nothing to try",
      );
    const { protection } = deadMan.state();
    // Frames would be left to a kernel that does not carry them.
    if (protection === "none") return { engaged: false, frames: 0, heldMs: 0, protection };
    const hold = (DEADMAN_BASE + DEADMAN_HOLD_OFFSET) / 4;
    const before = bypassed(deadMan);
    const beganMs = Date.now();
    this.isTesting = true;
    this.pauses++;
    let isEngaged = false;
    let frames = 0;
    try {
      Atomics.store(worker.memory.u32, hold, 1);
      while (Date.now() - beganMs < config.inline.deadmanMs + TEST_MS) {
        await new Promise((resolve) => setTimeout(resolve, TEST_LOOK_MS));
        isEngaged ||= deadMan.state().stale;
        frames = bypassed(deadMan) - before;
        if (frames > 0) break;
      }
    } finally {
      Atomics.store(worker.memory.u32, hold, 0);
      this.isTesting = false;
    }
    return {
      engaged: isEngaged,
      frames,
      heldMs: Date.now() - beganMs,
      protection,
    };
  }

  report(): InlineReport | undefined {
    const { deadMan, config } = this;
    if (deadMan === undefined || config === undefined) return undefined;
    const { inline, capture } = config;
    const { protection, pinned, reason, mode, stale, bypassed: counts } = deadMan.state();
    return {
      mode: inline.mode === "simulate" ? "simulate" : "inline",
      fail: inline.fail,
      deadmanMs: inline.deadmanMs,
      atStop: inline.atStop,
      protection,
      ...(pinned === undefined ? {} : { pinned }),
      ...(reason === undefined ? {} : { reason }),
      state: this.isBypassed ? "bypass" : mode,
      isStale: stale,
      sides: capture.interfaces.map((name, side) => ({
        name,
        bypassedPackets: Number(counts[side]?.packets ?? 0),
        bypassedBytes: Number(counts[side]?.bytes ?? 0),
      })),
      policy: Object.fromEntries(Object.entries(inline.policy).filter(([, action]) => action !== "pass")),
      allow: [...inline.allow],
      warnings: [...this.warnings],
    };
  }

  /** What is watched each second; undefined where the sensor is not in the wire. */
  vitals(): InlineVitals | undefined {
    const { deadMan, config } = this;
    if (deadMan === undefined || config === undefined) return undefined;
    const { stale, mode, protection } = deadMan.state();
    const isOver = this.openedMs !== undefined && performance.now() - this.openedMs > RESUME_MS;
    if (this.isPaused && this.openedMs !== undefined && (!stale || isOver)) this.isPaused = false;
    const isCarried = stale && mode === "armed" && protection !== "none";
    const armed = this.isPaused || this.isTesting ? "pausing" : isCarried ? "stale" : "none";
    return {
      bypass: this.isBypassed ? "operator" : armed,
      pauses: this.pauses,
      carried: bypassed(deadMan),
      interfaces: config.capture.interfaces.join(","),
    };
  }

  /** For the log, and for as long as the pair stands for the status. */
  private warn(warnings: readonly string[]): void {
    for (const warning of warnings) this.log("warn", warning);
    this.warnings = [...this.warnings, ...warnings];
  }

  private beginPause(): void {
    this.isPaused = true;
    this.openedMs = undefined;
    this.pauses++;
  }

  private guard(side: SideNumber, fd: number): boolean {
    this.isGuarded = this.deadMan?.guard(side, fd) ?? false;
    return this.isGuarded;
  }

  /**
   * A guarded ring never holds what the kernel carries. Without a guard the worker is told which frames to leave alone; a
   * frame at the seam goes twice rather than not at all.
   */
  private letBy(on: boolean): void {
    const { deadMan, worker } = this;
    if (deadMan === undefined || worker === undefined) return;
    if (this.isGuarded || on === (deadMan.state().mode === "bypass")) {
      deadMan.setBypass(on);
      return;
    }
    const nowNs = BigInt(Date.now()) * NS_PER_MS;
    if (on) writeCarried(worker.memory, { untilNs: nowNs });
    deadMan.setBypass(on);
    if (!on) writeCarried(worker.memory, { fromNs: nowNs, untilNs: 0n });
    // A clock that is set back must not make what comes then look like what came before.
    clearTimeout(this.seam);
    this.seam = setTimeout(() => writeCarried(worker.memory, on ? { untilNs: 1n } : { fromNs: 0n }), SEAM_MS);
    this.seam.unref();
  }

  private takeBack(side: SideNumber, index: number): void {
    this.deadMan?.reattach(side, index);
    const name = this.config?.capture.interfaces[side];
    if (name !== undefined)
      for (const warning of this.offloads?.turnOff(name) ?? []) this.log("warn", warning);
  }

  private arm(worker: WorkerHandle, config: StrayConfig): DeadMan {
    const sides = config.capture.interfaces.map((name) => ({
      name,
      index: interfaceState(name)?.index ?? 0,
    }));
    const owner = this.owner();
    const deadMan = DeadMan.arm({
      sides: [sides[0]!, sides[1]!],
      limitMs: config.inline.deadmanMs,
      fail: config.inline.fail,
      memory: worker.memory.buffer,
      ...(owner === undefined ? {} : { owner }),
    });
    this.timer = setInterval(() => deadMan.tick(process.hrtime.bigint()), TICK_MS);
    this.timer.unref();
    return deadMan;
  }

  private armed(): DeadMan {
    if (this.deadMan === undefined) throw inlineOff();
    return this.deadMan;
  }
}

function impossible(reason: string | undefined): StrayError {
  const why = reason === undefined ? "" : `: ${reason}`;
  return new StrayError(
    "BYPASS_IMPOSSIBLE",
    `nothing can carry the frames in the sensor's place, so bypass would stop them${why}`,
  );
}

function bypassed(deadMan: DeadMan): number {
  return deadMan.state().bypassed.reduce((sum, { packets }) => sum + Number(packets), 0);
}

/** From the configuration to what the module is told. */
export function inlinePolicy({ inline }: StrayConfig): InlinePolicy {
  const mask = (wanted: string): bigint =>
    FINDING_NAMES.reduce((bits, name) => {
      const bit = inline.policy[name] === wanted ? findingBit(name) : undefined;
      return bit === undefined ? bits : bits | (1n << BigInt(bit));
    }, 0n);
  const reject = mask("reject");
  return {
    mode: inline.mode,
    drop: mask("drop") | reject,
    reject,
    allow: inline.allow,
    rejectRate: inline.rejectRate,
  };
}
