// What stray knows of a flow and EVE has no place for: the object `stray` of a flow event.
// Apart because it comes from the one table of fields; docs/record-fields.md says what each is.
// Always holds: names are those of the table; a count of 0, an absent value, an empty list and the ethertype of what
// is IP are left out.

import { type Field, secondsText } from "../record/field-types.js";
import { FIELDS } from "../record/fields.js";
import type { FlowRecord } from "../record/flow-record.js";

/** Told by the event itself, or a sum of what is told. */
const TOLD: ReadonlySet<string> = new Set(
  (
    "stime ltime dur proto saddr sport daddr dport pkts spkts dpkts bytes sbytes dbytes appbytes " +
    "sflags dflags smac dmac svlan dvlan"
  ).split(" "),
);

const STYLE = { state: "word", numericProto: false, time: String, timeWidth: 0 } as const;
/** A number of one of these units says something only when it is not 0. */
const COUNTS: ReadonlySet<string> = new Set(["count", "packets", "bytes"]);

interface Member {
  readonly key: string;
  /** The value as JSON, empty when there is nothing to say. */
  readonly text: (record: FlowRecord) => string;
}

export const EVIDENCE_NAMES: readonly string[] = FIELDS.map(({ name }) => name).filter(
  (name) => !TOLD.has(name),
);

const MEMBERS: readonly Member[] = FIELDS.filter(({ name }) => !TOLD.has(name)).map((field) => ({
  key: `"${field.name}":`,
  text: memberText(field),
}));

/** `"dir":"->","dir_reason":"syn",…`, in the table's order, without braces. */
export function evidenceText(record: FlowRecord): string {
  let line = "";
  for (const { key, text } of MEMBERS) {
    const value = text(record);
    if (value !== "") line += line === "" ? key + value : `,${key}${value}`;
  }
  return line;
}

function memberText(field: Field): (record: FlowRecord) => string {
  switch (field.type) {
    case "number": {
      const isCount = COUNTS.has(field.unit) && field.name !== "swin" && field.name !== "dwin";
      const isLinkOnly = field.name === "ethertype";
      return (record) => {
        if (isLinkOnly && record.isIp) return "";
        const value = field.value(record);
        return Number.isNaN(value) || (isCount && value === 0) ? "" : String(value);
      };
    }
    case "time":
    case "seconds":
      return (record) => {
        const us = field.us(record);
        return Number.isNaN(us) ? "" : secondsText(us);
      };
    case "text":
      return (record) => {
        const value = field.value(record, STYLE).trimEnd();
        return value === "" ? "" : asciiJson(value);
      };
    case "list":
      return (record) => {
        const values = field.value(record);
        return values.length === 0 ? "" : asciiJson(values);
      };
  }
}

/** JSON of ASCII characters only: fits any encoding, terminal and syslog message. */
export function asciiJson(value: unknown): string {
  return (JSON.stringify(value) ?? "null").replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
