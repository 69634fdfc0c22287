// The part of docs/snmp.md that lists the objects, made from the definition.
// Apart from the page, which a person wrote.
// Always holds: every object and notification is in it once (a test holds the page against this text).

import { oidText } from "../oid.js";
import { NOTICES, NOTIFICATIONS_AT, SECTIONS } from "./definition.js";
import type { IndexDef, ObjectDef, Syntax } from "./types.js";

export const REFERENCE_BEGIN =
  "<!-- made from host/snmp/mib: STRAY_UPDATE=1 npx vitest run test/host/snmp -->";
export const REFERENCE_END = "<!-- end of what is made -->";

export function mibReference(): string {
  return [
    REFERENCE_BEGIN,
    "",
    ...SECTIONS.flatMap(({ def, oid, scalars, tables }) => [
      `### ${def.title}`,
      "",
      `${def.about} Below \`${def.name}\`, \`${oidText(oid)}\`.`,
      "",
      ...(scalars.length === 0 ? [] : [...objectRows(scalars.map((it) => it.def)), ""]),
      ...tables.flatMap(({ def: table, indices, columns }) => [
        `**${table.name}Table**: ${table.description} A row: ${lowered(table.row)}`,
        "",
        ...objectRows(
          columns.map((it) => it.def),
          indices.map((it) => it.def),
        ),
        "",
      ]),
    ]),
    "### What notifications carry",
    "",
    "| Object | Type | |",
    "| --- | --- | --- |",
    ...NOTICES.map(
      ({ def }) => `| \`${def.name}\` | ${typeText(def.syntax, def.units)} | ${def.description} |`,
    ),
    "",
    "### Notifications of the MIB",
    "",
    "| Notification | Objects | |",
    "| --- | --- | --- |",
    ...NOTIFICATIONS_AT.map(
      ({ def }) =>
        `| \`${def.name}\` | ${def.objects.map((name) => `\`${name}\``).join(" ")} | ${def.description} |`,
    ),
    "",
    REFERENCE_END,
  ].join("\n");
}

function objectRows(
  objects: readonly Pick<ObjectDef<never>, "name" | "syntax" | "units" | "description" | "from">[],
  indices: readonly IndexDef[] = [],
): string[] {
  return [
    "| Object | Type | Meaning | From |",
    "| --- | --- | --- | --- |",
    ...indices.map(({ name, description }) => `| \`${name}\` | index | ${description} | |`),
    ...objects.map(
      ({ name, syntax, units, description, from }) =>
        `| \`${name}\` | ${typeText(syntax, units)} | ${description} | ${from} |`,
    ),
  ];
}

function typeText({ word, labels }: Syntax, units: string | undefined): string {
  const type = labels === undefined ? word : labels.map((label, at) => `${label} (${at + 1})`).join(", ");
  return units === undefined ? type : `${type}, ${units}`;
}

function lowered(sentence: string): string {
  return sentence[0]!.toLowerCase() + sentence.slice(1);
}
