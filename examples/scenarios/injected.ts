// A third party that sees a conversation and speaks into it in the name of one end: resets, or data that comes
// before the true one. Apart as each scenario is.
// Always holds: the forged packets fit the sequence numbers and come from elsewhere: another TTL, another way of IP
// IDs; the end in whose name they were sent knows nothing of them and goes on.

import type { FindingName } from "../../host/record/findings.js";
import { live } from "./life.js";
import { type Side, Talk } from "./talk.js";
import { flowKey, forbiddenBut, type Scenario } from "./types.js";
import { httpAnswer, httpRequest, tlsData } from "./words.js";
import type { SendOptions } from "./world.js";
import { World } from "./world.js";

const STRANGE_US = 60_000_000;
const UNTIL_US = 200_000_000;

/** A conversation in the making: a handshake and a first exchange between a host of ours and one outside. */
function begin(world: World, port: number): Talk {
  const { dice } = world;
  const ours = dice.pick(world.people);
  const theirs = world.outsider();
  const [client, server] = dice.chance(0.7) ? [ours, theirs] : [theirs, ours];
  const talk = new Talk(world, STRANGE_US + dice.below(60_000_000), client, server, port, {
    mishaps: 0,
  }).open();
  talk.wait(2_000);
  if (port === 80) return talk.exchange(httpRequest(dice), httpAnswer(dice, dice.between(300, 3_000)));
  return talk.exchange(tlsData(dice, 400), tlsData(dice, 2_000));
}

/** The third party's own way of sending, which differs from that of the end it plays. */
function forger(world: World, victim: Side): () => SendOptions {
  const { dice } = world;
  const { ttl } = victim.host;
  const other = dice.chance(0.5) ? ttl + dice.between(6, 40) : Math.max(20, ttl - dice.between(6, 30));
  const forgedTtl = Math.min(255, other === ttl ? ttl + 9 : other);
  return () => ({ ttl: forgedTtl, id: dice.between(1, 65_535), df: false });
}

export function injectedReset(seed: number): Scenario {
  const world = new World("injected-reset", seed);
  const { dice } = world;
  const ordinary = live(world, { untilUs: UNTIL_US, doings: 20 });
  const talk = begin(world, dice.pick([80, 443]));
  const { client, server } = talk;
  const isServersName = dice.chance(0.7);
  const [played, deceived] = isServersName ? [server, client] : [client, server];
  const forged = forger(world, played);
  // In the middle of an answer: the resets overtake what is on its way.
  talk.say(client, talk.port === 80 ? httpRequest(dice) : tlsData(dice, 300));
  const count = dice.between(1, 3);
  const flags = dice.pick(["R", "RA"]);
  for (let i = 0; i < count; i++) {
    const seq = (played.seq + i * 1_440) >>> 0;
    talk.put(talk.nowUs, played, flags, new Uint8Array(0), { seq, send: forged() });
    talk.wait(dice.between(30, 400));
  }
  goOn(talk, played, deceived, dice.chance(0.5));
  return world.scenario(world.frames(), {
    flow: flowKey(client.host.address, client.port, server.host.address, server.port),
    cause: "injected",
    findings: { [keyOf(talk)]: ["rst-injected"] },
    forbidden: forbiddenBut("rst-injected", "ttl-jitter", "ip-id-jitter"),
    ordinary: ordinary.map(({ address }) => address).filter((address) => !isEnd(talk, address)),
  });

  /** The end whose name was used sends on; the other end believed the reset, or did not. */
  function goOn(running: Talk, from: Side, to: Side, isBelieved: boolean): void {
    running.wait(dice.between(500, 20_000));
    if (!isBelieved) {
      running.say(from, tlsData(dice, dice.between(1_500, 4_000)));
      running.close(to);
      return;
    }
    for (let i = 0; i < 2; i++) {
      const data = tlsData(dice, 1_200);
      running.segment(from, "PA", data);
      running.reach(to);
      running.segment(to, "R", undefined, { seq: from.ack });
      running.wait(dice.between(100, 200_000));
    }
  }
}

export function injectedData(seed: number): Scenario {
  const world = new World("injected-data", seed);
  const { dice } = world;
  const ordinary = live(world, { untilUs: UNTIL_US, doings: 20 });
  const talk = begin(world, 80);
  const { client, server } = talk;
  const forged = forger(world, server);
  const rounds = dice.between(1, 2);
  for (let round = 0; round < rounds; round++) {
    talk.say(client, httpRequest(dice));
    const size = dice.between(300, 1_200);
    const truth = httpAnswer(dice, size);
    // The forged answer is as long as the true one, or shorter.
    const lie = httpAnswer(dice, dice.chance(0.5) ? size : dice.between(100, size));
    talk.put(talk.nowUs, server, "PA", lie, { send: forged() });
    talk.wait(dice.between(200, 30_000));
    talk.put(talk.nowUs, server, "PA", truth);
    server.seq = (server.seq + truth.length) >>> 0;
    client.ack = server.seq;
    talk.reach(client);
    talk.segment(client, "A");
    talk.wait(dice.about(300_000));
  }
  talk.close(dice.pick([client, server]));
  const found: FindingName[] = ["overlap-conflict"];
  return world.scenario(world.frames(), {
    flow: keyOf(talk),
    cause: "injected",
    findings: { [keyOf(talk)]: found },
    forbidden: forbiddenBut("overlap-conflict", "ttl-jitter", "ip-id-jitter"),
    ordinary: ordinary.map(({ address }) => address).filter((address) => !isEnd(talk, address)),
  });
}

function keyOf({ client, server }: Talk): string {
  return flowKey(client.host.address, client.port, server.host.address, server.port);
}

function isEnd({ client, server }: Talk, address: string): boolean {
  return address === client.host.address || address === server.host.address;
}
