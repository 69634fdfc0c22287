// The memory map and every struct offset, shared by the WASM module and the host.
// Apart from everything else because it is the single source of truth for both sides: only integer
// literals, earlier names, `+` and `*`, so that asc and tsc read the same values (a test compares them).
// Always holds: regions do not overlap, are ordered by address, and end at MEMORY_SIZE.
//
//   0x000000  unused (a null pointer lands here)          STATIC_BASE   asc's own static data
//   CONFIG    limits and timeouts, written by the host    STATE         clock, sweep hand, ring indices
//   COUNTERS  u64 each                                    INPUTS        state of each open capture
//   BATCH     decoded packets waiting for the table       CREDIT        scratch: a refused newcomer, a tunnel's outer key
//   LIVE      words between a worker and the main thread  SNAPSHOT      scratch of the main thread: a copy of a live flow
//   FRAGMENTS datagram id -> flow                         RECORDS       ring of finished flows
//   TAGS      two cache lines a set                       FLOWS         six cache lines a slot
//   INSPECT   what the inspection keeps between packets    SCRATCH       of one packet's inspection
//   ALERTS    ring of alerts with their frames             THRESHOLDS    counts of rules by address
//   DATAGRAMS fragments put together                       RULES         two halves: rules in force, rules to come
//   LINKS     flow slot -> session                         SESSIONS      what inspection knows of a conversation
//   STREAMS   windows on TCP streams, put in order         SOURCES       what an address sent
//   TARGETS   connections asked of an address and port     RECENTS       conversations pushed out of the table
//   HOMES     networks that are ours                       ALIVES        addresses of ours that proved alive
//   .._TAGS, .._MARKS of SOURCES, TARGETS and ALIVES: who has which place, since when
//   INLINE    what stands between two interfaces           ALLOWS        networks that are never dropped
//   DEADMAN   a page shared with the kernel's program that takes over when nobody beats
//   WINDOWS   bytes of capture files, a ring of parts an input; live, the kernel's packet rings are mapped here

export const PAGE_SIZE: i32 = 65536;
export const CACHE_LINE_SIZE: i32 = 64;

// ---- Regions ---------------------------------------------------------------------------------------------

export const STATIC_BASE: i32 = 1024;
export const STATIC_SIZE: i32 = 64512;

export const CONFIG_BASE: i32 = STATIC_BASE + STATIC_SIZE;
export const CONFIG_REGION_SIZE: i32 = 4096;

export const STATE_BASE: i32 = CONFIG_BASE + CONFIG_REGION_SIZE;
export const STATE_REGION_SIZE: i32 = 4096;

export const COUNTERS_BASE: i32 = STATE_BASE + STATE_REGION_SIZE;
export const COUNTER_CAPACITY: i32 = 1024;
export const COUNTERS_REGION_SIZE: i32 = COUNTER_CAPACITY * 8;

export const INPUT_CAPACITY: i32 = 16;
export const INTERFACE_CAPACITY: i32 = 256;
export const INPUT_HEADER_SIZE: i32 = 128;
export const INTERFACE_SIZE: i32 = 32;
export const INPUT_SIZE: i32 = INPUT_HEADER_SIZE + INTERFACE_CAPACITY * INTERFACE_SIZE;
export const INPUTS_BASE: i32 = COUNTERS_BASE + COUNTERS_REGION_SIZE;
export const INPUTS_REGION_SIZE: i32 = INPUT_CAPACITY * INPUT_SIZE;

export const BATCH_CAPACITY: i32 = 32;
export const PACKET_SIZE: i32 = 256;
export const BATCH_BASE: i32 = INPUTS_BASE + INPUTS_REGION_SIZE;
export const BATCH_REGION_SIZE: i32 = BATCH_CAPACITY * PACKET_SIZE;

export const FLOW_SIZE: i32 = 384;
export const CREDIT_BASE: i32 = BATCH_BASE + BATCH_REGION_SIZE;
export const CREDIT_OUTER_OFFSET: i32 = 512; // a copy of the packet as it was before a tunnel was entered
export const CREDIT_REGION_SIZE: i32 = 2048;

export const LIVE_BASE: i32 = CREDIT_BASE + CREDIT_REGION_SIZE;
export const LIVE_HEADER_SIZE: i32 = 128;
export const LIVE_INPUT_SIZE: i32 = 64;
export const LIVE_REGION_SIZE: i32 = LIVE_HEADER_SIZE + INPUT_CAPACITY * LIVE_INPUT_SIZE;

export const RECORD_HEADER_SIZE: i32 = 64;
export const RECORD_SIZE: i32 = RECORD_HEADER_SIZE + FLOW_SIZE;
export const SNAPSHOT_BASE: i32 = LIVE_BASE + LIVE_REGION_SIZE;
export const SNAPSHOT_REGION_SIZE: i32 = RECORD_SIZE;

export const FRAGMENT_WAYS: i32 = 4;
export const FRAGMENT_SIZE: i32 = 128;
export const FRAGMENT_SET_CAPACITY: i32 = 1024;
export const FRAGMENTS_BASE: i32 = SNAPSHOT_BASE + SNAPSHOT_REGION_SIZE;
export const FRAGMENTS_REGION_SIZE: i32 = FRAGMENT_SET_CAPACITY * FRAGMENT_WAYS * FRAGMENT_SIZE;

export const RECORD_CAPACITY: i32 = 8192;
export const RECORDS_BASE: i32 = FRAGMENTS_BASE + FRAGMENTS_REGION_SIZE;
export const RECORDS_REGION_SIZE: i32 = RECORD_CAPACITY * RECORD_SIZE;

export const SET_WAYS: i32 = 32;
export const SET_SIZE: i32 = 128;
export const SET_CAPACITY: i32 = 32768;
export const TAGS_PAD_SIZE: i32 = 64; // so that a set is a pair of lines that processors fetch together
export const TAGS_BASE: i32 = RECORDS_BASE + RECORDS_REGION_SIZE + TAGS_PAD_SIZE;
export const TAGS_REGION_SIZE: i32 = SET_CAPACITY * SET_SIZE;

export const FLOW_CAPACITY: i32 = SET_CAPACITY * SET_WAYS;
export const FLOWS_BASE: i32 = TAGS_BASE + TAGS_REGION_SIZE;
export const FLOWS_REGION_SIZE: i32 = FLOW_CAPACITY * FLOW_SIZE;

// ---- Inspection: rules, streams, HTTP (their structs: match/rules-layout.ts, stream/, http/) ----------------

export const INSPECT_BASE: i32 = FLOWS_BASE + FLOWS_REGION_SIZE;
export const INSPECT_REGION_SIZE: i32 = 4096;

export const SCRATCH_BASE: i32 = INSPECT_BASE + INSPECT_REGION_SIZE;
export const SCRATCH_CANDIDATES_BASE: i32 = SCRATCH_BASE; // rules whose pattern was seen in this packet
export const CANDIDATE_CAPACITY: i32 = 2048;
export const SCRATCH_PROGRAM_BASE: i32 = SCRATCH_CANDIDATES_BASE + CANDIDATE_CAPACITY * 4; // choice points of a rule's program
export const SCRATCH_PROGRAM_SIZE: i32 = 16384;
export const SCRATCH_REGEX_BASE: i32 = SCRATCH_PROGRAM_BASE + SCRATCH_PROGRAM_SIZE;
export const SCRATCH_REGEX_SIZE: i32 = 262144;
export const SCRATCH_HTTP_BASE: i32 = SCRATCH_REGEX_BASE + SCRATCH_REGEX_SIZE;
export const SCRATCH_HTTP_SIZE: i32 = 262144;
export const SCRATCH_PACKET_BASE: i32 = SCRATCH_HTTP_BASE + SCRATCH_HTTP_SIZE; // a packet made of fragments
export const SCRATCH_REGION_SIZE: i32 = 552960;

export const ALERT_CAPACITY: i32 = 512;
export const ALERT_SIZE: i32 = 2048;
export const ALERTS_BASE: i32 = SCRATCH_BASE + SCRATCH_REGION_SIZE;
export const ALERTS_REGION_SIZE: i32 = ALERT_CAPACITY * ALERT_SIZE;

export const THRESHOLD_CAPACITY: i32 = 8192;
export const THRESHOLD_SIZE: i32 = 64;
export const THRESHOLDS_BASE: i32 = ALERTS_BASE + ALERTS_REGION_SIZE;
export const THRESHOLDS_REGION_SIZE: i32 = THRESHOLD_CAPACITY * THRESHOLD_SIZE;

export const DATAGRAM_CAPACITY: i32 = 64;
export const DATAGRAM_HEADER_SIZE: i32 = 512;
export const DATAGRAM_DATA_SIZE: i32 = 8192;
export const DATAGRAM_SIZE: i32 = DATAGRAM_HEADER_SIZE + DATAGRAM_DATA_SIZE;
export const DATAGRAMS_BASE: i32 = THRESHOLDS_BASE + THRESHOLDS_REGION_SIZE;
export const DATAGRAMS_REGION_SIZE: i32 = DATAGRAM_CAPACITY * DATAGRAM_SIZE;

export const RULES_HALF_SIZE: i32 = 16777216;
export const RULES_BASE: i32 = DATAGRAMS_BASE + DATAGRAMS_REGION_SIZE;
export const RULES_REGION_SIZE: i32 = RULES_HALF_SIZE * 2;

export const LINKS_BASE: i32 = RULES_BASE + RULES_REGION_SIZE; // a word a flow slot: number of its session + 1
export const LINKS_REGION_SIZE: i32 = FLOW_CAPACITY * 4;

