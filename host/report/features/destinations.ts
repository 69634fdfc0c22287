// How many are spoken to, and where. Apart: one feature. Always holds: counted over all flows, named by those that were kept.

import { endsOf } from "../../cause/questions.js";
import { type FeatureTest, type Look, targets } from "./look.js";
import { feature, plural } from "./words.js";

const KEY = "destinations";
const LEAST = 2;

export const destinations: FeatureTest = {
  key: KEY,
  about: "one destination, or how many addresses and ports",
  tell: (look) => {
    if (look.flows.length < LEAST) return undefined;
    const addresses = targets(look);
    const ports = portsOf(look);
    const of = look.all?.flows ?? look.flows.length;
    return feature({ key: KEY, text: text(addresses, ports, look.all), holds: of, of, unit: "flows" });
  },
};

function portsOf({ flows }: Look): number[] {
  const ports = flows.filter(hasPorts).map((flow) => endsOf(flow).target.port);
  return [...new Set(ports)].sort((a, b) => a - b);
}

function hasPorts({ proto, destination }: Look["flows"][number]): boolean {
  return destination.port >= 0 && proto !== 1 && proto !== 58 && proto !== 50;
}

function text(addresses: readonly string[], ports: readonly number[], all: Look["all"]): string {
  const [port] = ports;
  const range = `${many(ports.length, all?.ports, "port")}, ${ports[0]} to ${ports.at(-1)}`;
  if (addresses.length === 1) {
    if (port === undefined) return `one destination: ${addresses[0]}`;
    return ports.length === 1
      ? `one destination: ${addresses[0]} port ${port}`
      : `one destination, ${addresses[0]}, and ${range}`;
  }
  const count = many(addresses.length, all?.destinations, "destination");
  if (port === undefined) return count;
  return ports.length === 1 ? `${count}, all port ${port}` : `${count}, ${range}`;
}

/** Of many flows all were counted, and only some are here. */
function many(seen: number, all: number | undefined, noun: string): string {
  return all === undefined || all <= seen ? plural(seen, noun) : `about ${plural(all, noun)}`;
}
