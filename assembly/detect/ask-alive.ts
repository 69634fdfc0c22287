// The table of the living as the host uses it: what it gives (lists, what another worker or life heard), what it asks.
// Apart because only here an address comes from the host. Always holds: giveAlive() is called by who runs the packets
// (the table is its own); darkness() writes nothing and may be called over another's memory.

import { darkness as darknessOf, learn } from "./alive";

/** Keeps the 16 bytes at `at` as an address in use, last heard at `timeNs`. `how` ALIVE_HOW_*, with GIVEN for ever its own. */
export function giveAlive(at: u32, timeNs: u64, how: u32): void {
  learn(load<u64>(<usize>at), load<u64>(<usize>at, 8), timeNs, how);
}

/** What is known of the address in the 16 bytes at `at`: DARKNESS_*. */
export function darkness(at: u32): u32 {
  return darknessOf(load<u64>(<usize>at), load<u64>(<usize>at, 8));
}
