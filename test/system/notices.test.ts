// Notices of a running strayd: snmptrapd and a syslog receiver get each of them, over a reload and a restart too, and a
// receiver that is gone is told of.
// Apart from snmp-notify.test.ts, which has every kind in every form, without a sensor.
// Always holds: sensor and receivers are in a namespace of the test's own; it is asked over the command line.

import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ethernet, filler, ipv4, udp } from "../../examples/frame.js";
import { writePcapFile } from "../../examples/pcap-writer.js";
import { Daemon, until } from "../support/daemon.js";
import { InlineHome } from "../support/inline/inline-home.js";
import { pause } from "../support/inline/load.js";
import { ping } from "../support/inline/ping.js";
import { canRunInline, InlineRig } from "../support/inline/rig.js";
import { LETTER } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import type { Namespace } from "../support/netns.js";
import { RulesHome } from "../support/rules-home.js";
import { hasSnmptrapd, Snmptrapd, TRAP_COMMUNITY, TRAP_USER } from "../support/snmptrapd.js";
import { DAEMON_ACCOUNT, type DaemonHome } from "../support/strayd.js";

const TRAP_PORT = 1162;
const SYSLOG_PORT = 1514;
const ENGINE_ID = "80007ed905000102030405060708090a0b";

/** Prints what it receives, a line each. */
const LISTENER = `
const socket = require("node:dgram").createSocket("udp4");
socket.on("message", (message) => console.log(message.toString("latin1")));
socket.bind(${SYSLOG_PORT}, "127.0.0.1", () => console.log("listening"));`;

/** Both receivers, in the sensor's namespace. */
class Receivers {
  private readonly folder = mkdtempSync(join(tmpdir(), "stray-notices-"));
  readonly trapd: Snmptrapd;
  private readonly syslog: Daemon;

  constructor(namespace: Pick<Namespace, "spawn">) {
    this.trapd = new Snmptrapd(this.folder, TRAP_PORT, [Buffer.from(ENGINE_ID, "hex")], (words, env) =>
      namespace.spawn(words, { env, stdio: ["ignore", "pipe", "pipe"] }),
    );
    const words = [process.execPath, "-e", LISTENER];
    this.syslog = new Daemon(namespace.spawn(words, { stdio: ["ignore", "pipe", "pipe"] }));
  }

  async start(): Promise<void> {
    await this.trapd.start();
    await until("the syslog receiver listens", () => this.syslog.said.includes("listening"));
  }

