// `v1.alerts.list`: checks what is asked for, and gives a page of the alert log.
// Apart from the sensor's methods because there is one only where rules are.
// Always holds: a page has no more alerts than its form allows; a misspelt parameter is an error, not ignored.

import ipaddr from "ipaddr.js";
import type { AlertLog, AlertQuery } from "../alert/alert-log.js";
import { ipv4Text, ipv6Text } from "../record/address.js";
import {
  type AlertsParams,
  type AlertsReport,
  PAGE_ALERTS_DEFAULT,
  PAGE_ALERTS_MAX,
} from "./alert-protocol.js";
import { invalidParams, type MethodRegistry } from "./methods.js";

const PARAMETERS = ["limit", "after", "since", "sid", "gid", "ip", "packets"];
const U32_MAX = 0xffffffff;

/** `alerts`: what answers now; a reload may put another log in its place. */
export function addAlertMethods(registry: MethodRegistry, alerts: () => Pick<AlertLog, "list">): void {
  registry.add("v1.alerts.list", (params): AlertsReport => {
    const page = alerts().list(query(params));
    return { count: page.alerts.length, ...page };
  });
}

function query(params: unknown): AlertQuery {
  const { limit, ip, since, packets = false, ...same } = checked(params);
  const most = packets ? PAGE_ALERTS_MAX.packets : PAGE_ALERTS_MAX.plain;
  return {
    ...same,
    limit: limit ?? Math.min(PAGE_ALERTS_DEFAULT, most),
    hasPackets: packets,
    ...(since === undefined ? {} : { sinceMs: since }),
    ...(ip === undefined ? {} : { address: addressText(ip) }),
  };
}

function checked(params: unknown): AlertsParams {
  if (params === undefined || params === null) return {};
  if (typeof params !== "object" || Array.isArray(params))
    throw invalidParams("parameters by name were expected");
  const unknown = Object.keys(params).find((key) => !PARAMETERS.includes(key));
  if (unknown !== undefined)
    throw invalidParams(`no parameter of that name; there are ${PARAMETERS.join(", ")}`);
  const { limit, after, since, sid, gid, ip, packets } = params as Record<string, unknown>;
  if (packets !== undefined && typeof packets !== "boolean")
    throw invalidParams("packets: true or false was expected");
  if (ip !== undefined && typeof ip !== "string") throw invalidParams("ip: an address was expected");
  return {
    ...wholeNumber("limit", limit, 1, packets ? PAGE_ALERTS_MAX.packets : PAGE_ALERTS_MAX.plain),
    ...wholeNumber("after", after, 0, Number.MAX_SAFE_INTEGER),
    ...wholeNumber("since", since, 0, Number.MAX_SAFE_INTEGER),
    ...wholeNumber("sid", sid, 0, U32_MAX),
    ...wholeNumber("gid", gid, 0, U32_MAX),
    ...(ip === undefined ? {} : { ip }),
    ...(packets === undefined ? {} : { packets }),
  };
}

/** As alerts have it. */
function addressText(text: string): string {
  if (!ipaddr.isValid(text) || text.includes("%"))
    throw invalidParams("ip: an IPv4 or IPv6 address was expected");
  const bytes = Uint8Array.from(ipaddr.process(text).toByteArray());
  return bytes.length === 4 ? ipv4Text(bytes, 0) : ipv6Text(bytes, 0);
}

function wholeNumber<K extends string>(
  key: K,
  value: unknown,
  low: number,
  high: number,
): { [P in K]?: number } {
  if (value === undefined) return {};
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) {
    return { [key]: value } as { [P in K]?: number };
  }
  throw invalidParams(`${key}: a whole number from ${low} to ${high} was expected`);
}
