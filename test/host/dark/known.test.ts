// What is known beside the tables: the book of the living, the guess, the time of learning, networks from all sources,
// ranges, reports.

import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { ALIVE_HOW_ANSWERED, ALIVE_HOW_ARP, ALIVE_HOW_SENT } from "../../../assembly/detect/detect-layout.js";
import { addressOf, addressText, networkOf } from "../../../host/dark/address.js";
import { AliveBook } from "../../../host/dark/alive-book.js";
import { guessHomes } from "../../../host/dark/guess.js";
import { Homes, type HomesSettings } from "../../../host/dark/homes.js";
import { type DarkView, Judge } from "../../../host/dark/judge.js";
import { Learning } from "../../../host/dark/learning.js";
import { parseList } from "../../../host/dark/list-text.js";
import { type HomeNetwork, type ListEntry, placeNetworks, type Use } from "../../../host/dark/networks.js";
import { addressReport, linePage, networkReports, rangePage } from "../../../host/dark/report.js";
import { StrayError } from "../../../host/errors.js";
import { Random, seedOf } from "../../support/random.js";

const NOW_MS = Date.UTC(2026, 10, 24, 18, 0, 0);
const HOUR_MS = 3_600_000;

const entry = (lastMs: number, how: number = ALIVE_HOW_SENT) => ({ sinceMs: lastMs, lastMs, how });
const home = (text: string, learnUntilMs = 0): HomeNetwork => ({
  network: networkOf(text)!,
  from: "sensor.home",
  learnUntilMs,
});
const listed = (text: string, use: Use, comment = ""): ListEntry => ({
  network: networkOf(text)!,
  use,
  origin: "imported",
  comment,
});

describe("the book of the living", () => {
  it("says what was new", () => {
    const book = new AliveBook(8);
    const hear = (lastMs: number, how?: number) => book.hear(1n, entry(lastMs, how));
    expect([hear(60_000), hear(60_000), hear(60_001), hear(120_000), hear(5, ALIVE_HOW_ARP)]).toEqual([
      "new",
      "nothing",
      "later",
      "minute",
      "more",
    ]);
    expect(book.get(1n)).toEqual({ sinceMs: 5, lastMs: 120_000, how: ALIVE_HOW_SENT | ALIVE_HOW_ARP });
  });

  it("lets those go that only sent, then those longest unheard", () => {
    const book = new AliveBook(100);
    for (let n = 0; n < 60; n++) book.hear(BigInt(n), entry(n, ALIVE_HOW_ANSWERED));
    for (let n = 1000; n < 60_000; n++) book.hear(BigInt(n), entry(n));
    expect(book.size).toBeLessThanOrEqual(100);
    expect(book.size).toBeGreaterThan(80);
    expect(book.size + book.evicted).toBe(60 + 59_000);
    for (let n = 0; n < 60; n++) expect(book.get(BigInt(n))).toBeDefined();
    expect(book.get(59_999n)).toBeDefined();
    // Many that were heard in one moment.
    for (let n = 0; n < 1000; n++) book.hear(BigInt(1e6 + n), entry(5, ALIVE_HOW_ARP));
    expect(book.size).toBeLessThanOrEqual(100);
    expect(book.expire(6)).toBeGreaterThan(0);
    expect(new AliveBook(0).hear(1n, entry(1))).toBe("nothing");
  });

  it("is a plain map, whatever comes and goes", () => {
    const random = new Random(seedOf("the book of the living"));
    for (const capacity of [1, 5, 300]) {
      const book = new AliveBook(capacity);
      const plain = new Map<bigint, { sinceMs: number; lastMs: number; how: number }>();
      for (let step = 0; step < 6000; step++) {
        // As many as fit: what is let go has a test of its own.
        const address =
          (BigInt(random.below(4)) << 126n) + BigInt(random.below(Math.ceil(capacity / 4))) * 0x1_0001n;
        const what = random.below(20);
        if (what === 0) {
          const beforeMs = random.below(2000);
          book.expire(beforeMs);
          for (const [key, { lastMs }] of plain) if (lastMs < beforeMs) plain.delete(key);
        } else if (what === 1) {
          const bit = BigInt(random.below(8));
          const isForgotten = (key: bigint) => (key >> bit) % 3n === 0n;
          book.forget(isForgotten);
          for (const key of plain.keys()) if (isForgotten(key)) plain.delete(key);
        } else if (plain.has(address) || plain.size < capacity) {
          const heard = {
            sinceMs: random.below(3000),
            lastMs: random.below(3000),
            how: random.between(1, 15),
          };
          book.hear(address, heard);
          const known = plain.get(address);
          plain.set(address, {
            sinceMs: Math.min(heard.sinceMs, known?.sinceMs ?? heard.sinceMs),
            lastMs: Math.max(heard.lastMs, known?.lastMs ?? 0),
            how: heard.how | (known?.how ?? 0),
          });
        }
        expect(book.size).toBe(plain.size);
        expect(book.get(address)).toEqual(plain.get(address));
      }
      const sorted = [...plain.keys()].sort((a, b) => (a < b ? -1 : 1));
      expect([...book.sorted()]).toEqual(sorted);
      expect(new Map(book.all())).toEqual(plain);
      const from = 1n << 127n;
      expect([...book.sorted(from)]).toEqual(sorted.filter((key) => key >= from));
    }
  });
});

