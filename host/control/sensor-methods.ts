// The methods of version 1: what a client can ask the running sensor.
// Apart from the registry because these are about the sensor, not about calling.
// Always holds: parameters are checked before the sensor is asked; asking changes nothing but by reload and stop.

import type { Counts, SensorView } from "../sensor/view.js";
import type { Caller } from "./caller.js";
import { flowsReport } from "./flows-method.js";
import { type ControlLog, expectNoParams, type MethodRegistry } from "./methods.js";
import { type ControlMethod, type ControlMethods, PROTOCOL_VERSION } from "./protocol.js";
import { recordLayout } from "./record-layout.js";

export interface SensorMethodParts {
  readonly view: SensorView;
  readonly version: string;
  readonly log: ControlLog;
  readonly controlCounts: () => Counts;
}

export function addSensorMethods(registry: MethodRegistry, parts: SensorMethodParts): void {
  const { view, version, log, controlCounts } = parts;
  const { pid } = process;

  const plain = <M extends ControlMethod>(
    name: M,
    handler: (caller: Caller) => ControlMethods[M]["result"] | Promise<ControlMethods[M]["result"]>,
  ) =>
    registry.add(name, (params, caller) => {
      expectNoParams(params);
      return handler(caller);
    });

  registry.add("v1.session", (params, caller) => caller.begin(params));
  plain("v1.hello", ({ user, role }) => ({
    version,
    protocol: PROTOCOL_VERSION,
    pid,
    methods: registry.names,
    record: recordLayout(),
    user,
    role,
  }));
  plain("v1.status", () => view.status());
  plain("v1.counters", () => ({ ...view.counters(), control: controlCounts() }));
  registry.add("v1.flows", (params) => flowsReport(view, params));
  plain("v1.reload", async () => {
    log("info", "control: a client asks for a reload");
    return await view.reload();
  });
  plain("v1.stop", () => {
    log("info", "control: a client asks strayd to stop");
    // The answer goes out first.
    setImmediate(() => view.stop());
    return { pid };
  });
}
