// Reads the YAML of a configuration (YAML 1.2, core schema) into plain data that knows where each key stands.
// Apart from the schema because everything here is about the text, nothing about what it means.
// Always holds: whatever the text, reading ends soon: its nesting and its aliases are bounded before anything
// recursive sees them (source.ts bounds its length); a tag, a directive or a second document is an error, not a surprise.

import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  visit,
  type YAMLError,
} from "yaml";
import type { Place } from "./problem.js";
import type { KeyPath } from "./schema-types.js";
import { yamlProblem } from "./yaml-problem.js";

/** Of the parser's own stack, which takes two or three places a level of nesting. */
const NESTING_MAX = 40;
const ALIASES_MAX = 50;
/** Words, marks, blanks and line feeds: the default file has 500. What checks for repeated keys is quadratic. */
const LEXEMES_MAX = 16_384;

export interface TextProblem {
  readonly place: Place;
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
}

export interface YamlText {
  /** The text as data, or undefined when there are problems. An empty file is null. */
  readonly data: unknown;
  readonly problems: readonly TextProblem[];
  /** Where the value at `path` stands, or the nearest that there is above it. */
  placeOf(path: KeyPath): Place;
  /** Where the last key of `path` itself stands. */
  placeOfKey(path: KeyPath): Place;
}

export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const at = (offset: number): Place => placeAt(lines, offset);
  const fail = (problems: readonly TextProblem[]): YamlText => {
    const start = { line: 1, column: 1 };
    return { data: undefined, problems, placeOf: () => start, placeOfKey: () => start };
  };
  const composed = compose(text, lines);
  if ("excess" in composed) {
    const { excess, offset } = composed;
    return fail([{ place: at(offset), expected: excess, found: "far more" }]);
  }
  const { document } = composed;
  const faults = firstOfEachLine(
    [...document.errors, ...document.warnings].map((error) => fault(error, text, at)),
  );
  const problems = [...faults, ...declared(document), ...badAliases(document, at)];
  if (problems.length > 0) return fail(problems);
  const data = plainData(document);
  if (data === undefined) {
    return fail([{ place: at(0), expected: "aliases that come to little text", found: "far more" }]);
  }
  return {
    data: data.value,
    problems: [],
    placeOf: (path) => at(offsetOf(document, path, false)),
    placeOfKey: (path) => at(offsetOf(document, path, true)),
  };
}

type Composed = { readonly document: Document.Parsed } | { readonly excess: string; readonly offset: number };

/** The first document, or where it became too much for what comes behind, which recurs. */
function compose(text: string, lines: LineCounter): Composed {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    const { offset } = parser;
    if (parser.stack.length > NESTING_MAX)
      return { excess: "sections and lists only a few levels deep", offset };
    if (++lexemes > LEXEMES_MAX) return { excess: "a few hundred keys and values", offset };
  }
  tokens.push(...parser.end());
  const composer = new Composer({ stringKeys: true, resolveKnownTags: false, prettyErrors: false });
  let first: Document.Parsed | undefined;
  for (const document of composer.compose(tokens, true, text.length)) {
    if (first === undefined) first = document as Document.Parsed;
    else first.errors.push(secondDocument(document.range[0]));
    if (first.errors.length > 0) break;
  }
  return { document: first as Document.Parsed };
}

function secondDocument(offset: number): YAMLError {
  return { code: "MULTIPLE_DOCS", pos: [offset, offset + 1], message: "" } as YAMLError;
}

function fault(error: YAMLError, text: string, at: (offset: number) => Place): TextProblem {
  return { place: at(error.pos[0]), ...yamlProblem(error, text) };
}

/** What follows on a line is mostly the first fault once more, in other words. */
function firstOfEachLine(problems: readonly TextProblem[]): TextProblem[] {
  const lines = new Set<number>();
  return problems.filter(({ place: { line } }) => !lines.has(line) && lines.add(line));
}

function declared(document: Document.Parsed): TextProblem[] {
  const version = document.directives.yaml.version;
  if (version === "1.2") return [];
  return [{ place: { line: 1, column: 1 }, expected: "YAML 1.2", found: `%YAML ${version}` }];
}

function badAliases(document: Document.Parsed, at: (offset: number) => Place): TextProblem[] {
  const problems: TextProblem[] = [];
  let count = 0;
  visit(document, {
    Alias(_key, node, ancestors) {
      count++;
      const place = at(node.range?.[0] ?? 0);
      const target = node.resolve(document);
      if (target === undefined) {
        problems.push({ place, expected: `an anchor (&${node.source}) above its alias`, found: "none" });
      } else if (ancestors.includes(target)) {
        problems.push({ place, expected: "an alias outside its own anchor", found: `*${node.source}` });
      } else if (count === ALIASES_MAX + 1) {
        problems.push({ place, expected: `at most ${ALIASES_MAX} aliases (*name)`, found: "one more" });
      }
      // Resolving looks through the document: enough is enough.
      return count > ALIASES_MAX ? visit.BREAK : undefined;
    },
  });
  return problems;
}

/** The document as plain data; undefined when aliases of aliases would blow it up. */
function plainData(document: Document.Parsed): { value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    // So the library says it.
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

function offsetOf(document: Document.Parsed, path: KeyPath, wantsKey: boolean): number {
  let node: Node | null = resolved(document, document.contents);
  let offset = node?.range?.[0] ?? 0;
  path.forEach((step, index) => {
    const [key, value] = stepInto(node, step);
    const isLast = index === path.length - 1;
    const target: Node | null = isLast && wantsKey ? (key ?? value) : (value ?? key);
    // A value that is not there has the place where it could be: its key's is clearer.
    const shown = isScalar(target) && target.source === "" && key ? key : target;
    offset = shown?.range?.[0] ?? offset;
    node = resolved(document, value);
  });
  return offset;
}

function stepInto(node: Node | null, step: string | number): [key: Node | null, value: Node | null] {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return [isNode(pair?.key) ? pair.key : null, isNode(pair?.value) ? pair.value : null];
  }
  if (!isSeq(node) || typeof step !== "number") return [null, null];
  const item = node.items[step];
  return [null, isNode(item) ? item : null];
}

function resolved(document: Document.Parsed, node: Node | null): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return line === 0 ? { line: 1, column: 1 } : { line, column: col };
}
