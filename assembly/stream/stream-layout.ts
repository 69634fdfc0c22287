// What inspection knows of a conversation: the session of a flow and its two streams.
// Apart from the flow slot because few flows need it at a time: sessions are lent, the longest unused goes first.
// Always holds: a session is the flow's only while SLOT and BIRTH agree with it, so that a slot used anew finds none.

// ---- Session (SESSION_SIZE) --------------------------------------------------------------------------------

export const SESSION_SLOT_OFFSET: i32 = 0; // u32, flow slot + 1, 0 = free
export const SESSION_GENERATION_OFFSET: i32 = 4; // u32, rules that PENDING, ALERTED and FLOWBITS speak of
export const SESSION_BIRTH_OFFSET: i32 = 8; // u64, FLOW_FIRST_FRAME of its flow
export const SESSION_LAST_OFFSET: i32 = 16; // u64, number of the latest packet
export const SESSION_BITS_OFFSET: i32 = 24; // u32, SESSION_BIT_*
export const SESSION_TAG_LEFT_OFFSET: i32 = 28; // u32, packets or bytes that a tag still asks for
export const SESSION_TAG_UNTIL_OFFSET: i32 = 32; // u64 ns
export const SESSION_TAG_RULE_OFFSET: i32 = 40; // u32, rule that asked
export const SESSION_FINDINGS_OFFSET: i32 = 48; // u64, findings of the flow that rules were looked at for
export const SESSION_FLOWBITS_OFFSET: i32 = 64; // FLOWBIT_CAPACITY bits
export const SESSION_ALERTED_OFFSET: i32 = 96; // ALERTED_CAPACITY x {rule u32, sequence number behind the match u32}
export const SESSION_ALERTED_HAND_OFFSET: i32 = 160; // u32
export const SESSION_STREAM_A_OFFSET: i32 = 192; // what A sent
export const SESSION_STREAM_B_OFFSET: i32 = 352;

export const ALERTED_CAPACITY: i32 = 8;

export const SESSION_BIT_PASSED: i32 = 1; // a pass rule matched: nothing more is looked at
export const SESSION_BIT_DROPPED: i32 = 2; // a drop or reject rule matched
export const SESSION_BIT_TAG_PACKETS: i32 = 4;
export const SESSION_BIT_TAG_SECONDS: i32 = 8;
export const SESSION_BIT_TAG_BYTES: i32 = 16;

// ---- Stream: one direction ---------------------------------------------------------------------------------
//
//   START ........ BASE [ window: 0 ... INSPECTED ... FILLED  (hole)  range  (hole)  range ]
//
// Bytes of the window up to FILLED are in order; behind it, ranges that came early lie where they belong.

export const STREAM_SIZE: i32 = 160;
export const STREAM_WINDOW_OFFSET: i32 = 0; // u32, address of its window's first byte (the owner's words lie before it), 0 = it has none
export const STREAM_BASE_OFFSET: i32 = 4; // u32, sequence number of the window's first byte
export const STREAM_FILLED_OFFSET: i32 = 8; // u32, bytes of the window in order
export const STREAM_INSPECTED_OFFSET: i32 = 12; // u32, of these, bytes already looked at
export const STREAM_START_OFFSET: i32 = 16; // u32, sequence number of the stream's first byte, as far as it is known
export const STREAM_BITS_OFFSET: i32 = 20; // u32, STREAM_BIT_*
export const STREAM_RANGE_COUNT_OFFSET: i32 = 24; // u32
export const STREAM_AGE_OFFSET: i32 = 28; // u32, segments since the oldest hole was left
export const STREAM_RANGES_OFFSET: i32 = 32; // STREAM_RANGE_CAPACITY x {from u16, to u16}, ascending, in the window
export const STREAM_PREPENDS_OFFSET: i32 = 56; // u16, times bytes were put before the first ones seen
export const STREAM_STRAYS_OFFSET: i32 = 58; // u16, segments in a row that lay before the window after a hole
export const STREAM_TOTAL_OFFSET: i32 = 60; // u32, bytes in order so far, saturating
export const STREAM_HTTP_OFFSET: i32 = 64; // STREAM_HTTP_SIZE bytes (http-layout.ts)
export const STREAM_HTTP_SIZE: i32 = 48;
export const STREAM_PENDING_COUNT_OFFSET: i32 = 112; // u32
export const STREAM_PENDING_OFFSET: i32 = 116; // PENDING_CAPACITY x u32: rules whose pattern was seen, but not yet all of them

