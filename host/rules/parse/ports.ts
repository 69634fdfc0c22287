// Ports of a rule's header: any, single, ranges open or closed, lists of these.
// Apart from addresses because the forms differ; the sets are the same.
// Always holds: what comes out is disjoint and ascending, from 0 to 65535.

import type { PortSet } from "../model.js";
import type { Interval } from "./intervals.js";
import { type ListKind, readList } from "./lists.js";
import { cannot, refuse, shown } from "./problems.js";
import type { Variables } from "./variables.js";

const PORT_MAX = 65_535;
const AXIS: Interval = [0n, BigInt(PORT_MAX)];
const PORT = /^\d{1,5}$/;

const PORTS: ListKind = { name: "port", axis: AXIS, member: portMember };

export function readPorts(text: string, variables: Variables): PortSet {
  return variables.once<PortSet>(`port ${text}`, () => {
    const set = readList(text, PORTS, variables);
    if (set.length === 1 && set[0]![0] === AXIS[0] && set[0]![1] === AXIS[1]) return "any";
    return set.map(([first, last]) => [Number(first), Number(last)] as const);
  });
}

function portMember(text: string): Interval {
  const colon = text.indexOf(":");
  if (colon === -1) {
    const port = portNumber(text, text);
    return [BigInt(port), BigInt(port)];
  }
  const firstText = text.slice(0, colon).trim();
  const lastText = text.slice(colon + 1).trim();
  if (firstText === "" && lastText === "") return notAPort(text);
  const first = firstText === "" ? 0 : portNumber(firstText, text);
  const last = lastText === "" ? PORT_MAX : portNumber(lastText, text);
  if (first > last) cannot(`the ports ${shown(text)} end before they begin; write the lower port first`);
  return [BigInt(first), BigInt(last)];
}

function portNumber(text: string, whole: string): number {
  if (!PORT.test(text) || Number(text) > PORT_MAX) return notAPort(whole);
  return Number(text);
}

function notAPort(text: string): never {
  return refuse(
    `a port from 0 to ${PORT_MAX}, a range such as 1:1024, :1024 or 1024:, $NAME or any`,
    shown(text),
  );
}