export const SESSION_CAPACITY: i32 = 16384;
export const SESSION_SIZE: i32 = 512;
export const SESSIONS_BASE: i32 = LINKS_BASE + LINKS_REGION_SIZE;
export const SESSIONS_REGION_SIZE: i32 = SESSION_CAPACITY * SESSION_SIZE;

export const STREAMS_BASE: i32 = SESSIONS_BASE + SESSIONS_REGION_SIZE;
export const STREAMS_REGION_SIZE: i32 = 16777216;

// ---- Detection: what is known of addresses (their structs: detect/detect-layout.ts) -------------------------

export const SOURCE_CAPACITY: i32 = 16384;
export const SOURCE_SIZE: i32 = 256;
export const SOURCES_BASE: i32 = STREAMS_BASE + STREAMS_REGION_SIZE; // what an address sent
export const SOURCES_REGION_SIZE: i32 = SOURCE_CAPACITY * SOURCE_SIZE;

export const TARGET_CAPACITY: i32 = 8192;
export const TARGET_SIZE: i32 = 64;
export const TARGETS_BASE: i32 = SOURCES_BASE + SOURCES_REGION_SIZE; // connections asked of an address and port
export const TARGETS_REGION_SIZE: i32 = TARGET_CAPACITY * TARGET_SIZE;

export const RECENT_CAPACITY: i32 = 65536;
export const RECENT_SIZE: i32 = 8;
export const RECENTS_BASE: i32 = TARGETS_BASE + TARGETS_REGION_SIZE; // conversations that were pushed out of the table
export const RECENTS_REGION_SIZE: i32 = RECENT_CAPACITY * RECENT_SIZE;

export const HOME_CAPACITY: i32 = 256;
export const HOME_SIZE: i32 = 64;
export const HOMES_BASE: i32 = RECENTS_BASE + RECENTS_REGION_SIZE; // networks that are ours, or are told of; the host writes them
export const HOMES_REGION_SIZE: i32 = HOME_CAPACITY * HOME_SIZE;

export const ALIVE_CAPACITY: i32 = 65536;
export const ALIVE_SIZE: i32 = 32;
export const ALIVES_BASE: i32 = HOMES_BASE + HOMES_REGION_SIZE; // addresses of ours that have proved alive
export const ALIVES_REGION_SIZE: i32 = ALIVE_CAPACITY * ALIVE_SIZE;

// Of each place of a set: see detect/places.ts.
export const PLACE_TAG_SIZE: i32 = 2;
export const PLACE_MARK_SIZE: i32 = 4;
export const SOURCE_TAGS_BASE: i32 = ALIVES_BASE + ALIVES_REGION_SIZE; // who has the place
export const SOURCE_TAGS_REGION_SIZE: i32 = SOURCE_CAPACITY * PLACE_TAG_SIZE;
export const TARGET_TAGS_BASE: i32 = SOURCE_TAGS_BASE + SOURCE_TAGS_REGION_SIZE;
export const TARGET_TAGS_REGION_SIZE: i32 = TARGET_CAPACITY * PLACE_TAG_SIZE;
export const ALIVE_TAGS_BASE: i32 = TARGET_TAGS_BASE + TARGET_TAGS_REGION_SIZE;
export const ALIVE_TAGS_REGION_SIZE: i32 = ALIVE_CAPACITY * PLACE_TAG_SIZE;
export const SOURCE_MARKS_BASE: i32 = ALIVE_TAGS_BASE + ALIVE_TAGS_REGION_SIZE; // since when, and whether before others
export const SOURCE_MARKS_REGION_SIZE: i32 = SOURCE_CAPACITY * PLACE_MARK_SIZE;
export const TARGET_MARKS_BASE: i32 = SOURCE_MARKS_BASE + SOURCE_MARKS_REGION_SIZE;
export const TARGET_MARKS_REGION_SIZE: i32 = TARGET_CAPACITY * PLACE_MARK_SIZE;

// ---- Inline: see inline/inline-layout.ts ------------------------------------------------------------------

export const INLINE_BASE: i32 = TARGET_MARKS_BASE + TARGET_MARKS_REGION_SIZE;
export const INLINE_REGION_SIZE: i32 = 4096;
export const ALLOW_CAPACITY: i32 = 256;
export const ALLOW_SIZE: i32 = 32;
export const ALLOWS_BASE: i32 = INLINE_BASE + INLINE_REGION_SIZE;
export const ALLOWS_REGION_SIZE: i32 = ALLOW_CAPACITY * ALLOW_SIZE;
export const DEADMAN_PAD_SIZE: i32 = 55680; // so that it can be mapped, whatever the size of a page
export const DEADMAN_BASE: i32 = ALLOWS_BASE + ALLOWS_REGION_SIZE + DEADMAN_PAD_SIZE;
export const DEADMAN_REGION_SIZE: i32 = 65536;

// ---- Windows ---------------------------------------------------------------------------------------------

// Each window is a ring of parts used in turn: a part is room for the unfinished record carried over from the part
// before, then the bytes read. A record larger than the carry room is refused as damaged.
export const WINDOW_CARRY_SIZE: i32 = 524288;
export const WINDOW_DATA_SIZE: i32 = 2097152;
export const WINDOW_PART_SIZE: i32 = WINDOW_CARRY_SIZE + WINDOW_DATA_SIZE;
export const WINDOW_PARTS: i32 = 4;
export const WINDOW_SIZE: i32 = WINDOW_PART_SIZE * WINDOW_PARTS;
export const WINDOWS_BASE: i32 = DEADMAN_BASE + DEADMAN_REGION_SIZE; // rings can be mapped there, whatever the size of a page
export const WINDOWS_REGION_SIZE: i32 = INPUT_CAPACITY * WINDOW_SIZE;

export const MEMORY_PAGES: i32 = 9955;
export const MEMORY_SIZE: i32 = MEMORY_PAGES * PAGE_SIZE;

// ---- Config: written by the host before init() ------------------------------------------------------------
// Durations are nanoseconds in u64.

export const CONFIG_SEED_OFFSET: i32 = 0; // u64, of the flow hash
export const CONFIG_FLOW_SETS_OFFSET: i32 = 8; // u32, 1..SET_CAPACITY
export const CONFIG_FRAGMENT_SETS_OFFSET: i32 = 12; // u32, 1..FRAGMENT_SET_CAPACITY
export const CONFIG_RECORD_LIMIT_OFFSET: i32 = 16; // u32, a power of two from 1024 to RECORD_CAPACITY
export const CONFIG_FLAGS_OFFSET: i32 = 20; // u32, CONFIG_FLAG_*
export const CONFIG_STATUS_NS_OFFSET: i32 = 24; // u64, 0 = no intermediate records
export const CONFIG_TCP_OPENING_NS_OFFSET: i32 = 32; // u64, no established or midstream conversation yet
export const CONFIG_TCP_ESTABLISHED_NS_OFFSET: i32 = 40; // u64, established, midstream, half closed
export const CONFIG_TCP_CLOSED_NS_OFFSET: i32 = 48; // u64, closed by FINs or reset
export const CONFIG_UDP_NS_OFFSET: i32 = 56; // u64
export const CONFIG_ICMP_NS_OFFSET: i32 = 64; // u64
export const CONFIG_OTHER_NS_OFFSET: i32 = 72; // u64
export const CONFIG_FRAGMENT_NS_OFFSET: i32 = 80; // u64
export const CONFIG_GHOST_NS_OFFSET: i32 = 88; // u64, how long the orientation of a finished flow is remembered
export const CONFIG_PROTECT_NS_OFFSET: i32 = 96; // u64, idle time after which a newcomer may push out an established flow
export const CONFIG_SWEEP_NS_OFFSET: i32 = 104; // u64, packet time in which the expiry sweep goes round once
export const CONFIG_PICKUP_NS_OFFSET: i32 = 112; // u64, how long after the first packet a flow without a SYN may be older than the sensor; 0 = not asked (files)
export const CONFIG_INSPECT_FLAGS_OFFSET: i32 = 120; // u32, INSPECT_FLAG_*
export const CONFIG_SESSION_LIMIT_OFFSET: i32 = 124; // u32, 8..SESSION_CAPACITY
export const CONFIG_STREAM_WINDOW_SIZE_OFFSET: i32 = 128; // u32, bytes of a stream kept for matching: a power of two from 2048 to 32768
export const CONFIG_STREAM_WINDOW_LIMIT_OFFSET: i32 = 132; // u32, windows; with the size within STREAMS_REGION_SIZE
export const CONFIG_STREAM_DEPTH_OFFSET: i32 = 136; // u32, bytes of each direction that are inspected, 0 = no limit
export const CONFIG_DATAGRAM_LIMIT_OFFSET: i32 = 140; // u32, 1..DATAGRAM_CAPACITY
export const CONFIG_THRESHOLD_LIMIT_OFFSET: i32 = 144; // u32, a multiple of THRESHOLD_WAYS up to THRESHOLD_CAPACITY
export const CONFIG_ALERT_RATE_OFFSET: i32 = 148; // u32, alerts a second a rule may give, 0 = no limit
export const CONFIG_ALERT_BURST_OFFSET: i32 = 152; // u32, alerts a rule may give at once
export const CONFIG_PACKET_BUDGET_OFFSET: i32 = 156; // u32, steps that one packet's rules may take
export const CONFIG_REGEX_STEPS_OFFSET: i32 = 160; // u32, steps that one run of a regular expression may take
export const CONFIG_RULES_LIMIT_OFFSET: i32 = 164; // u32, bytes of a rule image, up to RULES_HALF_SIZE; the host's alone
export const CONFIG_SOURCE_LIMIT_OFFSET: i32 = 168; // u32, a multiple of 8 up to SOURCE_CAPACITY
export const CONFIG_TARGET_LIMIT_OFFSET: i32 = 172; // u32, a multiple of 8 up to TARGET_CAPACITY
export const CONFIG_RECENT_LIMIT_OFFSET: i32 = 176; // u32, a power of two up to RECENT_CAPACITY
export const CONFIG_ALIVE_LIMIT_OFFSET: i32 = 180; // u32, a multiple of 8 up to ALIVE_CAPACITY
export const CONFIG_LEARN_NS_OFFSET: i32 = 184; // u64, packet time from the first packet in which no address is called dark
export const CONFIG_DETECT_FLAGS_OFFSET: i32 = 192; // u32, DETECT_FLAG_*
export const CONFIG_HOME_COUNT_OFFSET: i32 = 196; // u32, networks in HOMES
export const CONFIG_ALIVE_NS_OFFSET: i32 = 200; // u64, how long an address is called alive after it was last heard; 0 = for ever
export const CONFIG_SIZE: i32 = 208;

