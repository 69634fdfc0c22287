// Frames sent at one end of a rig and taken at the other, byte for byte. Mirrors frames.py.
// Always holds: only frames with the mark in them are told, so that what the kernels say among themselves does not count.

import { until } from "../daemon.js";
import type { Namespace } from "../netns.js";
import { Program, type Programs } from "./program.js";

/** In every frame that is to be found again. */
export const FRAME_MARK = new TextEncoder().encode("stray-frame");
/** What came late, or twice, comes within that. */
const SETTLE_MS = 300;

export interface Port {
  readonly namespace: Namespace;
  readonly device: string;
}

/** Sends each frame once, and answers those that came at the other end, once nothing more comes. */
export async function cross(
  programs: Programs,
  from: Port,
  to: Port,
  frames: readonly Uint8Array[],
): Promise<string[]> {
  const listener = programs.add(Program.python(to.namespace, "frames.py", "listen", to.device));
  await listener.ready();
  const sender = programs.add(Program.python(from.namespace, "frames.py", "send", from.device));
  for (const frame of frames) sender.tell(Buffer.from(frame).toString("hex"));
  sender.process.stdin?.end();
  if ((await sender.ended()) !== 0) throw new Error(`frames were not sent: ${sender.said}`);
  const taken = () => listener.lines.filter((line) => line !== "ready");
  await until("the frames are there", () => taken().length >= frames.length, 2000).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  await listener.stop("SIGKILL");
  return taken();
}
