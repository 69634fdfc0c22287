// Questions to incidents.db and changes of it.
// Apart from the engine because the command line asks the same of a file when no strayd runs.
// Always holds: what is read is checked for its form, so that a file from elsewhere can't break the reader; changes
// are made within a transaction of the caller.

import type { CauseName } from "../cause/names.js";
import type { Database } from "../sqlite/database.js";
import {
  byStart,
  columnsOf,
  cursorOf,
  detailOf,
  nullable,
  parsed,
  type Row,
  summaryOf,
} from "./incident-rows.js";
import { detailsOf, LiveIncident } from "./live.js";
import type {
  Incident,
  IncidentEvent,
  IncidentNote,
  IncidentState,
  IncidentSummary,
  Mute,
  MuteKind,
} from "./model.js";

/** Which incidents, the latest seen first; all that are given must hold. */
export interface IncidentQuery {
  readonly states?: readonly IncidentState[];
  /** At least. */
  readonly severity?: number;
  /** Seen at this time or later. */
  readonly sinceUs?: number;
  /** What it is about. */
  readonly subject?: string;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

export interface IncidentPage<Row> {
  readonly incidents: readonly Row[];
  /** null behind the last page. */
  readonly next: string | null;
}

const SAVE = `INSERT INTO incidents (number, id, kind, state, severity, title, subject, first_us, last_us, opened_ms,
    changed_ms, closed_ms, alerts, flows, packets, bytes, sources, destinations, ports, reopened, suppressed, cause,
    cause_score, detail)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)
  ON CONFLICT (number) DO UPDATE SET kind = ?3, state = ?4, severity = ?5, title = ?6, first_us = ?8, last_us = ?9,
    changed_ms = ?11, closed_ms = ?12, alerts = ?13, flows = ?14, packets = ?15, bytes = ?16, sources = ?17,
    destinations = ?18, ports = ?19, reopened = ?20, suppressed = ?21, cause = ?22, cause_score = ?23, detail = ?24`;
/** Of the life of an incident, besides its first. */
const EVENTS_MAX = 200;

export class IncidentStore {
  constructor(readonly database: Database) {}

  // ---- Reading --------------------------------------------------------------------------------------------

  list(query: IncidentQuery): IncidentPage<IncidentSummary> {
    const { rows, next } = this.page(query);
    return { incidents: rows.map(summaryOf), next };
  }

  /** Whole ones, until they come to about `bytes` of JSON; one at least. */
  full(query: IncidentQuery, bytes: number): IncidentPage<Incident> {
    const { rows, next } = this.page(query);
    const incidents: Incident[] = [];
    let size = 0;
    for (const [index, row] of rows.entries()) {
      const incident = this.whole(row);
      size += JSON.stringify(incident).length;
      if (index > 0 && size > bytes) return { incidents, next: cursorOf(rows[index - 1]!) };
      incidents.push(incident);
    }
    return { incidents, next };
  }

  /** By its id, or the id of one that was merged into it. */
  find(id: string): number | undefined {
    const row =
      this.database.get<{ number: number }>("SELECT number FROM incidents WHERE id = ?1", id) ??
      this.database.get<{ number: number }>("SELECT incident AS number FROM merged WHERE id = ?1", id);
    return row?.number;
  }

  /** Ids that begin with `prefix`, two at most. */
  idsLike(prefix: string): string[] {
    const sql = "SELECT id FROM incidents WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 2";
    return this.database.all<{ id: string }>(sql, prefix, `${prefix}\u{10ffff}`).map(({ id }) => id);
  }

  show(number: number): Incident | undefined {
    const row = this.row(number);
    return row === undefined ? undefined : this.whole(row);
  }

  summary(number: number): IncidentSummary | undefined {
    const row = this.row(number);
    return row === undefined ? undefined : summaryOf(row);
  }

  load(number: number): LiveIncident | undefined {
    const row = this.row(number);
    if (row === undefined) return undefined;
    const live = new LiveIncident(columnsOf(row), detailOf(row));
    live.isStored = true;
    const sql = "SELECT place, flow FROM facts WHERE incident = ?1";
    this.database.each<{ place: number; flow: string }>(sql, [number], ({ place, flow }) => {
      live.places[place] = flow;
    });
    return live;
  }

