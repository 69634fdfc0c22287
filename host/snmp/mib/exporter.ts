// A module for prometheus-snmp-exporter: which objects become metrics, and with which labels.
// Apart from the MIB because metrics are numbers: names of rows become labels, and text that changes is left out, since
// each new text would be a new series.
// Always holds: packaging/prometheus/snmp*.yml are these texts, held by a test (`STRAY_UPDATE=1 npx vitest run test/host/snmp`
// writes them anew).

import { stringify } from "yaml";
import { type Oid, oidText } from "../oid.js";
import { SECTIONS, type TableAt } from "./definition.js";
import type { ObjectDef, Syntax } from "./types.js";

/** Text among the scalars that says which sensor it is, and stays. */
const TEXTS: ReadonlySet<string> = new Set(["strayVersion", "strayName", "strayProfile"]);
/** Rows of it come and go with incidents. */
const LEFT_OUT: ReadonlySet<string> = new Set(["strayTopIncident"]);

interface Label {
  readonly labelname: string;
  readonly type: "gauge";
}

interface Lookup {
  readonly labels: readonly string[];
  readonly labelname: string;
  readonly oid: string;
  readonly type: "DisplayString";
}

interface Metric {
  readonly name: string;
  readonly oid: string;
  readonly type: string;
  readonly help: string;
  readonly indexes?: readonly Label[];
  readonly lookups?: readonly Lookup[];
  readonly enum_values?: ReadonlyMap<number, string>;
}

export interface ExporterModule {
  readonly walk: readonly string[];
  readonly get: readonly string[];
  readonly metrics: readonly Metric[];
}

const tables = SECTIONS.flatMap((section) => section.tables).filter(({ def }) => !LEFT_OUT.has(def.name));
const scalars = SECTIONS.flatMap((section) => section.scalars).filter(
  ({ def }) => def.syntax.word !== "DisplayString" || TEXTS.has(def.name),
);

export const EXPORTER_MODULE: ExporterModule = {
  walk: tables.map(({ oid }) => oidText(oid)),
  get: scalars.map(({ oid }) => oidText([...oid, 0])),
  metrics: [...scalars.map(({ def, oid }) => metric(def, oid)), ...tables.flatMap(tableMetrics)],
};

/** From snmp_exporter 0.23 on, who asks is said apart from what is asked. */
export function exporterText(form: "modules" | "flat"): string {
  const since = form === "modules" ? "0.23 and later" : "0.22 and earlier, as in Debian 12";
  const head = `# For prometheus-snmp-exporter ${since}: STRAY-MIB as metrics. Made from stray's definition of the MIB.\n`;
  const modules = { stray: EXPORTER_MODULE };
  const auths = { public_v2: { version: 2, community: "public" } };
  const whole =
    form === "modules"
      ? { auths, modules }
      : { stray: { ...EXPORTER_MODULE, version: 2, auth: { community: "public" } } };
  return head + stringify(whole, { lineWidth: 0, aliasDuplicateObjects: false });
}

function tableMetrics({ indices, columns }: TableAt): Metric[] {
  const labels = indices.map(({ def }) => def.name);
  const name = columns.find(({ def }) => def.name.endsWith("Name"));
  const indexes = labels.map((labelname): Label => ({ labelname, type: "gauge" }));
  const lookups: Lookup[] =
    name === undefined
      ? []
      : [{ labels, labelname: name.def.name, oid: oidText(name.oid), type: "DisplayString" }];
  return columns
    .filter(({ def }) => def.syntax.word !== "DisplayString")
    .map(({ def, oid }) => ({
      ...metric(def, oid),
      indexes,
      ...(lookups.length === 0 ? {} : { lookups }),
    }));
}

function metric({ name, syntax, description, units }: ObjectDef<never>, oid: Oid): Metric {
  const { labels } = syntax;
  return {
    name,
    oid: oidText(oid),
    type: typeOf(syntax),
    help: units === undefined ? description : `${description} (${units})`,
    ...(labels === undefined ? {} : { enum_values: new Map(labels.map((label, at) => [at + 1, label])) }),
  };
}

function typeOf({ word }: Syntax): string {
  switch (word) {
    case "DisplayString":
    case "DateAndTime":
      return word;
    case "Counter32":
    case "Counter64":
      return "counter";
    case "INTEGER":
      return "EnumAsStateSet";
    default:
      return "gauge";
  }
}
