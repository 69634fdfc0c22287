// STRAY-MIB as an agent sees it: what is at a name, and what is next behind one.
// Apart from the agents, of which there are two, and from the objects, which know nothing of being asked.
// Always holds: an answer is from one look at the sensor, which is taken when somebody asks and the last one is
// older than MAX_AGE_MS: many requests cost one look; nothing grows but with rows.

import { FindingTimes } from "./finding-times.js";
import { Instances } from "./instances.js";
import { SECTIONS } from "./mib/definition.js";
import { compareOids, isBelow, type Oid } from "./oid.js";
import { SinkNumbers } from "./sink-numbers.js";
import type { MibSnapshot, MibSource } from "./snapshot.js";
import type { Instance, InstanceView } from "./view.js";

/** A walk of some hundred requests takes less. */
const MAX_AGE_MS = 1000;

/** Objects that can be read, in order: an instance is below one of them. */
const OBJECTS: readonly Oid[] = SECTIONS.flatMap(({ scalars, tables }) => [
  ...scalars.map(({ oid }) => oid),
  ...tables.flatMap(({ columns }) => columns.map(({ oid }) => oid)),
]);

export class MibView implements InstanceView {
  /** Looks at the sensor so far. */
  looks = 0;
  private readonly times = new FindingTimes();
  private readonly sinks = new SinkNumbers();
  private readonly instances = new Instances();
  private lookMs = Number.NEGATIVE_INFINITY;
  /** Place behind what next() gave last. */
  private given = 0;

  constructor(
    private readonly source: MibSource,
    private readonly now: () => number = Date.now,
  ) {}

  /** Once a second, whether anybody asks or not: when findings were counted. */
  pulse(): void {
    this.times.look(this.now(), this.source.findingCounts());
  }

  get(oid: Oid): Instance | "noSuchObject" | "noSuchInstance" {
    const all = this.current();
    const found = all[firstFrom(all, oid)];
    if (found !== undefined && compareOids(found.oid, oid) === 0) return found;
    return OBJECTS.some((object) => isBelow(oid, object)) ? "noSuchInstance" : "noSuchObject";
  }

  next(oid: Oid): Instance | undefined {
    const all = this.current();
    // A walk asks for what is behind the answer before.
    const before = all[this.given - 1];
    const isNext = before !== undefined && compareOids(before.oid, oid) === 0;
    let at = isNext ? this.given : firstFrom(all, oid);
    const found = all[at];
    if (!isNext && found !== undefined && compareOids(found.oid, oid) === 0) at++;
    this.given = at + 1;
    return all[at];
  }

  /** The next request looks anew. */
  forget(): void {
    this.lookMs = Number.NEGATIVE_INFINITY;
  }

  /** The sensor as the answers of just now have it. */
  private current(): readonly Instance[] {
    const nowMs = this.now();
    // A clock that was set back does not keep an old look.
    if (nowMs >= this.lookMs && nowMs - this.lookMs < MAX_AGE_MS) return this.instances.all;
    this.lookMs = nowMs;
    this.looks++;
    this.pulse();
    this.instances.take(this.look());
    return this.instances.all;
  }

  private look(): MibSnapshot {
    const { source } = this;
    const status = source.status();
    const counters = source.counters();
    return {
      status,
      counters,
      incidents: source.incidents(),
      sinks: this.sinks.assign(status.sinks, counters.sinks),
      findingTimes: this.times.all,
    };
  }
}

/** Place of the first that is `oid` or behind it. */
function firstFrom(instances: readonly Instance[], oid: Oid): number {
  let [low, high] = [0, instances.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareOids(instances[middle]!.oid, oid) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
