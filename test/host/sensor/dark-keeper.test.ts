// Who is there, over several workers and several lives: what one heard all know, what is told is in force everywhere,
// what was known is there at the next start; and frames lost in capture excuse a missing handshake.
// Apart from the system tests because no interface is needed. Always holds: workers are real threads.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  DARKNESS_ALIVE,
  DARKNESS_DARK,
  DARKNESS_FOREIGN,
  DARKNESS_GROUP,
  DARKNESS_UNKNOWN,
} from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, tcp, udp } from "../../../examples/frame.js";
import { defaultConfig } from "../../../host/config/load.js";
import type { StrayConfig } from "../../../host/config/types.js";
import { addressOf, addressText, networkOf, putAddress } from "../../../host/dark/address.js";
import { addressReport, linePage } from "../../../host/dark/report.js";
import { STATE_NAME } from "../../../host/dark/state-file.js";
import type { CaptureSet } from "../../../host/sensor/capture-set.js";
import { DarkKeeper } from "../../../host/sensor/dark-keeper.js";
import { RecordFeed } from "../../../host/sensor/feed.js";
import { workerLimits } from "../../../host/sensor/limits.js";
import { LossTimes } from "../../../host/sensor/loss-times.js";
import { Supervisor } from "../../../host/sensor/supervisor.js";
import { GIVEN_SIZE } from "../../../host/sensor/worker-known.js";
import { readU64, writeU32 } from "../../../host/wasm/memory.js";
import { eventually } from "../../support/eventually.js";
import { TEST_HOST } from "../config/facts.js";

const noRings = {
  assignment: () => ({ type: "inputs", inputs: [] }),
  skipBlock: () => false,
} as unknown as CaptureSet;
const HOUR_MS = 3_600_000;
const NAMES: Readonly<Record<number, string>> = {
  [DARKNESS_ALIVE]: "alive",
  [DARKNESS_DARK]: "dark",
  [DARKNESS_FOREIGN]: "foreign",
  [DARKNESS_GROUP]: "group",
  [DARKNESS_UNKNOWN]: "unknown",
};

let folder: string;
const rigs: Rig[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-keeper-"));
});
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The parts of strayd that matter here. */
class Rig {
  readonly log: string[] = [];
  readonly supervisor: Supervisor;
  readonly dark: DarkKeeper;
  config: StrayConfig;
  nowMs = Date.now();
  private port = 0;

  constructor(
    workers: number,
    more: Partial<StrayConfig["detection"]> = {},
    private readonly homes: readonly string[] = ["192.0.2.0/24"],
  ) {
    const plain = defaultConfig(["eth0"], TEST_HOST);
    this.config = {
      ...plain,
      sensor: { ...plain.sensor, profile: "small", home: homes },
      capture: { ...plain.capture, workers },
      detection: { ...plain.detection, learnMs: 0, directory: folder, ...more },
    };
    const log = (level: string, message: string): number => this.log.push(`${level}: ${message}`);
    this.dark = new DarkKeeper({
      log,
      workers: () => this.supervisor.workers,
      interfaces: () => ({}),
      clocks: () => ({ wallMs: this.nowMs, steadyMs: this.nowMs }),
    });
    const feed: RecordFeed = new RecordFeed(() => this.supervisor.workers, log);
    feed.use([], []);
    this.supervisor = new Supervisor(feed, log, this.dark);
    rigs.push(this);
  }

  async start(): Promise<this> {
    this.supervisor.prepare(this.config.capture.workers, {
      ...workerLimits(this.config, 42n),
      flowSets: 64,
    });
    this.dark.open(this.config);
    await this.supervisor.start(noRings);
    await eventually(() => this.supervisor.workers.every(({ state }) => state === "running"));
    return this;
  }

  async stop(): Promise<void> {
    await this.supervisor.stop();
    await this.dark.close();
  }

  async use(detection: Partial<StrayConfig["detection"]>, home = this.homes): Promise<void> {
    const { config } = this;
    this.config = {
      ...config,
      sensor: { ...config.sensor, home },
      detection: { ...config.detection, ...detection },
    };
    await this.dark.use(this.config);
  }

  /** A frame put into a worker's table from outside, while it waits for packets that do not come. */
  private frame(worker: number, bytes: Uint8Array): void {
    const { memory, viewer } = this.supervisor.workers[worker]!;
    memory.u8.set(bytes, L.WINDOWS_BASE);
    viewer.pushFrame(L.WINDOWS_BASE, bytes.length, bytes.length, BigInt(Date.now()) * 1_000_000n, 1);
    viewer.drain();
  }

