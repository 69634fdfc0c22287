// Management as the file has it, and the way from there and back.
// Apart from the other keys as in the schema.
// Always holds: what raw.ts promises of all keys.

import { formatEndpoint, parseEndpoint } from "./endpoint.js";
import type {
  ControlConfig,
  MetricsConfig,
  NoticesConfig,
  SnmpAuth,
  SnmpConfig,
  SnmpPrivacy,
} from "./management-types.js";
import { formatDuration, parseDuration } from "./units.js";

const SNMP_PORT = 161;
const METRICS_PORT = 9464;

export interface RawControl {
  socket: string;
  group: string | null;
  operators: string | null;
  admins: string | null;
  audit: string | null;
  "clients-max": number;
}

export interface RawNotices {
  loss: number;
  table: number;
  incidents: number;
}

export interface RawSnmpUser {
  name: string;
  auth: SnmpAuth;
  "auth-password": string;
  privacy: SnmpPrivacy;
  "privacy-password": string;
}

export interface RawSnmpReceiver {
  host: string;
  port: number;
  version: "v2c" | "v3";
  community: string | null;
  user: string | null;
  inform: boolean;
}

export interface RawSnmp {
  agentx: string | null;
  listen: string[];
  communities: string[];
  users: RawSnmpUser[];
  contact: string;
  location: string;
  directory: string;
  notify: RawSnmpReceiver[];
}

export interface RawMetrics {
  listen: string | null;
  file: string | null;
  every: string | number;
}

export function toControl(raw: RawControl): ControlConfig {
  return {
    socket: raw.socket,
    group: raw.group ?? undefined,
    operators: raw.operators ?? undefined,
    admins: raw.admins ?? undefined,
    audit: raw.audit ?? undefined,
    clientsMax: raw["clients-max"],
  };
}

export function toRawControl(control: ControlConfig): RawControl {
  return {
    socket: control.socket,
    group: control.group ?? null,
    operators: control.operators ?? null,
    admins: control.admins ?? null,
    audit: control.audit ?? null,
    "clients-max": control.clientsMax,
  };
}

export function toNotices({ loss, table, incidents }: RawNotices): NoticesConfig {
  return { lossPercent: loss, tablePercent: table, incidentsPerMinute: incidents };
}

export function toRawNotices(notices: NoticesConfig): RawNotices {
  const { lossPercent, tablePercent, incidentsPerMinute } = notices;
  return { loss: lossPercent, table: tablePercent, incidents: incidentsPerMinute };
}

export function toSnmp(raw: RawSnmp): SnmpConfig {
  return {
    agentx: raw.agentx ?? undefined,
    listen: raw.listen.flatMap((text) => parseEndpoint(text, SNMP_PORT) ?? []),
    communities: [...raw.communities],
    users: raw.users.map((user) => ({
      name: user.name,
      auth: user.auth,
      authPassword: user["auth-password"],
      privacy: user.privacy,
      privacyPassword: user["privacy-password"],
    })),
    contact: raw.contact,
    location: raw.location,
    directory: raw.directory,
    notify: raw.notify.map(({ host, port, version, community, user, inform }) => ({
      host,
      port,
      version,
      community: community ?? undefined,
      user: user ?? undefined,
      inform,
    })),
  };
}

export function toRawSnmp(snmp: SnmpConfig): RawSnmp {
  return {
    agentx: snmp.agentx ?? null,
    listen: snmp.listen.map(formatEndpoint),
    communities: [...snmp.communities],
    users: snmp.users.map((user) => ({
      name: user.name,
      auth: user.auth,
      "auth-password": user.authPassword,
      privacy: user.privacy,
      "privacy-password": user.privacyPassword,
    })),
    contact: snmp.contact,
    location: snmp.location,
    directory: snmp.directory,
    notify: snmp.notify.map(({ community, user, ...rest }) => ({
      ...rest,
      community: community ?? null,
      user: user ?? null,
    })),
  };
}

export function toMetrics({ listen, file, every }: RawMetrics): MetricsConfig {
  return {
    listen: listen === null ? undefined : parseEndpoint(listen, METRICS_PORT),
    file: file ?? undefined,
    everyMs: parseDuration(String(every)) ?? Number.NaN,
  };
}

export function toRawMetrics({ listen, file, everyMs }: MetricsConfig): RawMetrics {
  return {
    listen: listen === undefined ? null : formatEndpoint(listen),
    file: file ?? null,
    every: formatDuration(everyMs),
  };
}
