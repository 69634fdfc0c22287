// A socket that receives from and sends to one interface, each through a ring of slots (TPACKET_V2, packet(7)) mapped
// onto linear memory: one side of a sensor that stands in the wire.
// Apart from the ring that only listens because slots are given back one by one, at once, and frames are sent.
// Always holds: what this side sends never comes in here; whatever step of opening fails, the socket is closed and the
// window has pages of its own again.

import { StrayError } from "../../errors.js";
import { features } from "../../system/ethtool.js";
import { errnoName, libc } from "../../system/libc.js";
import type { BpfInstruction } from "./bpf-program.js";
import { DROP_ALL, withSnapLength } from "./bpf-program.js";
import { interfaceState } from "./interface.js";
import { LINKTYPE_ETHERNET, linkTypeOf } from "./link-type.js";
import type { RingStatistics } from "./packet-socket.js";
import { addressIn, mapOnto, restore, type Window } from "./ring-mapping.js";
import { takeSocketError } from "./ring-poll.js";
import {
  attachProgram,
  bindSocket,
  openSocket,
  refused,
  setNumber,
  setSlots,
  unknownInterface,
} from "./socket-options.js";
import {
  PACKET_ADD_MEMBERSHIP,
  PACKET_IGNORE_OUTGOING,
  PACKET_LOSS,
  PACKET_MR_PROMISC,
  PACKET_QDISC_BYPASS,
  PACKET_RESERVE,
  PACKET_RX_RING,
  PACKET_STATISTICS,
  PACKET_TX_RING,
  PACKET_VERSION,
  PACKET_VNET_HDR,
  RESERVE_BYTES,
  SNAP_LENGTH_MAX,
  SOL_PACKET,
  TPACKET_V2,
} from "./tpacket.js";
import type { WireHandle } from "./wire-handle.js";

export interface WireOptions {
  readonly interface: string;
  /** Of the ring that is received into; rounded down to whole blocks of slots. */
  readonly rxBytes: number;
  readonly txBytes: number;
}

const ETHERNET_HEADER_BYTES = 14;
/** Before a frame in its slot: the kernel's header, the address, room for a tag, the virtio_net_hdr, rounded up. */
const SLOT_HEAD_BYTES = 128;
const SLOT_MIN_BYTES = 2048;
/** Room for segments that go out together, in no more pages than the kernel takes of one frame (17 of 4 KiB). */
const TX_SLOT_BYTES = 32_768;
/** No frame is longer. */
const SLOT_MAX_BYTES = 131_072;
const BLOCK_BYTES = 131_072;
const STATISTICS_BYTES = 8;
const PROBE = 0x5741_5453;

/** Everything: a frame is forwarded whole or not at all. */
const TAKE_ALL: readonly BpfInstruction[] = withSnapLength([], SNAP_LENGTH_MAX);

export class WireSocket {
  readonly handle: WireHandle;
  private isOpen = true;

  private constructor(
    handle: WireHandle,
    private readonly window: Window,
  ) {
    this.handle = handle;
  }

  /**
   * Opens both rings on an interface and maps them at `address` of `memory`, where there is room for both. Frames come
   * from start() on.
   * @throws StrayError INTERFACE_UNKNOWN, LINK_TYPE_UNSUPPORTED, NO_PERMISSION, PACKET_SOCKETS_MISSING,
   * RING_TOO_LARGE, RING_NOT_MAPPED, FILTER_REFUSED, SOCKET_REFUSED.
   */
  static open(memory: SharedArrayBuffer, address: number, options: WireOptions): WireSocket {
    const { interface: name } = options;
    const state = interfaceState(name);
    if (state === undefined) throw unknownInterface(name);
    const linkType = linkTypeOf(name, state.arpType);
    if (linkType !== LINKTYPE_ETHERNET)
      throw new StrayError(
        "LINK_TYPE_UNSUPPORTED",
        `interface ${name} is no Ethernet: it can't be one side`,
        2,
      );
    const slotBytes = slotFor(state.mtu);
    const txSlotBytes = takesApart(name) ? Math.max(slotBytes, TX_SLOT_BYTES) : slotBytes;
    const rxSlots = slotsIn(options.rxBytes, slotBytes);
    const txSlots = slotsIn(options.txBytes, txSlotBytes);
    const window = { memory, address, bytes: rxSlots * slotBytes + txSlots * txSlotBytes };
    const fd = openSocket(name);
    let isMapped = false;
    try {
      setNumber(fd, PACKET_VERSION, TPACKET_V2, "use TPACKET_V2", name);
      setNumber(fd, PACKET_RESERVE, RESERVE_BYTES, "reserve room before frames", name);
      setNumber(fd, PACKET_VNET_HDR, 1, "describe offloads (PACKET_VNET_HDR)", name);
      setNumber(fd, PACKET_IGNORE_OUTGOING, 1, "ignore outgoing frames (Linux 4.20)", name);
      // A frame that the kernel finds no good must not stop those behind it.
      setNumber(fd, PACKET_LOSS, 1, "pass over frames that can't be sent", name);
      setNumber(fd, PACKET_QDISC_BYPASS, 1, "send without a queue (PACKET_QDISC_BYPASS)", name);
      setSlots(fd, PACKET_RX_RING, { slotBytes, slots: rxSlots }, name);
      setSlots(fd, PACKET_TX_RING, { slotBytes: txSlotBytes, slots: txSlots }, name);
      const problem = mapOnto(fd, window, showsProbe);
      if (problem !== undefined)
        throw new StrayError(
          "RING_NOT_MAPPED",
          `the packet rings of ${name} can't be mapped onto the sensor's memory, and a sensor in the wire needs that: ${problem}`,
          2,
        );
      isMapped = true;
      attachProgram(fd, DROP_ALL, name);
      bindSocket(fd, name, state.index);
      becomePromiscuous(fd, name, state.index);
      const handle: WireHandle = {
        interfaceName: name,
        interfaceIndex: state.index,
        linkType,
        fd,
        address,
        slotBytes,
        txSlotBytes,
        rxSlots,
        txSlots,
        frameMax: state.mtu + ETHERNET_HEADER_BYTES,
        error: new SharedArrayBuffer(4),
      };
      return new WireSocket(handle, window);
    } catch (error) {
      libc().close(fd);
      if (isMapped) restore(window);
      throw error;
    }
  }