  converse(worker: number, address: string): void {
    this.port++;
    const [src, dst] = [address, "198.51.100.1"];
    this.frame(
      worker,
      ethernet({}, ipv4({ src, dst }, udp({ sport: 2000 + this.port, dport: 53 }, filler(9)))),
    );
    this.frame(
      worker,
      ethernet({}, ipv4({ src: dst, dst: src }, udp({ sport: 53, dport: 2000 + this.port }, filler(9)))),
    );
  }

  /** A TCP flow that begins with data. */
  midstream(worker: number): void {
    this.port++;
    const segment = tcp({ sport: 2000 + this.port, dport: 80, flags: "PA", seq: 9 }, filler(9));
    this.frame(worker, ethernet({}, ipv4({ src: "198.51.100.1", dst: "192.0.2.77" }, segment)));
  }

  /** As each worker's own module says it. */
  states(address: string): string[] {
    return this.supervisor.workers.map(({ memory, viewer }) => {
      putAddress(memory.view, L.SNAPSHOT_BASE, addressOf(address)!);
      return NAMES[viewer.darkness(L.SNAPSHOT_BASE)]!;
    });
  }

  /** The next second. */
  pulse(seconds = 1): void {
    this.nowMs += 1000 * seconds;
    this.dark.pulse();
  }

  explain(address: string): { readonly state: string; readonly reason: string } {
    return addressReport(this.dark.judge(), addressOf(address)!);
  }
}

describe("several workers", () => {
  it("each know what one of them heard, and that conversations pass", async () => {
    const rig = await new Rig(3).start();
    expect(rig.states("192.0.2.9")).toEqual(["unknown", "unknown", "unknown"]);
    rig.converse(1, "192.0.2.9");
    expect(rig.states("192.0.2.9")).toEqual(["unknown", "alive", "unknown"]);
    rig.pulse();
    await eventually(() => rig.states("192.0.2.9").join() === "alive,alive,alive");
    // Where one has heard a conversation, both directions pass: what is silent is dark for all.
    await eventually(() => rig.states("192.0.2.10").join() === "dark,dark,dark");
    expect(rig.explain("192.0.2.9")).toMatchObject({ state: "alive", heard: { how: ["sent", "answered"] } });
    await eventually(() => rig.dark.counters()["alive-told"] === 2);
    // Nothing new, nothing told.
    rig.pulse();
    rig.pulse();
    await new Promise(setImmediate);
    expect(rig.dark.counters()["alive-told"]).toBe(2);
  });

  it("are told of many in bounded messages", async () => {
    const rig = await new Rig(2, {}, ["10.0.0.0/16"]).start();
    for (let n = 0; n < 2500; n++) rig.converse(0, `10.0.${n >> 8}.${n & 255}`);
    const [, other] = rig.supervisor.workers;
    const sizes: number[] = [];
    const send = other!.send.bind(other);
    other!.send = (message) => {
      if (message.type === "alive") sizes.push(message.given.length / GIVEN_SIZE);
      return send(message);
    };
    await eventually(() => {
      rig.pulse();
      return rig.dark.counters()["alive-told"] === rig.dark.report().alive;
    });
    // Sets of eight places: some had more than that to keep.
    const { alive } = rig.dark.report();
    expect(alive).toBeGreaterThan(2048);
    expect(sizes).toEqual([1024, 1024, alive - 2048]);
    const heard = [...rig.dark.judge().view.alive.sorted()].map(addressText);
    const known = heard.filter((address) => rig.states(address)[1] === "alive");
    expect(known.length).toBeGreaterThan(0.97 * alive);
  });

  it("begin anew with all that is known when they die, what they heard last included", async () => {
    const rig = await new Rig(2).start();
    rig.converse(0, "192.0.2.9");
    rig.converse(1, "192.0.2.10");
    await rig.supervisor.workers[0]!.terminate();
    await eventually(
      () => rig.supervisor.workers[0]!.restarts === 1 && rig.supervisor.workers[0]!.state === "running",
    );
    expect(rig.states("192.0.2.9")[0]).toBe("alive");
    rig.pulse();
    await eventually(() => rig.states("192.0.2.10")[0] === "alive");
    expect(rig.states("192.0.2.11")[0]).toBe("dark");
  });
});

