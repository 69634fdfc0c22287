// Rules as text of any kind, from the parser through the compiler to traffic: nothing throws, nothing takes long, every
// image can be trusted, and no packet makes the module trap or read outside a frame.
// Apart from fuzz.test.ts, whose rules are valid. STRAY_RULE_ROUNDS makes it longer.

import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import * as L from "../../assembly/match/rules-layout.js";
import { compileRules } from "../../host/rules/compile/compile.js";
import { parseRules } from "../../host/rules/parse/index.js";
import { PATIENCE } from "../support/patience.js";
import { Random, seedOf } from "../support/random.js";
import { talkFrames } from "./conversations.js";
import { checkImage } from "./image-check.js";
import { withTimes } from "./mutate.js";
import { nastyText } from "./nasty-rules.js";
import { Pair } from "./pair.js";
import { fuzzedLimits, runFrames } from "./rounds.js";
import { madeRules, spoiltText } from "./rule-maker.js";

const { STRAY_RULE_ROUNDS = "40" } = process.env;
const ROUNDS = Number(STRAY_RULE_ROUNDS);
const RULES_A_ROUND = 40;
const FRAMES_A_ROUND = 600;
const TAKES_MS_MAX = 5000;
const LIMIT_BYTES = 1 << 24;

function spoiltRules(random: Random): string {
  const valid = [...nastyText(), ...madeRules(random, RULES_A_ROUND)];
  const lines = Array.from({ length: RULES_A_ROUND }, () => random.pick(valid));
  return lines.map((line) => (random.chance(0.7) ? spoiltText(random, line) : line)).join("\n");
}

it(
  `takes rule text of any kind (${ROUNDS} rounds)`,
  async () => {
    const seed = seedOf("rules");
    const pair = new Pair();
    let taken = 0;
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      // The runner wants to be heard now and then.
      if (round % 20 === 0) await setImmediate();
      const random = new Random(seed, round);
      const text = spoiltRules(random);
      const about = `seed ${seed}, round ${round}`;
      const started = performance.now();
      const set = parseRules(text);
      const compiled = compileRules(set.rules, { limitBytes: LIMIT_BYTES });
      expect(performance.now() - started, `${about}: ms`).toBeLessThan(TAKES_MS_MAX);
      try {
        checkImage(compiled.image, compiled.rules.length);
        const frames = withTimes(random, talkFrames(random, FRAMES_A_ROUND));
        const rules = { first: compiled.image, swaps: new Map() };
        const limits = { ...fuzzedLimits(random), inspectFlags: 1 };
        runFrames(pair, { limits, homes: [], frames, rules }, random);
      } catch (error) {
        throw new Error(`${about}: ${(error as Error).message}\n${text}`, { cause: error });
      }
      taken += compiled.rules.length;
      refused += [...set.problems, ...compiled.problems].filter(({ level }) => level === "error").length;
    }
    expect(taken).toBeGreaterThan(ROUNDS * 5);
    expect(refused).toBeGreaterThan(ROUNDS * 5);
    expect(pair.alerts).toBeGreaterThan(ROUNDS / 2);
  },
  1_200_000 * PATIENCE,
);

it("would not trust an image that was damaged", () => {
  const random = new Random(seedOf("damaged images"));
  const { image, rules } = compileRules(parseRules(nastyText().join("\n")).rules, {
    limitBytes: LIMIT_BYTES,
  });
  const view = new DataView(image.buffer, image.byteOffset);
  const table = view.getUint32(L.IMAGE_RULES_OFFSET, true);
  const program = view.getUint32(table + L.RULE_PROGRAM_OFFSET, true);
  const places = [
    ...[L.IMAGE_SIZE_OFFSET, L.IMAGE_RULES_OFFSET, L.IMAGE_PLAIN_OFFSET, L.IMAGE_PATTERN_RULES_OFFSET],
    ...[L.IMAGE_MATCHERS_OFFSET, L.IMAGE_PORT_CLASSES_OFFSET],
    ...[L.RULE_PROGRAM_OFFSET, L.RULE_OPS_OFFSET, L.RULE_SOURCE_OFFSET].map((offset) => table + offset),
    ...[L.OP_DATA_OFFSET, L.OP_DATA_SIZE_OFFSET].map((offset) => program + offset),
  ];
  expect(() => checkImage(image, rules.length)).not.toThrow();
  for (const place of places) {
    const damaged = image.slice();
    new DataView(damaged.buffer).setUint32(place, random.u32() | 0x40000000, true);
    expect(() => checkImage(damaged, rules.length), `at ${place}`).toThrow();
  }
});
