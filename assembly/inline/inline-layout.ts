// What stands between two interfaces: the kernel's rings of both, what is dropped, and the page of the dead man's switch.
// Apart from layout.ts, which has only the regions: these structs are the inline path's alone, and the host's that sets
// it up. Always holds: each word has one writer; who that is, is said here.

// ---- INLINE -------------------------------------------------------------------------------------------------

export const INLINE_MODE_OFFSET: i32 = 0; // u32, INLINE_MODE_*; the host
export const INLINE_ALLOW_COUNT_OFFSET: i32 = 4; // u32, networks in ALLOWS; the host
export const INLINE_DROP_FINDINGS_OFFSET: i32 = 8; // u64, findings for which a flow is dropped from then on; the host
export const INLINE_REJECT_FINDINGS_OFFSET: i32 = 16; // u64, findings for which it is rejected besides; the host
export const INLINE_REJECT_RATE_OFFSET: i32 = 24; // u32, packets that may be made a second, 0 = none; the host
export const INLINE_REJECT_TOKENS_OFFSET: i32 = 28; // u32, packets that may be made now
export const INLINE_REJECT_TIME_OFFSET: i32 = 32; // u64 ns, up to when tokens were given
export const INLINE_LOAD_OFFSET: i32 = 40; // u32, INLINE_LOAD_*: how much waits in the fuller of both rings
export const INLINE_JUDGING_OFFSET: i32 = 44; // u32, the mode while forward() runs, else 0: packets of other inputs get no verdict
export const INLINE_FROM_OFFSET: i32 = 48; // u64 ns; frames received before are the kernel's, and given back unread; 0 = none; the host
export const INLINE_UNTIL_OFFSET: i32 = 56; // u64 ns; so are those received from then on; 0 = none; the host
export const INLINE_VERDICTS_OFFSET: i32 = 64; // u8 a packet of the batch, VERDICT_*
export const INLINE_SIDES_OFFSET: i32 = 128; // two sides: what comes in at one goes out at the other
export const INLINE_SIDE_SIZE: i32 = 64;
export const INLINE_SIDES: i32 = 2;
export const INLINE_TRAIN_OFFSET: i32 = 1024; // segments that go out as one: inline/train.ts
export const INLINE_CHUNK_OFFSET: i32 = 256; // two words a slot of the chunk in work: where its frame is (0 = damaged), its bytes
export const INLINE_OUTER_OFFSET: i32 = 512; // 32 bytes, scratch: the outer addresses of a tunnel

export const INLINE_MODE_OFF: i32 = 0; // a tap: nothing is forwarded
export const INLINE_MODE_SIMULATE: i32 = 1; // everything is forwarded; what would be dropped is counted
export const INLINE_MODE_ON: i32 = 2;

export const INLINE_LOAD_NONE: i32 = 0; // every packet is looked into
export const INLINE_LOAD_HIGH: i32 = 1; // a quarter of a ring waits: of conversations without a strange finding, THIN_HIGH_BYTES each way
export const INLINE_LOAD_FULL: i32 = 2; // half of a ring waits: of any flow without one, THIN_FULL_BYTES each way

export const THIN_HIGH_BYTES: i32 = 16384; // application bytes of a direction that are inspected all the same
export const THIN_FULL_BYTES: i32 = 4096;

export const VERDICT_PASS: i32 = 0;
export const VERDICT_DROP: i32 = 1;
export const VERDICT_TELL_SOURCE: i32 = 2; // a bit with DROP: the packet's sender is told
export const VERDICT_TELL_DESTINATION: i32 = 4; // a bit with DROP: its receiver is, of a TCP connection

// ---- A side: the rings of one interface, TPACKET_V2 (linux/if_packet.h), receiving and sending in one mapping ----
// Both carry a virtio_net_hdr of 10 bytes right before the frame (PACKET_VNET_HDR).

export const SIDE_RX_BASE_OFFSET: i32 = 0; // u32, address of the first slot; 0 = no ring; the host
export const SIDE_RX_SLOTS_OFFSET: i32 = 4; // u32; the host
export const SIDE_SLOT_SIZE_OFFSET: i32 = 8; // u32, bytes of a slot of either ring; the host
export const SIDE_RX_NEXT_OFFSET: i32 = 12; // u32, number of the slot that is read next; the host sets it to 0 with a new ring
export const SIDE_TX_BASE_OFFSET: i32 = 16; // u32, address of the first slot; the host
export const SIDE_TX_SLOTS_OFFSET: i32 = 20; // u32; the host
export const SIDE_TX_NEXT_OFFSET: i32 = 24; // u32, number of the slot that is filled next
export const SIDE_TX_PENDING_OFFSET: i32 = 28; // u32, slots filled since the host last asked the kernel to send; the host sets it to 0
export const SIDE_FRAME_MAX_OFFSET: i32 = 32; // u32, bytes of the largest frame that the interface sends, a VLAN tag not counted, 0 = what a slot holds; the host
export const SIDE_LINK_TYPE_OFFSET: i32 = 36; // u32, LINKTYPE_*; the host
export const SIDE_TX_FILLED_OFFSET: i32 = 40; // u32, slots from TX_NEXT on that are filled but not yet handed over
export const SIDE_RX_BUSY_OFFSET: i32 = 44; // u32, slots from RX_NEXT on that are in work; not 0 between calls: forward() died in them
export const SIDE_TX_SLOT_SIZE_OFFSET: i32 = 52; // u32, bytes of a slot for sending; more than of one for receiving: segments of a connection may go out together; the host
export const SIDE_LOAD_OFFSET: i32 = 48; // u32, INLINE_LOAD_* of this side's receiving ring

/** Set in forward()'s answer: it stopped because the other side's sending ring is full. */
export const FORWARD_FULL: i32 = 1073741824;

// ---- ALLOWS: a network each (ALLOW_SIZE); the host ------------------------------------------------------------

export const ALLOW_NETWORK_OFFSET: i32 = 0; // 16 bytes, IPv4 behind ::ffff:0:0
export const ALLOW_MASK_OFFSET: i32 = 16; // 16 bytes

// ---- DEADMAN: the value of a BPF array, mapped here; the kernel's program reads and counts in it ----------------

export const DEADMAN_BEAT_OFFSET: i32 = 0; // u64 ns of CLOCK_MONOTONIC: when the forwarding loop last got on; the worker
export const DEADMAN_LIMIT_OFFSET: i32 = 8; // u64 ns: a beat older than that is none; the main thread
export const DEADMAN_MODE_OFFSET: i32 = 16; // u32, DEADMAN_MODE_*; the main thread
export const DEADMAN_HOLD_OFFSET: i32 = 20; // u32, 1 while no beat is to be given: the switch is being tried; the main thread
export const DEADMAN_SIDES_OFFSET: i32 = 64; // two sides
export const DEADMAN_SIDE_SIZE: i32 = 64;
export const DEADMAN_PEER_OFFSET: i32 = 0; // u32, index of the interface that frames of this side leave by; the main thread
export const DEADMAN_BYPASSED_OFFSET: i32 = 8; // u64, frames that went by in the kernel; the program
export const DEADMAN_BYPASSED_BYTES_OFFSET: i32 = 16; // u64, bytes of them; the program
export const DEADMAN_VALUE_SIZE: i32 = 192;

export const DEADMAN_MODE_OFF: i32 = 0; // every frame goes to the sensor, beating or not (fail closed)
export const DEADMAN_MODE_ARMED: i32 = 1; // frames go by in the kernel while nobody beats
export const DEADMAN_MODE_BYPASS: i32 = 2; // they go by in any case (maintenance)