  /** Segments are joined, and the interface does not take them apart any more: it has to be opened anew. */
  get isOutdated(): boolean {
    const { interfaceName, slotBytes, txSlotBytes } = this.handle;
    return txSlotBytes > slotBytes && !takesApart(interfaceName);
  }

  /** Lets frames in. `guard` puts a filter of its own there, which takes all that the kernel does not carry itself. */
  start(guard: (fd: number) => boolean): void {
    if (this.isOpen && !guard(this.handle.fd)) {
      attachProgram(this.handle.fd, TAKE_ALL, this.handle.interfaceName);
    }
  }

  /** The kernel's counts since the last call (struct tpacket_stats: frames, drops among them, then drops). */
  statistics(): RingStatistics {
    const value = new Uint8Array(STATISTICS_BYTES);
    const bytes = new Uint8Array([STATISTICS_BYTES, 0, 0, 0]);
    const done = this.isOpen
      ? libc().getsockopt(this.handle.fd, SOL_PACKET, PACKET_STATISTICS, value, bytes)
      : -1;
    if (done < 0) return { packets: 0, drops: 0, freezes: 0 };
    const view = new DataView(value.buffer);
    const drops = view.getUint32(4, true);
    return { packets: view.getUint32(0, true) - drops, drops, freezes: 0 };
  }

  /** The socket error that came up since the last call: "ENETDOWN", or undefined. */
  pendingError(): string | undefined {
    if (this.isOpen) takeSocketError(this.handle);
    const errno = Atomics.exchange(new Int32Array(this.handle.error), 0, 0);
    return errno === 0 ? undefined : errnoName(errno);
  }

  /** Maps zero pages over the window, then closes. Safe to call twice; no thread may be using the rings. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    restore(this.window);
    libc().close(this.handle.fd);
  }
}

/** Bytes of both rings for an interface of that MTU, as they will be mapped. */
export function wireBytes({ rxBytes, txBytes }: Pick<WireOptions, "rxBytes" | "txBytes">): number {
  return wholeBlocks(rxBytes) + wholeBlocks(txBytes);
}

function wholeBlocks(bytes: number): number {
  return Math.max(1, Math.floor(bytes / BLOCK_BYTES)) * BLOCK_BYTES;
}

function slotsIn(bytes: number, slotBytes: number): number {
  return wholeBlocks(bytes) / slotBytes;
}

/** By the names of net/ethtool/common.c. Without all of them the kernel loses what is sent past its queues. */
const SEGMENTATION = ["tx-tcp-segmentation", "tx-tcp6-segmentation", "tx-scatter-gather"];

/** The interface takes segments of a connection that are handed over in one piece, and sends them as they were. */
function takesApart(name: string): boolean {
  const on = new Set(features(name).flatMap((feature) => (feature.isOn ? [feature.name] : [])));
  return SEGMENTATION.every((feature) => on.has(feature));
}

/** A power of two: slots fill their blocks. */
function slotFor(mtu: number): number {
  const need = SLOT_HEAD_BYTES + ETHERNET_HEADER_BYTES + mtu;
  let bytes = SLOT_MIN_BYTES;
  while (bytes < need && bytes < SLOT_MAX_BYTES) bytes *= 2;
  return bytes;
}

/** What is written through linear memory must be read where the kernel's pages are. The word is 0 again afterwards. */
function showsProbe(window: Window): boolean {
  const last = window.bytes - 4;
  const view = new DataView(window.memory, window.address + last, 4);
  view.setUint32(0, PROBE, true);
  const seen = libc().readU32(addressIn(window) + BigInt(last));
  view.setUint32(0, 0, true);
  return seen === PROBE;
}

function becomePromiscuous(fd: number, name: string, index: number): void {
  // struct packet_mreq: i32 interface, u16 kind, u16 address length, 8 bytes of address.
  const request = new DataView(new ArrayBuffer(16));
  request.setInt32(0, index, true);
  request.setUint16(4, PACKET_MR_PROMISC, true);
  const bytes = new Uint8Array(request.buffer);
  const done = libc().setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, bytes, bytes.length);
  if (done < 0) throw refused("become promiscuous", name, done);
}
