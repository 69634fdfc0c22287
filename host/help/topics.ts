// What each finding, cause, error code, counter and configuration key means, and what to do: the texts of `stray help NAME`.
// Apart from how they are printed. They come from the tables that the documents are made from.
// Always holds: every name of those tables is found, and told by the same words as in the documents.

import { CAUSE_WORDS, CAUSES_IN_ORDER } from "../cause/names.js";
import { WEIGHTS } from "../cause/weights.js";
import { defaultOf, keyRows } from "../config/key-rows.js";
import { COUNTER_WORDS, type CounterScope } from "../metrics/counter-help.js";
import { metricOf } from "../metrics/families.js";
import { FINDING_TABLE, type FindingEntry, THRESHOLDS } from "../record/finding-table.js";
import { ERROR_TABLE, errorEntry } from "./error-table.js";
import type { Topic } from "./topic-names.js";

export interface HelpEntry {
  readonly kind: "finding" | "cause" | "error" | "counter" | "key";
  readonly name: string;
  /** One sentence. */
  readonly meaning: string;
  readonly sections: readonly { readonly title: string; readonly lines: readonly string[] }[];
}

const SCOPE_WORDS: Readonly<Record<CounterScope, string>> = {
  sensor: "of the whole sensor",
  worker: "of each worker",
  interface: "of each interface and worker",
  sink: "of each output",
  control: "of the control socket",
  gauge: "just now, of the whole sensor",
};

const NEEDS_WORDS: Readonly<Record<FindingEntry["needs"], string>> = {
  nothing: "always",
  detection: "with detection.enabled",
  inspection: "with inspection.enabled",
  rules: "with inspection.enabled and rules",
};

/** All entries of a topic, in the order of their table. */
export function topicEntries(topic: Topic): readonly HelpEntry[] {
  switch (topic) {
    case "findings":
      return FINDING_TABLE.map(findingEntry);
    case "causes":
      return CAUSES_IN_ORDER.map(causeEntry);
    case "errors":
      return ERROR_TABLE.map(({ code }) => errorHelp(code, code));
    case "counters":
    case "metrics":
      return counterEntries();
    case "keys":
      return keyEntries();
    default:
      return [];
  }
}

/** Everything that is called so; the case of letters does not matter. */
export function entriesNamed(name: string): readonly HelpEntry[] {
  const wanted = name.toLowerCase();
  const all = (["findings", "causes", "errors", "counters", "keys"] as const).flatMap(topicEntries);
  const found = all.filter(
    (entry) => entry.name.toLowerCase() === wanted || metricsOf(entry).includes(wanted),
  );
  if (found.length > 0) return found;
  const error = errorEntry(name.toUpperCase());
  return error === undefined ? [] : [errorHelp(name.toUpperCase(), error.code)];
}

/** Names near to one that is none. */
export function namesLike(name: string): readonly string[] {
  const wanted = name.toLowerCase();
  const names = (["findings", "causes", "errors", "counters", "keys"] as const).flatMap((topic) =>
    topicEntries(topic).map((entry) => entry.name),
  );
  return [...new Set(names)].filter((candidate) => candidate.toLowerCase().includes(wanted)).slice(0, 12);
}

function findingEntry(entry: FindingEntry): HelpEntry {
  const { name, meaning, needs, places, required, excluded, thresholds, evidence, advice } = entry;
  const limits = thresholds.map(([key, unit, what]) => `${key}: ${THRESHOLDS[key]} ${unit} ${what}`);
  return {
    kind: "finding",
    name,
    meaning,
    sections: sections([
      ["Raised", [`${NEEDS_WORDS[needs]}: ${places.join(", ")}`]],
      ["All of it must hold", required],
      ["None of it may", excluded],
      ["Thresholds", limits],
      ["Fields to look at", [evidence.join(" ")]],
      ["What to do", [advice]],
      ["See", ["docs/findings.md"]],
    ]),
  };
}

function causeEntry(name: (typeof CAUSES_IN_ORDER)[number]): HelpEntry {
  const { meaning } = CAUSE_WORDS[name];
  const weights = WEIGHTS.filter(({ cause }) => cause === name);
  const told = (isFor: boolean) =>
    weights
      .filter(({ weight }) => (isFor ? weight > 0 : weight < 0))
      .map(({ key, weight, reason }) => `${key} (${weight > 0 ? "+" : ""}${weight}): ${reason}`);
  return {
    kind: "cause",
    name,
    meaning: `${meaning[0]?.toUpperCase()}${meaning.slice(1)}.`,
    sections: sections([
      ["What speaks for it", told(true)],
      ["What speaks against it", told(false)],
      ["What to do", ["stray report and stray incidents report end with what to check for the case at hand"]],
      ["See", ["docs/causes.md"]],
    ]),
  };
}

function errorHelp(shown: string, code: string): HelpEntry {
  const entry = errorEntry(code);
  return {
    kind: "error",
    name: shown,
    meaning: entry?.meaning ?? "",
    sections: sections([
      ["What to do", [entry?.advice ?? ""]],
      ["See", ["docs/errors.md"]],
    ]),
  };
}

function counterEntries(): readonly HelpEntry[] {
  const scopes = Object.keys(COUNTER_WORDS) as CounterScope[];
  const places = new Map<string, { help: string; scope: CounterScope }[]>();
  for (const scope of scopes) {
    for (const { name, help } of COUNTER_WORDS[scope]) {
      places.set(name, [...(places.get(name) ?? []), { help, scope }]);
    }
  }
  return [...places].map(([name, found]) => ({
    kind: "counter",
    name,
    meaning: capital(found[0]?.help ?? ""),
    sections: sections([
      ["Where", found.map(({ scope, help }) => `${SCOPE_WORDS[scope]}: ${help}`)],
      ["As a metric", found.map(({ scope }) => seriesText(scope, name))],
      ["See", ["docs/counters.md"]],
    ]),
  }));
}

/** `stray_findings_total{finding="one-way"}` */
export function seriesText(scope: CounterScope, counter: string): string {
  const { name, labels } = metricOf(scope, counter);
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`;
}

function metricsOf({ kind, sections: parts }: HelpEntry): readonly string[] {
  if (kind !== "counter") return [];
  return parts.filter(({ title }) => title === "As a metric").flatMap(({ lines }) => lines);
}

function keyEntries(): readonly HelpEntry[] {
  return keyRows().map((row) => ({
    kind: "key",
    name: row.key,
    meaning: row.meaning,
    sections: sections([
      ["Takes", [row.takes]],
      ["Default", [defaultOf(row)]],
      ["See", ["docs/configuration.md"]],
    ]),
  }));
}

function capital(text: string): string {
  return text === "" ? "" : `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

function sections(
  parts: readonly (readonly [title: string, lines: readonly string[]])[],
): HelpEntry["sections"] {
  return parts
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => ({ title, lines: lines.map((line) => line.replaceAll("`", "")) }));
}
