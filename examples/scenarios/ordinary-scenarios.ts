// Scenarios in which nobody does anything strange, but the sensor sees them in an odd way or not at all oddly:
// browsing behind NAT, a start in midstream, a one-way tap, a capture with loss.
// Apart from the strange ones: here everything is forbidden that accuses. Always holds: all hosts are honest.

import type { Dice } from "./dice.js";
import { type Host, makeHost } from "./host.js";
import { live } from "./life.js";
import { callInVain, lookUp, ping } from "./ordinary.js";
import { forbiddenBut, type Scenario } from "./types.js";
import { browse } from "./web.js";
import { World } from "./world.js";

const UNTIL_US = 200_000_000;

/** Many clients behind one address of ours, and the network around. */
export function browsing(seed: number): Scenario {
  const world = new World("browsing", seed);
  const { dice } = world;
  const hosts = live(world, { untilUs: UNTIL_US, doings: 22 });
  const servers = [world.outsider(), world.outsider(), world.outsider(), world.outsider()];
  const clients = behindNat(world, dice);
  for (let left = dice.between(16, 26); left > 0; left--) {
    const client = dice.pick(clients);
    const server = dice.pick(servers);
    const atUs = dice.below(UNTIL_US);
    lookUp(world, atUs, client, servers[0] as Host);
    browse(world, atUs + 150_000, client, server, { mishaps: 0.02, isV6: dice.chance(0.2) });
  }
  ping(world, dice.below(UNTIL_US), dice.pick(clients), dice.pick(servers), 3);
  callInVain(world, dice.below(UNTIL_US), dice.pick(clients), world.outsider());
  const all = [...hosts, ...servers, ...clients];
  return world.scenario(world.frames(), {
    cause: "none",
    findings: {},
    forbidden: forbiddenBut(),
    ordinary: [...new Set(all.map(({ address }) => address))],
  });
}

/** Hosts with stacks of their own that share an address and the router's MAC, one hop further away. */
function behindNat(world: World, dice: Dice): Host[] {
  const router = world.people[0] as Host;
  const firstPort = dice.between(1_100, 20_000);
  let nextPort = firstPort;
  return Array.from({ length: dice.between(5, 9) }, () => {
    const { address, address6, mac } = router;
    const host = makeHost(dice, { address, address6, mac, isHome: true, hops: 1, distanceUs: 2_000 });
    // The router gives the ports, from a block a client, so that no two connections have the same.
    nextPort += 4_000;
    return { ...host, nextPort, portsInOrder: true };
  });
}

/** The capture begins in the middle of many conversations. */
export function midstreamStart(seed: number): Scenario {
  const world = new World("midstream-start", seed);
  const { dice } = world;
  const cutUs = 60_000_000;
  const busy = world.people[0] as Host;
  const hosts = live(world, { untilUs: 160_000_000, doings: 16, busy: [busy] });
  const servers = [world.outsider(), world.outsider(), world.outsider()];
  for (let left = dice.between(12, 22); left > 0; left--) {
    const client = dice.chance(0.5) ? busy : dice.pick(world.people);
    const options = { pauseUs: 9_000_000, exchanges: dice.between(5, 8), port: 443 };
    browse(world, cutUs - dice.between(1_000_000, 25_000_000), client, dice.pick(servers), options);
  }
  const frames = world.frames((atUs) => atUs >= cutUs);
  return world.scenario(
    frames,
    {
      source: busy.address,
      cause: "pickup",
      findings: {},
      forbidden: forbiddenBut("dark-destination"),
      ordinary: [...hosts, ...servers, busy].map(({ address }) => address),
    },
    { startUs: world.startUs + cutUs },
  );
}

/** Only what goes out, or only what comes in, of a whole network. */
export function oneWayTap(seed: number): Scenario {
  const world = new World("one-way-tap", seed);
  const { dice } = world;
  const isOutbound = dice.chance(0.5);
  const busy = world.people[0] as Host;
  const hosts = live(world, { untilUs: UNTIL_US, doings: 30, busy: [busy] });
  const server = world.outsider();
  for (let left = dice.between(6, 12); left > 0; left--) {
    browse(world, dice.below(UNTIL_US - 20_000_000), busy, server, { exchanges: dice.between(2, 4) });
  }
  const ours = new Set(world.people.map(({ mac }) => mac));
  const frames = world.frames((_atUs, frame) => ours.has(macText(frame, 6)) === isOutbound);
  return world.scenario(
    frames,
    {
      source: (isOutbound ? busy : server).address,
      cause: "asymmetric-route",
      findings: {},
      forbidden: forbiddenBut("dark-destination"),
      ordinary: [...hosts, busy, server].map(({ address }) => address),
    },
    { isOneWay: true },
  );
}

function macText(frame: Uint8Array, at: number): string {
  return Array.from(frame.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** Ordinary traffic of which one frame in twenty is missing. */
export function lossyCapture(seed: number): Scenario {
  const world = new World("lossy-capture", seed);
  const { dice } = world;
  const hosts = live(world, { untilUs: UNTIL_US, doings: 44 });
  const isTold = dice.chance(0.5);
  const frames = world.frames(() => !dice.chance(0.05));
  return world.scenario(
    frames,
    {
      cause: "none",
      findings: {},
      forbidden: forbiddenBut("midstream-data", "fin-with-data-no-handshake", "dark-destination"),
      ordinary: hosts.map(({ address }) => address),
    },
    { losesFrames: isTold },
  );
}
