// `v1.bypass.*`: checks what is asked for, and asks who keeps the sensor's place in the wire.
// Apart from the sensor's methods because only a sensor between two interfaces has a bypass.
// Always holds: parameters are checked before anything is touched.

import { StrayError } from "../errors.js";
import type { BypassReport, BypassTestReport, InlineReport } from "../sensor/view.js";
import { expectNoParams, invalidParams, type MethodRegistry } from "./methods.js";

/** Each but report() throws StrayError INLINE_OFF where the sensor only listens. */
export interface InlineAsked {
  report(): InlineReport | undefined;
  setBypass(on: boolean): BypassReport;
  test(): Promise<BypassTestReport>;
}

export function addInlineMethods(registry: MethodRegistry, asked: InlineAsked): void {
  registry.add("v1.bypass.show", (params): InlineReport => {
    expectNoParams(params);
    const report = asked.report();
    if (report !== undefined) return report;
    throw inlineOff();
  });
  registry.add("v1.bypass.set", (params): BypassReport => asked.setBypass(wanted(params)));
  registry.add("v1.bypass.test", (params) => {
    expectNoParams(params);
    return asked.test();
  });
}

export function inlineOff(): StrayError {
  return new StrayError(
    "INLINE_OFF",
    "this sensor does not stand in the wire: inline.mode is tap, and frames go past it by themselves",
    2,
  );
}

function wanted(params: unknown): boolean {
  const isObject = typeof params === "object" && params !== null && !Array.isArray(params);
  const { on, ...others } = isObject ? (params as Record<string, unknown>) : {};
  if (typeof on === "boolean" && Object.keys(others).length === 0) return on;
  throw invalidParams('this method takes {"on": true} or {"on": false}');
}