const address = (cidr: string, internal = false): NetworkInterfaceInfo =>
  ({
    address: cidr.split("/")[0]!,
    cidr,
    internal,
    family: "IPv4",
    mac: "",
    netmask: "",
  }) as NetworkInterfaceInfo;

describe("guessHomes()", () => {
  it("takes the networks of the capture interfaces, and no others", () => {
    const system = {
      lo: [address("127.0.0.1/8", true)],
      eth0: [
        address("192.0.2.7/24"),
        address("169.254.3.4/16"),
        address("2001:db8::7/64"),
        address("fe80::1/64"),
      ],
      eth1: [address("192.0.2.8/24"), address("198.51.100.9/32")],
      eth2: [address("10.0.0.1/8")],
    };
    const guess = (...names: string[]) =>
      guessHomes(names, system).map(({ network, interface: name }) => `${network.text} ${name}`);
    expect(guess("eth0", "eth1", "tap0")).toEqual([
      "192.0.2.0/24 eth0",
      "2001:db8::/64 eth0",
      "198.51.100.9 eth1",
    ]);
    expect(guess("lo")).toEqual([]);
  });
});

describe("learning", () => {
  const clocks = (ms: number, setMs = 0) => ({ wallMs: NOW_MS + ms + setMs, steadyMs: 500 + ms });

  it("takes its time for each network, and goes on where another life left it", () => {
    const learning = new Learning(clocks(0));
    const saved = [
      { network: "a", from: "", learnLeftMs: 0 },
      { network: "b", from: "", learnLeftMs: 1000 },
      { network: "c", from: "", learnLeftMs: 9 * HOUR_MS },
    ];
    learning.use(["a", "b", "c", "d"], HOUR_MS, saved, clocks(0));
    expect(["a", "b", "c", "d"].map((name) => learning.leftMs(name, clocks(0)))).toEqual([
      0,
      1000,
      HOUR_MS,
      HOUR_MS,
    ]);
    expect(learning.untilMs("d", clocks(0))).toBe(NOW_MS + HOUR_MS);
    // Another network comes; those that were there are not begun again.
    learning.use(["a", "d", "e"], HOUR_MS, [], clocks(1000));
    expect(["a", "d", "e"].map((name) => learning.leftMs(name, clocks(1000)))).toEqual([
      0,
      HOUR_MS - 1000,
      HOUR_MS,
    ]);
    expect(learning.untilMs("a", clocks(1000))).toBe(0);
    // One that was gone is.
    learning.use(["b"], HOUR_MS, [], clocks(2000));
    expect(learning.leftMs("b", clocks(2000))).toBe(HOUR_MS);
    learning.use(["b"], 10, [], clocks(2000));
    expect(learning.leftMs("b", clocks(2000))).toBe(10);
  });

  it("is neither cut short nor drawn out by a clock that is set", () => {
    const learning = new Learning(clocks(0));
    learning.use(["a"], HOUR_MS, [], clocks(0));
    expect(learning.jumpMs(clocks(1000, 9999))).toBe(0);
    expect(learning.jumpMs(clocks(1000, 86_400_000))).toBe(86_400_000);
    expect(learning.jumpMs(clocks(2000, 86_400_000))).toBe(0);
    const later = clocks(2000, 86_400_000);
    expect(learning.untilMs("a", later)).toBe(later.wallMs + HOUR_MS - 2000);
    expect(learning.jumpMs(clocks(3000))).toBe(-86_400_000);
  });
});

