// docs/ssh.md says what a restricted login may, what strayd writes down, and how it is set up, as it is.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ALLOWED, REFUSED } from "../../../host/cli/shell/allowed.js";
import { cleanEnvironment } from "../../../host/cli/shell/environment.js";
import { COMMAND_LENGTH_MAX, WORDS_MAX, wordsOf } from "../../../host/cli/shell/words.js";
import { AUDIT_PATH } from "../../../host/config/paths.js";
import { AUDIT_BYTES_MAX, AUDIT_REFUSED_BURST, olderPath } from "../../../host/control/audit.js";
import { AUDIT_PARAMS_MAX, auditEntry } from "../../../host/control/audit-entry.js";
import { Caller } from "../../../host/control/caller.js";
import { ROLES } from "../../../host/control/roles.js";
import { tableRows } from "../../support/doc-table.js";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const page = read("docs/ssh.md");
const snippet = read("packaging/ssh/stray.conf");
const shell = read("packaging/ssh/stray-shell");
const groups = read("packaging/sysusers.d/stray.conf");

const cells = (heading: string): string[][] => tableRows(page, heading);

const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

describe("docs/ssh.md", () => {
  it("has every command that is allowed, with its options, and every one that is not, with the reason", () => {
    const allowed = Object.entries(ALLOWED).map(([path, { options }]) => [path, options.join(", ")]);
    expect(cells("| Command | Options |")).toEqual(allowed);
    expect(cells("| Not there | Why |")).toEqual(Object.entries(REFUSED));
  });

  it("has the roles", () => {
    expect(cells("| Role | May |").map(([role]) => role)).toEqual([...ROLES]);
  });

  it("has every character that refuses a command", () => {
    const sentence = page.split("outside quotes any of\n")[1]!.split(" and control characters")[0]!;
    const said = [...sentence.matchAll(/`` (`) ``|`(.)`/g)].map(([, tick, other]) => tick ?? other!);
    const refused = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).filter(
      (character) => {
        if (" '\"\\".includes(character)) return false;
        try {
          wordsOf(character);
          return false;
        } catch {
          return true;
        }
      },
    );
    expect(said.sort()).toEqual(refused.sort());
  });

  it("has the variables that get through, of the login shell and behind it", () => {
    const said = /only ([A-Z_, \n]+) and (SSH_TTY) get/
      .exec(page)!
      .slice(1)
      .join(", ")
      .split(/[,\s]+/);
    const passed = [...shell.matchAll(/\$\{(\w+)\+/g)].map(([, name]) => name!);
    expect(passed.filter((name) => name !== "SSH_ORIGINAL_COMMAND").sort()).toEqual(said.sort());
    const environment = Object.fromEntries(passed.map((name) => [name, "x"]));
    cleanEnvironment(environment);
    expect(
      Object.keys(environment)
        .filter((name) => name !== "PATH")
        .sort(),
    ).toEqual(said.sort());
  });

  it("has the bounds", () => {
    for (const bound of [
      `${grouped(COMMAND_LENGTH_MAX)} characters and ${WORDS_MAX} words`,
      `At ${AUDIT_BYTES_MAX >> 20} MiB it becomes \`${olderPath(AUDIT_PATH).split("/").at(-1)}\``,
      `(\`${AUDIT_PATH}\`)`,
      `the beginning of the JSON, ${AUDIT_PARAMS_MAX} characters`,
      `Of refused calls ${AUDIT_REFUSED_BURST} are written at\nonce`,
    ])
      expect(page).toContain(bound);
  });

  it("has every member of a line of the audit log, and shows one", () => {
    const caller = new Caller({ peer: undefined, user: "alice", role: "viewer", howTo: () => "" });
    const entry = auditEntry({ caller, method: "v1.x", params: {}, outcome: "done", error: undefined }, 0);
    const members = cells("| Member | Meaning |").flatMap(([names]) => names!.split(", "));
    expect(members).toEqual(Object.keys(entry));
    const [, example] = /```json\n([\s\S]*?)```/.exec(page)!;
    const { leftOut: _, ...shown } = entry;
    expect(Object.keys(JSON.parse(example!) as object)).toEqual(Object.keys(shown));
  });

  it("has every code that the login's own part fails with", () => {
    const sources = ["words", "restrict", "request", "run"].map((name) => read(`host/cli/shell/${name}.ts`));
    sources.push(read("host/control/caller.ts"));
    const codes = sources.flatMap((text) =>
      [...text.matchAll(/"((?:SHELL|CONTROL)_[A-Z]+)"/g)].map(([, code]) => code!),
    );
    expect(
      cells("| Error | Meaning |")
        .map(([code]) => code)
        .sort(),
    ).toEqual([...new Set(codes)].sort());
  });

  it("sets up what is packaged: groups, places, and lines for keys", () => {
    const made = [...groups.matchAll(/^[ug] (\S+) /gm)].map(([, name]) => name!);
    expect(
      cells("| Group | Its members |")
        .map(([name]) => name)
        .sort(),
    ).toEqual(made.sort());
    for (const [, group] of snippet.matchAll(/^Match Group (\S+)$/gm)) expect(made).toContain(group);
    expect(snippet).toContain("ForceCommand /usr/bin/stray-shell\n");
    expect(snippet).toContain("AuthorizedKeysFile /etc/ssh/stray-keys/%u\n");
    for (const place of ["/usr/bin/stray-shell", "/etc/ssh/sshd_config.d/stray.conf", "/etc/ssh/stray-keys"])
      expect(page).toContain(place);
  });

  it("closes for both groups the same", () => {
    const [remote, keys] = snippet.split(/^Match Group \S+$/m).slice(1);
    const closed = (text: string) =>
      text
        .split("\n")
        .filter((line) => /^ {4}\w/.test(line) && !/ForceCommand|AuthorizedKeys|TrustedUserCAKeys/.test(line))
        .map((line) => line.trim());
    expect(closed(keys!)).toEqual(closed(remote!));
    expect(closed(remote!).length).toBeGreaterThan(15);
    // Lines of the page that are keys, and only those.
    const [, pattern] = /grep -E '([^']+)'/.exec(keys!)!;
    const lines = page.split("\n").filter((line) => line.includes(" ssh-ed25519 AAAA"));
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line).toMatch(new RegExp(pattern!));
    for (const line of [
      'ssh-ed25519 AAAA command="stray shell" x',
      'command="/bin/sh" ssh-ed25519 AAAA',
      "ssh-ed25519 AAAA",
    ])
      expect(line).not.toMatch(new RegExp(pattern!));
    expect(snippet.trimEnd().endsWith("\nMatch all")).toBe(true);
  });
});
