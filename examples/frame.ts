// The frame builder: functions that each make one header around the bytes given and return a Uint8Array,
// for example ethernet({}, ipv4({ src, dst }, tcp({ sport, dport, flags: "S" }))).
// Used by the examples and by the tests; one name to import from.
// Always holds: lengths, checksums and type fields are right unless overridden in the options.

export { concat, filler, hex, text, u8, u16, u32 } from "./frame/bytes.js";
export * from "./frame/ip.js";
export * from "./frame/link.js";
export * from "./frame/transport.js";
export * from "./frame/tunnel.js";