export const DETECT_FLAG_ON: i32 = 1; // what an address did is kept: sweeps, floods, dark addresses

export const INSPECT_FLAG_ON: i32 = 1; // streams, HTTP and rules; without it only what a packet shows by itself

export const CONFIG_FLAG_CHECKSUM: i32 = 1; // verify transport checksums
export const CONFIG_FLAG_LOSSY_RECORDS: i32 = 2; // a full ring drops (and counts) the new record; else run() stops and waits

// ---- State: kept by the module ----------------------------------------------------------------------------

export const STATE_CLOCK_OFFSET: i32 = 0; // u64 ns, packet time
export const STATE_PACKET_INDEX_OFFSET: i32 = 8; // u64, packets taken so far = number of the current one from 1
export const STATE_RECORD_SEQUENCE_OFFSET: i32 = 16; // u64, records made so far
export const STATE_RECORD_HEAD_OFFSET: i32 = 24; // u32, records ever written to the ring (mod 2^32); the module writes it
export const STATE_RECORD_TAIL_OFFSET: i32 = 28; // u32, records ever taken out; the host writes it
export const STATE_SWEEP_SET_OFFSET: i32 = 32; // u32, next set for the sweep
export const STATE_FLOWS_USED_OFFSET: i32 = 36; // u32, live flows in the table
export const STATE_SWEEP_TIME_OFFSET: i32 = 40; // u64 ns, packet time up to which the sweep has kept pace
export const STATE_BATCH_COUNT_OFFSET: i32 = 48; // u32, packets waiting in the batch
export const STATE_ACTIVE_INPUT_OFFSET: i32 = 52; // u32, the input run()'s answer speaks of
export const STATE_FLOWS_PEAK_OFFSET: i32 = 56; // u32, most live flows at once
export const STATE_FLUSH_SLOT_OFFSET: i32 = 60; // u32, where flush() goes on
export const STATE_PROBE_OFFSET: i32 = 64; // u64, sum of the words touched ahead (keeps the touch from being optimised away)
export const STATE_FIRST_TIME_OFFSET: i32 = 72; // u64 ns, time of the first packet
export const STATE_LAST_TIME_OFFSET: i32 = 80; // u64 ns, latest packet time seen
export const STATE_SWEEP_WAY_OFFSET: i32 = 88; // u32, way of that set where the sweep goes on
export const STATE_FRAGMENTS_USED_OFFSET: i32 = 92; // u32, fragment entries in use
export const STATE_FRAGMENT_HAND_OFFSET: i32 = 96; // u32, next fragment entry for the sweep
export const STATE_FRAGMENT_PENDING_OFFSET: i32 = 100; // u32, held packets, in no flow yet
export const STATE_SWEEP_STEP_NS_OFFSET: i32 = 104; // u64 ns of packet time that pay for one set of the sweep
export const STATE_CLASS_AGE_OFFSET: i32 = 112; // 8 x u32, coarse age (2^META_CLOCK_SHIFT ns) from which a way of that class may be idle; of CLASS_FREE: the least of all
export const STATE_SHORTEST_TIMEOUT_NS_OFFSET: i32 = 152; // u64 ns, no flow is over before
export const STATE_UNTIL_OFFSET: i32 = 144; // u64 ns, run() stops before a packet of a later time (0 = no limit); the host writes it
export const STATE_LOSS_TIME_OFFSET: i32 = 160; // u64 ns, when frames were last lost in capture, 0 = never; the host writes it
export const STATE_ALIVES_OFFSET: i32 = 168; // u32, addresses in ALIVES
export const STATE_SOURCES_OFFSET: i32 = 172; // u32, places of SOURCES in use
export const STATE_TARGETS_OFFSET: i32 = 176; // u32, places of TARGETS in use
export const STATE_CONVERSATIONS_OFFSET: i32 = 180; // u32, flows in which an address of ours and another spoke, saturating
export const STATE_TWO_WAY_OFFSET: i32 = 184; // u32, flows of which both sides passed here, halved together with UNHEARD
export const STATE_UNHEARD_OFFSET: i32 = 188; // u32, flows of which one side passed here, that heard the other
export const STATE_SIZE: i32 = 192;

// ---- Answers of run() -------------------------------------------------------------------------------------

export const RUN_MORE: i32 = 0; // the budget is used up, call again
export const RUN_NEED_INPUT: i32 = 1; // the active input has no whole record left: give it bytes or end it
export const RUN_RECORDS_FULL: i32 = 2; // take records out of the ring, call again
export const RUN_INPUT_ENDED: i32 = 3; // the active input ended cleanly
export const RUN_INPUT_DAMAGED: i32 = 4; // the active input is damaged: see INPUT_ERROR_*
export const RUN_IDLE: i32 = 5; // no input is open
export const RUN_UNTIL: i32 = 6; // the next packet is later than STATE_UNTIL

// ---- Live: a worker and the main thread ------------------------------------------------------------------
// Words of 32 bits, read and written with atomics. The module itself never looks at them.

export const LIVE_COMMAND_OFFSET: i32 = 0; // u32, LIVE_COMMAND_*; the main thread writes it
export const LIVE_DONE_OFFSET: i32 = 4; // u32, number of the latest command that the worker has carried out
export const LIVE_NUMBER_OFFSET: i32 = 8; // u32, number of the command, from 1; the main thread counts it up last
export const LIVE_BEATS_OFFSET: i32 = 12; // u32, turns of the worker's loop (mod 2^32)
export const LIVE_STATE_OFFSET: i32 = 16; // u32, LIVE_STATE_*; the worker writes it
export const LIVE_WAITS_OFFSET: i32 = 20; // u32, times the worker waited for records to be taken out
export const LIVE_BUSY_OFFSET: i32 = 24; // u32, 1 + the input whose block the worker is in, 0 = none
export const LIVE_GIVEN_OFFSET: i32 = 96; // 16 bytes, an address that the worker gives to giveAlive()
export const LIVE_INPUTS_OFFSET: i32 = 128; // one LIVE_INPUT each

export const LIVE_COMMAND_NONE: i32 = 0;
export const LIVE_COMMAND_MESSAGE: i32 = 1; // a message waits at the worker's port
export const LIVE_COMMAND_STOP: i32 = 2; // take what the rings hold, record every flow, end

export const LIVE_STATE_STARTING: i32 = 0;
export const LIVE_STATE_RUNNING: i32 = 1;
export const LIVE_STATE_STOPPING: i32 = 2;
export const LIVE_STATE_STOPPED: i32 = 3;

export const LIVE_INPUT_REVENTS_OFFSET: i32 = 0; // u32, poll(2)'s answer when it told of an error, else 0
export const LIVE_INPUT_WAITING_OFFSET: i32 = 4; // u32, blocks that waited at the latest look
export const LIVE_INPUT_BLOCKS_OFFSET: i32 = 8; // u64, blocks taken
export const LIVE_INPUT_FRAMES_OFFSET: i32 = 16; // u64, frames taken

// ---- Input: one open capture ------------------------------------------------------------------------------

export const INPUT_CURSOR_OFFSET: i32 = 0; // u32, address of the next record
export const INPUT_END_OFFSET: i32 = 4; // u32, address behind the last byte there
export const INPUT_STATUS_OFFSET: i32 = 8; // u32, INPUT_STATUS_*
export const INPUT_FORMAT_OFFSET: i32 = 12; // u32, INPUT_FORMAT_*
export const INPUT_FILE_OFFSET_OFFSET: i32 = 16; // u64, offset in the file of the byte at the cursor
export const INPUT_HEAD_TIME_OFFSET: i32 = 24; // u64 ns, time of the packet at the cursor
export const INPUT_SKIP_OFFSET: i32 = 32; // u64, bytes still to pass over (a block larger than the window)
export const INPUT_ERROR_CODE_OFFSET: i32 = 40; // u32, INPUT_ERROR_*
export const INPUT_ERROR_VALUE_OFFSET: i32 = 44; // u32, the value found wrong
export const INPUT_ERROR_OFFSET_OFFSET: i32 = 48; // u64, file offset of the damage
export const INPUT_SWAPPED_OFFSET: i32 = 56; // u32, 1 when the byte order is not ours
export const INPUT_INTERFACES_OFFSET: i32 = 60; // u32, interfaces known in this section
export const INPUT_HEAD_DATA_OFFSET: i32 = 64; // u32, address of the frame at the cursor
export const INPUT_HEAD_CAPTURED_OFFSET: i32 = 68; // u32
export const INPUT_HEAD_WIRE_OFFSET: i32 = 72; // u32
export const INPUT_HEAD_LINK_OFFSET: i32 = 76; // u32, link type (LINKTYPE_ value)
export const INPUT_HEAD_NEXT_OFFSET: i32 = 80; // u32, address of the record after the one at the cursor
export const INPUT_HEAD_READY_OFFSET: i32 = 84; // u32, 1 when the HEAD fields describe the cursor
export const INPUT_EOF_OFFSET: i32 = 88; // u32, 1 when no more bytes follow
export const INPUT_LINKTYPE_OFFSET: i32 = 92; // u32, of a pcap file, or of the last interface seen
export const INPUT_PACKETS_OFFSET: i32 = 96; // u64, packets taken from this input
export const INPUT_TIME_UNIT_OFFSET: i32 = 104; // u32, ns in a unit of a pcap record's fraction (1000 or 1)
export const INPUT_SECTION_OFFSET: i32 = 108; // u32, sections seen (pcapng)
export const INPUT_FCS_SIZE_OFFSET: i32 = 112; // u32, bytes of frame check sequence at the end of each frame (pcap header)
export const INPUT_RECORD_HEADER_OFFSET: i32 = 116; // u32, bytes of a pcap record's header: 16, or 24 in Kuznetzov's
export const INPUT_LAST_TIME_OFFSET: i32 = 120; // u64 ns, of the last packet (a simple packet block has none of its own)

