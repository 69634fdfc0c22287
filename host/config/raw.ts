// The configuration as the file has it, every default filled in, and the way from there to StrayConfig and back.
// Apart from the loader because writing a file and telling what a reload changes need the way back.
// Always holds: toConfig(toRaw(config)) equals config; what is handed to toConfig() is valid by the schema.

import {
  type RawControl,
  type RawMetrics,
  type RawNotices,
  type RawSnmp,
  toControl,
  toMetrics,
  toNotices,
  toRawControl,
  toRawMetrics,
  toRawNotices,
  toRawSnmp,
  toSnmp,
} from "./management-raw.js";
import { isSensorName } from "./names.js";
import { RING_BYTES, RING_SMALL_BYTES } from "./schema.js";
import type {
  AlertFiles,
  CaptureMode,
  EventType,
  FanoutMode,
  InlineMode,
  IpfixTarget,
  LogLevel,
  PolicyAction,
  StrayConfig,
  SyslogTarget,
} from "./types.js";
import { formatDuration, formatSize, parseDuration, parseSize } from "./units.js";

/** Text with a unit, or a bare 0. */
type Quantity = string | number;

export interface RawConfig {
  sensor: { name: string | null; profile: string; home: string[]; user: string | null };
  capture: {
    interfaces: string[];
    mode: CaptureMode;
    workers: number;
    fanout: FanoutMode;
    ring: Quantity | null;
    snaplen: number;
    promiscuous: boolean;
    filter: string;
  };
  inline: {
    mode: InlineMode;
    fail: "open" | "closed";
    deadman: Quantity;
    "at-stop": "release" | "bypass";
    policy: Record<string, PolicyAction>;
    allow: string[];
    "reject-rate": number;
    wait: Quantity;
  };
  flows: {
    status: Quantity;
    "tcp-opening": Quantity;
    "tcp-established": Quantity;
    "tcp-closed": Quantity;
    udp: Quantity;
    icmp: Quantity;
    other: Quantity;
    fragment: Quantity;
    pickup: Quantity;
    "verify-checksums": boolean;
  };
  inspection: { enabled: boolean; "stream-depth": Quantity };
  detection: {
    enabled: boolean;
    learn: Quantity;
    alive: Quantity;
    used: string[];
    unused: string[];
    directory: string;
  };
  rules: { files: string[]; variables: string[] };
  alerts: {
    rate: number;
    burst: number;
    full: string | null;
    fast: string | null;
    log: RawAlertFiles;
    evidence: RawAlertFiles;
  };
  incidents: { enabled: boolean; directory: string; join: Quantity; quota: Quantity; max: number };
  store: {
    enabled: boolean;
    directory: string;
    rotate: { every: Quantity; size: Quantity };
    quota: Quantity;
    "min-free": Quantity;
    enterprise: number;
  };
  export: { ipfix: RawIpfix[]; eve: RawEve | null; syslog: RawSyslog[] };
  control: RawControl;
  notices: RawNotices;
  snmp: RawSnmp;
  metrics: RawMetrics;
  log: { level: LogLevel; form: "auto" | "json" | "text" };
}

export interface RawAlertFiles {
  enabled: boolean;
  directory: string;
  size: Quantity;
  quota: Quantity;
}

export interface RawIpfix {
  host: string;
  port: number;
  transport: "udp" | "tcp";
  "template-refresh": Quantity;
  queue: Quantity;
  domain: number;
}

export interface RawEve {
  file: string;
  types: EventType[];
  stats: Quantity;
}

export interface RawSyslog {
  transport: "unix" | "udp" | "tcp";
  target: string | null;
  port: number;
  facility: string;
  types: EventType[];
  stats: Quantity;
  queue: Quantity;
}

/** What the configuration takes from the machine that it is read on. */
export interface HostFacts {
  readonly hostname: string;
  /** Whether standard error is a terminal. */
  readonly isTerminal: boolean;
  readonly memoryBytes: number;
}

const SYSLOG_SOCKET = "/dev/log";
const SENSOR_NAME_FALLBACK = "stray";

