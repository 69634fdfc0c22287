// What is not IP crosses too, untouched: ARP, spanning tree, LLDP, tags of every kind, frames that nobody knows.
// Apart from traffic of hosts because these frames are made by hand and compared byte for byte.
// Always holds: the frames that come out are those that went in, each once, in their order; both ways.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concat, hex } from "../../examples/frame.js";
import { cross, FRAME_MARK } from "../support/inline/frames.js";
import { BRIDGE, STRAY } from "../support/inline/middle.js";
import { CLIENT_DEVICE, canRunInline, InlineRig, SERVER_DEVICE } from "../support/inline/rig.js";

const SOURCE = "02 06 00 00 00 77";
const BROADCAST = "ff ff ff ff ff ff";
const STRANGER = "02 06 00 00 00 99";
const MTU = 1500;

interface Named {
  readonly name: string;
  readonly frame: Uint8Array;
}

/** Destination, source, type or length, and a payload that ends with the mark. */
function frame(destination: string, typeAndPayload: string, filling = 0): Uint8Array {
  const filled = new Uint8Array(filling).map((_, index) => index & 0xff);
  return concat(hex(destination), hex(SOURCE), hex(typeAndPayload), filled, FRAME_MARK);
}

const ARP = `08 06 00 01 08 00 06 04 00 01 ${SOURCE} 0a 06 00 63 00 00 00 00 00 00 0a 06 00 64`;
const FRAMES: readonly Named[] = [
  { name: "ARP", frame: frame(BROADCAST, ARP) },
  { name: "ARP, tagged", frame: frame(BROADCAST, `81 00 00 0a ${ARP}`) },
  {
    name: "LLDP",
    frame: frame("01 80 c2 00 00 0e", "88 cc 02 07 04 02 06 00 00 00 77 04 02 07 31 06 02 00 78 00 00"),
  },
  { name: "a priority tag", frame: frame(STRANGER, "81 00 e0 00 88 b5") },
  { name: "the highest VLAN", frame: frame(STRANGER, "81 00 2f fe 88 b5", 200) },
  { name: "802.1ad", frame: frame(STRANGER, "88 a8 00 14 88 b5", 100) },
  { name: "two tags", frame: frame(STRANGER, "88 a8 00 14 81 00 00 0a 88 b5", 100) },
  { name: "three tags", frame: frame(STRANGER, "88 a8 00 14 81 00 00 0a 81 00 00 0b 88 b5", 100) },
  { name: "an unknown type", frame: frame(STRANGER, "88 b5", 46) },
  { name: "nothing but the mark", frame: frame(STRANGER, "88 b6") },
  { name: "802.3 with LLC", frame: frame("01 00 0c cc cc cc", "00 40 aa aa 03 00 00 0c 20 00 02 b4", 40) },
  { name: "MPLS", frame: frame(STRANGER, "88 47 00 01 01 40", 60) },
  { name: "PPPoE", frame: frame(STRANGER, "88 64 11 00 00 01 00 20 c0 21", 30) },
  { name: "the largest", frame: frame(STRANGER, "88 b5", MTU - FRAME_MARK.length) },
  { name: "the largest, tagged", frame: frame(STRANGER, "81 00 00 0a 88 b5", MTU - FRAME_MARK.length) },
  { name: "IPv4 that is none", frame: frame(STRANGER, "08 00 ff ff ff ff", 30) },
  { name: "IPv6 that is none", frame: frame(STRANGER, "86 dd 00 00 00 00", 3) },
  { name: "multicast", frame: frame("01 00 5e 00 00 fb", "88 b5", 46) },
];
/** A bridge keeps these to itself. */
const SPANNING_TREE: Named = {
  name: "spanning tree",
  frame: frame("01 80 c2 00 00 00", "00 31 42 42 03 00 00 00 00 00 80 00", 31),
};

describe.skipIf(!canRunInline()).each([
  { middle: BRIDGE, name: BRIDGE.name, frames: FRAMES },
  { middle: STRAY, name: STRAY.name, frames: [...FRAMES, SPANNING_TREE] },
])("frames of every kind across $name", ({ middle, frames }) => {
  let rig: InlineRig;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    rig = await InlineRig.create("frames");
    stop = await middle.start(rig);
  });
  afterAll(async () => {
    try {
      await stop?.();
    } finally {
      await rig?.remove();
    }
  });

  it.each(["to the server", "to the client"])("come out as they went in, %s", async (way) => {
    const client = { namespace: rig.client, device: CLIENT_DEVICE };
    const server = { namespace: rig.server, device: SERVER_DEVICE };
    const [from, to] = way === "to the server" ? [client, server] : [server, client];
    const sent = frames.map((each) => each.frame);
    const taken = await cross(rig.programs, from, to, sent);
    const nameOf = (bytes: string): string =>
      frames.find((each) => Buffer.from(each.frame).toString("hex") === bytes)?.name ??
      `other bytes: ${bytes}`;
    expect(taken.map(nameOf)).toEqual(frames.map(({ name }) => name));
  });
});
