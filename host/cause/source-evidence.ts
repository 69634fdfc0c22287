// The evidence that a source's flows give together, which no one of them gives alone.
// Apart from the flows' own evidence because it compares flows, and so has to be bounded and independent of order.
// Always holds: the sentence depends on the set of flows alone; each test walks the flows a fixed number of times.

import { fitPorts } from "../hidden/fit.js";
import type { FlowFacts } from "./facts.js";
import {
  endsOf,
  handshakeAbsence,
  hearsUnseen,
  isComplete,
  isFailed,
  isOneSided,
  isTcp,
  targetState,
  type WeighContext,
} from "./questions.js";
import { listed, plural } from "./words.js";

export interface SourceLook {
  /** The flows that speak for the cause by themselves, in time order. */
  readonly supporting: readonly FlowFacts[];
  /** All of the source's. */
  readonly all: readonly FlowFacts[];
  readonly context: WeighContext;
}

/** The sentence where it holds. */
export type SourceTest = (look: SourceLook) => string | undefined;

const LEAKS_MIN = 3;
const HOSTS_MIN = 20;
const ROW_MIN = 10;
const PORTS_MIN = 15;
const VERY_MANY = 100;
const TARGETS_MIN = 5;
const PROBES_MIN = 3;
const RETRIES_MIN = 5;
const TTL_CONSISTENT = 1;
const TTL_SCATTERED = 3;
/** Hidden connections tell something when they are so many times the seen. */
const HIDDEN_FACTOR = 3;

export const SOURCE_TESTS: Readonly<Record<string, SourceTest>> = {
  "several-leaks": ({ supporting }) =>
    supporting.length >= LEAKS_MIN ? `${supporting.length} conversations show it` : undefined,

  "few-leaks": ({ supporting, context }) =>
    supporting.length < LEAKS_MIN && supporting.every((flow) => targetState(flow, context) !== "dark")
      ? `only ${plural(supporting.length, "conversation shows", "conversations show")} it`
      : undefined,

  "no-syn-anywhere": ({ supporting, all }) => {
    const places = new Set(supporting.map(hostOf));
    const same = all.filter((flow) => isTcp(flow) && places.has(hostOf(flow)));
    if (same.length < 2 || same.some((flow) => flow.sawSyn || flow.sawSynAck)) return undefined;
    return `not one of the ${same.length} conversations with ${listed([...places].sort())} has a SYN`;
  },

  "syn-to-same-place": ({ supporting, all }) => {
    const places = new Set(supporting.map(placeOf));
    const whole = all.filter((flow) => flow.sawHandshake && !isOneSided(flow) && places.has(placeOf(flow)));
    if (whole.length === 0) return undefined;
    const where = listed([...new Set(whole.map(placeOf))].sort());
    return `${plural(whole.length, "conversation", "conversations")} with ${where} had a whole handshake`;
  },

  "complete-elsewhere": ({ supporting, all }) => {
    const hosts = new Set(supporting.map(hostOf));
    const ports = new Set(supporting.map((flow) => endsOf(flow).target.port));
    const whole = all.filter(
      (flow) => isComplete(flow) && !hosts.has(hostOf(flow)) && ports.has(endsOf(flow).target.port),
    );
    if (whole.length === 0) return undefined;
    const addresses = [...new Set(whole.map(hostOf))].sort();
    return (
      `${plural(whole.length, "conversation", "conversations")} of the same service with ${listed(addresses)} ` +
      "are whole: a filter near the source would have stopped them too, one near the destination would not"
    );
  },

  "leaks-elsewhere": ({ supporting, all }) => {
    const hosts = new Set(supporting.map(hostOf));
    const whole = all.some((flow) => isComplete(flow));
    if (hosts.size < 2 || whole) return undefined;
    return `it is so with ${hosts.size} destinations, and no conversation with any other is whole: the filter is near the source`;
  },

  "ttl-consistent": ({ supporting }) => {
    const [low, high] = ttlRange(supporting);
    if (supporting.length < 2 || high === 0 || high - low > TTL_CONSISTENT) return undefined;
    return low === high ? `all its packets have TTL ${low}` : `all its packets have TTL ${low} or ${high}`;
  },

  "ttl-scattered": ({ supporting }) => {
    const [low, high] = ttlRange(supporting);
    return high - low > TTL_SCATTERED ? `its packets have TTLs from ${low} to ${high}` : undefined;
  },

  "hidden-connections": ({ supporting }) => {
    const points = supporting.map((flow) => ({ timeUs: flow.startUs, port: endsOf(flow).actor.port }));
    const fit = fitPorts(points);
    if (fit.kind !== "sequential" || fit.estimated < fit.seen * HIDDEN_FACTOR) return undefined;
    return (
      `by its source ports it opened about ${fit.estimated} connections in ${Math.round(fit.spanSeconds)} s, ` +
      `${fit.rate.toFixed(1)} a second, of which ${fit.seen} showed`
    );
  },

  "rule-matched": ({ context }) => {
    const names = (context.alerts ?? []).map(signatureOf).filter((name) => name !== undefined);
    if (names.length === 0) return undefined;
    return `a rule matched: ${listed([...new Set(names)].sort())}`;
  },

  "most-hear-unseen": ({ all }) => {
    const tcp = all.filter(isTcp);
    const hearing = tcp.filter(hearsUnseen);
    if (hearing.length < LEAKS_MIN || hearing.length * 2 < tcp.length) return undefined;
    return `${hearing.length} of ${tcp.length} conversations show one side that hears the other`;
  },

  "same-pair-both-ways": ({ supporting, all }) => {
    const pairs = new Set(supporting.map(pairOf));
    const both = all.filter((flow) => isComplete(flow) && pairs.has(pairOf(flow)));
    if (both.length === 0) return undefined;
    return `${plural(both.length, "conversation", "conversations")} of the same two addresses pass here both ways`;
  },

  "many-answered": ({ supporting }) => {
    const targets = new Set(supporting.map(hostOf));
    return targets.size >= TARGETS_MIN ? `it answers ${targets.size} addresses that did not ask` : undefined;
  },

  "many-hosts": (look) => {
    const most = mostHosts(look);
    return most.count >= HOSTS_MIN ? `${most.count} hosts asked for port ${most.name} in vain` : undefined;
  },

  "hosts-in-a-row": (look) => {
    const most = largest(failed(look), (flow) => networkOf(hostOf(flow)), hostOf);
    return most.count >= ROW_MIN ? `${most.count} of the hosts are neighbours, in ${most.name}` : undefined;
  },

  "many-ports": (look) => {
    const most = mostPorts(look);
    return most.count >= PORTS_MIN ? `${most.count} ports of ${most.name} asked in vain` : undefined;
  },

  "very-many": (look) => {
    const count = Math.max(mostHosts(look).count, mostPorts(look).count);
    return count >= VERY_MANY ? `${count} places asked in vain` : undefined;
  },

  "one-place": (look) => {
    const list = failed(look);
    const places = new Set(list.map(placeOf));
    if (list.length < RETRIES_MIN || places.size !== 1) return undefined;
    return `all ${list.length} went to ${[...places][0]}`;
  },

  "mostly-complete": ({ all }) => {
    const whole = all.filter(isComplete).length;
    const vain = all.filter(isFailed).length;
    return whole > vain
      ? `${whole} of its connections were completed and used, ${vain} were in vain`
      : undefined;
  },

  "several-probed": ({ supporting }) => {
    const places = new Set(supporting.map(placeOf));
    return places.size >= PROBES_MIN ? `${places.size} ports or hosts were probed` : undefined;
  },
};

