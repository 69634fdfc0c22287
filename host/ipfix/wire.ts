// Numbers of the IPFIX protocol itself: framing, sets, data types (RFC 7011, RFC 5610, RFC 6313).
// Apart so that encoder, decoder and store name the same things alike.
// Always holds: nothing here depends on stray's own information elements.

export const IPFIX_VERSION = 10;
export const MESSAGE_HEADER_SIZE = 16;
export const MESSAGE_SIZE_MAX = 65535;
export const SET_HEADER_SIZE = 4;

// Offsets in a message's header.
export const LENGTH_OFFSET = 2; // u16
export const EXPORT_TIME_OFFSET = 4; // u32, seconds since 1970
export const SEQUENCE_OFFSET = 8; // u32
export const DOMAIN_OFFSET = 12; // u32

export const TEMPLATE_SET = 2;
export const OPTIONS_TEMPLATE_SET = 3;
/** From here on a set's number is that of its template. */
export const DATA_SET_MIN = 256;

/** A field's length that says: the data has it (RFC 7011, section 7). */
export const VARIABLE_LENGTH = 65535;
/** The first of a length's octets that says: two more follow. */
export const LONG_LENGTH = 255;
/** In a field's number: an enterprise number follows. */
export const ENTERPRISE_BIT = 0x8000;
/** Enterprise number that turns an IANA element round: the other direction's (RFC 5103, section 6.1). */
export const REVERSE_ENTERPRISE = 29305;

export const SUB_TEMPLATE_LIST = 292;
/** Semantic octet of a list whose order counts (RFC 6313, section 4.4.5). */
export const LIST_ORDERED = 4;
/** Semantic octet and template number of a subTemplateList. */
export const LIST_HEADER_SIZE = 3;

/** Abstract data types by their number (RFC 5610, section 3.1), and what each takes unless it is made shorter. */
export const DATA_TYPES = {
  unsigned8: { code: 1, bytes: 1 },
  unsigned16: { code: 2, bytes: 2 },
  unsigned32: { code: 3, bytes: 4 },
  unsigned64: { code: 4, bytes: 8 },
  macAddress: { code: 12, bytes: 6 },
  string: { code: 13, bytes: VARIABLE_LENGTH },
  dateTimeSeconds: { code: 14, bytes: 4 },
  dateTimeMilliseconds: { code: 15, bytes: 8 },
  dateTimeMicroseconds: { code: 16, bytes: 8 },
  dateTimeNanoseconds: { code: 17, bytes: 8 },
  ipv4Address: { code: 18, bytes: 4 },
  ipv6Address: { code: 19, bytes: 16 },
  subTemplateList: { code: 21, bytes: VARIABLE_LENGTH },
} as const;
export type DataType = keyof typeof DATA_TYPES;

/** RFC 5610, section 3.6. */
export const SEMANTICS = {
  default: 0,
  quantity: 1,
  totalCounter: 2,
  deltaCounter: 3,
  identifier: 4,
  flags: 5,
} as const;
export type Semantics = keyof typeof SEMANTICS;

/** RFC 5610, section 3.7, those in use here. */
export const UNITS = { none: 0, packets: 3, microseconds: 7, nanoseconds: 8 } as const;
export type Units = keyof typeof UNITS;
