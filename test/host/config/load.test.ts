// Files that can be read, files that can't, and what the command line puts in place of a file's keys.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  applyOverrides,
  defaultConfig,
  hostFacts,
  loadConfig,
  parseConfig,
} from "../../../host/config/load.js";
import type { ConfigOverrides } from "../../../host/config/overrides.js";
import { ConfigError } from "../../../host/config/problem.js";
import { TEXT_BYTES_MAX } from "../../../host/config/source.js";
import { StrayError } from "../../../host/errors.js";
import { asNobody } from "../../support/unprivileged.js";
import { TEST_HOST } from "./facts.js";

const LEAST = "capture:\n  interfaces: [eth0]\n";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-config-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function failure(path: string): Promise<StrayError> {
  try {
    await loadConfig(path);
  } catch (error) {
    expect(error).toBeInstanceOf(StrayError);
    return error as StrayError;
  }
  throw new Error(`${path} was loaded`);
}

function lines(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

describe("loadConfig", () => {
  it("reads a file, and says where it came from", async () => {
    const path = put("good.yaml", `\ufeff${LEAST}`);
    const { config, warnings, path: from } = await loadConfig(path, { host: TEST_HOST });
    expect(from).toBe(path);
    expect(warnings).toEqual([]);
    expect(config).toEqual(defaultConfig(["eth0"], TEST_HOST));
  });

  it("says what is wrong with a file that is not there, or is no file", async () => {
    const missing = await failure(join(folder, "none.yaml"));
    expect(missing).toMatchObject({ code: "CONFIG_UNREADABLE", exitCode: 2 });
    expect(missing.message).toMatch(/none\.yaml: there is no such file: "stray config default" prints one/);
    mkdirSync(join(folder, "dir.yaml"));
    expect((await failure(join(folder, "dir.yaml"))).message).toMatch(
      /dir\.yaml: expected a file, found a folder/,
    );
    put("file", "");
    expect((await failure(join(folder, "file/x.yaml"))).message).toMatch(/expected a folder before the last/);
    expect((await failure(join(folder, "a\u0000b"))).message).toMatch(/a\\x00b: it can't be read: /);
  });

  it("says that there is no permission", async () => {
    const path = put("secret.yaml", LEAST);
    chmodSync(path, 0);
    // Root may read everything, so be somebody else for a moment.
    const error = await asNobody(() => failure(path));
    expect(error.message).toMatch(/secret\.yaml: no permission to read it/);
  });

  it.each([
    ["text in UTF-8", new Uint8Array([0x63, 0xff, 0xfe])],
    ["YAML text", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0])],
    ["at most 64KiB", new Uint8Array(TEXT_BYTES_MAX + 1).fill(0x23)],
  ])("refuses what is not %s", async (expected, content) => {
    const error = await failure(put("junk.yaml", content));
    expect(error).toMatchObject({ code: "CONFIG_INVALID", exitCode: 2 });
    expect(error.message).toMatch(new RegExp(`junk\\.yaml: expected ${expected}; found `));
  });

  it("refuses a file without an end", async () => {
    expect((await failure("/dev/zero")).message).toBe(
      "/dev/zero: expected at most 64KiB; found a longer file",
    );
  });

  it("gives the first problem and their number as the message, and all of them as lines", async () => {
    const path = put("bad.yaml", "log: {form: x, level: y}\n");
    const error = (await failure(path)) as ConfigError;
    const [first, ...rest] = error.lines;
    expect(rest).toHaveLength(2);
    expect(error.message).toBe(`${first} (and 2 more problems)`);
    expect(error.problems[0]).toEqual({
      source: path,
      place: { line: 1, column: 1 },
      key: "capture.interfaces",
      expected: "a list of 1 to 64 interfaces, such as [eth0]",
      found: "nothing",
      hint: undefined,
    });
  });

  it("tells where a key stands", async () => {
    const { placeOf } = await loadConfig(put("place.yaml", `${LEAST}  filter: tcp\nlog: {level: warn}\n`));
    expect(placeOf(["capture", "filter"])).toEqual({ line: 3, column: 11 });
    expect(placeOf(["log", "form"])).toEqual({ line: 4, column: 6 });
    expect(placeOf(["store", "quota"])).toEqual({ line: 1, column: 1 });
  });
});

