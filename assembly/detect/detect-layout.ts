// What detection keeps of addresses: sources, targets, conversations pushed out, our networks and who lives there;
// and every threshold of a finding, in one place.
// Apart from layout.ts, which has only the regions: these structs are detection's alone, and the host's that shows them.
// Always holds: tables are sets of DETECT_WAYS places; the least of a set goes first; nothing here grows.

// ---- Source (SOURCE_SIZE): what an address asked for, and what came of it -----------------------------------
//
//   0    address, times, its first ask     64  a host that it asks, and a port: what was asked there in vain
//   40   counts, bitmaps                  160  another host, another port: most sources never need them

export const SOURCE_ADDRESS_OFFSET: i32 = 0; // 16 bytes
export const SOURCE_WINDOW_OFFSET: i32 = 16; // u64 ns, since when it is counted
export const SOURCE_TURNED_OFFSET: i32 = 24; // u32, coarse time of the latest turn
export const SOURCE_FIRST_OFFSET: i32 = 28; // u32, what it asked for first: SOURCE_FIRST_*; 0 once trackers have it
export const SOURCE_FIRST_HOST_OFFSET: i32 = 32; // u64, the hash of whom it asked
export const SOURCE_ASKED_OFFSET: i32 = 40; // u16, flows begun, saturating
export const SOURCE_OPENED_OFFSET: i32 = 42; // u16, of these, answered and accepted, saturating; of the windows before, half each
export const SOURCE_RAISED_OFFSET: i32 = 44; // u8, SOURCE_RAISED_*
export const SOURCE_TRACKS_OFFSET: i32 = 45; // u8, a bit for each tracker in use: hosts first
export const SOURCE_LEAKS_OFFSET: i32 = 46; // u16, flows in which it repeated in vain what no handshake went before, saturating
export const SOURCE_PROBES_OFFSET: i32 = 48; // u64, a bit for each place that a bare ACK went to in vain
export const SOURCE_UNASKED_OFFSET: i32 = 56; // u64, a bit for each address that was answered without a question
export const SOURCE_HOSTS_OFFSET: i32 = 64; // SOURCE_TRACKERS hosts, TRACKER_STRIDE_SIZE apart, with a bit a port
export const SOURCE_PORTS_OFFSET: i32 = 112; // as many ports, with a bit a host
export const SOURCE_TRACKERS: i32 = 2;

// FIRST: what, in the way of ask-keys.ts, and what came of it.
export const SOURCE_FIRST_PORT_MASK: i32 = 65535;
export const SOURCE_FIRST_WAY_SHIFT: i32 = 16;
export const SOURCE_FIRST_WHAT_MASK: i32 = 16777215; // port and way
export const SOURCE_FIRST_WAITS: i32 = 16777216; // asked, and perhaps not answered yet
export const SOURCE_FIRST_FAILED: i32 = 33554432; // in vain
export const SOURCE_FIRST_OPENED: i32 = 67108864; // answered after all

// A bit of TRACKER_BITS goes from RECENT to MIDDLE to OLD, a step a turn: so OLD is what had at least one turn's time.
export const TRACKER_KEY_OFFSET: i32 = 0; // u64
export const TRACKER_WEIGHT_OFFSET: i32 = 8; // u32, how much it was asked there and not answered, lately
export const TRACKER_RECENT1_OFFSET: i32 = 12; // u32, bits 64 to 95: asked since the latest turn
export const TRACKER_RECENT0_OFFSET: i32 = 16; // u64, bits 0 to 63
export const TRACKER_MIDDLE0_OFFSET: i32 = 24; // u64, asked before it
export const TRACKER_OLD0_OFFSET: i32 = 32; // u64, asked in vain
export const TRACKER_MIDDLE1_OFFSET: i32 = 40; // u32
export const TRACKER_OLD1_OFFSET: i32 = 44; // u32
export const TRACKER_SIZE: i32 = 48;
export const TRACKER_STRIDE_SIZE: i32 = 96; // from a host to the next, from a port to the next
export const TRACKER_BITS: i32 = 96;

export const SOURCE_RAISED_PORT_SWEEP: i32 = 1;
export const SOURCE_RAISED_HOST_SWEEP: i32 = 2;
export const SOURCE_RAISED_SYN_SCAN: i32 = 4;

// ---- Target (TARGET_SIZE): connections asked of an address and port -----------------------------------------

export const TARGET_ADDRESS_OFFSET: i32 = 0; // 16 bytes
export const TARGET_PORT_OFFSET: i32 = 16; // u32
export const TARGET_WINDOW_OFFSET: i32 = 20; // u32, coarse time since when it is counted
export const TARGET_TURNED_OFFSET: i32 = 24; // u32, coarse time at which RECENT became MIDDLE, and MIDDLE OLD
export const TARGET_BEFORE_OFFSET: i32 = 28; // u32, coarse time of the turn before
export const TARGET_RECENT_OFFSET: i32 = 32; // u32, asked since TURNED, not opened yet
export const TARGET_MIDDLE_OFFSET: i32 = 36; // u32, asked since BEFORE
export const TARGET_OLD_OFFSET: i32 = 40; // u32, asked before that and never opened, refused or asked again
export const TARGET_OPENED_OFFSET: i32 = 44; // u32
export const TARGET_RAISED_OFFSET: i32 = 48; // u32, 1 once a window

// ---- Recent (RECENT_SIZE): a conversation that lost its place in the flow table ------------------------------

export const RECENT_TAG_OFFSET: i32 = 0; // u32, high half of the key's hash
export const RECENT_TIME_OFFSET: i32 = 4; // u32, coarse time of its last packet, + 1; 0 = free
export const RECENT_WAYS: i32 = 8; // places of a set: four of conversations, four of handshakes

