// An IP address and a port, as a configuration writes them: `192.0.2.5:161`, `[2001:db8::5]:161`, `::1`.
// Apart because SNMP and metrics listen by the same words.
// Always holds: parseEndpoint(formatEndpoint(it)) equals it.

import { isIP } from "node:net";

export interface Endpoint {
  /** An IPv4 or IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** Undefined for what is none. `port`: where the text has none. */
export function parseEndpoint(text: string, port: number): Endpoint | undefined {
  if (isIP(text) !== 0 && !text.includes("%")) return { host: text, port };
  const [, six, four, digits = ""] = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = six ?? four ?? "";
  if (isIP(host) !== (six === undefined ? 4 : 6)) return undefined;
  const number = digits === "" ? port : Number(digits);
  return number >= 1 && number <= 65535 ? { host, port: number } : undefined;
}

export function formatEndpoint({ host, port }: Endpoint): string {
  return endpointText(host, port);
}

/** `192.0.2.1:4739`, `[2001:db8::1]:4739`, `collector.example:4739`. */
export function endpointText(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

export function isLoopback({ host }: Pick<Endpoint, "host">): boolean {
  return host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
