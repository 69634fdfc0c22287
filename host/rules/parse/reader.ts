// Reads rule files one after the other, with what they include, and puts the rule set together.
// Apart from single rules and lines because it alone knows what was read before.
// Always holds: one file is read once; one bad line costs that line only; of a gid and sid one rule stays.

import path from "node:path";
import { CLASSIFICATIONS, type Classification, DEFAULT_PRIORITY } from "../classifications.js";
import { type Rule, type RulePlace, RuleRefusal, type RuleSet } from "../model.js";
import { REFERENCE_PREFIXES, referenceUrl } from "../references.js";
import { type Filter, limitsWith } from "./filters.js";
import { STATEMENT_MAX, statements } from "./lines.js";
import { cannot, Problems, refuse } from "./problems.js";
import { nameOf, type ReadRule, readRule } from "./rule.js";
import { readRuleFile } from "./rule-file.js";
import { isRule, readStatement, type Surroundings } from "./statements.js";
import { Variables } from "./variables.js";

export interface ParseOptions {
  /** HOME_NET and its like from the configuration; files can't change them. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Beyond the built-in ones; `config classification` lines can't change them. */
  readonly classifications?: Readonly<Record<string, Classification>>;
  /** Prefix by system, likewise. */
  readonly references?: Readonly<Record<string, string>>;
}

type PlacedRule = ReadRule & { readonly place: RulePlace };

const INCLUDE_DEPTH_MAX = 16;
const FILES_MAX = 10_000;
const FIRST_WORD = /^\S+/;

export class RuleReader {
  private readonly problems = new Problems();
  private readonly surroundings: Surroundings;
  private readonly rules = new Map<string, PlacedRule>();
  private readonly files: string[] = [];
  /** Files read so far by identity; true while one is being read. */
  private readonly seen = new Map<string, boolean>();

  constructor(private readonly options: ParseOptions = {}) {
    this.surroundings = {
      variables: new Variables(options.variables),
      classifications: new Map(CLASSIFICATIONS),
      references: new Map(REFERENCE_PREFIXES),
      filters: [] as Filter[],
      problems: this.problems,
    };
  }

  /** A file that the operator named. */
  readFile(file: string): void {
    this.guarded({ file, line: 1 }, "", () => this.open(file, { file, line: 1 }, 0));
  }

  /** Text of Latin-1 characters; includes are relative to `file`, and refused without one. */
  readText(text: string, file: string, depth: number, includes: boolean): void {
    for (const statement of statements(text)) {
      const place: RulePlace = { file, line: statement.line };
      if (statement.text === undefined) {
        this.problems.error(
          place,
          `the line is longer than ${STATEMENT_MAX} characters; a rule can't be that long`,
        );
        continue;
      }
      this.statement(statement.text, place, depth, includes);
    }
  }

  finish(): RuleSet {
    const { classifications, references, filters } = this.surroundings;
    for (const [name, known] of Object.entries(this.options.classifications ?? {}))
      classifications.set(name, known);
    for (const [system, prefix] of Object.entries(this.options.references ?? {}))
      references.set(system, prefix);
    const read = [...this.rules.values()];
    const limits = limitsWith(read, filters, this.problems);
    const rules = read.map((rule, index) => this.complete(rule, limits[index]!));
    return { rules, problems: this.problems.all(), files: this.files };
  }

  private statement(text: string, place: RulePlace, depth: number, includes: boolean): void {
    const word = FIRST_WORD.exec(text)![0];
    const rest = text.slice(word.length).trim();
    if (isRule(word)) this.rule(text, place);
    else {
      this.guarded(place, text, () => {
        if (word !== "include") readStatement(word, rest, place, this.surroundings);
        else if (includes) this.include(rest, place, depth);
        else cannot("include is for files; this text is none");
      });
    }
  }

  private rule(text: string, place: RulePlace): void {
    try {
      const { rule, warnings } = readRule(text, this.surroundings.variables);
      for (const warning of warnings) this.problems.warning(place, warning, namesOf(rule));
      this.keep({ ...rule, place });
    } catch (error) {
      if (!(error instanceof RuleRefusal)) throw error;
      this.problems.error(place, error, () => nameOf(text));
    }
  }

  /** The higher revision stays, of equal ones the first. */
  private keep(rule: PlacedRule): void {
    const key = `${rule.gid}:${rule.sid}`;
    const before = this.rules.get(key);
    if (before === undefined) {
      this.rules.set(key, rule);
      return;
    }
    const [stays, goes] = rule.rev > before.rev ? [rule, before] : [before, rule];
    this.rules.delete(key);
    this.rules.set(key, stays);
    const where = `${stays.place.file}:${stays.place.line}`;
    const reason = `gid ${rule.gid} sid ${rule.sid} rev ${goes.rev} is not in force: ${where} has rev ${stays.rev}`;
    this.problems.warning(goes.place, reason, namesOf(goes));
  }

  private include(text: string, place: RulePlace, depth: number): void {
    const name = text.replace(/^"(.*)"$/, "$1");
    if (name === "") refuse("include FILE", "include alone");
    if (depth >= INCLUDE_DEPTH_MAX)
      cannot(`files may include each other ${INCLUDE_DEPTH_MAX} deep; this is deeper`);
    const expanded = Buffer.from(this.surroundings.variables.expandPath(name), "latin1").toString("utf8");
    const file = path.isAbsolute(expanded) ? expanded : path.join(path.dirname(place.file), expanded);
    this.open(file, place, depth + 1);
  }

  private open(file: string, place: RulePlace, depth: number): void {
    if (this.files.length >= FILES_MAX)
      cannot(`there may be ${FILES_MAX} rule files; ${file} is one too many`);
    const { identity, text } = readRuleFile(file);
    const state = this.seen.get(identity);
    if (state === true) cannot(`${file} includes itself, through the files between; take one include out`);
    if (state === false) {
      this.problems.warning(place, `${file} was read before and is not read again`);
      return;
    }
    this.seen.set(identity, true);
    this.files.push(file);
    this.readText(text, file, depth, true);
    this.seen.set(identity, false);
  }

  private guarded(place: RulePlace, text: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof RuleRefusal)) throw error;
      this.problems.error(place, error, () => nameOf(text));
    }
  }

  private complete(rule: PlacedRule, limits: Rule["limits"]): Rule {
    const { classtype } = rule;
    const known = classtype === undefined ? undefined : this.surroundings.classifications.get(classtype);
    if (classtype !== undefined && known === undefined) {
      const reason = `the classtype "${classtype}" is not known; its rules have priority ${DEFAULT_PRIORITY} unless they say`;
      this.problems.warningOnce(`class ${classtype}`, rule.place, reason, namesOf(rule));
    }
    return {
      ...rule,
      ...(known === undefined ? {} : { classification: known.description }),
      priority: rule.priority ?? known?.priority ?? DEFAULT_PRIORITY,
      references: rule.references.map(({ system, id }) => this.reference(rule, system, id)),
      limits,
    };
  }

  private reference(rule: PlacedRule, system: string, id: string): Rule["references"][number] {
    const { references } = this.surroundings;
    if (!references.has(system)) {
      const reason = `references to "${system}" have no address: add a line config reference: ${system} PREFIX`;
      this.problems.warningOnce(`reference ${system}`, rule.place, reason, namesOf(rule));
    }
    const url = referenceUrl(system, id, references);
    return url === undefined ? { system, id } : { system, id, url };
  }
}

function namesOf({ sid, message }: ReadRule): { sid: number; message?: string } {
  return message === "" ? { sid } : { sid, message };
}
