// A ring opened by one thread and read by another, which has no capabilities any more.
// Apart from the other ring tests because of the thread. Always holds: the reader's thread has ended when the ring is
// closed.

import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PacketRing } from "../../host/capture/live/packet-socket.js";
import { readCapabilities } from "../../host/system/capabilities.js";
import { udp4 } from "../host/capture/live/frames.js";
import { Sender } from "../host/capture/live/sender.js";
import type { Namespace } from "../support/netns.js";
import { canUseNamespaces, createNamespace, createVethPair } from "../support/netns.js";
import { ringOptions } from "../support/ring-options.js";

const READER = new URL("../host/capture/live/reader-worker.ts", import.meta.url);
const TYPESCRIPT = fileURLToPath(new URL("../../tools/ts.mjs", import.meta.url));
const FRAMES = 500;
const WASM_PAGES = 64;

describe.skipIf(!canUseNamespaces())("a ring read by another thread", () => {
  let left: Namespace;
  let right: Namespace;

  beforeAll(() => {
    left = createNamespace("thread-left");
    right = createNamespace("thread-right");
    createVethPair(left, "left", right, "right");
  });
  afterAll(() => {
    left?.remove();
    right?.remove();
  });

  it.each(["mapped", "copy"] as const)("%s: gives it every frame in order", async (mode) => {
    const memory = new WebAssembly.Memory({ initial: WASM_PAGES, maximum: WASM_PAGES, shared: true });
    const ring = left.enter(() =>
      PacketRing.open(
        memory.buffer as unknown as SharedArrayBuffer,
        2 ** 20,
        ringOptions({ blockBytes: 65_536, mode }),
      ),
    );
    const sender = right.enter(() => new Sender("right"));
    const marks = Array.from({ length: FRAMES }, (_, index) => String(index));
    try {
      const workerData = { memory, handle: ring.handle, count: FRAMES };
      const worker = new Worker(READER, { workerData, execArgv: ["--import", TYPESCRIPT] });
      const answered = once(worker, "message");
      const ended = once(worker, "exit");
      sender.send(...marks.map((mark) => udp4(mark, { bytes: 400 })));
      const [answer] = await answered;
      await ended;
      expect(answer).toEqual({ marks, permitted: 0n });
      // Another thread's capabilities are its own.
      expect(readCapabilities().permitted).not.toBe(0n);
      expect(ring.statistics()).toEqual({ packets: FRAMES, drops: 0, freezes: 0 });
    } finally {
      ring.close();
      sender.close();
    }
  });
});
