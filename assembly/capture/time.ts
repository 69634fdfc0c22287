// File times to nanoseconds since 1970. Apart because the arithmetic must neither overflow nor lose a unit.
// Always holds: exact for every resolution of 10^-9 s or coarser and for every power of two; finer times are
// rounded down; what lies beyond 64 bits of nanoseconds saturates, at either end.

const SECOND_NS: u64 = 1000000000;
const BINARY: u32 = 0x80; // if_tsresol: a power of two, else of ten
const DECIMAL_NS: u32 = 9;
const DECIMAL_MAX: u32 = 19; // the largest power of ten in 64 bits

/** `resolution`: the if_tsresol byte; `offset`: seconds to add (draft-ietf-opsawg-pcapng, section 4.2). */
export function timeNs(ticks: u64, resolution: u32, offset: i64): u64 {
  const ns = resolution & BINARY ? binaryNs(ticks, resolution & 0x7f) : decimalNs(ticks, resolution);
  return offset == 0 ? ns : shifted(ns, offset);
}

function decimalNs(ticks: u64, power: u32): u64 {
  if (power == DECIMAL_NS) return ticks;
  if (power < DECIMAL_NS) {
    const unit = powerOfTen(DECIMAL_NS - power);
    return ticks > u64.MAX_VALUE / unit ? u64.MAX_VALUE : ticks * unit;
  }
  return power - DECIMAL_NS > DECIMAL_MAX ? 0 : ticks / powerOfTen(power - DECIMAL_NS);
}

function powerOfTen(power: u32): u64 {
  let value: u64 = 1;
  for (let i: u32 = 0; i < power; i++) value *= 10;
  return value;
}

/** Whole seconds and the fraction apart; the fraction's product with 10^9 has up to 94 bits, in two words. */
function binaryNs(ticks: u64, power: u32): u64 {
  const seconds = power < 64 ? ticks >> power : 0;
  const fraction = power < 64 ? ticks & (((<u64>1) << power) - 1) : ticks;
  const low = (fraction & 0xffffffff) * SECOND_NS;
  const high = (fraction >> 32) * SECOND_NS + (low >> 32);
  let ns: u64 = 0;
  if (power < 32) ns = low >> power;
  else if (power < 96) ns = high >> (power - 32);
  if (seconds > (u64.MAX_VALUE - SECOND_NS) / SECOND_NS) return u64.MAX_VALUE;
  return seconds * SECOND_NS + ns;
}

function shifted(ns: u64, offset: i64): u64 {
  // The lowest i64 has no positive of its own; as unsigned its negation is right.
  const seconds = offset < 0 ? <u64>0 - <u64>offset : <u64>offset;
  const span = seconds > u64.MAX_VALUE / SECOND_NS ? u64.MAX_VALUE : seconds * SECOND_NS;
  if (offset < 0) return ns > span ? ns - span : 0;
  return ns > u64.MAX_VALUE - span ? u64.MAX_VALUE : ns + span;
}
