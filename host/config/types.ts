// The configuration as the sensor uses it: every value there, durations in ms, sizes in bytes.
// Apart from the schema because the file speaks in human units and leaves out what is as usual.
// Always holds: what has this type has been validated.

import type { FindingName } from "../record/findings.js";
import type { ControlConfig, MetricsConfig, NoticesConfig, SnmpConfig } from "./management-types.js";

export type CaptureMode = "auto" | "mapped" | "copy";
export type FanoutMode = "addresses" | "hash";
export type InlineMode = "tap" | "inline" | "simulate";
export type PolicyAction = "pass" | "drop" | "reject";
export type LogLevel = "debug" | "info" | "warn" | "error";
export type EventType = "flow" | "stats" | "alert" | "notice";

export interface IpfixTarget {
  readonly host: string;
  readonly port: number;
  readonly transport: "udp" | "tcp";
  readonly templateRefreshMs: number;
  readonly queueBytes: number;
  /** Observation domain (RFC 7011, section 3.1). */
  readonly domain: number;
}

export interface EveConfig {
  readonly file: string;
  readonly types: readonly EventType[];
  readonly statsMs: number;
}

export interface SyslogTarget {
  readonly transport: "unix" | "udp" | "tcp";
  /** A socket's path, or a host. */
  readonly target: string;
  readonly port: number;
  readonly facility: string;
  readonly types: readonly EventType[];
  readonly statsMs: number;
  readonly queueBytes: number;
}

/** Files that are rotated and kept under a quota. */
export interface AlertFiles {
  readonly enabled: boolean;
  readonly directory: string;
  readonly rotateBytes: number;
  readonly quotaBytes: number;
}

export interface StrayConfig {
  readonly sensor: {
    readonly name: string;
    readonly profile: string;
    /** Networks that are ours, CIDR; empty: not said, those of the interfaces are taken. */
    readonly home: readonly string[];
    /** Account to become when started as root; undefined: stay who we are. */
    readonly user: string | undefined;
  };
  readonly capture: {
    readonly interfaces: readonly string[];
    readonly mode: CaptureMode;
    readonly workers: number;
    readonly fanout: FanoutMode;
    /** Per worker and interface. */
    readonly ringBytes: number;
    readonly snapLen: number;
    readonly promiscuous: boolean;
    /** pcap-filter language, empty for everything. */
    readonly filter: string;
  };
  readonly inline: {
    readonly mode: InlineMode;
    readonly fail: "open" | "closed";
    readonly deadmanMs: number;
    readonly atStop: "release" | "bypass";
    /** By finding; those that are not here pass. */
    readonly policy: Readonly<Partial<Record<FindingName, PolicyAction>>>;
    /** Networks and addresses, CIDR. */
    readonly allow: readonly string[];
    /** Packets a second. */
    readonly rejectRate: number;
    /** For room in a ring, 0 = not at all. */
    readonly waitMs: number;
  };
  readonly flows: {
    readonly statusMs: number;
    readonly tcpOpeningMs: number;
    readonly tcpEstablishedMs: number;
    readonly tcpClosedMs: number;
    readonly udpMs: number;
    readonly icmpMs: number;
    readonly otherMs: number;
    readonly fragmentMs: number;
    /** How long after a worker's start a flow without a handshake may be older than the sensor. */
    readonly pickupMs: number;
    readonly verifyChecksums: boolean;
  };
  readonly inspection: {
    readonly enabled: boolean;
    /** Bytes of each direction of a TCP stream that rules look at, 0 = all. */
    readonly streamDepth: number;
  };
  readonly detection: {
    readonly enabled: boolean;
    /** For how long no address of a new home network is called dark. */
    readonly learnMs: number;
    /** How long an address counts as in use after it was last heard, 0 = for ever. */
    readonly aliveMs: number;
    /** Networks and addresses, CIDR. */
    readonly used: readonly string[];
    readonly unused: readonly string[];
    readonly directory: string;
  };
  readonly rules: {
    /** Paths, or STARTER_RULES. */
    readonly files: readonly string[];
    /** NAME=VALUE */
    readonly variables: readonly string[];
  };
  readonly alerts: {
    /** Alerts a second that a rule may give, 0 = no limit; and at once. */
    readonly rate: number;
    readonly burst: number;
    readonly full: string | undefined;
    readonly fast: string | undefined;
    readonly log: AlertFiles;
    readonly evidence: AlertFiles;
  };
  readonly incidents: {
    readonly enabled: boolean;
    readonly directory: string;
    /** What is further apart is another incident. */
    readonly joinMs: number;
    readonly quotaBytes: number;
    /** Incidents kept at most. */
    readonly max: number;
  };
  readonly store: {
    readonly enabled: boolean;
    readonly directory: string;
    readonly rotateMs: number;
    readonly rotateBytes: number;
    readonly quotaBytes: number;
    /** The disk keeps at least this free. */
    readonly minFreeBytes: number;
    /** Private enterprise number of stray's own information elements. */
    readonly enterprise: number;
  };
  readonly export: {
    readonly ipfix: readonly IpfixTarget[];
    readonly eve: EveConfig | undefined;
    readonly syslog: readonly SyslogTarget[];
  };
  readonly control: ControlConfig;
  readonly notices: NoticesConfig;
  readonly snmp: SnmpConfig;
  readonly metrics: MetricsConfig;
  readonly log: { readonly level: LogLevel; readonly form: "json" | "text" };
}
