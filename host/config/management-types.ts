// How the sensor is managed and watched, as its parts use it.
// Apart from the other types as its keys are apart in the schema.

import type { Endpoint } from "./endpoint.js";

export interface ControlConfig {
  readonly socket: string;
  readonly group: string | undefined;
  /** Groups; undefined: nobody but root. */
  readonly operators: string | undefined;
  readonly admins: string | undefined;
  readonly audit: string | undefined;
  readonly clientsMax: number;
}

/** Each 0: no notice of it. */
export interface NoticesConfig {
  readonly lossPercent: number;
  readonly tablePercent: number;
  readonly incidentsPerMinute: number;
}

export type SnmpAuth = "sha" | "sha224" | "sha256" | "sha384" | "sha512";
export type SnmpPrivacy = "aes" | "aes256b" | "aes256r";

export interface SnmpUser {
  readonly name: string;
  readonly auth: SnmpAuth;
  readonly authPassword: string;
  readonly privacy: SnmpPrivacy;
  readonly privacyPassword: string;
}

export interface SnmpReceiver {
  readonly host: string;
  readonly port: number;
  readonly version: "v2c" | "v3";
  /** There with v2c. */
  readonly community: string | undefined;
  /** One of the users, there with v3. */
  readonly user: string | undefined;
  readonly inform: boolean;
}

export interface SnmpConfig {
  /** Socket of the master agent. */
  readonly agentx: string | undefined;
  readonly listen: readonly Endpoint[];
  readonly communities: readonly string[];
  readonly users: readonly SnmpUser[];
  readonly contact: string;
  readonly location: string;
  readonly directory: string;
  readonly notify: readonly SnmpReceiver[];
}

export interface MetricsConfig {
  /** A loopback address. */
  readonly listen: Endpoint | undefined;
  readonly file: string | undefined;
  readonly everyMs: number;
}
