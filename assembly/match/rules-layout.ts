// The compiled rules as they lie in memory, shared by the host that writes them and the module that reads them.
// Apart from layout.ts because an image can lie in either half of RULES: offsets in it are from its own first byte.
// Always holds: every offset in an image was checked by the host; the module trusts an image, never a packet.

// ---- What inspection keeps between packets (INSPECT_BASE) --------------------------------------------------

export const INSPECT_IMAGE_OFFSET: i32 = 0; // u32, address of the rules in force, 0 = none
export const INSPECT_PENDING_OFFSET: i32 = 4; // u32, address of rules to bring into force, PENDING_NONE, PENDING_UNLOAD; the host writes it (atomics), the module takes it back to PENDING_NONE
export const INSPECT_GENERATION_OFFSET: i32 = 8; // u32, times rules came into force
export const INSPECT_STAMP_OFFSET: i32 = 12; // u32, number of the current scan: a rule is a candidate once a scan
export const INSPECT_CANDIDATES_OFFSET: i32 = 16; // u32, rules in SCRATCH_CANDIDATES
export const INSPECT_BUDGET_OFFSET: i32 = 20; // i32, steps left for this packet; below 0 rules are broken off
export const INSPECT_SESSION_HAND_OFFSET: i32 = 24; // u32, where the next session is looked for
export const INSPECT_SESSIONS_USED_OFFSET: i32 = 28; // u32
export const INSPECT_WINDOW_HAND_OFFSET: i32 = 32; // u32, where the next stream window is looked for
export const INSPECT_WINDOWS_USED_OFFSET: i32 = 36; // u32
export const INSPECT_ALERT_HEAD_OFFSET: i32 = 40; // u32, alerts ever written to the ring (mod 2^32); the module writes it
export const INSPECT_ALERT_TAIL_OFFSET: i32 = 44; // u32, alerts ever taken out; the host writes it
export const INSPECT_ALERT_SEQUENCE_OFFSET: i32 = 48; // u64, alerts made so far
export const INSPECT_DATAGRAM_HAND_OFFSET: i32 = 56; // u32
export const INSPECT_MATCH_END_OFFSET: i32 = 60; // u32, address behind the last content that matched in the payload, 0 = none did
export const INSPECT_MATCH_COUNT_OFFSET: i32 = 64; // u32, rules in INSPECT_MATCHES
export const INSPECT_VERDICT_OFFSET: i32 = 68; // u32, ACTION_* of the current packet
export const INSPECT_VARS_OFFSET: i32 = 72; // 4 x u32, what byte_extract took
export const INSPECT_DATAGRAMS_USED_OFFSET: i32 = 88; // u32
export const INSPECT_SESSION_OFFSET: i32 = 92; // u32, address of the session of the packet being inspected, 0 = none
export const INSPECT_WORD_OFFSET: i32 = 96; // u32, BUFFERS that are there, a bit each
export const INSPECT_USED_OFFSET: i32 = 100; // u32, 1 once sessions were made since init()
export const INSPECT_RAISED_OFFSET: i32 = 104; // u64, findings that the current packet raised in its flow
export const INSPECT_WINDOW_FREE_OFFSET: i32 = 112; // u32, address of the first stream window given back, 0 = none
export const INSPECT_WINDOWS_TOUCHED_OFFSET: i32 = 116; // u32, stream windows lent at least once since init()
export const INSPECT_FAILED_OFFSET: i32 = 120; // u32, number + 1 of the op that the rule looked at last waits for, 0 = not known
export const INSPECT_ASKS_CAUSES_OFFSET: i32 = 124; // u8, 1 when some rule in force asks for causes
export const INSPECT_CAUSE_OFFSET: i32 = 125; // u8, CAUSE_* of the packet's flow before the packet, when rules ask for causes
export const INSPECT_FELL_OFFSET: i32 = 126; // u16, OP_* at which the rule looked at last did not hold, 0 = none was reached
export const INSPECT_BUFFERS_OFFSET: i32 = 128; // BUFFER_COUNT x BUFFER_SIZE
export const INSPECT_SEARCH_FROM_OFFSET: i32 = 256; // u32, address before which no content of the payload is looked for, but what is relative; 0 = none
export const INSPECT_SKIPPED_OFFSET: i32 = 260; // u32, bytes of the stream before the payload's first one: places count from the stream's
export const INSPECT_JUDGED_OFFSET: i32 = 264; // u32, TCP segments inspected, halved now and then
export const INSPECT_WRONG_OFFSET: i32 = 268; // u32, of these with a wrong checksum
export const INSPECT_MATCHES_OFFSET: i32 = 512; // MATCH_CAPACITY x u32, rules that matched this packet
export const MATCH_CAPACITY: i32 = 64;
export const INSPECT_STATE_SIZE: i32 = 768;

