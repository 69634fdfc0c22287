// Which findings the classifier raises in each scenario: those that must be there, and those that must not. Apart from
// the causes: a cause can be right while a finding that it does not need is missing.
// Always holds: a flow that began less than a second before the capture's end is not asked for what it lacks, since an
// answer could still have come; nor one that ended while the sensor was learning, whether its address is dark. STRAY_SCENARIO_SEEDS changes the number of seeds (up to 15 unless given: findings vary less than causes).

import { describe, expect, it } from "vitest";
import { END_SILENCE_MS } from "../../assembly/detect/detect-layout.js";
import { SCENARIOS, type ScenarioName, scenario } from "../../examples/scenarios/index.js";
import { LEARNT_US, NEVER_ORDINARY, type Scenario } from "../../examples/scenarios/types.js";
import type { FlowFacts } from "../../host/cause/facts.js";
import type { FindingName } from "../../host/record/findings.js";
import { keyOf, readScenario, seedCount } from "./run-scenario.js";

const SEEDS_DEFAULT = 15;
const SHOWN_MAX = 40;

function seeds(): number[] {
  const { STRAY_SCENARIO_SEEDS } = process.env;
  const count = STRAY_SCENARIO_SEEDS === undefined ? SEEDS_DEFAULT : seedCount();
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** `what: seeds it happened in`, the same thing of many flows once. */
class Complaints {
  private readonly seedsByText = new Map<string, Set<number>>();

  add(text: string, seed: number): void {
    const known = this.seedsByText.get(text) ?? new Set();
    this.seedsByText.set(text, known.add(seed));
  }

  lines(): string[] {
    return [...this.seedsByText]
      .map(([text, seeds]) => `${text}: ${seeds.size} seeds (${[...seeds].slice(0, 8).join(" ")})`)
      .slice(0, SHOWN_MAX);
  }
}

function foundOf(flows: readonly FlowFacts[], keyOrAddress: string): Set<FindingName> {
  const mine = flows.filter(
    (flow) =>
      keyOf(flow) === keyOrAddress ||
      flow.source.address === keyOrAddress ||
      flow.destination.address === keyOrAddress,
  );
  return new Set(mine.flatMap(({ findings }) => findings));
}

/** Flows of a key that were too young at the end to be judged. */
function isTooYoung({ frames }: Scenario, flows: readonly FlowFacts[], key: string): boolean {
  const endUs = Number(frames.at(-1)!.timeNs / 1000n);
  const mine = flows.filter((flow) => keyOf(flow) === key);
  return mine.length > 0 && mine.every(({ startUs }) => endUs - startUs < END_SILENCE_MS * 1000);
}

/** Flows of a key that ended while the sensor was learning who is there: none of them is told to be dark. */
function isOfLearning({ frames }: Scenario, flows: readonly FlowFacts[], key: string): boolean {
  const learntUs = Number(frames[0]!.timeNs / 1000n) + LEARNT_US;
  const mine = flows.filter((flow) => keyOf(flow) === key);
  return mine.length > 0 && mine.every(({ endUs }) => endUs < learntUs);
}

function complainOfMissing(given: Scenario, flows: readonly FlowFacts[], into: Complaints): void {
  const { expected, seed } = given;
  for (const [who, names] of Object.entries(expected.findings)) {
    if (isTooYoung(given, flows, who)) continue;
    const found = foundOf(flows, who);
    const kind = who.includes(" ") ? "a flow" : "the address";
    if (isOfLearning(given, flows, who)) found.add("dark-destination");
    for (const name of names) if (!found.has(name)) into.add(`${name} missing in ${kind}`, seed);
  }
}

function complainOfFalse({ expected, seed }: Scenario, flows: readonly FlowFacts[], into: Complaints): void {
  const ordinary = new Set(expected.ordinary);
  for (const flow of flows) {
    const isOrdinary = ordinary.has(flow.source.address) && ordinary.has(flow.destination.address);
    for (const name of flow.findings) {
      const where = `proto ${flow.proto} ${flow.proto === 6 ? flow.stateText : ""}`.trimEnd();
      if (expected.forbidden.includes(name)) into.add(`${name} must be nowhere, found in ${where}`, seed);
      else if (isOrdinary && isAccusing(name)) {
        into.add(`${name} among ordinary hosts, found in ${where}`, seed);
      }
    }
  }
}

function isAccusing(name: FindingName): boolean {
  return NEVER_ORDINARY.includes(name);
}

/** Ordinary hosts of these may still have what a sensor in that place cannot know better. */
const EXCUSED: Partial<Record<ScenarioName, readonly FindingName[]>> = {
  "lossy-capture": ["midstream-data", "fin-with-data-no-handshake"],
};

describe.each(SCENARIOS)("findings of %s", (name) => {
  it("are where they must be, and nowhere else", () => {
    const missing = new Complaints();
    const wrong = new Complaints();
    for (const seed of seeds()) {
      const given = scenario(name, seed);
      const { flows } = readScenario(given);
      complainOfMissing(given, flows, missing);
      const excused = EXCUSED[name] ?? [];
      const kept = flows.map((flow) => ({
        ...flow,
        findings: flow.findings.filter((finding) => !excused.includes(finding)),
      }));
      complainOfFalse(given, kept, wrong);
    }
    expect(missing.lines()).toEqual([]);
    expect(wrong.lines()).toEqual([]);
  });
});
