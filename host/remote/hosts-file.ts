// The user's file of host groups, ~/.config/stray/hosts.yaml: read, held against its schema, checked whole.
// Apart from the sensor's configuration, which is another file of another machine.
// Always holds: what is loaded has no unknown key, no unknown group, no circle and no member that is no host; every
// problem is told with line and key, all of them at once.

import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import { readYaml, type YamlText } from "../config/document.js";
import { foundText } from "../config/expected.js";
import { ConfigError, type ConfigProblem } from "../config/problem.js";
import { type KeyPath, keyText } from "../config/schema-types.js";
import { readConfigFile, textOf } from "../config/source.js";
import { nearest } from "../config/suggest.js";
import { StrayError, systemCode } from "../errors.js";
import { destinationOf } from "./destination.js";

export const GROUP_MARK = "@";
const GROUPS_MAX = 256;
const MEMBERS_MAX = 256;
const GROUP_NAME = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$";
const NAME_WORDS = "a name of letters, digits, _, . and -, 64 at most";

/** Members of each group as they were written: hosts, and groups by @name. */
export type HostGroups = ReadonlyMap<string, readonly string[]>;

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    groups: {
      type: "object",
      maxProperties: GROUPS_MAX,
      propertyNames: { pattern: GROUP_NAME },
      additionalProperties: {
        type: "array",
        minItems: 1,
        maxItems: MEMBERS_MAX,
        items: { type: "string" },
      },
    },
  },
} as const;

/** $XDG_CONFIG_HOME/stray/hosts.yaml, else ~/.config/stray/hosts.yaml. */
export function hostsPath({ XDG_CONFIG_HOME: base }: NodeJS.ProcessEnv = process.env): string {
  const folder = base !== undefined && isAbsolute(base) ? base : join(homedir(), ".config");
  return join(folder, "stray", "hosts.yaml");
}

/** No groups where there is no file. @throws ConfigError, StrayError CONFIG_UNREADABLE */
export async function loadHostGroups(path = hostsPath()): Promise<HostGroups> {
  let bytes: Uint8Array;
  try {
    bytes = await readConfigFile(path);
  } catch (error) {
    const code = error instanceof StrayError ? systemCode(error.cause) : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return new Map();
    throw error;
  }
  return parseHostGroups(bytes, path);
}

/** @throws ConfigError */
export function parseHostGroups(content: string | Uint8Array, source: string): HostGroups {
  const text = readYaml(textOf(content, source));
  if (text.problems.length > 0)
    throw new ConfigError(text.problems.map((found) => ({ source, key: "", hint: undefined, ...found })));
  const data = (text.data ?? {}) as { groups?: Record<string, string[]> | null };
  // A section of which every line is commented out.
  if (data.groups === null) return new Map();
  const validate = new Ajv({ allErrors: true, verbose: true }).compile(SCHEMA);
  const problems = validate(data)
    ? memberProblems(new Map(Object.entries(data.groups ?? {})), text, source)
    : (validate.errors ?? []).flatMap((error) => schemaProblem(error, text, source));
  if (problems.length > 0) throw new ConfigError(problems);
  return new Map(Object.entries(data.groups ?? {}));
}

function schemaProblem(error: ErrorObject, text: YamlText, source: string): ConfigProblem[] {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step, place) => (place === 2 ? Number(step) : step));
  const at = (where: KeyPath, isKey: boolean, expected: string, found: string, hint?: string) => [
    {
      source,
      place: isKey ? text.placeOfKey(where) : text.placeOf(where),
      key: keyText(where),
      expected,
      found,
      hint,
    },
  ];
  const { additionalProperty: key } = error.params as { additionalProperty?: string };
  if (key !== undefined) {
    const hint = nearest(key, ["groups"]) === undefined ? undefined : "did you mean groups?";
    return at([key], true, "the one section groups", foundText(key), hint);
  }
  const { propertyName: name } = error as ErrorObject & { propertyName?: string };
  if (name !== undefined) return at([...path, name], true, `a group's name: ${NAME_WORDS}`, foundText(name));
  // Says once more that the name is wrong.
  if (error.keyword === "propertyNames") return [];
  return at(path, false, EXPECTED[path.length] ?? "text", foundText(error.data));
}

/** By how deep in the file. */
const EXPECTED: readonly string[] = [
  "a section with groups",
  `a section with at most ${GROUPS_MAX} groups, each a list of hosts`,
  `a list of 1 to ${MEMBERS_MAX} hosts, such as [admin@a, admin@b]`,
  "a host such as admin@a, or a group such as @campus",
];

function memberProblems(groups: HostGroups, text: YamlText, source: string): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const circles = new Set<string>();
  for (const [group, members] of groups) {
    members.forEach((member, index) => {
      const path = ["groups", group, index];
      const problem = memberProblem(groups, circles, group, member);
      if (problem === undefined) return;
      problems.push({ source, place: text.placeOf(path), key: keyText(path), ...problem });
    });
  }
  return problems;
}

function memberProblem(
  groups: HostGroups,
  circles: Set<string>,
  group: string,
  member: string,
): Pick<ConfigProblem, "expected" | "found" | "hint"> | undefined {
  const hint = undefined;
  if (!member.startsWith(GROUP_MARK)) {
    try {
      destinationOf(member);
      return undefined;
    } catch (error) {
      if (!(error instanceof StrayError)) throw error;
      return { expected: EXPECTED[3]!, found: foundText(member), hint };
    }
  }
  const name = member.slice(GROUP_MARK.length);
  if (!groups.has(name)) {
    const meant = nearest(name, [...groups.keys()]);
    return {
      expected: "a group of this file",
      found: foundText(member),
      hint: meant === undefined ? undefined : `did you mean ${GROUP_MARK}${meant}?`,
    };
  }
  // Told once, where it was seen first.
  if (circles.has(name) || !reaches(groups, name, group)) return undefined;
  circles.add(group);
  return {
    expected: "groups that do not contain themselves",
    found: `${member}, which leads back here`,
    hint,
  };
}

function reaches(groups: HostGroups, from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return (groups.get(from) ?? []).some(
    (member) => member.startsWith(GROUP_MARK) && reaches(groups, member.slice(GROUP_MARK.length), to, seen),
  );
}
