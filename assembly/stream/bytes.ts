// Comparing bytes that came twice. Apart because streams and fragments both do it.
// Always holds: nothing at or behind `size` bytes of either side is read.

/** The two runs of `size` bytes are alike. */
export function sameBytes(a: usize, b: usize, size: u32): bool {
  let offset: u32 = 0;
  while (offset + 16 <= size) {
    if (v128.any_true(v128.xor(v128.load(a + offset), v128.load(b + offset)))) return false;
    offset += 16;
  }
  while (offset + 4 <= size) {
    if (load<u32>(a + offset) != load<u32>(b + offset)) return false;
    offset += 4;
  }
  while (offset < size) {
    if (load<u8>(a + offset) != load<u8>(b + offset)) return false;
    offset += 1;
  }
  return true;
}
