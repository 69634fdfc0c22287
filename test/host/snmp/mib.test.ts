// STRAY-MIB's definition, and the files that are made from it: the MIB, the exporter's modules, the list in docs/snmp.md
// (STRAY_UPDATE=1 writes them anew); and that no number ever changes.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CAUSE_NAMES } from "../../../host/alert/causes.js";
import { FINDING_NAMES } from "../../../host/record/findings.js";
import { ERROR_WORDS } from "../../../host/snmp/agentx/protocol.js";
import { Subagent } from "../../../host/snmp/agentx/subagent.js";
import { COUNTER_NUMBERS } from "../../../host/snmp/mib/counter-numbers.js";
import {
  NODES,
  NOTICES,
  NOTIFICATION_GROUP,
  NOTIFICATIONS_AT,
  OBJECT_GROUPS,
  SECTIONS,
} from "../../../host/snmp/mib/definition.js";
import { exporterText } from "../../../host/snmp/mib/exporter.js";
import { mibReference, REFERENCE_BEGIN, REFERENCE_END } from "../../../host/snmp/mib/reference.js";
import { REVISIONS } from "../../../host/snmp/mib/revisions.js";
import { mibText } from "../../../host/snmp/mib/smi-text.js";
import { oidText } from "../../../host/snmp/oid.js";
import type { InstanceView } from "../../../host/snmp/view.js";
import { COUNTERS } from "../../../host/wasm/counters.js";

const { STRAY_UPDATE } = process.env;
const root = new URL("../../../", import.meta.url);
const GOLDEN = new URL("test/golden/snmp/numbers.txt", root);
const DOCUMENT = new URL("docs/snmp.md", root);

const tables = SECTIONS.flatMap((section) => section.tables);
const objects = [
  ...SECTIONS.flatMap(({ scalars }) => scalars),
  ...tables.flatMap(({ columns }) => columns),
  ...NOTICES,
];

/** `NAME NUMBER` of all that has one; labels and rows too. */
function numbers(): string[] {
  const named = (name: string, oid: readonly number[]) => `${name} ${oidText(oid)}`;
  return [
    ...NODES.map(({ name, oid }) => named(name, oid)),
    ...objects.map(({ def, oid }) => named(def.name, oid)),
    ...tables.flatMap(({ def, oid, indices }) => [
      named(`${def.name}Table`, oid),
      ...indices.map((index) => named(index.def.name, index.oid)),
    ]),
    ...NOTIFICATIONS_AT.map(({ def, oid }) => named(def.name, oid)),
    ...[...OBJECT_GROUPS, NOTIFICATION_GROUP].map(({ name, oid }) => named(name, oid)),
    ...objects.flatMap(({ def }) =>
      (def.syntax.labels ?? []).map((label, at) => `${def.name}.${label} ${at + 1}`),
    ),
    ...FINDING_NAMES.map((name, at) => `finding ${name} ${at + 1}`),
    ...CAUSE_NAMES.map((name, at) => `cause ${name} ${at + 1}`),
    ...COUNTER_NUMBERS.map((name, at) => `counter ${name} ${at + 1}`),
  ];
}

function isFile(path: string, text: string): void {
  const file = new URL(path, root);
  if (STRAY_UPDATE === "1") writeFileSync(file, text);
  expect(readFileSync(file, "utf8") === text, `${path} is not as the definition has it: STRAY_UPDATE=1`).toBe(
    true,
  );
}

describe("STRAY-MIB", () => {
  it("is packaging/mibs/STRAY-MIB.txt, and the exporter's modules are those in packaging/prometheus", () => {
    isFile("packaging/mibs/STRAY-MIB.txt", mibText());
    isFile("packaging/prometheus/snmp.yml", exporterText("modules"));
    isFile("packaging/prometheus/snmp-before-0.23.yml", exporterText("flat"));
  });

  it("never changes a number, nor takes one away", () => {
    const now = numbers();
    const kept = existsSync(GOLDEN) ? readFileSync(GOLDEN, "utf8").trimEnd().split("\n") : [];
    const there = new Set(now);
    expect(kept.filter((line) => !there.has(line))).toEqual([]);
    // An addition is written down, so that it can't change any more either.
    if (STRAY_UPDATE === "1") writeFileSync(GOLDEN, `${now.join("\n")}\n`);
    else expect(now).toEqual(kept);
  });

  it("has each name and each number once, in the form that SMIv2 wants", () => {
    const lines = numbers();
    expect(new Set(lines.map((line) => line.slice(0, line.lastIndexOf(" ")))).size).toBe(lines.length);
    const oids = lines.filter((line) => line.includes(" 1.3.")).map((line) => line.split(" ")[1]);
    expect(new Set(oids).size).toBe(oids.length);
    for (const { def } of objects) {
      expect(def.name).toMatch(/^stray[A-Z][A-Za-z0-9]{1,58}$/);
      for (const label of def.syntax.labels ?? []) expect(label).toMatch(/^[a-z][A-Za-z0-9]{0,63}$/);
    }
  });

  it("describes every object and notification in sentences", () => {
    for (const { def } of [...objects, ...NOTIFICATIONS_AT, ...tables])
      expect(def.description).toMatch(/^\S.*\.$/);
    for (const { indices, def } of tables) {
      expect(def.row).toMatch(/\.$/);
      for (const index of indices) expect(index.def.description).toMatch(/\.$/);
    }
    expect(REVISIONS.map(({ date }) => date)).toEqual(
      REVISIONS.map(({ date }) => date)
        .sort()
        .reverse(),
    );
  });

  it("has every object in a group, and every object of a notification", () => {
    const members = OBJECT_GROUPS.flatMap((group) => group.members);
    expect([...members].sort()).toEqual(objects.map(({ def }) => def.name).sort());
    for (const { def } of NOTIFICATIONS_AT) for (const name of def.objects) expect(members).toContain(name);
  });

  it("numbers every counter of the classifier", () => {
    expect(COUNTERS.map(({ name }) => name).filter((name) => !COUNTER_NUMBERS.includes(name))).toEqual([]);
    expect(new Set(COUNTER_NUMBERS).size).toBe(COUNTER_NUMBERS.length);
  });
});

describe("docs/snmp.md", () => {
  it("lists every object as the definition has it", () => {
    const page = readFileSync(DOCUMENT, "utf8");
    const [begin, end] = [page.indexOf(REFERENCE_BEGIN), page.indexOf(REFERENCE_END)];
    expect(begin).toBeGreaterThan(0);
    const text = page.slice(0, begin) + mibReference() + page.slice(end + REFERENCE_END.length);
    isFile("docs/snmp.md", text);
    for (const { def } of objects) expect(page).toContain(`| \`${def.name}\` |`);
    for (const { def } of NOTIFICATIONS_AT) expect(page).toContain(`| \`${def.name}\` |`);
  });

  it("tells the subagent's counters, what it says of masters, and what is installed where", () => {
    const page = readFileSync(DOCUMENT, "utf8");
    const view: InstanceView = { get: () => "noSuchObject", next: () => undefined };
    const subagent = new Subagent({ path: "/none", view, arc: [1], description: "", log: () => undefined });
    for (const name of Object.keys(subagent.counters())) expect(page).toContain(`| ${name} |`);
    expect(page).toContain(`the master refuses (register): ${ERROR_WORDS[263]}`);
    for (const file of ["mibs/STRAY-MIB.txt", "prometheus/snmp.yml", "prometheus/snmp-before-0.23.yml"]) {
      expect(page).toContain(`packaging/${file}`);
    }
  });
});
