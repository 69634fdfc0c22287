// Conversations of which one direction only passes: the other takes another way.
// Apart as each scenario is. Always holds: the conversations are complete and sound, and what the seen side
// acknowledges goes forward; the hosts around are seen both ways.

import type { FindingName } from "../../host/record/findings.js";
import type { Host } from "./host.js";
import { live } from "./life.js";
import { flowKey, forbiddenBut, type Scenario } from "./types.js";
import { browse } from "./web.js";
import { World } from "./world.js";

const UNTIL_US = 220_000_000;
const FOUND: readonly FindingName[] = ["one-way"];

export function asymmetricRoute(seed: number): Scenario {
  const world = new World("asymmetric-route", seed);
  const { dice } = world;
  const ours = dice.some(world.people, 4);
  const theirs = [world.outsider(), world.outsider(), world.outsider()];
  const seen = dice.pick(["client", "server"] as const);
  // The one whose packets pass is of ours or of theirs, and speaks with several.
  const isOurs = dice.chance(0.5);
  const source = (isOurs ? ours[0] : theirs[0]) as Host;
  const others = isOurs ? theirs : ours.slice(1);
  const ordinary = live(world, { untilUs: UNTIL_US, doings: 20, busy: isOurs ? [source] : [] });
  const findings: Record<string, readonly FindingName[]> = {};
  for (let left = dice.between(5, 12); left > 0; left--) {
    const other = dice.pick(others);
    const [client, server] = seen === "client" ? [source, other] : [other, source];
    const atUs = 50_000_000 + dice.below(UNTIL_US - 60_000_000);
    const ending = dice.pick(["fin", "server-fin", "open"] as const);
    const talk = browse(world, atUs, client, server, { seen, ending, exchanges: dice.between(2, 4) });
    findings[flowKey(client.address, talk.client.port, server.address, talk.port)] = FOUND;
  }
  return world.scenario(world.frames(), {
    source: source.address,
    cause: "asymmetric-route",
    findings,
    forbidden: forbiddenBut(),
    ordinary: ordinary.map(({ address }) => address),
  });
}
