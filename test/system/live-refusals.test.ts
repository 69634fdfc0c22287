// What strayd says when it can't start, or starts on something broken: each time one clear line that tells what to do, and
// exit code 2: it could not start.
// Apart because every daemon here is meant to fail. Always holds: no stack trace, no file left behind.

import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { STRAY_BIN } from "../support/run-stray.js";
import { DAEMON_ACCOUNT, DaemonHome, type Settings } from "../support/strayd.js";

const AS_NOBODY = [
  "setpriv",
  `--reuid=${DAEMON_ACCOUNT.uid}`,
  `--regid=${DAEMON_ACCOUNT.gid}`,
  "--clear-groups",
];
/** Root as a container often has it. */
const WITHOUT_NETWORK = ["setpriv", "--bounding-set=-net_raw,-net_admin"];
/** Too much for the torn end of a file. */
const BROKEN_BYTES = 300_000;

describe.skipIf(!canPlayLive())("strayd refuses", () => {
  let rig: LiveRig;
  let home: DaemonHome;

  beforeAll(() => {
    rig = new LiveRig("refuse");
  });
  afterEach(() => home.remove());
  afterAll(() => rig.remove());

  async function refusal(settings: Settings, prefix: readonly string[] = []) {
    home = new DaemonHome({ capture: { interfaces: [SENSOR_INTERFACE] } });
    home.reconfigure(settings);
    const daemon = home.launch(rig.sensor, prefix);
    const code = await daemon.ended();
    expect(daemon.said).not.toMatch(/^\s+at |internal error/m);
    expect(existsSync(home.socketPath)).toBe(false);
    return { code, said: daemon.said };
  }

  it("an interface that isn't there", async () => {
    const { code, said } = await refusal({ capture: { interfaces: ["nosuch0"] } });
    expect(code).toBe(2);
    expect(said).toMatch(/nosuch0/);
    expect(said).toContain(SENSOR_INTERFACE);
    expect(said).toContain("capture.interfaces");
  });

  it("a key that isn't one", async () => {
    const { code, said } = await refusal({ capture: { interface: "eth0" } });
    expect(code).toBe(2);
    expect(said).toContain(home.configPath);
    expect(said).toMatch(/interfaces/);
  });

  it("a ring that is too large", async () => {
    const { code, said } = await refusal({ capture: { ring: "256MiB" } });
    expect(code).toBe(2);
    expect(said).toMatch(/ring/);
    expect(said).toMatch(/128\s?MiB/);
  });

  it("a capture filter that isn't one", async () => {
    const { code, said } = await refusal({ capture: { filter: "tcp prot 80" } });
    expect(code).toBe(2);
    expect(said).toMatch(/filter/);
    expect(said).toMatch(/tcp prot 80/);
  });

  it("to start without the right to capture", async () => {
    const canRead = spawnSync(AS_NOBODY[0]!, [...AS_NOBODY.slice(1), "test", "-r", STRAY_BIN]).status === 0;
    for (const prefix of canRead ? [AS_NOBODY, WITHOUT_NETWORK] : [WITHOUT_NETWORK]) {
      const { code, said } = await refusal({ sensor: { user: null } }, prefix);
      expect(code, said).toBe(2);
      expect(said).toMatch(/CAP_NET_RAW/);
      await home.remove();
    }
  });

  it("to be the second on one control socket", async () => {
    home = new DaemonHome({ capture: { interfaces: [SENSOR_INTERFACE] } });
    const first = await home.start(rig.sensor);
    const second = home.launch(rig.sensor);
    expect(await second.ended()).toBe(2);
    expect(second.said).toMatch(/already|in use|another/);
    expect((await home.status()).pid).toBe(first.pid);
    expect(await first.stop()).toBe(0);
  });

  it("to be the second in one store", async () => {
    home = new DaemonHome({ capture: { interfaces: [SENSOR_INTERFACE] } });
    const other = new DaemonHome({
      capture: { interfaces: [SENSOR_INTERFACE] },
      store: { directory: home.storePath },
    });
    try {
      await home.start(rig.sensor);
      const second = other.launch(rig.sensor);
      expect(await second.ended()).toBe(2);
      expect(second.said).toContain(home.storePath);
      expect(second.said).toMatch(/already|in use|another/);
    } finally {
      await other.remove();
    }
  });

  it("to take something else than a socket away from the socket's path", async () => {
    home = new DaemonHome({ capture: { interfaces: [SENSOR_INTERFACE] } });
    writeFileSync(home.socketPath, "somebody's notes");
    const daemon = home.launch(rig.sensor);
    expect(await daemon.ended()).toBe(2);
    expect(daemon.said).toContain(home.socketPath);
    expect(existsSync(home.socketPath)).toBe(true);
  });

  it("nothing because of a broken file in its store, but says so", async () => {
    home = new DaemonHome({ capture: { interfaces: [SENSOR_INTERFACE] } });
    const broken = join(home.storePath, "20200101T000000Z-0.ipfix");
    writeFileSync(broken, Buffer.alloc(BROKEN_BYTES, 0xa5));
    const daemon = await home.start(rig.sensor);
    expect(daemon.said).toContain("20200101T000000Z-0.ipfix");
    expect(existsSync(broken)).toBe(true);
    expect(await daemon.stop(), daemon.said).toBe(0);
  });
});
