// Which networks are ours, how that is known, and what lists say of them: from the configuration, from the interfaces
// where it says nothing, from what a person imported.
// Apart from the tables of who lives there because networks are few, and come and go otherwise.
// Always holds: what does not fit what the module can tell apart changes nothing; a network that is still there goes on
// being learnt where it was; an interface that has lost its addresses keeps the networks guessed from it.

import { StrayError } from "../errors.js";
import { hasAddress, isWithin, type Network, networkOf } from "./address.js";
import { type Guess, guessHomes, type SystemInterfaces } from "./guess.js";
import { type Clocks, Learning } from "./learning.js";
import type { ListLine } from "./list-text.js";
import { effectiveLists, type HomeNetwork, type ListEntry, type Placed, placeNetworks } from "./networks.js";
import type { SavedHome } from "./state-text.js";

export interface HomesSettings {
  /** `sensor.home` */
  readonly home: readonly string[];
  readonly interfaces: readonly string[];
  readonly used: readonly string[];
  readonly unused: readonly string[];
  readonly learnMs: number;
  /** Single addresses that lists may name as used. */
  readonly givenMax: number;
}

export const FROM_CONFIGURATION = "sensor.home";
const NOTHING: Placed = { homes: [], given: [] };

export class Homes {
  /** As the module is to have it. */
  placed: Placed = NOTHING;
  networks: readonly HomeNetwork[] = [];
  lists: readonly ListEntry[] = [];
  /** Imported lines are not in force: with them there are too many networks. */
  isImportLeftOut = false;
  private settings: HomesSettings | undefined;
  private imported: readonly ListEntry[] = [];
  private readonly guesses = new Map<string, readonly Guess[]>();
  private readonly learning: Learning;

  constructor(
    private readonly clocks: () => Clocks,
    private readonly system: () => SystemInterfaces,
  ) {
    this.learning = new Learning(clocks());
  }

  get isGuessed(): boolean {
    return this.settings?.home.length === 0;
  }

  /** @throws StrayError HOMES_TOO_MANY; then nothing is changed. */
  use(settings: HomesSettings, saved: readonly SavedHome[] = []): void {
    const before = this.settings;
    this.settings = settings;
    try {
      this.guess();
      this.place(this.imported, saved);
    } catch (error) {
      this.settings = before;
      throw error;
    }
  }

  /** Those of another life; in force with the next use(). */
  restore(imported: readonly ListEntry[]): void {
    this.imported = effectiveLists(imported);
  }

  /** Looks at the interfaces and the clocks; answers whether something is other than before. */
  look(aliveMs: number): boolean {
    const { settings } = this;
    if (settings === undefined) return false;
    const clocks = this.clocks();
    const jump = this.learning.jumpMs(clocks);
    // What was learnt before the clock was set is too old by the clock that is right.
    if (aliveMs !== 0 && jump > aliveMs) this.learning.restart(settings.learnMs, clocks);
    if (jump !== 0) this.place(this.imported, []);
    return jump !== 0;
  }

  /** The interfaces have other networks than those that were guessed. */
  hasOtherGuess(): boolean {
    const { settings } = this;
    if (settings === undefined || !this.isGuessed) return false;
    const names = (found: readonly { readonly network: Network }[]) =>
      found.map(({ network }) => network.text).join();
    const before = names(this.found(settings));
    this.guess();
    return names(this.found(settings)) !== before;
  }

  guessAgain(): void {
    this.guess();
    this.place(this.imported, []);
  }

  /**
   * Takes lines of an import, beside those before or in their place.
   * @throws StrayError LIST_FOREIGN, HOMES_TOO_MANY, LIST_TOO_LONG; then nothing is changed.
   */
  import(lines: readonly ListLine[], isInstead: boolean): void {
    this.checkOurs(lines);
    const added = lines.map(({ network, use, comment }) => ({
      network,
      use,
      comment,
      origin: "imported" as const,
    }));
    const all = effectiveLists([...(isInstead ? [] : this.imported), ...added]);
    const { settings, networks } = this;
    placeNetworks(networks, [...configuredLists(settings), ...all], settings?.givenMax ?? 0);
    this.imported = all;
    this.place(all, []);
  }