export const PENDING_NONE: i32 = 0;
export const PENDING_UNLOAD: i32 = 1;

// One buffer that a rule can look into.
export const BUFFER_SIZE: i32 = 8;
export const BUFFER_ADDRESS_OFFSET: i32 = 0; // u32, 0 = not there
export const BUFFER_LENGTH_OFFSET: i32 = 4; // u32

export const BUFFER_COUNT: i32 = 16;
export const BUFFER_PAYLOAD: i32 = 0; // the packet's payload, or the window of its stream
export const BUFFER_HTTP_URI: i32 = 1; // normalised
export const BUFFER_HTTP_RAW_URI: i32 = 2;
export const BUFFER_HTTP_METHOD: i32 = 3;
export const BUFFER_HTTP_HEADER: i32 = 4; // header lines without cookies, of a request or a response
export const BUFFER_HTTP_RAW_HEADER: i32 = 5; // header lines as they came
export const BUFFER_HTTP_HOST: i32 = 6;
export const BUFFER_HTTP_USER_AGENT: i32 = 7;
export const BUFFER_HTTP_COOKIE: i32 = 8;
export const BUFFER_HTTP_CLIENT_BODY: i32 = 9;
export const BUFFER_HTTP_STAT_CODE: i32 = 10;
export const BUFFER_HTTP_STAT_MSG: i32 = 11;
export const BUFFER_FILE_DATA: i32 = 12; // response body, chunks joined, decompressed
export const BUFFER_HTTP_RAW_HOST: i32 = 13;

// ---- Image -------------------------------------------------------------------------------------------------
// Every table begins at a multiple of 8.

export const IMAGE_MAGIC: i32 = 1397508691; // "SRLS" little-endian, to find our own bugs early
export const IMAGE_MAGIC_OFFSET: i32 = 0; // u32
export const IMAGE_SIZE_OFFSET: i32 = 4; // u32, bytes in all
export const IMAGE_RULE_COUNT_OFFSET: i32 = 8; // u32
export const IMAGE_RULES_OFFSET: i32 = 12; // u32, of RULE_SIZE each; a rule's index is its place here
export const IMAGE_RULE_STATES_OFFSET: i32 = 16; // u32, of RULE_STATE_SIZE each, 0 at first
export const IMAGE_PORT_CLASSES_OFFSET: i32 = 20; // u32, 65536 x u16: the class of each port
export const IMAGE_PORT_MATRIX_OFFSET: i32 = 24; // u32, a row of bits a class: sets that the class is in
export const IMAGE_PORT_SET_WORDS_OFFSET: i32 = 28; // u32, u32 words a row
export const IMAGE_ADDRESS4_OFFSET: i32 = 32; // u32, u32 first addresses of ranges, ascending, the first is 0
export const IMAGE_ADDRESS4_COUNT_OFFSET: i32 = 36; // u32
export const IMAGE_ADDRESS4_CLASSES_OFFSET: i32 = 40; // u32, u16 a range
export const IMAGE_ADDRESS6_OFFSET: i32 = 44; // u32, two u64 a range (high, low half as numbers), ascending
export const IMAGE_ADDRESS6_COUNT_OFFSET: i32 = 48; // u32
export const IMAGE_ADDRESS6_CLASSES_OFFSET: i32 = 52; // u32, u16 a range
export const IMAGE_ADDRESS_MATRIX_OFFSET: i32 = 56; // u32, a row of bits a class
export const IMAGE_ADDRESS_SET_WORDS_OFFSET: i32 = 60; // u32
export const IMAGE_PLAIN_OFFSET: i32 = 64; // u32, rules without a pattern: PROTO_GROUP_COUNT x port classes x {first u32, count u32} into PLAIN_RULES, by class of the destination port
export const IMAGE_PLAIN_RULES_OFFSET: i32 = 68; // u32, u32 rule indexes
export const IMAGE_PORT_CLASS_COUNT_OFFSET: i32 = 72; // u32
export const IMAGE_FINDING_RULES_OFFSET: i32 = 76; // u32, 64 x {first u32, count u32} into PLAIN_RULES: rules to look at when a flow gets that finding
export const IMAGE_FLAGS_OFFSET: i32 = 80; // u32, IMAGE_FLAG_*
export const IMAGE_PATTERN_RULES_OFFSET: i32 = 84; // u32, u32 rule indexes, by pattern: a matcher's patterns say first and count
export const IMAGE_MATCHERS_OFFSET: i32 = 128; // MATCHER_COUNT x u32: offset of each matcher (scan-layout.ts), 0 = it has no pattern
export const IMAGE_HEADER_SIZE: i32 = 256;

