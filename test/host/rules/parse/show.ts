// A rule set as lines that a person can read, for the golden tests.
// Apart so that every golden file is shown alike.
// Always holds: everything of the model is shown unless it is what a rule has when nothing is written.

import type {
  AddressRange,
  AddressSet,
  NumberMode,
  PortSet,
  Rule,
  RuleSet,
} from "../../../../host/rules/model.js";

export function shownRuleSet({ rules, problems }: RuleSet): string {
  const told = problems.map(({ level, place, sid, message, reason }) => {
    const name = [sid === undefined ? "" : ` sid ${sid}`, message === undefined ? "" : ` "${message}"`].join(
      "",
    );
    return `${level} ${place.file}:${place.line}${name}: ${reason}`;
  });
  return [...rules.flatMap(shownRule), ...told].join("\n");
}

function shownRule(rule: Rule): string[] {
  const arrow = rule.bidirectional ? "<>" : "->";
  const ends = [
    `${addresses(rule.source)} ${ports(rule.sourcePorts)}`,
    `${addresses(rule.destination)} ${ports(rule.destinationPorts)}`,
  ];
  const about = [
    rule.message === "" ? "" : `msg ${JSON.stringify(rule.message)}`,
    rule.classtype === undefined ? "" : `class ${rule.classtype} (${rule.classification ?? "?"})`,
    rule.priority === 3 ? "" : `priority ${rule.priority}`,
    ...rule.references.map(
      ({ system, id, url }) => `reference ${system} ${id}${url === undefined ? "" : ` ${url}`}`,
    ),
    rule.metadata.length === 0 ? "" : `metadata ${rule.metadata.join("; ")}`,
  ];
  const after = [
    ...rule.limits.map((limit) => {
      const of = limit.addresses === undefined ? "" : ` of ${addresses(limit.addresses)}`;
      const amount = limit.type === "suppress" ? "" : ` ${limit.count} in ${limit.seconds} s`;
      return `limit ${limit.type} ${limit.track}${amount}${of}`;
    }),
    rule.tag === undefined ? "" : `tag ${rule.tag.type} ${rule.tag.count} ${rule.tag.metric}`,
    rule.noAlert ? "noalert" : "",
  ];
  const lines = [...about, ...rule.options.map(shownOption), ...after].filter((line) => line !== "");
  return [
    `${rule.gid}:${rule.sid}:${rule.rev} line ${rule.place.line}: ${rule.action} ${rule.protocol} ${ends.join(` ${arrow} `)}`,
    ...lines.map((line) => `  ${line}`),
  ];
}

function shownOption(option: Rule["options"][number]): string {
  const { kind, ...rest } = option;
  const members = Object.entries(rest).map(([key, value]) => member(key, value as unknown));
  return [kind, ...members.filter((text) => text !== "")].join(" ");
}

function member(key: string, value: unknown): string {
  if ((value === false && key !== "established") || (key === "buffer" && value === "payload")) return "";
  if (value === true) return key;
  if (value instanceof Uint8Array) return contentText(value);
  if (key === "buffer") return `in ${String(value)}`;
  if (key === "mode" && typeof value === "object") return numberMode(value as NumberMode);
  if (typeof value === "object" && value !== null) {
    if ("variable" in value) return `${key}=$${String(value.variable)}`;
    return `${key}=${JSON.stringify(value).replaceAll('"', "")}`;
  }
  return `${key}=${String(value)}`;
}

function numberMode({ little, string, base }: NumberMode): string {
  return string ? `string base=${base}` : little ? "little" : "";
}

/** Bytes as a content is written; what comes out reads as the same bytes. */
export function contentText(bytes: Uint8Array): string {
  const text = [...bytes].map((byte) => {
    const isPlain = byte >= 0x20 && byte < 0x7f && !'";:\\|'.includes(String.fromCharCode(byte));
    return isPlain ? String.fromCharCode(byte) : `|${byte.toString(16).padStart(2, "0")}|`;
  });
  return `"${text.join("").replaceAll("||", " ")}"`;
}

function ports(set: PortSet): string {
  return set === "any"
    ? "any"
    : set.map(([first, last]) => (first === last ? `${first}` : `${first}:${last}`)).join(",");
}

function addresses(set: AddressSet): string {
  return set === "any"
    ? "any"
    : set.map((range) => `${address(range, range.first)}-${address(range, range.last)}`).join(",");
}

function address({ family }: AddressRange, number: bigint): string {
  if (family === 6) return `v6:${number.toString(16)}`;
  return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join(".");
}
