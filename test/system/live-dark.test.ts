// Dark addresses of a running strayd: who answers on the wire becomes alive, who is asked in vain is dark, over a restart
// and without strayd too; home networks are guessed from an interface, and exchanged by a reload; frames that the kernel
// drops are told to the classifier.
// Apart from the tests of the keeper because here are wires, commands and files as a user has them.
// Always holds: nothing but the played frames is on the wire; nothing is waited for but what must come.

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { STATE_BASE, STATE_LOSS_TIME_OFFSET } from "../../assembly/layout.js";
import { arp, ethernet, filler, ipv4, tcp, udp } from "../../examples/frame.js";
import { writePcapFile } from "../../examples/pcap-writer.js";
import { defaultConfig } from "../../host/config/load.js";
import type { AddressReport } from "../../host/dark/report.js";
import { CaptureSet } from "../../host/sensor/capture-set.js";
import { DarkKeeper } from "../../host/sensor/dark-keeper.js";
import { workerLimits } from "../../host/sensor/limits.js";
import { WorkerHandle } from "../../host/sensor/worker-handle.js";
import { readU64 } from "../../host/wasm/memory.js";
import { type Daemon, until } from "../support/daemon.js";
import type { PlayableCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { runStray } from "../support/run-stray.js";
import { DAEMON_ACCOUNT, DaemonHome, type Settings } from "../support/strayd.js";

const HOME = "192.0.2.0/24";
const ALIVE = "192.0.2.10";
const DARK = "192.0.2.99";
const ASKER = "198.51.100.7";

/** One of ours is asked and answers; another one asks by ARP; a third is asked in vain. */
function conversation(folder: string): PlayableCapture {
  const path = join(folder, "dark.pcap");
  const between = (src: string, dst: string, layer: Uint8Array) => ethernet({}, ipv4({ src, dst }, layer));
  const ask = { sport: 40_000, dport: 80 };
  const answer = { sport: 80, dport: 40_000 };
  const frames = [
    between(ASKER, ALIVE, tcp({ ...ask, flags: "S", seq: 1 })),
    between(ALIVE, ASKER, tcp({ ...answer, flags: "SA", seq: 9, ack: 2 })),
    between(ASKER, ALIVE, tcp({ ...ask, flags: "A", seq: 2, ack: 10 })),
    between(ASKER, ALIVE, tcp({ ...ask, flags: "PA", seq: 2, ack: 10 }, filler(20))),
    between(ALIVE, ASKER, tcp({ ...answer, flags: "PA", seq: 10, ack: 22 }, filler(20))),
    ethernet({ type: 0x0806 }, arp({ senderIp: "192.0.2.20", targetIp: ALIVE })),
    between(ASKER, DARK, tcp({ sport: 40_001, dport: 80, flags: "S", seq: 1 })),
    between(ASKER, DARK, udp({ sport: 40_002, dport: 161 }, filler(20))),
  ];
  writePcapFile(path, {}, (writer) => {
    for (const [index, frame] of frames.entries()) writer.write(BigInt(index) * 1_000_000n, frame);
  });
  return { path, packets: frames.length };
}

describe.skipIf(!canPlayLive())("dark addresses of a running strayd", () => {
  let rig: LiveRig;
  let home: DaemonHome;
  let daemon: Daemon;
  let capture: PlayableCapture;

  beforeAll(() => {
    rig = new LiveRig("dark");
    capture = conversation(rig.folder);
  });
  beforeEach(() => {
    home = new DaemonHome({
      capture: { interfaces: [SENSOR_INTERFACE] },
      sensor: { name: "test", profile: "small", user: DAEMON_ACCOUNT.name, home: [HOME] },
      // So that what nobody answers is over soon, and nothing waits for learning.
      flows: { "tcp-opening": "1s", udp: "1s", pickup: 0 },
    });
  });
  afterEach(() => home.remove());
  afterAll(() => rig.remove());

  const start = async (detection: Settings[string] = { learn: 0 }): Promise<void> => {
    home.reconfigure({ detection });
    daemon = await home.start(rig.sensor);
  };
  const stop = async (): Promise<void> => {
    expect(await daemon.stop(), daemon.said).toBe(0);
  };
  const play = async (): Promise<void> => {
    const before = await home.packets();
    await rig.replay(capture.path, { rate: 1000 });
    await home.seen(before + capture.packets);
  };
  const dark = async (...words: string[]): Promise<string> => {
    const { stdout, stderr, exitCode } = await home.run("dark", ...words);
    expect([stderr, exitCode]).toEqual(["", 0]);
    return stdout;
  };
  const explain = async (address: string): Promise<AddressReport> =>
    JSON.parse(await dark("explain", "--json", address)) as AddressReport;
  const statePath = (): string => join(home.detectionPath, "dark.state");

  it("who answers is alive, who is asked in vain is dark: over a restart and without strayd too", async () => {
    await start();
    expect(await explain(DARK)).toMatchObject({ state: "unknown", reason: "one-way", network: HOME });
    await play();
    expect(await explain(ALIVE)).toMatchObject({
      state: "alive",
      reason: "heard",
      from: "sensor.home",
      heard: { how: ["sent", "answered"] },
    });
    expect(await explain("192.0.2.20")).toMatchObject({ state: "alive", heard: { how: ["arp"] } });
    expect(await explain(ASKER)).toMatchObject({ state: "foreign" });
    expect(await dark("explain", DARK)).toMatch(
      /^192.0.2.99 is dark: nobody uses it\.\n.*never shown itself/s,
    );
    expect(await dark("list", "192.0.2.0/27")).toMatch(/^192.0.2.11 - 192.0.2.19 +9 +dark +never heard$/m);
    // Both flows to it, when they are over.
    await until(
      "it is found",
      async () => ((await home.counters()).total["finding-dark-destination"] ?? 0) === 2,
    );
    const { gauges } = await home.counters();
    expect(gauges).toMatchObject({ alive: 2, "alive-max": 4096 });
    expect(gauges["sources"]).toBeGreaterThan(0);
    const imported = join(home.folder, "list.txt");
    writeFileSync(imported, "192.0.2.200 used speaks seldom\n192.0.2.20 unused taken down\n");
    expect(await dark("import", imported)).toBe("in force: 1 used, 1 unused, 0 alive\n");
    await until(
      "it is kept",
      () => existsSync(statePath()) && readFileSync(statePath(), "utf8").includes("taken down"),
    );
    const exported = await dark("export");
    await stop();

    expect(statSync(statePath())).toMatchObject({ uid: DAEMON_ACCOUNT.uid, gid: DAEMON_ACCOUNT.gid });
    const offline = runStray(["dark", "explain", ALIVE, "--state", statePath()]);
    expect([offline.stderr, offline.exitCode]).toEqual(["", 0]);
    expect(offline.stdout).toMatch(/^192.0.2.10 is alive/);
    expect(runStray(["dark", "export", "--state", statePath()]).stdout).toBe(exported);

    await start({ learn: "1h" });
    expect(daemon.said).toContain(
      "addresses are known to be in use from before: their networks need not be learnt again",
    );
    expect(await explain(ALIVE)).toMatchObject({ state: "alive", reason: "heard" });
    expect(await explain("192.0.2.20")).toMatchObject({ state: "dark", list: { comment: "taken down" } });
    expect(await explain("192.0.2.200")).toMatchObject({ state: "alive", reason: "list" });
    await play();
    expect(await explain(DARK)).toMatchObject({ state: "dark", reason: "silent" });
    expect(await dark("forget", HOME)).toBe("forgotten: 2 imported lines, 2 addresses heard\n");
    expect(await explain("192.0.2.200")).toMatchObject({ state: "dark" });
  });

  it("learns a network first, and takes others by a reload", async () => {
    await start({ learn: "1h" });
    await play();
    expect(await explain(DARK)).toMatchObject({ state: "unknown", reason: "learning" });
    expect((await home.run("status")).stdout).toMatch(
      /^Detection +on; home 192.0.2.0\/24; 2 addresses alive; learning until /m,
    );
    home.reconfigure({ detection: { learn: 0, unused: ["192.0.2.8/29"] } });
    expect((await home.run("reload")).exitCode).toBe(0);
    expect(await explain(DARK)).toMatchObject({ state: "dark", reason: "silent" });
    expect(await explain(ALIVE)).toMatchObject({
      state: "dark",
      reason: "list",
      list: { origin: "configured" },
    });
    home.reconfigure({ sensor: { home: ["198.51.100.0/24"] }, detection: { unused: [] } });
    expect((await home.run("reload")).exitCode).toBe(0);
    expect(await explain(DARK)).toMatchObject({ state: "foreign" });
    await play();
    expect(await explain(ASKER)).toMatchObject({ state: "alive" });
    home.reconfigure({ detection: { enabled: false } });
    expect((await home.run("reload")).exitCode).toBe(0);
    expect(await home.run("dark")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("detection.enabled is false"),
    });
  });

  it("is known to all workers, and after one of them died", async () => {
    home.reconfigure({ capture: { workers: 2 } });
    await start();
    await play();
    expect(await explain(ALIVE)).toMatchObject({ state: "alive" });
    expect(await explain(DARK)).toMatchObject({ state: "dark" });
    await until(
      "the other one was told",
      async () => ((await home.counters()).total["alive-told"] ?? 0) >= 2,
    );
  });

  it("says so where no network is known, guesses one when the interface has an address, and keeps it", async () => {
    home.reconfigure({ sensor: { home: [] } });
    await start();
    expect(daemon.said).toContain("no home networks are known");
    expect(await dark()).toMatch(/^no home networks are known/);
    expect((await home.status()).problems).toEqual([]);
    await stop();
    rig.sensor.exec(["ip", "address", "add", "192.0.2.1/24", "dev", SENSOR_INTERFACE]);
    try {
      await start();
      expect(daemon.said).toContain("home networks, guessed since sensor.home names none");
      expect((await home.status()).detection.homes).toEqual([
        { network: HOME, from: `guessed from ${SENSOR_INTERFACE}`, learningUntilMs: null },
      ]);
      expect(await dark()).toContain(`${HOME}  guessed from ${SENSOR_INTERFACE} `);
    } finally {
      rig.sensor.exec(["ip", "address", "flush", "dev", SENSOR_INTERFACE]);
    }
  });
});

