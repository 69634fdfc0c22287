// A compiled regular expression as it lies in memory, and the scratch its engine works in.
// Apart so that the host's compiler and the engine read one table. A program is position-independent: offsets are
// from its own first byte, most of them counted in words of 4 bytes, which 12 bits hold because of REGEX_PROGRAM_MAX.
// Always holds: the compiler has checked every offset, register and row; the engine trusts a program, never a text.
//
//   header   code ...   sets ...

// ---- Header ------------------------------------------------------------------------------------------------

export const REGEX_SIZE_OFFSET: i32 = 0; // u32, bytes in all
export const REGEX_LEAST_OFFSET: i32 = 4; // u32, bytes that a match has at least
export const REGEX_ROWS_OFFSET: i32 = 8; // u32, rows of visited bits
export const REGEX_START_OFFSET: i32 = 12; // u32, REGEX_START_*: where a match can begin
export const REGEX_HEAD_OFFSET: i32 = 16; // u32, of START_BYTE and START_PAIR: byte, mask, second byte, its mask; of START_SET: the set, in words
export const REGEX_LEAD_OFFSET: i32 = 20; // u32, the set, in words, that the expression begins with any number of, 0 = none
export const REGEX_CODE_OFFSET: i32 = 24; // the first instruction

export const REGEX_PROGRAM_MAX: i32 = 16384;
export const REGEX_WORD_SIZE: i32 = 4;

export const REGEX_START_ANY: i32 = 0; // anywhere
export const REGEX_START_TEXT: i32 = 1; // at the text's first byte
export const REGEX_START_FROM: i32 = 2; // where the search begins
export const REGEX_START_LINE: i32 = 3; // at the beginning of a line
export const REGEX_START_BYTE: i32 = 4; // where (byte | mask) is as HEAD says
export const REGEX_START_PAIR: i32 = 5; // the same for two bytes
export const REGEX_START_SET: i32 = 6; // where the byte is in the set

// ---- Sets of bytes -----------------------------------------------------------------------------------------

export const REGEX_SET_SIZE: i32 = 36;
export const REGEX_SET_KIND_OFFSET: i32 = 0; // u8, REGEX_SET_*
export const REGEX_SET_BYTE_OFFSET: i32 = 1; // u8, of REGEX_SET_BUT_ONE
export const REGEX_SET_BITS_OFFSET: i32 = 4; // 32 bytes, a bit for each byte

export const REGEX_SET_SOME: i32 = 0;
export const REGEX_SET_ALL: i32 = 1; // every byte
export const REGEX_SET_BUT_ONE: i32 = 2; // every byte but one

// ---- Instructions: the number in bits 0-7, operand A in 8-19, operand B in 20-31; then words of their own ----

export const REGEX_OP_SHIFT_A: i32 = 8;
export const REGEX_OP_SHIFT_B: i32 = 20;
export const REGEX_OPERAND_MASK: i32 = 4095;

export const REGEX_FAIL: i32 = 0;
export const REGEX_ACCEPT: i32 = 1;
export const REGEX_CHAR: i32 = 2; // (byte | B) is A
export const REGEX_ANY: i32 = 3; // any byte
export const REGEX_SET: i32 = 4; // a byte of the set A
export const REGEX_LITERAL: i32 = 5; // A bytes, which follow, filled up to a word
export const REGEX_LITERAL_NOCASE: i32 = 6; // the same in lower case
export const REGEX_JUMP: i32 = 7; // to A
export const REGEX_SPLIT: i32 = 8; // to A, and if that fails to B
export const REGEX_PEEK: i32 = 9; // on when a byte of the set A is next, else to B
export const REGEX_PEEK_CHAR: i32 = 10; // the same with a byte A; bit 8 of A: or its capital
export const REGEX_MEMO: i32 = 11; // fails when this place was reached before; A the row, B the loop's register (0 none): not asked where it was saved
export const REGEX_SPAN: i32 = 12; // bytes of the set A, as many as there are; B the run; words: least, most
export const REGEX_STAR: i32 = 13; // bytes of the set A, any number, most first; B the run; word: its way, with a row of its own
export const REGEX_STAR_LAZY: i32 = 14; // the same, fewest first
export const REGEX_UPTO: i32 = 15; // bytes of the set A, most first; B the run; words: its way, with the row of what follows; most
export const REGEX_UPTO_LAZY: i32 = 16; // the same, fewest first
export const REGEX_ASSERT: i32 = 17; // A one of REGEX_AT_*
export const REGEX_SAVE: i32 = 18; // the position into register A
export const REGEX_CLOSE: i32 = 19; // a group's end: registers A (opened), A + 1 (begin), A + 2 (end)
export const REGEX_EMPTY: i32 = 20; // to B when nothing was taken since register A was saved
export const REGEX_BACKREF: i32 = 21; // what lies between registers A and A + 1; B 1: in either case
export const REGEX_ATOMIC: i32 = 22; // begins what is not gone back into; A the register for the stack's height
export const REGEX_ATOMIC_END: i32 = 23;
export const REGEX_LOOK: i32 = 24; // the same, and the position goes back to where it was (register A + 1)
export const REGEX_LOOK_END: i32 = 25;
export const REGEX_NOT_LOOK: i32 = 26; // what must not match here; A the register, B where to go on when it does not
export const REGEX_NOT_LOOK_END: i32 = 27;
export const REGEX_BACK: i32 = 28; // A bytes back

// A repeat's way: row in bits 0-11, set that may follow in 12-23 (0 = any may), in 24-31 the register of the loop
// around it that may take nothing (0 = none).
export const REGEX_FOLLOW_SHIFT: i32 = 12;
export const REGEX_LOOP_SHIFT: i32 = 24;

export const REGEX_NO_ROW: i32 = 4095;
export const REGEX_NO_RUN: i32 = 4095;
export const REGEX_CAPITAL: i32 = 256; // bit of PEEK_CHAR's operand A

export const REGEX_AT_TEXT: i32 = 0; // \A, ^
export const REGEX_AT_LINE: i32 = 1; // ^ with m
export const REGEX_AT_END: i32 = 2; // \z, $ with E
export const REGEX_AT_LAST_LINE_END: i32 = 3; // \Z, $
export const REGEX_AT_LINE_END: i32 = 4; // $ with m
export const REGEX_AT_WORD_EDGE: i32 = 5; // \b
export const REGEX_AT_NO_WORD_EDGE: i32 = 6; // \B
export const REGEX_AT_FROM: i32 = 7; // \G

// ---- Scratch, from SCRATCH_REGEX_BASE ----------------------------------------------------------------------

export const REGEX_RUN_SIZE: i32 = 52; // what one search keeps
export const REGEX_REGISTERS_OFFSET: i32 = 128; // REGEX_REGISTER_CAPACITY x u32
export const REGEX_REGISTER_CAPACITY: i32 = 256; // number 0 is not used
export const REGEX_RUNS_OFFSET: i32 = 1152; // REGEX_RUN_CAPACITY x {first u32, end u32}: the latest run of bytes seen of a set
export const REGEX_RUN_CAPACITY: i32 = 256;
export const REGEX_STACK_OFFSET: i32 = 4096; // entries of {value u32, tag u32}
export const REGEX_STACK_SIZE: i32 = 98304;
export const REGEX_STACK_RESERVE: i32 = 64; // more than one instruction pushes
export const REGEX_VISITED_OFFSET: i32 = 102400; // rows of bits, one for each position
export const REGEX_VISITED_SIZE: i32 = 159744;
export const REGEX_ROW_CAPACITY: i32 = 4000;
