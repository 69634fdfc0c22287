// The incidents in use, between the engine's memory and the database: found by key, changed in memory, written in batches.
// Apart from the engine, which decides what belongs together, and from the file, which may be full, locked or damaged.
// Always holds: memory is bounded (LIVE_MAX incidents, FACTS_WAITING_MAX facts) whatever happens; what is changed is
// written within SOON_MS (counts within LATER_MS), all of a batch or nothing of it; what can't be written is kept and tried
// again; nobody is told of an incident before it is written.

import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { StrayError } from "../errors.js";
import { Backoff } from "../export/backoff.js";
import { LimitedLog } from "../export/limited-log.js";
import type { SinkLog, SinkState } from "../export/sink.js";
import { isDamage, SqliteError } from "../sqlite/codes.js";
import type { Database } from "../sqlite/database.js";
import type { StoreLock } from "../store/lock.js";
import { reasonOf } from "../store/store-problem.js";
import { FILE_NAME, identity, moveAside, openIncidentFile } from "./incident-file.js";
import { IncidentStore } from "./incident-store.js";
import { type IncidentColumns, LiveIncident } from "./live.js";
import { LiveCache } from "./live-cache.js";
import type { EventWord } from "./model.js";
import { type ActiveMute, MuteList } from "./mutes.js";
import { makeRoom, type Room } from "./retention.js";

/** Incidents in memory. */
export const LIVE_MAX = 4096;
/** Facts that wait for being written, of all incidents. */
const FACTS_WAITING_MAX = 4096;
const SOON_MS = 500;
const LATER_MS = 5000;
/** Incidents in one transaction. */
const BATCH_MAX = 200;
/** For one transaction, so that nobody waits long for the main thread; the next one follows at the next pulse. */
const BATCH_TIME_MS = 15;
const CHECKPOINT_MS = 10_000;
const LOOK_MS = 10_000;
const ID_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ID_LENGTH = 8;

export interface BookOptions {
  readonly directory: string;
  readonly quotaBytes: number;
  /** Incidents kept at most. */
  readonly max: number;
  readonly log: SinkLog;
  readonly now: () => number;
  readonly liveMax: number;
  /** Called before an incident is written: causes, title. */
  readonly beforeSave: (live: LiveIncident, nowMs: number) => void;
  /** Called once for each that is new, when it is written. */
  readonly onOpened?: ((live: LiveIncident) => void) | undefined;
}

export class IncidentBook {
  readonly mutes = new MuteList();
  readonly counts = {
    opened: 0,
    reopened: 0,
    "facts-dropped": 0,
    flushes: 0,
    "flush-errors": 0,
    "flush-us": 0,
    "flush-us-most": 0,
    "damaged-files": 0,
    "removed-closed": 0,
    "removed-acknowledged": 0,
    "removed-open": 0,
  };
  /** Nothing can be removed: nothing more is opened. */
  isFull = false;
  private store: IncidentStore | undefined;
  private lock: StoreLock | undefined;
  private device = "";
  private salt = "";
  private nextNumber = 1;
  private rows = 0;
  private readonly cache: LiveCache;
  private failure: string | undefined;
  private readonly backoff = new Backoff({ minMs: 1000, maxMs: 30_000 });
  private readonly log: LimitedLog;
  private checkpointMs = 0;
  private lookMs = 0;
  private roomMs = 0;
  private hasWritten = false;
  private isClosed = false;
  private recovering: Promise<void> | undefined;

  constructor(private readonly options: BookOptions) {
    this.log = new LimitedLog("incidents", options.log);
    this.cache = new LiveCache(options.liveMax);
  }

  // ---- Opening --------------------------------------------------------------------------------------------

  /** Tries to open the file, if that is due. Never throws: state() says what is in the way. */
  open(nowMs: number): void {
    if (this.store !== undefined || this.isClosed || this.recovering !== undefined) return;
    if (!this.backoff.isDue(nowMs)) return;
    try {
      this.use(nowMs);
      this.succeed(nowMs);
    } catch (error) {
      this.fail(nowMs, "open", `can't be opened: ${reason(error)}`);
    }
  }

