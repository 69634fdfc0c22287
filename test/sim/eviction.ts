// Who may be pushed out of a full set, and when a newcomer may be refused, by the words of layout.ts.
// Apart from the model because these are rules over one set. Always holds: undefined means that all is well.

import * as L from "../../assembly/layout.js";
import type { CoreLimits } from "../support/core.js";
import type { FlowModel } from "./flow-model.js";

const COARSE_SHIFT = BigInt(L.META_CLOCK_SHIFT);

/** Whole coarse units since the flow's last packet; a time still to come (the clock was set back) counts as now. */
function idleUnits(flow: FlowModel, nowNs: bigint): bigint {
  const units = (nowNs >> COARSE_SHIFT) - (flow.lastNs >> COARSE_SHIFT);
  return units < 0n ? 0n : units;
}

/** The set was full, and the victim was worth least, and among equals had been silent longest. */
export function evictionFault(
  victim: FlowModel,
  ways: readonly FlowModel[],
  nowNs: bigint,
  limits: CoreLimits,
): string | undefined {
  if (ways.length !== L.SET_WAYS) return `evicted from a set of ${ways.length}`;
  const least = Math.min(...ways.map((flow) => flow.class));
  if (victim.class !== least) return `class ${victim.class} evicted, the set has ${least}`;
  const idle = idleUnits(victim, nowNs);
  const longer = ways.filter((flow) => flow.class === least && idleUnits(flow, nowNs) > idle);
  if (longer.length > 0) return `idle for ${idle} units, ${longer.length} others of its class for longer`;
  const idleNs = nowNs - victim.lastNs;
  if (least === L.CLASS_ESTABLISHED && idleNs < limits.protectNs)
    return `established, idle for ${idleNs} ns only`;
  return undefined;
}

/** Nobody in the set could be pushed out: all established, none silent for the protected time. */
export function refusalFault(
  ways: readonly FlowModel[],
  nowNs: bigint,
  limits: CoreLimits,
): string | undefined {
  if (ways.length !== L.SET_WAYS) return `refused by a set of ${ways.length}`;
  // Among those silent for as long in coarse units, any may have been looked at.
  const surelyNs = limits.protectNs + (1n << COARSE_SHIFT);
  const weak = ways.find((flow) => flow.class !== L.CLASS_ESTABLISHED || nowNs - flow.lastNs >= surelyNs);
  return weak && `refused, but ${weak.key} of class ${weak.class} could have gone`;
}
