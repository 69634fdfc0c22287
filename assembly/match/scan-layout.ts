// A matcher as it lies in memory: the patterns of one group, found by one walk over a text.
// Apart from rules-layout.ts because it is position independent and built by itself: offsets are from its own first byte.
// Always holds: a pattern of 4 bytes or more lies in the bucket of one window of 4 of its bytes, a shorter one in that of
// a pair of its bytes, one of a single byte in that of this byte. Anchors are bytes with FOLD_BITS set, so that letters
// of either case meet; whole patterns are compared with only A to Z folded.

export const PATTERN_MAX: i32 = 32; // bytes of a pattern
export const PATTERN_CAPACITY: i32 = 65535; // patterns of a matcher

export const MATCHER_SIZE_OFFSET: i32 = 0; // u32, bytes in all
export const MATCHER_PATTERNS_OFFSET: i32 = 4; // u32, patterns
export const MATCHER_FILTER_OFFSET: i32 = 8; // u32, bits by hash of the windows, 0 = no pattern of 4 bytes or more
export const MATCHER_FILTER_MASK_OFFSET: i32 = 12; // u32, of byte offsets of the filter's words
export const MATCHER_SHORT_OFFSET: i32 = 16; // u32, offset of SHORT_SIZE bytes, 0 = no pattern of less than 4 bytes
export const MATCHER_TABLES_OFFSET: i32 = 32; // MATCHER_TABLES x TABLE_SIZE
export const MATCHER_TABLES: i32 = 3;

export const TABLE_SIZE: i32 = 32; // slots by hash of the anchor, looked at one after another
export const TABLE_SLOTS_OFFSET: i32 = 0; // u32, 0 = the table is empty
export const TABLE_SLOT_MASK_OFFSET: i32 = 4; // u32
export const TABLE_FACTOR_OFFSET: i32 = 8; // u32, of the hash
export const TABLE_SHIFT_OFFSET: i32 = 12; // u32
export const TABLE_PROBES_OFFSET: i32 = 16; // u32, slots to look at before an anchor is known not to be there

export const TABLE_WINDOW: i32 = 0;
export const TABLE_PAIR: i32 = 1;
export const TABLE_BYTE: i32 = 2;

export const MATCHER_HEADER_SIZE: i32 = MATCHER_TABLES_OFFSET + MATCHER_TABLES * TABLE_SIZE;

// A bucket: entries with the same anchor. Those already found in this scan are kept behind the LIVE ones.
export const SLOT_SIZE: i32 = 16;
export const SLOT_ANCHOR_OFFSET: i32 = 0; // u32, little-endian with FOLD_BITS, the unused bytes 0
export const SLOT_FIRST_OFFSET: i32 = 4; // u32, offset of its first entry, 0 = the slot is empty
export const SLOT_COUNT_OFFSET: i32 = 8; // u16, entries
export const SLOT_LIVE_OFFSET: i32 = 10; // u16, of these not yet found; COUNT while STAMP is of another scan
export const SLOT_STAMP_OFFSET: i32 = 12; // u32, scan that LIVE speaks of

export const ENTRY_SIZE: i32 = 48;
export const ENTRY_BYTES_OFFSET: i32 = 0; // PATTERN_MAX bytes, A to Z in lower case
export const ENTRY_LENGTH_OFFSET: i32 = 32; // u8, of the pattern
export const ENTRY_AT_OFFSET: i32 = 33; // u8, where in the pattern its anchor is
export const ENTRY_FIRST_OFFSET: i32 = 36; // u32, of its rules in IMAGE_PATTERN_RULES
export const ENTRY_COUNT_OFFSET: i32 = 40; // u32

// Filter: a word by some bits of the hash, a bit of it by others.
// A second one of the same size lies behind it.
export const FILTER_FACTOR: i32 = 1640531535;
export const FILTER_SECOND_FACTOR: i32 = 668265263;
export const FILTER_SECOND_ROTATION: i32 = 16;
export const FILTER_WORD_SHIFT: i32 = 14; // the hash down to the byte offset of a word, which the mask cuts
export const FILTER_BIT_SHIFT: i32 = 8;
export const FILTER_SIZE_MAX: i32 = 262144;
export const FOLD_BITS: i32 = 538976288; // 0x20 in each byte

// Short patterns: a group of up to 8 is a bit; a byte's groups are those of its low nibble and its high nibble both.
export const SHORT_LOW_OFFSET: i32 = 0; // 16 bytes, by the low nibble of a pair's first byte
export const SHORT_HIGH_OFFSET: i32 = 16; // 16 bytes
export const SHORT_NEXT_LOW_OFFSET: i32 = 32; // 16 bytes, by that of its second byte
export const SHORT_NEXT_HIGH_OFFSET: i32 = 48; // 16 bytes
export const SHORT_PAIRS_OFFSET: i32 = 64; // a bit for each of the 65536 pairs: it is an anchor, or its first byte is
export const SHORT_PAIRS_SIZE: i32 = 8192;
export const SHORT_SIZE: i32 = SHORT_PAIRS_OFFSET + SHORT_PAIRS_SIZE;
export const SHORT_GROUPS: i32 = 8;

// Comparisons of one scan: beyond them the scan is broken off and counted.
export const SCAN_COMPARES_BASE: i32 = 16384;
export const SCAN_COMPARES_A_BYTE: i32 = 16;