export function toConfig(raw: RawConfig, host: HostFacts): StrayConfig {
  const { sensor, capture, inline, flows, inspection, detection } = raw;
  const { rules, alerts, incidents, store, log } = raw;
  return {
    sensor: {
      name: sensor.name ?? hostName(host),
      profile: sensor.profile,
      home: [...sensor.home],
      user: sensor.user ?? undefined,
    },
    capture: {
      interfaces: [...capture.interfaces],
      mode: capture.mode,
      workers: capture.workers,
      fanout: capture.fanout,
      ringBytes: capture.ring === null ? defaultRingBytes(sensor.profile) : bytes(capture.ring),
      snapLen: capture.snaplen,
      promiscuous: capture.promiscuous,
      filter: capture.filter.trim(),
    },
    inline: {
      mode: inline.mode,
      fail: inline.fail,
      deadmanMs: ms(inline.deadman),
      atStop: inline["at-stop"],
      policy: { ...inline.policy },
      allow: [...inline.allow],
      rejectRate: inline["reject-rate"],
      waitMs: ms(inline.wait),
    },
    flows: {
      statusMs: ms(flows.status),
      tcpOpeningMs: ms(flows["tcp-opening"]),
      tcpEstablishedMs: ms(flows["tcp-established"]),
      tcpClosedMs: ms(flows["tcp-closed"]),
      udpMs: ms(flows.udp),
      icmpMs: ms(flows.icmp),
      otherMs: ms(flows.other),
      fragmentMs: ms(flows.fragment),
      pickupMs: ms(flows.pickup),
      verifyChecksums: flows["verify-checksums"],
    },
    inspection: { enabled: inspection.enabled, streamDepth: bytes(inspection["stream-depth"]) },
    detection: {
      enabled: detection.enabled,
      learnMs: ms(detection.learn),
      aliveMs: ms(detection.alive),
      used: [...detection.used],
      unused: [...detection.unused],
      directory: detection.directory,
    },
    rules: { files: [...rules.files], variables: [...rules.variables] },
    alerts: {
      rate: alerts.rate,
      burst: alerts.burst,
      full: alerts.full ?? undefined,
      fast: alerts.fast ?? undefined,
      log: toAlertFiles(alerts.log),
      evidence: toAlertFiles(alerts.evidence),
    },
    incidents: {
      enabled: incidents.enabled,
      directory: incidents.directory,
      joinMs: ms(incidents.join),
      quotaBytes: bytes(incidents.quota),
      max: incidents.max,
    },
    store: {
      enabled: store.enabled,
      directory: store.directory,
      rotateMs: ms(store.rotate.every),
      rotateBytes: bytes(store.rotate.size),
      quotaBytes: bytes(store.quota),
      minFreeBytes: bytes(store["min-free"]),
      enterprise: store.enterprise,
    },
    export: {
      ipfix: raw.export.ipfix.map(toIpfix),
      eve: raw.export.eve
        ? { file: raw.export.eve.file, types: [...raw.export.eve.types], statsMs: ms(raw.export.eve.stats) }
        : undefined,
      syslog: raw.export.syslog.map(toSyslog),
    },
    control: toControl(raw.control),
    notices: toNotices(raw.notices),
    snmp: toSnmp(raw.snmp),
    metrics: toMetrics(raw.metrics),
    log: { level: log.level, form: log.form === "auto" ? (host.isTerminal ? "text" : "json") : log.form },
  };
}

function toAlertFiles({ enabled, directory, size, quota }: RawAlertFiles): AlertFiles {
  return { enabled, directory, rotateBytes: bytes(size), quotaBytes: bytes(quota) };
}

function toRawAlertFiles({ enabled, directory, rotateBytes, quotaBytes }: AlertFiles): RawAlertFiles {
  return { enabled, directory, size: formatSize(rotateBytes), quota: formatSize(quotaBytes) };
}

function toIpfix(raw: RawIpfix): IpfixTarget {
  const { host, port, transport, domain } = raw;
  const templateRefreshMs = ms(raw["template-refresh"]);
  return { host, port, transport, templateRefreshMs, queueBytes: bytes(raw.queue), domain };
}

function toSyslog(raw: RawSyslog): SyslogTarget {
  const { transport, port, facility, types } = raw;
  const target = raw.target ?? (transport === "unix" ? SYSLOG_SOCKET : "");
  const [statsMs, queueBytes] = [ms(raw.stats), bytes(raw.queue)];
  return { transport, target, port, facility, types: [...types], statsMs, queueBytes };
}