export const IMAGE_FLAG_STREAMS: i32 = 1; // some rule looks into TCP payload
export const IMAGE_FLAG_HTTP: i32 = 2; // some rule looks into an HTTP buffer
export const IMAGE_FLAG_BODY: i32 = 4; // of these, into a body
export const IMAGE_FLAG_PASS: i32 = 8; // there are pass rules
export const IMAGE_FLAG_SESSIONS: i32 = 16; // some rule for another protocol than TCP keeps something in the session

export const PROTO_GROUP_TCP: i32 = 0;
export const PROTO_GROUP_UDP: i32 = 1;
export const PROTO_GROUP_ICMP: i32 = 2; // and ICMPv6
export const PROTO_GROUP_OTHER: i32 = 3; // any other protocol over IP
export const PROTO_GROUP_COUNT: i32 = 4;

export const MATCHER_PAYLOAD: i32 = 0; // + PROTO_GROUP_*
export const MATCHER_BUFFER: i32 = 4; // + BUFFER_*
export const MATCHER_COUNT: i32 = 20;

// ---- Rule --------------------------------------------------------------------------------------------------

export const RULE_SIZE: i32 = 64;
export const RULE_ACTION_OFFSET: i32 = 0; // u8, ACTION_*
export const RULE_PROTO_OFFSET: i32 = 1; // u8, PROTO_GROUP_*, or RULE_PROTO_IP for any
export const RULE_FLAGS_OFFSET: i32 = 2; // u16, RULE_FLAG_*
export const RULE_SOURCE_OFFSET: i32 = 4; // u16, address set, 0 = any
export const RULE_DESTINATION_OFFSET: i32 = 6; // u16
export const RULE_SOURCE_PORTS_OFFSET: i32 = 8; // u16, port set, 0 = any
export const RULE_DESTINATION_PORTS_OFFSET: i32 = 10; // u16
export const RULE_PROGRAM_OFFSET: i32 = 12; // u32, offset in the image of its first op
export const RULE_OPS_OFFSET: i32 = 16; // u32, how many ops
export const RULE_BUFFERS_OFFSET: i32 = 20; // u32, buffers that must be there, a bit each
export const RULE_SID_OFFSET: i32 = 24; // u32
export const RULE_GID_OFFSET: i32 = 28; // u32
export const RULE_REV_OFFSET: i32 = 32; // u32
export const RULE_ORDER_OFFSET: i32 = 36; // u32, lower is told first: action, priority, place in the files
export const RULE_LIMITS_OFFSET: i32 = 40; // u32, offset of its LIMITs, 0 = none
export const RULE_LIMIT_COUNT_OFFSET: i32 = 44; // u32
export const RULE_TAG_TYPE_OFFSET: i32 = 48; // u8, TAG_*
export const RULE_TAG_METRIC_OFFSET: i32 = 49; // u8, TAG_METRIC_*
export const RULE_TAG_COUNT_OFFSET: i32 = 52; // u32

