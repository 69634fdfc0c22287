// What an object of STRAY-MIB is made of: the words of SMIv2 that are used, and where a value comes from.
// Apart from the objects so that each of their files is a list that can be read.
// Always holds: an object's place in its list is its number in the MIB: new ones go to the end, none goes away.

import type { MibSnapshot } from "../snapshot.js";

export type SyntaxWord =
  | "DisplayString"
  | "DateAndTime"
  | "TruthValue"
  | "TimeTicks"
  | "Counter32"
  | "Counter64"
  | "Gauge32"
  | "Unsigned32"
  | "Integer32"
  | "INTEGER";

export interface Syntax {
  readonly word: SyntaxWord;
  /** Values of a number, lengths of a text. */
  readonly range?: readonly [least: number, most: number];
  /** Of INTEGER, in their order: the first one is 1. */
  readonly labels?: readonly string[];
}

/**
 * As the sensor has it: text for DisplayString and INTEGER (a label, or the word that it is made of), milliseconds
 * since 1970 for DateAndTime, milliseconds for TimeTicks, true or false for TruthValue. Undefined: not known, or none.
 */
export type Plain = string | number | boolean | undefined;

export interface ObjectDef<Of> {
  readonly name: string;
  readonly syntax: Syntax;
  readonly units?: string;
  readonly description: string;
  /** Where the value comes from, for docs/snmp.md. */
  readonly from: string;
  readonly value: (of: Of) => Plain;
}

export type ScalarDef = ObjectDef<MibSnapshot>;

/** An object that tells which row is meant; it is part of names and has no value of its own. */
export interface IndexDef {
  readonly name: string;
  readonly description: string;
}

export interface TableRow {
  /** One number for each index. */
  readonly index: readonly number[];
  readonly of: unknown;
}

export interface TableDef {
  /** `strayWorker` of strayWorkerTable, strayWorkerEntry. */
  readonly name: string;
  readonly description: string;
  /** What a row is. */
  readonly row: string;
  readonly indices: readonly IndexDef[];
  readonly columns: readonly ObjectDef<unknown>[];
  /** In the order of their indices. */
  readonly rows: (snapshot: MibSnapshot) => readonly TableRow[];
}

export interface Section {
  /** `strayFlows`: the node that its objects hang on, and the group they are in. */
  readonly name: string;
  readonly title: string;
  /** Where its group stands for something, in a sentence. */
  readonly about: string;
  readonly scalars: readonly ScalarDef[];
  /** They are numbered behind TABLE_FIRST, so that scalars can be added. */
  readonly tables: readonly TableDef[];
}

/** Sent along with notifications only. */
export interface NoticeObjectDef {
  readonly name: string;
  readonly syntax: Syntax;
  readonly units?: string;
  readonly description: string;
}

export interface NotificationDef {
  readonly name: string;
  /** Names, in the order in which they are sent. */
  readonly objects: readonly string[];
  readonly description: string;
}

/** A table whose columns know their rows. */
export function table<Row>(def: {
  readonly name: string;
  readonly description: string;
  readonly row: string;
  readonly indices: readonly IndexDef[];
  readonly columns: readonly ObjectDef<Row>[];
  readonly rows: (snapshot: MibSnapshot) => readonly { index: readonly number[]; of: Row }[];
}): TableDef {
  return def as unknown as TableDef;
}

export const text = (most = 255): Syntax => ({ word: "DisplayString", range: [0, most] });
export const time: Syntax = { word: "DateAndTime" };
export const truth: Syntax = { word: "TruthValue" };
export const ticks: Syntax = { word: "TimeTicks" };
export const counter: Syntax = { word: "Counter64" };
export const gauge: Syntax = { word: "Gauge32" };
export const percent: Syntax = { word: "Gauge32", range: [0, 100] };
export const number = (least: number, most: number): Syntax => ({ word: "Integer32", range: [least, most] });
export const choice = (...labels: readonly string[]): Syntax => ({ word: "INTEGER", labels });