export const INPUT_STATUS_FREE: i32 = 0;
export const INPUT_STATUS_OPEN: i32 = 1;
export const INPUT_STATUS_ENDED: i32 = 2;
export const INPUT_STATUS_DAMAGED: i32 = 3;

export const INPUT_FORMAT_UNKNOWN: i32 = 0;
export const INPUT_FORMAT_PCAP: i32 = 1;
export const INPUT_FORMAT_PCAPNG: i32 = 2;

export const INPUT_ERROR_NONE: i32 = 0;
export const INPUT_ERROR_MAGIC: i32 = 1; // value: the first four bytes, little-endian
export const INPUT_ERROR_EMPTY: i32 = 2; // no bytes at all
export const INPUT_ERROR_HEADER_CUT: i32 = 3; // value: bytes there
export const INPUT_ERROR_RECORD_CUT: i32 = 4; // value: bytes there
export const INPUT_ERROR_RECORD_LENGTH: i32 = 5; // value: the captured length claimed
export const INPUT_ERROR_BLOCK_LENGTH: i32 = 6; // value: the block length claimed
export const INPUT_ERROR_BLOCK_TRAILER: i32 = 7; // value: the trailing length
export const INPUT_ERROR_INTERFACE: i32 = 8; // value: the interface id that was never described
export const INPUT_ERROR_INTERFACES_FULL: i32 = 9; // value: INTERFACE_CAPACITY
export const INPUT_ERROR_BYTE_ORDER: i32 = 10; // value: the byte-order magic found
export const INPUT_ERROR_VERSION: i32 = 11; // value: the major version
export const INPUT_ERROR_OPTION: i32 = 12; // value: an interface option's code * 65536 + its length

// One pcapng interface.
export const INTERFACE_LINKTYPE_OFFSET: i32 = 0; // u32
export const INTERFACE_SNAPLEN_OFFSET: i32 = 4; // u32, 0 = unlimited
export const INTERFACE_TSRESOL_OFFSET: i32 = 8; // u32, the option's byte
export const INTERFACE_FCS_SIZE_OFFSET: i32 = 12; // u32, bytes of frame check sequence at a frame's end
export const INTERFACE_TSOFFSET_OFFSET: i32 = 16; // i64, seconds

export const RECORD_CAPTURED_MAX: i32 = 262144;

// ---- Packet: one decoded frame, valid until the batch is processed ----------------------------------------
// A field that the frame does not carry is 0.

export const PACKET_TIME_OFFSET: i32 = 0; // u64 ns
export const PACKET_FRAME_OFFSET: i32 = 8; // u32, address of the first captured byte
export const PACKET_CAPTURED_OFFSET: i32 = 12; // u32
export const PACKET_WIRE_OFFSET: i32 = 16; // u32, length on the wire
export const PACKET_COUNTED_OFFSET: i32 = 20; // u32, bytes that the flow counts (wire length less a non-Ethernet link header)
export const PACKET_LINK_OFFSET: i32 = 24; // u32, LINKTYPE_ value
export const PACKET_UNDECODED_OFFSET: i32 = 28; // u32, 0 or the COUNTER_UNDECODED_* that says why it is in no flow
// The key, ends in canonical order once it is hashed (then PACKET_BIT_SWAPPED says that the sender is end B);
// laid out as in a flow slot.
export const PACKET_ADDRESS_A_OFFSET: i32 = 32; // 16 bytes: an IPv6 address, an IPv4 address (::ffff:a.b.c.d), or a MAC address at the end
export const PACKET_ADDRESS_B_OFFSET: i32 = 48; // 16 bytes
export const PACKET_PORT_A_OFFSET: i32 = 64; // u16, see FLOW_PORT_A
export const PACKET_PORT_B_OFFSET: i32 = 66; // u16
export const PACKET_PROTO_OFFSET: i32 = 68; // u8, IP protocol
export const PACKET_KIND_OFFSET: i32 = 69; // u8, KIND_*
export const PACKET_EXTRA_OFFSET: i32 = 70; // u16, see FLOW_EXTRA
export const PACKET_HASH_OFFSET: i32 = 72; // u64
export const PACKET_TCP_SEQ_OFFSET: i32 = 80; // u32
export const PACKET_TCP_ACK_OFFSET: i32 = 84; // u32
export const PACKET_TCP_FLAGS_OFFSET: i32 = 88; // u16, FIN SYN RST PSH ACK URG ECE CWR AE
export const PACKET_TCP_WINDOW_OFFSET: i32 = 90; // u16
export const PACKET_APP_BYTES_OFFSET: i32 = 92; // u32, application bytes as the IP header claims them
export const PACKET_PAYLOAD_OFFSET: i32 = 96; // u32, address of the transport payload
export const PACKET_PAYLOAD_SIZE_OFFSET: i32 = 100; // u32, captured bytes of it
export const PACKET_IP_ID_OFFSET: i32 = 104; // u32, IPv4 identification, or that of an IPv6 fragment header
export const PACKET_TTL_OFFSET: i32 = 108; // u8, or hop limit
export const PACKET_TOS_OFFSET: i32 = 109; // u8, or traffic class
export const PACKET_BITS_OFFSET: i32 = 110; // u16, PACKET_BIT_*
export const PACKET_SMAC_OFFSET: i32 = 112; // 6 bytes
export const PACKET_DMAC_OFFSET: i32 = 118; // 6 bytes
export const PACKET_VLAN_OFFSET: i32 = 124; // u16, outermost VLAN id, VLAN_NONE without one
export const PACKET_PAYLOAD_SUM_OFFSET: i32 = 126; // u16, ones' complement sum of the payload, when PACKET_BIT_SUM
export const PACKET_NOTES_OFFSET: i32 = 128; // u32, NOTE_* seen in this packet
export const PACKET_WINDOW_SCALE_OFFSET: i32 = 132; // u8, of a SYN's option, 255 = none
export const PACKET_ICMP_TYPE_OFFSET: i32 = 133; // u8, as sent
export const PACKET_ICMP_CODE_OFFSET: i32 = 134; // u8, as sent
export const PACKET_ANSWER_OFFSET: i32 = 135; // u8, 1 when the packet is an answer by its kind (echo reply, ARP reply): the initiator is the receiver
export const PACKET_FRAGMENT_OFFSET_OFFSET: i32 = 136; // u32, offset of this fragment in its datagram, bytes
export const PACKET_L3_OFFSET: i32 = 140; // u32, address of the innermost IP header
export const PACKET_L3_SIZE_OFFSET: i32 = 144; // u32, captured bytes from there on, link padding left out
export const PACKET_L4_OFFSET: i32 = 148; // u32, address of the transport header
export const PACKET_QUOTED_OFFSET: i32 = 152; // u32, 1 when the QUOTED fields are there
export const PACKET_INPUT_OFFSET: i32 = 156; // u32, which input or worker it came from
export const PACKET_QUOTED_SRC_OFFSET: i32 = 160; // 16 bytes, of the packet an ICMP error speaks of
export const PACKET_QUOTED_DST_OFFSET: i32 = 176; // 16 bytes
export const PACKET_QUOTED_KEY_OFFSET: i32 = 192; // u64, ports, protocol, kind, extra as in PACKET_SPORT..EXTRA
export const PACKET_QUOTED_HASH_OFFSET: i32 = 200; // u64
export const PACKET_CURSOR_OFFSET: i32 = 208; // u32, address of the header being decoded
export const PACKET_END_OFFSET: i32 = 212; // u32, address behind the last captured byte that belongs to it
export const PACKET_CLAIMED_OFFSET: i32 = 216; // u32, bytes from the cursor on as the enclosing header claims them
export const PACKET_NEXT_OFFSET: i32 = 220; // u32, ethertype or protocol of the header at the cursor
export const PACKET_TUNNELS_OFFSET: i32 = 224; // u32, tunnels entered so far
export const PACKET_SET_OFFSET: i32 = 228; // u32, number of the flow table's set, SET_NONE while the key is not hashed
export const PACKET_WAY_OFFSET: i32 = 232; // i32, way of that set whose tag matched when the batch was touched, -1 = none
export const PACKET_MERGED_OFFSET: i32 = 236; // u32, packets that the card or the kernel merged into this frame, besides one
export const PACKET_SENDER_HASH_OFFSET: i32 = 240; // u64, of a packet that seems to begin a flow, else 0: its sender's hash among the sources
export const PACKET_TARGET_HASH_OFFSET: i32 = 248; // u64, and its receiver's among the targets
export const PACKET_BIT_DF: i32 = 1;
export const PACKET_BIT_FRAGMENT: i32 = 2; // part of a fragmented datagram
export const PACKET_BIT_LATER_FRAGMENT: i32 = 4; // without the transport header
export const PACKET_BIT_TCP: i32 = 8; // a TCP header was read up to its flags and window
export const PACKET_BIT_SUM: i32 = 16; // PAYLOAD_SUM is valid
export const PACKET_BIT_BAD_CHECKSUM: i32 = 32; // a header or transport checksum is wrong
export const PACKET_BIT_IPV4: i32 = 64; // has an IPv4 identification
export const PACKET_BIT_SWAPPED: i32 = 128; // source is the key's B end
export const PACKET_BIT_LAST_FRAGMENT: i32 = 256; // more-fragments is clear
export const PACKET_BIT_IP: i32 = 512; // TTL and TOS are there
export const PACKET_BIT_CARRIER_FRAGMENT: i32 = 2048; // read inside the first fragment of a tunnel's datagram: QUOTED_* say which datagram, QUOTED_HASH is the key of the tunnel's flow
export const PACKET_BIT_UNFINISHED: i32 = 4096; // its transport checksum is still to be filled in, as the kernel says: not called wrong
export const PACKET_BIT_UNCHECKABLE: i32 = 1024; // the transport checksum is over an address that is not in the IP header

