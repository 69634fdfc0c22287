// The folders that strayd makes for itself: which, with what rights, and whose they are.

import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { defaultConfig } from "../../../host/config/load.js";
import type { StrayConfig } from "../../../host/config/types.js";
import { prepareDirectories } from "../../../host/sensor/directories.js";
import { TEST_HOST } from "../config/facts.js";
import { temporaryFolder } from "./rules-rig.js";

const NOBODY = { name: "nobody", uid: 65534, gid: 65534, home: "/", groups: [] };
const IS_ROOT = process.getuid?.() === 0;

let folder: string;
let config: StrayConfig;
beforeEach(() => {
  folder = temporaryFolder();
  const plain = defaultConfig(["eth0"], TEST_HOST);
  const at = (name: string) => join(folder, name);
  config = {
    ...plain,
    store: { ...plain.store, directory: at("var/flows") },
    control: { ...plain.control, socket: at("run/stray.sock") },
    alerts: {
      ...plain.alerts,
      full: at("log/full"),
      fast: at("other-log/fast"),
      log: { ...plain.alerts.log, directory: at("var/alerts") },
      evidence: { ...plain.alerts.evidence, directory: at("var/deep/er/evidence") },
    },
    incidents: { ...plain.incidents, directory: at("var/incidents") },
    detection: { ...plain.detection, directory: at("var/detection") },
    export: { ...plain.export, eve: { file: at("eve/eve.json"), types: ["alert"], statsMs: 60_000 } },
  };
});

const mode = (name: string) => statSync(join(folder, name)).mode & 0o7777;

describe("prepareDirectories()", () => {
  it("makes all that are written into, closed to others but for the socket's", () => {
    prepareDirectories(config, undefined);
    for (const name of [
      "var/flows",
      "var/alerts",
      "var/deep/er/evidence",
      "var/incidents",
      "var/detection",
      "log",
      "other-log",
      "eve",
    ]) {
      expect([name, mode(name)]).toEqual([name, 0o750]);
    }
    expect(mode("run")).toBe(0o755);
    expect(existsSync(join(folder, "log/full"))).toBe(false);
  });

  it("makes none for what is switched off", () => {
    const { store, alerts } = config;
    prepareDirectories(
      {
        ...config,
        store: { ...store, enabled: false },
        incidents: { ...config.incidents, enabled: false },
        detection: { ...config.detection, enabled: false },
        export: { ...config.export, eve: undefined },
        alerts: {
          ...alerts,
          full: undefined,
          fast: undefined,
          log: { ...alerts.log, enabled: false },
          evidence: { ...alerts.evidence, enabled: false },
        },
      },
      undefined,
    );
    for (const name of ["var", "log", "other-log", "eve"]) expect(existsSync(join(folder, name))).toBe(false);
  });

  it.skipIf(!IS_ROOT)("gives the account all that it made, and nothing that was there", () => {
    mkdirSync(join(folder, "log"));
    prepareDirectories(config, NOBODY as never);
    const owner = (name: string) => statSync(join(folder, name)).uid;
    for (const name of [
      "var",
      "var/flows",
      "var/alerts",
      "var/deep",
      "var/deep/er",
      "var/deep/er/evidence",
    ]) {
      expect([name, owner(name)]).toEqual([name, NOBODY.uid]);
    }
    expect([owner("."), owner("log")]).toEqual([0, 0]);
  });

  it("says what can't be made, and what to do", () => {
    writeFileSync(join(folder, "var"), "");
    expect(() => prepareDirectories(config, undefined)).toThrow(
      expect.objectContaining({
        code: "DIRECTORY",
        exitCode: 2,
        message: expect.stringMatching(/var\/flows can't be made \(ENOTDIR\): make it, or name another/),
      }),
    );
  });
});