// ---- Home (HOME_SIZE): a network that is ours, or whose use is known. The host writes them --------------------

export const HOME_NETWORK_OFFSET: i32 = 0; // 16 bytes
export const HOME_MASK_OFFSET: i32 = 16; // 16 bytes
export const HOME_PREFIX_OFFSET: i32 = 32; // u32, bits of the mask
export const HOME_KIND_OFFSET: i32 = 36; // u32, HOME_KIND_*
export const HOME_LEARN_UNTIL_OFFSET: i32 = 40; // u64 ns of packet time; until then no address of it is called dark

export const HOME_KIND_OURS: i32 = 0;
export const HOME_KIND_USED: i32 = 1; // in use, whether it speaks or not
export const HOME_KIND_UNUSED: i32 = 2; // not in use, whatever comes from there

// ---- Alive (ALIVE_SIZE): an address of ours that has shown itself -------------------------------------------

export const ALIVE_ADDRESS_OFFSET: i32 = 0; // 16 bytes
export const ALIVE_LAST_OFFSET: i32 = 16; // u64 ns, when it was last heard to begin or answer something
export const ALIVE_SINCE_OFFSET: i32 = 24; // u32, seconds since 1970, first time
export const ALIVE_HOW_OFFSET: i32 = 28; // u32, ALIVE_HOW_*, 0 = free

export const ALIVE_HOW_SENT: i32 = 1; // it sent packets
export const ALIVE_HOW_ANSWERED: i32 = 2; // it took part in a flow in which both sides spoke
export const ALIVE_HOW_ARP: i32 = 4; // it asked or answered by ARP
export const ALIVE_HOW_ND: i32 = 8; // it advertised itself as a neighbour
export const ALIVE_HOW_GIVEN: i32 = 16; // told from outside to be in use, whether it speaks or not

// What darkness() answers.
export const DARKNESS_FOREIGN: i32 = 0; // not in our networks
export const DARKNESS_ALIVE: i32 = 1;
export const DARKNESS_DARK: i32 = 2;
export const DARKNESS_UNKNOWN: i32 = 3; // still learning, or nobody of ours was ever heard to converse
export const DARKNESS_GROUP: i32 = 4; // the network's own address, or its broadcast

// ---- Thresholds ----------------------------------------------------------------------------------------------

export const DETECT_WAYS: i32 = 8;
/** Coarse time is in units of 2^30 ns, about a second. */
export const COARSE_SHIFT: i32 = 30;
/** An answer takes less than a turn: a SYN is repeated after one second (RFC 6298 2.1), a question of DNS after one to five. */
export const TURN_COARSE: i32 = 3;
/** What nobody answered for so long, nobody will: a SYN was repeated by then. */
export const SILENCE_MS: i32 = 3000;
/** A flow that ends otherwise than by its timeout is judged when it is as old. */
export const END_SILENCE_MS: i32 = 1000;
/** The other side's answer takes less: a sender waits that long at least before it sends again (RFC 6298 2.4). */
export const REPEAT_MS: i32 = 1000;
/** On a slow line an answer takes more; who closes with the segment expects none behind it. */
export const LATE_MS: i32 = 3000;
/** A SYN that comes again sooner is a mirror's copy. */
export const RETRY_MS: i32 = 500;

export const SOURCE_WINDOW_S: i32 = 300; // what an address did longer ago does not count
export const LEAK_WINDOWS: i32 = 12; // windows for which it is remembered that a source leaked once
export const PORT_SWEEP_MIN: i32 = 15; // ports of one host, of TRACKER_BITS
export const HOST_SWEEP_MIN: i32 = 20; // hosts, for one port, of TRACKER_BITS
export const ACK_SCAN_MIN: i32 = 5; // places, of 64 bits
export const UNASKED_MIN: i32 = 4; // addresses that a RST or an ICMP error went to, of 64 bits
export const ASK_PACKETS_MAX: i32 = 4; // who sends so many alone is heard, out of our sight
export const TRACE_TTL_MAX: i32 = 30; // a datagram with as few hops left asks for the way (traceroute)
export const PROTECTED_ASKS: i32 = 4; // a source that asked for less is forgotten before others
export const PROTECTED_UNASKED: i32 = 2; // so is one that answered fewer unasked
export const TRACKER_GAIN: i32 = 32; // asks of other hosts, or ports, that one ask outweighs
export const TRACKER_WEIGHT_MAX: i32 = 128;

export const TARGET_WINDOW_S: i32 = 60;
export const SYN_FLOOD_MIN: i32 = 200; // connections within TARGET_WINDOW_S
export const SYN_FLOOD_SHARE: i32 = 3; // so many more than were opened

export const DATA_MIN: i32 = 2; // bytes: a segment of one byte may be a keep-alive (RFC 9293 3.8.4)
export const TTL_JITTER_MIN: i32 = 4; // hops
export const JITTER_PACKETS_MIN: i32 = 4; // of a direction, before its habits are known
export const ZERO_IDS_MIN: i32 = 2; // packets of a direction with an ID of 0
export const ID_UP_MIN: i32 = 8; // IDs that counted up

/** Three hours: longer than a keep-alive waits (two, RFC 9293 3.8.4). */
export const RECENT_COARSE_MAX: i32 = 10000;
export const RECENT_HANDSHAKE_COARSE_MAX: i32 = 60; // SYNs and SYN-ACKs are repeated for as long (RFC 9293 3.8.3)
export const LOSS_COARSE_MAX: i32 = 5;
export const SIGHT_COUNT_MAX: i32 = 65536;