export const SET_NONE: i32 = 2147483647;
export const VLAN_NONE: i32 = 65535;
export const WINDOW_SCALE_NONE: i32 = 255;

// Where a key must tell who asks, since both ends may ask the same: a bit of the port word B.
export const ASKER_A: i32 = 256;
export const ASKER_B: i32 = 512;

// What a flow's addresses are.
export const KIND_FREE: i32 = 0;
export const KIND_MAC: i32 = 1; // non-IP: extra = ethertype (below 1536: an LLC frame, extra = DSAP)
export const KIND_ARP: i32 = 2; // IPv4 addresses of asker and asked; extra = 1 ARP, 2 RARP
export const KIND_IPV4: i32 = 4;
export const KIND_IPV6: i32 = 6;

// ---- Flow slot: six cache lines ---------------------------------------------------------------------------
//
//   0    key (addresses, ports, protocol), times of the record, flags, state
//   64   seldom touched: findings, start of life, handshake times
//   128  direction A, hot          192  direction A, cold
//   256  direction B, hot          320  direction B, cold
//
// A is the end whose (address, port) sorts lower; the flags say which end is the initiator.

export const FLOW_ADDRESS_A_OFFSET: i32 = 0; // 16 bytes
export const FLOW_ADDRESS_B_OFFSET: i32 = 16; // 16 bytes
export const FLOW_PORT_A_OFFSET: i32 = 32; // u16. ICMP: A = the request's type, B = code and ASKER_*, whatever the direction. ARP: B = ASKER_*. ESP: the SPI's low and high half
export const FLOW_PORT_B_OFFSET: i32 = 34; // u16
export const FLOW_PROTO_OFFSET: i32 = 36; // u8
export const FLOW_KIND_OFFSET: i32 = 37; // u8
export const FLOW_EXTRA_OFFSET: i32 = 38; // u16: ICMP echo: identifier; KIND_MAC: ethertype; KIND_ARP: 1 or 2
export const FLOW_LAST_OFFSET: i32 = 40; // u64 ns, latest packet
export const FLOW_RECORD_START_OFFSET: i32 = 48; // u64 ns, first packet since the last intermediate record
export const FLOW_FLAGS_OFFSET: i32 = 56; // u32, FLOW_FLAG_*
export const FLOW_STATE_OFFSET: i32 = 60; // u8, TCP_STATE_*
export const FLOW_DIR_REASON_OFFSET: i32 = 61; // u8, DIR_REASON_*
export const FLOW_CLASS_OFFSET: i32 = 62; // u8, CLASS_*
export const FLOW_ICMP_TYPE_OFFSET: i32 = 63; // u8, type of the first packet as sent
export const FLOW_FINDINGS_OFFSET: i32 = 64; // u64, a bit a finding (issue: findings)
export const FLOW_START_OFFSET: i32 = 72; // u64 ns, earliest packet of the flow's life
export const FLOW_SYN_TIME_OFFSET: i32 = 80; // u64 ns, latest SYN before the SYN-ACK
export const FLOW_SYNACK_TIME_OFFSET: i32 = 88; // u64 ns
export const FLOW_SYNACK_US_OFFSET: i32 = 96; // u32, SYN to SYN-ACK
export const FLOW_ACKDAT_US_OFFSET: i32 = 100; // u32, SYN-ACK to ACK
export const FLOW_ICMP_ERRORS_OFFSET: i32 = 104; // u16, ICMP errors that spoke of this flow, saturating
export const FLOW_STATUS_COUNT_OFFSET: i32 = 106; // u16, intermediate records so far, saturating
export const FLOW_NOTES_OFFSET: i32 = 108; // u32, NOTE_* of all packets
export const FLOW_REPORTED_PACKETS_A_OFFSET: i32 = 112; // u32, low half of A's packets at the last intermediate record
export const FLOW_REPORTED_PACKETS_B_OFFSET: i32 = 116; // u32
export const FLOW_FIRST_FRAME_OFFSET: i32 = 120; // u64, number of the flow's first packet, from 1

export const FLOW_DIR_A_OFFSET: i32 = 128;
export const FLOW_DIR_B_OFFSET: i32 = 256;
export const FLOW_DIR_SIZE: i32 = 128;

export const DIR_PACKETS_OFFSET: i32 = 0; // u64
export const DIR_BYTES_OFFSET: i32 = 8; // u64
export const DIR_APP_BYTES_OFFSET: i32 = 16; // u64
export const DIR_SEQ_NEXT_OFFSET: i32 = 24; // u32, highest sequence number sent, plus one
export const DIR_ACK_HIGH_OFFSET: i32 = 28; // u32, highest acknowledgement sent
export const DIR_ID_ZERO_OFFSET: i32 = 32; // u32, packets whose IPv4 ID is 0
export const DIR_ID_SAME_OFFSET: i32 = 36; // u32, packets whose ID is the one before, 0 left out
export const DIR_ID_UP_OFFSET: i32 = 40; // u32, packets whose ID is 1..IP_ID_STEP_MAX above the one before, a lone ID far from a steady counter passed over
export const DIR_DF_OFFSET: i32 = 44; // u32, packets with don't-fragment
export const DIR_ID_LAST_OFFSET: i32 = 48; // u16
export const DIR_TCP_FLAGS_OFFSET: i32 = 50; // u16, union over the flow's life
export const DIR_TTL_LOW_OFFSET: i32 = 52; // u8
export const DIR_TTL_HIGH_OFFSET: i32 = 53; // u8
export const DIR_TOS_FIRST_OFFSET: i32 = 54; // u8
export const DIR_TOS_LAST_OFFSET: i32 = 55; // u8
export const DIR_WINDOW_OFFSET: i32 = 56; // u16, last, unscaled
export const DIR_ZERO_WINDOWS_OFFSET: i32 = 58; // u16, saturating
export const DIR_BITS_OFFSET: i32 = 60; // u8, DIR_BIT_*
export const DIR_WINDOW_SCALE_OFFSET: i32 = 61; // u8, WINDOW_SCALE_NONE without the option
export const DIR_BAD_CHECKSUMS_OFFSET: i32 = 62; // u16, saturating
export const DIR_MAC_OFFSET: i32 = 64; // 6 bytes, source MAC of the direction's first packet
export const DIR_VLAN_OFFSET: i32 = 70; // u16, VLAN_NONE without one
export const DIR_SEQ_FIRST_OFFSET: i32 = 72; // u32
export const DIR_ACK_FIRST_OFFSET: i32 = 76; // u32
export const DIR_HOLE_START_OFFSET: i32 = 80; // u32, latest sequence range not yet seen
export const DIR_HOLE_END_OFFSET: i32 = 84; // u32, equal to the start when there is none
export const DIR_LAST_SEQ_OFFSET: i32 = 88; // u32, of the latest data segment
export const DIR_LAST_SIZE_OFFSET: i32 = 92; // u16
export const DIR_LAST_SUM_OFFSET: i32 = 94; // u16, ones' complement sum of its bytes
export const DIR_RETRANSMITS_OFFSET: i32 = 96; // u32, segments that bring nothing new
export const DIR_ACK_ADVANCES_OFFSET: i32 = 100; // u32, times the acknowledgement went forward
export const DIR_OUT_OF_ORDER_OFFSET: i32 = 104; // u16, segments that fill a hole, saturating
export const DIR_OVERLAPS_OFFSET: i32 = 106; // u16, segments sent again with other bytes, saturating
export const DIR_GAPS_OFFSET: i32 = 108; // u16, times bytes were jumped over, saturating
export const DIR_FRAGMENTS_OFFSET: i32 = 110; // u16, saturating
export const DIR_REPORTED_BYTES_OFFSET: i32 = 112; // u64, bytes at the last intermediate record
export const DIR_REPORTED_APP_BYTES_OFFSET: i32 = 120; // u64

export const DIR_BIT_SEQ: i32 = 1; // SEQ_FIRST and SEQ_NEXT are valid
export const DIR_BIT_ACK: i32 = 2; // ACK_FIRST and ACK_HIGH are valid
export const DIR_BIT_DATA: i32 = 4; // LAST_SEQ, LAST_SIZE are valid
export const DIR_BIT_SUM: i32 = 8; // LAST_SUM is valid
export const DIR_BIT_ID: i32 = 16; // ID_LAST is valid
export const DIR_BIT_TTL: i32 = 32; // TTL_LOW, TTL_HIGH, TOS_FIRST are valid (the packets are IP)
export const DIR_BIT_TTL_FELL: i32 = 64; // the first other TTL was below the usual one
export const DIR_BIT_ID_APART: i32 = 128; // the latest ID was far from the counter, which ID_LAST still tells

