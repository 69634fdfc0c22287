// The ring that tests of packet sockets open when nothing else is asked: small, whole frames, none left out.
// Apart because each of them would write all of it for the one thing in which it differs.
// Always holds: eight blocks in a mebibyte, handed over after 5 ms at the latest.

import type { RingOptions } from "../../host/capture/live/packet-socket.js";

const MIB = 2 ** 20;

export function ringOptions(different: Partial<RingOptions> = {}): RingOptions {
  return {
    interface: "left",
    ringBytes: MIB,
    blockBytes: MIB / 8,
    retireMs: 5,
    snapLen: 65_535,
    promiscuous: false,
    filter: [],
    fanout: undefined,
    mode: "mapped",
    ...different,
  };
}