describe("placeNetworks()", () => {
  it("puts single addresses in use among the living, but where a list around them says otherwise", () => {
    const { homes, given } = placeNetworks(
      [home("10.0.0.0/8", 5)],
      [
        listed("10.0.0.1", "used"),
        listed("10.1.0.0/16", "unused"),
        listed("10.1.0.1", "used"),
        listed("192.0.2.1", "used"),
        listed("10.2.0.0/17", "used"),
        listed("10.2.128.0/17", "used"),
        // What was said later counts.
        listed("10.3.0.0/16", "used"),
        listed("10.3.0.0/16", "unused"),
      ],
      10,
    );
    expect(given.map(addressText)).toEqual(["10.0.0.1"]);
    expect(homes).toEqual([
      { network: "10.0.0.0/8", kind: "ours", learnUntilMs: 5 },
      { network: "10.1.0.1", kind: "used" },
      { network: "10.2.0.0/16", kind: "used" },
      { network: "192.0.2.1", kind: "used" },
      { network: "10.1.0.0/16", kind: "unused" },
      { network: "10.3.0.0/16", kind: "unused" },
    ]);
  });

  it("refuses more than the module tells apart", () => {
    const many = (use: Use, step: number) =>
      Array.from({ length: 300 }, (_, n) => listed(`10.${n >> 7}.${(n & 127) * step}.0/24`, use));
    expect(() => placeNetworks([home("10.0.0.0/8")], many("unused", 2), 10)).toThrow(
      "301 networks, neighbours joined: at most 256 can be told apart; list larger networks",
    );
    expect(placeNetworks([home("10.0.0.0/8")], many("unused", 1), 10).homes.length).toBeLessThan(20);
    const single = Array.from({ length: 11 }, (_, n) => listed(`10.0.0.${n}`, "used"));
    expect(() => placeNetworks([home("10.0.0.0/8")], single, 10)).toThrow(
      /^11 single addresses in use: at most 10 /,
    );
  });
});

class HomesRig {
  ms = 0;
  setMs = 0;
  system: NodeJS.Dict<NetworkInterfaceInfo[]> = { eth0: [address("192.0.2.7/24")] };
  readonly homes = new Homes(
    () => ({ wallMs: NOW_MS + this.ms + this.setMs, steadyMs: this.ms }),
    () => this.system,
  );
  settings: HomesSettings = {
    home: [],
    interfaces: ["eth0", "eth1"],
    used: [],
    unused: [],
    learnMs: HOUR_MS,
    givenMax: 100,
  };

  use(more: Partial<HomesSettings> = {}): this {
    this.settings = { ...this.settings, ...more };
    this.homes.use(this.settings);
    return this;
  }

  get networks(): string[] {
    return this.homes.networks.map(({ network, from }) => `${network.text} ${from}`);
  }

  import(text: string, isInstead = false): void {
    this.homes.import(parseList(text, NOW_MS).lists, isInstead);
  }

  get lists(): string[] {
    return this.homes.lists.map(({ network, use, origin }) => `${network.text} ${use} ${origin}`);
  }
}

