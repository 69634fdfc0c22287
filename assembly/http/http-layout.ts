// What the HTTP parser keeps of a stream, how it divides its scratch memory, and what it answers.
// Apart from the code because tests and the engine read the same numbers.
// Always holds: SCRATCH_HTTP holds nothing that is needed after the event it was filled for.

// ---- Events: what nextHttp() found --------------------------------------------------------------------------

export const HTTP_EVENT_NONE: i32 = 0; // nothing more for now
export const HTTP_EVENT_REQUEST_LINE: i32 = 1; // method and URI are there, the header is still to come
export const HTTP_EVENT_REQUEST: i32 = 2; // the head of a request
export const HTTP_EVENT_RESPONSE: i32 = 3; // the head of a response
export const HTTP_EVENT_REQUEST_BODY: i32 = 4; // the body so far, and the head while it is in the window
export const HTTP_EVENT_RESPONSE_BODY: i32 = 5;
export const HTTP_AGAIN: i32 = 255; // inside the parser only: a step was made, look again

// ---- State of a stream (STREAM_HTTP_SIZE bytes at STREAM_HTTP_OFFSET), zeros at first ------------------------
// Places are sequence numbers, so that neither a window that slides nor a beginning found later moves them.

export const HTTP_PHASE_OFFSET: i32 = 0; // u8, HTTP_PHASE_*
export const HTTP_FRAMING_OFFSET: i32 = 1; // u8, HTTP_FRAMING_*
export const HTTP_ENCODING_OFFSET: i32 = 2; // u8, HTTP_ENCODING_*
export const HTTP_BITS_OFFSET: i32 = 4; // u32, HTTP_BIT_*
export const HTTP_MESSAGE_OFFSET: i32 = 8; // u32, where the message begins, or may begin
export const HTTP_SCANNED_OFFSET: i32 = 12; // u32, up to where the head was looked through
export const HTTP_LINE_SIZE_OFFSET: i32 = 16; // u32, of its first line with the line's end, 0 = not whole yet
export const HTTP_HEAD_SIZE_OFFSET: i32 = 20; // u32, with the blank line, 0 = not whole yet
export const HTTP_BODY_OFFSET: i32 = 24; // u32, where the body begins
export const HTTP_END_OFFSET: i32 = 28; // u32, behind the body; in chunks: behind the chunks walked so far
export const HTTP_SENT_OFFSET: i32 = 32; // u32, up to where the message was when it was last told
export const HTTP_STATE_SIZE: i32 = 48;

export const HTTP_PHASE_IDLE: i32 = 0; // a message may begin at MESSAGE
export const HTTP_PHASE_HEAD: i32 = 1;
export const HTTP_PHASE_BODY: i32 = 2;
export const HTTP_PHASE_LOST: i32 = 3; // no HTTP up to MESSAGE: what comes next is looked at

export const HTTP_FRAMING_LENGTH: i32 = 1;
export const HTTP_FRAMING_CHUNKED: i32 = 2;
export const HTTP_FRAMING_CLOSE: i32 = 3; // up to the stream's end
export const HTTP_FRAMING_LOST: i32 = 4; // the head was cut: where the message ends is not known

export const HTTP_ENCODING_NONE: i32 = 0;
export const HTTP_ENCODING_GZIP: i32 = 1;
export const HTTP_ENCODING_DEFLATE: i32 = 2;

export const HTTP_BIT_BEGUN: i32 = 1; // MESSAGE is valid; of the stream, as the next
export const HTTP_BIT_SEEN: i32 = 512; // there was a message; the others are of the message
export const HTTP_BIT_RESPONSE: i32 = 2;
export const HTTP_BIT_COUNTED: i32 = 4; // the message was counted
export const HTTP_BIT_LINE_SENT: i32 = 8; // HTTP_EVENT_REQUEST_LINE was told
export const HTTP_BIT_TRAILER: i32 = 16; // the last chunk was seen, lines follow it
export const HTTP_BIT_ENDED: i32 = 32; // END is the end of the chunked body
export const HTTP_BIT_BROKEN: i32 = 64; // the chunks are damaged at END
export const HTTP_BIT_LIMITED: i32 = 128; // COUNTER_HTTP_BODY_LIMIT was counted
export const HTTP_BIT_FAILED: i32 = 256; // COUNTER_HTTP_DECODE_FAILED was counted
export const HTTP_BIT_END_SENT: i32 = 1024; // the body was told because the sender ended; what still comes is no news by itself

// ---- Tricks of a URI ----------------------------------------------------------------------------------------

export const TRICK_TRAVERSAL: i32 = 1;
export const TRICK_OVERLONG_UTF8: i32 = 2;
export const TRICK_DOUBLE_ENCODE: i32 = 4;

// ---- Scratch: places in SCRATCH_HTTP ------------------------------------------------------------------------