export const IP_ID_STEP_MAX: i32 = 1024;

export const FLOW_FLAG_INITIATOR_B: i32 = 1; // the initiator is end B
export const FLOW_FLAG_SYN: i32 = 2; // a pure SYN was seen
export const FLOW_FLAG_SYNACK: i32 = 4; // a pure SYN-ACK was seen
export const FLOW_FLAG_HANDSHAKE: i32 = 8; // SYN, SYN-ACK and the ACK to it were seen
export const FLOW_FLAG_FIRST_B: i32 = 16; // the first packet came from B
export const FLOW_FLAG_SYNACK_B: i32 = 32; // the SYN-ACK came from B
export const FLOW_FLAG_FRAGMENTS_ONLY: i32 = 64; // later fragments whose first was never seen: no ports
export const FLOW_FLAG_ICMP_UNREACHABLE: i32 = 128; // an ICMP error quoted this flow
export const FLOW_FLAG_ICMP_TIME_EXCEEDED: i32 = 256;
export const FLOW_FLAG_ICMP_REDIRECT: i32 = 512;
export const FLOW_FLAG_ICMP_OTHER: i32 = 1024; // source quench, parameter problem, packet too big
export const FLOW_FLAG_TURNED: i32 = 2048; // the initiator is not the first sender
export const FLOW_FLAG_FIN_A: i32 = 4096;
export const FLOW_FLAG_FIN_B: i32 = 8192;
export const FLOW_FLAG_SEEN_A: i32 = 32768; // A has sent
export const FLOW_FLAG_SEEN_B: i32 = 65536; // B has sent
export const FLOW_FLAG_SEVERAL: i32 = 131072; // more than one packet
export const FLOW_FLAG_GROUP: i32 = 262144; // begun with a packet to a group or to all
export const FLOW_FLAG_RESET_A: i32 = 524288; // A sent a RST that fits where its bytes had come to
export const FLOW_FLAG_RESET_B: i32 = 1048576;
export const FLOW_FLAG_ASKED: i32 = 2097152; // asks for something, and it is not known yet what came of it
export const FLOW_FLAG_RETRIED: i32 = 4194304; // it asked again
export const FLOW_FLAG_TTL_TURN_A: i32 = 8388608; // A's TTL has no usual value: its second packet had another than its first (a proxy's), or it changed for good twice
export const FLOW_FLAG_TTL_TURN_B: i32 = 16777216;
export const FLOW_FLAG_UNHEARD: i32 = 33554432; // while one side alone was heard, it heard the other: that one takes another way
export const FLOW_FLAG_FIN_DATA: i32 = 67108864; // a FIN came with data, and no handshake before
export const FLOW_FLAG_COMPANY: i32 = 134217728; // its sender repeats in vain in other flows too
export const FLOW_FLAG_DROPPED: i32 = 268435456; // inline: its packets are dropped from then on
export const FLOW_FLAG_REJECTED: i32 = 536870912; // with DROPPED: and its ends are told
export const FLOW_FLAG_SIMULATED: i32 = 1073741824; // with DROPPED: they would be, and passed
export const FLOW_FLAG_ACKED: i32 = 16384; // after the SYN-ACK its receiver answered with something other than RST

export const TCP_STATE_NONE: i32 = 0; // not TCP
export const TCP_STATE_SYN_SENT: i32 = 1;
export const TCP_STATE_SYN_ACKED: i32 = 2;
export const TCP_STATE_ESTABLISHED: i32 = 3;
export const TCP_STATE_MIDSTREAM: i32 = 4; // packets without a handshake
export const TCP_STATE_CLOSING: i32 = 5; // one side sent FIN
export const TCP_STATE_CLOSED: i32 = 6; // both did
export const TCP_STATE_RESET: i32 = 7;

export const DIR_REASON_FIRST_PACKET: i32 = 0; // the initiator is whoever was seen first
export const DIR_REASON_SYN: i32 = 1;
export const DIR_REASON_SYNACK: i32 = 2;
export const DIR_REASON_LEARNT: i32 = 3; // kept from an earlier record of the same flow
export const DIR_REASON_ANSWER: i32 = 4; // the first packet is an answer by its kind (echo reply, ARP reply)

// What a flow is worth when its set is full: the lowest goes first, among equals the longest idle.
export const CLASS_FREE: i32 = 0;
export const CLASS_GHOST: i32 = 1; // finished and recorded, remembered for its orientation
export const CLASS_SINGLE: i32 = 2; // one packet
export const CLASS_CLOSED: i32 = 3; // TCP closed or reset
export const CLASS_HALF_OPEN: i32 = 4; // TCP without an answer, or a handshake not finished
export const CLASS_ONE_WAY: i32 = 5; // several packets, one side
export const CLASS_TWO_WAY: i32 = 6; // both sides, no handshake to judge by
export const CLASS_ESTABLISHED: i32 = 7; // TCP handshake complete

// A set's lines: SET_WAYS tags (u16) in the one, SET_WAYS metas (u16) in the other: class in the low 3 bits, above it the last
// packet's time in units of 2^META_CLOCK_SHIFT ns (about a second), modulo 2^13.
export const META_CLOCK_SHIFT: i32 = 30;
export const SET_META_OFFSET: i32 = 64;
export const META_CLASS_MASK: i32 = 7;
export const META_TIME_SHIFT: i32 = 3;
export const META_TIME_MASK: i32 = 8191;
export const META_AGE_MAX: i32 = 4095; // a greater age is a time still to come

// Encapsulations passed through, and oddities, of a packet and (as a union) of a flow.
export const NOTE_VLAN: i32 = 1;
export const NOTE_QINQ: i32 = 2;
export const NOTE_MPLS: i32 = 4;
export const NOTE_PPPOE: i32 = 8;
export const NOTE_GRE: i32 = 16;
export const NOTE_IPIP: i32 = 32; // IP in IP, 6in4, 4in6
export const NOTE_VXLAN: i32 = 64;
export const NOTE_AH: i32 = 128;
export const NOTE_IP_OPTIONS: i32 = 256; // IPv4 options or IPv6 extension headers
export const NOTE_FRAGMENT: i32 = 512;
export const NOTE_FRAGMENT_TINY: i32 = 1024; // a first fragment too short for its transport header
export const NOTE_TRUNCATED: i32 = 2048; // the capture cut a header that the flow wanted
export const NOTE_BAD_HEADER: i32 = 4096; // a length or offset field that cannot be
export const NOTE_BAD_IP_CHECKSUM: i32 = 8192;
export const NOTE_BAD_L4_CHECKSUM: i32 = 16384;
export const NOTE_LENGTH_LIES: i32 = 32768; // the IP length goes beyond the frame on the wire
export const NOTE_PPP: i32 = 65536;
export const NOTE_FRAGMENT_OVERLAP: i32 = 131072; // a fragment with other bytes than came before, or beyond the datagram's end
export const NOTE_OFFLOADED: i32 = 262144; // checksum left to the network card, or IP length 0
export const NOTE_WIFI: i32 = 524288;
export const NOTE_PICKUP: i32 = 1048576; // first heard without a SYN soon after the sensor began: may be older than it
export const NOTE_EVICTED_BEFORE: i32 = 4194304; // begun without a handshake, and the table gave up a conversation of its ends not long ago, or had no place
export const NOTE_LOSS: i32 = 8388608; // begun without a handshake at a time when frames were lost in capture
export const NOTE_MERGED: i32 = 2097152; // frames that the card or the kernel had merged: counted as what was on the wire

// ---- Fragment entry: a datagram being fragmented ----------------------------------------------------------

export const FRAGMENT_SRC_OFFSET: i32 = 0; // 16 bytes
export const FRAGMENT_DST_OFFSET: i32 = 16; // 16 bytes
export const FRAGMENT_ID_OFFSET: i32 = 32; // u32
export const FRAGMENT_PROTO_OFFSET: i32 = 36; // u8
export const FRAGMENT_KIND_OFFSET: i32 = 37; // u8, KIND_FREE = unused
export const FRAGMENT_STATE_OFFSET: i32 = 38; // u16, FRAGMENT_STATE_*
export const FRAGMENT_KEY_OFFSET: i32 = 40; // u64, ports, protocol, kind, extra of the first fragment
export const FRAGMENT_LAST_OFFSET: i32 = 48; // u64 ns
export const FRAGMENT_FIRST_OFFSET: i32 = 56; // u64 ns, earliest held fragment
export const FRAGMENT_HELD_PACKETS_OFFSET: i32 = 64; // u64, later fragments that wait for the first
export const FRAGMENT_HELD_BYTES_OFFSET: i32 = 72; // u64
export const FRAGMENT_HELD_APP_BYTES_OFFSET: i32 = 80; // u64
export const FRAGMENT_FRAME_OFFSET: i32 = 88; // u64, number of the first held packet
export const FRAGMENT_HELD_DF_OFFSET: i32 = 96; // u32
export const FRAGMENT_HELD_BAD_OFFSET: i32 = 100; // u32, bad checksums
export const FRAGMENT_HELD_NOTES_OFFSET: i32 = 104; // u32
export const FRAGMENT_TTL_LOW_OFFSET: i32 = 108; // u8
export const FRAGMENT_TTL_HIGH_OFFSET: i32 = 109; // u8
export const FRAGMENT_TOS_OFFSET: i32 = 110; // u8
export const FRAGMENT_VLAN_OFFSET: i32 = 112; // u16
export const FRAGMENT_MAC_OFFSET: i32 = 114; // 6 bytes