export const RULE_PROTO_IP: i32 = 255;

export const ACTION_NONE: i32 = 0;
export const ACTION_PASS: i32 = 1;
export const ACTION_DROP: i32 = 2;
export const ACTION_SDROP: i32 = 3; // dropped without an alert
export const ACTION_REJECT: i32 = 4; // towards the source
export const ACTION_REJECT_DST: i32 = 5;
export const ACTION_REJECT_BOTH: i32 = 6;
export const ACTION_ALERT: i32 = 7;
export const ACTION_LOG: i32 = 8;

export const RULE_FLAG_BIDIRECTIONAL: i32 = 1;
export const RULE_FLAG_NO_ALERT: i32 = 2; // flowbits:noalert
export const RULE_FLAG_PACKET_ONLY: i32 = 4; // looks at packet payload only: dsize, flow:no_stream
export const RULE_FLAG_STREAM_ONLY: i32 = 8; // flow:only_stream
export const RULE_FLAG_HTTP_REQUEST: i32 = 16; // looks into a buffer of a request
export const RULE_FLAG_HTTP_RESPONSE: i32 = 32; // looks into a buffer of a response
export const RULE_FLAG_CONTENT: i32 = 64; // looks into the payload
export const RULE_FLAG_FINDING: i32 = 128; // asks for a finding or a cause: looked at when the flow gets one
export const RULE_FLAG_FLOATING: i32 = 512; // nothing of it hangs on where the payload begins or ends: what holds in a packet holds in its stream
export const RULE_FLAG_HTTP_PROTO: i32 = 256; // protocol http: only where HTTP was recognised

export const RULE_STATE_SIZE: i32 = 64;
export const RULE_STATE_MATCHES_OFFSET: i32 = 0; // u64, packets or streams that matched
export const RULE_STATE_ALERTS_OFFSET: i32 = 8; // u64, alerts given
export const RULE_STATE_LIMITED_OFFSET: i32 = 16; // u64, held back by the rate
export const RULE_STATE_FILTERED_OFFSET: i32 = 24; // u64, held back by threshold, filter or suppression
export const RULE_STATE_REFILLED_OFFSET: i32 = 32; // u64 ns, when the tokens were last counted up
export const RULE_STATE_TOKENS_OFFSET: i32 = 40; // u32, thousandths of an alert left; see RULE_STATE_REFILLED
export const RULE_STATE_STAMP_OFFSET: i32 = 44; // u32, the latest scan that made it a candidate
export const RULE_STATE_STEPS_OFFSET: i32 = 48; // u64, steps its program took

// A match of the current packet: the rule's index, and how it was found.
export const MATCH_INDEX_MASK: i32 = 16777215;
export const MATCH_BIT_DATAGRAM: i32 = 134217728; // in a datagram put together from fragments
export const MATCH_BIT_STREAM: i32 = 268435456;
export const MATCH_BIT_HTTP: i32 = 536870912;

// Counts held back, held to or suppressed: threshold, detection_filter, event_filter, suppress.
export const LIMIT_SIZE: i32 = 16;
export const LIMIT_TYPE_OFFSET: i32 = 0; // u8, LIMIT_*
export const LIMIT_TRACK_OFFSET: i32 = 1; // u8, TRACK_*
export const LIMIT_SET_OFFSET: i32 = 2; // u16, address set of a suppression, 0 = any
export const LIMIT_COUNT_OFFSET: i32 = 4; // u32
export const LIMIT_SECONDS_OFFSET: i32 = 8; // u32