describe("home networks", () => {
  it("are those of the configuration, else guessed, and said to be", () => {
    const rig = new HomesRig().use();
    expect(rig.networks).toEqual(["192.0.2.0/24 guessed from eth0"]);
    rig.use({ home: ["10.0.0.0/8", "10.1.2.3/8"] });
    expect(rig.networks).toEqual(["10.0.0.0/8 sensor.home"]);
    rig.use({ home: [] });
    expect(rig.networks).toEqual(["192.0.2.0/24 guessed from eth0"]);
  });

  it("follow the interfaces where they are guessed, but are not lost with an address", () => {
    const rig = new HomesRig().use();
    expect(rig.homes.hasOtherGuess()).toBe(false);
    rig.system = { eth0: [], eth1: [address("198.51.100.1/24")] };
    expect(rig.homes.hasOtherGuess()).toBe(true);
    rig.homes.guessAgain();
    expect(rig.networks).toEqual(["192.0.2.0/24 guessed from eth0", "198.51.100.0/24 guessed from eth1"]);
    rig.system = { eth0: [address("203.0.113.1/24")] };
    expect(rig.homes.hasOtherGuess()).toBe(true);
    rig.homes.guessAgain();
    expect(rig.networks).toEqual(["203.0.113.0/24 guessed from eth0", "198.51.100.0/24 guessed from eth1"]);
    rig.use({ interfaces: ["eth1"] });
    expect(rig.networks).toEqual(["198.51.100.0/24 guessed from eth1"]);
    rig.use({ home: ["10.0.0.0/8"] });
    rig.system = { eth1: [address("192.0.2.9/24")] };
    expect(rig.homes.hasOtherGuess()).toBe(false);
  });

  it("are learnt from when they come, and anew when the clock says that what was learnt is old", () => {
    const rig = new HomesRig().use({ home: ["10.0.0.0/8"] });
    rig.ms = HOUR_MS;
    rig.use({ home: ["10.0.0.0/8", "11.0.0.0/8"] });
    expect(rig.homes.networks.map(({ learnUntilMs }) => learnUntilMs)).toEqual([0, NOW_MS + 2 * HOUR_MS]);
    expect(rig.homes.saved().map(({ learnLeftMs }) => learnLeftMs)).toEqual([0, HOUR_MS]);
    // Set by a day: what is left is left.
    rig.setMs = 86_400_000;
    expect(rig.homes.look(30 * 86_400_000)).toBe(true);
    expect(rig.homes.look(30 * 86_400_000)).toBe(false);
    expect(rig.homes.networks.map(({ learnUntilMs }) => learnUntilMs)).toEqual([
      0,
      NOW_MS + 86_400_000 + 2 * HOUR_MS,
    ]);
    rig.setMs = 40 * 86_400_000;
    expect(rig.homes.look(30 * 86_400_000)).toBe(true);
    expect(rig.homes.saved().map(({ learnLeftMs }) => learnLeftMs)).toEqual([HOUR_MS, HOUR_MS]);
  });

  it("take imported lists, whole or not at all", () => {
    const rig = new HomesRig().use({ unused: ["192.0.2.64/26"] });
    rig.import("192.0.2.0/28 used\n192.0.2.64 used");
    expect(rig.lists).toEqual([
      "192.0.2.64/26 unused configured",
      "192.0.2.0/28 used imported",
      "192.0.2.64 used imported",
    ]);
    expect(() => rig.import("192.0.2.1 used\n10.0.0.1 used\n10.0.0.2 used")).toThrow(
      expect.objectContaining({
        code: "LIST_FOREIGN",
        message: "line 2: 10.0.0.1 lies in no home network, and 1 more; those are 192.0.2.0/24",
      }),
    );
    const scattered = Array.from({ length: 128 }, (_, n) => `192.0.2.${2 * n} unused`);
    expect(() =>
      new HomesRig()
        .use({ home: ["192.0.0.0/8"] })
        .import([...scattered, ...scattered.map((line) => line.replace(".2.", ".4."))].join("\n")),
    ).toThrow(StrayError);
    expect(rig.lists).toHaveLength(3);
    rig.import("192.0.2.0/28 unused later");
    expect(rig.lists.at(-1)).toBe("192.0.2.0/28 unused imported");
    expect(rig.lists).toHaveLength(3);
    rig.import("192.0.2.9 used", true);
    expect(rig.lists).toEqual(["192.0.2.64/26 unused configured", "192.0.2.9 used imported"]);
    expect(rig.homes.forget([networkOf("192.0.2.64/26")!])).toBe(0);
    expect(rig.homes.forget([networkOf("192.0.2.0/25")!])).toBe(1);
    expect(rig.lists).toEqual(["192.0.2.64/26 unused configured"]);
  });

  it("leave imported lists out where they no longer fit, and say so", () => {
    const rig = new HomesRig().use({ home: ["10.0.0.0/8"] });
    rig.import(Array.from({ length: 200 }, (_, n) => `10.0.${n}.0/25 unused`).join("\n"));
    expect(rig.homes.isImportLeftOut).toBe(false);
    rig.use({ unused: Array.from({ length: 100 }, (_, n) => `10.1.${n}.0/25`) });
    expect(rig.homes.isImportLeftOut).toBe(true);
    expect(rig.lists).toHaveLength(100);
    rig.use({ unused: [] });
    expect([rig.homes.isImportLeftOut, rig.lists.length]).toEqual([false, 200]);
  });

  it("know none where there is nothing to guess", () => {
    const rig = new HomesRig();
    rig.system = {};
    rig.use();
    expect(rig.networks).toEqual([]);
    expect(() => rig.import("192.0.2.1 used")).toThrow(/no home networks are known: set sensor.home$/);
  });
});