function hostOf(flow: FlowFacts): string {
  return endsOf(flow).target.address;
}

function placeOf(flow: FlowFacts): string {
  const { address, port } = endsOf(flow).target;
  return `${address} port ${port}`;
}

function pairOf(flow: FlowFacts): string {
  return [flow.source.address, flow.destination.address].sort().join(" ");
}

function ttlRange(flows: readonly FlowFacts[]): [low: number, high: number] {
  let low = 255;
  let high = 0;
  for (const flow of flows) {
    const { acts } = endsOf(flow);
    if (acts.ttlHigh === 0) continue;
    low = Math.min(low, acts.ttlLow);
    high = Math.max(high, acts.ttlHigh);
  }
  return high === 0 ? [0, 0] : [low, high];
}

/** Flows of the source that asked in vain: those that the classifier told of too, whatever their protocol. */
function failed({ supporting, all }: SourceLook): FlowFacts[] {
  const told = new Set(supporting);
  return all.filter((flow) => isFailed(flow) || (told.has(flow) && handshakeAbsence(flow, {}) === undefined));
}

interface Largest {
  readonly name: string;
  readonly count: number;
}

/** The group with the most distinct members; of equals the first by name. */
function largest(
  flows: readonly FlowFacts[],
  group: (flow: FlowFacts) => string,
  member: (flow: FlowFacts) => string,
): Largest {
  const groups = new Map<string, Set<string>>();
  for (const flow of flows) {
    const name = group(flow);
    const members = groups.get(name);
    if (members) members.add(member(flow));
    else groups.set(name, new Set([member(flow)]));
  }
  let best: Largest = { name: "", count: 0 };
  for (const [name, { size }] of groups) {
    if (size > best.count || (size === best.count && name < best.name)) best = { name, count: size };
  }
  return best;
}

function mostHosts(look: SourceLook): Largest {
  return largest(failed(look), (flow) => String(endsOf(flow).target.port), hostOf);
}

function mostPorts(look: SourceLook): Largest {
  return largest(failed(look), hostOf, (flow) => String(endsOf(flow).target.port));
}

/** The /24 of an IPv4 address; of an IPv6 address its first four groups, as written. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return `${address.split(".").slice(0, 3).join(".")}.0/24`;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...new Array<string>(zeros).fill("0"), ...rest];
  return `${all.slice(0, 4).join(":")}::/64`;
}

function signatureOf(event: Readonly<Record<string, unknown>>): string | undefined {
  const { alert } = event;
  if (typeof alert !== "object" || alert === null || !("signature" in alert)) return undefined;
  return typeof alert.signature === "string" ? alert.signature : undefined;
}