export const LIMIT_DETECTION: i32 = 1; // detection_filter: matches only above COUNT in SECONDS
export const LIMIT_LIMIT: i32 = 2; // the first COUNT of each SECONDS
export const LIMIT_THRESHOLD: i32 = 3; // every COUNTth within SECONDS
export const LIMIT_BOTH: i32 = 4; // once in SECONDS, after COUNT
export const LIMIT_SUPPRESS: i32 = 5;

export const TRACK_NONE: i32 = 0;
export const TRACK_SOURCE: i32 = 1;
export const TRACK_DESTINATION: i32 = 2;
export const TRACK_BOTH: i32 = 3; // the pair
export const TRACK_RULE: i32 = 4;

export const TAG_NONE: i32 = 0;
export const TAG_SESSION: i32 = 1;
export const TAG_METRIC_PACKETS: i32 = 1;
export const TAG_METRIC_SECONDS: i32 = 2;
export const TAG_METRIC_BYTES: i32 = 3;

// ---- Program: ops of OP_SIZE bytes, done in order ----------------------------------------------------------

export const OP_SIZE: i32 = 32;
export const OP_CODE_OFFSET: i32 = 0; // u8, OP_*
export const OP_FLAGS_OFFSET: i32 = 1; // u8, OP_FLAG_*
export const OP_BUFFER_OFFSET: i32 = 2; // u8, BUFFER_*
export const OP_VARS_OFFSET: i32 = 3; // u8, OP_VAR_*: that operand is the number of a variable
export const OP_A_OFFSET: i32 = 4; // i32
export const OP_B_OFFSET: i32 = 8; // i32
export const OP_C_OFFSET: i32 = 12; // i32
export const OP_D_OFFSET: i32 = 16; // i32
export const OP_E_OFFSET: i32 = 20; // i32
export const OP_DATA_OFFSET: i32 = 24; // u32, offset in the image
export const OP_DATA_SIZE_OFFSET: i32 = 28; // u32

export const OP_FLAG_NEGATED: i32 = 1;
export const OP_FLAG_RELATIVE: i32 = 2; // from behind the last match
export const OP_FLAG_NOCASE: i32 = 4; // the data is in lower case
export const OP_FLAG_RETRY: i32 = 8; // a later op is relative: on its failure the next occurrence is tried
export const OP_FLAG_STARTS: i32 = 16; // at the buffer's first byte
export const OP_FLAG_ENDS: i32 = 32; // up to the buffer's last byte

export const OP_VAR_A: i32 = 1;
export const OP_VAR_B: i32 = 2;
export const OP_VAR_C: i32 = 4;
export const OP_VAR_D: i32 = 8;

export const OPERAND_NONE: i32 = 2147483647; // no offset, depth, distance or within given

export const OP_CONTENT: i32 = 1; // A offset or distance, B depth or within, DATA the bytes
export const OP_REGEX: i32 = 2; // B bytes that the longest match has, DATA the program (regex-layout.ts)
export const OP_ISDATAAT: i32 = 3; // A how far
export const OP_BYTE_TEST: i32 = 4; // A bytes, B TEST_*, C value, D offset, E NUMBER_*, DATA_SIZE bit mask (0 = none)
export const OP_BYTE_JUMP: i32 = 5; // A bytes, B multiplier, C post_offset, D offset, E NUMBER_*, DATA_SIZE bit mask
export const OP_BYTE_EXTRACT: i32 = 6; // A bytes, B variable, C multiplier, D offset, E NUMBER_*, DATA_SIZE bit mask
export const OP_DSIZE: i32 = 7; // A least, B most, of the packet's payload
export const OP_BSIZE: i32 = 8; // A least, B most, of the buffer
export const OP_FLAGS: i32 = 9; // A flags, B MODE_*, C flags not looked at
export const OP_FLOW: i32 = 10; // A FLOW_IS_*
export const OP_FLOWBITS: i32 = 11; // A FLOWBITS_*, B how many, DATA u16 numbers; of isset and isnotset any one will do when C is 1, else all must
export const OP_ACK: i32 = 12; // A
export const OP_SEQ: i32 = 13; // A
export const OP_WINDOW: i32 = 14; // A
export const OP_IP_ID: i32 = 15; // A
export const OP_TTL: i32 = 16; // A least, B most
export const OP_TOS: i32 = 17; // A
export const OP_FRAGBITS: i32 = 18; // A bits (MF 1, DF 2, reserved 4), B MODE_*
export const OP_FRAGOFFSET: i32 = 19; // A least, B most, units of 8 bytes
export const OP_IPOPTS: i32 = 20; // A option type (RFC 791 3.1), or IPOPTS_ANY
export const OP_IP_PROTO: i32 = 21; // A least, B most
export const OP_SAMEIP: i32 = 22;
export const OP_ITYPE: i32 = 23; // A least, B most
export const OP_ICODE: i32 = 24; // A least, B most
export const OP_ICMP_ID: i32 = 25; // A
export const OP_ICMP_SEQ: i32 = 26; // A
export const OP_FINDING: i32 = 27; // A FINDING_*
export const OP_CAUSE: i32 = 28; // A CAUSE_*
export const OP_RAW_SIZE: i32 = 29; // A least, B most, of the raw URI: urilen with raw
export const OP_GUARD: i32 = 30; // DATA bytes that must be somewhere in the buffer for a later op to hold; the cursor stays
export const OP_COUNT: i32 = 31;

