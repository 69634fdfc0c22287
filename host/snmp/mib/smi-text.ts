// STRAY-MIB as text, in SMIv2 (RFC 2578 to 2580): what monitoring systems read.
// Apart from the definition because here is a notation, and nothing of what the objects mean.
// Always holds: packaging/mibs/STRAY-MIB.txt is this text, held by a test (`STRAY_UPDATE=1 npx vitest run test/host/snmp`
// writes it anew); it imports from SNMPv2-SMI, SNMPv2-TC and SNMPv2-CONF only, which every system has.

import type { Oid } from "../oid.js";
import { ENTERPRISE_ARC, ENTERPRISE_NUMBER, MIB_ARC } from "./arcs.js";
import {
  type At,
  COMPLIANCES_ARC,
  NODES,
  NOTICES,
  NOTIFICATION_GROUP,
  NOTIFICATIONS_AT,
  OBJECT_GROUPS,
  SECTIONS,
  type TableAt,
} from "./definition.js";
import { REVISIONS } from "./revisions.js";
import type { NotificationDef, ObjectDef, Syntax } from "./types.js";

const WIDTH = 78;
const FROM_SMI = ["Counter32", "Counter64", "Gauge32", "Integer32", "TimeTicks", "Unsigned32"] as const;
const FROM_TC = ["DateAndTime", "DisplayString", "TruthValue"] as const;

export function mibText(): string {
  const objects = SECTIONS.flatMap(({ def, scalars, tables }) => [
    `-- ${def.title}\n`,
    ...scalars.map((scalar) => objectText(scalar, "read-only")),
    ...tables.flatMap(tableText),
  ]);
  return [
    `STRAY-MIB DEFINITIONS ::= BEGIN\n`,
    imports(),
    identity(),
    NODES.slice(1)
      .map(({ name, oid }) => `${name.padEnd(20)} OBJECT IDENTIFIER ::= ${place(oid)}`)
      .join("\n"),
    "",
    ...objects,
    "-- What only notifications carry\n",
    ...NOTICES.map((object) => objectText(object, "accessible-for-notify")),
    "-- Notifications\n",
    ...NOTIFICATIONS_AT.map(notificationText),
    "-- Conformance\n",
    complianceText(),
    ...OBJECT_GROUPS.map((group) => groupText("OBJECT-GROUP", "OBJECTS", group)),
    groupText("NOTIFICATION-GROUP", "NOTIFICATIONS", NOTIFICATION_GROUP),
    "END\n",
  ].join("\n");
}

function imports(): string {
  const used = new Set<string>(
    [
      ...SECTIONS.flatMap(({ scalars, tables }) => [...scalars, ...tables.flatMap(({ columns }) => columns)]),
      ...NOTICES,
    ].map(({ def }) => def.syntax.word),
  );
  // Indices.
  used.add("Integer32");
  const smi = [
    "MODULE-IDENTITY",
    "OBJECT-TYPE",
    "NOTIFICATION-TYPE",
    ...FROM_SMI.filter((it) => used.has(it)),
    "enterprises",
  ];
  return [
    "IMPORTS",
    `${wrapped(smi, "    ")}`,
    "        FROM SNMPv2-SMI",
    `${wrapped(
      FROM_TC.filter((it) => used.has(it)),
      "    ",
    )}`,
    "        FROM SNMPv2-TC",
    "    MODULE-COMPLIANCE, OBJECT-GROUP, NOTIFICATION-GROUP",
    "        FROM SNMPv2-CONF;",
    "",
  ].join("\n");
}

function identity(): string {
  const [latest] = REVISIONS;
  const about =
    "What a sensor of stray tells of itself: flows, findings, causes, incidents, rules, its place in the wire, and " +
    `every counter. The number ${ENTERPRISE_NUMBER} is that of RFC 5612, for documentation and examples: stray has no ` +
    "number of its own yet, and this module moves when it has one.";
  return [
    "strayMIB MODULE-IDENTITY",
    `    LAST-UPDATED "${latest!.date}"`,
    '    ORGANIZATION "stray"',
    '    CONTACT-INFO "See the project stray."',
    `    DESCRIPTION\n${quoted(about)}`,
    ...REVISIONS.flatMap(({ date, text }) => [`    REVISION "${date}"`, `    DESCRIPTION\n${quoted(text)}`]),
    `    ::= ${place(MIB_ARC)}`,
    "",
  ].join("\n");
}

type Access = "read-only" | "accessible-for-notify";

function objectText(
  { def, oid }: At<Pick<ObjectDef<never>, "name" | "syntax" | "units" | "description">>,
  access: Access,
): string {
  return [
    `${def.name} OBJECT-TYPE`,
    `    SYNTAX      ${syntaxText(def.syntax)}`,
    ...(def.units === undefined ? [] : [`    UNITS       "${def.units}"`]),
    `    MAX-ACCESS  ${access}`,
    "    STATUS      current",
    `    DESCRIPTION\n${quoted(def.description)}`,
    `    ::= ${place(oid)}`,
    "",
  ].join("\n");
}