  get isOpen(): boolean {
    return this.store !== undefined;
  }

  /** @throws StrayError INCIDENTS_UNAVAILABLE while the file can't be used. */
  get reader(): IncidentStore {
    if (this.store !== undefined) return this.store;
    const why = this.failure ?? "they are being opened";
    throw new StrayError("INCIDENTS_UNAVAILABLE", `incidents can't be read or changed just now: ${why}`);
  }

  private use(nowMs: number): void {
    const { directory } = this.options;
    const { database, lock, damaged, device } = openIncidentFile(directory, nowMs);
    this.lock = lock;
    this.device = device;
    if (damaged !== undefined) this.tellDamage(nowMs, damaged.name, damaged.reason);
    try {
      this.adopt(database);
    } catch (error) {
      this.store = undefined;
      void database.close();
      lock.release();
      throw error;
    }
  }

  private adopt(database: Database): void {
    const store = new IncidentStore(database);
    this.salt = store.meta("salt") ?? randomBytes(16).toString("hex");
    store.setMeta("salt", this.salt);
    this.nextNumber = Math.max(this.nextNumber, store.lastNumber + 1);
    this.rows = store.tally().reduce((sum, { count }) => sum + count, this.cache.unstored);
    store.eachKey((key, incident) => this.cache.knowKey(key, incident));
    for (const mute of store.mutes()) if (this.mutes.get(mute.number) === undefined) this.mutes.add(mute);
    const stored = new Set(store.mutes().map(({ number }) => number));
    for (const mute of this.mutes.all) if (!stored.has(mute.number)) store.restoreMute(mute);
    this.store = store;
  }

  // ---- Finding and making ---------------------------------------------------------------------------------

  /** Whether there is, or was, an incident of that key. */
  has(key: string): boolean {
    return this.cache.numberOf(key) !== undefined;
  }

  /** The latest incident of that key. @throws SqliteError, StrayError when it has to be read and can't be. */
  byKey(key: string): LiveIncident | undefined {
    const number = this.cache.numberOf(key);
    return number === undefined ? undefined : this.byNumber(number);
  }

  /** In memory just now; costs no question to the database. */
  inMemory(key: string): LiveIncident | undefined {
    const number = this.cache.numberOf(key);
    return number === undefined ? undefined : this.cache.get(number);
  }

  /** It is the one in memory still. */
  holds(live: LiveIncident): boolean {
    return this.cache.get(live.number) === live;
  }

  byNumber(number: number): LiveIncident | undefined {
    const known = this.cache.get(number);
    if (known === undefined && !this.cache.hasRoom) {
      throw new StrayError("INCIDENTS_UNAVAILABLE", "too many incidents wait to be written");
    }
    const live = known ?? this.store?.load(number);
    if (live !== undefined) this.cache.touch(live);
    return live;
  }

  /** @throws StrayError INCIDENT_UNKNOWN when there is none, or several begin so. */
  byId(text: string): LiveIncident {
    const id = text.toUpperCase();
    const number = this.reader.find(id) ?? this.byPrefix(id);
    const live = number === undefined ? undefined : this.byNumber(number);
    if (live === undefined) throw new StrayError("INCIDENT_UNKNOWN", `no incident is called ${id}`);
    return live;
  }

  private byPrefix(id: string): number | undefined {
    const ids = id.length < 3 ? [] : this.reader.idsLike(id);
    if (ids.length > 1) {
      throw new StrayError("INCIDENT_UNKNOWN", `several incidents begin with ${id}: ${ids.join(", ")} …`);
    }
    return ids[0] === undefined ? undefined : this.reader.find(ids[0]);
  }

  /** True while one more may be opened. */
  get hasRoom(): boolean {
    if (this.store === undefined || this.isFull) return false;
    // Some more than may stay: the next batch removes the oldest.
    if (this.rows >= this.options.max + BATCH_MAX) return false;
    return this.cache.hasRoom;
  }

