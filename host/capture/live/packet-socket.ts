// A ring of frames from one interface (TPACKET_V3), mapped onto linear memory or copied into it block by block.
// Apart from reading it because the main thread opens, watches and closes rings, and workers read them.
// Always holds: a frame that the filter does not want never enters the ring, from the first moment on; whatever step of
// opening fails, the socket is closed and the window has pages of its own again.

import { errnoName, libc } from "../../system/libc.js";
import type { BpfInstruction } from "./bpf-program.js";
import { DROP_ALL, withSnapLength } from "./bpf-program.js";
import { joinFanout } from "./fanout.js";
import { interfaceState } from "./interface.js";
import { linkTypeOf } from "./link-type.js";
import type { RingHandle } from "./ring-handle.js";
import type { RingMapping, Window } from "./ring-mapping.js";
import { mapRing, unmapRing } from "./ring-mapping.js";
import type { RingOptions } from "./ring-options.js";
import { checkSizes } from "./ring-options.js";
import { takeSocketError } from "./ring-poll.js";
import {
  attachProgram,
  bindSocket,
  openSocket,
  refused,
  setNumber,
  setRing,
  unknownInterface,
} from "./socket-options.js";
import {
  PACKET_ADD_MEMBERSHIP,
  PACKET_DROP_MEMBERSHIP,
  PACKET_IGNORE_OUTGOING,
  PACKET_MR_PROMISC,
  PACKET_RESERVE,
  PACKET_STATISTICS,
  PACKET_VERSION,
  PACKET_VNET_HDR,
  RESERVE_BYTES,
  SOL_PACKET,
  TPACKET_V3,
} from "./tpacket.js";

export type { Fanout } from "./fanout.js";
export type { RingHandle } from "./ring-handle.js";
export type { RingOptions } from "./ring-options.js";

/** Only the kernel's bookkeeping of TPACKET_V3: frames lie as close as their sizes allow. */
const FRAME_BYTES = 2048;
const STATISTICS_BYTES = 12;

export interface RingStatistics {
  /** Frames put into the ring, drops not among them. */
  readonly packets: number;
  /** Frames the filter wanted that found the ring full. */
  readonly drops: number;
  /** Times the ring was full. */
  readonly freezes: number;
}

export class PacketRing {
  readonly fd: number;
  readonly mode: "mapped" | "copy";
  readonly blockBytes: number;
  readonly blocks: number;
  readonly linkType: number;
  readonly interfaceIndex: number;
  readonly handle: RingHandle;
  /** Why the ring is copied, in words; undefined when it is mapped. */
  readonly modeReason: string | undefined;
  private isPromiscuous = false;
  private isStarted = false;
  private isOpen = true;

  private constructor(
    handle: RingHandle,
    private readonly window: Window,
    private readonly mapping: RingMapping,
    private readonly snapLen: number,
    private program: readonly BpfInstruction[],
  ) {
    this.handle = handle;
    this.fd = handle.fd;
    this.mode = handle.mode;
    this.blockBytes = handle.blockBytes;
    this.blocks = handle.blocks;
    this.linkType = handle.linkType;
    this.interfaceIndex = handle.interfaceIndex;
    this.modeReason = mapping.reason;
  }

  /**
   * Opens a ring on an interface and maps it at `address` of `memory`: the whole ring (mapped), or room for one block
   * that is copied in (copy). Frames come from the return on, or from start() when `held`. An interface that is down
   * is opened all the same: its frames come when it is up.
   * @throws StrayError INTERFACE_UNKNOWN, LINK_TYPE_UNSUPPORTED, NO_PERMISSION, PACKET_SOCKETS_MISSING, RING_SIZE,
   * RING_TOO_LARGE, RING_NOT_MAPPED, FILTER_REFUSED, FANOUT_REFUSED, SOCKET_REFUSED.
   */
  static open(memory: SharedArrayBuffer, address: number, options: RingOptions): PacketRing {
    const { interface: name, blockBytes } = options;
    const blocks = Math.floor(options.ringBytes / blockBytes);
    checkSizes(memory, address, blocks, options);
    const state = interfaceState(name);
    if (state === undefined) throw unknownInterface(name);
    const linkType = linkTypeOf(name, state.arpType);
    const window = { memory, address, bytes: blocks * blockBytes };
    const fd = openSocket(name);
    let mapping: RingMapping | undefined;
    try {
      prepare(fd, blocks, state.isLoopback, options);
      mapping = mapRing(fd, window, options.mode);
      // Between binding and the real filter nothing may slip in: neither frames that the filter does not want nor,
      // before the fan-out is joined, frames that belong to its other members.
      attachProgram(fd, DROP_ALL, name);
      bindSocket(fd, name, state.index);
      if (options.fanout !== undefined) joinFanout(fd, options.fanout, name, state.isLoopback);
      const shape = {
        interfaceName: name,
        interfaceIndex: state.index,
        linkType,
        fd,
        address,
        blockBytes,
        blocks,
      };
      const place = { mode: mapping.mode, foreignAddress: mapping.foreignAddress };
      const handle: RingHandle = { ...shape, ...place, error: new SharedArrayBuffer(4) };
      const ring = new PacketRing(handle, window, mapping, options.snapLen, options.filter);
      if (options.promiscuous) ring.setPromiscuous(true);
      if (options.held !== true) ring.start();
      return ring;
    } catch (error) {
      libc().close(fd);
      if (mapping !== undefined) unmapRing(mapping, window);
      throw error;
    }
  }

