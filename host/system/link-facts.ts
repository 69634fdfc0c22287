// What rtnetlink(7) tells of an interface and no ioctl does: whose member it is, and which XDP program runs on it.
// Apart from other questions to the kernel because netlink is a protocol of its own: one request, one answer.
// Always holds: the calling thread's own network namespace is asked; the answer's lengths are checked before they are followed.

import { StrayError } from "../errors.js";
import { errnoText, libc } from "./libc.js";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const NLM_F_REQUEST = 1;
/** struct nlmsghdr, struct ifinfomsg, struct rtattr. */
const MESSAGE_BYTES = 16;
const LINK_BYTES = 16;
const ATTRIBUTE_BYTES = 4;
const ANSWER_BYTES = 64 * 1024;
const TYPE_MASK = 0x3fff;

// linux/if_link.h.
const IFLA_IFNAME = 3;
const IFLA_MASTER = 10;
const IFLA_LINKINFO = 18;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_SLAVE_KIND = 4;
const IFLA_XDP = 43;
const IFLA_XDP_ATTACHED = 2;
const IFLA_XDP_PROG_ID = 4;

/** IFLA_XDP_ATTACHED by its number. */
const XDP_MODES = ["none", "native", "generic", "offloaded", "several"] as const;

export interface LinkFacts {
  readonly name: string;
  /** Index of the bridge, bond or other interface that it is a member of; 0: of none. */
  readonly master: number;
  /** bridge, bond, vlan, veth ...; empty for a card. */
  readonly kind: string;
  /** What kind of master it has: bridge, bond ...; empty without one. */
  readonly masterKind: string;
  readonly xdp: (typeof XDP_MODES)[number];
  /** 0: no program. */
  readonly xdpProgramId: number;
}

/** Undefined when there is no interface of that index, or the kernel does not answer. */
export function linkFacts(index: number): LinkFacts | undefined {
  const answer = request(index);
  if (answer === undefined || answer.byteLength < MESSAGE_BYTES + LINK_BYTES) return undefined;
  if (answer.getUint16(4, true) !== RTM_NEWLINK) return undefined;
  const end = Math.min(answer.getUint32(0, true), answer.byteLength);
  const all = attributes(answer, MESSAGE_BYTES + LINK_BYTES, end);
  const info = nested(all.get(IFLA_LINKINFO));
  const xdp = nested(all.get(IFLA_XDP));
  return {
    name: text(all.get(IFLA_IFNAME)),
    master: number32(all.get(IFLA_MASTER)),
    kind: text(info.get(IFLA_INFO_KIND)),
    masterKind: text(info.get(IFLA_INFO_SLAVE_KIND)),
    xdp: XDP_MODES[xdp.get(IFLA_XDP_ATTACHED)?.getUint8(0) ?? 0] ?? "none",
    xdpProgramId: number32(xdp.get(IFLA_XDP_PROG_ID)),
  };
}

function request(index: number): DataView | undefined {
  const fd = libc().socket(AF_NETLINK, SOCK_RAW + SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0)
    throw new StrayError("INTERFACE_UNREADABLE", `no netlink socket to ask for interfaces: ${errnoText(fd)}`);
  try {
    const message = new DataView(new ArrayBuffer(MESSAGE_BYTES + LINK_BYTES));
    message.setUint32(0, message.byteLength, true);
    message.setUint16(4, RTM_GETLINK, true);
    message.setUint16(6, NLM_F_REQUEST, true);
    message.setInt32(MESSAGE_BYTES + 4, index, true);
    const bytes = new Uint8Array(message.buffer);
    // Without an address: to the kernel. It answers within the call.
    if (libc().sendto(fd, bytes, bytes.length, 0, null, 0) < 0) return undefined;
    const answer = new Uint8Array(ANSWER_BYTES);
    const got = libc().recv(fd, answer, answer.length, 0);
    return got < 0 ? undefined : new DataView(answer.buffer, 0, got);
  } finally {
    libc().close(fd);
  }
}

function attributes(view: DataView, from: number, end: number): Map<number, DataView> {
  const found = new Map<number, DataView>();
  for (let at = from; at + ATTRIBUTE_BYTES <= end; ) {
    const bytes = view.getUint16(at, true);
    if (bytes < ATTRIBUTE_BYTES || at + bytes > end) break;
    const value = new DataView(view.buffer, view.byteOffset + at + ATTRIBUTE_BYTES, bytes - ATTRIBUTE_BYTES);
    found.set(view.getUint16(at + 2, true) & TYPE_MASK, value);
    at += (bytes + 3) & ~3;
  }
  return found;
}

function nested(value: DataView | undefined): Map<number, DataView> {
  return value === undefined ? new Map() : attributes(value, 0, value.byteLength);
}

function number32(value: DataView | undefined): number {
  return value !== undefined && value.byteLength >= 4 ? value.getUint32(0, true) : 0;
}

function text(value: DataView | undefined): string {
  if (value === undefined) return "";
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    .toString("latin1")
    .replace(/\0.*$/s, "");
}
