// IPFIX messages made by hand, number by number.
// Apart so that tests of the decoder don't lean on the encoder under test.
// Always holds: lengths are right unless a test makes them wrong.

export type Octets = readonly number[];

export const u8 = (value: number): number[] => [value & 255];
export const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)];
export const u64 = (value: number | bigint): number[] => {
  const big = BigInt(value);
  return [...u32(Number(big >> 32n)), ...u32(Number(big & 0xffffffffn))];
};
/** NTP's seconds and fraction, of a Unix time. */
export const ntp = (seconds: number, fraction = 0): number[] => [
  ...u32(seconds + 2_208_988_800),
  ...u32(fraction),
];
export const ip4 = (text: string): number[] => text.split(".").map(Number);
/** A string of variable length. */
export const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];

/** A field specifier; with an enterprise number when there is one. */
export const spec = (id: number, length: number, enterprise?: number): number[] =>
  enterprise === undefined
    ? [...u16(id), ...u16(length)]
    : [...u16(id | 0x8000), ...u16(length), ...u32(enterprise)];

export const REVERSE = 29305;

export function set(id: number, ...octets: Octets[]): number[] {
  const body = octets.flat();
  return [...u16(id), ...u16(body.length + 4), ...body];
}

export function template(id: number, ...specs: Octets[]): number[] {
  return set(2, [...u16(id), ...u16(specs.length), ...specs.flat()]);
}

export function optionsTemplate(id: number, scopes: number, ...specs: Octets[]): number[] {
  return set(3, [...u16(id), ...u16(specs.length), ...u16(scopes), ...specs.flat()]);
}

export function message(sets: Octets[], exportSeconds = 1_700_000_000, domain = 1): Uint8Array {
  const body = sets.flat();
  return Uint8Array.from([
    ...u16(10),
    ...u16(body.length + 16),
    ...u32(exportSeconds),
    ...u32(0),
    ...u32(domain),
    ...body,
  ]);
}
