// What the matcher of patterns costs alone: MB/s over random bytes and over HTTP-like text, by number of patterns.
//   node --import ./tools/ts.mjs test/bench/rules/matcher.ts [passes]
// Apart from the benchmark of whole inspections so that a change of the filter can be judged by itself.
// Always holds: texts and patterns come of a fixed seed; the best of the passes is told, since others use the machine too.

import { Scanner, TEXT } from "../../assembly/match/scan-image.js";
import { Random } from "../../support/random.js";
import { patternsLike, textLike } from "./matcher-text.js";

const TEXT_SIZE = 1 << 20;
const PACKET_SIZE = 1400;
const COUNTS = [0, 1, 100, 1000, 5000, 50_000];
const MIXES = [
  { name: "4 bytes and more", shortShare: 0 },
  { name: "with short ones", shortShare: 0.02 },
];

const passes = Number(process.argv[2] ?? 15);
const scanner = await Scanner.load();
const random = new Random(4);
const texts = { random: random.bytes(TEXT_SIZE), http: textLike(random, TEXT_SIZE) };
const packets = Math.floor(TEXT_SIZE / PACKET_SIZE);

for (const { name, shortShare } of MIXES) {
  console.log(
    `\n${name}\npatterns  KB tables  build ms  random MB/s  http MB/s  candidates a packet (random, http)`,
  );
  for (const size of COUNTS) {
    const patterns = patternsLike(new Random(size, 1), size, shortShare);
    const begin = performance.now();
    const placed = scanner.place(patterns);
    const buildMs = performance.now() - begin;
    const cells = Object.values(texts).map((text) => {
      scanner.entry.bytes.set(text, TEXT);
      return measure(placed.image, placed.matcher);
    });
    console.log(
      [
        String(size).padStart(8),
        (placed.matcherSize / 1024).toFixed(0).padStart(9),
        buildMs.toFixed(0).padStart(8),
        ...cells.map(({ speed }) => speed.toFixed(0).padStart(11)),
        cells.map(({ found }) => (found / packets).toFixed(2)).join(", "),
      ].join("  "),
    );
  }
}

function measure(image: number, matcher: number): { speed: number; found: number } {
  let bestMs = Number.POSITIVE_INFINITY;
  let found = 0;
  for (let pass = 0; pass < passes; pass++) {
    const begin = performance.now();
    found = scanner.entry.exports.scanMany(image, matcher, TEXT, PACKET_SIZE, packets);
    bestMs = Math.min(bestMs, performance.now() - begin);
  }
  return { speed: (packets * PACKET_SIZE) / 1000 / bestMs, found };
}
