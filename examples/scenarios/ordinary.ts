// What ordinary hosts do all day besides the web (web.ts): names, time, pings, broadcasts, calls; IPv4 and IPv6.
// Apart from the scenarios because every one of them has it around what it shows.
// Always holds: all of it is honest traffic; what looks odd in it (refused connections, lost answers) is what sound
// stacks do on a real line.

import { address4 } from "../frame/bytes.js";
import { arp, ethernet, icmp6Echo, icmpEcho, text, udp } from "../frame.js";
import { type Host, takePort } from "./host.js";
import { Talk } from "./talk.js";
import { dnsAnswer, dnsQuery, dnsQuestion, ntpPacket, rtpPacket } from "./words.js";
import type { World } from "./world.js";

/** Those outside whom everybody of ours speaks with. */
export interface Neighbours {
  readonly resolver: Host;
  readonly clock: Host;
  readonly servers: readonly Host[];
}

export function neighbours(world: World): Neighbours {
  const servers = Array.from({ length: world.dice.between(4, 7) }, () => world.outsider());
  return { resolver: world.outsider(), clock: world.outsider(), servers };
}

/** A name is asked for and told. */
export function lookUp(world: World, atUs: number, client: Host, resolver: Host, isV6 = false): void {
  const { dice } = world;
  const asked = dnsQuestion(dice);
  const port = takePort(client, dice);
  const query = udp({ sport: port, dport: 53 }, dnsQuery(asked));
  const answer = udp({ sport: 53, dport: port }, dnsAnswer(asked, address4(world.outsider().address)));
  world.send(atUs, client, resolver, query, { isV6 });
  // Now and then the answer is lost, and the question comes again.
  if (dice.chance(0.05)) {
    world.send(atUs + 1_000_000, client, resolver, query, { isV6 });
    atUs += 1_000_000;
  }
  world.send(atUs + 2 * resolver.distanceUs + dice.about(8_000), resolver, client, answer, { isV6 });
}

export function setClock(world: World, atUs: number, client: Host, clock: Host): void {
  const { dice } = world;
  const port = dice.chance(0.5) ? 123 : takePort(client, dice);
  world.send(atUs, client, clock, udp({ sport: port, dport: 123 }, ntpPacket(dice, false)));
  const answer = udp({ sport: 123, dport: port }, ntpPacket(dice, true));
  world.send(atUs + 2 * clock.distanceUs + 90, clock, client, answer);
}

export function ping(world: World, atUs: number, from: Host, to: Host, count: number, isV6 = false): void {
  const { dice } = world;
  const id = dice.below(65536);
  const payload = dice.bytes(56);
  for (let sequence = 1; sequence <= count; sequence++) {
    const sentUs = atUs + (sequence - 1) * 1_000_000 + dice.below(900);
    const echo = isV6 ? icmp6Echo : icmpEcho;
    world.send(sentUs, from, to, echo({ id, sequence }, payload), { isV6 });
    const backUs = sentUs + 2 * to.distanceUs + dice.below(300);
    world.send(backUs, to, from, echo({ id, sequence, reply: true }, payload), { isV6 });
  }
}

/** A voice call: datagrams both ways, nobody waits for the other. */
export function call(world: World, atUs: number, a: Host, b: Host, packets: number): void {
  const { dice } = world;
  const ports = [dice.between(10_000, 14_999) * 2, dice.between(20_000, 24_999) * 2] as const;
  const streams = [dice.u32(), dice.u32()] as const;
  for (let i = 0; i < packets; i++) {
    const voice = streams.map((stream) => rtpPacket(dice, i, stream));
    const at = atUs + i * 20_000;
    world.send(at + dice.below(900), a, b, udp({ sport: ports[0], dport: ports[1] }, voice[0]));
    world.send(at + dice.below(900), b, a, udp({ sport: ports[1], dport: ports[0] }, voice[1]));
  }
}

/** A server that is down: the SYN comes again and again, or is refused. */
export function callInVain(world: World, atUs: number, client: Host, server: Host): void {
  const { dice } = world;
  const talk = new Talk(world, atUs, client, server, dice.pick([443, 8080]));
  const { seq } = talk.client;
  talk.segment(talk.client, "S");
  if (dice.chance(0.5)) {
    talk.reach(talk.server);
    talk.put(talk.nowUs, talk.server, "RA", new Uint8Array(0), { seq: 0, ack: (seq + 1) >>> 0 });
    return;
  }
  for (const waitUs of [1_000_000, 2_000_000, 4_000_000]) {
    talk.wait(waitUs);
    talk.segment(talk.client, "S", undefined, { seq });
  }
}

/** The gateway asks for a host of ours, which answers. */
export function resolve(world: World, atUs: number, asker: Host, asked: Host): void {
  const ends = { senderIp: asker.address, targetIp: asked.address, senderMac: asker.mac };
  const answer = {
    operation: 2,
    senderIp: asked.address,
    senderMac: asked.mac,
    targetIp: asker.address,
    targetMac: asker.mac,
  };
  world.at(atUs, () => ethernet({ src: asker.mac, dst: "ff:ff:ff:ff:ff:ff", pad: 60 }, arp(ends)));
  world.at(atUs + 300, () => ethernet({ src: asked.mac, dst: asker.mac, pad: 60 }, arp(answer)));
}

/** To all on the line, or all of ours; nobody answers. */
export function announce(world: World, atUs: number, host: Host): void {
  world.broadcast(atUs, host, 9_999, text("here I am"), world.dice.chance(0.5));
}
