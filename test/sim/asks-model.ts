// The reference model of asking: exact sets, unbounded, no hashes. It says how many ports of a host, or hosts for a port,
// a source may at most have asked in vain at a time, and when it has asked for so many that it must be noticed.
// Apart from the simulation that drives it. Always holds: silence counts at once here, so that the module, which waits
// for a turn, is never ahead.

import { SOURCE_WINDOW_S } from "../../assembly/detect/detect-layout.js";

const WINDOW_MS = SOURCE_WINDOW_S * 1000;
/** A flow that was asked in one window may end in the next. */
const LATE_MS = 70_000;

export type Way = "syn" | "probe" | "datagram" | "echo";

export interface Ask {
  source: string;
  way: Way;
  host: string;
  port: number;
}

/** Ports of one host, or hosts for one port, by when they were asked last; and how many there were at which time. */
class Tally {
  private readonly asked = new Map<string | number, number>();
  private readonly history: { atMs: number; count: number }[] = [];

  ask(what: string | number, atMs: number): void {
    this.asked.set(what, atMs);
    this.note(atMs);
  }

  open(what: string | number, atMs: number): void {
    this.asked.delete(what);
    this.note(atMs);
  }

  private note(atMs: number): void {
    for (const [what, askedMs] of this.asked)
      if (atMs - askedMs > WINDOW_MS + LATE_MS) this.asked.delete(what);
    this.history.push({ atMs, count: this.asked.size });
  }

  /** The most there were between these times. */
  most(fromMs: number, toMs: number): number {
    let most = 0;
    for (const { atMs, count } of this.history) {
      if (atMs > toMs) break;
      // What held at `fromMs` was told before.
      if (atMs <= fromMs) most = count;
      else most = Math.max(most, count);
    }
    return most;
  }
}

export class AsksModel {
  private readonly tallies = new Map<string, Tally>();

  ask({ source, way, host, port }: Ask, atMs: number): void {
    this.of(`${source} ${way} of ${host}`).ask(port, atMs);
    this.of(`${source} ${way} to ${port}`).ask(host, atMs);
  }

  open({ source, way, host, port }: Ask, atMs: number): void {
    this.of(`${source} ${way} of ${host}`).open(port, atMs);
    this.of(`${source} ${way} to ${port}`).open(host, atMs);
  }

  ports({ source, way, host }: Ask, fromMs: number, toMs: number): number {
    return this.of(`${source} ${way} of ${host}`).most(fromMs, toMs);
  }

  hosts({ source, way, port }: Ask, fromMs: number, toMs: number): number {
    return this.of(`${source} ${way} to ${port}`).most(fromMs, toMs);
  }

  private of(name: string): Tally {
    const known = this.tallies.get(name);
    if (known !== undefined) return known;
    const made = new Tally();
    this.tallies.set(name, made);
    return made;
  }
}
