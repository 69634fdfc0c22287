// `npm run bench:rules`: what rules cost, in one run: the same conversations through the module with inspection off,
// with none, 100, 1,000 and 5,000 rules. Figures go to test/bench/rules/RESULTS.md; `-- --quick` writes nothing.
// Always holds: the sets take turns within each round, so that the machine's moods hit all alike; ratios are of the
// same round.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import * as L from "../../../assembly/layout.js";
import { AlertRing, drainAlerts } from "../../../host/alert/alert-ring.js";
import { compileRules } from "../../../host/rules/compile/compile.js";
import { installRules } from "../../../host/rules/install.js";
import { parseRules } from "../../../host/rules/parse/index.js";
import { readCounters } from "../../../host/wasm/counters.js";
import { createSensor, type Sensor } from "../../../host/wasm/module.js";
import { profileLimits } from "../../../host/wasm/profiles.js";
import { conversations } from "./conversations.js";
import { ruleText } from "./rule-text.js";

const RESULTS = new URL("RESULTS.md", import.meta.url);
const SETS = [-1, 0, 100, 1000, 5000] as const;
const PAYLOAD_BYTES = 48 << 20;
const LEAST_MB_S = 300;
const MOST_RATIO = 2;
const STEP_NS = 10_000n;

const isQuick = process.argv.includes("--quick");
const rounds = Number(
  process.argv.find((word) => word.startsWith("--rounds="))?.slice(9) ?? (isQuick ? 2 : 7),
);

interface Prepared {
  readonly rules: number;
  readonly image: Uint8Array | undefined;
  readonly sizes: Readonly<Record<string, number>>;
  readonly compileMs: number;
  readonly ns: number[];
  alerts: number;
  evaluations: number;
  patterns: number;
}

const { frames, payloadBytes } = conversations(PAYLOAD_BYTES);
const limits = { ...profileLimits("default"), lossyRecords: true };

function prepare(rules: number): Prepared {
  const began = performance.now();
  const rest = { ns: [], alerts: 0, evaluations: 0, patterns: 0 };
  if (rules <= 0) return { rules, image: undefined, sizes: {}, compileMs: 0, ...rest };
  const set = parseRules(ruleText(rules));
  const { image, sizes, problems } = compileRules(set.rules, { limitBytes: limits.rulesLimit });
  if (set.problems.length + problems.length > 0)
    throw new Error(JSON.stringify([...set.problems, ...problems][0]));
  return { rules, image, sizes, compileMs: performance.now() - began, ...rest };
}

/** The frames laid out in the windows, and where each is. */
function layOut(sensor: Sensor): Uint32Array {
  const places = new Uint32Array(frames.length * 2);
  let at = L.WINDOWS_BASE;
  frames.forEach((frame, index) => {
    sensor.memory.u8.set(frame, at);
    places[index * 2] = at;
    places[index * 2 + 1] = frame.length;
    at += frame.length + (-frame.length & 7);
  });
  if (at > L.WINDOWS_BASE + L.WINDOWS_REGION_SIZE) throw new Error("the frames do not fit in the windows");
  return places;
}

const sensor = createSensor({ ...limits, inspect: false });
const sensorOn = createSensor({ ...limits, inspect: true });
const layouts = new Map([sensor, sensorOn].map((each) => [each, layOut(each)]));

function measure(set: Prepared): void {
  const its = set.rules < 0 ? sensor : sensorOn;
  const places = layouts.get(its)!;
  its.exports.init();
  installRules(its.memory, set.image);
  its.exports.takeRules();
  const ring = new AlertRing(its.memory, () => undefined);
  const { pushFrame, drain } = its.exports;
  let time = 1_600_000_000_000_000_000n;
  let alerts = 0;
  const began = performance.now();
  for (let i = 0; i < frames.length; i++) {
    const size = places[2 * i + 1]!;
    pushFrame(places[2 * i]!, size, size, time, 1);
    time += STEP_NS;
    if ((i & 1023) === 0) alerts += drainAlerts(ring, ring.capacity, () => undefined);
  }
  drain();
  set.ns.push(((performance.now() - began) * 1e6) / frames.length);
  set.alerts = alerts + drainAlerts(ring, ring.capacity, () => undefined);
  const counters = readCounters(its.memory);
  set.evaluations = counters["evaluations"] ?? 0;
  set.patterns = counters["patterns"] ?? 0;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const sets = SETS.map(prepare);
for (const set of sets) measure(set); // once for the compiler
for (const set of sets) set.ns.length = 0;
for (let round = 0; round < rounds; round++) {
  for (const set of sets) measure(set);
  process.stderr.write(`round ${round + 1} of ${rounds}\n`);
}

const perPacket = payloadBytes / frames.length;
const rate = (ns: number): number => (perPacket / ns) * 1000;
const hundred = sets.find(({ rules }) => rules === 100)!;
const thousand = sets.find(({ rules }) => rules === 1000)!;
const ratio = median(thousand.ns.map((ns, round) => ns / hundred.ns[round]!));
const name = ({ rules }: Prepared): string => (rules < 0 ? "inspection off" : `${rules} rules`);
const table = [
  "| | ns a packet | MB/s of payload | times 100 rules | tables | compiled in | patterns seen | rules looked at | alerts |",
  "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
  ...sets.map((set) => {
    const ns = median(set.ns);
    const times = median(set.ns.map((value, round) => value / hundred.ns[round]!));
    const size = set.sizes["total"] === undefined ? "-" : `${Math.ceil(set.sizes["total"] / 1024)} KiB`;
    const ms = set.image === undefined ? "-" : `${set.compileMs.toFixed(0)} ms`;
    return `| ${name(set)} | ${ns.toFixed(0)} | ${rate(ns).toFixed(0)} | ${times.toFixed(2)} | ${size} | ${ms} | ${set.patterns} | ${set.evaluations} | ${set.alerts} |`;
  }),
];
const met = (isMet: boolean): string => (isMet ? "met" : "NOT met");
const goals = [
  `- 1,000 rules at ${LEAST_MB_S} MB/s of payload or more: ${rate(median(thousand.ns)).toFixed(0)}, ${met(rate(median(thousand.ns)) >= LEAST_MB_S)}`,
  `- 1,000 rules at most ${MOST_RATIO} times the cost of 100: ${ratio.toFixed(2)}, ${met(ratio <= MOST_RATIO)}`,
  `- tables within the profile's ${limits.rulesLimit / 1024} KiB: ${met(sets.every(({ image }) => (image?.length ?? 0) <= limits.rulesLimit))}`,
];
const text = `# What rules cost

\`npm run bench:rules\`: ${frames.length} packets of TCP conversations, 64 at a time, ${(payloadBytes / 1e6).toFixed(0)} MB of payload, half HTTP and pages of
text, half random bytes; flows, streams, HTTP and rules on one core. Medians of ${rounds} rounds in which the sets take turns.
${cpus()[0]?.model ?? "unknown processor"}, Node.js ${process.version}.

${table.join("\n")}

${goals.join("\n")}

Parts of the tables with 1,000 rules, bytes: ${Object.entries(thousand.sizes)
  .map(([part, bytes]) => `${part} ${bytes}`)
  .join(", ")}.
`;
process.stdout.write(text);
if (!isQuick) writeFileSync(RESULTS, text);
