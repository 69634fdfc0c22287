// `v1.dark.*`: checks what is asked for, and asks who knows the addresses.
// Apart from the sensor's methods because it is about addresses alone.
// Always holds: parameters are checked before anything is touched; a list that comes in parts is in force whole or not at
// all, and what waits of it is bounded; a page stays far below what a response may have.

import { type Address, addressOf, type Network, networkOf } from "../dark/address.js";
import type { DarkState, Judge } from "../dark/judge.js";
import { LIST_TEXT_MAX } from "../dark/list-text.js";
import { addressReport, linePage, networkReports, rangePage } from "../dark/report.js";
import { StrayError } from "../errors.js";
import {
  DARK_CHOICES,
  type DarkChoice,
  type DarkForgetReport,
  type DarkImportReport,
  type DarkListParams,
  type DarkMethods,
  FORGET_NETWORKS_MAX,
  LIST_PART_MAX,
  PAGE_LINES_MAX,
  PAGE_RANGES_MAX,
} from "./dark-protocol.js";
import { invalidParams, type MethodRegistry } from "./methods.js";

/** Who knows; each throws StrayError DETECTION_OFF where nothing is known. */
export interface DarkAsked {
  judge(): Judge;
  import(
    text: string,
    isInstead: boolean,
  ): Promise<{ readonly used: number; readonly unused: number; readonly alive: number }>;
  forget(networks: readonly Network[]): Promise<DarkForgetReport>;
}

export const STATES_OF: Readonly<Record<DarkChoice, readonly DarkState[]>> = {
  dark: ["dark"],
  alive: ["alive"],
  all: ["dark", "alive", "unknown", "group"],
};

type Raw = Readonly<Record<string, unknown>>;
type Result<M extends keyof DarkMethods> = DarkMethods[M]["result"] | Promise<DarkMethods[M]["result"]>;

export function addDarkMethods(registry: MethodRegistry, asked: DarkAsked): void {
  const uploads = new Uploads();
  const add = <M extends keyof DarkMethods>(
    name: M,
    keys: readonly string[],
    handle: (raw: Raw) => Result<M>,
  ): void => registry.add(name, (params) => handle(members(params, keys)));

  add("v1.dark.list", ["state", "network", "after", "limit"], (raw) => {
    const { state, network, after, limit } = listParams(raw);
    const judge = asked.judge();
    const { ranges, next } = rangePage(judge, STATES_OF[state], network, after, limit);
    const networks = after === undefined ? networkReports(judge) : [];
    return { count: ranges.length, networks, ranges, next };
  });
  add("v1.dark.explain", ["address"], ({ address }) => {
    const found = typeof address === "string" ? addressOf(address) : undefined;
    if (found === undefined) throw invalidParams("address: an IPv4 or IPv6 address was expected");
    return addressReport(asked.judge(), found);
  });
  add("v1.dark.export", ["after", "limit"], (raw) => {
    const after = wholeNumber(raw, "after", 0, Number.MAX_SAFE_INTEGER) ?? 0;
    const limit = wholeNumber(raw, "limit", 1, PAGE_LINES_MAX) ?? PAGE_LINES_MAX;
    const page = linePage(asked.judge(), after, limit);
    return { count: page.lines.length, ...page };
  });
  add("v1.dark.import", ["text", "upload", "more", "replace"], async (raw) => {
    const { text } = raw;
    if (typeof text !== "string" || text.length > LIST_PART_MAX) {
      throw invalidParams(`text: a text of at most ${LIST_PART_MAX} characters was expected`);
    }
    const [more, replace] = [flag(raw, "more"), flag(raw, "replace")];
    const upload = wholeNumber(raw, "upload", 1, Number.MAX_SAFE_INTEGER);
    asked.judge();
    const { number, whole } = uploads.add(upload, text);
    if (more) return { upload: number, done: false, used: 0, unused: 0, alive: 0 };
    uploads.end();
    return { upload: number, done: true, ...(await asked.import(whole, replace)) } satisfies DarkImportReport;
  });
  add("v1.dark.forget", ["networks"], ({ networks }) => {
    const found = Array.isArray(networks)
      ? networks.map((text) => (typeof text === "string" ? networkOf(text) : undefined))
      : [];
    const known = found.filter((network) => network !== undefined);
    if (known.length === 0 || known.length < found.length || found.length > FORGET_NETWORKS_MAX) {
      throw invalidParams(
        `networks: a list of 1 to ${FORGET_NETWORKS_MAX} addresses or networks was expected`,
      );
    }
    return asked.forget(known);
  });
}

/** The list that comes in parts: one at a time, of a bounded length. */
export class Uploads {
  private last = 0;
  private text: string | undefined;

  constructor(private readonly charactersMax = LIST_TEXT_MAX) {}

  /** @throws StrayError IMPORT_LOST, LIST_TOO_LONG */
  add(upload: number | undefined, text: string): { readonly number: number; readonly whole: string } {
    if (upload === undefined) {
      this.last++;
      this.text = "";
    } else if (upload !== this.last || this.text === undefined) {
      throw new StrayError("IMPORT_LOST", "another list was begun before this one was whole: begin again");
    }
    const whole = this.text + text;
    this.text = whole;
    if (whole.length > this.charactersMax) {
      this.text = undefined;
      throw new StrayError("LIST_TOO_LONG", `a list has at most ${this.charactersMax} characters`);
    }
    return { number: this.last, whole };
  }

  end(): void {
    this.text = undefined;
  }
}

function listParams(raw: Raw): {
  state: DarkChoice;
  network: Network | undefined;
  after: Address | undefined;
  limit: number;
} {
  const { state = "dark", network, after } = raw as DarkListParams;
  if (!DARK_CHOICES.includes(state))
    throw invalidParams(`state: one of ${DARK_CHOICES.join(", ")} was expected`);
  const found = typeof network === "string" ? networkOf(network) : undefined;
  if (network !== undefined && found === undefined)
    throw invalidParams("network: a network or an address was expected");
  const behind = typeof after === "string" ? addressOf(after) : undefined;
  if (after !== undefined && behind === undefined) throw invalidParams("after: an address was expected");
  const limit = wholeNumber(raw, "limit", 1, PAGE_RANGES_MAX) ?? PAGE_RANGES_MAX;
  return { state, network: found, after: behind, limit };
}

function members(params: unknown, known: readonly string[]): Raw {
  if (params === undefined || params === null) return {};
  if (typeof params !== "object" || Array.isArray(params))
    throw invalidParams("parameters by name were expected");
  const unknown = Object.keys(params).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalidParams(`no parameter of that name; there are ${known.join(", ")}`);
  return params as Raw;
}

function flag(raw: Raw, key: string): boolean {
  const { [key]: value = false } = raw;
  if (typeof value === "boolean") return value;
  throw invalidParams(`${key}: true or false was expected`);
}

function wholeNumber(raw: Raw, key: string, low: number, high: number): number | undefined {
  const { [key]: value } = raw;
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) return value;
  throw invalidParams(`${key}: a whole number from ${low} to ${high} was expected`);
}
