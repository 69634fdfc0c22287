// The schema itself, and what is made from it: the default file and docs/configuration.md.

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { defaultConfigText } from "../../../host/config/default-text.js";
import { defaultConfig, parseConfig } from "../../../host/config/load.js";
import { configurationReference } from "../../../host/config/reference.js";
import { CONFIG_SCHEMA } from "../../../host/config/schema.js";
import { type KeyPath, keyText, type SchemaNode, schemaAt } from "../../../host/config/schema-types.js";
import { configText } from "../../../host/config/text.js";
import { PROFILES } from "../../../host/wasm/profiles.js";
import { TEST_HOST } from "./facts.js";

const DOCUMENT = new URL("../../../docs/configuration.md", import.meta.url);

function values(node: SchemaNode, path: KeyPath = []): [string, SchemaNode][] {
  const items = node.items?.properties ? values(node.items, [...path, 0]) : [];
  const below = Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    values(child, [...path, key]),
  );
  return below.length + items.length > 0 ? [...below, ...items] : [[keyText(path), node]];
}

const KEYS = values(CONFIG_SCHEMA);

/** Takes every `#` before a setting away. */
function uncommented(text: string): string {
  return text.replace(/^(\s*)#(?=\S| {2})/gm, "$1");
}

describe("each key", () => {
  it.each(KEYS)("%s has a meaning, and a default or an example", (key, node) => {
    expect(node.description).toMatch(/^[A-Z].*[.]$/);
    const shown = node.default ?? node.examples?.[0];
    expect(shown === undefined && node.nullText === undefined, key).toBe(false);
    if (node.default === null) expect(node.defaultText ?? node.nullText).toBeDefined();
  });

  it("has kebab case, and is found by its path", () => {
    for (const [key] of KEYS) expect(key.replace(/\[0\]/g, "")).toMatch(/^[a-z]+([.-][a-z][a-z0-9]*)+$/);
    expect(schemaAt(CONFIG_SCHEMA, ["export", "ipfix", 3, "port"])?.default).toBe(4739);
    expect(schemaAt(CONFIG_SCHEMA, ["export", "toString"])).toBeUndefined();
  });
});

describe("defaults", () => {
  it("have the timeouts of every profile", () => {
    const { flows } = defaultConfig(["eth0"], TEST_HOST);
    for (const { limits } of PROFILES) {
      const { tcpOpeningMs, tcpEstablishedMs, tcpClosedMs, udpMs, icmpMs, otherMs, fragmentMs } = limits;
      expect(flows).toMatchObject({
        tcpOpeningMs,
        tcpEstablishedMs,
        tcpClosedMs,
        udpMs,
        icmpMs,
        otherMs,
        fragmentMs,
      });
    }
  });

  it("are what the documentation promises", () => {
    expect(defaultConfig(["eth0"], TEST_HOST)).toMatchObject({
      sensor: { name: "sensor-7", profile: "default", home: [], user: "stray" },
      capture: {
        mode: "auto",
        workers: 1,
        fanout: "addresses",
        ringBytes: 8 << 20,
        snapLen: 65535,
        promiscuous: true,
        filter: "",
      },
      flows: { statusMs: 60_000, pickupMs: 60_000 },
      inspection: { enabled: true, streamDepth: 1 << 20 },
      rules: { files: ["starter"], variables: [] },
      alerts: {
        rate: 10,
        burst: 50,
        full: undefined,
        fast: undefined,
        log: {
          enabled: true,
          directory: "/var/lib/stray/alerts",
          rotateBytes: 4 << 20,
          quotaBytes: 64 << 20,
        },
        evidence: {
          enabled: true,
          directory: "/var/lib/stray/evidence",
          rotateBytes: 4 << 20,
          quotaBytes: 256 << 20,
        },
      },
      store: {
        enabled: true,
        rotateMs: 300_000,
        rotateBytes: 64 << 20,
        quotaBytes: 1 << 30,
        minFreeBytes: 64 << 20,
      },
      export: { ipfix: [], eve: undefined, syslog: [] },
      control: { socket: "/run/stray/stray.sock", group: "stray", clientsMax: 16 },
      log: { level: "info", form: "json" },
    });
  });
});

describe("the default file", () => {
  const text = defaultConfigText();
  const parse = (yaml: string) => parseConfig(yaml, "default.yaml", { host: TEST_HOST });

  it("is valid, and says nothing but the defaults", () => {
    const { config, warnings } = parse(text);
    expect(config).toEqual(defaultConfig(["eth0"], TEST_HOST));
    expect(warnings).toEqual([]);
  });

  it("is valid with every key in force, and has every key", () => {
    const { config } = parse(uncommented(text));
    const { export: targets, alerts, snmp, metrics } = config;
    expect([alerts.full, alerts.fast]).toEqual([
      "/var/log/stray/alert-full.log",
      "/var/log/stray/alert-fast.log",
    ]);
    expect([targets.ipfix.length, targets.syslog.length, targets.eve?.types]).toEqual([
      1,
      1,
      ["alert", "flow", "stats"],
    ]);
    expect(snmp.users).toHaveLength(1);
    expect(snmp.notify.map(({ version }) => version)).toEqual(["v2c"]);
    expect([snmp.communities.length, metrics.listen?.port, metrics.file?.endsWith(".prom")]).toEqual([
      0,
      9464,
      true,
    ]);
    const withoutFiles = { ...alerts, full: undefined, fast: undefined };
    const shown = { sensor: null, capture: null, export: null, snmp: null, metrics: null };
    expect({ ...config, ...shown, alerts: withoutFiles }).toEqual({
      ...defaultConfig(["eth0"], TEST_HOST),
      ...shown,
    });
    for (const [key] of KEYS)
      expect(uncommented(text)).toMatch(new RegExp(`^[ -]*${key.split(".").at(-1)}:`, "m"));
  });

  it("is for people: lines of at most 100 characters, ASCII, no blank at the end", () => {
    for (const line of text.split("\n")) expect(line).toMatch(/^[\n -~]{0,100}$/);
    expect(text).not.toMatch(/ \n/);
  });
});

describe("configText", () => {
  it("marks what is not as by default", () => {
    const file =
      "capture: {interfaces: [a], workers: 2}\nsensor: {profile: small, user: }\nexport: {ipfix: [{host: b.example}]}";
    const { config } = parseConfig(file, "a", { host: TEST_HOST });
    expect(configText(config, { withMarks: true, host: TEST_HOST })).toBe(`sensor:
  profile: small # default: default
  user: null # default: stray
capture:
  interfaces: [a]
  workers: 2 # default: 1
export:
  # default: none
  ipfix:
    - host: b.example
      port: 4739
      transport: udp
      template-refresh: 1m
      queue: 1MiB
      domain: 1
`);
  });
});

describe("docs/configuration.md", () => {
  it("is what the schema says (STRAY_UPDATE=1 writes it)", () => {
    const { STRAY_UPDATE } = process.env;
    if (STRAY_UPDATE === "1") writeFileSync(DOCUMENT, configurationReference());
    expect(readFileSync(DOCUMENT, "utf8")).toBe(configurationReference());
  });

  it("has every key", () => {
    const page = readFileSync(DOCUMENT, "utf8");
    for (const [key] of KEYS) expect(page).toContain(`${key.split(".").at(-1)}\``);
  });
});
