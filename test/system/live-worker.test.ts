// A worker that dies while frames come: its ring stays open, the next thread goes on where it stopped, past the block
// that it died in; what was lost is counted. Apart from the daemon's tests because a thread's death is made here.
// Always holds: everything runs in this process and in two namespaces of its own.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as L from "../../assembly/layout.js";
import { ethernet, filler, ipv4, tcp } from "../../examples/frame.js";
import { CaptureSet, type CaptureSettings } from "../../host/sensor/capture-set.js";
import { RecordFeed } from "../../host/sensor/feed.js";
import { Supervisor } from "../../host/sensor/supervisor.js";
import type { WorkerHandle } from "../../host/sensor/worker-handle.js";
import { profileLimits } from "../../host/wasm/profiles.js";
import { Sender } from "../host/capture/live/sender.js";
import { eventually } from "../support/eventually.js";
import { canUseNamespaces, createNamespace, createVethPair, type Namespace } from "../support/netns.js";

const limits = { ...profileLimits("small"), flowSets: 64, lossyRecords: true, pickupMs: 60_000 };
const settings: CaptureSettings = {
  interfaces: ["rx0"],
  mode: "auto",
  workers: 1,
  fanout: "addresses",
  ringBytes: 2 ** 20,
  snapLen: 65_535,
  promiscuous: true,
  filter: "",
};
const segment = (port: number, flags: string): Uint8Array =>
  ethernet(
    {},
    ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, tcp({ sport: port, dport: 80, flags }, filler(20))),
  );

describe.skipIf(!canUseNamespaces())("a worker that dies", () => {
  let left: Namespace;
  let right: Namespace;
  let supervisor: Supervisor;
  let capture: CaptureSet;
  let sender: Sender;
  let worker: WorkerHandle;
  const notes: number[] = [];

  beforeAll(() => {
    left = createNamespace("worker-tx");
    right = createNamespace("worker-rx");
    createVethPair(left, "tx0", right, "rx0");
  });
  afterAll(() => {
    left?.remove();
    right?.remove();
  });

  beforeEach(async () => {
    notes.length = 0;
    const feed = new RecordFeed(
      () => supervisor.workers,
      () => undefined,
    );
    feed.use(
      [
        {
          name: "notes",
          write: (record) => notes.push(record.notes),
          pulse: () => undefined,
          reopen: () => undefined,
          close: async () => undefined,
          counters: () => ({}),
          state: () => ({ ok: true, text: "" }),
        },
      ],
      [],
    );
    supervisor = new Supervisor(feed, () => undefined);
    supervisor.prepare(1, limits);
    capture = right.enter(() => CaptureSet.open(supervisor.workers, settings, new Map(), () => undefined));
    sender = left.enter(() => new Sender("tx0"));
    await supervisor.start(capture);
    [worker] = supervisor.workers as [WorkerHandle];
  });
  afterEach(async () => {
    await supervisor.stop();
    capture.close();
    sender.close();
  });

  const packets = (): number => worker.counters()["packets"] ?? 0;

  it("is followed by one that misses no frame, and marks what it picks up", async () => {
    sender.send(segment(1, "S"), segment(2, "S"));
    await eventually(() => packets() === 2);
    await worker.terminate();
    sender.send(segment(1, "A"), segment(3, "S"), segment(2, "A"));
    await eventually(() => worker.restarts === 1 && packets() === 5);
    await supervisor.stop();
    expect(worker.counters()).toMatchObject({ packets: 5, "flows-lost": 2, "blocks-lost": 0, restarts: 1 });
    expect(notes.map((note) => note & L.NOTE_PICKUP).toSorted((a, b) => a - b)).toEqual([
      0,
      L.NOTE_PICKUP,
      L.NOTE_PICKUP,
    ]);
  });

  it("leaves the block that it died in unread, and goes on behind it", async () => {
    sender.send(segment(1, "S"));
    await eventually(() => packets() === 1);
    const { restarts } = worker;
    await worker.terminate();
    // While it is dead a block fills, as the one that it died in would wait.
    sender.send(segment(2, "S"), segment(3, "S"));
    await eventually(() => {
      worker.words.busyInput = 0;
      return capture.skipBlock(worker);
    });
    expect(worker.words.busyInput).toBeUndefined();
    await eventually(() => worker.restarts > restarts && worker.state === "running");
    sender.send(segment(4, "S"));
    await eventually(() => packets() === 2);
    await supervisor.stop();
    expect(notes).toHaveLength(1);
  });

  it("has lost no block when it died between two", async () => {
    worker.words.busyInput = 0;
    await worker.terminate();
    await eventually(() => worker.restarts === 1 && worker.state === "running");
    expect(worker.counters()).toMatchObject({ "blocks-lost": 0 });
  });

  it("is followed by one that goes on over many turns of the ring", async () => {
    for (let round = 0; round < 6; round++) {
      const frames = Array.from({ length: 400 }, () => segment(7, "A"));
      for (let sent = 0; sent < 5; sent++) {
        sender.send(...frames);
        await eventually(() => packets() === round * 2000 + (sent + 1) * 400);
      }
      if (round === 2) await worker.terminate();
    }
    expect(packets()).toBe(12_000);
    expect(worker.restarts).toBe(1);
    const [only] = capture.counters;
    expect(only?.counters).toMatchObject({ "kernel-packets": 12_000, "kernel-drops": 0, frames: 12_000 });
  });
});
