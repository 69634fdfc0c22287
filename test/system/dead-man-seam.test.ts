// The moment at which the kernel takes over or gives back: a frame that is just then on its way has one way, not two or
// none. Apart from the other tests of the switch because the moment has to be stretched, from a microsecond to a
// hundred, by sockets with slow filters between the sensor's socket and the switch, whichever of them comes first.
// Always holds: frames go one by one, and each is looked for in both places before the next; the beat comes and goes
// all the time, by a thread of its own.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DEADMAN_BEAT_OFFSET } from "../../assembly/inline/inline-layout.js";
import { DEADMAN_BASE, MEMORY_PAGES, WINDOWS_BASE } from "../../assembly/layout.js";
import type { BpfInstruction } from "../../host/capture/live/bpf-program.js";
import { interfaceState } from "../../host/capture/live/interface.js";
import { PacketRing } from "../../host/capture/live/packet-socket.js";
import { attachProgram, bindSocket, openSocket } from "../../host/capture/live/socket-options.js";
import { DeadMan } from "../../host/inline/dead-man.js";
import { libc } from "../../host/system/libc.js";
import { until } from "../support/daemon.js";
import { DeadManRig } from "../support/dead-man-rig.js";
import { canUseNamespaces } from "../support/netns.js";
import { ringOptions } from "../support/ring-options.js";

const FRAMES = 2000;
const FRAME_BYTES = 60;
const SLOW_SOCKETS = 40;
const SLOW_STEPS = 1000;
/** A frame that is nowhere by then is lost; one that is somewhere may still turn up a second time for a little. */
const LOST_AFTER_MS = 100;

/** Beats for a while, then has not for longer than any limit: each for 20 to 300 microseconds, at random. */
const BEAT_ON_AND_OFF = `
const { parentPort, workerData: { buffer, offset } } = require("node:worker_threads");
const beat = new BigUint64Array(buffer, offset, 1);
const hour = 3_600_000_000_000n;
parentPort.postMessage("ready");
const end = performance.now() + 60_000;
for (let on = false; performance.now() < end; on = !on) {
  Atomics.store(beat, 0, process.hrtime.bigint() + (on ? hour : -hour));
  const next = performance.now() + 0.02 + Math.random() * 0.28;
  while (performance.now() < next);
}`;

const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
const buffer = memory.buffer as unknown as SharedArrayBuffer;

/** Takes no frame, after dividing for a few microseconds. */
function slowProgram(): BpfInstruction[] {
  const step = (code: number, k: number): BpfInstruction => ({ code, jt: 0, jf: 0, k });
  const [loadNumber, divide, answer] = [0x00, 0x34, 0x06];
  return [
    step(loadNumber, 0xffffffff),
    ...Array.from({ length: SLOW_STEPS }, () => step(divide, 1)),
    step(answer, 0),
  ];
}

describe.skipIf(!canUseNamespaces())("at the seam", () => {
  let rig: DeadManRig;
  const sockets: number[] = [];

  beforeAll(async () => {
    rig = new DeadManRig();
    await until("the interfaces have a carrier", () => !rig.interfaces().includes("NO-CARRIER"));
  });
  afterEach(() => {
    for (const fd of sockets.splice(0)) libc().close(fd);
  });
  afterAll(() => rig?.remove());

  function socketOn(name: string, program?: readonly BpfInstruction[]): number {
    const fd = openSocket(name);
    sockets.push(fd);
    if (program !== undefined) attachProgram(fd, program, name);
    bindSocket(fd, name, interfaceState(name)?.index ?? -1);
    return fd;
  }

  /** What sockets that are older see, or what comes behind all sockets, is late from now on. */
  function delay(): void {
    for (let made = 0; made < SLOW_SOCKETS; made++) socketOn("left", slowProgram());
  }

  it.each(["tcx", "xdp-generic"] as const)("each frame has one way (%s)", async (method) => {
    const { places } = rig;
    const sides = rig.sides();
    const deadMan = rig.sensor.enter(() =>
      DeadMan.arm({ sides, limitMs: 200, fail: "open", memory: buffer, places, method }),
    );
    const ring = rig.sensor.enter(() => {
      // The newest socket sees a frame first, and all of them see it between XDP and tcx.
      if (method === "tcx") delay();
      const made = PacketRing.open(buffer, WINDOWS_BASE, ringOptions());
      if (method === "xdp-generic") delay();
      return made;
    });
    deadMan.guard(0, ring.fd);
    const sender = rig.client.enter(() => socketOn("client", [{ code: 0x06, jt: 0, jf: 0, k: 0 }]));
    const offset = DEADMAN_BASE + DEADMAN_BEAT_OFFSET;
    const beating = new Worker(BEAT_ON_AND_OFF, { eval: true, workerData: { buffer, offset } });
    try {
      await once(beating, "message");
      const frame = new Uint8Array(FRAME_BYTES).fill(2, 0, 12);
      frame.set([0x88, 0xb5], 12); // for local experiments (IEEE 802)
      const carriedSoFar = () => Number(deadMan.state().bypassed[0].packets);
      const first = carriedSoFar();
      const ways = { ring: 0, kernel: 0, both: 0, none: 0 };
      for (let sent = 0; sent < FRAMES; sent++) {
        const before = carriedSoFar();
        expect(libc().sendto(sender, frame, frame.length, 0, null, 0)).toBe(FRAME_BYTES);
        const [kept, carried] = await found(() => {
          const { packets, drops } = ring.statistics();
          return [packets + drops, carriedSoFar() - before];
        });
        expect(kept).toBeLessThanOrEqual(1);
        expect(carried).toBeLessThanOrEqual(1);
        ways[kept === 1 ? (carried === 1 ? "both" : "ring") : carried === 1 ? "kernel" : "none"]++;
      }
      expect(ways).toMatchObject({ both: 0, none: 0 });
      // None came by the kernel behind its last look either.
      expect(carriedSoFar() - first).toBe(ways.kernel);
      expect(Math.min(ways.ring, ways.kernel)).toBeGreaterThan(FRAMES / 10);
    } finally {
      await beating.terminate();
      ring.close();
      expect(rig.sensor.enter(() => deadMan.release({ keep: false }))).toEqual([]);
    }
  });
});

/** Adds up what `look` finds; both numbers, a little after the first one is there. */
async function found(look: () => readonly [number, number]): Promise<[number, number]> {
  const endMs = performance.now() + LOST_AFTER_MS;
  const sum: [number, number] = [0, 0];
  for (let seen = 0; seen < 2; ) {
    const [kept, carried] = look();
    sum[0] += kept;
    sum[1] = carried;
    if (sum[0] + sum[1] > 0) seen++;
    else if (performance.now() > endMs) break;
    await new Promise(setImmediate);
  }
  return sum;
}
