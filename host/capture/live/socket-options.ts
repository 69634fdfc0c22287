// Setting up a packet socket step by step (packet(7)), each refusal turned into words an operator can act on.
// Apart from the ring's life cycle because each step is a struct to fill and an errno to explain.
// Always holds: a step either took effect or threw a StrayError that names the interface and the key to change.

import { printable, StrayError } from "../../errors.js";
import { errnoName, errnoText, libc } from "../../system/libc.js";
import type { BpfInstruction } from "./bpf-program.js";
import { bpfBytes } from "./bpf-program.js";
import { interfaceNames } from "./interface.js";
import {
  AF_PACKET,
  ETH_P_ALL,
  PACKET_RX_RING,
  SO_ATTACH_FILTER,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_PACKET,
  SOL_SOCKET,
} from "./tpacket.js";

/** A packet socket that takes nothing yet: it has no protocol before it is bound. */
export function openSocket(interfaceName: string): number {
  const fd = libc().socket(AF_PACKET, SOCK_RAW + SOCK_NONBLOCK + SOCK_CLOEXEC, 0);
  if (fd >= 0) return fd;
  const name = errnoName(fd);
  const on = `on interface ${printable(interfaceName)}`;
  if (name === "EPERM" || name === "EACCES")
    throw new StrayError(
      "NO_PERMISSION",
      `capture ${on} needs the capability CAP_NET_RAW, which this process does not have: start it as root, or give it CAP_NET_RAW (systemd: AmbientCapabilities=CAP_NET_RAW)`,
      2,
    );
  if (name === "EAFNOSUPPORT" || name === "EPROTONOSUPPORT")
    throw new StrayError(
      "PACKET_SOCKETS_MISSING",
      `capture ${on} needs packet sockets (AF_PACKET), which this kernel does not have or its sandbox forbids: load af_packet, or allow AF_PACKET (systemd: RestrictAddressFamilies=)`,
      2,
    );
  throw new StrayError("SOCKET_FAILED", `no packet socket for capture ${on}: ${errnoText(fd)}`, 2);
}

/** Binds to all protocols of one interface: from here on frames come. An interface that is down is no error. */
export function bindSocket(fd: number, interfaceName: string, index: number): void {
  // struct sockaddr_ll (linux/if_packet.h): u16 family, be16 protocol, i32 interface, 12 bytes that bind ignores.
  const address = new DataView(new ArrayBuffer(20));
  address.setUint16(0, AF_PACKET, true);
  address.setUint16(2, ETH_P_ALL);
  address.setInt32(4, index, true);
  const done = libc().bind(fd, new Uint8Array(address.buffer), address.byteLength);
  if (done >= 0) return;
  if (errnoName(done) === "ENODEV") throw unknownInterface(interfaceName);
  throw refused("be bound", interfaceName, done);
}

export function setNumber(
  fd: number,
  option: number,
  value: number,
  what: string,
  interfaceName: string,
): void {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  const done = libc().setsockopt(fd, SOL_PACKET, option, bytes, bytes.length);
  if (done < 0) throw refused(what, interfaceName, done);
}

export interface RingGeometry {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly frameBytes: number;
  readonly retireMs: number;
}

/** struct tpacket_req3: the kernel allocates every block here. */
export function setRing(fd: number, geometry: RingGeometry, interfaceName: string): void {
  const { blockBytes, blocks, frameBytes, retireMs } = geometry;
  const frames = Math.floor(blockBytes / frameBytes) * blocks;
  const request = new Uint8Array(
    new Uint32Array([blockBytes, blocks, frameBytes, frames, retireMs, 0, 0]).buffer,
  );
  const done = libc().setsockopt(fd, SOL_PACKET, PACKET_RX_RING, request, request.length);
  if (done >= 0) return;
  const size = `${blocks} blocks of ${blockBytes} bytes, ${(blocks * blockBytes) / 2 ** 20} MiB`;
  throw new StrayError(
    "RING_TOO_LARGE",
    `the kernel refuses a packet ring of ${size} on interface ${printable(interfaceName)}: ${errnoText(done)}; make capture.ring smaller`,
    2,
  );
}

export interface SlotGeometry {
  readonly slotBytes: number;
  readonly slots: number;
}

/** Slots lie in blocks that the kernel allocates one by one. */
const SLOT_BLOCK_BYTES = 131_072;

/** struct tpacket_req: a ring of slots of one size (TPACKET_V2); `option` PACKET_RX_RING or PACKET_TX_RING. */
export function setSlots(fd: number, option: number, geometry: SlotGeometry, interfaceName: string): void {
  const { slotBytes, slots } = geometry;
  const bytes = slots * slotBytes;
  const words = [SLOT_BLOCK_BYTES, bytes / SLOT_BLOCK_BYTES, slotBytes, slots];
  const request = new Uint8Array(new Uint32Array(words).buffer);
  const done = libc().setsockopt(fd, SOL_PACKET, option, request, request.length);
  if (done >= 0) return;
  throw new StrayError(
    "RING_TOO_LARGE",
    `the kernel refuses a packet ring of ${slots} slots of ${slotBytes} bytes on interface ${printable(interfaceName)}: ${errnoText(done)}; make capture.ring smaller`,
    2,
  );
}

/** Attaches a filter program, in place of the one before, in one step. `option`: SO_ATTACH_FILTER, PACKET_FANOUT_DATA. */
export function attachProgram(
  fd: number,
  program: readonly BpfInstruction[],
  interfaceName: string,
  level = SOL_SOCKET,
  option = SO_ATTACH_FILTER,
): void {
  const system = libc();
  const instructions = bpfBytes(program);
  // struct sock_fprog (linux/filter.h): u16 count, then a pointer at its own alignment.
  const header = new DataView(new ArrayBuffer(2 * system.pointerBytes));
  header.setUint16(0, program.length, true);
  const address = system.addressOf(instructions);
  if (system.pointerBytes === 8) header.setBigUint64(8, address, true);
  else header.setUint32(4, Number(address), true);
  const done = system.setsockopt(fd, level, option, new Uint8Array(header.buffer), header.byteLength);
  if (done >= 0) return;
  throw new StrayError(
    "FILTER_REFUSED",
    `the kernel refuses the filter of ${program.length} instructions on interface ${printable(interfaceName)}: ${errnoText(done)}; make capture.filter simpler`,
    2,
  );
}

export function unknownInterface(name: string): StrayError {
  const there = interfaceNames().map(printable).join(", ");
  return new StrayError(
    "INTERFACE_UNKNOWN",
    `there is no interface ${printable(name)}: the system has ${there === "" ? "none" : there}; change capture.interfaces`,
    2,
  );
}

export function refused(what: string, interfaceName: string, errno: number): StrayError {
  return new StrayError(
    "SOCKET_REFUSED",
    `the packet socket of interface ${printable(interfaceName)} can't ${what}: ${errnoText(errno)}`,
    2,
  );
}
