// What is asked of a restricted login: from the login shell's -c, from sshd's word of the client's command, or neither.
// Apart from the running because which of them counts is a matter of sshd's habits, and tested by them.
// Always holds: a role is only ever lowered on the way; what a client sends is never taken for what a key's line says.

import { lesserOf, type Role } from "../../control/roles.js";
import { StrayError } from "../../errors.js";
import { wordsOf } from "./words.js";

export interface ShellRequest {
  /** Without "stray"; empty: nothing was asked. */
  readonly words: readonly string[];
  readonly role: Role | undefined;
}

export interface ShellGiven {
  readonly role?: Role;
  readonly c?: string;
  /** SSH_ORIGINAL_COMMAND: what the client asked for, where sshd was told to run something else. */
  readonly original: string | undefined;
}

const PROGRAMS = ["stray", "/usr/bin/stray"];
const SHELLS = ["stray-shell", "/usr/bin/stray-shell"];

/** @throws StrayError SHELL_SYNTAX, SHELL_REFUSED */
export function requestOf({ role, c, original = "" }: ShellGiven): ShellRequest {
  if (c === undefined) return { words: withoutProgram(wordsOf(original)), role };
  const words = wordsOf(c);
  const nested = nestedOptions(words);
  if (nested === undefined) return { words: withoutProgram(words), role };
  // sshd runs a forced command by the login shell: with both, the one in the file says no more than a role.
  return { words: withoutProgram(wordsOf(original)), role: lesser(role, roleIn(nested)) };
}

/** Of a forced command that runs this shell: what follows its name. */
function nestedOptions(words: readonly string[]): readonly string[] | undefined {
  const [first = "", second] = words;
  if (SHELLS.includes(first)) return words.slice(1);
  return PROGRAMS.includes(first) && second === "shell" ? words.slice(2) : undefined;
}

function roleIn(options: readonly string[]): Role | undefined {
  const [word = "", ...rest] = options;
  if (word === "") return undefined;
  const [name, value = rest[0], ...more] = word.startsWith("--role=")
    ? ["--role", word.slice("--role=".length), ...rest]
    : [word, ...rest];
  if (
    name === "--role" &&
    (value === "viewer" || value === "operator" || value === "admin") &&
    more.length === 0
  )
    return value;
  throw new StrayError(
    "SHELL_REFUSED",
    'of a login shell "stray shell" takes --role ROLE and nothing else',
    2,
  );
}

function lesser(one: Role | undefined, other: Role | undefined): Role | undefined {
  return one === undefined || other === undefined ? (one ?? other) : lesserOf(one, other);
}

function withoutProgram(words: readonly string[]): readonly string[] {
  return PROGRAMS.includes(words[0] ?? "") ? words.slice(1) : words;
}
