// Who is there, in the module: the table against a plain model over seeded traffic, and the rule of what is dark, case by
// case and against the host's own saying of it.
// STRAY_SEED and STRAY_SIM_PACKETS give another run.

import { beforeEach, describe, expect, it } from "vitest";
import {
  ALIVE_HOW_ANSWERED,
  ALIVE_HOW_ARP,
  ALIVE_HOW_GIVEN,
  ALIVE_HOW_ND,
  ALIVE_HOW_SENT,
  DARKNESS_ALIVE,
  DARKNESS_DARK,
  DARKNESS_FOREIGN,
  DARKNESS_GROUP,
  DARKNESS_UNKNOWN,
} from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import * as f from "../../../examples/frame.js";
import { addressAt, addressOf, addressText, networkOf, putAddress } from "../../../host/dark/address.js";
import { AliveBook } from "../../../host/dark/alive-book.js";
import { type DarkState, Judge } from "../../../host/dark/judge.js";
import { type ListEntry, placeNetworks } from "../../../host/dark/networks.js";
import { type Home, writeHomes } from "../../../host/wasm/homes.js";
import { viewMemory } from "../../../host/wasm/memory.js";
import { Core, type CoreLimits } from "../../support/core.js";
import { Random, seedOf } from "../../support/random.js";
import { AliveModel } from "./alive-model.js";

const SECOND = 1_000_000_000n;
const HOUR = 3600n * SECOND;
const START = 1_795_543_200n * SECOND;
const NAMES: Readonly<Record<number, DarkState>> = {
  [DARKNESS_ALIVE]: "alive",
  [DARKNESS_DARK]: "dark",
  [DARKNESS_FOREIGN]: "foreign",
  [DARKNESS_GROUP]: "group",
  [DARKNESS_UNKNOWN]: "unknown",
};
const { STRAY_SIM_PACKETS = "12000" } = process.env;

let core: Core;
let port = 0;
beforeEach(() => {
  port = 0;
});

function begin(homes: readonly Home[], limits: Partial<CoreLimits> = {}): void {
  core ??= new Core();
  core.reset({ detectFlags: L.DETECT_FLAG_ON, aliveLimit: 64, homeCount: homes.length, ...limits });
  writeHomes(viewMemory(core.memory), homes);
}

const ours = (...networks: string[]): Home[] => networks.map((network) => ({ network, kind: "ours" }));

function stateOf(text: string): DarkState {
  putAddress(core.view, L.SNAPSHOT_BASE, addressOf(text)!);
  return NAMES[core.exports.darkness(L.SNAPSHOT_BASE)]!;
}

/** A datagram on ports that no other has: the first packet of a flow. */
function sends(source: string, target: string, timeNs: bigint): void {
  port++;
  datagram(source, target, 1024 + (port % 60_000), 40_000 + Math.floor(port / 60_000), timeNs);
}

function converses(source: string, target: string, timeNs: bigint): void {
  sends(source, target, timeNs);
  datagram(target, source, 40_000 + Math.floor(port / 60_000), 1024 + (port % 60_000), timeNs);
}

function datagram(source: string, target: string, sport: number, dport: number, timeNs: bigint): void {
  const inner = f.udp({ sport, dport }, f.filler(8));
  const isFour = !source.includes(":");
  const packet = isFour
    ? f.ipv4({ src: source, dst: target }, inner)
    : f.ipv6({ src: source, dst: target, proto: 17 }, inner);
  core.push(f.ethernet(isFour ? {} : { type: 0x86dd }, packet), { timeNs });
  core.exports.drain();
}

function asksByArp(source: string, target: string, timeNs: bigint): void {
  core.push(f.ethernet({ type: 0x0806 }, f.arp({ senderIp: source, targetIp: target })), { timeNs });
  core.exports.drain();
}

function give(text: string, timeNs: bigint, how: number): void {
  putAddress(core.view, L.LIVE_BASE + L.LIVE_GIVEN_OFFSET, addressOf(text)!);
  core.exports.giveAlive(L.LIVE_BASE + L.LIVE_GIVEN_OFFSET, timeNs, how);
}

