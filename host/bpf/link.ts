// Links: what joins a program to an interface, and keeps it there as long as the link is held or pinned (Linux 5.9).
// Apart from maps and programs because a link is changed and looked at while traffic runs.
// Always holds: a program on an interface is never replaced but by its own link.

import { errnoName } from "../system/libc.js";
import { Attributes, BPF_LINK_CREATE, BPF_LINK_UPDATE, bpf, tryBpf } from "./call.js";
import { expectKind, objectInfo } from "./objects.js";

/** enum bpf_attach_type. */
export const BPF_XDP = 37;
export const BPF_TCX_INGRESS = 46;
/** enum bpf_link_type. */
export const BPF_LINK_TYPE_XDP = 6;
export const BPF_LINK_TYPE_TCX = 11;

const XDP_FLAGS_SKB_MODE = 2;
const XDP_FLAGS_DRV_MODE = 4;
/** Before all programs that are there. */
const BPF_F_BEFORE = 8;

const CREATE_BYTES = 16;
const CREATE_TCX_BYTES = 32;
const UPDATE_BYTES = 16;
const INFO_BYTES = 64;

/** native: in the driver, before a frame costs anything; generic: in the kernel's common path, on any interface. */
export type XdpMode = "native" | "generic";

/** A new link, or -errno: EBUSY and EEXIST where another program is on the interface. */
export function tryXdpLink(programFd: number, interfaceIndex: number, mode: XdpMode): number {
  const flags = mode === "native" ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
  const attributes = new Attributes(CREATE_BYTES)
    .u32(0, programFd)
    .u32(4, interfaceIndex)
    .u32(8, BPF_XDP)
    .u32(12, flags);
  return tryBpf(BPF_LINK_CREATE, attributes);
}

/**
 * A new link at the interface's ingress (Linux 6.6), before other programs there, or -errno. Packet sockets see a
 * frame before it does.
 */
export function tryIngressLink(programFd: number, interfaceIndex: number): number {
  const attributes = new Attributes(CREATE_TCX_BYTES)
    .u32(0, programFd)
    .u32(4, interfaceIndex)
    .u32(8, BPF_TCX_INGRESS)
    .u32(12, BPF_F_BEFORE);
  return tryBpf(BPF_LINK_CREATE, attributes);
}

/** True when `errno` (negated) of tryXdpLink() says that the interface has a program already. */
export function isTaken(errno: number): boolean {
  return ["EBUSY", "EEXIST"].includes(errnoName(errno));
}

/** From the next frame on the link runs the other program; no frame is without one. */
export function updateLink(linkFd: number, programFd: number): void {
  const attributes = new Attributes(UPDATE_BYTES).u32(0, linkFd).u32(4, programFd);
  bpf(BPF_LINK_UPDATE, attributes, "replace the program of a BPF link");
}

export interface LinkInfo {
  /** BPF_LINK_TYPE_*. */
  readonly type: number;
  readonly id: number;
  readonly programId: number;
  /** 0: the interface is gone, and the link does nothing any more. */
  readonly interfaceIndex: number;
}

/** Of struct bpf_link_info, of links to interfaces. @throws StrayError BPF_OBJECT_KIND when it is no link. */
export function linkInfo(fd: number): LinkInfo {
  expectKind(fd, "link");
  const view = objectInfo(fd, INFO_BYTES);
  return {
    type: view.getUint32(0, true),
    id: view.getUint32(4, true),
    programId: view.getUint32(8, true),
    interfaceIndex: view.getUint32(16, true),
  };
}
