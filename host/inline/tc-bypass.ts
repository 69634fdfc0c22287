// The bypass for where BPF is not allowed: `tc` redirects what comes in at one interface to the other, both ways.
// Apart from the dead man's switch proper because a living process has to put it in place: it helps against a worker
// that stalls or fails, not against the end of the daemon while it is not engaged.
// Always holds: a queueing discipline with filters of somebody else is never touched; of our own nothing stays behind. An
// interface with a filter of ours is promiscuous; whether we made it so is said by the filter, which lasts as long.

import { spawnSync } from "node:child_process";
import { interfaceState, setPromiscuous } from "../capture/live/interface.js";
import { printable, StrayError, systemCode } from "../errors.js";
import { withAmbientCapability } from "../system/capabilities.js";

/** Marks our filters: "stray" in hexadecimal digits. */
const COOKIE = "7374726179";
/** The same on an interface that we made promiscuous: "stray+". */
const COOKIE_PROMISCUOUS = `${COOKIE}2b`;
const PREFERENCE = "1";
const TIMEOUT_MS = 5_000;
const OUTPUT_BYTES_MAX = 1 << 20;

/** Filters that match every frame, the better first: kernels are built without one or the other. u32 needs 4 bytes of payload. */
const MATCHES: readonly (readonly string[])[] = [["matchall"], ["u32", "match", "u32", "0", "0"]];

export interface TcCount {
  readonly packets: bigint;
  readonly bytes: bigint;
}

export class TcBypass {
  private isOn = false;

  private constructor(
    private readonly names: readonly [string, string],
    private readonly match: readonly string[],
    /** Whose queueing discipline was made here. */
    private readonly made: readonly string[],
  ) {}

  /**
   * Gets everything ready, so that engaging is one step an interface. Filters that a killed daemon left go.
   * @throws StrayError TC_MISSING, TC_FOREIGN, TC_REFUSED.
   */
  static prepare(names: readonly [string, string]): TcBypass {
    const made: string[] = [];
    try {
      for (const name of names) {
        removeOurs(name);
        if (hasQdisc(name)) continue;
        tc(["qdisc", "add", "dev", name, "clsact"]);
        made.push(name);
      }
      return new TcBypass(names, usableMatch(names[0]), made);
    } catch (error) {
      for (const name of made) tryTc(["qdisc", "del", "dev", name, "clsact"]);
      throw error;
    }
  }

  get isEngaged(): boolean {
    return this.isOn;
  }

  /** From now on the kernel carries the frames. @throws StrayError TC_REFUSED; then neither way is. */
  engage(): void {
    if (this.isOn) return;
    const [first, second] = this.names;
    try {
      this.redirect(first, second);
      this.redirect(second, first);
      this.isOn = true;
    } catch (error) {
      for (const name of this.names) tryRemove(name);
      throw error;
    }
  }

  /** Back to the sensor. Answers what went by, by side. @throws StrayError TC_REFUSED. */
  disengage(): readonly [TcCount, TcCount] {
    const counts = this.counts();
    if (!this.isOn) return counts;
    for (const name of this.names) {
      const filter = ourFilter(name);
      if (filter === undefined) continue;
      putBack(name, filter);
      tc(filterWords("del", name));
    }
    this.isOn = false;
    return counts;
  }

  /** What went by since it was engaged, by side. */
  counts(): readonly [TcCount, TcCount] {
    const count = (name: string): TcCount => {
      const filter = this.isOn ? ourFilter(name) : undefined;
      return { packets: BigInt(filter?.packets ?? 0), bytes: BigInt(filter?.bytes ?? 0) };
    };
    return [count(this.names[0]), count(this.names[1])];
  }

  /** Takes everything away again; with `keep` the redirection stays, so that traffic goes on without a sensor. */
  release(keep: boolean): void {
    if (keep) {
      this.engage();
      return;
    }
    for (const name of this.names) {
      tryRemove(name);
      if (this.made.includes(name)) tryTc(["qdisc", "del", "dev", name, "clsact"]);
    }
    this.isOn = false;
  }

  private redirect(from: string, to: string): void {
    const state = interfaceState(from);
    const isChanged = state?.isPromiscuous === false;
    const cookie = isChanged ? COOKIE_PROMISCUOUS : COOKIE;
    const action = ["action", "mirred", "egress", "redirect", "dev", to, "cookie", cookie];
    tc([...filterWords("add", from), "protocol", "all", ...this.match, ...action]);
    if (isChanged) setPromiscuous(state.index, true);
  }
}

function filterWords(verb: string, name: string): string[] {
  return ["filter", verb, "dev", name, "ingress", "pref", PREFERENCE];
}