  create(key: string, columns: Omit<IncidentColumns, "number" | "id">): LiveIncident {
    const number = this.nextNumber++;
    const live = new LiveIncident({ ...columns, number, id: this.idOf(key, columns.firstUs, number) });
    this.cache.addKey(key, number);
    this.rows++;
    this.cache.touch(live);
    this.event(live, "opened", "strayd", "");
    this.mark(live, true);
    return live;
  }

  /** Stable, and not the same as one of a file that was lost. */
  private idOf(key: string, firstUs: number, number: number): string {
    for (let round = 0; ; round++) {
      const hash = createHash("sha256").update(`${this.salt} ${key} ${firstUs} ${number} ${round}`).digest();
      const letters = [...hash.subarray(0, ID_LENGTH)].map((byte) => ID_LETTERS[byte & 31]);
      const id = `I-${letters.join("")}`;
      if (this.store === undefined || this.store.find(id) === undefined) return id;
    }
  }

  // ---- Changing -------------------------------------------------------------------------------------------

  mark(live: LiveIncident, isUrgent: boolean): void {
    live.dirty(this.options.now(), isUrgent);
    this.cache.change(live);
  }

  event(live: LiveIncident, what: EventWord, who: string, text: string): void {
    live.addEvent({ ms: this.options.now(), what, who, text });
  }

  /** Room for one flow's facts more. */
  takeFacts(): boolean {
    if (this.cache.factsWaiting >= FACTS_WAITING_MAX) {
      this.counts["facts-dropped"]++;
      return false;
    }
    this.cache.factsWaiting++;
    return true;
  }

  /** One flow's facts were put in the place of others that waited too. */
  giveFacts(): void {
    this.cache.factsWaiting--;
  }

  /** It went into another one, which has its keys now. */
  absorbed(number: number, into: number): void {
    this.cache.rekey(number, into);
    this.forget(number);
  }

  private forget(number: number): void {
    this.cache.forget(number);
    this.rows = Math.max(0, this.rows - 1);
  }

  get inUse(): number {
    return this.cache.size;
  }

  // ---- Writing --------------------------------------------------------------------------------------------

  /** About ten times a second. */
  pulse(nowMs: number): void {
    this.open(nowMs);
    if (this.store === undefined) return;
    this.expireMutes(nowMs);
    this.lookForFile(nowMs);
    if (this.isDue(nowMs)) this.flush(nowMs);
    if (this.store !== undefined) this.lookForRoom(this.store, nowMs);
    if (this.hasWritten && isSince(this.checkpointMs, nowMs, CHECKPOINT_MS)) this.checkpoint(nowMs);
  }

  /** Writes all that is changed. @throws StrayError INCIDENTS_UNAVAILABLE when it can't. */
  flushAll(nowMs: number): void {
    this.open(nowMs);
    while (this.hasChanges) {
      if (!this.flush(nowMs)) {
        throw new StrayError(
          "INCIDENTS_UNAVAILABLE",
          `incidents can't be written just now: ${this.failure ?? "they are being opened"}`,
        );
      }
    }
  }

  /**
   * An operator's change of one incident: in the file when this returns, or not made at all.
   * @throws StrayError INCIDENTS_UNAVAILABLE when it can't be written.
   */
  change(live: LiveIncident, nowMs: number, work: (store: IncidentStore) => void): void {
    this.changing(nowMs, (store) => {
      try {
        work(store);
        this.options.beforeSave(live, nowMs);
        live.columns.changedMs = nowMs;
        store.save(live);
      } catch (error) {
        // It is read again as it was.
        this.cache.forget(live.number, true);
        throw error;
      }
    });
    this.cache.written(live);
  }

  /** A change of something else, with all that waits written before. @throws as change() */
  changing<Result>(nowMs: number, work: (store: IncidentStore) => Result): Result {
    this.flushAll(nowMs);
    const { reader: store } = this;
    try {
      return store.database.transaction(() => work(store));
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      this.counts["flush-errors"]++;
      if (isDamage(error)) this.recover(nowMs, reason(error));
      throw new StrayError("INCIDENTS_UNAVAILABLE", `nothing was changed: ${reason(error)}`);
    }
  }