export const STREAM_RANGE_CAPACITY: i32 = 6;
export const PENDING_CAPACITY: i32 = 11;
export const STREAM_AGE_MAX: i32 = 64; // segments after which a hole is passed over

export const STREAM_BIT_STARTED: i32 = 1;
export const STREAM_BIT_MIDSTREAM: i32 = 2; // begun without its SYN: START is the first byte seen
export const STREAM_BIT_DEPTH: i32 = 4; // past the depth: not inspected any more
export const STREAM_BIT_GAP: i32 = 8; // a hole was passed over; who follows the text takes it back
export const STREAM_BIT_HOLED: i32 = 16; // a hole was passed over, at any time

export const STREAM_PREPENDS_MAX: i32 = 4; // each makes the window be looked at again
export const STREAM_STRAYS_MAX: i32 = 4; // then the window goes back to where the segments are
export const STREAM_JUMP_MAX: i32 = 1073741824; // a segment further away is not of this stream
export const STREAM_SLACK: i32 = 65536; // beyond what the receiver offered, and still believed

// ---- What place() answers ----------------------------------------------------------------------------------

export const PLACED_NEW: i32 = 1; // there are bytes in [INSPECTED, FILLED)
export const PLACED_HELD: i32 = 2; // it lies behind a hole
export const PLACED_DUPLICATE: i32 = 4; // it brought nothing new
export const PLACED_CONFLICT: i32 = 8; // it has other bytes than came before; those stay
export const PLACED_DEPTH: i32 = 16; // bytes of it are past the depth
export const PLACED_ALONE: i32 = 32; // bytes of it are not in the stream: to be inspected by itself
export const PLACED_MORE: i32 = 64; // when the new bytes are inspected, placeMore() has more of them

// ---- Window: WINDOW_HEADER_SIZE bytes before the text --------------------------------------------------------

export const WINDOW_OWNER_OFFSET: i32 = 0; // u32, address of the stream that has it, 0 = free
export const WINDOW_NEXT_OFFSET: i32 = 4; // u32, of a free one: the next free one, 0 = none
export const WINDOW_LAST_OFFSET: i32 = 8; // u64, number of the latest packet that was placed in it
export const WINDOW_HEADER_SIZE: i32 = 64;

// ---- Datagram: header of an entry of DATAGRAMS, its bytes follow at DATAGRAM_HEADER_SIZE ---------------------

export const DATAGRAM_SOURCE_OFFSET: i32 = 0; // 16 bytes
export const DATAGRAM_DESTINATION_OFFSET: i32 = 16; // 16 bytes
export const DATAGRAM_ID_OFFSET: i32 = 32; // u32
export const DATAGRAM_PROTO_OFFSET: i32 = 36; // u8, IPv4 protocol; of IPv6 0, it is no part of the identity
export const DATAGRAM_KIND_OFFSET: i32 = 37; // u8, KIND_*, KIND_FREE = free
export const DATAGRAM_NEXT_OFFSET: i32 = 38; // u8, protocol of the first byte
export const DATAGRAM_TTL_OFFSET: i32 = 39; // u8, of the first fragment
export const DATAGRAM_LAST_OFFSET: i32 = 40; // u64 ns
export const DATAGRAM_TOTAL_OFFSET: i32 = 48; // u32, bytes in all, 0 = the last fragment was not seen
export const DATAGRAM_HAVE_OFFSET: i32 = 52; // u32, units that are there
export const DATAGRAM_TOS_OFFSET: i32 = 56; // u8
export const DATAGRAM_BITS_OFFSET: i32 = 58; // u16, PACKET_BIT_* of its fragments
export const DATAGRAM_UNITS_OFFSET: i32 = 64; // a bit for each unit that is there
export const DATAGRAM_UNIT_SIZE: i32 = 8;
export const DATAGRAM_UNITS_SIZE: i32 = 128;
export const DATAGRAM_OFFSET_MAX: i32 = 65535; // no byte of a datagram lies further
