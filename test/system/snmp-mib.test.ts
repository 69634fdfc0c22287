// STRAY-MIB in the eyes of other programs: smilint has nothing to say of it, and snmptranslate finds every object under its
// number. Apart from the definition's own tests because the judges are not ours.
// Always holds: the modules that it imports from are those of the package net-snmp, under the names that tools look for.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NOTICES, NOTIFICATIONS_AT, SECTIONS } from "../../host/snmp/mib/definition.js";
import { oidText } from "../../host/snmp/oid.js";
import { MIB_FILE, mibFolder, smilint } from "../support/snmp-tools.js";
import { requireProgram } from "../support/system.js";

const all = [
  ...SECTIONS.flatMap(({ scalars, tables }) => [...scalars, ...tables.flatMap(({ columns }) => columns)]),
  ...NOTICES,
  ...NOTIFICATIONS_AT,
];

let folder: string;
beforeAll(() => {
  folder = mibFolder(mkdtempSync(join(tmpdir(), "stray-mibs-")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!requireProgram("smilint", "smitools"))("smilint, at its strictest", () => {
  it("has nothing to say", () => {
    expect(smilint(folder, join(folder, "STRAY-MIB"))).toBe("");
  });

  it("would have, of a module that is wrong", () => {
    const wrong = join(folder, "WRONG-MIB");
    const text = readFileSync(MIB_FILE, "utf8");
    for (const [from, to] of [
      ["STATUS      current", "STATUS      obsolete"],
      ["SYNTAX      Counter64", "SYNTAX      Counter65"],
      ["FROM SNMPv2-TC", "FROM SNMPv2-TD"],
      ["::= { strayIdentity 2 }", "::= { strayIdentity 1 }"],
    ] as const) {
      expect(text).toContain(from);
      writeFileSync(wrong, text.replace("STRAY-MIB", "WRONG-MIB").replace(from, to));
      expect(smilint(folder, wrong), to).toContain("WRONG-MIB");
    }
  });
});

describe.skipIf(!requireProgram("snmptranslate", "snmp"))("snmptranslate", () => {
  it("knows every object by its name and by its number", () => {
    const translate = (words: string[]) =>
      execFileSync("snmptranslate", ["-M", folder, "-m", "STRAY-MIB", ...words], {
        encoding: "utf8",
        env: { PATH: process.env["PATH"], SNMPCONFPATH: folder, SNMP_PERSISTENT_DIR: folder },
      })
        .trim()
        .split(/\n+/);
    const names = all.map(({ def }) => `STRAY-MIB::${def.name}`);
    const numbers = all.map(({ oid }) => `.${oidText(oid)}`);
    expect(translate(["-On", ...names])).toEqual(numbers);
    expect(translate(numbers)).toEqual(names);
  });
});
