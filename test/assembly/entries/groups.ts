// AssemblyScript, compiled by groups.test.ts: the tests of a rule's header, each alone, over an image in memory.

import {
  headerMatches,
  inAddressSet,
  inPortSet,
  portClass,
  protoGroup,
} from "../../../assembly/match/groups";
import { Packet } from "../../../assembly/wire/packet";

export function header(image: usize, rule: usize, packet: usize): bool {
  return headerMatches(image, rule, changetype<Packet>(packet));
}

export function classOf(image: usize, port: u32): u32 {
  return portClass(image, port);
}

export function hasPort(image: usize, set: u32, port: u32): bool {
  return inPortSet(image, set, port);
}

export function hasAddress(image: usize, set: u32, address: usize, kind: i32): bool {
  return inAddressSet(image, set, address, kind);
}

export function groupOf(proto: u32): i32 {
  return protoGroup(proto);
}
