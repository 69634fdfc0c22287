// Whether the strayd that was started is well: it answers, it is the version that it should be, its workers run, and it stands
// in the wire as the one before did.
// Apart because an update and its tests ask the same. Always holds: well is who was so several looks in a row, in one process.

import { messageOf } from "../errors.js";
import type { StatusReport } from "../sensor/view.js";
import type { Pending } from "./book.js";

/** How long a new version may take where nobody says otherwise (a slow machine), and the bounds of saying so. */
export const HEALTH_MS = 60_000;
export const HEALTH_MIN_MS = 10_000;
export const HEALTH_MAX_MS = 1_800_000;
/** A look each, and how many in a row it has to be well. */
export const LOOK_MS = 1000;
export const LOOKS = 5;

export type StatusView = Pick<StatusReport, "version" | "pid"> & {
  readonly workers: readonly { readonly state: string }[];
  readonly inline?: { readonly state: string };
};

/** What a sensor has to be like, and how long it may take. */
export type Expected = Pick<Pending, "version" | "inline" | "trialMs">;

/** What was written down by somebody else is held to the bounds too. */
export function trialMsOf({ trialMs = HEALTH_MS }: Pick<Pending, "trialMs">): number {
  return Math.min(Math.max(trialMs, HEALTH_MIN_MS), HEALTH_MAX_MS);
}

/** Undefined when it is well; otherwise what is not. */
export function complaint(status: StatusView, expected: Expected): string | undefined {
  const { version, workers, inline } = status;
  if (version !== expected.version) return `strayd says that it is ${version}, not ${expected.version}`;
  if (workers.length === 0) return "no worker has been started";
  const others = workers.filter(({ state }) => state !== "running");
  if (others.length > 0) return `${others.length} of ${workers.length} workers do not run`;
  if (expected.inline === null || inline?.state === expected.inline) return undefined;
  return `the link was protected (${expected.inline}), now it is ${inline?.state ?? "not in the wire"}`;
}

export interface HealthWatch {
  status(): Promise<StatusView>;
  sleep(ms: number): Promise<void>;
  /** Of a clock that only goes forward. */
  nowMs(): number;
}

/** Undefined as soon as it is well; the last complaint when the time is over, or `isOver` says so. */
export async function watchHealth(
  watch: HealthWatch,
  expected: Expected,
  isOver: () => boolean = () => false,
): Promise<string | undefined> {
  const deadlineMs = watch.nowMs() + trialMsOf(expected);
  let [good, pid] = [0, 0];
  let reason = "strayd was not asked";
  while (watch.nowMs() < deadlineMs && !isOver()) {
    try {
      const status = await watch.status();
      const found = complaint(status, expected);
      good = found === undefined ? (status.pid === pid ? good + 1 : 1) : 0;
      pid = status.pid;
      reason = found ?? "strayd was started anew while it was looked at";
    } catch (error) {
      good = 0;
      reason = `strayd does not answer: ${messageOf(error)}`;
    }
    if (good >= LOOKS) return undefined;
    await watch.sleep(LOOK_MS);
  }
  return reason;
}
