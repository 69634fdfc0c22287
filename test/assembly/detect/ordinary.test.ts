// What ordinary hosts and networks do that looks strange: nothing of it may accuse anybody. Each of these has once been
// taken for an attack by some sensor. Apart from the thresholds: here whole habits are played.

import { beforeEach, describe, expect, it } from "vitest";
import { NEVER_ORDINARY } from "../../../examples/scenarios/types.js";
import type { FindingName } from "../../../host/record/findings.js";
import { Random, seedOf } from "../../support/random.js";
import { back, connection, echo, handshake, hosts, icmpError, refused, tcp, udp } from "./frames.js";
import { Rig } from "./rig.js";

const rig = new Rig();
const US = "10.0.0.7";
const FAR = "203.0.113.5";
const THEM = hosts(3000, 0, "100.64");
const seed = seedOf("ordinary habits");
let random: Random;

/** Findings that accuse somebody. */
const accusing = (): FindingName[] => rig.names().filter((name) => NEVER_ORDINARY.includes(name));

/** All of it, a few milliseconds between, and then until every flow has ended. */
function play(frames: Iterable<Uint8Array>, gapMs = 3): FindingName[] {
  for (const frame of frames) rig.send(frame).wait(gapMs);
  for (let ms = 0; ms < 200_000; ms += 4000) rig.pass(4000);
  rig.pass(4_000_000);
  return accusing();
}

const syns = (ends: object, atLeast = 1): Uint8Array[] =>
  Array.from({ length: atLeast }, () => tcp({ src: US, dst: FAR, flags: "S", seq: 100, ...ends }));

beforeEach(() => {
  random = new Random(seed);
  rig.begin();
});

