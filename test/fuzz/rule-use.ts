// Which rules a round of the fuzzer has in force, and what takes their place in the middle of it.
// Apart from rounds.ts because the images are made once and kept. Always holds: a pure function of the generator's state.

import { compileRules } from "../../host/rules/compile/compile.js";
import { parseRules } from "../../host/rules/parse/index.js";
import type { CapturedFrame } from "../support/captures.js";
import { Random } from "../support/random.js";
import { nastyImage } from "./nasty-rules.js";
import { madeRules } from "./rule-maker.js";

export interface RuleUse {
  readonly first: Uint8Array;
  /** Offered before that frame; undefined takes the rules away. */
  readonly swaps: ReadonlyMap<CapturedFrame, Uint8Array | undefined>;
}

const SETS = 200;
const RULES_A_SET = 60;
const SEED = 0xf022;

const made = new Map<number, Uint8Array>();

/** Rules out of the maker, always the same for a number below SETS. */
function madeImage(number: number): Uint8Array {
  const known = made.get(number);
  if (known !== undefined) return known;
  const { rules } = parseRules(madeRules(new Random(SEED, number), RULES_A_SET).join("\n"));
  const { image } = compileRules(rules, { limitBytes: 1 << 24 });
  made.set(number, image);
  return image;
}

function someImage(random: Random): Uint8Array {
  return random.chance(0.3) ? nastyImage() : madeImage(random.below(SETS));
}

export function ruleUse(random: Random, frames: readonly CapturedFrame[]): RuleUse {
  const swaps = new Map<CapturedFrame, Uint8Array | undefined>();
  const first = someImage(random);
  if (frames.length > 0 && random.chance(0.3)) {
    for (let left = random.between(1, 5); left > 0; left--)
      swaps.set(random.pick(frames), random.chance(0.15) ? undefined : someImage(random));
  }
  return { first, swaps };
}