/** The file that gives `config` on any machine: nothing in it is left to a default. */
export function toRaw(config: StrayConfig): RawConfig {
  const { sensor, capture, inline, flows, inspection, detection } = config;
  const { rules, alerts, incidents, store, log } = config;
  return {
    sensor: {
      name: sensor.name,
      profile: sensor.profile,
      home: [...sensor.home],
      user: sensor.user ?? null,
    },
    capture: {
      interfaces: [...capture.interfaces],
      mode: capture.mode,
      workers: capture.workers,
      fanout: capture.fanout,
      ring: formatSize(capture.ringBytes),
      snaplen: capture.snapLen,
      promiscuous: capture.promiscuous,
      filter: capture.filter,
    },
    inline: {
      mode: inline.mode,
      fail: inline.fail,
      deadman: formatDuration(inline.deadmanMs),
      "at-stop": inline.atStop,
      policy: { ...inline.policy },
      allow: [...inline.allow],
      "reject-rate": inline.rejectRate,
      wait: formatDuration(inline.waitMs),
    },
    flows: {
      status: formatDuration(flows.statusMs),
      "tcp-opening": formatDuration(flows.tcpOpeningMs),
      "tcp-established": formatDuration(flows.tcpEstablishedMs),
      "tcp-closed": formatDuration(flows.tcpClosedMs),
      udp: formatDuration(flows.udpMs),
      icmp: formatDuration(flows.icmpMs),
      other: formatDuration(flows.otherMs),
      fragment: formatDuration(flows.fragmentMs),
      pickup: formatDuration(flows.pickupMs),
      "verify-checksums": flows.verifyChecksums,
    },
    inspection: { enabled: inspection.enabled, "stream-depth": formatSize(inspection.streamDepth) },
    detection: {
      enabled: detection.enabled,
      learn: formatDuration(detection.learnMs),
      alive: formatDuration(detection.aliveMs),
      used: [...detection.used],
      unused: [...detection.unused],
      directory: detection.directory,
    },
    rules: { files: [...rules.files], variables: [...rules.variables] },
    alerts: {
      rate: alerts.rate,
      burst: alerts.burst,
      full: alerts.full ?? null,
      fast: alerts.fast ?? null,
      log: toRawAlertFiles(alerts.log),
      evidence: toRawAlertFiles(alerts.evidence),
    },
    incidents: {
      enabled: incidents.enabled,
      directory: incidents.directory,
      join: formatDuration(incidents.joinMs),
      quota: formatSize(incidents.quotaBytes),
      max: incidents.max,
    },
    store: {
      enabled: store.enabled,
      directory: store.directory,
      rotate: { every: formatDuration(store.rotateMs), size: formatSize(store.rotateBytes) },
      quota: formatSize(store.quotaBytes),
      "min-free": formatSize(store.minFreeBytes),
      enterprise: store.enterprise,
    },
    export: {
      ipfix: config.export.ipfix.map(({ templateRefreshMs, queueBytes, domain, ...target }) => ({
        ...target,
        "template-refresh": formatDuration(templateRefreshMs),
        queue: formatSize(queueBytes),
        domain,
      })),
      eve: config.export.eve
        ? {
            file: config.export.eve.file,
            types: [...config.export.eve.types],
            stats: formatDuration(config.export.eve.statsMs),
          }
        : null,
      syslog: config.export.syslog.map(({ statsMs, queueBytes, types, ...target }) => ({
        ...target,
        types: [...types],
        stats: formatDuration(statsMs),
        queue: formatSize(queueBytes),
      })),
    },
    control: toRawControl(config.control),
    notices: toRawNotices(config.notices),
    snmp: toRawSnmp(config.snmp),
    metrics: toRawMetrics(config.metrics),
    log: { level: log.level, form: log.form },
  };
}

export function defaultRingBytes(profile: string): number {
  return profile === "small" ? RING_SMALL_BYTES : RING_BYTES;
}

/** The host's name, made to fit: a kernel takes names that a syslog header does not. */
function hostName({ hostname }: HostFacts): string {
  const fitting = hostname.replace(/[^!-~]/g, "-").slice(0, 64);
  return isSensorName(fitting) ? fitting : SENSOR_NAME_FALLBACK;
}

function ms(text: Quantity): number {
  return parseDuration(String(text)) ?? Number.NaN;
}

function bytes(text: Quantity): number {
  return parseSize(String(text)) ?? Number.NaN;
}
