// Where alerts go by the configuration: what is opened, replaced, closed, and what a fault leaves.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AlertLog } from "../../../host/alert/alert-log.js";
import type { StrayConfig } from "../../../host/config/types.js";
import { AlertSinks } from "../../../host/sensor/alert-sinks.js";
import { RecordFeed } from "../../../host/sensor/feed.js";
import { WorkerHandle } from "../../../host/sensor/worker-handle.js";
import { configWith, pushWord, RULE_LIMITS, rulesOf, ruleText, temporaryFolder } from "./rules-rig.js";

let sinks: AlertSinks;
let worker: WorkerHandle;
let feed: RecordFeed;
let folder: string;
let config: StrayConfig;

beforeEach(() => {
  folder = temporaryFolder();
  config = configWith("", folder);
  for (const name of ["alerts", "evidence", "log"]) mkdirSync(join(folder, name));
  sinks = new AlertSinks({
    log: () => undefined,
    stats: { stats: () => ({}) as never },
    interfaceName: () => "eth0",
  });
  worker = new WorkerHandle(0, RULE_LIMITS, () => undefined);
  worker.prepare(RULE_LIMITS);
  worker.useRules(rulesOf(ruleText(1, "attack")));
  feed = new RecordFeed(
    () => [worker],
    () => undefined,
  );
});
afterEach(() => sinks.close());

const names = () => sinks.all.map(({ name }) => name);
const withFiles = (): StrayConfig => ({
  ...config,
  alerts: { ...config.alerts, full: join(folder, "log/full"), fast: join(folder, "log/fast") },
});

/** An alert, given to all sinks. */
function attack(): void {
  pushWord(worker, "attack");
  feed.use([], sinks.all);
  feed.turn();
}

/** What all files of that folder have in them, as text. */
const textIn = (name: string): string =>
  readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("");

describe("AlertSinks", () => {
  it("opens what the configuration has, and no more", async () => {
    await sinks.open(config);
    expect(names()).toEqual(["alerts", "evidence"]);
    await sinks.replace(withFiles());
    expect(names()).toEqual(["alerts", "evidence", "alert-full", "alert-fast"]);
    const { log, evidence } = config.alerts;
    await sinks.replace({
      ...config,
      alerts: {
        ...config.alerts,
        log: { ...log, enabled: false },
        evidence: { ...evidence, enabled: false },
      },
    });
    expect(names()).toEqual([]);
    expect(() => sinks.alertLog).toThrow(
      expect.objectContaining({
        code: "ALERT_LOG_OFF",
        message: expect.stringContaining("alerts.log.enabled"),
      }),
    );
  });

  it("has every alert in each of them", async () => {
    await sinks.open(withFiles());
    attack();
    expect(sinks.alertLog.list({ limit: 10, hasPackets: false }).alerts).toHaveLength(1);
    await sinks.close();
    expect(textIn("alerts")).toContain('"signature":"found attack"');
    expect(textIn("evidence")).toContain("[1:1:1] found attack; flow 10.0.0.1:4000 -> 10.0.0.2:53");
    expect(readFileSync(join(folder, "log/full"), "latin1")).toMatch(
      /^\[\*\*\] \[1:1:1\] found attack \[\*\*\]\n/,
    );
    expect(readFileSync(join(folder, "log/fast"), "latin1")).toMatch(
      /\[\*\*\] \[1:1:1\] found attack \[\*\*\]/,
    );
  });

  it("knows the alerts of before when the log is replaced by one of the same folder", async () => {
    await sinks.open(config);
    attack();
    const before = sinks.alertLog;
    await sinks.replace(config);
    expect(sinks.alertLog).not.toBe(before);
    attack();
    expect(sinks.alertLog.list({ limit: 10, hasPackets: false }).alerts).toHaveLength(2);
  });

  it("goes on in new files when told that the old ones were moved", async () => {
    await sinks.open(withFiles());
    attack();
    await until(() => textIn("log").includes("found attack"));
    sinks.reopen();
    attack();
    await sinks.close();
    expect(textIn("log").match(/found attack/g)).toHaveLength(4);
  });

  it("has nothing open after it was closed, and closes twice", async () => {
    await sinks.open(config);
    await sinks.close();
    await sinks.close();
    expect(names()).toEqual([]);
    expect(() => sinks.alertLog).toThrow();
  });

  it("closes what it had opened when a part can't be had", async () => {
    const { open } = AlertLog;
    let closed = 0;
    AlertLog.open = async (options) => {
      const log = await open(options);
      const close = log.close.bind(log);
      log.close = async () => {
        closed++;
        await close();
      };
      return log;
    };
    try {
      const broken = { ...config.alerts.evidence };
      Object.defineProperty(broken, "directory", {
        get: () => {
          throw new Error("no");
        },
      });
      const bad = { ...config, alerts: { ...config.alerts, evidence: broken } };
      await expect(sinks.open(bad)).rejects.toThrow("no");
    } finally {
      AlertLog.open = open;
    }
    expect([closed, names()]).toEqual([1, []]);
    expect(() => sinks.alertLog).toThrow();
  });

  it("starts on folders that can't be written, and says so in its state", async () => {
    writeFileSync(join(folder, "file"), "");
    const alerts = { ...config.alerts, log: { ...config.alerts.log, directory: join(folder, "file") } };
    await sinks.open({ ...config, alerts });
    attack();
    for (let turn = 0; turn < 3; turn++) {
      for (const sink of sinks.all) sink.pulse(Date.now() + turn * 2000);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(sinks.all.find(({ name }) => name === "alerts")?.state()).toMatchObject({ ok: false });
    expect(sinks.all.find(({ name }) => name === "evidence")?.state()).toMatchObject({ ok: true });
  });
});

async function until(what: () => boolean): Promise<void> {
  for (let turn = 0; !what(); turn++) {
    if (turn > 400) throw new Error("it did not come to that");
    for (const sink of sinks.all) sink.pulse(Date.now() + turn * 100);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