  /** JSON by place. */
  facts(number: number): Map<number, string> {
    const facts = new Map<number, string>();
    const sql = "SELECT place, facts FROM facts WHERE incident = ?1 ORDER BY place";
    this.database.each<{ place: number; facts: string }>(sql, [number], ({ place, facts: text }) => {
      facts.set(place, text);
    });
    return facts;
  }

  notes(number: number): IncidentNote[] {
    const sql = "SELECT ms, who, text FROM notes WHERE incident = ?1 ORDER BY number";
    return this.database.all<IncidentNote>(sql, number);
  }

  events(number: number): IncidentEvent[] {
    const sql = "SELECT ms, what, who, text FROM events WHERE incident = ?1 ORDER BY number";
    return this.database.all<IncidentEvent>(sql, number);
  }

  /** Every key with its incident. */
  eachKey(each: (key: string, incident: number) => void): void {
    this.database.each<{ key: string; incident: number }>("SELECT key, incident FROM keys", [], (row) =>
      each(row.key, row.incident),
    );
  }

  keysOf(number: number): string[] {
    return this.database
      .all<{ key: string }>("SELECT key FROM keys WHERE incident = ?1", number)
      .map(({ key }) => key);
  }

  /** How many there are, by state and severity. */
  tally(): { state: IncidentState; severity: number; count: number }[] {
    return this.database.all(
      "SELECT state, severity, count(*) AS count FROM incidents GROUP BY state, severity",
    );
  }

  /** The most severe open ones, of those the latest seen. */
  top(limit: number): IncidentSummary[] {
    const sql =
      "SELECT * FROM incidents WHERE state = 'open' ORDER BY severity DESC, last_us DESC, number DESC LIMIT ?1";
    return this.database.all<Row>(sql, limit).map(summaryOf);
  }

  /** How many there are, by their first cause; those without one are left out. */
  causes(): { cause: CauseName; open: number; kept: number }[] {
    return this.database.all(
      "SELECT cause, sum(state = 'open') AS open, count(*) AS kept FROM incidents WHERE cause IS NOT NULL GROUP BY cause",
    );
  }

  get lastNumber(): number {
    return this.database.number("SELECT coalesce(max(number), 0) FROM incidents");
  }

  mutes(): Mute[] {
    return this.database.all("SELECT * FROM mutes ORDER BY number").map((row) => ({
      number: Number(row["number"]),
      kind: String(row["kind"]) as MuteKind,
      value: String(row["value"]),
      reason: String(row["reason"]),
      who: String(row["who"]),
      createdMs: Number(row["created_ms"]),
      untilMs: nullable(row["until_ms"]),
      matched: Number(row["matched"]),
      lastMs: nullable(row["last_ms"]),
    }));
  }

  meta(name: string): string | undefined {
    return this.database.get<{ value: string }>("SELECT value FROM meta WHERE name = ?1", name)?.value;
  }

  // ---- Writing --------------------------------------------------------------------------------------------

  setMeta(name: string, value: string): void {
    this.database.run("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", name, value);
  }

  save(live: LiveIncident): void {
    const it = live.columns;
    this.database.run(
      SAVE,
      ...[it.number, it.id, it.kind, it.state, it.severity, it.title, it.subject, it.firstUs, it.lastUs],
      ...[it.openedMs, it.changedMs, it.closedMs, it.alerts, it.flows, it.packets, it.bytes],
      ...[live.sources.count, live.destinations.count, live.ports.count, it.reopened, it.suppressed],
      ...[it.cause, it.causeScore, JSON.stringify(live.detail())],
    );
    for (const [place, { flow, facts }] of live.newFacts) this.saveFacts(it.number, place, flow, facts);
    for (const event of live.newEvents) this.addEvent(it.number, event);
  }

  saveFacts(number: number, place: number, flow: string, facts: string): void {
    const sql = `INSERT INTO facts VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (incident, place) DO UPDATE SET flow = ?3, facts = ?4`;
    this.database.run(sql, number, place, flow, facts);
  }

  setKey(key: string, number: number): void {
    const sql = "INSERT INTO keys VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET incident = ?2";
    this.database.run(sql, key, number);
  }

  addNote(number: number, { ms, who, text }: IncidentNote): void {
    this.database.run(
      "INSERT INTO notes (incident, ms, who, text) VALUES (?1, ?2, ?3, ?4)",
      number,
      ms,
      who,
      text,
    );
  }