export const HTTP_URI_CAPACITY: i32 = 8192;
export const HTTP_HEAD_CAPACITY: i32 = 8192; // bytes of a head that are looked at
export const HTTP_HOST_CAPACITY: i32 = 256;
export const HTTP_JOINED_CAPACITY: i32 = 32768; // chunks of a body joined: as large as a window can be
export const HTTP_DECODED_CAPACITY: i32 = 65536; // bytes of a body decompressed
export const INFLATE_FAST_CAPACITY: i32 = 1024;
export const INFLATE_LITERAL_CAPACITY: i32 = 288;
export const INFLATE_DISTANCE_CAPACITY: i32 = 32;

export const HTTP_FACTS_OFFSET: i32 = 0; // what the parts tell one another: HttpFacts
export const HTTP_FACTS_SIZE: i32 = 128;
export const HTTP_URI_AREA_OFFSET: i32 = HTTP_FACTS_OFFSET + HTTP_FACTS_SIZE;
export const HTTP_MARKS_AREA_OFFSET: i32 = HTTP_URI_AREA_OFFSET + HTTP_URI_CAPACITY; // a byte for each of the URI
export const HTTP_HEADER_AREA_OFFSET: i32 = HTTP_MARKS_AREA_OFFSET + HTTP_URI_CAPACITY;
export const HTTP_HEADER_CAPACITY: i32 = 16384; // twice a head: each bare line feed becomes two bytes
export const HTTP_COOKIE_AREA_OFFSET: i32 = HTTP_HEADER_AREA_OFFSET + HTTP_HEADER_CAPACITY;
export const HTTP_HOST_AREA_OFFSET: i32 = HTTP_COOKIE_AREA_OFFSET + HTTP_HEAD_CAPACITY;
export const HTTP_JOINED_AREA_OFFSET: i32 = HTTP_HOST_AREA_OFFSET + HTTP_HOST_CAPACITY;
export const HTTP_DECODED_AREA_OFFSET: i32 = HTTP_JOINED_AREA_OFFSET + HTTP_JOINED_CAPACITY;
export const HTTP_INFLATE_AREA_OFFSET: i32 = HTTP_DECODED_AREA_OFFSET + HTTP_DECODED_CAPACITY; // Inflate, then its tables
export const INFLATE_STATE_SIZE: i32 = 64;
export const INFLATE_LENGTHS_OFFSET: i32 = INFLATE_STATE_SIZE; // a u8 a symbol: lengths of both codes
export const INFLATE_LENGTHS_SIZE: i32 = 320;
export const INFLATE_LITERALS_OFFSET: i32 = INFLATE_LENGTHS_OFFSET + INFLATE_LENGTHS_SIZE; // a code
export const INFLATE_CODE_FAST_OFFSET: i32 = 0; // INFLATE_FAST_CAPACITY x u16: symbol and length by the next bits
export const INFLATE_CODE_COUNTS_OFFSET: i32 = INFLATE_FAST_CAPACITY * 2; // 16 x u16, codes of each length
export const INFLATE_CODE_NEXT_OFFSET: i32 = INFLATE_CODE_COUNTS_OFFSET + 32; // 16 x u16, while it is built: next code of each length
export const INFLATE_CODE_SHIFT_OFFSET: i32 = INFLATE_CODE_NEXT_OFFSET + 32; // 16 x u16, while it is built: from a code to its symbol's place
export const INFLATE_CODE_SYMBOLS_OFFSET: i32 = INFLATE_CODE_SHIFT_OFFSET + 32; // u16 each, by code
export const INFLATE_CODE_SIZE: i32 = INFLATE_CODE_SYMBOLS_OFFSET + INFLATE_LITERAL_CAPACITY * 2;
export const INFLATE_DISTANCES_OFFSET: i32 = INFLATE_LITERALS_OFFSET + INFLATE_CODE_SIZE; // a code
export const INFLATE_SIZE: i32 = INFLATE_DISTANCES_OFFSET + INFLATE_CODE_SIZE;
export const HTTP_SCRATCH_USED: i32 = HTTP_INFLATE_AREA_OFFSET + INFLATE_SIZE;

// ---- Bounds -------------------------------------------------------------------------------------------------

export const HTTP_STEPS_MAX: i32 = 64; // steps without an event that one call makes
export const HTTP_METHOD_MAX: i32 = 24;
export const HTTP_SCHEME_MAX: i32 = 16;
export const HTTP_CHUNK_LINE_MAX: i32 = 256;
export const HTTP_TRAILER_LINE_MAX: i32 = 1024;
export const HTTP_LENGTH_MAX: i32 = 1073741823; // bodies said to be longer go up to the stream's end
export const INFLATE_WORK_MAX: i32 = 262144; // bytes decoded, and more for each block
export const INFLATE_BLOCK_WORK: i32 = 1024; // its codes must be built
export const INFLATE_STORED_WORK: i32 = 64; // it has none
