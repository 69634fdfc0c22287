// Causes of strangeness, weighed by the table: for one flow, or for the flows of one source together.
// Apart from table and evidence because this is arithmetic, and holds whatever they say.
// Always holds: scores are 0 to 100, heaviest first, of equals the milder cause; the flows' order changes nothing;
// a score is the sum of its evidence's weights, held within 0 and 100.

import { type FlowFacts, mergeFacts } from "./facts.js";
import { FLOW_TESTS } from "./flow-evidence.js";
import { CAUSE_WORDS, CAUSES_IN_ORDER, type CauseName } from "./names.js";
import { type Absence, handshakeAbsence, looksOneWay, type WeighContext } from "./questions.js";
import { SOURCE_TESTS } from "./source-evidence.js";
import { STRANGE_FINDINGS } from "./strange.js";
import { LISTED_MIN, NAMED_MIN, NEAR_MIN, WEIGHTS, type Weight } from "./weights.js";
import { listed, plural } from "./words.js";

export { describeCause } from "./describe.js";
export type { CauseName } from "./names.js";
export { type AddressState, looksOneWay, type WeighContext } from "./questions.js";

export interface Evidence {
  /** Of the table in weights.ts. */
  readonly key: string;
  readonly text: string;
  /** Above 0 it speaks for the cause, below 0 against it, 0 only tells. */
  readonly weight: number;
}

export interface WeighedCause {
  readonly cause: CauseName;
  /** 0 to 100. */
  readonly score: number;
  /** What speaks for it, heaviest first, then what speaks against it. */
  readonly evidence: readonly Evidence[];
}

/** A flow speaks for a cause when it scores so much by itself, and not far below the flow that speaks loudest. */
const SUPPORT_MIN = 15;
const SUPPORT_BELOW_BEST = 30;

/** Named causes first; `unknown` alone where none is named; nothing where there is nothing strange. */
export function weighFlow(flow: FlowFacts, context: WeighContext = {}): readonly WeighedCause[] {
  return named([flow], context, new Weighing([flow], context, false).causes());
}

/** As `weighFlow`, of all flows of one source (or about one place) together. */
export function weighSource(
  flows: readonly FlowFacts[],
  context: WeighContext = {},
): readonly WeighedCause[] {
  const [sorted, full] = prepared(flows, context);
  return named(sorted, full, new Weighing(sorted, full, true).causes());
}

/** Every cause for which something speaks, named or not: to explain a verdict. */
export function weighEvery(flows: readonly FlowFacts[], context: WeighContext = {}): readonly WeighedCause[] {
  const [sorted, full] = prepared(flows, context);
  return new Weighing(sorted, full, sorted.length > 1).causes();
}

function prepared(flows: readonly FlowFacts[], context: WeighContext): [FlowFacts[], WeighContext] {
  const sorted = mergeFacts(flows);
  return [sorted, { ...context, isOneWayCapture: context.isOneWayCapture ?? looksOneWay(sorted) }];
}

class Weighing {
  private readonly measures = new Map<string, Float64Array>();

  constructor(
    private readonly flows: readonly FlowFacts[],
    private readonly context: WeighContext,
    private readonly isSource: boolean,
  ) {}

  causes(): WeighedCause[] {
    const found: WeighedCause[] = [];
    for (const cause of CAUSES_IN_ORDER) {
      const weights = WEIGHTS_BY_CAUSE.get(cause);
      const weighed = weights && cause !== "unknown" ? this.weigh(cause, weights) : undefined;
      if (weighed) found.push(weighed);
    }
    // The sort is stable: of equals the milder stays first.
    return found.sort((a, b) => b.score - a.score);
  }

  private weigh(cause: CauseName, weights: readonly Weight[]): WeighedCause | undefined {
    const ofFlow = weights.filter(({ scope }) => scope === "flow");
    const scores = this.flows.map((_flow, index) =>
      ofFlow.reduce((sum, { key, weight }) => sum + (this.measure(key)[index]! > 0 ? weight : 0), 0),
    );
    const best = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    if (best < SUPPORT_MIN) return undefined;
    const least = Math.max(SUPPORT_MIN, best - SUPPORT_BELOW_BEST);
    const supporting = [...scores.keys()].filter((index) => scores[index]! >= least);
    const evidence = ofFlow.flatMap((weight) => this.flowEvidence(weight, supporting));
    if (this.isSource) {
      const look = { supporting: supporting.map((index) => this.flows[index]!), all: this.flows };
      for (const { key, scope, weight } of weights) {
        if (scope !== "source") continue;
        const text = SOURCE_TESTS[key]?.({ ...look, context: this.context });
        if (text !== undefined) evidence.push({ key, text, weight });
      }
    }
    return { cause, score: scoreOf(evidence), evidence: inOrder(evidence) };
  }

