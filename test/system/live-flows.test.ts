// What strayd records of a capture that tcpreplay plays is what `stray read` says of the file: key, direction, packets,
// bytes, application bytes, flags, state; with one worker, with two, and on two interfaces at once.
// Apart from the tests of what goes wrong. With STRAY_LONG=1 every real capture is played, else a handful.
// Always holds: each capture meets a fresh daemon; without root or tcpreplay the tests are left out, loudly.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { StrayFlow } from "../parity/stray.js";
import {
  CONVERSATIONS,
  comparableLines,
  EVERY_PROTOCOL,
  flowLines,
  LETTER,
  type PlayableCapture,
  realCaptures,
  trafficCapture,
} from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { DaemonHome, readFlows, type Settings } from "../support/strayd.js";

const { STRAY_LONG } = process.env;
const RATE = 5_000;
const SECOND_SENDER = "tx1";
const SECOND_SENSOR = "rx1";
const LONG_TIMEOUT_MS = 300_000;

describe.skipIf(!canPlayLive())("live flow records", () => {
  let rig: LiveRig;
  let home: DaemonHome;

  beforeAll(() => {
    rig = new LiveRig("flows");
    rig.connect(SECOND_SENDER, SECOND_SENSOR);
  });
  afterEach(() => home.remove());
  afterAll(() => rig.remove());

  /** The records of a daemon that was there while `play` sent so many packets, and its counters just before the end. */
  async function record(settings: Settings, play: () => Promise<number>) {
    home = new DaemonHome({ capture: { interfaces: [SENSOR_INTERFACE] } });
    home.reconfigure(settings);
    const daemon = await home.start(rig.sensor);
    const beginMs = Date.now();
    const sent = await play();
    await home.seen(sent);
    const [counters, status] = [await home.counters(), await home.status()];
    expect(await daemon.stop(), daemon.said).toBe(0);
    const flows = home.storedFlows();
    for (const { stime, ltime } of flows) {
      expect(stime * 1000).toBeGreaterThan(beginMs - 1000);
      expect(ltime * 1000).toBeLessThan(Date.now() + 1000);
    }
    return { sent, flows, counters, status };
  }

  async function replay(capture: PlayableCapture): Promise<number> {
    const { packets } = await rig.replay(capture.path, { rate: RATE });
    expect(packets).toBe(capture.packets);
    return packets;
  }

  function expectSame(live: readonly StrayFlow[], file: readonly StrayFlow[]): void {
    const lines = comparableLines(live, file);
    expect(lines.one).toEqual(lines.other);
  }

  it.each([LETTER, EVERY_PROTOCOL, CONVERSATIONS, ...realCaptures(STRAY_LONG === "1")])(
    "of $name are those of the file",
    async (source) => {
      const capture = source.file(rig.folder);
      const { flows, sent, counters } = await record({}, () => replay(capture));
      expect(counters.total).toMatchObject({ packets: sent });
      expectSame(flows, readFlows([capture.path]));
    },
    LONG_TIMEOUT_MS,
  );

  it("are whole with the copying fallback too", async () => {
    const capture = CONVERSATIONS.file(rig.folder);
    const { flows, status } = await record({ capture: { mode: "copy" } }, () => replay(capture));
    expect(status.interfaces.map(({ mode }) => mode)).toEqual(["copy"]);
    expectSame(flows, readFlows([capture.path]));
  });

  it("are not split between two workers", async () => {
    const capture = trafficCapture(rig.folder, { flows: 500, mix: "imix", packets: 10_000 });
    const { flows, status, counters, sent } = await record({ capture: { workers: 2 } }, () =>
      replay(capture),
    );
    expectSame(flows, readFlows([capture.path]));
    // Each key in one record: a flow that both workers had seen would have two.
    expect(flows.length).toBe(flowLines(flows).length);
    const packets = status.workers.map((worker) => worker.packets);
    expect(packets).toHaveLength(2);
    for (const count of packets) expect(count).toBeGreaterThan(sent / 10);
    expect(packets.reduce((sum, count) => sum + count)).toBe(sent);
    const created = counters.workers.map((worker) => worker.counters["flows-created"] ?? 0);
    expect(created.reduce((sum, count) => sum + count)).toBe(flows.length);
  });

  it("come from two interfaces at once", async () => {
    const [first, second] = [LETTER.file(rig.folder), CONVERSATIONS.file(rig.folder)];
    const { flows, counters, status } = await record(
      { capture: { interfaces: [SENSOR_INTERFACE, SECOND_SENSOR] } },
      async () => {
        const from = { namespace: rig.sender, interface: SECOND_SENDER };
        const both = [replay(first), rig.replay(second.path, { rate: RATE, from })] as const;
        return (await both[0]) + (await both[1]).packets;
      },
    );
    expectSame(flows, readFlows([first.path, second.path]));
    const packets = Object.fromEntries(status.interfaces.map((each) => [each.name, each.packets]));
    expect(packets).toEqual({ [SENSOR_INTERFACE]: first.packets, [SECOND_SENSOR]: second.packets });
    expect(counters.interfaces.map(({ name }) => name).sort()).toEqual([SENSOR_INTERFACE, SECOND_SENSOR]);
  });
});
