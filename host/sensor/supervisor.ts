// The workers as a set: started, watched, started again when one dies, stopped together.
// Apart from one worker's handle because restarts are a policy: how soon, how often, what is told.
// Always holds: a dead worker's records are taken out before its table starts empty; a worker that keeps dying is
// started again ever more slowly, never given up.

import { messageOf } from "../errors.js";
import type { SinkLog } from "../export/sink.js";
import type { Limits } from "../wasm/config.js";
import type { Capture } from "./capture.js";
import type { RecordFeed } from "./feed.js";
import type { WorkerReport } from "./view.js";
import { HANG_MS, WorkerHandle } from "./worker-handle.js";
import type { KnownAddresses } from "./worker-known.js";

const RESTART_MS = 100;
const RESTART_MOST_MS = 30_000;
/** A worker that ran that long is started again at once when it dies. */
const STEADY_MS = 60_000;
const STOP_MS = 10_000;

export class Supervisor {
  workers: readonly WorkerHandle[] = [];
  private capture: Capture | undefined;
  private isStopping = true;
  private readonly delays: number[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly feed: RecordFeed,
    private readonly log: SinkLog,
    /** What each worker begins with; what one heard is taken before its tables are emptied. */
    private readonly known?: KnownAddresses,
  ) {}

  /** So many workers with these limits; memories that are there are used again. None may be running. */
  prepare(count: number, limits: Limits): void {
    const onDeath = (worker: WorkerHandle, reason: string) => this.bury(worker, reason);
    this.workers = Array.from(
      { length: count },
      (_, number) =>
        this.workers[number] ??
        new WorkerHandle(number, limits, onDeath, () => this.feed.nudge(), this.known),
    );
    for (const worker of this.workers) worker.prepare(limits);
  }

  async start(capture: Capture): Promise<void> {
    this.capture = capture;
    this.isStopping = false;
    for (const worker of this.workers) worker.start();
    await Promise.all(this.workers.map((worker) => this.assign(worker)));
  }

  /** Timeouts written anew; sizes stay. */
  async adjust(limits: Limits): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.send({ type: "limits", limits })));
  }

  /** Ends threads that have stopped turning: their death is then seen to like any other. */
  watch(nowMs: number): void {
    for (const worker of this.workers) {
      if (worker.state === "dead" || worker.lagMs(nowMs) < HANG_MS) continue;
      this.log("error", `worker ${worker.number} has stood still for ${HANG_MS / 1000} s: it is ended`, {
        worker: worker.number,
      });
      void worker.terminate();
    }
  }

  /** Each worker takes what its rings hold and records its flows, while the feed goes on. */
  async stop(): Promise<void> {
    this.isStopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    for (const worker of this.workers) worker.askToStop();
    const deadline = Date.now() + STOP_MS;
    while (this.workers.some((worker) => !worker.hasStopped) && Date.now() < deadline) {
      if (this.feed.turn() === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      else await new Promise(setImmediate);
    }
    for (const worker of this.workers) {
      if (!worker.hasStopped) {
        this.log("error", `worker ${worker.number} did not stop in time: its live flows are lost`);
        await worker.terminate();
      }
      this.feed.empty(worker);
      this.known?.collect(worker);
      worker.carryOver(false);
    }
  }

  /** After a start that failed: threads end at once, nothing is recorded. */
  async abandon(): Promise<void> {
    this.isStopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  reports(nowMs: number): WorkerReport[] {
    return this.workers.map((worker) => {
      const counters = worker.counters();
      return {
        worker: worker.number,
        state: worker.state,
        restarts: worker.restarts,
        startedMs: worker.startedMs,
        flows: worker.flows,
        flowsPeak: worker.flowsPeak,
        flowsMax: worker.flowsMax,
        packets: counters["packets"] ?? 0,
        bytes: counters["wire-bytes"] ?? 0,
        recordsWaiting: worker.recordsWaiting,
        recordsMax: worker.recordsMax,
        lagMs: worker.lagMs(nowMs),
      };
    });
  }

  private async assign(worker: WorkerHandle): Promise<void> {
    if (this.capture === undefined) return;
    await worker.send(this.capture.assignment(worker));
  }

  /** A look at what a dead worker left. Its memory may hold anything: the sensor lives, whatever is found there. */
  private salvage(worker: WorkerHandle, what: string, look: () => void): void {
    try {
      look();
    } catch (error) {
      const message = messageOf(error);
      this.log("error", `the ${what} of the dead worker ${worker.number} can't be read: ${message}`, {
        worker: worker.number,
      });
    }
  }

  private bury(worker: WorkerHandle, reason: string): void {
    if (this.isStopping) return;
    let [hasLostBlock, flowsLost] = [false, 0];
    this.salvage(worker, "records", () => this.feed.empty(worker));
    this.salvage(worker, "addresses", () => this.known?.collect(worker));
    this.salvage(worker, "frames", () => {
      hasLostBlock = this.capture?.skipBlock(worker) ?? false;
    });
    this.salvage(worker, "counters", () => {
      flowsLost = worker.carryOver(hasLostBlock);
    });
    worker.restarts++;
    const wasSteady = Date.now() - worker.startedMs > STEADY_MS;
    const delayMs = wasSteady
      ? RESTART_MS
      : Math.min(this.delays[worker.number] ?? RESTART_MS, RESTART_MOST_MS);
    this.delays[worker.number] = delayMs * 2;
    this.log(
      "error",
      `worker ${worker.number} died (${reason}): it starts again in ${delayMs} ms with an empty table`,
      {
        worker: worker.number,
        restarts: worker.restarts,
        flowsLost,
      },
    );
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      worker.start();
      this.assign(worker).catch((error: Error) =>
        this.log("error", error.message, { worker: worker.number }),
      );
    }, delayMs);
    this.timers.add(timer);
  }
}
