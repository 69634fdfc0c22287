// Who lives in our networks, as the running sensor knows it: put together, handed to the workers, kept over restarts,
// asked for.
// Apart from the daemon because home networks change, by a reload or by themselves where they are guessed, while workers
// come and go.
// Always holds: a worker knows all of it before its first packet; nothing is changed under its feet: it takes networks
// and addresses at its turn; whatever fails here, packets are taken on.

import type { AddressState } from "../cause/questions.js";
import type { StrayConfig } from "../config/types.js";
import { type Address, addressOf, addressText, hasAddress, type Network } from "../dark/address.js";
import type { AliveEntry } from "../dark/alive-book.js";
import { type SystemInterfaces, systemInterfaces } from "../dark/guess.js";
import { Homes } from "../dark/homes.js";
import { type DarkView, Judge } from "../dark/judge.js";
import type { Clocks } from "../dark/learning.js";
import { type ListText, parseListInTurns } from "../dark/list-text.js";
import { StateSaver } from "../dark/saver.js";
import type { SavedState } from "../dark/state-text.js";
import { StrayError } from "../errors.js";
import type { SinkLog } from "../export/sink.js";
import { profileLimits } from "../wasm/profiles.js";
import { AliveSync } from "./alive-sync.js";
import { LossTimes } from "./loss-times.js";
import type { Counts, DetectionReport } from "./view.js";
import type { WorkerHandle } from "./worker-handle.js";
import type { Beginning, KnownAddresses } from "./worker-known.js";

/** With one worker nobody waits for what it heard. */
const COLLECT_ALONE_MS = 10_000;
const GUESS_MS = 30_000;
const EXPIRE_MS = 600_000;
/** Expired ones are kept that much longer, to be told of. */
const EXPIRED_KEPT = 2;
/** Of the places of the living, lists may take one in so many. */
const GIVEN_SHARE = 4;

export interface DarkParts {
  readonly log: SinkLog;
  workers(): readonly WorkerHandle[];
  /** For tests; otherwise this machine's. */
  readonly interfaces?: () => SystemInterfaces;
  readonly clocks?: () => Clocks;
}

export interface ImportReport {
  readonly used: number;
  readonly unused: number;
  readonly alive: number;
}

export interface ForgetReport {
  /** Lines of lists, and addresses heard. */
  readonly lists: number;
  readonly alive: number;
}

export class DarkKeeper implements KnownAddresses {
  readonly losses = new LossTimes();
  private readonly clocks: () => Clocks;
  private readonly homes: Homes;
  private readonly sync: AliveSync;
  private readonly saver: StateSaver;
  private config: StrayConfig | undefined;
  private cached: Judge | undefined;
  private readonly collected = { atMs: 0, guessedMs: 0, expiredMs: 0 };
  /** Changes of networks go one behind the other. */
  private turn: Promise<unknown> = Promise.resolve();
  private isSharing = false;

  constructor(private readonly parts: DarkParts) {
    this.clocks = parts.clocks ?? (() => ({ wallMs: Date.now(), steadyMs: performance.now() }));
    this.homes = new Homes(this.clocks, parts.interfaces ?? systemInterfaces);
    this.sync = new AliveSync(parts.workers, (heard) =>
      heard === "new" ? this.saver.noteNews() : this.saver.noteTimes(),
    );
    this.saver = new StateSaver({ log: parts.log, state: () => this.state() });
  }

  get isOn(): boolean {
    return this.config?.detection.enabled === true;
  }

  /** Before the workers start: reads what was known before. @throws StrayError where the networks are too many. */
  open(config: StrayConfig): void {
    this.config = config;
    const { enabled, directory } = config.detection;
    this.resize(config);
    const saved = enabled ? this.saver.open(directory, this.nowMs) : undefined;
    const isFresh = saved !== undefined && this.restore(saved);
    this.homes.use(settingsOf(config), isFresh ? saved.homes : []);
    this.cached = undefined;
    if (enabled) this.tell();
  }

