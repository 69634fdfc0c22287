// A process with a control socket and a fake sensor, that ends when it is told to stop: `fake-strayd SOCKET FLOWS`.
// Apart because `stray stop --wait` must see a process end that is not the test itself, and `stray top` something move.
// Always holds: each look finds a second more on the sensor's clock: 1000 packets, of the last flow 500 of 100 bytes.

import * as L from "../../../assembly/layout.js";
import { ControlServer } from "../../../host/control/server.js";
import { FlowRecord } from "../../../host/record/flow-record.js";
import { FakeSensor } from "./fake-sensor.js";

const [, , socket = "", flows = "0"] = process.argv;
const sensor = new FakeSensor().fill(Number(flows), { findings: [10] });
const { counters, flows: flowsOf } = sensor;

sensor.counters = () => {
  const { nowMs, total } = sensor.countersReport;
  const packets = (total["packets"] ?? 0) + 1000;
  sensor.countersReport = { ...sensor.countersReport, nowMs: nowMs + 1000, total: { ...total, packets } };
  return counters.call(sensor);
};
sensor.flows = async (query) => {
  const last = sensor.records.at(-1);
  if (last !== undefined) grow(new FlowRecord(last.buffer).pointAt(0));
  return await flowsOf.call(sensor, query);
};

function grow(record: FlowRecord): void {
  const at = record.direction("orig");
  const add = (offset: number, count: number) =>
    record.view.setBigUint64(at + offset, record.view.getBigUint64(at + offset, true) + BigInt(count), true);
  add(L.DIR_PACKETS_OFFSET, 500);
  add(L.DIR_BYTES_OFFSET, 50_000);
}

const server = await ControlServer.listen({
  socket,
  clientsMax: 4,
  view: sensor,
  version: "0.1.0",
  log: () => undefined,
});
sensor.onStop = () => {
  void server.close();
};
process.stdout.write("ready\n");