describe("an ordinary host", () => {
  it("that crawls the web, a fifth of which is down", () => {
    const crawl = THEM.slice(0, 600).flatMap((dst, i) => {
      const ends = { src: US, dst, sport: 10_000 + i, dport: 443 };
      return random.chance(0.2) ? (random.chance(0.5) ? refused(ends) : syns(ends, 3)) : connection(ends);
    });
    expect(play(crawl)).toEqual([]);
  });

  it("that opens a page of thirty hosts at once, after a pause", () => {
    for (let round = 0; round < 40; round++) {
      const dsts = THEM.slice(round * 30, round * 30 + 30);
      const ends = dsts.map((dst, i) => ({ src: US, dst, sport: 10_000 + round * 30 + i, dport: 443 }));
      rig.send(...connection({ src: US, dst: FAR, sport: 2000 + round })).wait(2000 + random.below(2000));
      rig.send(...ends.map((one) => handshake(one)[0]!)).wait(120);
      rig.send(...ends.flatMap((one) => connection(one).slice(1))).wait(random.below(9000));
    }
    expect(play([])).toEqual([]);
  });

  it("that sends mail, where many exchanges are dead for good", () => {
    const mail = THEM.slice(0, 160).flatMap((dst, i) => {
      const ends = { src: US, dst, sport: 10_000 + i, dport: 25 };
      return i % 3 === 0 ? syns(ends, 2) : connection(ends);
    });
    expect(play(mail, 40)).toEqual([]);
  });

  it("that shares files with many, on many ports, half of whom are gone", () => {
    const talk = THEM.slice(0, 900).flatMap((dst, i) => {
      const there = { src: US, dst, sport: 6881, dport: 1024 + random.below(60_000) };
      const kind = random.below(4);
      if (kind === 0) return refused({ ...there, sport: 20_000 + i });
      if (kind === 1) return [udp(there), udp(there)];
      if (kind === 2) return [udp(there), udp(back(there))];
      return connection({ ...there, sport: 20_000 + i });
    });
    expect(play(talk)).toEqual([]);
  });

  it("that watches 200 others, thirty of which are down", () => {
    const watch = Array.from({ length: 5 }).flatMap((_, round) =>
      hosts(200, 0, "10.0").flatMap((dst, i) => {
        const isDown = i % 7 === 0;
        const check = { src: US, dst, sport: 20_000 + round * 200 + i, dport: 22 };
        const pings = [echo({ src: US, dst }), ...(isDown ? [] : [echo({ src: dst, dst: US, reply: true })])];
        return [...pings, ...(isDown ? syns(check) : connection(check))];
      }),
    );
    // Those that are down are in our network, and nobody uses them: that may be said, and is no accusation of the watcher.
    expect(play(watch).filter((name) => name !== "dark-destination")).toEqual([]);
  });

  it("that resolves names, of whose servers many time out", () => {
    const questions = Array.from({ length: 1500 }, (_, i) => {
      const ask = { src: US, dst: THEM[random.below(500)]!, sport: 2000 + i };
      return random.chance(0.15) ? [udp(ask)] : [udp(ask), udp(back({ ...ask, dport: 53 }))];
    });
    expect(play(questions.flat())).toEqual([]);
  });

  it("that goes on resolving while the net is down for twenty minutes", () => {
    for (let i = 0; i < 1500; i++) {
      const ask = { src: US, dst: THEM[i % 700]!, sport: 2000 + i };
      rig.send(udp(ask), udp(back({ ...ask, dport: 53 }))).wait(20);
    }
    for (let i = 0; i < 2400; i++) rig.send(udp({ src: US, dst: THEM[i % 700]!, sport: 5000 + i })).wait(500);
    expect(play([])).toEqual([]);
  });

  it("that traces a way, by datagrams, pings or SYNs, with hops that answer and hops that do not", () => {
    for (const isLastSilent of [false, true]) {
      const dst = isLastSilent ? "203.0.113.9" : FAR;
      const probes = Array.from({ length: 90 }, (_, i) => ({ hop: Math.floor(i / 3) + 1, i }));
      const ways = [
        (i: number, ttl: number) => udp({ src: US, dst, sport: 40_000, dport: 33_434 + i, ttl }),
        (i: number, ttl: number) => echo({ src: US, dst, ttl, sequence: i }),
        (i: number, ttl: number) => tcp({ src: US, dst, sport: 30_000 + i, dport: 80, flags: "S", ttl }),
      ];
      for (const way of ways) {
        for (const { hop, i } of probes) {
          const probe = way(i, hop);
          rig.send(probe);
          if (hop < 12 && hop !== 5) rig.send(icmpError({ src: `198.18.${hop}.1`, dst: US }, probe, 11, 0));
          else if (hop === 12 && !isLastSilent) rig.send(icmpError({ src: dst, dst: US }, probe, 3, 3));
          rig.wait(50);
        }
      }
    }
    expect(play([])).toEqual([]);
  });

  it("that checks one port again and again, half open", () => {
    const checks = Array.from({ length: 400 }, (_, i) => {
      const ends = { src: US, dst: "10.0.0.80", sport: 20_000 + i };
      return [...handshake(ends).slice(0, 2), tcp({ ...ends, flags: "R", seq: 101 })];
    });
    expect(play(checks.flat(), 700)).toEqual([]);
  });

  it("that uses its ports again, and opens from both sides at once", () => {
    const again = Array.from({ length: 60 }, () => connection({ src: US, dst: FAR, sport: 30_000 }));
    const there = { src: US, dst: FAR, sport: 5000, dport: 5000 };
    const here = back(there);
    const both = [
      tcp({ ...there, flags: "S", seq: 100 }),
      tcp({ ...here, flags: "S", seq: 900 }),
      tcp({ ...there, flags: "SA", seq: 100, ack: 901 }),
      tcp({ ...here, flags: "SA", seq: 900, ack: 101 }),
      tcp({ ...there, flags: "PA", seq: 101, ack: 901, data: "hello" }),
      tcp({ ...here, flags: "PA", seq: 901, ack: 106, data: "hello" }),
    ];
    expect(play([...again.flat(), ...both])).toEqual([]);
  });

  it("that keeps idle connections alive for hours, and comes back to find them gone", () => {
    const talks = THEM.slice(0, 40).map((dst, i) => ({ src: US, dst, sport: 20_000 + i, dport: 443 }));
    for (const talk of talks) rig.send(...handshake(talk));
    for (let hour = 0; hour < 3; hour++) {
      rig.wait(7_200_000 / 3);
      for (const talk of talks) {
        rig.send(tcp({ ...talk, flags: "A", seq: 100, ack: 901, data: hour === 0 ? "x" : "" }));
        rig.send(tcp({ ...back(talk), flags: "A", seq: 901, ack: 101 }));
      }
    }
    // The host wakes up: its conversations are unknown on the other side, or nobody answers.
    rig.pass(4_000_000);
    for (const [i, talk] of talks.entries()) {
      rig.send(tcp({ ...talk, flags: i % 2 === 0 ? "A" : "FA", seq: 101, ack: 901 }));
      if (i % 4 < 2) rig.send(tcp({ ...back(talk), flags: "R", seq: 901 }));
    }
    expect(play([])).toEqual([]);
  });
});

