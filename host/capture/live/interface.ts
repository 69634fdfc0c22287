// Network interfaces as the kernel reports them: state by ioctl (netdevice(7)), names from /proc; and the one flag that
// is set.
// Apart from the sockets because status and reload ask too. Always holds: the calling thread's own network namespace
// is asked, whatever is mounted on /sys; an interface that is not there is undefined, never an error.

import { readFileSync } from "node:fs";
import ipaddr from "ipaddr.js";
import { StrayError } from "../../errors.js";
import { errnoText, libc } from "../../system/libc.js";
import { SOCK_CLOEXEC } from "./tpacket.js";

const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCGIFNAME = 0x8910;
const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const SIOCGIFADDR = 0x8915;
const SIOCGIFMTU = 0x8921;
const SIOCGIFHWADDR = 0x8927;
const SIOCGIFINDEX = 0x8933;
const IFF_UP = 1;
const IFF_RUNNING = 0x40;
const IFF_PROMISC = 0x100;

/** IFNAMSIZ of linux/if.h, the closing zero included; struct ifreq holds up to 24 bytes behind the name. */
const NAME_BYTES = 16;
const REQUEST_BYTES = 40;
const MAC_BYTES = 6;

const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

export interface InterfaceState {
  readonly index: number;
  /** Switched on, and with a carrier. */
  readonly link: "up" | "down";
  readonly mtu: number;
  /** ARPHRD_* of linux/if_arp.h. */
  readonly arpType: number;
  readonly isLoopback: boolean;
  /** By its own setting (`ip link set … promisc on`): what packet sockets ask for is not in it, and ends with them. */
  readonly isPromiscuous: boolean;
  /** MAC address of an Ethernet interface. */
  readonly address?: string;
}

/**
 * What the kernel says of an interface, or undefined when there is none of that name.
 * @throws StrayError INTERFACE_UNREADABLE when the kernel can't be asked at all.
 */
export function interfaceState(name: string): InterfaceState | undefined {
  if (!isInterfaceName(name)) return undefined;
  const fd = libc().socket(AF_UNIX, SOCK_DGRAM + SOCK_CLOEXEC, 0);
  if (fd < 0)
    throw new StrayError("INTERFACE_UNREADABLE", `no socket to ask for interfaces: ${errnoText(fd)}`);
  try {
    const [index, flags, mtu, hardware] = [SIOCGIFINDEX, SIOCGIFFLAGS, SIOCGIFMTU, SIOCGIFHWADDR].map(
      (request) => ask(fd, request, name),
    );
    if (index === undefined || flags === undefined || mtu === undefined || hardware === undefined)
      return undefined;
    const arpType = hardware.getUint16(0, true);
    const flagBits = flags.getUint16(0, true);
    const running = (flagBits & (IFF_UP | IFF_RUNNING)) === (IFF_UP | IFF_RUNNING);
    return {
      index: index.getInt32(0, true),
      link: running ? "up" : "down",
      mtu: mtu.getInt32(0, true),
      arpType,
      isLoopback: arpType === ARPHRD_LOOPBACK,
      isPromiscuous: (flagBits & IFF_PROMISC) !== 0,
      ...(arpType === ARPHRD_ETHER ? { address: macText(hardware) } : {}),
    };
  } finally {
    libc().close(fd);
  }
}

/**
 * Makes an interface promiscuous by its own setting, or no longer so; its other flags stay. Needs CAP_NET_ADMIN.
 * By index, so that another interface that got the name is not meant. Answers >= 0, or -errno.
 */
export function setPromiscuous(index: number, isOn: boolean): number {
  const fd = libc().socket(AF_UNIX, SOCK_DGRAM + SOCK_CLOEXEC, 0);
  if (fd < 0) return fd;
  try {
    // One struct ifreq for all three: the name stays in it, what is asked for comes behind.
    const request = new DataView(new ArrayBuffer(REQUEST_BYTES));
    const call = (number: number): number => libc().ioctl(fd, number, new Uint8Array(request.buffer));
    request.setInt32(NAME_BYTES, index, true);
    const named = call(SIOCGIFNAME);
    if (named < 0) return named;
    const read = call(SIOCGIFFLAGS);
    if (read < 0) return read;
    // A short. What it has no room for (IFF_LOWER_UP and above) is the kernel's own to say, and is not taken from here.
    const flags = request.getUint16(NAME_BYTES, true);
    const wanted = isOn ? flags | IFF_PROMISC : flags & ~IFF_PROMISC;
    if (wanted === flags) return 0;
    request.setUint16(NAME_BYTES, wanted, true);
    return call(SIOCSIFFLAGS);
  } finally {
    libc().close(fd);
  }
}

/** Names of all interfaces of the calling thread's network namespace. */
export function interfaceNames(): string[] {
  try {
    // Two lines of headings, then `name: counts`.
    const lines = readFileSync("/proc/thread-self/net/dev", "utf8").split("\n").slice(2);
    return lines.map((line) => line.slice(0, line.lastIndexOf(":")).trim()).filter((name) => name !== "");
  } catch {
    return [];
  }
}

/** Addresses of an interface, up or down: the first of IPv4, and all of IPv6 but those of the link itself. */
export function interfaceAddresses(name: string): string[] {
  return [...firstAddress(name), ...linesOf("/proc/thread-self/net/if_inet6").flatMap(inet6Address(name))];
}

function firstAddress(name: string): string[] {
  if (!isInterfaceName(name)) return [];
  // Addresses are the family's own matter, unlike everything else asked here.
  const fd = libc().socket(AF_INET, SOCK_DGRAM + SOCK_CLOEXEC, 0);
  if (fd < 0) return [];
  try {
    const address = ask(fd, SIOCGIFADDR, name);
    // struct sockaddr_in: family, port, then the address.
    return address === undefined ? [] : [[4, 5, 6, 7].map((at) => address.getUint8(at)).join(".")];
  } finally {
    libc().close(fd);
  }
}

/** A line of if_inet6: 32 digits, index, prefix length, scope (0x20: of the link), flags, name. */
function inet6Address(name: string) {
  return (line: string): string[] => {
    const [digits = "", , , scope, , owner] = line.trim().split(/\s+/);
    if (owner !== name || scope === "20") return [];
    return [ipaddr.IPv6.parse((digits.match(/.{4}/g) ?? []).join(":")).toString()];
  };
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}

/** What the kernel takes as a name (dev_valid_name): 1 to 15 bytes without space or slash. */
export function isInterfaceName(name: string): boolean {
  const bytes = Buffer.byteLength(name);
  return bytes > 0 && bytes < NAME_BYTES && !/[\s/:\0]/.test(name) && name !== "." && name !== "..";
}

/** The union of struct ifreq after the request, or undefined: no such interface. */
function ask(fd: number, request: number, name: string): DataView | undefined {
  const bytes = new Uint8Array(REQUEST_BYTES);
  bytes.set(Buffer.from(name));
  if (libc().ioctl(fd, request, bytes) < 0) return undefined;
  return new DataView(bytes.buffer, NAME_BYTES);
}

/** Of struct sockaddr, whose data begin behind its 2 bytes of family. */
function macText(hardware: DataView): string {
  const bytes = Array.from({ length: MAC_BYTES }, (_, index) => hardware.getUint8(2 + index));
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}