  /** Lets frames in, where the ring was opened `held`. Safe to call again. */
  start(): void {
    if (!this.isOpen) return;
    attachProgram(this.fd, withSnapLength(this.program, this.snapLen), this.handle.interfaceName);
    this.isStarted = true;
  }

  /** The kernel's counts since the last call (PACKET_STATISTICS; reading clears them). */
  statistics(): RingStatistics {
    // struct tpacket_stats_v3: u32 frames (drops among them), u32 drops, u32 times frozen.
    const value = new Uint8Array(STATISTICS_BYTES);
    const bytes = new Uint8Array([STATISTICS_BYTES, 0, 0, 0]);
    const done = this.isOpen ? libc().getsockopt(this.fd, SOL_PACKET, PACKET_STATISTICS, value, bytes) : -1;
    if (done < 0) return { packets: 0, drops: 0, freezes: 0 };
    const view = new DataView(value.buffer);
    const drops = view.getUint32(4, true);
    return { packets: view.getUint32(0, true) - drops, drops, freezes: view.getUint32(8, true) };
  }

  /** The socket error that came up since the last call, by any thread's poll or now: "ENETDOWN", or undefined. */
  pendingError(): string | undefined {
    if (this.isOpen) takeSocketError(this.handle);
    const errno = Atomics.exchange(new Int32Array(this.handle.error), 0, 0);
    return errno === 0 ? undefined : errnoName(errno);
  }

  get promiscuous(): boolean {
    return this.isPromiscuous;
  }

  /** @throws StrayError SOCKET_REFUSED, for an interface that went away, for one. */
  setPromiscuous(on: boolean): void {
    if (on === this.isPromiscuous || !this.isOpen) return;
    // struct packet_mreq: i32 interface, u16 kind, u16 address length, 8 bytes of address.
    const request = new DataView(new ArrayBuffer(16));
    request.setInt32(0, this.interfaceIndex, true);
    request.setUint16(4, PACKET_MR_PROMISC, true);
    const option = on ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP;
    const done = libc().setsockopt(
      this.fd,
      SOL_PACKET,
      option,
      new Uint8Array(request.buffer),
      request.byteLength,
    );
    if (done < 0) throw refused("change promiscuous mode", this.handle.interfaceName, done);
    this.isPromiscuous = on;
  }

  /**
   * Another filter (empty: all frames), in one step: no frame passes unfiltered. Blocks already filled keep what the
   * old one let in.
   * @throws StrayError FILTER_REFUSED; the old filter stays.
   */
  setFilter(program: readonly BpfInstruction[]): void {
    if (!this.isOpen) return;
    if (this.isStarted)
      attachProgram(this.fd, withSnapLength(program, this.snapLen), this.handle.interfaceName);
    this.program = program;
  }

  /** Maps zero pages over the window, then closes. Safe to call twice; no thread may be reading the ring. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    unmapRing(this.mapping, this.window);
    libc().close(this.fd);
  }
}

/** Everything that must be said before the ring is there, then the ring itself. */
function prepare(fd: number, blocks: number, isLoopback: boolean, options: RingOptions): void {
  const { interface: name, blockBytes, retireMs } = options;
  setNumber(fd, PACKET_VERSION, TPACKET_V3, "use TPACKET_V3 (Linux 3.2)", name);
  setNumber(fd, PACKET_RESERVE, RESERVE_BYTES, "reserve room before frames", name);
  setNumber(fd, PACKET_VNET_HDR, 1, "describe offloads (PACKET_VNET_HDR)", name);
  // Loopback shows each frame going out and coming in.
  if (isLoopback) setNumber(fd, PACKET_IGNORE_OUTGOING, 1, "ignore outgoing frames (Linux 4.20)", name);
  setRing(fd, { blockBytes, blocks, frameBytes: FRAME_BYTES, retireMs }, name);
}