describe.skipIf(!canPlayLive())("frames that the kernel drops", () => {
  let rig: LiveRig;

  beforeAll(() => {
    rig = new LiveRig("dark-loss");
  });
  afterAll(() => rig.remove());

  it("are told to the classifier and to those who weigh causes, with the time", async () => {
    const plain = defaultConfig([SENSOR_INTERFACE]);
    const config = { ...plain, capture: { ...plain.capture, ringBytes: 1 << 20 } };
    const limits = { ...workerLimits(config, 1n), flowSets: 64 };
    const worker = new WorkerHandle(0, limits, () => undefined);
    const dark = new DarkKeeper({ log: () => undefined, workers: () => [worker] });
    worker.prepare(limits);
    // Nobody reads the ring: what does not fit is lost for certain.
    const set = rig.sensor.enter(() =>
      CaptureSet.open([worker], config.capture, new Map(), () => undefined, dark),
    );
    try {
      const path = join(rig.folder, "many.pcap");
      writePcapFile(path, {}, (writer) => {
        const frame = ethernet(
          {},
          ipv4({ src: ASKER, dst: ALIVE }, udp({ sport: 1, dport: 2 }, filler(1400))),
        );
        for (let n = 0; n < 2000; n++) writer.write(0n, frame);
      });
      const beforeMs = Date.now();
      expect(dark.losses.isNear(beforeMs * 1000)).toBe(false);
      await rig.replay(path);
      expect(set.counters[0]?.counters["kernel-drops"]).toBeGreaterThan(0);
      const lossMs = Number(readU64(worker.memory, STATE_BASE + STATE_LOSS_TIME_OFFSET) / 1_000_000n);
      expect(lossMs).toBeGreaterThanOrEqual(beforeMs);
      expect(lossMs).toBeLessThanOrEqual(Date.now());
      expect(dark.losses.isNear(lossMs * 1000)).toBe(true);
      expect(dark.losses.isNear((beforeMs - 60_000) * 1000)).toBe(false);
    } finally {
      set.close();
    }
  });
});
