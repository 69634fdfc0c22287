// What a flood's victim sends to addresses that the flooder forged, some of which are ours: answers to questions
// that nobody here asked. Apart as each scenario is.
// Always holds: no host of ours ever sent anything to the victim; SYN-ACKs are sent again as stacks do, since the
// third segment never comes; ICMP errors quote a SYN that is said to have come from us.

import type { FindingName } from "../../host/record/findings.js";
import { icmpError, ipv4, tcp, tcpOption } from "../frame.js";
import type { Host } from "./host.js";
import { live } from "./life.js";
import { forbiddenBut, type Scenario } from "./types.js";
import { range, World } from "./world.js";

const STRANGE_US = 60_000_000;

export function backscatter(seed: number): Scenario {
  const world = new World("backscatter", seed);
  const { dice } = world;
  const victim = world.outsider();
  const port = dice.pick([80, 443, 22, 6667, 25565]);
  const lastingUs = dice.between(20, 180) * 1_000_000;
  const ordinary = live(world, { untilUs: STRANGE_US + lastingUs, doings: 18 });
  // Most of what comes is of one kind; few floods make a victim answer in all ways.
  const kinds = dice.pick([
    ["syn-ack"],
    ["syn-ack", "reset"],
    ["reset"],
    ["syn-ack", "unreachable"],
    ["syn-ack", "reset", "expired"],
  ] as const);
  const addresses = dice.some(range(2, 254), dice.between(40, 110));
  for (const [index, number] of addresses.entries()) {
    const target = world.nobody(`${world.prefix}.${number}`);
    const kind = index === 0 ? kinds[0] : dice.pick(kinds);
    answer(world, STRANGE_US + dice.below(lastingUs), kind, victim, target, port);
  }
  const findings: Record<string, readonly FindingName[]> = { [victim.address]: ["backscatter", "one-way"] };
  return world.scenario(world.frames(), {
    source: victim.address,
    cause: "backscatter",
    findings,
    forbidden: forbiddenBut("backscatter", "dark-destination"),
    ordinary: ordinary.map(({ address }) => address),
  });
}

type Kind = "syn-ack" | "reset" | "unreachable" | "expired";

function answer(world: World, atUs: number, kind: Kind, victim: Host, target: Host, port: number): void {
  const { dice } = world;
  const asked = dice.between(1_024, 65_535);
  const forgedSeq = dice.u32();
  const ports = { sport: port, dport: asked };
  const ack = (forgedSeq + 1) >>> 0;
  if (kind === "syn-ack") {
    const segment = tcp({ ...ports, seq: dice.u32(), ack, flags: "SA", options: tcpOption.mss(1460) });
    let waitUs = 1_000_000;
    for (let left = dice.between(1, 4); left > 0; left--) {
      world.send(atUs, victim, target, segment);
      atUs += waitUs + dice.below(20_000);
      waitUs *= 2;
    }
  } else if (kind === "reset") {
    world.send(atUs, victim, target, tcp({ ...ports, seq: 0, ack, flags: "RA", window: 0 }));
  } else {
    const syn = tcp({ sport: asked, dport: port, seq: forgedSeq, flags: "S", options: tcpOption.mss(1460) });
    const ttl = kind === "expired" ? 1 : dice.between(40, 50);
    const quoted = ipv4({ src: target.address, dst: victim.address, ttl, id: dice.below(65_536) }, syn);
    const error = kind === "expired" ? { type: 11, code: 0 } : { type: 3, code: dice.pick([1, 3, 13]) };
    world.send(atUs, victim, target, icmpError(error, quoted), { df: false });
  }
}