export const FRAGMENT_STATE_HELD: i32 = 1; // the first fragment is still to come
export const FRAGMENT_STATE_KNOWN: i32 = 2; // KEY is valid

// ---- Record: a flow as it was when it left the table (or at a status interval) ----------------------------

export const RECORD_SEQUENCE_OFFSET: i32 = 0; // u64, from 1
export const RECORD_TIME_OFFSET: i32 = 8; // u64 ns, packet time when it was made
export const RECORD_PACKET_INDEX_OFFSET: i32 = 16; // u64, number of the packet that caused it
export const RECORD_REASON_OFFSET: i32 = 24; // u32, RECORD_REASON_*
export const RECORD_SET_OFFSET: i32 = 28; // u32, set of the table it was in
export const RECORD_VICTIM_CLASS_OFFSET: i32 = 32; // u32, class at that time
export const RECORD_FLOW_OFFSET: i32 = 64; // FLOW_SIZE bytes, a copy of the slot

export const RECORD_REASON_IDLE: i32 = 1; // no packet for the flow's timeout
export const RECORD_REASON_EVICTED: i32 = 2; // its place was needed
export const RECORD_REASON_REFUSED: i32 = 3; // the table had no place worth taking: a record of this packet alone
export const RECORD_REASON_STATUS: i32 = 4; // intermediate: the flow goes on
export const RECORD_REASON_FLUSH: i32 = 5; // end of input, or asked for
export const RECORD_REASON_REUSED: i32 = 6; // a new connection on the same ports
export const RECORD_REASON_LIVE: i32 = 7; // a look at a flow that is in the table: never in the ring

// ---- Counters: u64 each, index * 8 from COUNTERS_BASE -----------------------------------------------------

export const COUNTER_PACKETS: i32 = 0; // every packet handed in
export const COUNTER_WIRE_BYTES: i32 = 1;
export const COUNTER_CAPTURED_BYTES: i32 = 2;
export const COUNTER_FLOW_PACKETS: i32 = 3; // packets credited to a flow
export const COUNTER_UNDECODED: i32 = 4; // packets in no flow; the sum of UNDECODED_*
export const COUNTER_FLOWS_CREATED: i32 = 5;
export const COUNTER_FLOWS_EVICTED: i32 = 6;
export const COUNTER_FLOWS_REFUSED: i32 = 7;
export const COUNTER_FLOWS_IDLE: i32 = 8;
export const COUNTER_FLOWS_REUSED: i32 = 9;
export const COUNTER_FLOWS_FLUSHED: i32 = 10;
export const COUNTER_RECORDS: i32 = 11; // records made
export const COUNTER_RECORDS_STATUS: i32 = 12;
export const COUNTER_RECORDS_LOST: i32 = 13; // made while the ring was full (lossy mode)
export const COUNTER_EVICTED_ESTABLISHED: i32 = 14; // of the evicted: established ones
export const COUNTER_CLOCK_BACK: i32 = 15; // packets whose time was before the clock
export const COUNTER_CLOCK_JUMP: i32 = 16; // times the clock was set back, or leapt forward, by more than CLOCK_JUMP
export const COUNTER_FRAGMENTS: i32 = 17;
export const COUNTER_FRAGMENTS_HELD: i32 = 18; // later fragments that came before the first
export const COUNTER_FRAGMENTS_ORPHANED: i32 = 19; // held ones whose first never came
export const COUNTER_FRAGMENT_EVICTED: i32 = 20; // fragment entries pushed out
export const COUNTER_ICMP_QUOTED: i32 = 21; // ICMP errors tied to the flow they speak of
export const COUNTER_ICMP_UNMATCHED: i32 = 22; // ICMP errors whose flow is not in the table
export const COUNTER_BAD_IP_CHECKSUM: i32 = 23;
export const COUNTER_BAD_L4_CHECKSUM: i32 = 24;
export const COUNTER_OFFLOADED: i32 = 25; // checksums left to the network card
export const COUNTER_TRUNCATED: i32 = 26; // in a flow, but with a header cut by the capture
export const COUNTER_BAD_HEADER: i32 = 27; // in a flow, but with a field that cannot be
export const COUNTER_LENGTH_LIES: i32 = 28;
export const COUNTER_TUNNEL_DEPTH: i32 = 29; // tunnels deeper than TUNNEL_DEPTH_MAX: the flow is the deepest one read
export const COUNTER_LENGTH_ODD: i32 = 31; // captured more than the wire length claims
export const COUNTER_BLOCKS_SKIPPED: i32 = 32; // pcapng blocks that carry no packet
export const COUNTER_FRAGMENTS_KNOWN: i32 = 33; // later fragments tied to their flow at once
export const COUNTER_MERGED_FRAMES: i32 = 34; // frames that stood for several packets (GRO, segmentation offload)
export const COUNTER_MERGED_PACKETS: i32 = 35; // the packets, besides one a frame, that they stood for
export const COUNTER_RING_BLOCKS: i32 = 36; // blocks of the kernel's rings taken
export const COUNTER_RING_DAMAGED: i32 = 37; // blocks whose offsets led outside: the rest of each is lost
export const COUNTER_VLAN_RESTORED: i32 = 38; // VLAN tags that the card took out, put back

export const COUNTER_UNDECODED_FIRST: i32 = 64;
export const COUNTER_UNDECODED_LINKTYPE: i32 = 64; // link type not known
export const COUNTER_UNDECODED_LINK_TRUNCATED: i32 = 65; // link header cut
export const COUNTER_UNDECODED_VLAN_TRUNCATED: i32 = 66;
export const COUNTER_UNDECODED_MPLS_TRUNCATED: i32 = 67;
export const COUNTER_UNDECODED_MPLS_DEPTH: i32 = 68; // more labels than MPLS_DEPTH_MAX
export const COUNTER_UNDECODED_PPP_TRUNCATED: i32 = 69;
export const COUNTER_UNDECODED_IP4_TRUNCATED: i32 = 70;
export const COUNTER_UNDECODED_IP4_HEADER: i32 = 71; // header length below 5 words, or beyond the total length
export const COUNTER_UNDECODED_IP_VERSION: i32 = 72; // neither 4 nor 6
export const COUNTER_UNDECODED_IP6_TRUNCATED: i32 = 73;
export const COUNTER_UNDECODED_IP6_EXTENSION: i32 = 74; // an extension header cut
export const COUNTER_UNDECODED_IP6_CHAIN: i32 = 75; // more extension headers than IP6_EXTENSION_MAX
export const COUNTER_UNDECODED_ARP_TRUNCATED: i32 = 76;
export const COUNTER_UNDECODED_ARP_FORMAT: i32 = 77; // not Ethernet and IPv4
export const COUNTER_UNDECODED_LAYERS: i32 = 78; // more headers than LAYER_MAX
export const COUNTER_UNDECODED_WIFI: i32 = 79; // 802.11 without data: management, control, null or encrypted
export const COUNTER_UNDECODED_LLC_TRUNCATED: i32 = 80;
export const COUNTER_UNDECODED_EMPTY: i32 = 81; // no byte captured
export const COUNTER_UNDECODED_LINK_FORMAT: i32 = 82; // a link header with a field that cannot be
export const COUNTER_UNDECODED_LAST: i32 = 83; // one above the last

export const COUNTER_IP4: i32 = 96; // innermost header, packets
export const COUNTER_IP6: i32 = 97;
export const COUNTER_ARP: i32 = 98;
export const COUNTER_NON_IP: i32 = 99;
export const COUNTER_TCP: i32 = 100;
export const COUNTER_UDP: i32 = 101;
export const COUNTER_ICMP: i32 = 102;
export const COUNTER_ICMP6: i32 = 103;
export const COUNTER_SCTP: i32 = 104;
export const COUNTER_IP_OTHER: i32 = 105;