describe("home networks and lists", () => {
  it("are no more than the classifier can tell apart", () => {
    const list = (second: number, count: number) =>
      Array.from({ length: count }, (_, n) => `10.${second}.${n}.0/24`).join(", ");
    const text = (count: number) =>
      `${LEAST}sensor: {home: [10.0.0.0/8]}\ndetection: {used: [${list(0, 127)}], unused: [${list(1, count)}]}\n`;
    expect(parseConfig(text(128), "x", { host: TEST_HOST }).config.detection.unused).toHaveLength(128);
    expect(() => parseConfig(text(129), "x", { host: TEST_HOST })).toThrow(
      "detection.unused: expected at most 256 networks in sensor.home, detection.used and detection.unused together; found 257",
    );
  });
});

describe("what depends on the machine", () => {
  it("is the name, the form of the log and the warnings", () => {
    const at = (host: object) => parseConfig(LEAST, "a", { host: { ...TEST_HOST, ...host } });
    expect(at({}).config.sensor.name).toBe("sensor-7");
    expect(at({ hostname: "bäd host" }).config.sensor.name).toBe("b-d-host");
    expect(at({ hostname: "" }).config.sensor.name).toBe("stray");
    expect(at({ hostname: "x".repeat(200) }).config.sensor.name).toHaveLength(64);
    expect(at({}).config.log.form).toBe("json");
    expect(at({ isTerminal: true }).config.log.form).toBe("text");
    expect(at({ memoryBytes: 2 ** 26 }).warnings).toHaveLength(1);
    expect(hostFacts().memoryBytes).toBeGreaterThan(2 ** 20);
  });
});

describe("overrides", () => {
  const FULL: ConfigOverrides = {
    name: "n",
    profile: "small",
    user: null,
    interfaces: ["wlan0", "eth1"],
    mode: "copy",
    workers: 2,
    ring: "2MiB",
    filter: "tcp",
    store: "/tmp/flows",
    socket: "/tmp/s",
    logLevel: "debug",
    logForm: "text",
  };
  const EXPECTED = {
    sensor: { name: "n", profile: "small", user: undefined },
    capture: { interfaces: ["wlan0", "eth1"], mode: "copy", workers: 2, ringBytes: 2 ** 21, filter: "tcp" },
    store: { enabled: true, directory: "/tmp/flows" },
    control: { socket: "/tmp/s" },
    log: { level: "debug", form: "text" },
  };

  it("go before the file's keys, in a file or in a configuration", () => {
    const file = "store: {enabled: false}\nlog: {level: error}";
    expect(parseConfig(file, "a", { overrides: FULL }).config).toMatchObject(EXPECTED);
    expect(applyOverrides(parseConfig(LEAST, "a").config, FULL)).toMatchObject(EXPECTED);
  });

  it("leave the rest alone, and can turn the store off", () => {
    const { config } = parseConfig(LEAST, "a", { host: TEST_HOST });
    expect(applyOverrides(config, {})).toEqual(config);
    const without = applyOverrides(config, { store: false });
    expect(without.store).toEqual({ ...config.store, enabled: false });
  });

  it("give a ring of the profile that they name", () => {
    const { config } = parseConfig(LEAST, "a", { overrides: { profile: "small" } });
    expect(config.capture.ringBytes).toBe(2 ** 22);
  });

  it("take the place of wrong values, and are held to the same rules", () => {
    expect(parseConfig("capture: {mode: x}", "a", { overrides: FULL }).config.capture.mode).toBe("copy");
    const wrong = { interfaces: ["a b"], ring: "1GiB", workers: 99 };
    const expected = [
      'command line: capture.interfaces[0]: expected an interface\'s name: 1 to 15 characters, no blank, / or :; found "a b"',
      "command line: capture.workers: expected a whole number from 1 to 16; found 99",
      'command line: capture.ring: expected a size from 1MiB to 128MiB; found "1GiB"',
    ];
    expect(lines(() => parseConfig("", "a", { overrides: wrong }))).toEqual(expected);
    expect(lines(() => applyOverrides(parseConfig(LEAST, "a").config, wrong))).toEqual(expected);
    const many = { interfaces: ["a", "b", "a"], ring: "100MiB" };
    expect(lines(() => parseConfig("log: {form: x}", "a", { overrides: many }))).toEqual([
      'command line: capture.interfaces[2]: expected each name once; found "a" again',
      "command line: capture.ring: expected at most 42MiB for each of 3 interfaces; found 100MiB (128MiB is what a worker has for all of them)",
      'a:1:13: log.form: expected one of auto, json, text; found "x"',
    ]);
  });

  it("say what is missing when neither they nor a file have it", () => {
    expect(lines(() => parseConfig("", "stray.yaml", { overrides: { store: false } }))).toEqual([
      "stray.yaml:1:1: capture.interfaces: expected a list of 1 to 64 interfaces, such as [eth0]; found nothing",
    ]);
  });
});