  /** Another configuration. Workers that run take it at their turn. @throws StrayError; then nothing is changed. */
  use(config: StrayConfig): Promise<void> {
    return this.inTurn(async () => {
      const before = this.config?.detection;
      const { enabled, directory } = config.detection;
      const isElsewhere = enabled !== this.isOn || directory !== before?.directory;
      // As long as the networks are those that it is about.
      if (isElsewhere) await this.saver.close(this.nowMs);
      try {
        await this.change(() => this.homes.use(settingsOf(config)));
      } catch (error) {
        if (isElsewhere && before?.enabled) this.saver.open(before.directory, this.nowMs);
        throw error;
      }
      this.config = config;
      this.resize(config);
      if (!enabled) return;
      if (isElsewhere) await this.reopen(config, before?.enabled === true);
      this.tell();
    });
  }

  /** What is known goes on; where nothing was, what lies there is taken. */
  private async reopen(config: StrayConfig, wasOn: boolean): Promise<void> {
    const saved = this.saver.open(config.detection.directory, this.nowMs);
    if (wasOn) this.saver.noteTold();
    else if (saved !== undefined) {
      const isFresh = this.restore(saved);
      await this.change(() => this.homes.use(settingsOf(config), isFresh ? saved.homes : []));
    }
  }

  /** Once a second. */
  pulse(): void {
    if (!this.isOn) return;
    const { nowMs, collected } = this;
    const { aliveMs } = this.config!.detection;
    const isAlone = this.parts.workers().length === 1;
    if (!isAlone || Math.abs(nowMs - collected.atMs) >= COLLECT_ALONE_MS) this.collectAll();
    if (!isAlone) this.share();
    if (this.homes.look(aliveMs)) this.later(async () => this.change(() => undefined));
    if (Math.abs(nowMs - collected.guessedMs) >= GUESS_MS) {
      collected.guessedMs = nowMs;
      if (this.homes.hasOtherGuess()) this.later(() => this.guessAgain());
    }
    if (aliveMs > 0 && Math.abs(nowMs - collected.expiredMs) >= EXPIRE_MS) {
      collected.expiredMs = nowMs;
      this.sync.book.expire(nowMs - EXPIRED_KEPT * aliveMs);
    }
    this.saver.pulse(nowMs, aliveMs);
  }

  // ---- What workers are given -----------------------------------------------------------------------------

  begin(worker: WorkerHandle): Beginning {
    const { placed } = this.homes;
    return {
      homes: placed.homes,
      given: this.sync.begin(worker, placed.given),
      hasConversed: this.sync.hasConversed,
    };
  }

  collect(worker: WorkerHandle): void {
    if (this.isOn) this.sync.collect(worker);
  }

  /** Other interfaces may see one direction only: a conversation has to be heard again. */
  forgetConversations(): void {
    this.sync.hasConversed = false;
    this.sync.tidy();
  }

  noteLoss(worker: WorkerHandle, sinceMs: number, nowMs: number): void {
    worker.noteLoss(nowMs);
    this.losses.add(sinceMs, nowMs);
  }

  // ---- What is asked ------------------------------------------------------------------------------------------

  /** As of this moment. @throws StrayError DETECTION_OFF */
  judge(): Judge {
    this.check();
    this.collectAll();
    return this.current;
  }

  /** For causes: what is known of a flow's address, a few seconds ago at the latest. */
  stateOf(text: string): AddressState {
    // Without home networks nobody can say what is foreign.
    if (!this.isOn || this.homes.networks.length === 0) return "unknown";
    const address = addressOf(text);
    if (address === undefined) return "unknown";
    const { state } = this.current.judge(address);
    return state === "group" ? "unknown" : state;
  }

  /** Takes a text of lists whole, or nothing of it. @throws StrayError LIST_INVALID, LIST_FOREIGN and the like */
  async import(text: string, isInstead: boolean): Promise<ImportReport> {
    this.check();
    const list = await parseListInTurns(text, this.nowMs);
    checkList(list);
    return await this.inTurn(async () => {
      this.homes.checkOurs(list.alive);
      await this.change(() => this.homes.import(list.lists, isInstead));
      for (const { network, entry } of list.alive) this.sync.hear(network.first, entry);
      this.saver.noteTold();
      this.share();
      const used = list.lists.filter(({ use }) => use === "used").length;
      return { used, unused: list.lists.length - used, alive: list.alive.length };
    });
  }