// Inspection.
export const COUNTER_SESSIONS: i32 = 192; // sessions begun
export const COUNTER_SESSIONS_EVICTED: i32 = 193; // sessions forgotten because their place was needed
export const COUNTER_WINDOWS_EVICTED: i32 = 194; // stream windows taken from one stream for another
export const COUNTER_STREAM_BYTES: i32 = 195; // bytes put in order
export const COUNTER_STREAM_DUPLICATE: i32 = 196; // segments that brought nothing new
export const COUNTER_STREAM_HELD: i32 = 197; // segments that came before their turn
export const COUNTER_STREAM_GAPS: i32 = 198; // holes passed over: the bytes never came, or not in time
export const COUNTER_STREAM_RANGES: i32 = 199; // holes passed over because there were more than are tracked
export const COUNTER_STREAM_DEPTH: i32 = 200; // segments not inspected because their stream is past its depth
export const COUNTER_STREAM_CONFLICTS: i32 = 201; // segments with other bytes than came before
export const COUNTER_DATAGRAMS: i32 = 202; // datagrams put together
export const COUNTER_DATAGRAMS_EVICTED: i32 = 203; // given up because their place was needed
export const COUNTER_DATAGRAMS_CUT: i32 = 204; // larger than is kept: inspected up to there
export const COUNTER_DATAGRAMS_OVERLAP: i32 = 205; // fragments with other bytes than came before
export const COUNTER_HTTP_REQUESTS: i32 = 206;
export const COUNTER_HTTP_RESPONSES: i32 = 207;
export const COUNTER_HTTP_HEADER_LIMIT: i32 = 208; // heads longer than is kept: inspected up to there
export const COUNTER_HTTP_URI_LIMIT: i32 = 209; // URIs longer than is normalised
export const COUNTER_HTTP_BODY_LIMIT: i32 = 210; // bodies longer than is inspected
export const COUNTER_HTTP_DECODE_FAILED: i32 = 211; // compressed or chunked bodies that are damaged, inspected up to there
export const COUNTER_PATTERNS: i32 = 212; // patterns of rules seen in the traffic
export const COUNTER_EVALUATIONS: i32 = 213; // rules looked at beyond their pattern
export const COUNTER_CANDIDATES_LOST: i32 = 214; // rules not looked at because one packet had too many
export const COUNTER_PENDING_LOST: i32 = 215; // rules not looked at again when a stream went on, since too many waited
export const COUNTER_BUDGET: i32 = 216; // packets whose rules were broken off after too many steps
export const COUNTER_REGEX_RUNS: i32 = 217;
export const COUNTER_REGEX_LIMIT: i32 = 218; // regular expressions broken off after too many steps, taken as no match
export const COUNTER_ALERTS: i32 = 219; // alerts given
export const COUNTER_ALERTS_LIMITED: i32 = 220; // alerts held back by the rate of a rule
export const COUNTER_ALERTS_FILTERED: i32 = 221; // alerts held back by a threshold, detection or event filter
export const COUNTER_ALERTS_SUPPRESSED: i32 = 222; // alerts held back by a suppression
export const COUNTER_ALERTS_PASSED: i32 = 223; // matches held back because a pass rule matched the packet
export const COUNTER_ALERTS_LOST: i32 = 224; // alerts lost because nobody took them out in time
export const COUNTER_ALERTS_OVER: i32 = 225; // matches beyond ALERTS_A_PACKET_MAX of one packet
export const COUNTER_ALERTS_CUT: i32 = 226; // alerts whose frame is longer than is kept
export const COUNTER_THRESHOLDS_EVICTED: i32 = 227; // counts of a rule and an address given up for others
export const COUNTER_RULES_SWAPPED: i32 = 228; // times new rules came into force
export const COUNTER_TAGGED: i32 = 229; // packets kept because of a tag
export const COUNTER_NO_SESSION: i32 = 230; // flow bits and tags that found no session to be kept in

// Detection.
export const COUNTER_NO_HANDSHAKE_NEVER: i32 = 231; // TCP flows begun without a handshake's packet: none passed
export const COUNTER_NO_HANDSHAKE_EVICTED: i32 = 232; // the sensor had the conversation before, and gave up its place
export const COUNTER_NO_HANDSHAKE_START: i32 = 233; // the sensor may be younger than the conversation
export const COUNTER_NO_HANDSHAKE_LOST: i32 = 234; // frames were lost in capture at that time
export const COUNTER_SOURCES_EVICTED: i32 = 235; // sources forgotten for others
export const COUNTER_TARGETS_EVICTED: i32 = 236; // targets forgotten for others
export const COUNTER_ALIVES_EVICTED: i32 = 237; // addresses of ours forgotten for others
export const COUNTER_RECENTS_REPLACED: i32 = 238; // conversations that were pushed out, forgotten for others
export const COUNTER_ASKED: i32 = 239; // flows that asked for something
export const COUNTER_ASKED_IN_VAIN: i32 = 240; // of these, ones refused, given up or not answered
export const COUNTER_ASKED_LOST: i32 = 241; // of these, ones whose flow ended before an answer had its time

// Inline. Each frame that was taken is forwarded, dropped, oversize, damaged or without room.
export const COUNTER_INLINE_TAKEN: i32 = 256; // frames taken out of the receiving rings
export const COUNTER_INLINE_FORWARDED: i32 = 257;
export const COUNTER_INLINE_FORWARDED_BYTES: i32 = 258;
export const COUNTER_INLINE_DROPPED: i32 = 259; // by a verdict; the sum of the three that follow
export const COUNTER_INLINE_DROPPED_RULE: i32 = 260; // a rule says so
export const COUNTER_INLINE_DROPPED_FINDING: i32 = 261; // the policy of a finding says so
export const COUNTER_INLINE_DROPPED_FLOW: i32 = 262; // their flow was dropped before
export const COUNTER_INLINE_WOULD_DROP: i32 = 263; // passed, since this is a simulation; the sum of the three that follow
export const COUNTER_INLINE_WOULD_DROP_RULE: i32 = 264;
export const COUNTER_INLINE_WOULD_DROP_FINDING: i32 = 265;
export const COUNTER_INLINE_WOULD_DROP_FLOW: i32 = 266;
export const COUNTER_INLINE_ALLOWED: i32 = 267; // passed because of the allow list alone
export const COUNTER_INLINE_TX_FULL: i32 = 268; // lost because the sending ring had no room
export const COUNTER_INLINE_OVERSIZE: i32 = 269; // lost because the slot, or the other interface, takes no such frame
export const COUNTER_INLINE_DAMAGED: i32 = 270; // frames whose slot's fields lead outside, shorter than a link header, or with a virtio_net_hdr that can't be sent
export const COUNTER_INLINE_STALE: i32 = 271; // frames given back unread after a stall
export const COUNTER_INLINE_TX_WRONG: i32 = 272; // slots of a sending ring that the kernel refused (it skips them instead where PACKET_LOSS is set)
export const COUNTER_INLINE_REJECTS: i32 = 273; // packets made to reject
export const COUNTER_INLINE_REJECTS_LIMITED: i32 = 274; // held back by their rate
export const COUNTER_INLINE_REJECTS_FULL: i32 = 275; // not made for want of room in a sending ring
export const COUNTER_INLINE_REJECTS_NONE: i32 = 276; // not made because such a packet must not be answered
export const COUNTER_INLINE_THINNED_HIGH: i32 = 277; // packets not inspected since a quarter of a receiving ring waited
export const COUNTER_INLINE_JOINED: i32 = 279; // of those forwarded, ones handed over together with the segment before them
export const COUNTER_INLINE_THINNED_FULL: i32 = 278; // since half of it did

// Flows by what they were worth when their last record was made: COUNTER_ENDED_FIRST + CLASS_*.
export const COUNTER_ENDED_FIRST: i32 = 112;
export const COUNTER_ENDED_SINGLE: i32 = 114;
export const COUNTER_ENDED_CLOSED: i32 = 115;
export const COUNTER_ENDED_HALF_OPEN: i32 = 116;
export const COUNTER_ENDED_ONE_WAY: i32 = 117;
export const COUNTER_ENDED_TWO_WAY: i32 = 118;
export const COUNTER_ENDED_ESTABLISHED: i32 = 119;

// Flows with a finding: COUNTER_FINDING_FIRST + FINDING_*, a bit of FLOW_FINDINGS each.
export const COUNTER_FINDING_FIRST: i32 = 128;
export const FINDING_CAPACITY: i32 = 64;
export const FINDING_MIDSTREAM_DATA: i32 = 0;
export const FINDING_ONE_WAY: i32 = 1;
export const FINDING_DARK_DESTINATION: i32 = 2;
export const FINDING_IP_ID_ZERO: i32 = 3;
export const FINDING_FIN_WITH_DATA_NO_HANDSHAKE: i32 = 4;
export const FINDING_UNANSWERED_RETRANSMIT: i32 = 5;
export const FINDING_NULL_SCAN: i32 = 6;
export const FINDING_FIN_SCAN: i32 = 7;
export const FINDING_XMAS_SCAN: i32 = 8;
export const FINDING_ACK_SCAN: i32 = 9;
export const FINDING_SYN_SCAN: i32 = 10;
export const FINDING_PORT_SWEEP: i32 = 11;
export const FINDING_HOST_SWEEP: i32 = 12;
export const FINDING_SYN_FLOOD: i32 = 13;
export const FINDING_BACKSCATTER: i32 = 14;
export const FINDING_LAND: i32 = 15;
export const FINDING_MARTIAN_SOURCE: i32 = 16;
export const FINDING_BAD_CHECKSUM: i32 = 17;
export const FINDING_BAD_HEADER: i32 = 18;
export const FINDING_FRAGMENT_OVERLAP: i32 = 19;
export const FINDING_FRAGMENT_TINY: i32 = 20;
export const FINDING_TTL_JITTER: i32 = 21;
export const FINDING_IP_ID_JITTER: i32 = 22;
export const FINDING_OVERLAP_CONFLICT: i32 = 23;
export const FINDING_RST_INJECTED: i32 = 24;
export const FINDING_HTTP_TRAVERSAL: i32 = 25;
export const FINDING_HTTP_OVERLONG_UTF8: i32 = 26;
export const FINDING_HTTP_DOUBLE_ENCODE: i32 = 27;
export const FINDING_SIGNATURE: i32 = 28;

// ---- Bounds of the walks ----------------------------------------------------------------------------------

export const LAYER_MAX: i32 = 24;
export const TUNNEL_DEPTH_MAX: i32 = 4;
export const MPLS_DEPTH_MAX: i32 = 8;
export const IP6_EXTENSION_MAX: i32 = 8;
export const SWEEP_RECORDS_MAX: i32 = 4; // records the sweep makes for a packet at most
export const RECORDS_RESERVE: i32 = 512; // ring places run() keeps free: more than one batch can make
export const CLOCK_JUMP_SECONDS: i32 = 60; // a step of the packet clock that is told and, backwards, followed
export const TICK_SETS_MAX: i32 = 4096; // sets a tick visits at most
export const ALERTS_A_PACKET_MAX: i32 = 8;
export const ALERTS_RESERVE: i32 = 256; // ring places run() keeps free: what one batch can make
export const RING_FRAMES_MAX: i32 = 65536; // frames taken of one block at most
export const SNAPSHOT_LOOKS_MAX: i32 = 4; // times a live flow is looked at before it is left out
export const SWEEP_SETS_MAX: i32 = 4; // sets the sweep visits for a packet at most