describe("home networks and lists", () => {
  it("are taken by running workers: a reload, an import, what is forgotten", async () => {
    const rig = await new Rig(2, { unused: ["192.0.2.64/26"] }).start();
    rig.converse(0, "192.0.2.9");
    rig.converse(1, "192.0.2.70");
    rig.pulse();
    await eventually(() => rig.states("192.0.2.9").join() === "alive,alive");
    expect(rig.states("192.0.2.70")).toEqual(["dark", "dark"]);

    const text = "192.0.2.7 used printer\n192.0.2.70 used\n192.0.2.128/25 used\n192.0.2.33 alive how=arp";
    expect(await rig.dark.import(text, false)).toEqual({ used: 3, unused: 0, alive: 1 });
    for (const address of ["192.0.2.7", "192.0.2.70", "192.0.2.200"]) {
      expect([address, ...rig.states(address)]).toEqual([address, "alive", "alive"]);
    }
    await eventually(() => rig.states("192.0.2.33").join() === "alive,alive");
    expect(rig.dark.report()).toMatchObject({ used: 3, unused: 1, alive: 3 });
    expect(rig.explain("192.0.2.7")).toMatchObject({
      state: "alive",
      reason: "list",
      list: { comment: "printer" },
    });

    await expect(rig.dark.import("192.0.2.1 used\n10.0.0.1 used", false)).rejects.toThrow(
      /^line 2: 10.0.0.1 lies in no/,
    );
    await expect(rig.dark.import("192.0.2.1 maybe", false)).rejects.toThrow(
      /^line 1: expected used, unused or alive/,
    );
    expect(rig.states("192.0.2.1")).toEqual(["dark", "dark"]);

    expect(await rig.dark.forget([networkOf("192.0.2.0/26")!, networkOf("192.0.2.70")!])).toEqual({
      lists: 2,
      alive: 3,
    });
    for (const address of ["192.0.2.7", "192.0.2.9", "192.0.2.33", "192.0.2.70"]) {
      expect([address, ...rig.states(address)]).toEqual([address, "dark", "dark"]);
    }
    expect(rig.states("192.0.2.200")).toEqual(["alive", "alive"]);
    // Who speaks again is heard again.
    rig.converse(0, "192.0.2.9");
    expect(rig.states("192.0.2.9")[0]).toBe("alive");

    await rig.use({ unused: [] }, ["198.51.100.0/24"]);
    expect(rig.states("192.0.2.9")).toEqual(["foreign", "foreign"]);
    expect(rig.states("198.51.100.9")).toEqual(["dark", "dark"]);
  });

  it("keep who was heard when a list that named him goes", async () => {
    const rig = await new Rig(1).start();
    rig.converse(0, "192.0.2.9");
    await rig.dark.import("192.0.2.9 used", false);
    rig.pulse(10);
    await rig.dark.import("# nothing", true);
    expect(rig.states("192.0.2.9")).toEqual(["alive"]);
    expect(rig.explain("192.0.2.9")).toMatchObject({ reason: "heard" });
  });

  it("are learnt when they come", async () => {
    const rig = await new Rig(1, { learnMs: HOUR_MS }).start();
    expect(rig.explain("192.0.2.10")).toMatchObject({ state: "unknown", reason: "one-way" });
    rig.converse(0, "192.0.2.9");
    expect(rig.states("192.0.2.10")).toEqual(["unknown"]);
    expect(rig.explain("192.0.2.10")).toMatchObject({ reason: "learning" });
    await rig.use({ learnMs: 0 });
    expect(rig.states("192.0.2.10")).toEqual(["dark"]);
    expect(rig.log).toEqual([
      expect.stringMatching(/^info: home networks: 192.0.2.0\/24; learning until 20/),
      "info: home networks: 192.0.2.0/24",
    ]);
  });

  it("are guessed where none are named, or said not to be known", async () => {
    const rig = await new Rig(1, {}, []).start();
    expect(rig.log).toEqual([expect.stringMatching(/^warn: no home networks are known.*set sensor.home$/)]);
    expect(rig.dark.report().homes).toEqual([]);
    expect(rig.dark.stateOf("192.0.2.1")).toBe("unknown");
  });
});