export const MODE_EXACT: i32 = 0;
export const MODE_ALL: i32 = 1; // + these and any others
export const MODE_ANY: i32 = 2; // * any of these
export const MODE_NOT: i32 = 3; // ! not all of these

export const FLOW_IS_TO_SERVER: i32 = 1;
export const FLOW_IS_TO_CLIENT: i32 = 2;
export const FLOW_IS_ESTABLISHED: i32 = 4;
export const FLOW_IS_NOT_ESTABLISHED: i32 = 8;

export const FLOWBITS_SET: i32 = 1;
export const FLOWBITS_UNSET: i32 = 2;
export const FLOWBITS_TOGGLE: i32 = 3;
export const FLOWBITS_ISSET: i32 = 4;
export const FLOWBITS_ISNOTSET: i32 = 5;
export const FLOWBIT_CAPACITY: i32 = 256;

export const TEST_LESS: i32 = 1;
export const TEST_GREATER: i32 = 2;
export const TEST_EQUAL: i32 = 3;
export const TEST_LESS_EQUAL: i32 = 4;
export const TEST_GREATER_EQUAL: i32 = 5;
export const TEST_AND: i32 = 6; // bits in common
export const TEST_XOR: i32 = 7; // bits that differ

export const NUMBER_LITTLE: i32 = 1; // little-endian
export const NUMBER_STRING: i32 = 2; // digits
export const NUMBER_HEX: i32 = 4; // base of the digits; decimal without one
export const NUMBER_OCT: i32 = 8;
export const NUMBER_ALIGN4: i32 = 16; // a jump to the next multiple of 4
export const NUMBER_ALIGN2: i32 = 32;
export const NUMBER_FROM_BEGINNING: i32 = 64; // a jump from the buffer's first byte
export const NUMBER_FROM_END: i32 = 128;

export const IPOPTS_ANY: i32 = 256;

// ---- Causes, as far as a flow by itself shows them ---------------------------------------------------------

export const CAUSE_UNKNOWN: i32 = 0;
export const CAUSE_LEAKY_FILTER: i32 = 1;
export const CAUSE_ASYMMETRIC_ROUTE: i32 = 2;
export const CAUSE_BACKSCATTER: i32 = 3;
export const CAUSE_SCAN: i32 = 4;
export const CAUSE_STEALTH_SCAN: i32 = 5;
export const CAUSE_INJECTED: i32 = 6;
export const CAUSE_PICKUP: i32 = 7;

// ---- Alert: one place of the ring ALERTS -------------------------------------------------------------------

