// The buffers a rule can look into: their numbers, and whether they are of a request or a response.
// Apart because programs, patterns and listings share the one table.

import * as L from "../../../assembly/match/rules-layout.js";
import type { BufferName, RuleOption } from "../model.js";

export type Side = "request" | "response" | "either";

interface BufferFacts {
  readonly number: number;
  /** Undefined for the payload, which is of no side. */
  readonly side?: Side;
}

const FACTS: Readonly<Record<BufferName, BufferFacts>> = {
  payload: { number: L.BUFFER_PAYLOAD },
  http_uri: { number: L.BUFFER_HTTP_URI, side: "request" },
  http_raw_uri: { number: L.BUFFER_HTTP_RAW_URI, side: "request" },
  http_method: { number: L.BUFFER_HTTP_METHOD, side: "request" },
  http_header: { number: L.BUFFER_HTTP_HEADER, side: "either" },
  http_raw_header: { number: L.BUFFER_HTTP_RAW_HEADER, side: "either" },
  http_host: { number: L.BUFFER_HTTP_HOST, side: "request" },
  http_raw_host: { number: L.BUFFER_HTTP_RAW_HOST, side: "request" },
  http_user_agent: { number: L.BUFFER_HTTP_USER_AGENT, side: "request" },
  http_cookie: { number: L.BUFFER_HTTP_COOKIE, side: "either" },
  http_client_body: { number: L.BUFFER_HTTP_CLIENT_BODY, side: "request" },
  http_stat_code: { number: L.BUFFER_HTTP_STAT_CODE, side: "response" },
  http_stat_msg: { number: L.BUFFER_HTTP_STAT_MSG, side: "response" },
  file_data: { number: L.BUFFER_FILE_DATA, side: "response" },
};

const NAMES: ReadonlyMap<number, BufferName> = new Map(
  (Object.keys(FACTS) as BufferName[]).map((name) => [FACTS[name].number, name]),
);

export function bufferNumber(name: BufferName): number {
  return FACTS[name].number;
}

export function bufferSide(name: BufferName): Side | undefined {
  return FACTS[name].side;
}

/** The buffer's name, or `buffer N` of a number that is none. */
export function bufferName(number: number): string {
  return NAMES.get(number) ?? `buffer ${number}`;
}

/** The buffer that an option looks into, or undefined when it looks into none. */
export function bufferOf(option: RuleOption): BufferName | undefined {
  switch (option.kind) {
    case "content":
    case "pcre":
    case "isdataat":
    case "byte_test":
    case "byte_jump":
    case "byte_extract":
    case "bsize":
      return option.buffer;
    case "urilen":
      return "http_uri";
    case "rawurilen":
      return "http_raw_uri";
    default:
      return undefined;
  }
}

/** Holds where its buffer is not there: what must be missing is missing. */
export function holdsWithoutBuffer(option: RuleOption): boolean {
  return (
    (option.kind === "content" || option.kind === "pcre" || option.kind === "isdataat") && option.negated
  );
}
