// The day of a home network: how much of what everybody does, and when.
// Apart from the doings themselves (ordinary.ts). Always holds: in the learning time every host of ours sends
// something, so that afterwards the silent addresses are those that nobody uses.

import type { Host } from "./host.js";
import {
  announce,
  call,
  callInVain,
  lookUp,
  type Neighbours,
  neighbours,
  ping,
  resolve,
  setClock,
} from "./ordinary.js";
import { LEARNT_US } from "./types.js";
import { browse, type WebOptions } from "./web.js";
import type { World } from "./world.js";

export interface LifeOptions {
  /** Doings in all; a web conversation is about 15 frames, the rest two or three. */
  doings?: number;
  untilUs?: number;
  /** Of every web conversation. */
  web?: WebOptions;
  /** Hosts that do nothing besides what the scenario has them do, after they have woken up. */
  busy?: readonly Host[];
}

/** Fills the time with ordinary traffic; answers all hosts that took part. */
export function live(world: World, options: LifeOptions = {}): Host[] {
  const { dice } = world;
  const { doings = 24, untilUs = 240_000_000, web = {}, busy = [] } = options;
  const around = neighbours(world);
  const people = world.people.filter((host) => !busy.includes(host));
  for (const host of world.people) wakeUp(world, dice.about(LEARNT_US / 2 - 2_000_000), host, around);
  const visitors = [world.outsider(), world.outsider()];
  const shop = dice.pick(people);
  for (let i = 0; i < doings; i++) doSomething(world, dice.below(untilUs), dice.pick(people), around, web);
  for (const visitor of visitors) {
    browse(world, LEARNT_US + dice.below(untilUs - LEARNT_US), visitor, shop, {
      ...web,
      port: dice.pick([80, 443]),
    });
  }
  callInVain(world, dice.below(untilUs), dice.pick(people), world.outsider());
  return [...people, ...visitors, ...around.servers, around.resolver, around.clock, world.gateway];
}

function wakeUp(world: World, atUs: number, host: Host, { resolver }: Neighbours): void {
  resolve(world, atUs, world.gateway, host);
  lookUp(world, atUs + 5_000, host, resolver);
  lookUp(world, atUs + 9_000, host, resolver, true);
}

function doSomething(world: World, atUs: number, host: Host, around: Neighbours, web: WebOptions): void {
  const { dice } = world;
  const server = dice.pick(around.servers);
  const isV6 = dice.chance(0.25);
  switch (dice.below(10)) {
    case 0:
      setClock(world, atUs, host, around.clock);
      break;
    case 1:
      ping(world, atUs, host, server, dice.between(1, 4), isV6);
      break;
    case 2:
      announce(world, atUs, host);
      break;
    case 3:
      call(world, atUs, host, server, dice.between(4, 12));
      break;
    case 4:
      resolve(world, atUs, world.gateway, host);
      break;
    default:
      lookUp(world, atUs, host, around.resolver, isV6);
      browse(world, atUs + 200_000, host, server, { isV6, ...web });
  }
}
