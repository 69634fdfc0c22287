// Metrics of a running strayd: over HTTP and in the file, with the values that `stray counters --json` has at the same
// time; replaced by a reload; gone at the end.
// Apart from the forms, which need no sensor. Always holds: the sensor's loopback is that of its own namespace.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CountersAnswer } from "../../host/control/protocol.js";
import { type CounterScope, counterHelp } from "../../host/metrics/counter-help.js";
import { CONTENT_TYPES } from "../../host/metrics/exposition.js";
import { metricOf } from "../../host/metrics/families.js";
import { until } from "../support/daemon.js";
import { LETTER, type PlayableCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { readMetrics, readValues, seriesKey } from "../support/prometheus.js";
import { DaemonHome } from "../support/strayd.js";
import { requireDebianPython } from "../support/system.js";

const PORT = 9464;
const ACCEPT = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
const ASK = `
const [url, accept] = process.argv.slice(1);
const answer = await fetch(url, { headers: { accept } });
process.stdout.write(JSON.stringify({ type: answer.headers.get("content-type"), text: await answer.text() }));
`;
const hasClient = requireDebianPython("prometheus_client", "python3-prometheus-client");

/** Every counter of an answer by the series that it is told as. */
function series(answer: CountersAnswer): Map<string, number> {
  const all = new Map<string, number>();
  const add = (
    scope: CounterScope,
    counts: Readonly<Record<string, number>>,
    labels: Record<string, string>,
  ) => {
    for (const [counter, value] of Object.entries(counts)) {
      const { name, labels: own } = metricOf(scope, counter);
      const scale = counter.startsWith("flush-us") ? 1e6 : 1;
      all.set(seriesKey(name, { ...labels, ...own }), value / scale);
    }
  };
  add("sensor", answer.total, {});
  add("control", answer.control, {});
  for (const { worker, counters } of answer.workers) add("worker", counters, { worker: `${worker}` });
  for (const { name, worker, counters } of answer.interfaces) {
    add("interface", counters, { interface: name, worker: `${worker}` });
  }
  for (const { name, counters } of answer.sinks) add("sink", counters, { sink: name });
  return all;
}

/** Counters that no table has words for. */
function unexplained(answer: CountersAnswer): string[] {
  const without = (scope: CounterScope, counts: Readonly<Record<string, number>>): string[] =>
    Object.keys(counts)
      .filter((name) => counterHelp(scope, name) === undefined)
      .map((name) => `${scope} ${name}`);
  return [
    ...without("sensor", answer.total),
    ...without("control", answer.control),
    ...without("gauge", answer.gauges),
    ...answer.workers.flatMap(({ counters }) => without("worker", counters)),
    ...answer.interfaces.flatMap(({ counters }) => without("interface", counters)),
    ...answer.sinks.flatMap(({ counters }) => without("sink", counters)),
  ];
}

describe.skipIf(!canPlayLive() || !hasClient)("metrics of a running strayd", () => {
  let rig: LiveRig;
  let home: DaemonHome;
  let letter: PlayableCapture;
  let file: string;

  beforeAll(() => {
    rig = new LiveRig("metrics");
    letter = LETTER.file(rig.folder);
  });
  beforeEach(() => {
    home = new DaemonHome();
    file = join(home.folder, "stray.prom");
    home.configure({
      capture: { interfaces: [SENSOR_INTERFACE], filter: "ip" },
      metrics: { listen: `127.0.0.1:${PORT}`, file, every: "1s" },
    });
  });
  afterEach(() => home.remove());
  afterAll(() => rig.remove());

  const ask = (port = PORT): { type: string; text: string } => {
    const words = ["--input-type=module", "-e", ASK, `http://127.0.0.1:${port}/metrics`, ACCEPT];
    return JSON.parse(rig.sensor.exec([process.execPath, ...words]).stdout);
  };

  it("have the values of stray counters --json, in both forms", async () => {
    const daemon = await home.start(rig.sensor);
    await rig.replay(letter.path);
    await home.seen(letter.packets);
    const before = series((await home.counters()) as CountersAnswer);
    expect(unexplained((await home.counters()) as CountersAnswer)).toEqual([]);
    // What was made before is not older than a second.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const { type, text } = ask();
    const after = series((await home.counters()) as CountersAnswer);
    expect(type).toBe(CONTENT_TYPES.openmetrics);
    const values = readValues(readMetrics(text, "openmetrics"));
    expect(values.get("stray_packets_total{}")).toBe(letter.packets);
    const wrong = [...before].filter(([name, low]) => {
      const value = values.get(name);
      return value === undefined || value < low || value > (after.get(name) ?? -1);
    });
    expect(wrong).toEqual([]);
    // Nearly all of them stand still meanwhile: those are equal.
    const still = [...before].filter(([name, value]) => after.get(name) === value);
    expect(still.length).toBeGreaterThan(400);

    await until("the file has the packets", () => {
      const older = existsSync(file)
        ? readValues(readMetrics(readFileSync(file, "utf8"), "text"))
        : undefined;
      return older?.get("stray_packets_total{}") === letter.packets;
    });
    const { sinks } = await home.status();
    expect(sinks.filter(({ name }) => name.startsWith("metrics"))).toEqual([
      { name: `metrics:127.0.0.1:${PORT}`, ok: true, text: "serves 0 clients" },
      { name: "metrics-file", ok: true, text: `writing ${file}` },
    ]);
    expect(await daemon.stop()).toBe(0);
    expect(existsSync(file)).toBe(false);
  });

  it("change by a reload, and stay as they are when the new place is taken", async () => {
    await home.start(rig.sensor);
    const holder = rig.sensor.spawn(
      [
        process.execPath,
        "-e",
        `require("net").createServer().listen(${PORT + 1}, "127.0.0.1", () => console.log("up"))`,
      ],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    await new Promise((resolve) => holder.stdout!.once("data", resolve));
    try {
      home.reconfigure({ metrics: { listen: `127.0.0.1:${PORT + 1}`, file, every: "1s" } });
      const refused = await home.run("reload");
      expect([refused.exitCode === 0, refused.stderr]).toEqual([
        false,
        expect.stringContaining("EADDRINUSE"),
      ]);
      // What is told may be a second old.
      await until("the refusal is told", () => ask().text.includes("stray_config_refused 1\n"));
      home.reconfigure({ metrics: { listen: `127.0.0.1:${PORT + 2}`, file: null, every: "1s" } });
      expect((await home.run("reload")).exitCode).toBe(0);
      await until("it is told at the new place", () =>
        ask(PORT + 2).text.includes("stray_config_refused 0\n"),
      );
      expect(existsSync(file)).toBe(false);
    } finally {
      holder.kill("SIGKILL");
    }
  });
});