  /** Waits until nothing is under way; what could not be written is told. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    const nowMs = this.options.now();
    try {
      this.flushAll(nowMs);
    } catch {
      const lost = this.cache.changed.size;
      this.log.say(nowMs, "error", "lost", `changes of ${lost} incidents were not written`, { lost });
    }
    this.isClosed = true;
    await this.recovering;
    await this.store?.database.close();
    this.store = undefined;
    this.lock?.release();
    this.lock = undefined;
  }

  state(): SinkState {
    const { failure } = this;
    if (failure !== undefined) {
      const seconds = Math.ceil(this.backoff.remainingMs(this.options.now()) / 1000);
      return { ok: false, text: `retry in ${seconds} s: ${failure}` };
    }
    if (this.isFull)
      return { ok: false, text: "no room for new incidents: close some, or raise incidents.quota" };
    return { ok: true, text: `${this.rows} incidents` };
  }

  private get hasChanges(): boolean {
    return this.cache.hasChanges || this.mutes.all.some(({ isDirty }) => isDirty);
  }

  private isDue(nowMs: number): boolean {
    if (!this.backoff.isDue(nowMs)) return false;
    if (this.cache.changed.size >= BATCH_MAX) return true;
    for (const { isUrgent, dirtySinceMs } of this.cache.changed) {
      if (isSince(dirtySinceMs, nowMs, isUrgent ? SOON_MS : LATER_MS)) return true;
    }
    return this.mutes.all.some(({ isDirty, lastMs }) => isDirty && isSince(lastMs ?? 0, nowMs, LATER_MS));
  }

  /** One batch in one transaction; answers whether it is written. */
  private flush(nowMs: number): boolean {
    const { store } = this;
    if (store === undefined) return false;
    const begun = performance.now();
    const mutes = this.mutes.all.filter(({ isDirty }) => isDirty);
    try {
      const batch = store.database.transaction(() => this.write(store, mutes, nowMs, begun + BATCH_TIME_MS));
      const fresh = [...batch].filter(({ isStored }) => !isStored);
      for (const live of batch) this.cache.written(live);
      for (const mute of mutes) mute.isDirty = false;
      this.cache.keysWritten();
      this.hasWritten = true;
      this.succeed(nowMs);
      this.measure(begun);
      for (const live of fresh) this.tellOpened(nowMs, live);
      this.keepRoom(store, nowMs);
      return true;
    } catch (error) {
      this.counts["flush-errors"]++;
      if (isDamage(error)) this.recover(nowMs, reason(error));
      else this.fail(nowMs, "write", `can't be written: ${reason(error)}`);
      return false;
    }
  }

  /** Answers what is written: as many as the time allows, one at least. */
  private write(
    store: IncidentStore,
    mutes: readonly ActiveMute[],
    nowMs: number,
    endMs: number,
  ): ReadonlySet<LiveIncident> {
    const batch = new Set<LiveIncident>();
    for (const live of this.cache.changed) {
      if (batch.size >= BATCH_MAX || (batch.size > 0 && performance.now() >= endMs)) break;
      this.options.beforeSave(live, nowMs);
      live.columns.changedMs = nowMs;
      store.save(live);
      batch.add(live);
    }
    for (const [key, number] of this.cache.newKeys) {
      const live = this.cache.get(number);
      // One that waits for its own batch has no row yet.
      if (live?.isStored !== false || batch.has(live)) store.setKey(key, number);
    }
    for (const { number, matched, lastMs } of mutes) store.countMute(number, matched, lastMs ?? nowMs);
    return batch;
  }

  private keepRoom(store: IncidentStore, nowMs: number): void {
    this.roomMs = nowMs;
    const { quotaBytes, max } = this.options;
    const room: Room = makeRoom(store, { quotaBytes, max, rows: this.rows, nowMs });
    for (const number of room.removed) this.forget(number);
    this.cache.dropKeys(room.removed);
    this.counts["removed-closed"] += room.closed;
    this.counts["removed-acknowledged"] += room.acknowledged;
    this.counts["removed-open"] += room.open;
    if (room.isFull && !this.isFull) {
      this.log.say(
        nowMs,
        "error",
        "full",
        "there is no room for new incidents, and none that may be removed",
      );
    }
    this.isFull = room.isFull;
  }

