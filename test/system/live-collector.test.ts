// A real IPFIX collector, nfcapd, beside strayd: it takes what is exported, is stopped, and started again.
// Apart because it needs a peer of its own. Always holds: the collector's files are read by nfdump, never by stray.

import type { ChildProcess } from "node:child_process";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ethernet, filler, ipv4, udp } from "../../examples/frame.js";
import { writePcapFile } from "../../examples/pcap-writer.js";
import { until } from "../support/daemon.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { DaemonHome } from "../support/strayd.js";
import { requireProgram } from "../support/system.js";

const PORT = 29_739;
const FLOWS = 20;
const RATE = 1_000;
const START_SECONDS = 1_600_000_000;

const hasPeer = canPlayLive() && requireProgram("nfcapd", "nfdump");

describe.skipIf(!hasPeer)("nfcapd as strayd's collector", () => {
  let rig: LiveRig;
  let home: DaemonHome;
  let collector: ChildProcess | undefined;
  let files: string;

  beforeAll(() => {
    rig = new LiveRig("nfcapd");
    files = join(rig.folder, "nfcapd");
    mkdirSync(files);
  });
  afterEach(async () => {
    await stopCollector();
    await home.remove();
  });
  afterAll(() => rig.remove());

  function startCollector(): void {
    const options = ["-b", "127.0.0.1", "-p", String(PORT), "-w", files, "-t", "2"];
    collector = rig.sensor.spawn(["nfcapd", ...options], { stdio: "ignore" });
  }

  async function stopCollector(): Promise<void> {
    if (collector === undefined || collector.exitCode !== null || collector.signalCode !== null) return;
    collector.kill("SIGTERM");
    await once(collector, "exit");
  }

  /** Conversations of one datagram each from 10.N.0.x. */
  async function send(net: number): Promise<void> {
    const path = join(rig.folder, `${net}.pcap`);
    writePcapFile(path, {}, (writer) => {
      for (let host = 1; host <= FLOWS; host++) {
        const datagram = udp({ sport: 4_000, dport: 5_000 }, filler(40));
        const packet = ipv4({ src: `10.${net}.0.${host}`, dst: "192.0.2.1" }, datagram);
        writer.writeAt(START_SECONDS, host, ethernet({}, packet));
      }
    });
    const before = await home.packets();
    await rig.replay(path, { rate: RATE });
    await home.seen(before + FLOWS);
  }

  /** Sources in 10.N.0.0/16 that the collector has written down. */
  function collected(net: number): number {
    const filter = `src net 10.${net}.0.0/16`;
    const { stdout } = spawnSync("nfdump", ["-R", files, "-q", "-N", "-o", "fmt:%sa", filter], {
      encoding: "utf8",
    });
    return new Set(stdout.split("\n").filter((line) => line.trim().startsWith(`10.${net}.`))).size;
  }

  async function isCollected(net: number): Promise<void> {
    await until(`nfcapd has the flows of 10.${net}`, () => collected(net) === FLOWS);
  }

  function sinkState() {
    return home.status().then(({ sinks }) => sinks.find(({ name }) => name.startsWith("ipfix:")));
  }

  it("gets its flows again after a restart", async () => {
    const target = { host: "127.0.0.1", port: PORT, transport: "udp", "template-refresh": "1s" };
    home = new DaemonHome({
      capture: { interfaces: [SENSOR_INTERFACE] },
      flows: { udp: "1s" },
      export: { ipfix: [target] },
    });
    startCollector();
    const daemon = await home.start(rig.sensor);
    await send(1);
    await isCollected(1);
    await stopCollector();
    await send(2);
    await until("the exporter notices", async () => (await sinkState())?.ok === false);
    startCollector();
    await until("the exporter goes on", async () => (await sinkState())?.ok === true);
    await send(3);
    await isCollected(3);
    expect(await daemon.stop(), daemon.said).toBe(0);
    // All of them are in the store all the same.
    expect(new Set(home.storedFlows().map(({ saddr }) => saddr)).size).toBe(3 * FLOWS);
  });

  it("may be one that refuses: strayd says so, counts, and runs on", async () => {
    const target = { host: "127.0.0.1", port: PORT, transport: "tcp" };
    home = new DaemonHome({
      capture: { interfaces: [SENSOR_INTERFACE] },
      flows: { udp: "1s" },
      export: { ipfix: [target] },
    });
    const daemon = await home.start(rig.sensor);
    await send(4);
    const state = await until("the refusal shows", async () => {
      const found = await sinkState();
      return found?.ok === false && found;
    });
    expect(state.text).toMatch(/refused/);
    expect((await home.status()).problems.join()).toContain(`127.0.0.1:${PORT}`);
    expect(await daemon.stop(), daemon.said).toBe(0);
    expect(home.storedFlows().length).toBe(FLOWS);
  });
});
