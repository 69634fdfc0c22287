// A packet each millisecond both ways through what is between two ends, and what became of each.
// Apart because the tests of failure and the benchmark ask it the same. Mirrors probe.py.
// Always holds: what was lost is counted by number, not by time; a gap is between two arrivals as the receiving kernel
// stamped them, less what the sender was itself kept waiting meanwhile: that is none of the path's.

import type { Namespace } from "../netns.js";
import { Program, type Programs } from "./program.js";

const INTERVAL_US = 1000;
const PORT = 7000;
const RESULT_MS = 20_000;

export interface Gap {
  /** Wall clock of the last packet before. */
  readonly atMs: number;
  readonly ms: number;
  /** Numbers of the last before, the first after. */
  readonly after: number;
  readonly before: number;
}

/** What a sender was kept waiting between two packets. */
interface Pause {
  /** Number of the last before. */
  readonly after: number;
  readonly ms: number;
}

interface Account {
  readonly sent: number;
  readonly sendErrors: number;
  readonly sendGapMs: number;
  readonly pauses: readonly Pause[];
  readonly received: number;
  readonly duplicates: number;
  readonly disorder: number;
  readonly longestGapMs: number;
  /** Of 20 ms and more, the longest first. */
  readonly gaps: readonly Gap[];
  readonly delayUs: { readonly median: number | null; readonly p99: number | null };
}

/** One direction: what one end sent and the other got. */
export interface Crossing {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly disorder: number;
  /** Of the path alone. */
  readonly longestGapMs: number;
  /** The longest pause that the sender itself made. */
  readonly sendGapMs: number;
  readonly gaps: readonly Gap[];
  readonly delayUs: Account["delayUs"];
}

export interface Probed {
  readonly toServer: Crossing;
  readonly toClient: Crossing;
  readonly ways: readonly [Crossing, Crossing];
  readonly longestGapMs: number;
  readonly lost: number;
  readonly duplicates: number;
}

export interface End {
  readonly namespace: Namespace;
  readonly address: string;
}

export class Prober {
  private constructor(
    private readonly client: Program,
    private readonly server: Program,
  ) {}

  /** Probes until it is stopped. */
  static async start(programs: Programs, client: End, server: End, port = PORT): Promise<Prober> {
    const end = (own: End, other: End) =>
      programs.add(
        Program.python(own.namespace, "probe.py", own.address, port, other.address, port, INTERVAL_US),
      );
    const prober = new Prober(end(client, server), end(server, client));
    const both = [prober.client, prober.server];
    await Promise.all(both.map((each) => each.ready()));
    for (const each of both) each.tell("go");
    return prober;
  }

  async stop(): Promise<Probed> {
    this.client.tell("stop");
    this.server.tell("stop");
    const [client, server] = await Promise.all([
      this.client.result<Account>(RESULT_MS),
      this.server.result<Account>(RESULT_MS),
    ]);
    const [toServer, toClient] = [crossing(client, server), crossing(server, client)];
    return {
      toServer,
      toClient,
      ways: [toServer, toClient],
      longestGapMs: Math.max(toServer.longestGapMs, toClient.longestGapMs),
      lost: toServer.lost + toClient.lost,
      duplicates: toServer.duplicates + toClient.duplicates,
    };
  }
}

function crossing(sender: Account, receiver: Account): Crossing {
  const { received, duplicates, disorder, gaps, delayUs } = receiver;
  if (received > sender.sent) throw new Error(`${received} numbers got of ${sender.sent} that were sent`);
  return {
    sent: sender.sent,
    received,
    lost: sender.sent - received,
    duplicates,
    disorder,
    longestGapMs: received === 0 ? Number.POSITIVE_INFINITY : longestOfPath(sender, receiver),
    sendGapMs: sender.sendGapMs,
    gaps,
    delayUs,
  };
}

function longestOfPath({ pauses }: Account, { gaps, longestGapMs }: Account): number {
  if (gaps.length === 0) return longestGapMs;
  return Math.max(
    ...gaps.map(({ ms, after, before }) => {
      const within = pauses.filter((pause) => pause.after >= after && pause.after < before);
      return ms - within.reduce((sum, pause) => sum + pause.ms, 0);
    }),
  );
}

/** One line for a failed expectation. */
export function probedText({ ways }: Probed): string {
  return ways
    .map(
      (way) =>
        `${way.sent} sent, ${way.lost} lost, ${way.duplicates} twice, ${way.disorder} out of order, longest gap ${way.longestGapMs.toFixed(1)} ms (sender's own ${way.sendGapMs.toFixed(1)})`,
    )
    .join("; ");
}
