// One reading of the captures by a classifier of its own: records and alerts as they come.
// Apart because a report reads its captures several times, each time for something else.
// Always holds: every reading with the same limits makes the same flows, with the same ids; views given to the callbacks
// are valid during the call only.

import { ALIVE_HOW_SENT } from "../../../assembly/detect/detect-layout.js";
import { WINDOWS_BASE } from "../../../assembly/layout.js";
import type { Alert } from "../../alert/alert.js";
import { AlertRing, drainAlerts } from "../../alert/alert-ring.js";
import type { OpenInput } from "../../capture/inputs.js";
import { CaptureReader, type ReadProgress, type ReadResult } from "../../capture/reader.js";
import { FlowRecord } from "../../record/flow-record.js";
import type { CompiledRules } from "../../rules/compile/compile.js";
import { installRules } from "../../rules/install.js";
import type { Limits } from "../../wasm/config.js";
import { addressBytes, type Home, writeHomes } from "../../wasm/homes.js";
import { createSensor, restartSensor, type Sensor } from "../../wasm/module.js";

export interface PassInput {
  readonly files: readonly string[];
  readonly open: OpenInput;
  readonly homes: readonly Home[];
  /** Addresses of ours that are known to be in use. */
  readonly alive?: Iterable<string>;
  readonly onProgress?: (progress: ReadProgress) => void;
  /** Of an earlier reading, to be used again: one's memory is enough. */
  readonly sensor?: Sensor;
}

export interface PassWork {
  readonly limits: Limits;
  readonly rules?: CompiledRules | undefined;
  readonly onRecord?: (record: FlowRecord) => void;
  /** Also of `log` rules. */
  readonly onAlert?: (alert: Alert) => void;
  /** Stops reading. */
  readonly signal?: AbortSignal;
}

export interface PassResult extends ReadResult {
  readonly sensor: Sensor;
}

export async function readOnce(input: PassInput, work: PassWork): Promise<PassResult> {
  const { limits, rules, onRecord, onAlert, signal } = work;
  const sensor = input.sensor === undefined ? createSensor(limits) : restartSensor(input.sensor, limits);
  tellHomes(sensor, input);
  const record = new FlowRecord(sensor.memory.buffer);
  if (rules !== undefined) {
    installRules(sensor.memory, rules.image);
    sensor.exports.takeRules();
  }
  const ring = new AlertRing(sensor.memory, (_generation, index) => rules?.rules[index]);
  const result = await new CaptureReader(sensor, input.files, input.open).read(
    (records, count) => {
      if (onRecord === undefined) return;
      for (let index = 0; index < count; index++) onRecord(record.pointAt(records.address(index)));
    },
    {
      orderedFlush: onRecord !== undefined,
      onRun: () => void drainAlerts(ring, ring.capacity, (alert) => onAlert?.(alert)),
      ...(signal === undefined ? {} : { signal }),
      ...(input.onProgress === undefined ? {} : { onProgress: input.onProgress }),
    },
  );
  return { ...result, sensor };
}

function tellHomes({ memory, exports, limits }: Sensor, { homes, alive = [] }: PassInput): void {
  writeHomes(memory, homes);
  if (homes.length === 0 || !limits.detect) return;
  for (const address of alive) {
    const bytes = addressBytes(address);
    if (bytes === undefined) continue;
    // Where the next frame will be copied to: free before the first one.
    memory.u8.set(bytes, WINDOWS_BASE);
    exports.giveAlive(WINDOWS_BASE, 0n, ALIVE_HOW_SENT);
  }
}