  /** Takes away what was imported and heard of these networks; who speaks again is heard again. */
  forget(networks: readonly Network[]): Promise<ForgetReport> {
    this.check();
    return this.inTurn(async () => {
      this.collectAll();
      let lists = 0;
      await this.change(() => {
        lists = this.homes.forget(networks);
      });
      const alive = await this.sync.forget((address) =>
        networks.some((network) => hasAddress(network, address)),
      );
      if (lists + alive > 0) this.saver.noteTold();
      return { lists, alive };
    });
  }

  report(): DetectionReport {
    const { networks, lists } = this.homes;
    const { nowMs, saver, isOn } = this;
    return {
      enabled: isOn,
      homes: networks.map(({ network, from, learnUntilMs }) => ({
        network: network.text,
        from,
        learningUntilMs: learnUntilMs > nowMs ? learnUntilMs : null,
      })),
      alive: isOn ? this.sync.book.size : 0,
      aliveMax: isOn ? this.sync.book.capacity : 0,
      hasConversed: this.sync.hasConversed,
      used: lists.filter(({ use }) => use === "used").length,
      unused: lists.filter(({ use }) => use === "unused").length,
      keptIn: saver.path ?? null,
      savedMs: saver.savedMs ?? null,
    };
  }

  problems(): string[] {
    if (!this.isOn) return [];
    const { problem } = this.saver;
    return [
      ...(problem === undefined ? [] : [problem]),
      ...(this.homes.isImportLeftOut
        ? ["imported lists are not in force: with the configured ones they have too many networks"]
        : []),
    ];
  }

  counters(): Counts {
    const { saves, bytes, errors, damaged } = this.saver.counts;
    const { told, torn, evicted } = this.sync.counts;
    return {
      "alive-told": told,
      "alive-torn": torn,
      "alive-let-go": evicted,
      "dark-saves": saves,
      "dark-saved-bytes": bytes,
      "dark-save-errors": errors,
      "dark-damaged": damaged,
    };
  }

  /** After the workers: what they heard is written. */
  async close(): Promise<void> {
    await this.turn;
    await this.saver.close(this.nowMs);
  }

  // ---- Within -------------------------------------------------------------------------------------------------

  private get nowMs(): number {
    return this.clocks().wallMs;
  }

  private check(): void {
    if (this.isOn) return;
    throw new StrayError(
      "DETECTION_OFF",
      "detection.enabled is false in the configuration: nothing is known of addresses",
    );
  }

  private collectAll(): void {
    this.collected.atMs = this.nowMs;
    this.sync.collectAll();
  }

  private get current(): Judge {
    const keeper = this;
    this.cached ??= new Judge({
      homes: this.homes.networks,
      lists: this.homes.lists,
      get alive() {
        return keeper.sync.book;
      },
      get aliveMs() {
        return keeper.config?.detection.aliveMs ?? 0;
      },
      get hasConversed() {
        return keeper.sync.hasConversed;
      },
      get nowMs() {
        return keeper.nowMs;
      },
    } satisfies DarkView);
    return this.cached;
  }

  /** Changes the networks, then has every worker take what is other than before. @throws what `work` throws */
  private async change(work: () => void): Promise<void> {
    // Of who is listed from now on, nothing that is heard can be seen any more.
    if (this.isOn) this.collectAll();
    const before = this.homes.placed;
    work();
    this.cached = undefined;
    const { homes, given } = this.homes.placed;
    const [old, now] = [new Set(before.given), new Set(given)];
    try {
      await Promise.all(this.parts.workers().map((worker) => worker.send({ type: "homes", homes })));
      await this.sync.dropListed(before.given.filter((address) => !now.has(address)));
      await this.sync.giveListed(given.filter((address) => !old.has(address)));
    } catch (error) {
      if (!(error instanceof StrayError)) throw error;
      // It goes on with what it had, and is ended for it: it begins anew with all of this.
      this.parts.log("warn", `home networks: ${error.message}`);
    }
  }

