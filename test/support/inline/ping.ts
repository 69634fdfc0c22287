// ping(8) through a rig, and the times that it prints. Apart because tests and the benchmark read them alike.
// Always holds: what it says was lost is checked against the lines it printed.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Namespace } from "../netns.js";

const DEFAULT_COUNT = 20;
const DEFAULT_INTERVAL_S = 0.01;
const WAIT_S = 2;

export interface PingOptions {
  readonly count?: number;
  readonly intervalS?: number;
  /** Bytes of payload; with `whole` the packet may not be fragmented. */
  readonly bytes?: number;
  readonly whole?: boolean;
}

export interface Pinged {
  readonly sent: number;
  readonly received: number;
  readonly duplicates: number;
  /** One for each answer, in the order of arrival. */
  readonly timesUs: readonly number[];
}

export async function ping(from: Namespace, to: string, options: PingOptions = {}): Promise<Pinged> {
  const { count = DEFAULT_COUNT, intervalS = DEFAULT_INTERVAL_S, bytes, whole = false } = options;
  const words = ["ping", "-n", "-c", count, "-i", intervalS, "-W", WAIT_S];
  if (bytes !== undefined) words.push("-s", bytes);
  if (whole) words.push("-M", "do");
  const child = from.spawn([...words.map(String), to], { stdio: ["ignore", "pipe", "pipe"] });
  return parsePing(await output(child));
}

async function output(child: ChildProcess): Promise<string> {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  await once(child, "close");
  return text;
}

export function parsePing(text: string): Pinged {
  const sum = /(\d+) packets transmitted, (\d+) received(?:, \+(\d+) duplicates)?/.exec(text);
  if (!sum) throw new Error(`ping: ${text.trim()}`);
  const lines = [...text.matchAll(/time=([\d.]+) ms( \(DUP!\))?/g)];
  const timesUs = lines.filter(([, , twice]) => twice === undefined).map(([, ms]) => Number(ms) * 1000);
  const [sent, received, duplicates] = [Number(sum[1]), Number(sum[2]), Number(sum[3] ?? 0)];
  if (timesUs.length !== received)
    throw new Error(`ping printed ${timesUs.length} answers of ${received}: ${text}`);
  return { sent, received, duplicates, timesUs };
}
