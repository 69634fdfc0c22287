// The part of JSON Schema that the configuration's schema uses, and its own keywords.
// Apart so that the schema is only data, and what walks it (loader, default file, reference) shares one type.
// Always holds: a node is a section (properties), a list (items) or a value.

export interface Range {
  readonly min: number;
  readonly max: number;
  /** 0 is allowed besides, and this is what it means. */
  readonly zero?: string;
}

export type FormatName =
  | "account"
  | "endpoint"
  | "host"
  | "interface"
  | "network"
  | "path"
  | "rule-file"
  | "rule-variable"
  | "sensor-name"
  | "snmp-name"
  | "snmp-password"
  | "snmp-text"
  | "socket-path";

export interface SchemaNode {
  readonly type?: string | readonly string[];
  /** Sentences for the default file and the reference. */
  readonly description: string;
  /** Absent: the key has to be there. */
  readonly default?: unknown;
  /** For a default that depends on the machine or on another key: what it is, in words. */
  readonly defaultText?: string;
  readonly examples?: readonly unknown[];
  /** For a value that may be null (nothing): what that means. */
  readonly nullText?: string;
  /** Not shown by `stray config show`. */
  readonly secret?: true;
  readonly enum?: readonly (string | null)[];
  readonly format?: FormatName;
  /** What must be true of a text, in words; with `maxLength`. */
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  /** A duration with its unit; the range is in ms. */
  readonly duration?: Range;
  /** A size with its unit; the range is in bytes. */
  readonly size?: Range;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Keywords that only tell something; ajv is to let them pass. */
export const ANNOTATIONS = ["defaultText", "nullText", "secret"] as const;

/** Steps from the root: keys of sections, places in lists. */
export type KeyPath = readonly (string | number)[];

/** `export.ipfix[1].port` */
export function keyText(path: KeyPath): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
    .join("")
    .replace(/^\./, "");
}

/** The node that describes what is at `path`, or undefined. */
export function schemaAt(root: SchemaNode, path: KeyPath): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const step of path) {
    node = typeof step === "number" ? node?.items : own(node?.properties, step);
  }
  return node;
}

function own(properties: SchemaNode["properties"], key: string): SchemaNode | undefined {
  return properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
}
