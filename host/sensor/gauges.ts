// What is so at the moment, beside what has been counted: live flows by state, how full rings and tables are.
// Apart from the counters because a gauge goes down too.
// Always holds: nothing but shared memory is read; the worker is not asked.

import {
  CLASS_CLOSED,
  CLASS_ESTABLISHED,
  CLASS_HALF_OPEN,
  CLASS_ONE_WAY,
  CLASS_SINGLE,
  CLASS_TWO_WAY,
  META_CLASS_MASK,
  SET_META_OFFSET,
  SET_SIZE,
  SET_WAYS,
  TAGS_BASE,
} from "../../assembly/layout.js";
import type { Counts, DetectionReport, InterfaceReport } from "./view.js";
import type { WorkerHandle } from "./worker-handle.js";

/** By what a flow is worth when places are short: its state, as the table keeps it. */
export const FLOW_STATES: readonly (readonly [flowClass: number, name: string])[] = [
  [CLASS_SINGLE, "flows-single"],
  [CLASS_HALF_OPEN, "flows-half-open"],
  [CLASS_ONE_WAY, "flows-one-way"],
  [CLASS_TWO_WAY, "flows-two-way"],
  [CLASS_ESTABLISHED, "flows-established"],
  [CLASS_CLOSED, "flows-closed"],
];

export function gauges(
  workers: readonly WorkerHandle[],
  interfaces: readonly InterfaceReport[],
  { alive, aliveMax }: Pick<DetectionReport, "alive" | "aliveMax">,
): Counts {
  const classes = new Uint32Array(META_CLASS_MASK + 1);
  for (const worker of workers) countClasses(worker, classes);
  const most = (values: readonly number[]): number => Math.max(0, ...values);
  const tables = workers.map((worker) => worker.tables);
  return {
    flows: sum(workers.map(({ flows }) => flows)),
    "flows-max": sum(workers.map(({ flowsMax }) => flowsMax)),
    ...Object.fromEntries(FLOW_STATES.map(([flowClass, name]) => [name, classes[flowClass] ?? 0])),
    "ring-percent": Math.round(100 * most(interfaces.map(({ ringUsed }) => ringUsed))),
    "records-waiting": sum(workers.map(({ recordsWaiting }) => recordsWaiting)),
    "records-max": sum(workers.map(({ recordsMax }) => recordsMax)),
    alive,
    "alive-max": aliveMax,
    sources: sum(tables.map(({ sources }) => sources)),
    "sources-max": sum(tables.map(({ sourcesMax }) => sourcesMax)),
    targets: sum(tables.map(({ targets }) => targets)),
    "targets-max": sum(tables.map(({ targetsMax }) => targetsMax)),
  };
}

function countClasses(worker: WorkerHandle, classes: Uint32Array): void {
  const sets = worker.flowsMax / SET_WAYS;
  const metas = new Uint16Array(worker.memory.buffer, TAGS_BASE, (sets * SET_SIZE) / 2);
  for (let set = 0; set < sets; set++) {
    const first = (set * SET_SIZE + SET_META_OFFSET) / 2;
    for (let way = 0; way < SET_WAYS; way++) {
      const flowClass = (metas[first + way] ?? 0) & META_CLASS_MASK;
      classes[flowClass] = (classes[flowClass] ?? 0) + 1;
    }
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
