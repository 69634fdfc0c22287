// Arbitrary configurations that are valid, for property tests.
// Apart because the round trip and the differences draw from the same.

import fc from "fast-check";
import { FACILITIES } from "../../../host/config/names.js";
import { STARTER_RULES } from "../../../host/config/paths.js";
import { RING_MIN_BYTES, RINGS_MAX_BYTES } from "../../../host/config/schema.js";
import type { EventType, StrayConfig } from "../../../host/config/types.js";
import { DAY_MS, GIB, KIB, MIB } from "../../../host/config/units.js";
import { networkOf } from "../../../host/dark/address.js";
import { FINDING_NAMES } from "../../../host/record/findings.js";

const PROFILES = ["small", "default", "large"] as const;
const TRANSPORTS = ["udp", "tcp"] as const;

const ms = (min: number, max: number) => fc.integer({ min, max });
const name = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const path = fc.array(fc.stringMatching(/^[A-Za-z0-9 #:'"{}é-]{1,12}$/), { minLength: 1, maxLength: 4 });
const absolute = path.map((parts) => `/${parts.join("/")}`);
const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
const port = fc.integer({ min: 1, max: 65535 });
const types = fc.subarray<EventType>(["alert", "flow", "stats"], { minLength: 1 });
const statsMs = ms(1000, DAY_MS);
const queueBytes = fc.integer({ min: 64 * KIB, max: 64 * MIB });
const account = fc.option(fc.stringMatching(/^[a-z_][a-z0-9_-]{0,15}$/), { nil: undefined });
const timeoutMs = ms(1000, 30 * DAY_MS);

const capture = fc.uniqueArray(name, { minLength: 1, maxLength: 8 }).chain((interfaces) =>
  fc.record({
    interfaces: fc.constant(interfaces),
    mode: fc.constantFrom("auto" as const, "mapped" as const, "copy" as const),
    workers: fc.integer({ min: 1, max: 16 }),
    fanout: fc.constantFrom("addresses" as const, "hash" as const),
    ringBytes: fc
      .integer({ min: 1, max: Math.floor(RINGS_MAX_BYTES / interfaces.length / MIB) })
      .map((count) => count * RING_MIN_BYTES),
    snapLen: fc.integer({ min: 64, max: 262_144 }),
    promiscuous: fc.boolean(),
    filter: fc.oneof(
      fc.constant(""),
      fc.string({ maxLength: 60, unit: "binary" }).map((text) => text.trim()),
    ),
  }),
);

const store = fc.record({ rotateBytes: fc.integer({ min: 64 * KIB, max: GIB }) }).chain(({ rotateBytes }) =>
  fc.record({
    enabled: fc.boolean(),
    directory: absolute,
    rotateMs: ms(1000, DAY_MS),
    rotateBytes: fc.constant(rotateBytes),
    quotaBytes: fc.integer({ min: Math.max(MIB, rotateBytes + 1), max: 2 * GIB }),
    minFreeBytes: fc.oneof(fc.constant(0), fc.integer({ min: KIB, max: GIB })),
    enterprise: fc.integer({ min: 1, max: 0xffff_ffff }),
  }),
);

const alertFiles = fc.integer({ min: 64 * KIB, max: GIB }).chain((rotateBytes) =>
  fc.record({
    enabled: fc.boolean(),
    directory: absolute,
    rotateBytes: fc.constant(rotateBytes),
    quotaBytes: fc.integer({ min: Math.max(MIB, rotateBytes + 1), max: 4 * GIB }),
  }),
);

const network = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(fc.ipV6(), fc.nat(128)).map(([address, bits]) => `${address}/${bits}`),
);
const ruleFile = fc.oneof(fc.constant(STARTER_RULES), absolute);
const variable = fc
  .tuple(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/), fc.stringMatching(/^[!-~]{1,40}$/))
  .map(([name, value]) => `${name}=${value}`);
/** A file of which no other is the same. */
const textFile = (name: string) =>
  fc.option(
    absolute.map((path) => `${path}/${name}`),
    { nil: undefined },
  );

const ipfix = fc.uniqueArray(
  fc.record({
    host,
    port,
    transport: fc.constantFrom(...TRANSPORTS),
    templateRefreshMs: ms(1000, DAY_MS),
    queueBytes,
    domain: fc.nat(0xffff_ffff),
  }),
  { maxLength: 3, selector: ({ port }) => port },
);

const syslogRest = { port, facility: fc.constantFrom(...FACILITIES), types, statsMs, queueBytes };
const syslog = fc.uniqueArray(
  fc.oneof(
    fc.record({ transport: fc.constant("unix" as const), target: absolute, ...syslogRest }),
    fc.record({ transport: fc.constantFrom(...TRANSPORTS), target: host, ...syslogRest }),
  ),
  { maxLength: 3, selector: ({ target }) => target.toLowerCase() },
);

const snmpName = fc.stringMatching(/^[!-~]{1,32}$/);
const password = fc.stringMatching(/^[ -~]{8,40}$/);
const snmpText = fc.stringMatching(/^[ -~]{0,60}$/);
const snmpUsers = fc.uniqueArray(
  fc.record({
    name: snmpName,
    auth: fc.constantFrom("sha" as const, "sha256" as const, "sha512" as const),
    authPassword: password,
    privacy: fc.constantFrom("aes" as const, "aes256b" as const, "aes256r" as const),
    privacyPassword: password,
  }),
  { minLength: 1, maxLength: 3, selector: ({ name }) => name },
);
const snmp = snmpUsers.chain((users) => {
  const rest = { host, port, inform: fc.boolean() };
  const nobody = fc.constant(undefined);
  const receiver = fc.oneof(
    fc.record({ ...rest, version: fc.constant("v2c" as const), community: snmpName, user: nobody }),
    fc.record({
      ...rest,
      version: fc.constant("v3" as const),
      community: nobody,
      user: fc.constantFrom(...users.map(({ name }) => name)),
    }),
  );
  return fc.record({
    agentx: fc.option(absolute, { nil: undefined }),
    listen: fc.uniqueArray(fc.record({ host: fc.oneof(fc.ipV4(), fc.ipV6()), port }), {
      maxLength: 3,
      selector: ({ port }) => port,
    }),
    communities: fc.uniqueArray(snmpName, { maxLength: 3 }),
    users: fc.constant(users),
    contact: snmpText,
    location: snmpText,
    directory: absolute,
    notify: fc.uniqueArray(receiver, { maxLength: 3, selector: ({ port }) => port }),
  });
});

const JUDGED = FINDING_NAMES.filter((name) => name !== "signature");

const inline = fc.record({
  mode: fc.constantFrom("tap" as const, "inline" as const, "simulate" as const),
  fail: fc.constantFrom("open" as const, "closed" as const),
  deadmanMs: ms(50, 10_000),
  atStop: fc.constantFrom("release" as const, "bypass" as const),
  policy: fc
    .tuple(...JUDGED.map(() => fc.constantFrom("pass" as const, "drop" as const, "reject" as const)))
    .map((actions) => Object.fromEntries(JUDGED.map((name, index) => [name, actions[index]!]))),
  allow: fc.array(network, { maxLength: 4 }),
  rejectRate: fc.nat(100_000),
  waitMs: fc.nat(100),
});

/** What stands in the wire takes every frame of two interfaces. */
function fitting(config: StrayConfig): StrayConfig {
  if (config.inline.mode === "tap") return config;
  const pair = { interfaces: ["in0", "out0"], mode: "auto" as const, workers: 1, promiscuous: true };
  const ringBytes = Math.min(config.capture.ringBytes, RINGS_MAX_BYTES / 4);
  return { ...config, capture: { ...config.capture, ...pair, ringBytes, filter: "", snapLen: 65_535 } };
}

export const anyConfig: fc.Arbitrary<StrayConfig> = fc
  .record({
    sensor: fc.record({
      name: fc.stringMatching(/^[!-~]{1,64}$/),
      profile: fc.constantFrom(...PROFILES),
      home: fc.array(network, { maxLength: 4 }),
      user: account,
    }),
    capture,
    inline,
    flows: fc.record({
      statusMs: fc.oneof(fc.constant(0), ms(1000, DAY_MS)),
      tcpOpeningMs: timeoutMs,
      tcpEstablishedMs: timeoutMs,
      tcpClosedMs: timeoutMs,
      udpMs: timeoutMs,
      icmpMs: timeoutMs,
      otherMs: timeoutMs,
      fragmentMs: timeoutMs,
      pickupMs: fc.oneof(fc.constant(0), ms(1000, DAY_MS)),
      verifyChecksums: fc.boolean(),
    }),
    inspection: fc.record({
      enabled: fc.boolean(),
      streamDepth: fc.oneof(fc.constant(0), fc.integer({ min: 4 * KIB, max: 4 * GIB - MIB })),
    }),
    detection: fc
      .record({
        enabled: fc.boolean(),
        learnMs: fc.oneof(fc.constant(0), ms(1000, 30 * DAY_MS)),
        aliveMs: fc.oneof(fc.constant(0), ms(60_000, 365 * DAY_MS)),
        used: fc.array(network, { maxLength: 4 }),
        unused: fc.array(network, { maxLength: 4 }),
        directory: absolute,
      })
      .map((detection) => {
        const used = new Set(detection.used.map((text) => networkOf(text)?.text));
        return {
          ...detection,
          unused: detection.unused.filter((text) => !used.has(networkOf(text)?.text)),
        };
      }),
    rules: fc.record({
      files: fc.uniqueArray(ruleFile, { maxLength: 4 }),
      variables: fc.array(variable, { maxLength: 4 }),
    }),
    alerts: fc.record({
      rate: fc.nat(1_000_000),
      burst: fc.integer({ min: 1, max: 1_000_000 }),
      full: textFile("full"),
      fast: textFile("fast"),
      log: alertFiles,
      evidence: alertFiles,
    }),
    incidents: fc.record({
      enabled: fc.boolean(),
      directory: absolute,
      joinMs: ms(60_000, 30 * DAY_MS),
      quotaBytes: fc.integer({ min: MIB, max: 4 * GIB }),
      max: fc.integer({ min: 100, max: 100_000 }),
    }),
    store,
    export: fc.record({
      ipfix,
      eve: fc.option(fc.record({ file: absolute.map((path) => `${path}/eve`), types, statsMs }), {
        nil: undefined,
      }),
      syslog,
    }),
    control: fc.record({
      socket: absolute,
      group: account,
      operators: account,
      admins: account,
      audit: textFile("audit"),
      clientsMax: fc.integer({ min: 1, max: 256 }),
    }),
    notices: fc.record({
      lossPercent: fc.nat(100),
      tablePercent: fc.nat(100),
      incidentsPerMinute: fc.nat(1000),
    }),
    snmp,
    metrics: fc.record({
      listen: fc.option(fc.record({ host: fc.constantFrom("127.0.0.1", "127.1.2.3", "::1"), port }), {
        nil: undefined,
      }),
      file: textFile("metrics"),
      everyMs: ms(1000, 3_600_000),
    }),
    log: fc.record({
      level: fc.constantFrom("debug" as const, "info" as const, "warn" as const, "error" as const),
      form: fc.constantFrom("json" as const, "text" as const),
    }),
  })
  .map(fitting);
