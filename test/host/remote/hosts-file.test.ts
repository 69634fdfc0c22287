// hosts.yaml: what it may say, every fault with line and key, and what names expand to.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../../host/config/problem.js";
import type { StrayError } from "../../../host/errors.js";
import { expandHosts, HOSTS_MAX } from "../../../host/remote/expand.js";
import { hostsPath, loadHostGroups, parseHostGroups } from "../../../host/remote/hosts-file.js";

const folder = mkdtempSync(join(tmpdir(), "stray-hosts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function faults(text: string): readonly string[] {
  try {
    parseHostGroups(text, "hosts.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

const GOOD = `groups:
  campus: [admin@a, admin@b]
  lab:
    - ssh://viewer@lab.example.net:2222
  all: ["@campus", "@lab", c, "@campus"]
`;

async function expanded(words: readonly string[], text = GOOD): Promise<readonly string[]> {
  const hosts = await expandHosts(words, async () => parseHostGroups(text, "hosts.yaml"));
  return hosts.map(({ name }) => name);
}

async function refusal(words: readonly string[], text = GOOD): Promise<StrayError> {
  return (await expanded(words, text).catch((error: unknown) => error)) as StrayError;
}

describe("hosts.yaml", () => {
  it("may be empty, without groups, or with a section of comments only", () => {
    for (const text of ["", "# nothing\n", "groups:\n", "groups: {}\n", "{}"])
      expect(parseHostGroups(text, "x").size).toBe(0);
    expect([...parseHostGroups(GOOD, "x").keys()]).toEqual(["campus", "lab", "all"]);
  });

  it.each([
    [
      "group: {}",
      'hosts.yaml:1:1: group: expected the one section groups; found "group" (did you mean groups?)',
    ],
    ["groups: {}\nuser: admin", 'hosts.yaml:2:1: user: expected the one section groups; found "user"'],
    ["[a, b]", "hosts.yaml:1:1: expected a section with groups; found a list of 2"],
    [
      "groups: [a]",
      "hosts.yaml:1:9: groups: expected a section with at most 256 groups, each a list of hosts; found a list of 1",
    ],
    [
      "groups:\n  a: b",
      'hosts.yaml:2:6: groups.a: expected a list of 1 to 256 hosts, such as [admin@a, admin@b]; found "b"',
    ],
    [
      "groups:\n  a: []",
      "hosts.yaml:2:6: groups.a: expected a list of 1 to 256 hosts, such as [admin@a, admin@b]; found an empty list",
    ],
    [
      "groups:\n  a:\n    - 7",
      "hosts.yaml:3:7: groups.a[0]: expected a host such as admin@a, or a group such as @campus; found 7",
    ],
    [
      "groups:\n  a: [x, -oProxyCommand=y]",
      'hosts.yaml:2:10: groups.a[1]: expected a host such as admin@a, or a group such as @campus; found "-oProxyCommand=y"',
    ],
    [
      'groups:\n  a: ["@zebra"]\n  bb: [x]',
      'hosts.yaml:2:7: groups.a[0]: expected a group of this file; found "@zebra"',
    ],
    [
      'groups:\n  campus: [x]\n  a: ["@campsu"]',
      'hosts.yaml:3:7: groups.a[0]: expected a group of this file; found "@campsu" (did you mean @campus?)',
    ],
    [
      "groups:\n  'a b': [x]",
      `hosts.yaml:2:3: groups.a b: expected a group's name: a name of letters, digits, _, . and -, 64 at most; found "a b"`,
    ],
    [
      'groups:\n  a: ["@a"]',
      "hosts.yaml:2:7: groups.a[0]: expected groups that do not contain themselves; found @a, which leads back here",
    ],
    [
      "groups:\n  a: [x]\n  a: [y]",
      'hosts.yaml:3:3: expected each key once in its section; found "a: [y]" again',
    ],
    ["groups:\n\ta: [x]", "hosts.yaml:2:1: expected blanks to indent with; found a tab"],
  ])("%j", (text, line) => {
    expect(faults(text)[0]).toBe(line);
  });

  it("tells of a circle over several groups, and of every other fault beside it", () => {
    const lines = faults('groups:\n  a: ["@b"]\n  b: ["@c", h]\n  c: ["@a"]\n  d: ["x y"]\n');
    expect(lines.filter((line) => line.includes("leads back here")).length).toBeGreaterThan(0);
    expect(lines.at(-1)).toContain("groups.d[0]: expected a host such as admin@a");
  });

  it("ends in no exception but its own, whatever the text", () => {
    const name = fc.constantFrom(
      "a",
      "b",
      "@a",
      "@b",
      "h@x",
      "-o",
      "groups",
      "[",
      "]",
      "{",
      ": ",
      "- ",
      "\n  ",
      "&a ",
      "*a ",
      "7",
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 25 }), (words) => {
        try {
          parseHostGroups(words.join(""), "hosts.yaml");
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });

  it("lies in XDG_CONFIG_HOME or ~/.config; there may be none", async () => {
    expect(hostsPath({ XDG_CONFIG_HOME: "/x" })).toBe("/x/stray/hosts.yaml");
    for (const base of [undefined, "", "relative"])
      expect(hostsPath({ XDG_CONFIG_HOME: base })).toBe(join(homedir(), ".config/stray/hosts.yaml"));
    expect((await loadHostGroups(join(folder, "none.yaml"))).size).toBe(0);
    mkdirSync(join(folder, "folder.yaml"));
    await expect(loadHostGroups(join(folder, "folder.yaml"))).rejects.toThrow(
      /expected a file, found a folder/,
    );
    writeFileSync(join(folder, "large.yaml"), `groups: {}\n#${"x".repeat(70_000)}`);
    await expect(loadHostGroups(join(folder, "large.yaml"))).rejects.toThrow(/expected at most 64KiB/);
  });
});

describe("names behind -H", () => {
  it("are hosts and groups, by commas or again, each host once and in order", async () => {
    expect(await expanded(["b,a", "b"])).toEqual(["b", "a"]);
    expect(await expanded(["@campus"])).toEqual(["admin@a", "admin@b"]);
    expect(await expanded(["c,@all"])).toEqual([
      "c",
      "admin@a",
      "admin@b",
      "ssh://viewer@lab.example.net:2222",
    ]);
  });

  it("read the file only for a group", async () => {
    const fail = async () => {
      throw new Error("read");
    };
    expect((await expandHosts(["a,b"], fail)).length).toBe(2);
    await expect(expandHosts(["@a"], fail)).rejects.toThrow("read");
  });

  it("that are none are refused", async () => {
    expect(await refusal(["a,,b"])).toMatchObject({ code: "HOST_INVALID" });
    expect(await refusal(["@campsu"])).toMatchObject({
      code: "HOST_GROUP_UNKNOWN",
      message: "there is no group @campsu: did you mean @campus?",
    });
    expect((await refusal(["@zzz"])).message).toContain("hosts.yaml has @campus, @lab, @all");
    expect((await refusal(["@zzz"], "")).message).toContain("hosts.yaml has no groups, or is not there");
    const many = Array.from({ length: HOSTS_MAX + 1 }, (_, index) => `h${index}`);
    expect(await refusal([many.join(",")])).toMatchObject({ code: "HOSTS_TOO_MANY", exitCode: 2 });
  });

  it("take groups of groups of groups apart in no time", async () => {
    const groups = Array.from(
      { length: 100 },
      (_, index) => `  g${index}: ["@g${index + 1}", "@g${index + 1}", h${index}]`,
    );
    const text = ["groups:", ...groups, "  g100: [end]"].join("\n");
    expect((await expanded(["@g0"], text)).length).toBe(101);
  });
});