describe("what comes late", () => {
  it.each([
    ["FIN and ACK", "FA"],
    ["RST", "R"],
    ["ACK", "A"],
    ["FIN", "F"],
  ])("%s of closed, idle and evicted connections accuses nobody", (_, flags) => {
    const talks = THEM.slice(0, 60).map((dst, i) => ({ src: US, dst, sport: 20_000 + i, dport: 443 }));
    for (const laterMs of [0, 12_000, 40_000, 400_000, 3_000_000]) {
      for (const limits of [{}, { flowSets: 1 }]) {
        rig.begin({ limits });
        for (const talk of talks) rig.send(...connection(talk)).wait(50);
        if (laterMs > 0) rig.pass(laterMs);
        for (const talk of talks) rig.send(tcp({ ...talk, flags, seq: 110, ack: 912 })).wait(10);
        for (const talk of talks) rig.send(tcp({ ...back(talk), flags, seq: 912, ack: 111 })).wait(10);
        expect(play([]), `${laterMs} ms, ${JSON.stringify(limits)}`).toEqual([]);
      }
    }
  });

  it("RSTs that answer a scan are no flows of their own, and no backscatter", () => {
    const ports = Array.from({ length: 600 }, (_, i) => i + 1);
    for (const limits of [{}, { flowSets: 1 }]) {
      rig.begin({ limits });
      const scanner = "198.51.100.9";
      const ends = (dport: number) => ({ src: scanner, dst: US, sport: 44_000, dport });
      for (let at = 0; at < ports.length; at += 100) {
        const some = ports.slice(at, at + 100);
        rig.send(...some.map((dport) => tcp({ ...ends(dport), flags: "S" }))).wait(30);
        rig.send(...some.map((dport) => tcp({ ...back(ends(dport)), flags: "RA", seq: 0 }))).wait(30);
      }
      play([]);
      const byUs = rig.flows().filter(({ source }) => source.address === US);
      const found = new Set(
        byUs.flatMap(({ findings }) => findings).filter((name) => NEVER_ORDINARY.includes(name)),
      );
      expect([...found]).toEqual([]);
    }
  });
});

