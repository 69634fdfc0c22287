// A worker's life without any interface: it starts, obeys, beats, stops with its flows recorded; its death is told.

import { afterEach, describe, expect, it } from "vitest";
import { WINDOWS_BASE } from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, udp } from "../../../examples/frame.js";
import type { SinkLog } from "../../../host/export/sink.js";
import type { CaptureSet } from "../../../host/sensor/capture-set.js";
import { RecordFeed } from "../../../host/sensor/feed.js";
import { Supervisor } from "../../../host/sensor/supervisor.js";
import type { WorkerHandle } from "../../../host/sensor/worker-handle.js";
import { profileLimits } from "../../../host/wasm/profiles.js";
import { eventually } from "../../support/eventually.js";

const limits = { ...profileLimits("small"), flowSets: 64, lossyRecords: true };
const noRings = {
  assignment: () => ({ type: "inputs", inputs: [] }),
  skipBlock: () => false,
} as unknown as CaptureSet;

class Rig {
  readonly log: string[] = [];
  readonly ports: number[] = [];
  readonly feed: RecordFeed;
  readonly supervisor: Supervisor;

  constructor(count = 1) {
    const log: SinkLog = (level, message) => this.log.push(`${level}: ${message}`);
    this.feed = new RecordFeed(() => this.supervisor.workers, log);
    this.supervisor = new Supervisor(this.feed, log);
    this.supervisor.prepare(count, limits);
    this.feed.use(
      [
        {
          name: "list",
          write: (record) => this.ports.push(record.port("orig")),
          pulse: () => undefined,
          reopen: () => undefined,
          close: async () => undefined,
          counters: () => ({}),
          state: () => ({ ok: true, text: "" }),
        },
      ],
      [],
    );
  }

  get worker(): WorkerHandle {
    return this.supervisor.workers[0]!;
  }

  /** A flow put into the worker's table from outside, while the worker waits for packets that do not come. */
  push(port: number): void {
    const { memory, viewer } = this.worker;
    const frame = ethernet(
      {},
      ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, udp({ sport: port, dport: 53 }, filler(9))),
    );
    memory.u8.set(frame, WINDOWS_BASE);
    viewer.pushFrame(WINDOWS_BASE, frame.length, frame.length, BigInt(Date.now()) * 1_000_000n, 1);
    viewer.drain();
  }
}

let rig: Rig;
afterEach(() => rig.supervisor.stop());

describe("a worker", () => {
  it("runs, beats, and records its live flows when it stops", async () => {
    rig = new Rig();
    await rig.supervisor.start(noRings);
    await eventually(() => rig.worker.state === "running");
    const { beats } = rig.worker.words;
    await eventually(() => rig.worker.words.beats !== beats);
    for (let port = 1; port <= 20; port++) rig.push(port);
    await rig.supervisor.stop();
    expect(rig.ports.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(rig.worker.counters()).toMatchObject({ packets: 20, "flows-flushed": 20, "flows-lost": 0 });
  });

  it("takes new timeouts while it runs", async () => {
    rig = new Rig();
    await rig.supervisor.start(noRings);
    rig.push(1);
    await rig.supervisor.adjust({ ...limits, udpMs: 1, sweepMs: 10, otherMs: 1, icmpMs: 1 });
    await eventually(() => rig.feed.turn() + rig.ports.length > 0);
    expect(rig.ports).toEqual([1]);
    expect(rig.worker.counters()).toMatchObject({ "flows-idle": 1 });
  });

  it("is started again when it dies; counts go on, and what was lost is counted", async () => {
    rig = new Rig(2);
    await rig.supervisor.start(noRings);
    await eventually(() => rig.supervisor.workers.every(({ state }) => state === "running"));
    for (let port = 1; port <= 5; port++) rig.push(port);
    await rig.worker.terminate();
    await eventually(() => rig.worker.restarts === 1 && rig.worker.state === "running");
    expect(rig.log).toEqual([expect.stringMatching(/^error: worker 0 died .*starts again in 100 ms/)]);
    expect(rig.worker.counters()).toMatchObject({ packets: 5, "flows-lost": 5, restarts: 1 });
    expect(rig.worker.flows).toBe(0);
    rig.push(6);
    expect(rig.worker.counters()).toMatchObject({ packets: 6, "flows-created": 6 });
    expect(rig.supervisor.workers[1]?.restarts).toBe(0);
  });

  it("is started again though what it left can't be read: told, and nothing else lost", async () => {
    rig = new Rig();
    const unreadable = () => {
      throw new Error("memory access out of bounds");
    };
    await rig.supervisor.start({ ...noRings, skipBlock: unreadable } as unknown as CaptureSet);
    await eventually(() => rig.worker.state === "running");
    rig.push(1);
    await rig.worker.terminate();
    await eventually(() => rig.worker.restarts === 1 && rig.worker.state === "running");
    expect(rig.log).toEqual([
      "error: the frames of the dead worker 0 can't be read: memory access out of bounds",
      expect.stringMatching(/^error: worker 0 died/),
    ]);
    expect(rig.worker.counters()).toMatchObject({
      packets: 1,
      "flows-lost": 1,
      "blocks-lost": 0,
      restarts: 1,
    });
  });

  it("ends at once, and for good, when a start is given up while it loads", async () => {
    rig = new Rig(2);
    await rig.supervisor.start(noRings);
    await rig.supervisor.abandon();
    await eventually(() => rig.supervisor.workers.every(({ state }) => state === "dead"));
    expect(rig.supervisor.workers.map(({ restarts }) => restarts)).toEqual([0, 0]);
    expect(rig.log).toEqual([]);
  });

  it("can be prepared and started again after it was stopped; counts go on", async () => {
    rig = new Rig();
    await rig.supervisor.start(noRings);
    rig.push(1);
    await rig.supervisor.stop();
    rig.supervisor.prepare(2, limits);
    await rig.supervisor.start(noRings);
    rig.push(2);
    await rig.supervisor.stop();
    expect(rig.ports).toEqual([1, 2]);
    expect(rig.worker.counters()).toMatchObject({ packets: 2, "flows-created": 2, "flows-lost": 0 });
  });
});

describe("the feed", () => {
  it("counts a sink that throws, says so once, and still gives the record to the others", async () => {
    rig = new Rig();
    const seen: number[] = [];
    const sink = {
      name: "broken",
      write: () => {
        throw new Error("no");
      },
      pulse: () => undefined,
      reopen: () => undefined,
      close: async () => undefined,
      counters: () => ({}),
      state: () => ({ ok: true, text: "" }),
    };
    rig.feed.use([sink, { ...sink, name: "good", write: (record) => seen.push(record.port("orig")) }], []);
    rig.push(1);
    rig.push(2);
    rig.worker.viewer.flush();
    expect(rig.feed.turn()).toBe(2);
    expect(seen.toSorted()).toEqual([1, 2]);
    expect(rig.feed.errors).toBe(2);
    expect(rig.log).toHaveLength(1);
  });
});
