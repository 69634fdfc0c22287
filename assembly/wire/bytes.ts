// Loads in network byte order. They check nothing: the caller has checked the length once, for the whole header.

export function be16(at: usize): u32 {
  const v = <u32>load<u16>(at);
  return ((v & 0xff) << 8) | (v >> 8);
}

export function be32(at: usize): u32 {
  const v = load<u32>(at);
  return (rotl<u32>(v, 8) & 0x00ff00ff) | (rotl<u32>(v, 24) & 0xff00ff00);
}

/** A 16-bit number with its bytes exchanged. */
export function swap16(v: u32): u32 {
  return ((v & 0xff) << 8) | ((v >> 8) & 0xff);
}
