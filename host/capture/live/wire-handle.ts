// One side of a pair as another thread may use it: its socket and where its rings lie in linear memory.
// Apart so that a worker thread loads what forwards, not what opens. Always holds: plain data that structured clone
// carries over; the rings outlive whoever uses them (the opener closes last).

export interface WireHandle {
  readonly interfaceName: string;
  readonly interfaceIndex: number;
  readonly linkType: number;
  readonly fd: number;
  /** Byte address in linear memory of the first slot received into; slots to be sent follow the last one. */
  readonly address: number;
  readonly slotBytes: number;
  /** Of those to be sent. */
  readonly txSlotBytes: number;
  readonly rxSlots: number;
  readonly txSlots: number;
  /** Bytes of the largest frame that the interface sends, VLAN tag not counted. */
  readonly frameMax: number;
  /** One i32: the socket error (errno) last taken by any thread and not yet asked for, 0 for none. */
  readonly error: SharedArrayBuffer;
}