/** Takes our filter away, if it is there. */
function tryRemove(name: string): void {
  putBack(name, ourFilter(name));
  tryTc(filterWords("del", name));
}

/** As the interface was before that filter, which goes next: it has to be there for as long as its word is needed. */
function putBack(name: string, filter: IngressFilter | undefined): void {
  const index = interfaceState(name)?.index;
  if (filter?.madePromiscuous === true && index !== undefined) setPromiscuous(index, false);
}

/** The first kind of filter that this kernel has. Without an action it changes nothing. */
function usableMatch(name: string): readonly string[] {
  let reason = "";
  for (const match of MATCHES) {
    const done = tryTc([...filterWords("add", name), "protocol", "all", ...match]);
    if (done.reason === undefined) {
      tc(filterWords("del", name));
      return match;
    }
    reason = done.reason;
  }
  throw refused(reason);
}

/** Takes away what an earlier daemon left. @throws StrayError TC_FOREIGN where filters of others are. */
function removeOurs(name: string): void {
  const all = ingressFilters(name);
  const ours = all.filter(({ isOurs }) => isOurs);
  if (ours.length < all.length)
    throw new StrayError(
      "TC_FOREIGN",
      `interface ${printable(name)} has tc filters of another program: remove them (tc filter show dev ${printable(name)} ingress), or take another interface in capture.interfaces`,
      2,
    );
  for (const filter of ours) putBack(name, filter);
  // With nobody's but our filters on it, the discipline was ours too.
  if (ours.length > 0) tc(["qdisc", "del", "dev", name, "clsact"]);
}

function hasQdisc(name: string): boolean {
  return parsed(tc(["-j", "qdisc", "show", "dev", name])).some(
    ({ kind }) => kind === "clsact" || kind === "ingress",
  );
}

interface IngressFilter {
  readonly isOurs: boolean;
  readonly madePromiscuous: boolean;
  readonly packets: number;
  readonly bytes: number;
}

function ourFilter(name: string): IngressFilter | undefined {
  return ingressFilters(name).find(({ isOurs }) => isOurs);
}

/** Filters with something in them: tc also lists their empty heads. */
function ingressFilters(name: string): IngressFilter[] {
  const done = tryTc(["-j", "-s", "filter", "show", "dev", name, "ingress"]);
  // Without a discipline some versions fail, others show nothing.
  return parsed(done.reason === undefined ? done.stdout : "[]").flatMap((filter) => {
    const options = recordOf(filter["options"]);
    const actions = Array.isArray(options["actions"]) ? options["actions"].map(recordOf) : [];
    if (actions.length === 0 && options["fh"] !== undefined && options["key_ht"] === undefined) return [];
    if (actions.length === 0 && Object.keys(options).length === 0) return [];
    const action = actions[0] ?? {};
    const stats = recordOf(action["stats"]);
    const madePromiscuous = action["cookie"] === COOKIE_PROMISCUOUS;
    const isMarked = madePromiscuous || action["cookie"] === COOKIE;
    const isOurs = actions.length === 1 && action["kind"] === "mirred" && isMarked;
    const [packets, bytes] = [numberOf(stats["packets"]), numberOf(stats["bytes"])];
    return [{ isOurs, madePromiscuous, packets, bytes }];
  });
}

function parsed(text: string): Record<string, unknown>[] {
  if (text.trim() === "") return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(recordOf) : [];
  } catch {
    throw refused("tc answers what is no JSON");
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : 0;
}

/** What tc printed. @throws StrayError TC_MISSING, TC_REFUSED. */
function tc(words: readonly string[]): string {
  const done = tryTc(words);
  if (done.reason === undefined) return done.stdout;
  throw refused(done.reason);
}

function tryTc(words: readonly string[]): { readonly stdout: string; readonly reason: string | undefined } {
  const done = withAmbientCapability("CAP_NET_ADMIN", () =>
    spawnSync("tc", words, {
      encoding: "utf8",
      timeout: TIMEOUT_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  if (systemCode(done.error) === "ENOENT")
    throw new StrayError(
      "TC_MISSING",
      "tc is not there: install iproute2, or let the sensor use BPF (CAP_BPF and CAP_NET_ADMIN)",
      2,
    );
  if (done.status === 0) return { stdout: done.stdout, reason: undefined };
  const said = (done.stderr ?? "").trim().split("\n").join("; ");
  return { stdout: "", reason: said || done.error?.message || `tc ended with status ${done.status}` };
}

function refused(reason: string): StrayError {
  return new StrayError("TC_REFUSED", `tc can't redirect between the interfaces: ${printable(reason)}`, 2);
}