  /** Takes away what was imported of these networks; answers how many lines that were. */
  forget(networks: readonly Network[]): number {
    const kept = this.imported.filter(({ network }) => !networks.some((outer) => isWithin(network, outer)));
    const gone = this.imported.length - kept.length;
    this.imported = kept;
    if (gone > 0) this.place(kept, []);
    return gone;
  }

  /** @throws StrayError LIST_FOREIGN where one is not of our networks. */
  checkOurs(lines: readonly { readonly line: number; readonly network: Network }[]): void {
    const foreign = lines.filter(
      ({ network }) => !this.networks.some((home) => isWithin(network, home.network)),
    );
    const [first] = foreign;
    if (first === undefined) return;
    const more = foreign.length > 1 ? `, and ${foreign.length - 1} more` : "";
    const known = this.networks.map(({ network }) => network.text).slice(0, 4);
    const where =
      known.length === 0 ? "no home networks are known: set sensor.home" : `those are ${known.join(", ")}`;
    throw new StrayError(
      "LIST_FOREIGN",
      `line ${first.line}: ${first.network.text} lies in no home network${more}; ${where}`,
    );
  }

  isOurs(address: bigint): boolean {
    return [...this.networks, ...this.lists].some(({ network }) => hasAddress(network, address));
  }

  saved(): SavedHome[] {
    const clocks = this.clocks();
    return this.networks.map(({ network: { text }, from }) => ({
      network: text,
      from,
      learnLeftMs: this.learning.leftMs(text, clocks),
    }));
  }

  private guess(): void {
    const { settings } = this;
    if (settings === undefined || !this.isGuessed) return;
    const system = this.system();
    for (const known of this.guesses.keys())
      if (!settings.interfaces.includes(known)) this.guesses.delete(known);
    for (const name of settings.interfaces) {
      const found = guessHomes([name], system);
      if (found.length > 0) this.guesses.set(name, found);
    }
  }

  /** `saved`: learning that was left in another life. */
  private place(imported: readonly ListEntry[], saved: readonly SavedHome[]): void {
    const { settings } = this;
    if (settings === undefined) return;
    const clocks = this.clocks();
    const found = this.found(settings);
    const configured = configuredLists(settings);
    const without = found.map((home) => ({ ...home, learnUntilMs: 0 }));
    placeNetworks(without, configured, settings.givenMax);
    this.learning.use(
      found.map(({ network }) => network.text),
      settings.learnMs,
      saved,
      clocks,
    );
    this.networks = found.map((home) => ({
      ...home,
      learnUntilMs: this.learning.untilMs(home.network.text, clocks),
    }));
    this.lists = [...configured, ...imported];
    this.isImportLeftOut = false;
    try {
      this.placed = placeNetworks(this.networks, this.lists, settings.givenMax);
    } catch (error) {
      if (!(error instanceof StrayError)) throw error;
      this.isImportLeftOut = true;
      this.lists = configured;
      this.placed = placeNetworks(this.networks, configured, settings.givenMax);
    }
  }

  private found({ home, interfaces }: HomesSettings): { network: Network; from: string }[] {
    const all = new Map<string, { network: Network; from: string }>();
    const add = (network: Network | undefined, from: string): void => {
      if (network !== undefined && !all.has(network.text)) all.set(network.text, { network, from });
    };
    for (const text of home) add(networkOf(text), FROM_CONFIGURATION);
    if (home.length > 0) return [...all.values()];
    for (const name of interfaces) {
      for (const { network } of this.guesses.get(name) ?? []) add(network, `guessed from ${name}`);
    }
    return [...all.values()];
  }
}

function configuredLists(settings: HomesSettings | undefined): ListEntry[] {
  const entries = (use: "used" | "unused") =>
    (settings?.[use] ?? []).flatMap((text): ListEntry[] => {
      const network = networkOf(text);
      return network === undefined ? [] : [{ network, use, origin: "configured", comment: "" }];
    });
  return [...entries("used"), ...entries("unused")];
}
