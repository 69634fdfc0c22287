// Holds data against a schema with ajv and says what is wrong where: a configuration's, and a board profile's.
// Apart from the loaders because ajv's errors are turned into ours here and nowhere else.
// Always holds: one problem a key; defaults are filled in where a key is absent; what ajv calls an error it never
// swallows, whatever its kind.

import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { parseEndpoint } from "./endpoint.js";
import { expectedText, foundText, keysText, valueHint } from "./expected.js";
import {
  isAccount,
  isHost,
  isInterfaceName,
  isNetwork,
  isPath,
  isRuleFile,
  isRuleVariable,
  isSensorName,
  isSnmpName,
  isSnmpPassword,
  isSnmpText,
  isSocketPath,
} from "./names.js";
import { CONFIG_SCHEMA } from "./schema.js";
import {
  ANNOTATIONS,
  type FormatName,
  type KeyPath,
  keyText,
  type Range,
  type SchemaNode,
  schemaAt,
} from "./schema-types.js";
import { nearest } from "./suggest.js";
import { parseDuration, parseSize } from "./units.js";

/** A problem whose place in the text is still to be found. */
export interface Finding {
  readonly path: KeyPath;
  /** The key itself is wrong, not its value. */
  readonly isKey: boolean;
  readonly expected: string;
  readonly found: string;
  readonly hint: string | undefined;
}

const FORMATS: Readonly<Record<FormatName, (text: string) => boolean>> = {
  account: isAccount,
  endpoint: (text) => parseEndpoint(text, 1) !== undefined,
  host: isHost,
  interface: isInterfaceName,
  network: isNetwork,
  path: isPath,
  "rule-file": isRuleFile,
  "rule-variable": isRuleVariable,
  "sensor-name": isSensorName,
  "snmp-name": isSnmpName,
  "snmp-password": isSnmpPassword,
  "snmp-text": isSnmpText,
  "socket-path": isSocketPath,
};

/** Fills defaults into data and answers what is wrong with it. */
export type Validator = (data: unknown) => Finding[];

/** For a configuration. */
export const validate: Validator = validatorOf(CONFIG_SCHEMA);

/** A validator for one schema, which is compiled when it is first asked. */
export function validatorOf(schema: SchemaNode): Validator {
  let compiled: ValidateFunction | undefined;
  return (data) => {
    compiled ??= compile(schema);
    if (compiled(data)) return [];
    const findings = new Map<string, Finding>();
    for (const error of compiled.errors ?? []) {
      const finding = findingOf(error, schema);
      const id = JSON.stringify(finding.path);
      if (!findings.has(id)) findings.set(id, finding);
    }
    return [...findings.values()];
  };
}

function compile(schema: SchemaNode): ValidateFunction {
  const ajv = new Ajv({ allErrors: true, verbose: true, useDefaults: true, allowUnionTypes: true });
  for (const [name, test] of Object.entries(FORMATS)) ajv.addFormat(name, test);
  ajv.addVocabulary([...ANNOTATIONS]);
  ajv.addKeyword({ keyword: "duration", validate: quantity(parseDuration), errors: false });
  ajv.addKeyword({ keyword: "size", validate: quantity(parseSize), errors: false });
  return ajv.compile(schema);
}

function quantity(parse: (text: string) => number | undefined) {
  return ({ min, max, zero }: Range, data: unknown, parent?: SchemaNode): boolean => {
    if (data === null) return parent?.default === null;
    if (typeof data !== "string" && data !== 0) return false;
    const value = parse(String(data));
    if (value === 0 && zero !== undefined) return true;
    return value !== undefined && value >= min && value <= max;
  };
}

function findingOf(error: ErrorObject, root: SchemaNode): Finding {
  const path = pathOf(error.instancePath);
  const node = error.parentSchema as unknown as SchemaNode;
  const { additionalProperty, missingProperty } = error.params as Record<string, string | undefined>;
  if (additionalProperty !== undefined) return unknownKey(root, path, node, additionalProperty);
  if (missingProperty !== undefined) {
    const wanted = schemaAt(node, [missingProperty]);
    const expected = wanted ? expectedText(wanted) : "a value";
    return { path: [...path, missingProperty], isKey: false, expected, found: "nothing", hint: undefined };
  }
  const choices = node.enum?.map(String) ?? [];
  const meant = typeof error.data === "string" ? nearest(error.data, choices) : undefined;
  return {
    path,
    isKey: false,
    expected: expectedText(node),
    found: foundIn(node, error.data),
    hint: meant === undefined ? valueHint(node, error.data) : `did you mean ${meant}?`,
  };
}

function foundIn(node: SchemaNode, value: unknown): string {
  return node.secret && value !== null ? "something else (it is not shown)" : foundText(value);
}

function unknownKey(root: SchemaNode, path: KeyPath, section: SchemaNode, key: string): Finding {
  const near = nearest(key, Object.keys(section.properties ?? {}));
  const meant = near ?? elsewhere(root, key);
  return {
    path: [...path, key],
    isKey: true,
    expected: path.length === 0 ? `one of the sections ${keysText(section)}` : `one of ${keysText(section)}`,
    found: foundText(key),
    hint: meant === undefined ? undefined : `did you mean ${meant}?`,
  };
}

/** The dotted name of a key that is known in another section. */
function elsewhere(root: SchemaNode, key: string): string | undefined {
  const names = allKeys(root, []);
  return names.find((name) => name.split(".").at(-1) === key);
}

function allKeys(node: SchemaNode, path: KeyPath): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const own = [...path, key];
    return [keyText(own), ...allKeys(child, own)];
  });
}

/** RFC 6901: `/export/ipfix/1/port`. Digits are places: no key of ours is a number. */
function pathOf(pointer: string): KeyPath {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