  private async guessAgain(): Promise<void> {
    const before = this.homes.networks;
    await this.change(() => this.homes.guessAgain());
    if (this.homes.networks !== before) this.tell();
  }

  private share(): void {
    if (this.isSharing) return;
    this.isSharing = true;
    void this.sync.share().finally(() => {
      this.isSharing = false;
    });
  }

  /** One behind the other; what fails is the caller's. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** What nobody waits for: a failure is logged. */
  private later(work: () => Promise<void>): void {
    this.inTurn(work).catch((error: Error) => this.parts.log("error", `home networks: ${error.message}`));
  }

  private resize({ sensor }: StrayConfig): void {
    this.sync.resize(profileLimits(sensor.profile).aliveLimit);
  }

  /** Takes what another life knew; answers whether its learning still counts. */
  private restore(saved: SavedState): boolean {
    const { nowMs } = this;
    const { aliveMs } = this.config!.detection;
    this.homes.restore(saved.lists.filter(({ origin }) => origin === "imported"));
    if (aliveMs !== 0 && nowMs - saved.savedMs > aliveMs) {
      this.parts.log(
        "warn",
        "what was known of addresses is older than detection.alive: all are learnt anew",
      );
      return false;
    }
    let alive = 0;
    for (const [text, entry] of saved.alive) {
      const address = addressOf(text);
      if (address === undefined || (aliveMs !== 0 && nowMs - entry.lastMs > aliveMs)) continue;
      this.sync.book.hear(address, entry);
      alive++;
    }
    const isLearning = saved.homes.some(({ learnLeftMs }) => learnLeftMs > 0);
    const words = isLearning ? "learning goes on where it was" : "their networks need not be learnt again";
    this.parts.log("info", `${alive} addresses are known to be in use from before: ${words}`, { alive });
    return true;
  }

  private state(): SavedState {
    const { book, hasConversed } = this.sync;
    return {
      savedMs: Math.floor(this.nowMs),
      aliveMs: this.config?.detection.aliveMs ?? 0,
      hasConversed,
      homes: this.homes.saved(),
      lists: this.homes.lists,
      alive: inWords(book.all()),
    };
  }

  private tell(): void {
    const { networks, isGuessed } = this.homes;
    const { log } = this.parts;
    if (networks.length === 0) {
      const text =
        "no home networks are known, so no address is called dark: no capture interface has an address";
      log("warn", `${text}; set sensor.home`);
      return;
    }
    const { nowMs } = this;
    const until = Math.max(...networks.map(({ learnUntilMs }) => learnUntilMs));
    const learning = until > nowMs ? `; learning until ${new Date(until).toISOString()}` : "";
    const names = networks.map(({ network, from }) =>
      isGuessed ? `${network.text} (${from})` : network.text,
    );
    const text = isGuessed ? "home networks, guessed since sensor.home names none" : "home networks";
    log("info", `${text}: ${names.join(", ")}${learning}`, {
      homes: networks.map(({ network }) => network.text),
    });
  }
}

/** Gone through while others have their turn: the book may change meanwhile. */
function* inWords(
  entries: Iterable<readonly [Address, AliveEntry]>,
): Generator<readonly [string, AliveEntry]> {
  for (const [address, entry] of entries) yield [addressText(address), entry];
}

function settingsOf({ sensor, capture, detection }: StrayConfig) {
  const { aliveLimit } = profileLimits(sensor.profile);
  return {
    home: detection.enabled ? sensor.home : [],
    interfaces: detection.enabled ? capture.interfaces : [],
    used: detection.enabled ? detection.used : [],
    unused: detection.enabled ? detection.unused : [],
    learnMs: detection.learnMs,
    givenMax: aliveLimit / GIVEN_SHARE,
  };
}

function checkList({ problems }: ListText): void {
  const [first, ...more] = problems;
  if (first === undefined) return;
  const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
  throw new StrayError("LIST_INVALID", `line ${first.line}: ${first.message}${rest}`);
}