describe("the table of the living", () => {
  it("is the plain model's, whoever speaks, whatever is told, however time goes", () => {
    const seed = seedOf("the living");
    for (const [round, aliveNs] of [2n * HOUR, 0n, 600n * SECOND].entries()) {
      const random = new Random(seed, round);
      begin(ours("10.0.0.0/8", "2001:db8::/32"), { aliveNs });
      const model = new AliveModel(0x5eedn, 64, aliveNs);
      const people = Array.from({ length: 160 }, (_, n) =>
        n % 4 === 0 ? `2001:db8::${(n + 1).toString(16)}` : `10.0.${n}.${random.between(1, 254)}`,
      );
      let clock = START;
      let arps = 0;
      for (let step = 0; step < Number(STRAY_SIM_PACKETS) / 3; step++) {
        const who = random.pick(people);
        const address = addressOf(who)!;
        const foreign = who.includes(":") ? "2001:db9::1" : "192.0.2.1";
        clock += BigInt(random.below(step % 500 === 499 ? 8_000_000 : 3_000)) * 1_000_000n;
        const choice = random.below(10);
        if (choice < 4) {
          sends(who, foreign, clock);
          model.hear(address, clock, ALIVE_HOW_SENT, clock);
        } else if (choice < 6) {
          converses(who, foreign, clock);
          model.hear(address, clock, ALIVE_HOW_SENT, clock);
          model.hear(address, clock, ALIVE_HOW_ANSWERED, clock);
        } else if (choice < 7 && !who.includes(":")) {
          arps++;
          asksByArp(who, `172.${16 + (arps >> 16)}.${(arps >> 8) & 255}.${arps & 255}`, clock);
          model.hear(address, clock, ALIVE_HOW_ARP, clock);
        } else if (choice < 9) {
          const how = random.pick([ALIVE_HOW_SENT, ALIVE_HOW_ANSWERED | ALIVE_HOW_ND, ALIVE_HOW_GIVEN]);
          const lastNs =
            how === ALIVE_HOW_GIVEN && random.chance(0.5)
              ? (1n << 64n) - 1n
              : clock - BigInt(random.below(7200)) * SECOND;
          give(who, lastNs, how);
          model.hear(address, lastNs, how, core.state64(L.STATE_CLOCK_OFFSET));
        } else {
          core.exports.tick(clock);
        }
        const now = core.state64(L.STATE_CLOCK_OFFSET);
        for (let look = 0; look < 3; look++) {
          const other = random.pick(people);
          const known = stateOf(other);
          expect([step, other, known === "alive"]).toEqual([
            step,
            other,
            model.isAlive(addressOf(other)!, now),
          ]);
        }
        core.take(() => undefined);
      }
      const table = Array.from({ length: 64 }, (_, place) => L.ALIVES_BASE + place * L.ALIVE_SIZE).map(
        (at) => {
          const how = core.view.getUint32(at + 28, true);
          if (how === 0) return undefined;
          return {
            address: addressAt(core.view, at),
            lastNs: core.view.getBigUint64(at + 16, true),
            sinceS: core.view.getUint32(at + 24, true),
            how,
          };
        },
      );
      expect(table).toEqual(model.sets.flat());
      expect(core.counter(L.COUNTER_ALIVES_EVICTED)).toBe(model.evicted);
      expect(core.state32(L.STATE_ALIVES_OFFSET)).toBe(model.sets.flat().filter(Boolean).length);
      expect(model.evicted).toBeGreaterThan(100);
    }
  });

  it("keeps who has proved alive in a flood of forged senders", () => {
    begin(ours("10.0.0.0/8"));
    converses("10.1.1.1", "192.0.2.1", START);
    give("10.2.2.2", START, ALIVE_HOW_ANSWERED);
    for (let n = 0; n < 5000; n++) sends(`10.9.${n >> 8}.${n & 255}`, "192.0.2.1", START + BigInt(n));
    expect(stateOf("10.1.1.1")).toBe("alive");
    expect(stateOf("10.2.2.2")).toBe("alive");
    expect(core.state32(L.STATE_ALIVES_OFFSET)).toBeLessThanOrEqual(64);
  });

  it("keeps nobody who is not ours, nor who speaks for an address that nobody can have", () => {
    begin(ours("10.0.0.0/8"));
    converses("192.0.2.1", "198.51.100.1", START);
    sends("0.0.0.0", "10.0.0.1", START);
    expect(core.state32(L.STATE_ALIVES_OFFSET)).toBe(0);
  });
});