  /** Somebody may have closed one, or one may have grown old, and nothing else is written. */
  private lookForRoom(store: IncidentStore, nowMs: number): void {
    if (!this.isFull || !isSince(this.roomMs, nowMs, SOON_MS)) return;
    try {
      this.keepRoom(store, nowMs);
    } catch (error) {
      this.fail(nowMs, "write", `can't be written: ${reason(error)}`);
    }
  }

  private checkpoint(nowMs: number): void {
    this.checkpointMs = nowMs;
    this.hasWritten = false;
    this.store?.database.checkpoint().catch((error: unknown) => {
      this.hasWritten = true;
      this.log.say(nowMs, "warn", "checkpoint", `the log can't be moved into the database: ${reason(error)}`);
    });
  }

  private expireMutes(nowMs: number): void {
    const over = this.mutes.expire(nowMs);
    if (over.length === 0) return;
    try {
      for (const { number } of over) this.store?.removeMute(number);
    } catch {
      // It is over all the same; its row goes when the file is opened next.
    }
  }

  // ---- When the file is gone or damaged -------------------------------------------------------------------

  private lookForFile(nowMs: number): void {
    if (!isSince(this.lookMs, nowMs, LOOK_MS)) return;
    this.lookMs = nowMs;
    if (identity(join(this.options.directory, FILE_NAME)) === this.device) return;
    this.recover(nowMs, "somebody took the file away");
  }

  /** Begins anew with what is in memory; the damaged file stays beside the new one. */
  private recover(nowMs: number, why: string): void {
    const { store, options } = this;
    if (store === undefined) return;
    this.store = undefined;
    this.fail(nowMs, "damaged", why);
    this.recovering = store.database.close().then(() => {
      this.recovering = undefined;
      try {
        const isThere = identity(join(options.directory, FILE_NAME)) === this.device;
        this.tellDamage(nowMs, isThere ? moveAside(options.directory, nowMs) : "nothing", why);
      } catch (error) {
        this.log.say(nowMs, "error", "aside", `${FILE_NAME} can't be moved aside: ${reason(error)}`);
      }
      this.lock?.release();
      this.lock = undefined;
      this.beginAnew();
    });
  }

  private beginAnew(): void {
    this.cache.dropKeysOfUnknown();
    for (const live of this.cache.all) {
      live.isStored = false;
      this.mark(live, true);
    }
    this.rows = this.cache.size;
  }

  private tellDamage(nowMs: number, name: string, why: string): void {
    this.counts["damaged-files"]++;
    const text = `${FILE_NAME} was damaged (${why}): it is kept as ${name}, and a new one is begun`;
    this.log.say(nowMs, "error", "damaged", text, { file: name });
  }

  private tellOpened(nowMs: number, live: LiveIncident): void {
    this.counts.opened++;
    const { id, title } = live.columns;
    this.log.say(nowMs, "info", "opened", `${id} opened: ${title}`, { incident: id });
    this.options.onOpened?.(live);
  }

  private measure(begun: number): void {
    const us = Math.round((performance.now() - begun) * 1000);
    this.counts.flushes++;
    this.counts["flush-us"] += us;
    this.counts["flush-us-most"] = Math.max(this.counts["flush-us-most"], us);
  }

  private fail(nowMs: number, kind: string, why: string): void {
    this.failure = why;
    this.backoff.fail(nowMs);
    this.log.say(nowMs, "error", kind, why);
  }

  private succeed(nowMs: number): void {
    if (this.failure !== undefined) this.log.say(nowMs, "info", "again", "incidents are kept again");
    this.failure = undefined;
    this.backoff.succeed();
  }
}

function reason(error: unknown): string {
  return error instanceof StrayError ? error.message : reasonOf(error);
}

/** A clock set back makes it due. */
function isSince(thenMs: number, nowMs: number, ms: number): boolean {
  return nowMs - thenMs >= ms || nowMs < thenMs;
}