describe("where the sensor stands", () => {
  const talksOf = (count: number) =>
    THEM.slice(0, count).map((dst, i) => ({ src: US, dst, sport: 2000 + i, dport: 443 }));

  it.each([
    ["client", [0, 2, 3, 5, 7]],
    ["server", [1, 4, 6]],
  ])("only the %s's side passes, of thousands of conversations", (_, seen) => {
    for (const isTwoWay of [false, true]) {
      rig.begin({ isTwoWay });
      const frames = talksOf(2000).flatMap((talk) => connection(talk).filter((_, i) => seen.includes(i)));
      const names = Array.from({ length: 300 }, (_, i) => udp({ src: US, dst: THEM[i]!, sport: 30_000 + i }));
      expect(play([...frames, ...names, ...THEM.slice(0, 300).map((dst) => echo({ src: US, dst }))])).toEqual(
        [],
      );
    }
  });

  it("a mirror port gives every packet twice", () => {
    const frames = talksOf(300).flatMap((talk) => connection(talk));
    const names = talksOf(300).flatMap((talk) => [udp(talk), udp(back({ ...talk, dport: 53 }))]);
    expect(
      play(
        [...frames, ...names].flatMap((frame) => [frame, frame]),
        1,
      ),
    ).toEqual([]);
  });

  it("a table far too small, so that conversations are pushed out and refused", () => {
    rig.begin({ limits: { flowSets: 1, sourceLimit: 8, targetLimit: 8, protectNs: 5_000_000_000n } });
    const open = talksOf(400);
    for (let at = 0; at < open.length; at += 40) {
      const some = open.slice(at, at + 40);
      for (let step = 0; step < 8; step++) rig.send(...some.map((talk) => connection(talk)[step]!)).wait(60);
    }
    expect(play([])).toEqual([]);
  });

  it("a proxy answers SYNs, and a balancer resets idle connections, a hop or two nearer", () => {
    const talks = talksOf(60);
    for (const talk of talks) {
      const [syn, , ...rest] = connection(talk);
      const proxied = tcp({ ...back(talk), flags: "SA", seq: 900, ack: 101, ttl: 255, id: 0 });
      rig.send(
        syn!,
        proxied,
        ...rest.slice(0, 3),
        ...[911, 921, 931].map((seq) =>
          tcp({ ...back(talk), flags: "PA", seq, ack: 109, ttl: 57, data: "ten bytes " }),
        ),
      );
    }
    rig.wait(400_000);
    for (const talk of talks) {
      rig.send(
        tcp({ ...back(talk), flags: "R", seq: 941, ttl: 58 }),
        tcp({ ...talk, flags: "R", seq: 109, ttl: 62 }),
      );
    }
    expect(play([])).toEqual([]);
  });

  it("packets come late, from another queue", () => {
    const frames = talksOf(200).flatMap((talk) => connection(talk));
    const startMs = rig.nowMs;
    for (const [i, frame] of frames.entries()) {
      rig.nowMs = startMs + i * 5 - (random.chance(0.2) ? random.below(15) : 0);
      rig.send(frame);
    }
    rig.nowMs = startMs + frames.length * 5;
    expect(play([])).toEqual([]);
  });
});

describe("a server", () => {
  it("that goes down while 300 clients try again and again", () => {
    const clients = THEM.slice(0, 300);
    for (const [i, src] of clients.entries()) rig.send(...connection({ src, dst: US, sport: 2000 + i }));
    const due = clients.flatMap((src, i) =>
      [0, 1000, 3000, 7000, 15_000].map((ms) => ({
        ms: ms + i * 11,
        frame: tcp({ src, dst: US, sport: 9000 + i, flags: "S" }),
      })),
    );
    const startMs = rig.nowMs;
    for (const { ms, frame } of due.sort((a, b) => a.ms - b.ms)) {
      rig.nowMs = startMs + ms;
      rig.send(frame);
    }
    expect(play([])).toEqual([]);
  });

  it("whose IDs are all zero, with DF, as today's Linux sends them", () => {
    const talks = THEM.slice(0, 50).map((src) => ({ src, dst: US }));
    const frames = talks.flatMap((talk) => [
      handshake(talk)[0]!,
      tcp({ ...back(talk), flags: "SA", seq: 900, ack: 101, id: 0 }),
      handshake(talk)[2]!,
      ...[901, 905, 909].map((seq) =>
        tcp({ ...back(talk), flags: "PA", seq, ack: 101, id: 0, data: "data" }),
      ),
    ]);
    expect(play(frames)).toEqual([]);
  });
});
