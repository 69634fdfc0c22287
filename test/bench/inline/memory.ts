// What a forwarded frame costs without a kernel: forward() over rings in memory, beside readBlock() over a block of the
// same frames, which is what a passive sensor does. Run: node --import ./tools/ts.mjs test/bench/inline/memory.ts
// Apart from what is measured through interfaces. Always holds: both take turns within one run, processor time of the
// thread alone is counted; what the kernel would do (give slots, send) is not.

import * as L from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, udp } from "../../../examples/frame.js";
import { Core, type CoreLimits } from "../../support/core.js";
import { ringBlock } from "../../support/ring-block.js";
import { InlineRig } from "../../support/slot-rig.js";
import { threadMs } from "../thread-clock.js";

const SLOTS = 1024;
const ROUNDS = 400;
const BUDGET = 64;
const BLOCK = L.WINDOWS_BASE + 65536;
const BLOCK_SIZE = 4 * 1024 * 1024;
const START_NS = 1_000_000_000n;

const LIMITS: Partial<CoreLimits> = { flags: L.CONFIG_FLAG_CHECKSUM | L.CONFIG_FLAG_LOSSY_RECORDS };
const CASES: readonly [name: string, limits: Partial<CoreLimits>, drop: bigint][] = [
  ["flows alone", LIMITS, 0n],
  [
    "flows and findings, a policy",
    { ...LIMITS, detectFlags: L.DETECT_FLAG_ON },
    1n << BigInt(L.FINDING_LAND),
  ],
];

function frames(size: number): Uint8Array[] {
  return Array.from({ length: SLOTS }, (_, i) => {
    const ends = { src: `10.0.${i >> 8}.${i & 255}`, dst: "10.9.0.1", id: 7 };
    return ethernet({}, ipv4(ends, udp({ sport: 1000 + i, dport: 9 }, filler(size - 42))));
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** ns a frame, of one round: all slots forwarded, then given and taken again for the next. */
function forwardRound(rig: InlineRig): number {
  const { core } = rig;
  const began = threadMs();
  let taken = 0;
  while (taken < SLOTS) taken += core.exports.forward(0, BUDGET, 0);
  const spent = threadMs() - began;
  for (let slot = 0; slot < SLOTS; slot++) {
    core.view.setUint32(rig.rxSlot(0, slot), 1, true);
    core.view.setUint32(rig.txSlot(1, slot), 0, true);
  }
  return (spent * 1e6) / SLOTS;
}

function blockRound(core: Core): number {
  const began = threadMs();
  core.exports.readBlock(BLOCK, BLOCK_SIZE, 1, 0);
  return ((threadMs() - began) * 1e6) / SLOTS;
}

for (const [name, limits, drop] of CASES) {
  for (const size of [64, 1500]) {
    const all = frames(size);
    const rig = new InlineRig(new Core(limits), { rxSlots: SLOTS, txSlots: SLOTS }, { drop });
    for (const bytes of all) rig.receive(0, { bytes, timeNs: START_NS });
    const passive = new Core(limits);
    const block = all.map((bytes) => ({ bytes, timeNs: START_NS }));
    passive.bytes.set(ringBlock(block, BLOCK_SIZE), BLOCK);
    const spent: { forward: number[]; passive: number[] } = { forward: [], passive: [] };
    for (let round = 0; round < ROUNDS; round++) {
      spent.forward.push(forwardRound(rig));
      spent.passive.push(blockRound(passive));
    }
    const lost = SLOTS * ROUNDS - rig.core.counter(L.COUNTER_INLINE_FORWARDED);
    if (lost !== 0) throw new Error(`${lost} frames were not forwarded`);
    const ns = (values: readonly number[]): string => median(values).toFixed(0).padStart(5);
    process.stdout.write(
      `${name}, ${size} bytes: ${ns(spent.forward)} ns a frame forwarded, ${ns(spent.passive)} ns read passively\n`,
    );
  }
}
