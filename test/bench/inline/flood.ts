// 64-byte UDP frames at a rate, or as fast as they can be sent, and how many came out at the other end.
// Apart from the other measures because both ends are counted by their kernels, not by programs.
// Always holds: the frames are for a host that is not there, so that the receiving end spends no time on them; what was
// under way when the sender ended is waited for.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { ethernet, filler, ipv4, udp } from "../../../examples/frame.js";
import { writePcapFile } from "../../../examples/pcap-writer.js";
import { CLIENT_DEVICE, type InlineRig, SERVER_DEVICE } from "../../support/inline/rig.js";
import { replayFrom } from "../../support/live-rig.js";

const FLOWS = 1_000;
const FRAMES = 50_000;
const FRAME_BYTES = 64;
const PAYLOAD_BYTES = FRAME_BYTES - 14 - 20 - 8;
const DRAIN_MS = 500;
const PACKETS_AT_MOST = 1_500_000;
const SECONDS = 2;

export interface Flood {
  readonly sent: number;
  readonly received: number;
  readonly seconds: number;
}

export const receivedRate = ({ received, seconds }: Flood): number => received / seconds;
export const lostShare = ({ received, sent }: Flood): number => 1 - received / sent;

/** Packets a second; as many as there can be when left out. */
export async function flood(rig: InlineRig, rate?: number): Promise<Flood> {
  const capture = floodCapture(rig.folder);
  const before = packets(rig, SERVER_DEVICE);
  const count = rate === undefined ? PACKETS_AT_MOST : rate * SECONDS;
  const { packets: sent, seconds } = await replayFrom(rig.client, CLIENT_DEVICE, capture, {
    loops: Math.ceil(count / FRAMES),
    ...(rate !== undefined && { rate }),
  });
  await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
  // What the kernels say among themselves is a few frames; never more than were sent.
  const received = Math.min(sent, packets(rig, SERVER_DEVICE) - before);
  return { sent, received, seconds };
}

function packets(rig: InlineRig, device: string): number {
  const [link] = JSON.parse(rig.server.exec(["ip", "-j", "-s", "link", "show", device]).stdout) as [
    { stats64: { rx: { packets: number } } },
  ];
  return link.stats64.rx.packets;
}

function floodCapture(folder: string): string {
  const path = join(folder, "flood.pcap");
  if (existsSync(path)) return path;
  writePcapFile(path, { snapLength: FRAME_BYTES }, (writer) => {
    for (let index = 0; index < FRAMES; index++)
      writer.write(BigInt(index) * 1000n, floodFrame(index % FLOWS));
  });
  return path;
}

function floodFrame(flow: number): Uint8Array {
  const addresses = { src: `10.7.${flow >> 8}.${flow & 255}`, dst: "10.8.0.1" };
  const datagram = udp({ sport: 1024 + flow, dport: 9 }, filler(PAYLOAD_BYTES));
  return ethernet({ src: "02:07:00:00:00:01", dst: "02:07:00:00:00:02" }, ipv4(addresses, datagram));
}
