// STRAY-MIB as a whole: its objects with their identifiers. The text of the MIB, the agents' table of objects, the
// document and the Prometheus exporter's module all come from here.
// Apart from the sections, which say what there is and not where.
// Always holds: an identifier never changes and is never used again (a golden list holds it).

import type { Oid } from "../oid.js";
import {
  CONFORMANCE_ARC,
  ENTERPRISE_ARC,
  MIB_ARC,
  NOTIFICATIONS_ARC,
  OBJECTS_ARC,
  TABLE_FIRST,
} from "./arcs.js";
import { ANOMALIES, CAUSES, RULES } from "./detection.js";
import { INCIDENTS } from "./incidents.js";
import { NOTICE_OBJECTS, NOTIFICATIONS } from "./notices.js";
import { COUNTERS_SECTION, SINKS } from "./outputs.js";
import { IDENTITY, SENSOR } from "./sensor.js";
import { FLOWS, INTERFACES, WORKERS } from "./traffic.js";
import type {
  IndexDef,
  NoticeObjectDef,
  NotificationDef,
  ObjectDef,
  ScalarDef,
  Section,
  TableDef,
} from "./types.js";

/** Their numbers are their places, from 1 on; strayNotices follows the last. */
const SECTION_LIST: readonly Section[] = [
  IDENTITY,
  SENSOR,
  INTERFACES,
  WORKERS,
  ANOMALIES,
  CAUSES,
  FLOWS,
  RULES,
  COUNTERS_SECTION,
  SINKS,
  INCIDENTS,
];
/** Far behind the sections, so that more of them can come. */
const NOTICES_NUMBER = 99;

export interface At<Def> {
  readonly def: Def;
  /** Of a scalar without the 0 behind it, of a column without the row. */
  readonly oid: Oid;
}

export interface TableAt extends At<TableDef> {
  readonly entry: Oid;
  readonly indices: readonly At<IndexDef>[];
  readonly columns: readonly At<ObjectDef<unknown>>[];
}

export interface SectionAt extends At<Section> {
  readonly scalars: readonly At<ScalarDef>[];
  readonly tables: readonly TableAt[];
}

export const SECTIONS: readonly SectionAt[] = SECTION_LIST.map((def, at) => {
  const oid = [...OBJECTS_ARC, at + 1];
  return {
    def,
    oid,
    scalars: numbered(def.scalars, oid),
    tables: def.tables.map((table, place) => tableAt(table, [...oid, TABLE_FIRST + place])),
  };
});

export const NOTICES_ARC: Oid = [...OBJECTS_ARC, NOTICES_NUMBER];
export const NOTICES: readonly At<NoticeObjectDef>[] = numbered(NOTICE_OBJECTS, NOTICES_ARC);
export const NOTIFICATIONS_AT: readonly At<NotificationDef>[] = numbered(NOTIFICATIONS, NOTIFICATIONS_ARC);
export const COMPLIANCES_ARC: Oid = [...CONFORMANCE_ARC, 1];
export const GROUPS_ARC: Oid = [...CONFORMANCE_ARC, 2];

/** What stands for nothing but itself: nodes of the tree. */
export const NODES: readonly { readonly name: string; readonly oid: Oid }[] = [
  { name: "strayMIB", oid: MIB_ARC },
  { name: "strayEnterprise", oid: ENTERPRISE_ARC },
  { name: "strayNotifications", oid: NOTIFICATIONS_ARC },
  { name: "strayObjects", oid: OBJECTS_ARC },
  { name: "strayConformance", oid: CONFORMANCE_ARC },
  ...SECTIONS.map(({ def: { name }, oid }) => ({ name, oid })),
  { name: "strayNotices", oid: NOTICES_ARC },
  { name: "strayCompliances", oid: COMPLIANCES_ARC },
  { name: "strayGroups", oid: GROUPS_ARC },
];

export interface Group {
  readonly name: string;
  readonly oid: Oid;
  readonly members: readonly string[];
  readonly description: string;
}

/** A section's objects; then what notifications carry, and they themselves. */
export const OBJECT_GROUPS: readonly Group[] = [
  ...SECTIONS.map(({ def, scalars, tables }, at) => ({
    name: `${def.name}Group`,
    oid: [...GROUPS_ARC, at + 1],
    members: [...scalars, ...tables.flatMap(({ columns }) => columns)].map((object) => object.def.name),
    description: def.about,
  })),
  {
    name: "strayNoticesGroup",
    oid: [...GROUPS_ARC, NOTICES_NUMBER],
    members: NOTICES.map(({ def }) => def.name),
    description: "What notifications carry and nothing else does.",
  },
];

export const NOTIFICATION_GROUP: Group = {
  name: "strayNotificationsGroup",
  oid: [...GROUPS_ARC, NOTICES_NUMBER + 1],
  members: NOTIFICATIONS.map(({ name }) => name),
  description: "What the sensor tells of its own accord.",
};

/** @throws Error for a name that is no scalar. */
export function scalarNamed(name: string): At<ScalarDef> {
  for (const { scalars } of SECTIONS) {
    const found = scalars.find(({ def }) => def.name === name);
    if (found !== undefined) return found;
  }
  throw new Error(`STRAY-MIB has no scalar ${name}`);
}

function numbered<Def>(defs: readonly Def[], below: Oid, first = 1): readonly At<Def>[] {
  return defs.map((def, at) => ({ def, oid: [...below, first + at] }));
}

function tableAt(def: TableDef, oid: Oid): TableAt {
  const entry = [...oid, 1];
  return {
    def,
    oid,
    entry,
    indices: numbered(def.indices, entry),
    columns: numbered(def.columns, entry, def.indices.length + 1),
  };
}
