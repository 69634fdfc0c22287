// A ring as another thread may use it. Apart so that a worker thread loads what reads rings, not what opens them.
// Always holds: plain data that structured clone carries over; the ring outlives every reader (the opener closes last).

/** Everything about an open ring; `fd` and addresses are good in all threads of the process. */
export interface RingHandle {
  readonly interfaceName: string;
  readonly interfaceIndex: number;
  readonly linkType: number;
  readonly fd: number;
  readonly mode: "mapped" | "copy";
  /** Byte address in linear memory: of the whole ring (mapped), or of the one block that is copied in (copy). */
  readonly address: number;
  readonly blockBytes: number;
  readonly blocks: number;
  /** Where the ring lies in the process; 0n when mapped. */
  readonly foreignAddress: bigint;
  /** One i32: the socket error (errno) last taken by any thread and not yet asked for, 0 for none. */
  readonly error: SharedArrayBuffer;
}
