// What a line of a rule file that is no rule says: variables, classes, references, filters, lines of snort.conf.
// Apart from the reader of files because these lines change what later lines mean, and rules do not.
// Always holds: a line that is not understood is refused by name; what has no meaning here is told and passed over.

import type { Classification } from "../classifications.js";
import type { RulePlace } from "../model.js";
import { readAddresses } from "./addresses.js";
import { type Filter, readEventFilter, readSuppression } from "./filters.js";
import { ACTIONS, REFUSED_ACTIONS } from "./header.js";
import { wholeNumber } from "./numbers.js";
import { readPorts } from "./ports.js";
import { cannot, meant, type Problems, refuse, shown } from "./problems.js";
import { readable } from "./text.js";
import { VARIABLE_NAME, type Variables } from "./variables.js";

/** What statements add to. */
export interface Surroundings {
  readonly variables: Variables;
  readonly classifications: Map<string, Classification>;
  readonly references: Map<string, string>;
  readonly filters: Filter[];
  readonly problems: Problems;
}

const FILTERS_MAX = 100_000;
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const VARIABLE_WORDS = ["var", "ipvar", "portvar"];

/** Words of snort.conf that mean nothing to stray. */
const IGNORED: ReadonlySet<string> = new Set([
  "preprocessor",
  "output",
  "dynamicpreprocessor",
  "dynamicengine",
  "dynamicdetection",
  "dynamicoutput",
  "attribute_table",
  "file",
]);

const REFUSED: ReadonlyMap<string, string> = new Map([
  ["rate_filter", "stray changes no rule's action by rate; use detection_filter with drop or reject"],
  ["ruletype", "types of rules of one's own are not honoured; use the actions"],
  ["event_queue", "write the configuration in stray.yaml"],
]);

export const STATEMENT_WORDS: readonly string[] = [
  ...ACTIONS.keys(),
  ...VARIABLE_WORDS,
  "include",
  "config",
  "event_filter",
  "threshold",
  "suppress",
];

export function isRule(word: string): boolean {
  return ACTIONS.has(word.toLowerCase()) || (REFUSED_ACTIONS.has(word) && word !== "config");
}

/** Reads a statement that is neither a rule nor an include. */
export function readStatement(word: string, rest: string, place: RulePlace, into: Surroundings): void {
  if (VARIABLE_WORDS.includes(word)) readVariable(word, rest, place, into);
  else if (word === "config") readConfig(rest, place, into);
  else if (word === "event_filter" || word === "threshold") {
    addFilter(into, readEventFilter(word, rest, place));
  } else if (word === "suppress") addFilter(into, readSuppression(rest, place, into.variables));
  else if (REFUSED.has(word)) cannot(`${word}: ${REFUSED.get(word)}`);
  else if (IGNORED.has(word.replace(/:$/, ""))) {
    into.problems.warning(
      place,
      `${word} is ignored: it configures Snort, and stray is configured in stray.yaml`,
    );
  } else {
    refuse(
      `a rule or one of ${STATEMENT_WORDS.slice(ACTIONS.size).join(", ")}`,
      shown(word),
      meant(word, STATEMENT_WORDS),
    );
  }
}

function addFilter({ filters }: Surroundings, filter: Filter): void {
  if (filters.length === FILTERS_MAX) cannot(`there may be ${FILTERS_MAX} filters and suppressions`);
  filters.push(filter);
}

function readVariable(
  word: string,
  rest: string,
  place: RulePlace,
  { variables, problems }: Surroundings,
): void {
  const space = rest.search(/\s/);
  const name = space === -1 ? rest : rest.slice(0, space);
  const value = space === -1 ? "" : rest.slice(space).trim();
  if (!VARIABLE_NAME.test(name) || value === "") refuse(`${word} NAME VALUE`, shown(`${word} ${rest}`));
  if (!variables.define(name, value)) {
    problems.warningOnce(
      `variable ${name}`,
      place,
      `$${name} stays as the configuration has it, not ${shown(value)}`,
    );
    return;
  }
  // Now, so that the line that is wrong is told and not only the rules that use it.
  if (word === "ipvar") readAddresses(`$${name}`, variables);
  if (word === "portvar") readPorts(`$${name}`, variables);
}

function readConfig(rest: string, place: RulePlace, into: Surroundings): void {
  const colon = rest.indexOf(":");
  const key = (colon === -1 ? rest : rest.slice(0, colon)).trim();
  const value = colon === -1 ? "" : rest.slice(colon + 1).trim();
  if (key === "classification") readClassification(value, into);
  else if (key === "reference") readReference(value, into);
  else into.problems.warning(place, `config ${shown(key)} is ignored: stray is configured in stray.yaml`);
}

function readClassification(value: string, { classifications }: Surroundings): void {
  const first = value.indexOf(",");
  const last = value.lastIndexOf(",");
  const name = value.slice(0, Math.max(first, 0)).trim();
  if (first === last || !NAME.test(name)) refuse("config classification: NAME,WORDS,PRIORITY", shown(value));
  const description = readable(value.slice(first + 1, last).trim());
  const priority = wholeNumber("the priority of a classification", value.slice(last + 1).trim(), 1, 255);
  classifications.set(name, { description, priority });
}

function readReference(value: string, { references }: Surroundings): void {
  const space = value.search(/\s/);
  const system = (space === -1 ? value : value.slice(0, space)).toLowerCase();
  if (!NAME.test(system)) refuse("config reference: SYSTEM PREFIX", shown(value));
  references.set(system, space === -1 ? "" : readable(value.slice(space).trim()));
}
