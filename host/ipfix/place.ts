// Where an information element's value lies in a flow record, for both ways: written from it, read back into it.
// Apart from the table of elements so that the encoder and the decoder share one small set of codes.
// Always holds: a plain place is a little-endian number of the record; everything else has a code of its own.

/** What a place's offset counts from. */
export const BASE_HEADER = 0;
export const BASE_FLOW = 1;
/** The direction that the field speaks of: the initiator's, or the other one's for a reverse element. */
export const BASE_DIRECTION = 2;

/** Which end of the flow an element names by its own name, like source and destination. */
export const SOURCE = 0;
export const DESTINATION = 1;

/** How a value is had from a record and put back. */
export const CODE = {
  /** A number of `bytes` bytes at `offset`. */
  number: 0,
  startMs: 1,
  endMs: 2,
  startPart: 3,
  endPart: 4,
  lifeMs: 5,
  lifePart: 6,
  address4: 7,
  address6: 8,
  mac: 9,
  port: 10,
  packets: 11,
  packetsOfLife: 12,
  wireBytes: 13,
  appBytes: 14,
  icmpTypeCode: 15,
  spi: 16,
  etherType: 17,
  endReason: 18,
  biflowDirection: 19,
  flowFlags: 20,
  evidenceFlags: 21,
  vlan: 22,
  firstMac: 23,
  firstClassOfService: 24,
  list: 25,
  // Read only: what other exporters send.
  startSeconds: 32,
  endSeconds: 33,
  startNtp: 34,
  endNtp: 35,
  startDeltaUs: 36,
  endDeltaUs: 37,
  startUptimeMs: 38,
  endUptimeMs: 39,
  bootMs: 40,
  durationMs: 41,
  durationUs: 42,
  wireBytesOfLife: 43,
  ttl: 44,
  dscp: 45,
  icmpType: 46,
  icmpCode: 47,
} as const;
export type Code = (typeof CODE)[keyof typeof CODE];

export interface Place {
  readonly code: Code;
  readonly base: number;
  readonly offset: number;
  /** Bytes in the record, for plain numbers. */
  readonly bytes: number;
  /** SOURCE or DESTINATION, for elements that name an end. */
  readonly end: number;
}

const plain = (base: number, offset: number, bytes: number): Place => ({
  code: CODE.number,
  base,
  offset,
  bytes,
  end: SOURCE,
});

export const inHeader = (offset: number, bytes: number): Place => plain(BASE_HEADER, offset, bytes);
export const inFlow = (offset: number, bytes: number): Place => plain(BASE_FLOW, offset, bytes);
export const inDirection = (offset: number, bytes: number): Place => plain(BASE_DIRECTION, offset, bytes);

/** A value with a code of its own; `end` for elements that name an end. */
export const special = (code: Code, end = SOURCE): Place => ({
  code,
  base: BASE_DIRECTION,
  offset: 0,
  bytes: 0,
  end,
});