describe("darkness()", () => {
  const now = START + HOUR;
  /** One of ours has conversed: what is silent may be called dark. */
  const wake = (address = "10.0.0.1"): void => converses(address, "192.0.2.1", now);

  it("tells ours from others by the most exact network", () => {
    begin([
      ...ours("10.0.0.0/8"),
      { network: "10.1.0.0/16", kind: "used" },
      { network: "10.1.1.0/24", kind: "unused" },
      { network: "10.1.1.1", kind: "used" },
    ]);
    wake();
    const states = ["11.0.0.1", "10.0.0.1", "10.2.0.9", "10.1.2.3", "10.1.1.9", "10.1.1.1"].map(stateOf);
    expect(states).toEqual(["foreign", "alive", "dark", "alive", "dark", "alive"]);
  });

  it("takes of two alike the later", () => {
    begin([...ours("10.0.0.0/8"), { network: "10.0.0.0/8", kind: "unused" }]);
    expect(stateOf("10.0.0.1")).toBe("dark");
  });

  it("calls nothing dark where there are no home networks", () => {
    begin([]);
    wake();
    expect(stateOf("10.0.0.1")).toBe("foreign");
  });

  it("knows a network's own address and its broadcast, but where it has none (RFC 3021), and not in IPv6", () => {
    begin(ours("10.0.0.0/24", "10.0.1.0/31", "10.0.2.4/32", "2001:db8::/64"));
    wake("10.0.0.7");
    const states = [
      "10.0.0.0",
      "10.0.0.255",
      "10.0.0.254",
      "10.0.1.0",
      "10.0.1.1",
      "10.0.2.4",
      "2001:db8::",
    ].map(stateOf);
    expect(states).toEqual(["group", "group", "dark", "dark", "dark", "dark", "dark"]);
    // One that speaks is a host, whatever its number.
    sends("10.0.0.255", "192.0.2.1", now);
    expect(stateOf("10.0.0.255")).toBe("alive");
  });

  it("knows nothing while it learns, and what lists say all the same", () => {
    begin([...ours("10.0.0.0/24"), { network: "10.0.0.64/26", kind: "unused" }], { learnNs: HOUR });
    wake();
    expect([stateOf("10.0.0.9"), stateOf("10.0.0.70")]).toEqual(["unknown", "dark"]);
    core.exports.tick(now + HOUR - 1n);
    expect(stateOf("10.0.0.9")).toBe("unknown");
    core.exports.tick(now + HOUR);
    expect(stateOf("10.0.0.9")).toBe("dark");
  });

  it("learns each network by itself", () => {
    const learnUntilMs = Number((now + HOUR) / 1_000_000n);
    begin([...ours("10.0.0.0/24"), { network: "10.0.1.0/24", kind: "ours", learnUntilMs }]);
    wake();
    expect([stateOf("10.0.0.9"), stateOf("10.0.1.9")]).toEqual(["dark", "unknown"]);
    core.exports.tick(now + HOUR);
    expect(stateOf("10.0.1.9")).toBe("dark");
  });

  it("knows nothing where only one direction passes", () => {
    begin(ours("10.0.0.0/24"));
    for (let n = 1; n < 20; n++) sends(`10.0.0.${n}`, "192.0.2.1", now);
    expect(stateOf("10.0.0.99")).toBe("unknown");
    wake();
    expect(stateOf("10.0.0.99")).toBe("dark");
  });

  it("calls who was not heard for long dark again", () => {
    begin(ours("10.0.0.0/24"), { aliveNs: HOUR });
    wake();
    core.exports.tick(now + HOUR);
    expect(stateOf("10.0.0.1")).toBe("alive");
    core.exports.tick(now + HOUR + 1n);
    expect(stateOf("10.0.0.1")).toBe("dark");
  });

  it("says what the host says, whatever the networks, lists and times", () => {
    const random = new Random(seedOf("what is dark"));
    for (let round = 0; round < 60; round++) {
      const nowMs = Number(now / 1_000_000n);
      const aliveMs = random.pick([0, 60_000, 3_600_000]);
      const low = () => random.below(64);
      const network = () => `10.0.0.${low()}/${random.between(26, 32)}`;
      const homes = Array.from({ length: random.between(1, 4) }, () => ({
        network: networkOf(network())!,
        from: "sensor.home",
        learnUntilMs: random.chance(0.3) ? nowMs + random.between(1, 1000) : random.below(2) * nowMs,
      }));
      const lists = Array.from(
        { length: random.below(8) },
        (): ListEntry => ({
          network: networkOf(network())!,
          use: random.pick(["used", "unused"]),
          origin: "imported",
          comment: "",
        }),
      );
      const placed = placeNetworks(homes, lists, 64);
      begin(placed.homes, { aliveLimit: 1024, aliveNs: BigInt(aliveMs) * 1_000_000n });
      const book = new AliveBook(1024);
      // A conversation elsewhere sets the clock, and does or does not say that both directions pass.
      const hasConversed = random.chance(0.7);
      core.exports.tick(now);
      if (hasConversed) core.view.setUint32(L.STATE_BASE + L.STATE_CONVERSATIONS_OFFSET, 1, true);
      for (let n = random.below(20); n > 0; n--) {
        const [text, lastMs] = [`10.0.0.${low()}`, nowMs - random.below(7_200_000)];
        give(text, BigInt(lastMs) * 1_000_000n, ALIVE_HOW_SENT);
        book.hear(addressOf(text)!, { sinceMs: lastMs, lastMs, how: ALIVE_HOW_SENT });
      }
      for (const address of placed.given) give(addressText(address), (1n << 64n) - 1n, ALIVE_HOW_GIVEN);
      const judge = new Judge({ homes, lists, alive: book, aliveMs, hasConversed, nowMs });
      for (let n = 0; n < 68; n++) {
        const text = `10.0.0.${n}`;
        expect([round, text, stateOf(text)]).toEqual([round, text, judge.judge(addressOf(text)!).state]);
      }
    }
  });
});
