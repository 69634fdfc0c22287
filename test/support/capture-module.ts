// The capture walk of assembly/capture/ compiled alone, with a batch that writes every packet down instead of
// decoding it. Apart from the release module because that shows flows only, and the walk is judged by its packets.
// Always holds: a frame is copied when the batch is processed, not when it is pushed, so a window that was written
// too early shows; the log lies where the flow table would.

import { readFileSync } from "node:fs";
import asc from "assemblyscript/asc";
import * as L from "../../assembly/layout.js";
import type { Limits } from "../../host/wasm/config.js";
import { createSensorOf, type Sensor } from "../../host/wasm/module.js";
import { profileLimits } from "../../host/wasm/profiles.js";

const ROOT = new URL("../../", import.meta.url);

const BATCH = `
import { BATCH_BASE, BATCH_CAPACITY, COUNTERS_BASE, FLOWS_BASE, STATE_BASE, STATE_BATCH_COUNT_OFFSET,
  STATE_LAST_TIME_OFFSET } from "./layout";
export function pushPacket(time: u64, frame: usize, captured: u32, wire: u32, link: u32, input: u32): void {
  const count = load<u32>(STATE_BASE + STATE_BATCH_COUNT_OFFSET);
  const at = <usize>BATCH_BASE + <usize>count * 32;
  store<u64>(at, time);
  store<u32>(at, <u32>frame, 8);
  store<u32>(at, captured, 12);
  store<u32>(at, wire, 16);
  store<u32>(at, link, 20);
  store<u32>(at, input, 24);
  store<u32>(STATE_BASE + STATE_BATCH_COUNT_OFFSET, count + 1);
  if (count + 1 == BATCH_CAPACITY) processBatch();
}
export function processBatch(): void {
  const count = load<u32>(STATE_BASE + STATE_BATCH_COUNT_OFFSET);
  for (let i: u32 = 0; i < count; i++) {
    const at = <usize>BATCH_BASE + <usize>i * 32;
    const log = <usize>FLOWS_BASE + load<u32>(FLOWS_BASE);
    const captured = load<u32>(at, 12);
    memory.copy(log + 8, at, 32);
    memory.copy(log + 40, load<u32>(at, 8), captured);
    store<u32>(FLOWS_BASE, load<u32>(FLOWS_BASE) + 32 + ((captured + 7) & ~7));
    if (load<u64>(at) > load<u64>(STATE_BASE + STATE_LAST_TIME_OFFSET)) {
      store<u64>(STATE_BASE + STATE_LAST_TIME_OFFSET, load<u64>(at));
    }
    store<u64>(COUNTERS_BASE, load<u64>(COUNTERS_BASE) + 1);
  }
  store<u32>(STATE_BASE + STATE_BATCH_COUNT_OFFSET, 0);
}
`;

const RECORDS = `
import { CONFIG_BASE, CONFIG_RECORD_LIMIT_OFFSET, STATE_BASE, STATE_RECORD_HEAD_OFFSET,
  STATE_RECORD_TAIL_OFFSET } from "../layout";
export function recordsFree(): u32 {
  const head = load<u32>(STATE_BASE + STATE_RECORD_HEAD_OFFSET);
  return load<u32>(CONFIG_BASE + CONFIG_RECORD_LIMIT_OFFSET) -
    (head - load<u32>(STATE_BASE + STATE_RECORD_TAIL_OFFSET));
}
`;

const INDEX = `
import { COUNTERS_BASE, COUNTERS_REGION_SIZE, FLOWS_BASE, INPUTS_BASE, INPUTS_REGION_SIZE, STATE_BASE,
  STATE_SIZE } from "./layout";
export { closeInput, openInput, run } from "./capture/input";
export { timeNs } from "./capture/time";
export function init(): void {
  memory.fill(STATE_BASE, 0, STATE_SIZE);
  memory.fill(COUNTERS_BASE, 0, COUNTERS_REGION_SIZE);
  memory.fill(INPUTS_BASE, 0, INPUTS_REGION_SIZE);
  store<u32>(FLOWS_BASE, 0);
}
export function flush(): u32 { return 0; }
export function prepareFlush(): u32 { return 0; }
export function flushSlot(slot: u32): void {}
`;

export const OVERRIDES: Record<string, string> = {
  "assembly/batch.ts": BATCH,
  "assembly/ring/records.ts": RECORDS,
  "assembly/index.ts": INDEX,
};

const OPTIONS =
  "-O3 --noAssert --runtime stub --importMemory --sharedMemory --memoryBase 1024 --use abort= " +
  `--enable simd,threads,bulk-memory --initialMemory ${L.MEMORY_PAGES} --maximumMemory ${L.MEMORY_PAGES}`;

/** Compiles the walk with these sources in place of the real ones. */
export async function compileCapture(overrides = OVERRIDES): Promise<WebAssembly.Module> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ["assembly/index.ts", "--outFile", "capture.wasm", ...OPTIONS.split(" ")],
    {
      readFile: (name: string) => overrides[name] ?? sourceText(name),
      writeFile: (name: string, contents: Uint8Array | string) => {
        if (name === "capture.wasm" && typeof contents !== "string") binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`asc does not compile the capture walk: ${stderr.toString()}`);
  return new WebAssembly.Module(binary as BufferSource);
}

function sourceText(name: string): string | null {
  try {
    return readFileSync(new URL(name, ROOT), "utf8");
  } catch {
    return null;
  }
}

export interface LoggedPacket {
  time: bigint;
  captured: number;
  wire: number;
  link: number;
  input: number;
  frame: string;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** A sensor whose packets can be read back by takeLog(); its memory stays small until packets come. */
export async function captureSensor(limits: Limits = profileLimits("small")): Promise<Sensor> {
  compiled ??= compileCapture();
  return createSensorOf(await compiled, limits);
}

/** The packets so far, in order (frames in hex), and forgets them. */
export function takeLog(sensor: Sensor): LoggedPacket[] {
  const { view, u8 } = sensor.memory;
  const size = view.getUint32(L.FLOWS_BASE, true);
  const packets: LoggedPacket[] = [];
  for (let at = L.FLOWS_BASE + 8; at < L.FLOWS_BASE + 8 + size; ) {
    const captured = view.getUint32(at + 12, true);
    packets.push({
      time: view.getBigUint64(at, true),
      captured,
      wire: view.getUint32(at + 16, true),
      link: view.getUint32(at + 20, true),
      input: view.getUint32(at + 24, true),
      frame: Buffer.from(u8.slice(at + 32, at + 32 + captured)).toString("hex"),
    });
    at += 32 + ((captured + 7) & ~7);
  }
  view.setUint32(L.FLOWS_BASE, 0, true);
  return packets;
}
