// Which cause each scenario is given, over many seeds: the confusion matrix, printed. What is held: at least 95% of
// each scenario right, and nobody who did only ordinary things is ever accused, neither a host nor a single flow.
// STRAY_SCENARIO_SEEDS changes the number of seeds, STRAY_SCENARIO_FIRST the first of them.

import { setImmediate } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { SCENARIOS, scenario } from "../../examples/scenarios/index.js";
import type { Scenario } from "../../examples/scenarios/types.js";
import type { FlowFacts } from "../../host/cause/facts.js";
import { CAUSES_IN_ORDER } from "../../host/cause/names.js";
import type { WeighContext } from "../../host/cause/questions.js";
import {
  contextOf,
  firstSeed,
  judge,
  keyOf,
  readScenario,
  seedCount,
  seeds,
  sourcesOf,
  type Verdict,
  verdictOfFlow,
  verdictOfSource,
} from "./run-scenario.js";

const RIGHT_SHARE = 0.95;
const COLUMNS: readonly Verdict[] = ["none", ...CAUSES_IN_ORDER.filter((cause) => cause !== "unknown")];
const ACCUSING: ReadonlySet<Verdict> = new Set(["leaky-filter", "scan", "stealth-scan", "injected"]);
const SHOWN_MAX = 20;

interface Row {
  readonly name: string;
  readonly expected: Verdict;
  readonly counts: Map<Verdict, number>;
  /** Seeds that were judged otherwise. */
  readonly wrong: string[];
}

/** Ordinary hosts and flows that were accused: who, of what. */
function accused(given: Scenario, flows: readonly FlowFacts[], context: WeighContext): string[] {
  const ordinary = new Set(given.expected.ordinary);
  const place = `${given.name} seed ${given.seed}`;
  const hosts = sourcesOf(flows)
    .filter((address) => ordinary.has(address))
    .map((address) => [`host ${address}`, verdictOfSource(flows, address, context)] as const);
  const talks = flows
    .filter(({ source, destination }) => ordinary.has(source.address) && ordinary.has(destination.address))
    .map((flow) => [`flow ${keyOf(flow)} ${flow.stateText}`, verdictOfFlow(flow, context)] as const);
  return [...hosts, ...talks]
    .filter(([, verdict]) => ACCUSING.has(verdict))
    .map(([who, verdict]) => `${place}: ${who} called ${verdict}`);
}

function matrixText(rows: readonly Row[]): string {
  const width = Math.max(...COLUMNS.map((name) => name.length)) + 2;
  const head = `${"scenario".padEnd(20)}${COLUMNS.map((name) => name.padStart(width)).join("")}`;
  const lines = rows.map(({ name, expected, counts }) => {
    const cells = COLUMNS.map((cause) => {
      const count = counts.get(cause) ?? 0;
      const text = count === 0 ? "." : String(count);
      return (cause === expected ? `[${count}]` : text).padStart(width);
    });
    return `${name.padEnd(20)}${cells.join("")}`;
  });
  return [head, ...lines].join("\n");
}

describe("causes of the scenarios", () => {
  const rows: Row[] = [];
  const wronged: string[] = [];

  beforeAll(async () => {
    for (const name of SCENARIOS) {
      const counts = new Map<Verdict, number>();
      const wrong: string[] = [];
      let expected: Verdict = "none";
      for (const seed of seeds()) {
        // The runner wants to be heard now and then.
        await setImmediate();
        const given = scenario(name, seed);
        const { flows } = readScenario(given);
        const context = contextOf(given, flows);
        const verdict = judge(given, flows, context);
        expected = given.expected.cause;
        counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
        if (verdict !== expected) wrong.push(`seed ${seed}: ${verdict}`);
        wronged.push(...accused(given, flows, context));
      }
      rows.push({ name, expected, counts, wrong });
    }
    const from = firstSeed() === 1 ? "" : ` from ${firstSeed()} on`;
    console.info(`\n${seedCount()} seeds${from} each, the right cause in brackets\n${matrixText(rows)}\n`);
  }, 600_000);

  it.each(SCENARIOS)("%s: at least 95% right", (name) => {
    const row = rows.find((one) => one.name === name)!;
    const right = row.counts.get(row.expected) ?? 0;
    expect(right / seedCount(), row.wrong.slice(0, SHOWN_MAX).join("\n")).toBeGreaterThanOrEqual(RIGHT_SHARE);
  });

  it("ordinary hosts and flows are never called leaky-filter, scan or injected", () => {
    expect(wronged.slice(0, SHOWN_MAX), `${wronged.length} in all`).toEqual([]);
  });
});
