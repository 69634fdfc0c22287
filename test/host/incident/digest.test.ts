// What SNMP asks of incidents: the most severe open ones, counts by cause. Answered from an index, which older files get.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IncidentStore } from "../../../host/incident/incident-store.js";
import { type IncidentColumns, LiveIncident } from "../../../host/incident/live.js";
import { migrate, SCHEMA_VERSION, versionOf } from "../../../host/incident/schema.js";
import { Database } from "../../../host/sqlite/database.js";

const PLAIN: IncidentColumns = {
  number: 0,
  id: "",
  kind: "source",
  state: "open",
  severity: 1,
  title: "",
  subject: "192.0.2.1",
  firstUs: 0,
  lastUs: 0,
  openedMs: 0,
  changedMs: 0,
  closedMs: null,
  alerts: 0,
  flows: 0,
  packets: 0,
  bytes: 0,
  reopened: 0,
  suppressed: 0,
  cause: null,
  causeScore: 0,
};

describe("the digest of incidents", () => {
  let database: Database;
  let store: IncidentStore;
  let number: number;

  beforeEach(() => {
    database = Database.open(":memory:");
    migrate(database);
    store = new IncidentStore(database);
    number = 0;
  });
  afterEach(() => database.close());

  const save = (columns: Partial<IncidentColumns>) => {
    number++;
    store.save(new LiveIncident({ ...PLAIN, number, id: `ID${number}`, ...columns }));
  };
  const ids = (limit: number) => store.top(limit).map(({ id }) => id);

  it("has open ones only, the most severe first, of those the latest seen", () => {
    save({ severity: 2, lastUs: 5 });
    save({ severity: 4, lastUs: 1 });
    save({ severity: 4, lastUs: 9, state: "acknowledged" });
    save({ severity: 2, lastUs: 7 });
    save({ severity: 3, lastUs: 3, state: "closed" });
    save({ severity: 2, lastUs: 7 });
    expect(ids(20)).toEqual(["ID2", "ID6", "ID4", "ID1"]);
    expect(ids(2)).toEqual(["ID2", "ID6"]);
    expect(store.top(1)[0]).toMatchObject({ severity: "critical", state: "open" });
  });

  it("counts by the first cause, those without one left out", () => {
    save({ cause: "scan" });
    save({ cause: "scan", state: "closed" });
    save({ cause: "injected", state: "acknowledged" });
    save({});
    expect(store.causes().sort((a, b) => a.cause.localeCompare(b.cause))).toEqual([
      { cause: "injected", open: 0, kept: 1 },
      { cause: "scan", open: 1, kept: 2 },
    ]);
  });

  it("is answered from an index alone, also in a file that had none", () => {
    save({ cause: "scan", severity: 3 });
    database.exec("DROP INDEX incidents_by_rank; PRAGMA user_version = 1;");
    expect(migrate(database)).toBe(false);
    expect(versionOf(database)).toBe(SCHEMA_VERSION);
    const plan = (sql: string) =>
      database
        .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .map(({ detail }) => detail)
        .join("; ");
    for (const sql of [
      "SELECT state, severity, count(*) AS count FROM incidents GROUP BY state, severity",
      "SELECT cause, sum(state = 'open') AS open, count(*) AS kept FROM incidents WHERE cause IS NOT NULL GROUP BY cause",
    ]) {
      expect(plan(sql)).toContain("COVERING INDEX incidents_by_rank");
    }
    const top = plan(
      "SELECT * FROM incidents WHERE state = 'open' ORDER BY severity DESC, last_us DESC, number DESC LIMIT 20",
    );
    expect(top).toContain("INDEX incidents_by_rank");
    expect(top).not.toContain("TEMP B-TREE");
    expect(ids(20)).toEqual(["ID1"]);
  });
});
