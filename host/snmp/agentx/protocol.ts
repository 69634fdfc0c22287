// Numbers and shapes of AgentX (RFC 2741), and the bounds that we hold a master to.
// Apart from reading and writing because both, and the fake master of the tests, need them.
// Always holds: numbers are those of the RFC.

import type { Oid } from "../oid.js";
import type { TypedValue } from "../values.js";

export const PduType = {
  open: 1,
  close: 2,
  register: 3,
  unregister: 4,
  get: 5,
  getNext: 6,
  getBulk: 7,
  testSet: 8,
  commitSet: 9,
  undoSet: 10,
  cleanupSet: 11,
  notify: 12,
  ping: 13,
  response: 18,
} as const;

export const Flag = {
  nonDefaultContext: 0x08,
  networkByteOrder: 0x10,
} as const;

/** Of a Response: those of SNMP (RFC 3416) that we give, and AgentX's own. */
export const ErrorStatus = {
  none: 0,
  commitFailed: 14,
  undoFailed: 15,
  notWritable: 17,
  openFailed: 256,
  notOpen: 257,
  unsupportedContext: 262,
  duplicateRegistration: 263,
  requestDenied: 267,
  processingError: 268,
} as const;

/** What a master says when it refuses, in words. */
export const ERROR_WORDS: Readonly<Record<number, string>> = {
  256: "it opens no session",
  257: "it knows of no session",
  262: "it does not know the context",
  263: "another program has registered the same part of the tree",
  266: "it could not read what was sent",
  267: "it denies it (agentXPerms, access control)",
  268: "it could not do it",
};

export const VERSION = 1;
export const HEADER_BYTES = 20;
/** A payload from the master: requests are some hundred bytes. */
export const PAYLOAD_MAX = 65_536;
/** Names in one request. */
export const RANGES_MAX = 1024;
/** RFC 2578, section 3.5. */
export const OID_MAX = 128;

export interface Header {
  readonly type: number;
  readonly flags: number;
  readonly session: number;
  readonly transaction: number;
  readonly packet: number;
  readonly payload: number;
}

/** From `start`, itself included or not, up to and without `end`; no end where that is empty. */
export interface SearchRange {
  readonly start: Oid;
  readonly include: boolean;
  readonly end: Oid;
}

export type MasterPdu =
  | { readonly kind: "response"; readonly header: Header; readonly error: number; readonly index: number }
  | { readonly kind: "close"; readonly header: Header; readonly reason: number }
  | { readonly kind: "get" | "getNext"; readonly header: Header; readonly ranges: readonly SearchRange[] }
  | {
      readonly kind: "getBulk";
      readonly header: Header;
      readonly ranges: readonly SearchRange[];
      readonly nonRepeaters: number;
      readonly maxRepetitions: number;
    }
  | {
      readonly kind: "testSet" | "commitSet" | "undoSet" | "cleanupSet" | "otherContext";
      readonly header: Header;
    };

export interface VarBind extends Partial<TypedValue> {
  readonly oid: Oid;
  readonly type: number;
}