describe("reports", () => {
  const view = (more: Partial<DarkView> = {}): DarkView => ({
    homes: [home("192.0.2.0/28"), home("2001:db8::/64")],
    lists: [],
    alive: new AliveBook(100),
    aliveMs: 30 * 86_400_000,
    hasConversed: true,
    nowMs: NOW_MS,
    ...more,
  });
  const judgeWith = (heard: readonly string[], more: Partial<DarkView> = {}) => {
    const alive = new AliveBook(100);
    for (const text of heard) alive.hear(addressOf(text)!, entry(NOW_MS - 1000));
    return new Judge(view({ alive, ...more }));
  };
  const short = (judge: Judge, states = ["dark", "alive", "unknown", "group"] as const, within?: string) =>
    rangePage(
      judge,
      states,
      within === undefined ? undefined : networkOf(within),
      undefined,
      1000,
    ).ranges.map(({ first, last, state }) => `${first === last ? first : `${first} - ${last}`} ${state}`);

  it("cut an IPv4 network where what is known changes", () => {
    const judge = judgeWith(["192.0.2.3", "192.0.2.4", "192.0.2.9"], {
      lists: [listed("192.0.2.12/31", "used", "printers")],
    });
    expect(short(judge)).toEqual([
      "192.0.2.0 group",
      "192.0.2.1 - 192.0.2.2 dark",
      "192.0.2.3 alive",
      "192.0.2.4 alive",
      "192.0.2.5 - 192.0.2.8 dark",
      "192.0.2.9 alive",
      "192.0.2.10 - 192.0.2.11 dark",
      "192.0.2.12 - 192.0.2.13 alive",
      "192.0.2.14 dark",
      "192.0.2.15 group",
    ]);
    expect(networkReports(judge)).toEqual([
      { network: "192.0.2.0/28", from: "sensor.home", alive: 5, dark: 9, unknown: 0, learningUntilMs: null },
      {
        network: "2001:db8::/64",
        from: "sensor.home",
        alive: 0,
        dark: null,
        unknown: null,
        learningUntilMs: null,
      },
    ]);
  });

  it("cut an IPv6 network only when it is asked for", () => {
    const judge = judgeWith(["2001:db8::1"]);
    expect(short(judge, ["dark", "alive", "unknown", "group"])).toContain("2001:db8::1 alive");
    expect(short(judge).filter((line) => line.startsWith("2001"))).toEqual(["2001:db8::1 alive"]);
    expect(short(judge, undefined, "2001:db8::/64")).toEqual([
      "2001:db8:: dark",
      "2001:db8::1 alive",
      "2001:db8::2 - 2001:db8::ffff:ffff:ffff:ffff dark",
    ]);
    const { ranges } = rangePage(judge, ["dark"], networkOf("2001:db8::/64"), undefined, 10);
    expect(ranges.map(({ count }) => count)).toEqual([1, null]);
  });

  it("come in pages that miss nothing", () => {
    const judge = judgeWith(["192.0.2.3", "192.0.2.5", "192.0.2.7", "2001:db8::1"]);
    const whole = short(judge);
    for (let limit = 1; limit < 8; limit++) {
      const lines: string[] = [];
      let after: string | null = null;
      do {
        const page: ReturnType<typeof rangePage> = rangePage(
          judge,
          ["dark", "alive", "unknown", "group"],
          undefined,
          after === null ? undefined : addressOf(after),
          limit,
        );
        lines.push(
          ...page.ranges.map(
            ({ first, last, state }) => `${first === last ? first : `${first} - ${last}`} ${state}`,
          ),
        );
        after = page.next;
      } while (after !== null);
      expect(lines).toEqual(whole);
    }
  });

  it("tell a network within another once", () => {
    const judge = judgeWith([], { homes: [home("192.0.2.0/28", NOW_MS + 1), home("192.0.2.8/30")] });
    expect(short(judge)).toEqual([
      "192.0.2.0 group",
      "192.0.2.1 - 192.0.2.7 unknown",
      "192.0.2.8 group",
      "192.0.2.9 - 192.0.2.10 dark",
      "192.0.2.11 group",
      "192.0.2.12 - 192.0.2.14 unknown",
      "192.0.2.15 group",
    ]);
  });

  it("take as long as what is known, not as the network", () => {
    const judge = judgeWith(["10.200.0.1"], { homes: [home("10.0.0.0/8")] });
    expect(short(judge)).toHaveLength(5);
    expect(networkReports(judge)[0]).toMatchObject({ alive: 1, dark: 2 ** 24 - 3 });
  });

  it.each([
    ["192.0.2.3", "alive", "heard"],
    ["192.0.2.4", "dark", "silent"],
    ["192.0.2.5", "dark", "silent"],
    ["192.0.2.15", "group", "edge"],
    ["192.0.2.9", "dark", "list"],
    ["198.51.100.1", "foreign", "outside"],
  ])("explain %s: %s, %s", (text, state, reason) => {
    const alive = new AliveBook(100);
    alive.hear(addressOf("192.0.2.3")!, entry(NOW_MS));
    alive.hear(addressOf("192.0.2.4")!, entry(NOW_MS - 31 * 86_400_000));
    alive.hear(addressOf("192.0.2.9")!, entry(NOW_MS));
    const judge = new Judge(view({ alive, lists: [listed("192.0.2.9", "unused", "taken down")] }));
    expect(addressReport(judge, addressOf(text)!)).toMatchObject({ address: text, state, reason });
  });

  it("explain what is not known yet by why", () => {
    const one = (more: Partial<DarkView>) => addressReport(new Judge(view(more)), addressOf("192.0.2.3")!);
    expect(one({ hasConversed: false })).toMatchObject({ state: "unknown", reason: "one-way" });
    expect(one({ homes: [home("192.0.2.0/28", NOW_MS + 5)] })).toMatchObject({
      state: "unknown",
      reason: "learning",
      learningUntilMs: NOW_MS + 5,
    });
  });

  it("export what they were given, and who was heard", () => {
    const judge = judgeWith(["192.0.2.3"], { lists: [listed("192.0.2.8/29", "unused", "the lab's")] });
    const { lines, next } = linePage(judge, 0, 10);
    expect(next).toBeNull();
    expect(lines).toEqual([
      "192.0.2.8/29 unused the lab's",
      "192.0.2.3 alive since=2026-11-24T17:59:59Z last=2026-11-24T17:59:59Z how=sent",
    ]);
    expect(parseList(lines.join("\n"), NOW_MS)).toMatchObject({ problems: [], lists: [{}], alive: [{}] });
    const known = judgeWith(["192.0.2.3", "192.0.2.9", "192.0.2.5", "10.0.0.1"], {
      lists: [listed("192.0.2.8/29", "unused"), listed("192.0.2.1", "used")],
    });
    const whole = linePage(known, 0, 10).lines;
    expect(whole.map((line) => line.split(" ")[0])).toEqual([
      "192.0.2.8/29",
      "192.0.2.1",
      "192.0.2.3",
      "192.0.2.5",
    ]);
    for (let limit = 1; limit < 5; limit++) {
      const all: string[] = [];
      for (let at: number | null = 0; at !== null; ) {
        const page: ReturnType<typeof linePage> = linePage(known, at, limit);
        all.push(...page.lines);
        at = page.next;
      }
      expect(all).toEqual(whole);
    }
  });
});
