// What clients send to `v1.incidents.*`, checked.
// Apart from the methods because it is about shapes only.
// Always holds: what comes out has its type whatever came in; a misspelt parameter is an error, not ignored.

import { isCursor } from "../incident/incident-rows.js";
import {
  INCIDENT_ACTIONS,
  INCIDENT_STATES,
  MUTE_KINDS,
  SEVERITIES,
  TEXT_MAX,
  WHO_MAX,
} from "../incident/model.js";
import { addressOf } from "../incident/mutes.js";
import {
  type IncidentMethods,
  type IncidentsExportParams,
  type IncidentsListParams,
  PAGE_INCIDENTS_MAX,
  UPDATE_INCIDENTS_MAX,
} from "./incident-protocol.js";
import { expectNoParams, invalidParams } from "./methods.js";

const ID = /^[iI]-[0-9A-Za-z]{1,16}$/;
const LIST_KEYS = ["states", "severity", "since", "address", "limit", "after"];

type Params<M extends keyof IncidentMethods> = IncidentMethods[M]["params"];
type Raw = Readonly<Record<string, unknown>>;

export function noParams(params: unknown): undefined {
  expectNoParams(params);
  return undefined;
}

export function listParams(params: unknown): IncidentsListParams {
  return listMembers(members(params, LIST_KEYS));
}

function listMembers(raw: Raw): IncidentsListParams {
  return {
    ...list(raw, "states", INCIDENT_STATES, INCIDENT_STATES.length),
    ...oneOf(raw, "severity", SEVERITIES),
    ...wholeNumber(raw, "since", 0, 8.64e15),
    ...address(raw),
    ...wholeNumber(raw, "limit", 1, PAGE_INCIDENTS_MAX),
    ...cursor(raw),
  };
}

export function exportParams(params: unknown): IncidentsExportParams {
  const raw = members(params, [...LIST_KEYS, "ids"]);
  return { ...listMembers(raw), ...(raw["ids"] === undefined ? {} : { ids: idList(raw) }) };
}

export function showParams(params: unknown): Params<"v1.incidents.show"> {
  return { id: idOf(members(params, ["id"])["id"], "id") };
}

export function updateParams(params: unknown): Params<"v1.incidents.update"> {
  const raw = members(params, ["ids", "action", "text", "who", "into"]);
  const { action } = oneOf(raw, "action", INCIDENT_ACTIONS);
  if (action === undefined) throw invalidParams(`action: one of ${INCIDENT_ACTIONS.join(", ")} was expected`);
  const hasInto = raw["into"] !== undefined;
  if (hasInto !== (action === "merge"))
    throw invalidParams("into: an incident was expected with merge, and only there");
  return {
    ids: idList(raw),
    action,
    ...text(raw, "text", TEXT_MAX),
    ...text(raw, "who", WHO_MAX),
    ...(hasInto ? { into: idOf(raw["into"], "into") } : {}),
  };
}

export function muteParams(params: unknown): Params<"v1.incidents.mute"> {
  const raw = members(params, ["kind", "value", "id", "until", "reason", "who"]);
  const { reason } = text(raw, "reason", TEXT_MAX);
  if (reason === undefined) throw invalidParams("reason: a text was expected");
  const { kind } = oneOf(raw, "kind", MUTE_KINDS);
  const { value } = text(raw, "value", 256);
  if ((kind === undefined) !== (value === undefined)) {
    throw invalidParams("kind and value were expected together");
  }
  if (kind === undefined && raw["id"] === undefined) {
    throw invalidParams("kind and value were expected, or the id of an incident");
  }
  return {
    reason,
    ...(kind === undefined || value === undefined ? {} : { kind, value }),
    ...(raw["id"] === undefined ? {} : { id: idOf(raw["id"], "id") }),
    ...wholeNumber(raw, "until", 0, 8.64e15),
    ...text(raw, "who", WHO_MAX),
  };
}

export function unmuteParams(params: unknown): Params<"v1.incidents.unmute"> {
  const { number } = wholeNumber(members(params, ["number"]), "number", 1, Number.MAX_SAFE_INTEGER);
  if (number === undefined) throw invalidParams("number: that of a mute was expected");
  return { number };
}

function members(params: unknown, known: readonly string[]): Raw {
  if (params === undefined || params === null) return {};
  if (typeof params !== "object" || Array.isArray(params))
    throw invalidParams("parameters by name were expected");
  const unknown = Object.keys(params).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalidParams(`no parameter of that name; there are ${known.join(", ")}`);
  return params as Raw;
}

function idOf(value: unknown, key: string): string {
  if (typeof value === "string" && ID.test(value)) return value;
  throw invalidParams(`${key}: an incident such as I-7K3QF2MX was expected`);
}

function idList(raw: Raw): string[] {
  const { ids } = raw;
  if (Array.isArray(ids) && ids.length >= 1 && ids.length <= UPDATE_INCIDENTS_MAX) {
    return ids.map((id) => idOf(id, "ids"));
  }
  throw invalidParams(`ids: a list of 1 to ${UPDATE_INCIDENTS_MAX} incidents was expected`);
}

function list<K extends string, W extends string>(
  raw: Raw,
  key: K,
  words: readonly W[],
  most: number,
): { [P in K]?: readonly W[] } {
  const value = raw[key];
  if (value === undefined) return {};
  if (Array.isArray(value) && value.length <= most && value.every((word) => words.includes(word as W))) {
    return { [key]: value as readonly W[] } as { [P in K]?: readonly W[] };
  }
  throw invalidParams(`${key}: a list of ${words.join(", ")} was expected`);
}

function oneOf<K extends string, W extends string>(raw: Raw, key: K, words: readonly W[]): { [P in K]?: W } {
  const value = raw[key];
  if (value === undefined) return {};
  if (words.includes(value as W)) return { [key]: value } as { [P in K]?: W };
  throw invalidParams(`${key}: one of ${words.join(", ")} was expected`);
}

function text<K extends string>(raw: Raw, key: K, most: number): { [P in K]?: string } {
  const value = raw[key];
  if (value === undefined) return {};
  if (typeof value === "string" && value.length <= most) return { [key]: value } as { [P in K]?: string };
  throw invalidParams(`${key}: a text of at most ${most} characters was expected`);
}

function address(raw: Raw): { address?: string } {
  const { address: value } = raw;
  if (value === undefined) return {};
  const found = typeof value === "string" ? addressOf(value) : undefined;
  if (found === undefined) throw invalidParams("address: an IPv4 or IPv6 address was expected");
  return { address: found };
}

function cursor(raw: Raw): { after?: string } {
  const { after } = raw;
  if (after === undefined) return {};
  if (typeof after === "string" && isCursor(after)) return { after };
  throw invalidParams("after: next of the page before was expected");
}

function wholeNumber<K extends string>(raw: Raw, key: K, low: number, high: number): { [P in K]?: number } {
  const value = raw[key];
  if (value === undefined) return {};
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) {
    return { [key]: value } as { [P in K]?: number };
  }
  throw invalidParams(`${key}: a whole number from ${low} to ${high} was expected`);
}
