// Reads a scenario by the real classifier and answers its flows as facts. Apart from the tests, which judge them.
// Always holds: one memory for all scenarios of a process; every run begins anew; the time of learning is over before
// what is strange begins.

import * as L from "../../assembly/layout.js";
import { flowKey, LEARNT_US, type Scenario } from "../../examples/scenarios/types.js";
import { type FlowFacts, factsOf, mergeFacts } from "../../host/cause/facts.js";
import type { CauseName } from "../../host/cause/names.js";
import { endsOf, type WeighContext } from "../../host/cause/questions.js";
import { weighFlow, weighSource } from "../../host/cause/weigh.js";
import { FlowRecord } from "../../host/record/flow-record.js";
import { writeHomes } from "../../host/wasm/homes.js";
import { viewMemory } from "../../host/wasm/memory.js";
import { Core } from "../support/core.js";

const PICKUP_NS = 60_000_000_000n;
let core: Core | undefined;

/** Seeds of each scenario: 50, or STRAY_SCENARIO_SEEDS. */
export function seedCount(): number {
  return setting("STRAY_SCENARIO_SEEDS", "50");
}

/** 1, or STRAY_SCENARIO_FIRST: seeds that nobody has looked at say more. */
export function firstSeed(): number {
  return setting("STRAY_SCENARIO_FIRST", "1");
}

export function seeds(): number[] {
  return Array.from({ length: seedCount() }, (_, index) => firstSeed() + index);
}

function setting(name: string, fallback: string): number {
  const text = process.env[name] ?? fallback;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`expected a whole number from 1 in ${name}, found "${text}"`);
}

export interface Read {
  readonly flows: readonly FlowFacts[];
  /** Packets that the classifier could not put into a flow, or found damaged. */
  readonly counter: (index: number) => number;
}

export function readScenario(scenario: Scenario): Read {
  core ??= new Core();
  const { startUs, losesFrames } = scenario.sensor;
  const homes = scenario.home.map((network) => ({ network, kind: "ours" as const }));
  core.reset({
    homeCount: homes.length,
    inspectFlags: L.INSPECT_FLAG_ON,
    detectFlags: L.DETECT_FLAG_ON,
    sourceLimit: 1024,
    targetLimit: 1024,
    aliveLimit: 1024,
    sessionLimit: 1024,
    streamWindowLimit: 512,
    learnNs: BigInt(LEARNT_US) * 1000n,
    pickupNs: startUs === undefined ? 0n : PICKUP_NS,
  });
  writeHomes(viewMemory(core.memory), homes);
  const flows: FlowFacts[] = [];
  const take = (bytes: Uint8Array): void => {
    flows.push(factsOf(new FlowRecord(bytes.slice().buffer).pointAt(0)));
  };
  for (const { timeNs, frame } of scenario.frames) {
    if (losesFrames) core.view.setBigUint64(L.STATE_BASE + L.STATE_LOSS_TIME_OFFSET, timeNs, true);
    core.push(frame, { timeNs });
    if (core.pending > 2048) core.take(take);
  }
  core.exports.drain();
  for (let more = 1; more !== 0; ) {
    core.take(take);
    more = core.exports.flush();
  }
  core.take(take);
  const counters = core.counterBytes();
  const view = new DataView(counters.buffer);
  return { flows: mergeFacts(flows), counter: (index) => Number(view.getBigUint64(index * 8, true)) };
}

export function keyOf({ source, destination }: FlowFacts): string {
  return flowKey(source.address, source.port, destination.address, destination.port);
}

/** Flows in which this address is who sent alone, or began. */
export function flowsOfSource(flows: readonly FlowFacts[], address: string): FlowFacts[] {
  return flows.filter((flow) => endsOf(flow).actor.address === address);
}

export function sourcesOf(flows: readonly FlowFacts[]): string[] {
  return [...new Set(flows.map((flow) => endsOf(flow).actor.address))];
}

/** What a sensor knows besides the flows. An address of ours that never sent a packet is dark. */
export function contextOf(scenario: Scenario, flows: readonly FlowFacts[]): WeighContext {
  const alive = new Set<string>();
  for (const { source, destination, orig, resp } of flows) {
    if (orig.packets > 0) alive.add(source.address);
    if (resp.packets > 0) alive.add(destination.address);
  }
  const prefix = scenario.home[0]!.split("/")[0]!.replace(/0$/, "");
  const { startUs, isOneWay, losesFrames } = scenario.sensor;
  return {
    darkAddresses: (address) => {
      if (!address.startsWith(prefix)) return address.includes(":") ? "unknown" : "foreign";
      return alive.has(address) ? "alive" : isOneWay ? "unknown" : "dark";
    },
    ...(startUs === undefined ? {} : { sensorStartUs: startUs }),
    ...(isOneWay === undefined ? {} : { isOneWayCapture: isOneWay }),
    ...(losesFrames ? { lossAt: () => true } : {}),
  };
}

export type Verdict = CauseName | "none";

function verdict(weighed: readonly { cause: CauseName; score: number }[]): Verdict {
  const [first] = weighed;
  return first === undefined || first.cause === "unknown" ? "none" : first.cause;
}

export function verdictOfSource(
  flows: readonly FlowFacts[],
  address: string,
  context: WeighContext,
): Verdict {
  return verdict(weighSource(flowsOfSource(flows, address), context));
}

export function verdictOfFlow(flow: FlowFacts, context: WeighContext): Verdict {
  return verdict(weighFlow(flow, context));
}

/** The cause that the scenario as a whole is given: of its source, of its flow, or the first one of any source. */
export function judge(scenario: Scenario, flows: readonly FlowFacts[], context: WeighContext): Verdict {
  const { source, flow } = scenario.expected;
  if (source !== undefined) return verdictOfSource(flows, source, context);
  if (flow !== undefined) {
    const found = flows.find((one) => keyOf(one) === flow);
    return found === undefined ? "none" : verdictOfFlow(found, context);
  }
  const verdicts = sourcesOf(flows).map((address) => verdictOfSource(flows, address, context));
  return verdicts.find((one) => one !== "none") ?? "none";
}