  /** The weight by the share of the supporting flows in which it holds. */
  private flowEvidence({ key, weight }: Weight, supporting: readonly number[]): Evidence[] {
    const measure = this.measure(key);
    const holding = supporting.filter((index) => measure[index]! > 0);
    if (holding.length === 0) return [];
    const share = Math.round((weight * holding.length) / supporting.length) + 0;
    if (share === 0 && weight !== 0) return [];
    const sum = holding.reduce((total, index) => total + measure[index]!, 0);
    const text = FLOW_TESTS[key]!.tell(sum, this.flows[holding[0]!]!);
    const of = supporting.length === 1 ? "" : ` (${holding.length} of ${supporting.length} conversations)`;
    return [{ key, text: text + of, weight: share }];
  }

  private measure(key: string): Float64Array {
    let measure = this.measures.get(key);
    if (measure === undefined) {
      const test = FLOW_TESTS[key];
      measure = Float64Array.from(this.flows, (flow) => test?.measure(flow, this.context) ?? 0);
      this.measures.set(key, measure);
    }
    return measure;
  }
}

function named(
  flows: readonly FlowFacts[],
  context: WeighContext,
  causes: readonly WeighedCause[],
): readonly WeighedCause[] {
  const best = causes[0];
  if (best !== undefined && best.score >= NAMED_MIN) {
    return causes.filter(({ score }) => score >= LISTED_MIN);
  }
  const evidence = unknownEvidence(flows, context, best);
  return evidence.length === 0 ? [] : [{ cause: "unknown", score: scoreOf(evidence), evidence }];
}

/** Why nothing is named: which findings are left, how near the best cause came, and what the sensor may have missed. */
function unknownEvidence(
  flows: readonly FlowFacts[],
  context: WeighContext,
  best: WeighedCause | undefined,
): Evidence[] {
  const evidence: Evidence[] = [];
  const tell = (key: string, text: string): void => {
    const row = UNKNOWN_WEIGHTS.find((candidate) => candidate.key === key);
    if (row) evidence.push({ key, text, weight: row.weight });
  };
  const strange = [...new Set(flows.flatMap(({ findings }) => findings))].filter((name) =>
    STRANGE_FINDINGS.has(name),
  );
  if (strange.length > 0) {
    const names = plural(strange.length, "finding", "findings");
    tell("findings-unexplained", `${names} without a cause: ${listed(strange.sort())}`);
  }
  const isNear = best !== undefined && best.score >= NEAR_MIN;
  if (isNear) {
    const { title } = CAUSE_WORDS[best.cause];
    tell("nearest", `the nearest is ${title}, with ${best.score} of the ${NAMED_MIN} that a cause needs`);
  }
  const absences = flows.map((flow) => handshakeAbsence(flow, context));
  for (const kind of ["never-passed", "lost"] satisfies Absence[]) {
    const count = absences.filter((absence) => absence === kind).length;
    if (count === 0) continue;
    const of = flows.length === 1 ? "" : ` (${count} of ${flows.length} conversations)`;
    tell(`handshake-${kind}`, FLOW_TESTS[`handshake-${kind}`]!.tell(count, flows[0]!) + of);
  }
  return inOrder(evidence);
}

function scoreOf(evidence: readonly Evidence[]): number {
  const sum = evidence.reduce((total, { weight }) => total + weight, 0);
  return Math.min(100, Math.max(0, sum));
}

function inOrder(evidence: readonly Evidence[]): Evidence[] {
  const isAgainst = ({ weight }: Evidence): number => (weight < 0 ? 1 : 0);
  return [...evidence].sort((a, b) => isAgainst(a) - isAgainst(b) || Math.abs(b.weight) - Math.abs(a.weight));
}

const WEIGHTS_BY_CAUSE: ReadonlyMap<CauseName, readonly Weight[]> = new Map(
  CAUSES_IN_ORDER.map((cause) => [cause, WEIGHTS.filter((weight) => weight.cause === cause)]),
);
const UNKNOWN_WEIGHTS = WEIGHTS_BY_CAUSE.get("unknown") ?? [];
