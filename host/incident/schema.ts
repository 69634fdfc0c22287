// The tables of incidents.db, and how an older file becomes one of today.
// Apart from the queries because a table is for ever: what is here is only ever added to.
// Always holds: `user_version` says how many of these steps a file has; each step is one transaction; a file of a
// later stray is left alone.

import { StrayError } from "../errors.js";
import type { Database } from "../sqlite/database.js";

const STEPS: readonly string[] = [
  `CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE incidents (
     number INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL,
     state TEXT NOT NULL,
     severity INTEGER NOT NULL,
     title TEXT NOT NULL,
     subject TEXT NOT NULL,
     first_us INTEGER NOT NULL,
     last_us INTEGER NOT NULL,
     opened_ms INTEGER NOT NULL,
     changed_ms INTEGER NOT NULL,
     closed_ms INTEGER,
     alerts INTEGER NOT NULL,
     flows INTEGER NOT NULL,
     packets INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     sources INTEGER NOT NULL,
     destinations INTEGER NOT NULL,
     ports INTEGER NOT NULL,
     reopened INTEGER NOT NULL,
     suppressed INTEGER NOT NULL,
     cause TEXT,
     cause_score INTEGER NOT NULL,
     detail TEXT NOT NULL
   );
   CREATE INDEX incidents_by_last ON incidents (last_us, number);
   CREATE INDEX incidents_by_state ON incidents (state, last_us);
   CREATE INDEX incidents_by_subject ON incidents (subject);
   CREATE TABLE keys (
     key TEXT PRIMARY KEY,
     incident INTEGER NOT NULL REFERENCES incidents ON DELETE CASCADE
   ) WITHOUT ROWID;
   CREATE INDEX keys_by_incident ON keys (incident);
   CREATE TABLE facts (
     incident INTEGER NOT NULL REFERENCES incidents ON DELETE CASCADE,
     place INTEGER NOT NULL,
     flow TEXT NOT NULL,
     facts TEXT NOT NULL,
     UNIQUE (incident, place)
   );
   CREATE TABLE notes (
     number INTEGER PRIMARY KEY,
     incident INTEGER NOT NULL REFERENCES incidents ON DELETE CASCADE,
     ms INTEGER NOT NULL,
     who TEXT NOT NULL,
     text TEXT NOT NULL
   );
   CREATE INDEX notes_by_incident ON notes (incident, number);
   CREATE TABLE events (
     number INTEGER PRIMARY KEY,
     incident INTEGER NOT NULL REFERENCES incidents ON DELETE CASCADE,
     ms INTEGER NOT NULL,
     what TEXT NOT NULL,
     who TEXT NOT NULL,
     text TEXT NOT NULL
   );
   CREATE INDEX events_by_incident ON events (incident, number);
   CREATE TABLE merged (
     id TEXT PRIMARY KEY,
     incident INTEGER NOT NULL REFERENCES incidents ON DELETE CASCADE
   ) WITHOUT ROWID;
   CREATE INDEX merged_by_incident ON merged (incident);
   CREATE TABLE mutes (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     kind TEXT NOT NULL,
     value TEXT NOT NULL,
     reason TEXT NOT NULL,
     who TEXT NOT NULL,
     created_ms INTEGER NOT NULL,
     until_ms INTEGER,
     matched INTEGER NOT NULL,
     last_ms INTEGER
   );`,
  // Counts by state, severity and cause, and the most severe ones, without a look at the rows: SNMP asks each second.
  "CREATE INDEX incidents_by_rank ON incidents (state, severity DESC, last_us DESC, number DESC, cause);",
];

export const SCHEMA_VERSION = STEPS.length;

export function versionOf(database: Database): number {
  return database.number("PRAGMA user_version");
}

/** Brings the file up to date; answers whether it was new. @throws StrayError INCIDENTS_VERSION for a later one. */
export function migrate(database: Database): boolean {
  const version = versionOf(database);
  checkVersion(database);
  for (let step = version; step < SCHEMA_VERSION; step++) {
    database.transaction(() => {
      database.exec(STEPS[step]!);
      database.exec(`PRAGMA user_version = ${step + 1}`);
    });
  }
  return version === 0;
}

/** @throws StrayError INCIDENTS_VERSION */
export function checkVersion(database: Database): void {
  const version = versionOf(database);
  if (version <= SCHEMA_VERSION) return;
  throw new StrayError(
    "INCIDENTS_VERSION",
    `${database.path} was written by a later stray (tables of version ${version}, this one knows ${SCHEMA_VERSION}): update stray, or move the file away`,
    2,
  );
}
