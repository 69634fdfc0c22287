// What `ethtool` asks of a driver, by the same ioctl (linux/ethtool.h): its name, and which offloads are on.
// Apart from network interfaces in general because each question is a struct of its own, with a pointer to it.
// Always holds: the calling thread's own network namespace is asked; a driver that does not answer is undefined.

import { printable, StrayError } from "../errors.js";
import { errnoText, libc } from "./libc.js";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SIOCETHTOOL = 0x8946;

const ETHTOOL_GDRVINFO = 0x03;
const ETHTOOL_GSTRINGS = 0x1b;
const ETHTOOL_GSSET_INFO = 0x37;
const ETHTOOL_GFEATURES = 0x3a;
const ETHTOOL_SFEATURES = 0x3b;
const ETH_SS_FEATURES = 4;

const NAME_BYTES = 16;
const REQUEST_BYTES = 40;
/** struct ethtool_drvinfo: u32, then names of 32 bytes each. */
const DRIVER_INFO_BYTES = 196;
const DRIVER_OFFSET = 4;
const DRIVER_BYTES = 32;
/** ETH_GSTRING_LEN. */
const STRING_BYTES = 32;
/** struct ethtool_get_features_block: available, requested, active, never changed. */
const GET_BLOCK_BYTES = 16;
/** struct ethtool_set_features_block: which bits are meant, and what they shall be. */
const SET_BLOCK_BYTES = 8;
const FEATURES_MAX = 512;

export interface Feature {
  readonly name: string;
  /** It can be switched. */
  readonly canChange: boolean;
  readonly isOn: boolean;
}

/** The driver's name of an interface. */
export function driverName(interfaceName: string): string | undefined {
  const info = new DataView(new ArrayBuffer(DRIVER_INFO_BYTES));
  info.setUint32(0, ETHTOOL_GDRVINFO, true);
  if (ask(interfaceName, info) < 0) return undefined;
  const name = textAt(info, DRIVER_OFFSET, DRIVER_BYTES);
  return name === "" ? undefined : name;
}

/** All offloads, in the kernel's own order. Empty when it does not tell. */
export function features(interfaceName: string): readonly Feature[] {
  const names = featureNames(interfaceName);
  if (names.length === 0) return [];
  const blocks = Math.ceil(names.length / 32);
  const answer = new DataView(new ArrayBuffer(8 + blocks * GET_BLOCK_BYTES));
  answer.setUint32(0, ETHTOOL_GFEATURES, true);
  answer.setUint32(4, blocks, true);
  if (ask(interfaceName, answer) < 0) return [];
  return names.map((name, index) => {
    const at = 8 + (index >> 5) * GET_BLOCK_BYTES;
    const isSet = (offset: number): boolean =>
      ((answer.getUint32(at + offset, true) >>> (index & 31)) & 1) === 1;
    return { name, canChange: isSet(0) && !isSet(12), isOn: isSet(8) };
  });
}

/**
 * Switches one offload.
 * @throws StrayError OFFLOAD_REFUSED when the kernel or the driver won't.
 */
export function setFeature(interfaceName: string, feature: string, isOn: boolean): void {
  const names = featureNames(interfaceName);
  const index = names.indexOf(feature);
  if (index < 0) throw refused(interfaceName, feature, "there is no such offload");
  const blocks = Math.ceil(names.length / 32);
  const request = new DataView(new ArrayBuffer(8 + blocks * SET_BLOCK_BYTES));
  request.setUint32(0, ETHTOOL_SFEATURES, true);
  request.setUint32(4, blocks, true);
  const at = 8 + (index >> 5) * SET_BLOCK_BYTES;
  const bit = (1 << (index & 31)) >>> 0;
  request.setUint32(at, bit, true);
  request.setUint32(at + 4, isOn ? bit : 0, true);
  const done = ask(interfaceName, request);
  if (done < 0) throw refused(interfaceName, feature, errnoText(done));
  // A driver may leave it as it is, and say so only by its state.
  const now = features(interfaceName).find(({ name }) => name === feature);
  if (now?.isOn !== isOn) throw refused(interfaceName, feature, "the driver keeps it as it is");
}

function refused(interfaceName: string, feature: string, reason: string): StrayError {
  return new StrayError(
    "OFFLOAD_REFUSED",
    `${feature} of interface ${printable(interfaceName)} can't be switched: ${reason}`,
  );
}

function featureNames(interfaceName: string): readonly string[] {
  // struct ethtool_sset_info: u32, u32 reserved, u64 which sets, then their counts.
  const info = new DataView(new ArrayBuffer(20));
  info.setUint32(0, ETHTOOL_GSSET_INFO, true);
  info.setBigUint64(8, 1n << BigInt(ETH_SS_FEATURES), true);
  if (ask(interfaceName, info) < 0) return [];
  const count = Math.min(info.getUint32(16, true), FEATURES_MAX);
  const strings = new DataView(new ArrayBuffer(12 + count * STRING_BYTES));
  strings.setUint32(0, ETHTOOL_GSTRINGS, true);
  strings.setUint32(4, ETH_SS_FEATURES, true);
  strings.setUint32(8, count, true);
  if (count === 0 || ask(interfaceName, strings) < 0) return [];
  return Array.from({ length: count }, (_, index) =>
    textAt(strings, 12 + index * STRING_BYTES, STRING_BYTES),
  );
}

/** `data` goes in and comes back changed. Answers >= 0, or -errno. */
function ask(interfaceName: string, data: DataView): number {
  const name = Buffer.from(interfaceName);
  if (name.length === 0 || name.length >= NAME_BYTES) return -1;
  const fd = libc().socket(AF_UNIX, SOCK_DGRAM + SOCK_CLOEXEC, 0);
  if (fd < 0) return fd;
  try {
    const request = new DataView(new ArrayBuffer(REQUEST_BYTES));
    new Uint8Array(request.buffer).set(name);
    request.setBigUint64(NAME_BYTES, libc().addressOf(new Uint8Array(data.buffer)), true);
    return libc().ioctl(fd, SIOCETHTOOL, new Uint8Array(request.buffer));
  } finally {
    libc().close(fd);
  }
}

function textAt(view: DataView, offset: number, bytes: number): string {
  const text = Buffer.from(view.buffer, offset, bytes);
  const end = text.indexOf(0);
  return text.toString("latin1", 0, end < 0 ? bytes : end);
}