function tableText({ def, oid, entry, indices, columns }: TableAt): string[] {
  const sequence = `${def.name[0]!.toUpperCase()}${def.name.slice(1)}Entry`;
  const members = [
    ...indices.map((index) => [index.def.name, "Integer32"] as const),
    ...columns.map((column) => [column.def.name, column.def.syntax.word] as const),
  ];
  const head = (name: string, syntax: string, description: string, tail: string) =>
    [
      `${name} OBJECT-TYPE`,
      `    SYNTAX      ${syntax}`,
      "    MAX-ACCESS  not-accessible",
      "    STATUS      current",
      `    DESCRIPTION\n${quoted(description)}`,
      tail,
      "",
    ].join("\n");
  return [
    head(`${def.name}Table`, `SEQUENCE OF ${sequence}`, def.description, `    ::= ${place(oid)}`),
    head(
      `${def.name}Entry`,
      sequence,
      def.row,
      `    INDEX       { ${indices.map((index) => index.def.name).join(", ")} }\n    ::= ${place(entry)}`,
    ),
    `${sequence} ::= SEQUENCE {\n${members.map(([name, word]) => `    ${name.padEnd(30)} ${word}`).join(",\n")}\n}\n`,
    ...indices.map((index) =>
      head(index.def.name, "Integer32 (1..2147483647)", index.def.description, `    ::= ${place(index.oid)}`),
    ),
    ...columns.map((column) => objectText(column, "read-only")),
  ];
}

function notificationText({ def, oid }: At<NotificationDef>): string {
  return [
    `${def.name} NOTIFICATION-TYPE`,
    `    OBJECTS     { ${wrapped(def.objects, " ".repeat(18)).trimStart()} }`,
    "    STATUS      current",
    `    DESCRIPTION\n${quoted(def.description)}`,
    `    ::= ${place(oid)}`,
    "",
  ].join("\n");
}

function complianceText(): string {
  const groups = [...OBJECT_GROUPS, NOTIFICATION_GROUP].map(({ name }) => name);
  return [
    "strayCompliance MODULE-COMPLIANCE",
    "    STATUS      current",
    `    DESCRIPTION\n${quoted("What an agent of stray has: all of it.")}`,
    "    MODULE      -- this module",
    `    MANDATORY-GROUPS {\n${wrapped(groups, "        ")}\n    }`,
    `    ::= ${place([...COMPLIANCES_ARC, 1])}`,
    "",
  ].join("\n");
}

function groupText(
  macro: string,
  clause: string,
  { name, oid, members, description }: (typeof OBJECT_GROUPS)[number],
): string {
  return [
    `${name} ${macro}`,
    `    ${clause} {\n${wrapped(members, "        ")}\n    }`,
    "    STATUS      current",
    `    DESCRIPTION\n${quoted(description)}`,
    `    ::= ${place(oid)}`,
    "",
  ].join("\n");
}

function syntaxText({ word, range, labels }: Syntax): string {
  if (labels !== undefined) {
    const items = labels.map((label, at) => `${label}(${at + 1})`);
    return `${word} { ${wrapped(items, " ".repeat(26)).trimStart()} }`;
  }
  if (range === undefined) return word;
  const [least, most] = range;
  return word === "DisplayString" ? `${word} (SIZE (${least}..${most}))` : `${word} (${least}..${most})`;
}

const NAMES = new Map<string, string>();

/** `{ strayObjects 3 }` */
function place(oid: Oid): string {
  if (oid.length === ENTERPRISE_ARC.length) return `{ enterprises ${oid.at(-1)} }`;
  return `{ ${parentName(oid)} ${oid.at(-1)} }`;
}

function parentName(oid: Oid): string {
  if (NAMES.size === 0) {
    for (const { name, oid: at } of NODES) NAMES.set(at.join(), name);
    for (const { tables } of SECTIONS) {
      for (const { def, oid: at, entry } of tables) {
        NAMES.set(at.join(), `${def.name}Table`);
        NAMES.set(entry.join(), `${def.name}Entry`);
      }
    }
  }
  const name = NAMES.get(oid.slice(0, -1).join());
  if (name === undefined) throw new Error(`nothing in STRAY-MIB is above ${oid.join(".")}`);
  return name;
}

/** Comma between them, no line longer than WIDTH. */
function wrapped(words: readonly string[], indent: string): string {
  const last = words.length - 1;
  return folded(
    words.map((word, at) => (at === last ? word : `${word},`)),
    indent,
  );
}

/** A DESCRIPTION: within quotes, so it has none. */
function quoted(text: string): string {
  if (text.includes('"')) throw new Error(`a description may not have quotes: ${text}`);
  return folded(`"${text}"`.split(" "), " ".repeat(8));
}

function folded(words: readonly string[], indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((it) => indent + it).join("\n");
}