  /** Beyond EVENTS_MAX the oldest but the first goes. */
  addEvent(number: number, { ms, what, who, text }: IncidentEvent): void {
    const sql = "INSERT INTO events (incident, ms, what, who, text) VALUES (?1, ?2, ?3, ?4, ?5)";
    this.database.run(sql, number, ms, what, who, text);
    if (this.database.number("SELECT count(*) FROM events WHERE incident = ?1", number) <= EVENTS_MAX) return;
    this.database.run(
      "DELETE FROM events WHERE number = (SELECT number FROM events WHERE incident = ?1 ORDER BY number LIMIT 1 OFFSET 1)",
      number,
    );
  }

  /** Everything of `from` that has a row of its own goes over to `into`; then `from` is no more. */
  absorb(into: number, from: LiveIncident): void {
    const { number, id } = from;
    for (const table of ["notes", "events", "keys", "merged"]) {
      this.database.run(`UPDATE ${table} SET incident = ?1 WHERE incident = ?2`, into, number);
    }
    this.database.run("INSERT OR REPLACE INTO merged VALUES (?1, ?2)", id, into);
    this.remove(number);
  }

  remove(number: number): void {
    this.database.run("DELETE FROM incidents WHERE number = ?1", number);
  }

  /** Numbers of the longest unseen in one of those states, not in use just now and not seen since `beforeUs`. */
  oldest(states: readonly IncidentState[], limit: number, beforeUs: number): number[] {
    const marks = states.map((_, index) => `?${index + 3}`).join(", ");
    const sql = `SELECT number FROM incidents WHERE state IN (${marks}) AND last_us < ?2 ORDER BY last_us, number LIMIT ?1`;
    return this.database.all<{ number: number }>(sql, limit, beforeUs, ...states).map(({ number }) => number);
  }

  addMute(mute: Omit<Mute, "number" | "matched" | "lastMs">): number {
    const { kind, value, reason, who, createdMs, untilMs } = mute;
    this.database.run(
      `INSERT INTO mutes (kind, value, reason, who, created_ms, until_ms, matched, last_ms)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, NULL)`,
      ...[kind, value, reason, who, createdMs, untilMs],
    );
    return this.database.number("SELECT last_insert_rowid()");
  }

  /** With the number it had. */
  restoreMute(mute: Mute): void {
    const { number, kind, value, reason, who, createdMs, untilMs, matched, lastMs } = mute;
    this.database.run(
      "INSERT INTO mutes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
      ...[number, kind, value, reason, who, createdMs, untilMs, matched, lastMs],
    );
  }

  countMute(number: number, matched: number, lastMs: number): void {
    this.database.run(
      "UPDATE mutes SET matched = ?2, last_ms = ?3 WHERE number = ?1",
      number,
      matched,
      lastMs,
    );
  }

  removeMute(number: number): void {
    this.database.run("DELETE FROM mutes WHERE number = ?1", number);
  }

  // ---- Rows -----------------------------------------------------------------------------------------------

  private row(number: number): Row | undefined {
    return this.database.get<Row>("SELECT * FROM incidents WHERE number = ?1", number);
  }

  private page(query: IncidentQuery): { rows: Row[]; next: string | null } {
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    const place = (value: string | number) => `?${values.push(value)}`;
    const { states = [], severity, sinceUs, subject, limit, after } = query;
    if (states.length > 0) conditions.push(`state IN (${states.map(place).join(", ")})`);
    if (severity !== undefined) conditions.push(`severity >= ${place(severity)}`);
    if (sinceUs !== undefined) conditions.push(`last_us >= ${place(sinceUs)}`);
    if (subject !== undefined) conditions.push(`subject = ${place(subject)}`);
    const [lastUs, number] = (after ?? "").split("-").map(Number);
    if (lastUs !== undefined && number !== undefined) {
      conditions.push(`(last_us, number) < (${place(lastUs)}, ${place(number)})`);
    }
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const sql = `SELECT * FROM incidents ${where} ORDER BY last_us DESC, number DESC LIMIT ${place(limit + 1)}`;
    const rows = this.database.all<Row>(sql, ...values);
    const hasMore = rows.length > limit;
    if (hasMore) rows.pop();
    const last = rows.at(-1);
    return { rows, next: hasMore && last !== undefined ? cursorOf(last) : null };
  }

  private whole(row: Row): Incident {
    return {
      ...summaryOf(row),
      ...detailsOf(detailOf(row)),
      notes: this.notes(row.number),
      events: this.events(row.number),
      facts: [...this.facts(row.number).values()].map(parsed).sort(byStart),
    };
  }
}
