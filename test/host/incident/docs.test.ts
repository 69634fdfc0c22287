// docs/incidents.md says what the code does: the policy, counters, methods and their parameters, members of an incident.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addIncidentMethods } from "../../../host/control/incident-methods.js";
import { PAGE_INCIDENTS_DEFAULT, PAGE_INCIDENTS_MAX } from "../../../host/control/incident-protocol.js";
import { LIVE_MAX } from "../../../host/incident/book.js";
import { FACTS_MAX } from "../../../host/incident/live.js";
import {
  EVENT_WORDS,
  INCIDENT_ACTIONS,
  INCIDENT_KINDS,
  INCIDENT_STATES,
  MUTES_MAX,
  NOTES_MAX,
  SEVERITIES,
} from "../../../host/incident/model.js";
import { alertPolicy, FINDING_POLICY, LEAST_POINTS, OPENING_POINTS } from "../../../host/incident/policy.js";
import { tableRows } from "../../support/doc-table.js";
import { RawClient, startControl } from "../control/support.js";
import { Rig } from "./rig.js";

const page = readFileSync(new URL("../../../docs/incidents.md", import.meta.url), "utf8");
const flat = page.replace(/\s+/g, " ");

const table = (heading: string) => tableRows(page, heading);

const names = (cell: string): string[] => cell.split(", ").filter((name) => name !== "");

describe("docs/incidents.md", () => {
  it("has the policy", () => {
    const rows = FINDING_POLICY.map(({ finding, points, severity, joins, reason, needsSilence }) => [
      needsSilence ? `${finding} *` : finding,
      String(points),
      SEVERITIES[severity - 1],
      joins,
      reason,
    ]);
    expect(table("| Finding | Points | Severity | Joins by | Why so many |")).toEqual(rows);
    for (const [index, [, points, severity]] of table(
      "| Priority of the alert | Points | Severity |",
    ).entries()) {
      const policy = alertPolicy(index + 1);
      expect([points, severity?.split(";")[0]]).toEqual([
        String(policy.points),
        SEVERITIES[policy.severity - 1],
      ]);
    }
    expect(flat).toContain(`${OPENING_POINTS} points of one source`);
    expect(flat).toContain(`fewer than ${LEAST_POINTS} points`);
  });

  it("has the states, kinds, events, actions", () => {
    expect(table("| State | What a recurrence does |").map(([state]) => state)).toEqual([...INCIDENT_STATES]);
    for (const word of [...EVENT_WORDS, ...INCIDENT_ACTIONS]) expect(flat).toContain(`\`${word}\``);
    for (const kind of INCIDENT_KINDS) expect(page).toContain(`\n- **${kind}**: `);
  });

  it("has every counter, and no other", () => {
    const rig = new Rig();
    expect(table("| Counter | Counts |").map(([name]) => name)).toEqual(Object.keys(rig.engine.counters()));
  });

  it("has every method with its parameters", async () => {
    const { server, path } = await startControl();
    const before = server.methods.names.length;
    const rig = new Rig();
    addIncidentMethods(server.methods, () => rig.engine);
    const rows = table("| Method | Takes | Gives |");
    expect(rows.map(([method]) => method)).toEqual(server.methods.names.slice(before));
    const client = await RawClient.connect(path);
    for (const [method = "", takes = ""] of rows) {
      const { error } = await client.ask(method, { nosuch: 1 });
      const taken = error?.message.includes("no parameters")
        ? ""
        : (error?.message.replace(/^.*there are /, "") ?? "unknown");
      expect([method, taken]).toEqual([method, takes]);
    }
  });

  it("has every member of an incident, those of the list first", () => {
    const rig = new Rig();
    rig.alert("192.0.2.1", "192.0.2.2");
    const rows = table("| Member | What |").map(([cell]) => names(cell ?? ""));
    const line = rows.findIndex((row) => row.length === 0);
    const summary = rig.engine.book.reader;
    const whole = rig.only();
    const [listed] = summary.list({ limit: 1 }).incidents;
    expect(rows.slice(0, line).flat().sort()).toEqual(Object.keys(listed!).sort());
    expect(rows.flat().sort()).toEqual(Object.keys(whole).sort());
  });

  it("has the bounds", () => {
    const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
    for (const text of [
      `at most ${grouped(LIVE_MAX)} incidents`,
      `the facts of ${FACTS_MAX} flows`,
      `${NOTES_MAX} notes`,
      `There are ${MUTES_MAX} at most`,
      `\`limit\` up to ${PAGE_INCIDENTS_MAX} (${PAGE_INCIDENTS_DEFAULT} without it)`,
    ]) {
      expect(flat).toContain(text);
    }
  });
});