  /** Kinds that came over syslog, in their order. */
  get syslogged(): readonly string[] {
    return [...this.syslog.said.matchAll(/ notice \[stray@\d+ type="notice" kind="([a-z-]+)"/g)].map(
      ([, kind]) => kind!,
    );
  }

  get said(): string {
    return this.syslog.said;
  }

  async stop(): Promise<void> {
    await this.trapd.stop();
    await this.syslog.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The settings of a sensor that tells them; its engine is one that snmptrapd knows. */
function settingsOf(home: DaemonHome) {
  const directory = join(home.folder, "snmp");
  mkdirSync(directory, { recursive: true });
  chownSync(directory, DAEMON_ACCOUNT.uid, DAEMON_ACCOUNT.gid);
  writeFileSync(join(directory, "engine.json"), JSON.stringify({ engineId: ENGINE_ID, boots: 6 }));
  const receiver = { host: "127.0.0.1", port: TRAP_PORT };
  return {
    snmp: {
      directory,
      users: [
        {
          name: TRAP_USER.name,
          "auth-password": TRAP_USER.authPassword,
          "privacy-password": TRAP_USER.privacyPassword,
        },
      ],
      notify: [
        { ...receiver, version: "v3", user: TRAP_USER.name },
        { ...receiver, host: "localhost", version: "v2c", community: TRAP_COMMUNITY, inform: true },
      ],
    },
    export: { syslog: [{ transport: "udp", target: "127.0.0.1", port: SYSLOG_PORT, types: ["notice"] }] },
  };
}

describe.skipIf(!(canPlayLive() && hasSnmptrapd()))("notices of a running strayd", () => {
  let rig: LiveRig;
  let home: RulesHome;
  let receivers: Receivers;

  beforeEach(async () => {
    rig = new LiveRig("notices");
    home = new RulesHome(rig);
    receivers = new Receivers(rig.sensor);
    await receivers.start();
  });
  afterEach(async () => {
    await home.remove();
    await receivers.stop();
    rig.remove();
  });

  const names = () => receivers.trapd.received.map(({ name }) => name);
  const sink = async (name: string) => {
    const { sinks } = await home.status();
    return sinks.find((one) => one.name === name);
  };

  it("an incident, a refused configuration, and the same after a restart", async () => {
    await home.startWith(settingsOf(home));
    await home.play(LETTER.file(rig.folder));
    await until(
      "both receivers have the incident",
      () => names().length === 2 && receivers.syslogged.length === 1,
    );
    expect(names()).toEqual(["strayIncidentNew", "strayIncidentNew"]);
    const [trap] = receivers.trapd.received;
    const { stdout } = await home.run("incidents", "list", "--json");
    const { id } = JSON.parse(stdout.split("\n")[0]!) as { id: string };
    expect(trap!.objects).toMatchObject({
      strayName: "test",
      strayNoticeIncident: id,
      strayNoticeSubject: "217.29.131.130",
    });
    expect(receivers.said).toContain(`incident="${id}"`);
    expect(home.daemon.said).toContain(`incident ${id} (`);

    home.reconfigure({ capture: { interfaces: ["rx0"], nosuch: 1 } });
    expect((await home.run("reload")).exitCode).not.toBe(0);
    await until("both have the refusal", () => names().length === 4 && receivers.syslogged.length === 2);
    expect(names().slice(2)).toEqual(["strayConfigRefused", "strayConfigRefused"]);
    expect(receivers.trapd.received[2]!.objects["strayConfigError"]).toContain("nosuch");
    const count = async () => {
      const { sinks } = await home.counters();
      return Object.fromEntries(sinks.map(({ name, counters }) => [name, counters]));
    };
    const trapped = `snmp-notify:127.0.0.1:${TRAP_PORT}`;
    // A trap is taken for received when nobody said otherwise for a moment.
    await until("all is counted", async () => (await count())[trapped]?.["sent"] === 2);
    const counters = await count();
    expect(counters["notices"]).toMatchObject({ "incident-new": 1, "config-refused": 1, "held-back": 0 });
    expect(counters[trapped]).toMatchObject({ sent: 2, errors: 0 });
    expect(counters[`snmp-notify:localhost:${TRAP_PORT}`]).toMatchObject({ sent: 2, errors: 0 });
    expect(counters[`syslog:127.0.0.1:${SYSLOG_PORT}`]).toMatchObject({ notices: 2 });

    // Its time begins anew: the receiver goes by its boots.
    home.reconfigure({ capture: { interfaces: ["rx0"], nosuch: undefined } });
    await home.stop();
    await home.startWith();
    home.reconfigure({ capture: { interfaces: ["rx0"], nosuch: 1 } });
    expect((await home.run("reload")).exitCode).not.toBe(0);
    await until(
      "both have it after the restart",
      () => names().length === 6 && receivers.syslogged.length === 3,
    );
    expect(receivers.syslogged).toEqual(["incident-new", "config-refused", "config-refused"]);
  });

  it("a receiver that is gone is told of; the others are not held up; it has everything when it is back", async () => {
    await receivers.trapd.stop();
    await home.startWith(settingsOf(home));
    home.reconfigure({ capture: { interfaces: ["rx0"], nosuch: 1 } });
    expect((await home.run("reload")).exitCode).not.toBe(0);
    await until("syslog has it", () => receivers.syslogged.length === 1);
    for (const host of ["127.0.0.1", "localhost"]) {
      const name = `snmp-notify:${host}:${TRAP_PORT}`;
      await until(`${name} is told of`, async () => (await sink(name))?.ok === false);
      expect((await sink(name))?.text).toMatch(/^retry in \d+ s: .*, 1 wait$/);
      expect((await home.status()).problems.some((problem) => problem.startsWith(name))).toBe(true);
    }
    await receivers.trapd.start();
    await receivers.trapd.has(2, 40_000);
    expect(names()).toEqual(["strayConfigRefused", "strayConfigRefused"]);
    await until("all is well", async () => (await sink(`snmp-notify:127.0.0.1:${TRAP_PORT}`))?.ok);
  });

  it("a flow table over its limit is told of once", async () => {
    // One flow in the table is more than 0.99 percent of what is allowed here.
    await home.startWith({ ...settingsOf(home), notices: { table: 1, loss: 1, incidents: 0 } });
    const flood = `
      const socket = require("node:dgram").createSocket("udp4");
      let sent = 0;
      const more = () => {
        for (let n = 0; n < 50; n++) socket.send("x", 1 + ((sent + n) % 60000), "10.99.0.2");
        if ((sent += 50) < 1000) setTimeout(more, 10); else setTimeout(() => process.exit(0), 100);
      };
      more();`;
    rig.sender.exec(["ip", "address", "add", "10.99.0.1/24", "dev", "tx0"]);
    rig.sender.exec(["ip", "neigh", "add", "10.99.0.2", "lladdr", "02:00:00:00:00:02", "dev", "tx0"]);
    rig.sender.exec([process.execPath, "-e", flood]);
    await until("it is told", () => receivers.syslogged.includes("table-pressure") && names().length === 2);
    expect(names()).toEqual(["strayTablePressure", "strayTablePressure"]);
    const [trap] = receivers.trapd.received;
    expect(Number(trap!.objects["strayFlowsUsed"])).toBeGreaterThan(100);
    expect(receivers.syslogged).toEqual(["table-pressure"]);
  });

  it("losses over their limit, when more comes than the ring holds", async () => {
    const limits = { table: 0, loss: 1, incidents: 0 };
    const settings = settingsOf(home);
    const capture = { interfaces: [SENSOR_INTERFACE], ring: "1MiB" };
    await home.startWith({ ...settings, capture, notices: limits });
    const { daemon } = home;
    const path = join(rig.folder, "more-than-the-ring.pcap");
    writePcapFile(path, {}, (writer) => {
      const frame = ethernet(
        {},
        ipv4({ src: "10.99.0.1", dst: "10.99.0.2" }, udp({ sport: 1, dport: 2 }, filler(1400))),
      );
      for (let n = 0; n < 3000; n++) writer.write(0n, frame);
    });
    // A look at it without losses: what is lost from then on is of the last minute.
    await pause(1500);
    // Nobody reads the ring: what does not fit is lost for certain.
    daemon.process.kill("SIGSTOP");
    try {
      await rig.replay(path);
    } finally {
      daemon.process.kill("SIGCONT");
    }
    await until("it is told", () => receivers.syslogged.includes("drops-high") && names().length === 2);
    expect(names()).toEqual(["strayDropsHigh", "strayDropsHigh"]);
    expect(receivers.syslogged).toEqual(["drops-high"]);
    const { interfaces } = await home.counters();
    const drops = interfaces.reduce((sum, { counters }) => sum + (counters["kernel-drops"] ?? 0), 0);
    expect(drops).toBeGreaterThan(1000);
    expect(receivers.said).toMatch(new RegExp(`"dropped":${drops},`));
  });
});

describe.skipIf(!(canRunInline() && hasSnmptrapd()))("notices of a strayd in the wire", () => {
  let rig: InlineRig;
  let home: InlineHome;
  let receivers: Receivers;

  beforeEach(async () => {
    rig = await InlineRig.create("notices");
    home = new InlineHome(rig);
    receivers = new Receivers(rig.host);
    await receivers.start();
  });
  afterEach(async () => {
    await home?.remove();
    await receivers?.stop();
    await rig?.remove();
  });

  it("bypass engaged and released by the operator; a reload that begins capture anew is none", async () => {
    home.reconfigure(settingsOf(home));
    await home.startInline();
    expect((await home.bypass("on")).exitCode).toBe(0);
    await until("engaged is told", () => receivers.syslogged.length === 1);
    expect((await home.bypass("off")).exitCode).toBe(0);
    await until("released is told", () => receivers.syslogged.length === 2);
    home.reconfigure({ capture: { ring: "4MiB" } });
    await home.reload();
    expect((await home.bypass("on")).exitCode).toBe(0);
    await until("engaged is told again", () => receivers.syslogged.length >= 3);
    const received = await receivers.trapd.has(6);
    expect(receivers.syslogged).toEqual(["bypass-engaged", "bypass-released", "bypass-engaged"]);
    const traps = received.map(({ name }) => name).filter((_, at) => at % 2 === 0);
    expect(traps).toEqual(["strayBypassEngaged", "strayBypassReleased", "strayBypassEngaged"]);
    expect((await home.bypass("off")).exitCode).toBe(0);
    await home.stop();
  });

  it("a stall that the kernel bridged, with its release", async () => {
    home.reconfigure(settingsOf(home));
    const daemon = await home.startInline();
    // A look at it in the wire: what is carried from then on is a bypass.
    await pause(1500);
    daemon.process.kill("SIGSTOP");
    try {
      await pause(1000);
      expect(await ping(rig.client, rig.serverEnd().address)).toMatchObject({ received: 20 });
    } finally {
      daemon.process.kill("SIGCONT");
    }
    const received = await receivers.trapd.has(4);
    await until("syslog has both", () => receivers.syslogged.length === 2);
    expect(receivers.syslogged).toEqual(["bypass-engaged", "bypass-released"]);
    expect(received.map(({ name }) => name)).toEqual([
      ...["strayBypassEngaged", "strayBypassEngaged"],
      ...["strayBypassReleased", "strayBypassReleased"],
    ]);
    expect(receivers.said).toContain('"reason":"stale"');
    await home.stop();
  });
});
