// docs/configuration.md, made from the schema.
// Apart from the default file because a page has room for what a comment has not.
// Always holds: the page in docs/ is this text, held by a test: `STRAY_UPDATE=1 npx vitest run test/host/config`
// writes it anew.

import { sentence, shownValue, valueText } from "./default-text.js";
import { expectedText } from "./expected.js";
import { CONFIG_PATH } from "./paths.js";
import { CONFIG_SCHEMA } from "./schema.js";
import type { SchemaNode } from "./schema-types.js";

const HEAD = `# Configuration

\`stray run\` reads \`${CONFIG_PATH}\`, or the file given by \`-c\`. This page is made from the schema that the file is
checked with (\`host/config/schema.ts\`).

\`\`\`
stray config default > ${CONFIG_PATH}      # every key with its meaning, to begin with
stray config check                                # all problems, each with line, column, key, expected and found
stray config show                                 # what takes effect, what is not as by default marked
stray reload                                      # applies the file whole, or keeps the old configuration
\`\`\`

## The file

YAML 1.2, at most 64KiB and some thousand words. Only \`capture.interfaces\` has to be there:

\`\`\`yaml
capture:
  interfaces: [eth0]
\`\`\`

- A key that is not on this page is an error, and so is one that stands twice. Tags (\`!name\`), directives (\`%\`), merge
  keys (\`<<\`) and a second document are errors; at most 50 aliases.
- **Durations** are a number and \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`: \`500ms\`, \`1.5s\`, \`90m\`. They come to whole
  milliseconds.
- **Sizes** are a number and \`B\`, \`KiB\`, \`MiB\`, \`GiB\`, \`TiB\`, or in thousands \`kB\`, \`MB\`, \`GB\`, \`TB\`. They come to
  whole bytes.
- A bare number has no unit and is an error where one is needed; only 0 needs none.
- A section or a list without anything in it is as if it were not there; a value without anything is \`null\`.

Problems are told all at once, each in one line on standard error:

\`\`\`
stray: ${CONFIG_PATH}:12:9: capture.mode: expected one of auto, mapped, copy; found "zero"
\`\`\`

An option of \`stray run\` goes before the key of the file, is held to the same rules, and stays in force over reloads.
`;

const TAIL = `
## What must fit together

- \`capture.interfaces\`: each once. All rings of one worker, \`capture.ring\` times the interfaces, come to 128MiB at
  most; a ring is a whole number of MiB.
- With \`inline.mode\` inline or simulate, \`capture.interfaces\` are two, \`capture.workers\` is 1, \`capture.filter\` is
  empty, \`capture.promiscuous\` is true, \`capture.snaplen\` is 65535 or more and \`capture.mode\` is not copy. Each
  interface has two rings of \`capture.ring\` then, one to receive into and one to send from.
- \`store.quota\` is more than \`store.rotate.size\`, the quotas of \`alerts.log\` and \`alerts.evidence\` more than their
  \`size\`.
- \`sensor.home\`, \`detection.used\` and \`detection.unused\` come to 256 networks at most; none is in both lists.
- \`rules.files\`: each once. \`alerts.full\`, \`alerts.fast\`, \`export.eve.file\`, \`control.audit\` and \`metrics.file\`
  are files of their own.
- \`export.ipfix\`, \`export.syslog\`: each receiver once. \`export.syslog[].target\` is a socket's path with
  \`transport: unix\`, and a host with \`udp\` and \`tcp\`.
- With \`snmp.listen\` there are \`snmp.users\` or \`snmp.communities\`; addresses, communities and users each once.
  \`snmp.notify\`: each receiver once, with a \`community\` for version v2c, and for v3 with a \`user\` that is one of
  \`snmp.users\`.
- \`metrics.listen\` is a loopback address.

## Warnings

A warning stops nothing. There is one where flow records or alerts go nowhere, where rules are named but not looked
for, where the sensor may need more memory than the machine has to give (rules counted twice, since new ones are laid
beside those in force), where \`capture.snaplen\` is shorter than headers can be, and where a file or a folder lies in
the folder of the store, of the alerts' log, of the evidence, of incidents or of detection. \`stray config check --strict\` ends with exit status 1
for them.
`;

export function configurationReference(): string {
  const sections = Object.entries(CONFIG_SCHEMA.properties ?? {});
  return HEAD + sections.map(([key, node]) => sectionText(key, node, "##")).join("") + TAIL;
}

function sectionText(name: string, node: SchemaNode, mark: string): string {
  const keys = Object.entries(node.properties ?? {}).flatMap(([key, child]) => rows(key, child, node));
  const inner = Object.entries(node.properties ?? {}).map(([key, child]) =>
    innerText(`${name}.${key}`, child),
  );
  const table = ["| Key | Meaning | Takes | Default |", "| --- | --- | --- | --- |", ...keys].join("\n");
  return `\n${mark} ${name}\n\n${node.description}\n\n${table}\n${inner.join("")}`;
}

/** A section's keys stand in the table of the section around it, unless they are a list's or may be left out whole. */
function rows(key: string, node: SchemaNode, parent: SchemaNode): string[] {
  if (node.type === "object") {
    return Object.entries(node.properties ?? {}).flatMap(([inner, child]) =>
      rows(`${key}.${inner}`, child, node),
    );
  }
  const last = key.split(".").at(-1) ?? key;
  const isRequired = parent.required?.includes(last) === true;
  return [`| \`${key}\` | ${meaningText(node)} | ${takesText(node)} | ${defaultText(node, isRequired)} |`];
}

function innerText(name: string, node: SchemaNode): string {
  if (node.items?.properties) return sectionText(`${name}[]`, node.items, "###");
  return node.properties && node.type !== "object" ? sectionText(name, node, "###") : "";
}

function meaningText({ description, nullText, default: value }: SchemaNode): string {
  const isNullSpecial = nullText !== undefined && value !== null;
  return isNullSpecial ? `${description} \`null\`: ${nullText}.` : description;
}

function takesText(node: SchemaNode): string {
  if (node.items?.properties) return `${expectedText(node)}, below`;
  return node.properties ? "a section, below" : expectedText(node);
}

function defaultText(node: SchemaNode, isRequired: boolean): string {
  if (isRequired) return `has to be there, e.g. \`${valueText(shownValue(node))}\``;
  if (node.default === null) return sentence(node.defaultText ?? node.nullText ?? "none");
  return `\`${valueText(node.default)}\``;
}
