// The dead man's switch against the kernel: a client and a server that only reach each other through the sensor's
// two interfaces, between which nobody forwards but the switch.
// Apart from the unit tests because it needs root and namespaces. Always holds: each test leaves the interfaces and the
// bpffs as they were, and says so.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEADMAN_BEAT_OFFSET } from "../../assembly/inline/inline-layout.js";
import { DEADMAN_BASE, MEMORY_PAGES } from "../../assembly/layout.js";
import { interfaceState } from "../../host/capture/live/interface.js";
import { StrayError } from "../../host/errors.js";
import { DeadMan, type DeadManOptions } from "../../host/inline/dead-man.js";
import type { Namespace } from "../support/netns.js";
import { canUseNamespaces, createNamespace, createVethPair } from "../support/netns.js";

const LIMIT_MS = 200;

const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
const buffer = memory.buffer as unknown as SharedArrayBuffer;
const beats = new BigUint64Array(buffer, DEADMAN_BASE + DEADMAN_BEAT_OFFSET, 1);

describe.skipIf(!canUseNamespaces())("the dead man's switch", () => {
  let client: Namespace;
  let sensor: Namespace;
  let server: Namespace;
  let runtime: string;
  let deadMan: DeadMan | undefined;

  beforeAll(() => {
    client = createNamespace("dead-client");
    sensor = createNamespace("dead-sensor");
    server = createNamespace("dead-server");
    createVethPair(client, "client", sensor, "left", { addresses: ["10.9.0.1/24", ""] as never });
  });

  it("x", () => {
    console.log(client.exec(["ip", "a"]).stdout);
  });
});
