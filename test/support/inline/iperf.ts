// iperf3 through a rig, both ends, and what its JSON says. Apart because tests and the benchmark read it alike.
// Always holds: the server serves one client and ends; a run that broke off is an error with iperf3's own words.

import type { Namespace } from "../netns.js";
import type { End } from "./prober.js";
import { Program, type Programs } from "./program.js";

const PORT = 5201;
const START_MS = 15_000;
const MARGIN_MS = 30_000;

export interface IperfOptions {
  readonly seconds?: number;
  readonly streams?: number;
  /** UDP with so many bits a second (0: as fast as it goes); TCP when left out. */
  readonly udpBitsPerSecond?: number;
  /** Bytes of a UDP datagram. */
  readonly bytes?: number;
  /** From the server to the client. */
  readonly reverse?: boolean;
  readonly port?: number;
}

export interface IperfResult {
  /** As the receiver measured. */
  readonly bitsPerSecond: number;
  readonly bytes: number;
  readonly retransmits: number;
  readonly packets: number;
  readonly lost: number;
}

interface Sum {
  bits_per_second: number;
  bytes: number;
  retransmits?: number;
  packets?: number;
  lost_packets?: number;
}

export async function iperf(
  programs: Programs,
  client: Namespace,
  server: End,
  options: IperfOptions = {},
): Promise<IperfResult> {
  return await (await startIperf(programs, client, server, options)).done();
}

/** Begins, and answers how to wait for its end. */
export async function startIperf(
  programs: Programs,
  client: Namespace,
  server: End,
  options: IperfOptions = {},
): Promise<{ done: () => Promise<IperfResult> }> {
  const { seconds = 2, port = PORT } = options;
  const listening = ["iperf3", "-s", "-1", "-B", server.address, "-p", String(port), "--forceflush"];
  const answering = programs.add(new Program(server.namespace, listening));
  await answering.line(/Server listening/);
  const asking = programs.add(new Program(client, clientCommand(server.address, port, seconds, options)));
  return {
    async done() {
      const code = await asking.ended(START_MS + seconds * 1000 + MARGIN_MS);
      await answering.stop("SIGTERM");
      if (code !== 0) throw new Error(`iperf3 ended with ${code}: ${asking.said}`);
      return parseIperf(asking.said);
    },
  };
}

function clientCommand(address: string, port: number, seconds: number, options: IperfOptions): string[] {
  const { streams = 1, udpBitsPerSecond, bytes, reverse = false } = options;
  const words = ["iperf3", "-J", "-c", address, "-p", port, "-t", seconds, "-P", streams];
  if (udpBitsPerSecond !== undefined) words.push("-u", "-b", udpBitsPerSecond);
  if (bytes !== undefined) words.push("-l", bytes);
  if (reverse) words.push("-R");
  return words.map(String);
}

export function parseIperf(text: string): IperfResult {
  const report = JSON.parse(text) as {
    error?: string;
    end: { sum_received?: Sum; sum_sent?: Sum; sum?: Sum };
  };
  if (report.error !== undefined) throw new Error(`iperf3: ${report.error}`);
  const { sum, sum_sent: sent, sum_received: received } = report.end;
  const own = sum ?? received;
  if (!own) throw new Error(`iperf3 says nothing of a sum: ${text.slice(-400)}`);
  return {
    bitsPerSecond: own.bits_per_second,
    bytes: own.bytes,
    retransmits: sent?.retransmits ?? 0,
    packets: own.packets ?? 0,
    lost: own.lost_packets ?? 0,
  };
}
