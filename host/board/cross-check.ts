// Whether the keys of a profile fit together: interfaces with their roles, workers with cores.
// Apart from the schema, which sees one key at a time, and from the budget, which adds up sizes.
// Always holds: a problem names the key to change.

import { foundText } from "../config/expected.js";
import type { KeyPath } from "../config/schema-types.js";
import type { Finding } from "../config/validate.js";
import type { Board, Nic, NicRole } from "./types.js";

const SIDES: readonly NicRole[] = ["wire-a", "wire-b"];
const INTERFACES = ["stray", "capture", "interfaces"] as const;

export function boardFindings(board: Board): Finding[] {
  const { config, cores, nics } = board;
  const findings = [...doubleNames(nics), ...wireFindings(nics)];
  // What follows from a wrong role is not told as well.
  if (findings.length === 0) findings.push(...interfaceFindings(board));
  if (config.capture.workers > cores) {
    const at = ["stray", "capture", "workers"];
    findings.push(finding(at, `at most one for each of ${cores} cores`, String(config.capture.workers)));
  }
  return findings;
}

function doubleNames(nics: readonly Nic[]): Finding[] {
  return nics.flatMap(({ name }, index) =>
    nics.findIndex((other) => other.name === name) === index
      ? []
      : [finding(["nics", index, "name"], "each interface once", `${foundText(name)} again`)],
  );
}

/** Two sides, or none. */
function wireFindings(nics: readonly Nic[]): Finding[] {
  const counts = SIDES.map((side) => nics.filter(({ role }) => role === side).length);
  if (counts.every((count) => count === 0) || counts.every((count) => count === 1)) return [];
  const found = SIDES.map((side, index) => `${counts[index]} of ${side}`).join(", ");
  return [finding(["nics"], "one interface of role wire-a and one of wire-b, or neither", found)];
}

/** What stray captures from is on the board and has a role for it; in the wire, both sides in their order. */
function interfaceFindings({ nics, config }: Board): Finding[] {
  const { interfaces } = config.capture;
  const findings = interfaces.flatMap((name, index) => {
    const nic = nics.find((candidate) => candidate.name === name);
    const usable = nics.filter(({ role }) => role !== "management").map((candidate) => candidate.name);
    if (nic !== undefined && nic.role !== "management") return [];
    const expected = `one of the board's interfaces for it: ${usable.join(", ") || "there is none"}`;
    return [
      finding([...INTERFACES, index], expected, nic ? `${name}, whose role is management` : foundText(name)),
    ];
  });
  if (config.inline.mode === "tap" || findings.length > 0) return findings;
  const sides = SIDES.map((side) => nics.find(({ role }) => role === side)?.name);
  if (sides.every((side, index) => side !== undefined && side === interfaces[index])) return [];
  const expected = `the interfaces of role wire-a and wire-b, as inline.mode is ${config.inline.mode}`;
  return [finding(INTERFACES, expected, interfaces.join(", "))];
}

function finding(path: KeyPath, expected: string, found: string): Finding {
  return { path, isKey: false, expected, found, hint: undefined };
}
