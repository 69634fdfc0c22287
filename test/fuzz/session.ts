// A session of the fuzzer: rounds until so many packets are done, and what to do when one of them finds something.
// Apart from the command line so that the short run of the test suite is the same thing.
// Always holds: what is thrown names the seed and the round.

import { Random } from "../support/random.js";
import { type Corpus, loadCorpus } from "./corpus.js";
import { Finding, Pair } from "./pair.js";
import { fileRound, frameRound, plannedRound, runFrames } from "./rounds.js";
import { describeFrame, shrinkFrames, shrinkList } from "./shrink.js";

export interface SessionOptions {
  seed: number;
  packets: number;
  /** First round, to have a finding again. */
  round?: number;
  onRound?: (done: { round: number; packets: number; undecoded: number; records: number }) => void;
}

export interface SessionResult {
  rounds: number;
  packets: number;
  files: number;
}

const FILES_A_ROUND = 4;
/** File rounds have numbers of their own. */
const FILE_ROUND_BASE = 0x40000000;

/** @throws Finding with the smallest input found, its link type and the seed. */
export function runSession(options: SessionOptions): SessionResult {
  const corpus = loadCorpus();
  let pair = new Pair();
  const result: SessionResult = { rounds: 0, packets: 0, files: 0 };
  for (let round = options.round ?? 0; result.packets < options.packets; round++) {
    try {
      result.packets += frameRound(pair, corpus, options.seed, round);
    } catch (error) {
      pair = new Pair();
      throw found(error, options.seed, round, smallest(pair, corpus, options.seed, round));
    }
    for (let n = 0; n < FILES_A_ROUND; n++) {
      const fileNumber = FILE_ROUND_BASE + round * FILES_A_ROUND + n;
      try {
        result.packets += fileRound(pair, corpus, options.seed, fileNumber);
        result.files++;
      } catch (error) {
        throw found(error, options.seed, round, `file round ${fileNumber}`);
      }
    }
    result.rounds++;
    const [core] = pair.cores;
    options.onRound?.({ round, packets: result.packets, undecoded: core.counter(4), records: pair.records });
  }
  return result;
}

function found(error: unknown, seed: number, round: number, input: string): Finding {
  const message = error instanceof Error ? error.message : String(error);
  return new Finding(
    `${message}\n  again: npm run fuzz -- --seed ${seed} --round ${round} --packets 1\n  ${input}`,
  );
}

/** Replays the round with ever fewer frames for as long as it fails in some way. */
function smallest(pair: Pair, corpus: Corpus, seed: number, round: number): string {
  const planned = plannedRound(new Random(seed, round), corpus);
  const { frames } = planned;
  const fails = (list: typeof frames): boolean => {
    try {
      runFrames(pair, { ...planned, frames: list }, new Random(seed, round));
      return false;
    } catch {
      return true;
    }
  };
  if (!fails(frames)) return "the frames alone, without what came before, do not fail";
  const few = shrinkFrames(shrinkList(frames, fails), fails);
  return few.map(describeFrame).join("\n  ");
}
