// Scans in the ways of NMAP: SYN, FIN, NULL, XMAS and ACK; over the ports of a few hosts or over the hosts of the
// network; fast or slow. Apart from the other scenarios, which have no probes.
// Always holds: a probe is one packet, sent again once where nothing came back; what answers answers as sound stacks
// do (RFC 9293 3.10.7): closed ports reset, open ones accept a SYN and pass over the rest, filtered ones are silent
// or a gateway refuses for them.

import type { CauseName } from "../../host/cause/names.js";
import type { FindingName } from "../../host/record/findings.js";
import { icmpError, tcp, tcpOption } from "../frame.js";
import type { Host } from "./host.js";
import { live } from "./life.js";
import { forbiddenBut, type Scenario } from "./types.js";
import { range, World } from "./world.js";

const STRANGE_US = 60_000_000;

export type ScanKind = "syn" | "fin" | "null" | "xmas" | "ack";

const FLAGS: Readonly<Record<ScanKind, string>> = { syn: "S", fin: "F", null: "", xmas: "FPU", ack: "A" };
const CAUSES: Readonly<Record<ScanKind, CauseName>> = {
  syn: "scan",
  fin: "stealth-scan",
  null: "stealth-scan",
  xmas: "stealth-scan",
  ack: "stealth-scan",
};

type PortState = "open" | "closed" | "filtered" | "refused";

interface Probe {
  target: Host;
  port: number;
  state: PortState;
}

export function scan(kind: ScanKind, seed: number): Scenario {
  const world = new World(`scan-${kind}`, seed);
  const { dice } = world;
  const scanner = world.outsider();
  const isSlow = dice.chance(0.25);
  const overPorts = dice.chance(0.5);
  const probes = overPorts ? probesOfPorts(world, isSlow) : probesOfHosts(world, isSlow);
  const gapUs = isSlow ? dice.between(4, 9) * 1_000_000 : dice.between(400, 60_000);
  const ordinary = live(world, { untilUs: STRANGE_US + probes.length * gapUs + 60_000_000, doings: 16 });
  const sport = dice.between(33_000, 65_000);
  for (const [index, probe] of probes.entries()) {
    send(world, kind, scanner, sport, probe, STRANGE_US + index * gapUs + dice.below(300));
  }
  const flagFinding = `${kind}-scan` as FindingName;
  const sweep: FindingName = overPorts ? "port-sweep" : "host-sweep";
  // What a slow scan does is told by its cause; a sweep need not be noticed by its rate.
  const found: FindingName[] = isSlow ? [flagFinding] : [flagFinding, sweep];
  return world.scenario(world.frames(), {
    source: scanner.address,
    cause: CAUSES[kind],
    findings: { [scanner.address]: kind === "syn" && isSlow ? [] : found },
    forbidden: forbiddenBut(flagFinding, "port-sweep", "host-sweep", "dark-destination"),
    ordinary: ordinary.map(({ address }) => address),
  });
}

/** Many ports of one or two hosts of ours. */
function probesOfPorts(world: World, isSlow: boolean): Probe[] {
  const { dice } = world;
  const targets = dice.some(world.people, dice.between(1, 2));
  const ports = dice.some(range(1, 1_024), isSlow ? dice.between(25, 40) : dice.between(80, 220));
  const isFiltered = dice.chance(0.4);
  return ports.map((port) => ({ target: dice.pick(targets), port, state: portState(world, isFiltered) }));
}

/** One port of many addresses of ours, most of which nobody uses. */
function probesOfHosts(world: World, isSlow: boolean): Probe[] {
  const { dice } = world;
  const port = dice.pick([22, 23, 80, 443, 445, 3389]);
  const numbers = dice.some(range(2, 254), isSlow ? dice.between(25, 40) : dice.between(80, 220));
  return numbers.map((number) => {
    const address = `${world.prefix}.${number}`;
    const used = world.people.find((host) => host.address === address);
    if (used === undefined) return { target: world.nobody(address), port, state: "filtered" };
    return { target: used, port, state: portState(world, false) };
  });
}

function portState({ dice }: World, isFiltered: boolean): PortState {
  if (isFiltered) return dice.chance(0.9) ? dice.pick(["filtered", "filtered", "refused"]) : "open";
  return dice.chance(0.08) ? "open" : "closed";
}

function send(world: World, kind: ScanKind, scanner: Host, sport: number, probe: Probe, atUs: number): void {
  const { dice } = world;
  const { target, port, state } = probe;
  const hasOptions = kind === "syn";
  const ack = kind === "ack" ? dice.u32() : 0;
  const header = { dport: port, seq: dice.u32(), ack, flags: FLAGS[kind], window: 1024 };
  const options = hasOptions ? tcpOption.mss(1460) : new Uint8Array(0);
  // Every probe has an ID of its own and no DF, and the answers belong to no connection.
  const own = { id: dice.between(1, 65_535), df: false };
  const first = world.send(atUs, scanner, target, tcp({ ...header, sport, options }), own);
  const answerUs = atUs + 2 * target.distanceUs + dice.below(200);
  const isAnswered = answers(kind, state);
  if (isAnswered) {
    world.send(answerUs, target, scanner, tcp(answerTo(kind, state, header, sport, dice.u32())));
    if (kind === "syn" && state === "open") {
      const reset = tcp({ sport, dport: port, seq: (header.seq + 1) >>> 0, flags: "R", window: 0 });
      world.send(answerUs + 2 * scanner.distanceUs, scanner, target, reset, { df: true });
    }
    return;
  }
  if (state === "refused") {
    const refusal = () => icmpError({ type: 3, code: 13 }, first.ip ?? new Uint8Array(28));
    world.send(answerUs, target, scanner, refusal);
    return;
  }
  // Nothing came back: once more, from the next port, as NMAP does.
  const again = tcp({ ...header, sport: sport + 1, options });
  world.send(atUs + 1_100_000 + dice.below(90_000), scanner, target, again, {
    ...own,
    id: dice.between(1, 65_535),
  });
}

function answers(kind: ScanKind, state: PortState): boolean {
  if (state === "closed") return true;
  return state === "open" && (kind === "syn" || kind === "ack");
}

interface ProbeHeader {
  dport: number;
  seq: number;
  ack: number;
}

/** SYN-ACK of an open port, else the reset: with the probe's own ACK number, or acknowledging it. */
function answerTo(kind: ScanKind, state: PortState, probe: ProbeHeader, sport: number, seq: number) {
  const ports = { sport: probe.dport, dport: sport };
  if (kind === "syn" && state === "open") {
    return { ...ports, seq, ack: (probe.seq + 1) >>> 0, flags: "SA", options: tcpOption.mss(1460) };
  }
  if (kind === "ack") return { ...ports, seq: probe.ack, flags: "R", window: 0 };
  const length = kind === "null" ? 0 : 1;
  return { ...ports, seq: 0, ack: (probe.seq + length) >>> 0, flags: "RA", window: 0 };
}