export const ALERT_SEQUENCE_OFFSET: i32 = 0; // u64, from 1
export const ALERT_TIME_OFFSET: i32 = 8; // u64 ns
export const ALERT_PACKET_INDEX_OFFSET: i32 = 16; // u64, number of the packet
export const ALERT_RULE_OFFSET: i32 = 24; // u32, index in the rules of GENERATION
export const ALERT_GENERATION_OFFSET: i32 = 28; // u32
export const ALERT_SID_OFFSET: i32 = 32; // u32
export const ALERT_GID_OFFSET: i32 = 36; // u32
export const ALERT_REV_OFFSET: i32 = 40; // u32
export const ALERT_KIND_OFFSET: i32 = 44; // u8, ALERT_KIND_*
export const ALERT_ACTION_OFFSET: i32 = 45; // u8, ACTION_* of the rule
export const ALERT_BITS_OFFSET: i32 = 46; // u16, ALERT_BIT_*
export const ALERT_FRAME_SIZE_OFFSET: i32 = 48; // u32, bytes of the frame that are kept here
export const ALERT_CAPTURED_OFFSET: i32 = 52; // u32, bytes of it that were captured
export const ALERT_WIRE_OFFSET: i32 = 56; // u32, bytes of it on the wire
export const ALERT_LINK_OFFSET: i32 = 60; // u32, LINKTYPE_ value
export const ALERT_L3_OFFSET: i32 = 64; // u32, of the innermost IP header from the frame's first byte, OFFSET_NONE
export const ALERT_L4_OFFSET: i32 = 68; // u32
export const ALERT_PAYLOAD_OFFSET: i32 = 72; // u32
export const ALERT_PAYLOAD_SIZE_OFFSET: i32 = 76; // u32, captured bytes of payload
export const ALERT_SOURCE_OFFSET: i32 = 80; // 16 bytes, as sent
export const ALERT_DESTINATION_OFFSET: i32 = 96; // 16 bytes
export const ALERT_SPORT_OFFSET: i32 = 112; // u16; for ICMP type and code as sent
export const ALERT_DPORT_OFFSET: i32 = 114; // u16
export const ALERT_PROTO_OFFSET: i32 = 116; // u8
export const ALERT_FAMILY_OFFSET: i32 = 117; // u8, KIND_*
export const ALERT_INPUT_OFFSET: i32 = 118; // u16, input the packet came from
export const ALERT_FLOW_START_OFFSET: i32 = 120; // u64 ns
export const ALERT_FLOW_FIRST_FRAME_OFFSET: i32 = 128; // u64
export const ALERT_FINDINGS_OFFSET: i32 = 136; // u64
export const ALERT_ORIG_PACKETS_OFFSET: i32 = 144; // u64, of the initiator so far
export const ALERT_RESP_PACKETS_OFFSET: i32 = 152; // u64
export const ALERT_ORIG_BYTES_OFFSET: i32 = 160; // u64
export const ALERT_RESP_BYTES_OFFSET: i32 = 168; // u64
export const ALERT_VLAN_OFFSET: i32 = 176; // u16, VLAN_NONE
export const ALERT_CAUSE_OFFSET: i32 = 178; // u8, CAUSE_*
export const ALERT_FLOW_KEY_OFFSET: i32 = 184; // u64, ports, protocol, kind, extra of the flow's key, A the lower end
export const ALERT_FRAME_OFFSET: i32 = 256; // the frame's first bytes

export const ALERT_KIND_ALERT: i32 = 1;
export const ALERT_KIND_LOG: i32 = 2; // action log: kept as evidence, told to nobody
export const ALERT_KIND_TAGGED: i32 = 3; // a packet that a tag asked for
export const ALERT_BIT_STREAM: i32 = 1; // found in the stream, not in this packet alone
export const ALERT_BIT_TO_SERVER: i32 = 2;
export const ALERT_BIT_HTTP: i32 = 4;
export const ALERT_BIT_REASSEMBLED: i32 = 8; // found in a datagram put together from fragments
export const ALERT_BIT_FROM_INITIATOR: i32 = 16;
export const ALERT_OFFSET_NONE: i32 = 2147483647;
