// Gauges: live flows by state add up to the live flows.

import { describe, expect, it } from "vitest";
import { SET_WAYS, WINDOWS_BASE } from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, tcp, udp } from "../../../examples/frame.js";
import { gauges } from "../../../host/sensor/gauges.js";
import { WorkerHandle } from "../../../host/sensor/worker-handle.js";
import { profileLimits } from "../../../host/wasm/profiles.js";

const limits = { ...profileLimits("small"), flowSets: 64 };
const there = { src: "10.0.0.1", dst: "10.0.0.2" };
const back = { src: "10.0.0.2", dst: "10.0.0.1" };

function push(worker: WorkerHandle, packet: Uint8Array): void {
  const frame = ethernet({}, packet);
  worker.memory.u8.set(frame, WINDOWS_BASE);
  worker.viewer.pushFrame(WINDOWS_BASE, frame.length, frame.length, 1_000_000_000n, 1);
  worker.viewer.drain();
}

describe("gauges()", () => {
  it("tell live flows by state, over all workers", () => {
    const workers = [0, 1].map((number) => new WorkerHandle(number, limits, () => undefined));
    for (const worker of workers) {
      worker.prepare(limits);
      push(worker, ipv4(there, udp({ sport: 1, dport: 53 }, filler(9))));
      push(worker, ipv4(there, udp({ sport: 2, dport: 53 }, filler(9))));
      push(worker, ipv4(back, udp({ sport: 53, dport: 2 }, filler(9))));
      push(worker, ipv4(there, tcp({ sport: 3, dport: 80, flags: "S", seq: 1 })));
    }
    const now = gauges(workers, [], { alive: 3, aliveMax: 8 });
    expect(now).toMatchObject({
      flows: 6,
      "flows-two-way": 2,
      "flows-max": 2 * 64 * SET_WAYS,
      "ring-percent": 0,
      alive: 3,
      "alive-max": 8,
      // Detection is off in these limits: its tables have no places.
      sources: 0,
      "sources-max": 0,
      "targets-max": 0,
    });
    const byState = Object.entries(now).filter(([name]) => /^flows-(?!max)/.test(name));
    expect(byState.reduce((sum, [, count]) => sum + count, 0)).toBe(6);
  });
});
