// Hosts as they are given on the command line (`admin@a,@campus`), as a list of destinations.
// Apart from the file of groups, which is read only when a group is named.
// Always holds: each host once, in the order in which it was named first; never more than HOSTS_MAX of them.

import { nearest } from "../config/suggest.js";
import { printable, StrayError } from "../errors.js";
import { type Destination, destinationOf } from "./destination.js";
import { GROUP_MARK, type HostGroups } from "./hosts-file.js";

export const HOSTS_MAX = 256;
/** All codes of names that can't be expanded. */
export const EXPAND_CODES = ["HOST_INVALID", "HOST_GROUP_UNKNOWN", "HOSTS_TOO_MANY"] as const;

/** @throws StrayError HOST_INVALID, HOST_GROUP_UNKNOWN, HOSTS_TOO_MANY */
export async function expandHosts(
  texts: readonly string[],
  loadGroups: () => Promise<HostGroups>,
): Promise<readonly Destination[]> {
  const words = texts.flatMap((text) => text.split(",")).map((word) => word.trim());
  const groups = words.some((word) => word.startsWith(GROUP_MARK)) ? await loadGroups() : new Map();
  const names = new Set<string>();
  const seen = new Set<string>();
  for (const word of words) collect(word, groups, names, seen);
  const hosts = new Map([...names].map((name) => [name, destinationOf(name)]));
  if (hosts.size <= HOSTS_MAX) return [...hosts.values()];
  throw new StrayError(
    "HOSTS_TOO_MANY",
    `${hosts.size} hosts were named: ${HOSTS_MAX} at most are asked at once`,
    2,
  );
}

/** The hosts of a word, groups taken apart, each group once. */
function collect(word: string, groups: HostGroups, names: Set<string>, seen: Set<string>): void {
  if (!word.startsWith(GROUP_MARK)) {
    names.add(word);
    return;
  }
  const name = word.slice(GROUP_MARK.length);
  if (seen.has(name)) return;
  seen.add(name);
  const members = groups.get(name);
  if (members === undefined) throw unknownGroup(name, [...groups.keys()]);
  for (const member of members) collect(member, groups, names, seen);
}

function unknownGroup(name: string, known: readonly string[]): StrayError {
  const meant = nearest(name, known);
  const more =
    meant !== undefined
      ? `did you mean ${GROUP_MARK}${meant}?`
      : known.length === 0
        ? "hosts.yaml has no groups, or is not there"
        : `hosts.yaml has ${known.map((each) => GROUP_MARK + each).join(", ")}`;
  return new StrayError(
    "HOST_GROUP_UNKNOWN",
    `there is no group ${GROUP_MARK}${printable(name)}: ${printable(more)}`,
    2,
  );
}
