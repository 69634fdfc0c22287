// Searching for one content: sixteen places at a time by its first and last byte, then the rest of it.
// Apart from the content option because it knows nothing of rules. Always holds: no byte outside [hay, hayEnd) or of
// the content's `size` bytes is read.

const SMALL_A: u32 = 0x61;
const CAPITAL_A: u32 = 0x41;
const LETTERS: u32 = 26;
const CASE_BIT: u32 = 0x20;

/**
 * Address of the first place of the content in [hay, hayEnd), 0 when it is not there. With `nocase` ASCII letters
 * match in either case, and `data` is in lower case.
 */
export function findBytes(hay: usize, hayEnd: usize, data: usize, size: u32, nocase: bool): usize {
  if (hay > hayEnd || <u32>(hayEnd - hay) < size) return 0;
  if (size == 0) return hay;
  return nocase ? findAnyCase(hay, hayEnd, data, size) : findExact(hay, hayEnd, data, size);
}

function findExact(hay: usize, hayEnd: usize, data: usize, size: u32): usize {
  const back = <usize>size - 1;
  const lastPlace = hayEnd - size;
  const first = load<u8>(data);
  const last = load<u8>(data + back);
  const firsts = i8x16.splat(first);
  const lasts = i8x16.splat(last);
  let at = hay;
  while (at + 15 <= lastPlace) {
    const both = v128.and(i8x16.eq(v128.load(at), firsts), i8x16.eq(v128.load(at + back), lasts));
    let places = <u32>i8x16.bitmask(both);
    while (places != 0) {
      const place = at + <usize>ctz(places);
      if (isSame(place, data, size)) return place;
      places &= places - 1;
    }
    at += 16;
  }
  for (; at <= lastPlace; at++) {
    if (load<u8>(at) == first && load<u8>(at + back) == last && isSame(at, data, size)) return at;
  }
  return 0;
}

function findAnyCase(hay: usize, hayEnd: usize, data: usize, size: u32): usize {
  const back = <usize>size - 1;
  const lastPlace = hayEnd - size;
  const first = load<u8>(data);
  const last = load<u8>(data + back);
  // A letter is compared with its case bit set; then only its two cases give the lower one.
  const firstFold = foldOf(<u32>first);
  const lastFold = foldOf(<u32>last);
  const firsts = i8x16.splat(first);
  const lasts = i8x16.splat(last);
  const firstFolds = i8x16.splat(<i8>firstFold);
  const lastFolds = i8x16.splat(<i8>lastFold);
  let at = hay;
  while (at + 15 <= lastPlace) {
    const both = v128.and(
      i8x16.eq(v128.or(v128.load(at), firstFolds), firsts),
      i8x16.eq(v128.or(v128.load(at + back), lastFolds), lasts),
    );
    let places = <u32>i8x16.bitmask(both);
    while (places != 0) {
      const place = at + <usize>ctz(places);
      if (isSameAnyCase(place, data, size)) return place;
      places &= places - 1;
    }
    at += 16;
  }
  for (; at <= lastPlace; at++) {
    if ((<u32>load<u8>(at) | firstFold) != <u32>first) continue;
    if ((<u32>load<u8>(at + back) | lastFold) == <u32>last && isSameAnyCase(at, data, size)) return at;
  }
  return 0;
}

/** The case bit for a lower-case letter, 0 for any other byte. */
function foldOf(byte: u32): u32 {
  return byte - SMALL_A < LETTERS ? CASE_BIT : 0;
}

function isSame(at: usize, data: usize, size: u32): bool {
  let i: usize = 0;
  const whole = <usize>size & ~15;
  for (; i < whole; i += 16) {
    if (v128.any_true(v128.xor(v128.load(at + i), v128.load(data + i)))) return false;
  }
  for (; i < <usize>size; i++) if (load<u8>(at + i) != load<u8>(data + i)) return false;
  return true;
}

function isSameAnyCase(at: usize, data: usize, size: u32): bool {
  let i: usize = 0;
  const whole = <usize>size & ~15;
  for (; i < whole; i += 16) {
    if (v128.any_true(v128.xor(lower16(v128.load(at + i)), v128.load(data + i)))) return false;
  }
  for (; i < <usize>size; i++) if (lower(<u32>load<u8>(at + i)) != <u32>load<u8>(data + i)) return false;
  return true;
}

function lower(byte: u32): u32 {
  return byte - CAPITAL_A < LETTERS ? byte | CASE_BIT : byte;
}

/** ASCII capitals to lower case, sixteen at a time. */
function lower16(bytes: v128): v128 {
  const fromA = i8x16.sub(bytes, i8x16.splat(<i8>CAPITAL_A));
  const isCapital = i8x16.lt_u(fromA, i8x16.splat(<i8>LETTERS));
  return v128.or(bytes, v128.and(isCapital, i8x16.splat(<i8>CASE_BIT)));
}