describe("another life", () => {
  it("knows who was there and what was told, and need not learn again", async () => {
    const first = await new Rig(2, { learnMs: HOUR_MS }).start();
    first.converse(0, "192.0.2.9");
    await first.dark.import("192.0.2.128/25 unused the lab's", false);
    first.pulse(HOUR_MS / 1000 + 1);
    await first.stop();
    expect(readFileSync(join(folder, STATE_NAME), "utf8")).toContain(
      "list 192.0.2.128/25 unused imported the lab's",
    );

    const second = new Rig(1, { learnMs: HOUR_MS });
    second.nowMs = first.nowMs;
    await second.start();
    expect(second.log[0]).toBe(
      "info: 1 addresses are known to be in use from before: their networks need not be learnt again",
    );
    // Before any packet; then one that says that both directions pass.
    expect(second.states("192.0.2.9")).toEqual(["alive"]);
    expect(second.states("192.0.2.200")).toEqual(["dark"]);
    second.converse(0, "192.0.2.11");
    expect(second.states("192.0.2.10")).toEqual(["dark"]);
    expect(linePage(second.dark.judge(), 0, 100).lines.map((line) => line.split(" ")[0])).toEqual([
      "192.0.2.128/25",
      "192.0.2.9",
      "192.0.2.11",
    ]);
  });

  it("goes on learning where it was, and learns anew what is older than an address lives", async () => {
    const first = await new Rig(1, { learnMs: HOUR_MS }).start();
    first.converse(0, "192.0.2.9");
    first.pulse(600);
    await first.stop();
    const second = new Rig(1, { learnMs: HOUR_MS });
    second.nowMs = first.nowMs + 24 * HOUR_MS;
    await second.start();
    const [{ learningUntilMs } = { learningUntilMs: 0 }] = second.dark.report().homes;
    expect(learningUntilMs).toBeCloseTo(second.nowMs + HOUR_MS - 600_000, -3);
    await second.stop();
    const third = new Rig(1, { learnMs: HOUR_MS, aliveMs: HOUR_MS });
    third.nowMs = second.nowMs + 2 * HOUR_MS;
    await third.start();
    expect(third.log[0]).toMatch(/^warn: what was known of addresses is older than detection.alive/);
    expect(third.dark.report().homes[0]?.learningUntilMs).toBe(third.nowMs + HOUR_MS);
  });

  it("begins without a damaged file, and counts it", async () => {
    writeFileSync(join(folder, STATE_NAME), "stray dark state 1\nrubbish\n");
    const rig = await new Rig(1).start();
    expect(rig.dark.counters()).toMatchObject({ "dark-damaged": 1, "dark-save-errors": 0 });
    expect(rig.log[0]).toMatch(/dark.state is damaged/);
  });

  it("is kept elsewhere after a reload, and given back when detection is switched on again", async () => {
    const rig = await new Rig(1).start();
    rig.converse(0, "192.0.2.9");
    rig.pulse(10);
    const elsewhere = join(folder, "elsewhere");
    await rig.use({ directory: elsewhere });
    rig.pulse();
    await eventually(() => rig.dark.counters()["dark-saves"] === 2);
    for (const place of [folder, elsewhere]) {
      expect(readFileSync(join(place, STATE_NAME), "utf8")).toContain("\nalive 192.0.2.9 ");
    }
    await rig.use({ enabled: false });
    expect(() => rig.dark.judge()).toThrow(/^detection.enabled is false/);
    expect(rig.dark.report()).toMatchObject({ enabled: false, alive: 0 });
    await rig.use({ enabled: true });
    expect(rig.explain("192.0.2.9")).toMatchObject({ state: "alive" });
  });
});

describe("what was lost in capture", () => {
  it("is told to the classifier: a flow without a handshake that begins then may have had one", async () => {
    const rig = await new Rig(1).start();
    const [worker] = rig.supervisor.workers;
    const nowMs = Date.now();
    rig.dark.noteLoss(worker!, nowMs - 1000, nowMs);
    expect(readU64(worker!.memory, L.STATE_BASE + L.STATE_LOSS_TIME_OFFSET)).toBe(BigInt(nowMs) * 1_000_000n);
    // The sensor has only just begun: of two excuses that one would come first.
    const { memory, viewer } = worker!;
    writeU32(memory, L.CONFIG_BASE + L.CONFIG_PICKUP_NS_OFFSET, 0);
    writeU32(memory, L.CONFIG_BASE + L.CONFIG_PICKUP_NS_OFFSET + 4, 0);
    rig.midstream(0);
    expect(worker!.counterOf("no-handshake-lost")).toBe(1);
    expect(viewer.snapshot(viewer.nextLive(0))).toBe(1);
    expect(worker!.record.pointAt(L.SNAPSHOT_BASE).notes & L.NOTE_LOSS).not.toBe(0);
    rig.dark.noteLoss(worker!, nowMs - 61_000, nowMs - 60_000);
    rig.midstream(0);
    expect(worker!.counterOf("no-handshake-lost")).toBe(1);
    expect(worker!.counterOf("no-handshake-never-passed")).toBe(1);
  });

  it("is remembered for those who weigh causes, in bounded memory", () => {
    const losses = new LossTimes();
    losses.add(100_000, 101_000);
    losses.add(102_000, 103_000);
    for (let n = 1; n < 300; n++) losses.add(n * 1_000_000, n * 1_000_000 + 1000);
    const isNear = (ms: number) => losses.isNear(ms * 1000);
    expect([isNear(299_000_000), isNear(298_995_000), isNear(299_006_000), isNear(299_007_000)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect([isNear(298_994_000), isNear(298_500_000), isNear(100_500)]).toEqual([false, false, false]);
  });
});

describe("a worker that is told two things at once", () => {
  it("has done both", async () => {
    const rig = await new Rig(1).start();
    const [worker] = rig.supervisor.workers;
    const given = new Uint8Array(0);
    await Promise.all([
      worker!.send({ type: "alive", given, hasConversed: true }),
      worker!.send({ type: "homes", homes: [{ network: "10.0.0.0/8", kind: "ours" }] }),
    ]);
    expect(rig.states("10.0.0.9")).toEqual(["dark"]);
  });
});
