// Copies a frame from slot to slot. Apart because small frames are most frames, and a call for them costs more than the
// bytes. Always holds: exactly `size` bytes are written, and none outside of `size` is read.

/** From here on the engine's own copy is faster than sixteen bytes at a time. */
const LARGE: u32 = 256;

export function copyFrame(to: usize, from: usize, size: u32): void {
  if (size >= LARGE || size < 16) {
    memory.copy(to, from, size);
    return;
  }
  // The last sixteen bytes overlap those before.
  const last = <usize>size - 16;
  for (let at: usize = 0; at < last; at += 16) v128.store(to + at, v128.load(from + at));
  v128.store(to + last, v128.load(from + last));
}
