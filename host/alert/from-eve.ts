// An EVE alert event of ours read back into an alert, so that it can be printed in any form.
// Apart from the writing (export/eve-alert.ts) because what is read comes from a file or a socket, and may be anything.
// Always holds: never throws; what is missing or of another type is left as 0, what is no alert event gives undefined.

import ipaddr from "ipaddr.js";
import * as L from "../../assembly/layout.js";
import * as R from "../../assembly/match/rules-layout.js";
import { ACTION_WORDS } from "../export/eve-alert.js";
import { ipProtoText } from "../export/eve-names.js";
import { ALERT_FRAME_MAX, Alert, type RuleWords } from "./alert.js";

type Json = Readonly<Record<string, unknown>>;

const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, number) => [ipProtoText(number), number]),
);
const ACTION_NUMBERS: ReadonlyMap<string, number> = new Map(
  Object.entries(ACTION_WORDS).map(([number, word]) => [word, Number(number)]),
);
const LINKTYPE_ETHERNET = 1;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})([+-]\d\d):?(\d\d)$/;

/** An alert in memory of its own, which knows the words of its rule. */
export function alertFromEve(event: unknown): Alert | undefined {
  const timeUs = eventTimeUs(event);
  if (timeUs === undefined || !isObject(event)) return undefined;
  const rule = objectAt(event, "alert");
  const stray = objectAt(event, "stray");
  const words = ruleWords(rule);
  const alert = new Alert(new ArrayBuffer(L.ALERT_SIZE), () => words).pointAt(0);
  const { view, bytes } = alert;
  const u32 = (offset: number, value: number) => view.setUint32(offset, value >>> 0, true);
  const u16 = (offset: number, value: number) => view.setUint16(offset, value, true);
  view.setBigUint64(R.ALERT_TIME_OFFSET, BigInt(timeUs) * 1000n, true);
  view.setBigUint64(R.ALERT_SEQUENCE_OFFSET, BigInt(numberAt(stray, "sequence")), true);
  view.setBigUint64(R.ALERT_PACKET_INDEX_OFFSET, BigInt(numberAt(stray, "frame")), true);
  u32(R.ALERT_GID_OFFSET, numberAt(rule, "gid"));
  u32(R.ALERT_SID_OFFSET, numberAt(rule, "signature_id"));
  u32(R.ALERT_REV_OFFSET, numberAt(rule, "rev"));
  bytes[R.ALERT_KIND_OFFSET] = R.ALERT_KIND_ALERT;
  bytes[R.ALERT_ACTION_OFFSET] = ACTION_NUMBERS.get(textAt(stray, "action")) ?? R.ACTION_ALERT;
  const frame = Buffer.from(textAt(event, "packet"), "base64").subarray(0, ALERT_FRAME_MAX);
  bytes.set(frame, R.ALERT_FRAME_OFFSET);
  u32(R.ALERT_FRAME_SIZE_OFFSET, frame.length);
  u32(R.ALERT_CAPTURED_OFFSET, numberAt(stray, "captured"));
  u32(R.ALERT_WIRE_OFFSET, numberAt(stray, "wire"));
  u32(R.ALERT_LINK_OFFSET, numberAt(objectAt(event, "packet_info"), "linktype", LINKTYPE_ETHERNET));
  u32(R.ALERT_L3_OFFSET, numberAt(stray, "l3", R.ALERT_OFFSET_NONE));
  u32(R.ALERT_L4_OFFSET, numberAt(stray, "l4", R.ALERT_OFFSET_NONE));
  u32(R.ALERT_PAYLOAD_OFFSET, numberAt(stray, "payload", R.ALERT_OFFSET_NONE));
  u32(R.ALERT_PAYLOAD_SIZE_OFFSET, numberAt(stray, "payload_size"));
  const isIp6 = putAddress(bytes, R.ALERT_SOURCE_OFFSET, textAt(event, "src_ip"));
  putAddress(bytes, R.ALERT_DESTINATION_OFFSET, textAt(event, "dest_ip"));
  bytes[R.ALERT_FAMILY_OFFSET] = isIp6 ? L.KIND_IPV6 : L.KIND_IPV4;
  bytes[R.ALERT_PROTO_OFFSET] = PROTOCOL_NUMBERS.get(textAt(event, "proto")) ?? 0;
  u16(R.ALERT_SPORT_OFFSET, numberAt(event, "src_port", numberAt(event, "icmp_type")));
  u16(R.ALERT_DPORT_OFFSET, numberAt(event, "dest_port", numberAt(event, "icmp_code")));
  u16(R.ALERT_VLAN_OFFSET, L.VLAN_NONE);
  return alert;
}

/** Microseconds since 1970 of an alert event, undefined for anything else. */
export function eventTimeUs(event: unknown): number | undefined {
  if (!isObject(event) || event["event_type"] !== "alert" || !isObject(event["alert"])) return undefined;
  const [, second, fraction, hours, minutes] = TIME.exec(textAt(event, "timestamp")) ?? [];
  if (second === undefined) return undefined;
  const ms = Date.parse(`${second}${hours}:${minutes}`);
  return Number.isNaN(ms) || ms < 0 ? undefined : ms * 1000 + Number(fraction);
}

/** The rule's words without the text that stands for an unknown rule. */
function ruleWords(rule: Json): RuleWords | undefined {
  const message = textAt(rule, "signature");
  const id = `${numberAt(rule, "gid")}:${numberAt(rule, "signature_id")}:${numberAt(rule, "rev")}`;
  if (message === id) return undefined;
  const references = Array.isArray(rule["references"]) ? rule["references"] : [];
  const category = textAt(rule, "category");
  return {
    message,
    ...(category === "" ? {} : { classification: category }),
    priority: numberAt(rule, "severity", 3),
    references: references.flatMap((url) => (typeof url === "string" ? [{ system: "", id: "", url }] : [])),
    metadata: [],
  };
}

/** Writes the address where 16 bytes are; true for IPv6. */
function putAddress(bytes: Uint8Array, at: number, text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  const parts = address.toByteArray();
  if (parts.length === 4) bytes.set([0xff, 0xff], at + 10);
  bytes.set(parts, at + 16 - parts.length);
  return parts.length === 16;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectAt(object: Json, key: string): Json {
  const value = object[key];
  return isObject(value) ? value : {};
}

function textAt(object: Json, key: string): string {
  const value = object[key];
  return typeof value === "string" ? value : "";
}

/** A whole number from 0 on. */
function numberAt(object: Json, key: string, otherwise = 0): number {
  const value = object[key];
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : otherwise;
}
