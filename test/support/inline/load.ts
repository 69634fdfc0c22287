// What runs through a rig while something happens to the sensor: a packet each millisecond both ways, a conversation that
// must live, and as much TCP as goes. Apart because every kind of failure is met under the same load.
// Always holds: all of it runs before `event` begins and after it has ended; nothing runs on afterwards.

import { type IperfResult, startIperf } from "./iperf.js";
import { type Probed, Prober, probedText } from "./prober.js";
import type { InlineRig } from "./rig.js";
import { startTalk, type Talked } from "./talk.js";

const BEFORE_MS = 1000;
const SECONDS_AT_MOST = 60;

export interface LoadOptions {
  /** How long it goes on when the event is over. */
  readonly afterMs?: number;
  /** TCP as fast as it goes beside it (the default), or UDP at so many bits a second, or nothing. */
  readonly bulk?: "tcp" | "none" | number;
  /** For how long the bulk goes on; it must outlast the event. */
  readonly bulkSeconds?: number;
}

export interface Loaded<T> {
  readonly value: T;
  readonly probed: Probed;
  readonly talked: Talked;
  readonly bulk: IperfResult | undefined;
  /** All of it in words, for an expectation that fails. */
  readonly text: string;
}

export async function underLoad<T>(
  rig: InlineRig,
  event: () => Promise<T>,
  options: LoadOptions = {},
): Promise<Loaded<T>> {
  const { afterMs = 1500, bulk = "tcp", bulkSeconds = 6 } = options;
  const [client, server] = [rig.clientEnd(), rig.serverEnd()];
  const talk = await startTalk(rig.programs, client, server);
  const seconds = Math.min(bulkSeconds, SECONDS_AT_MOST);
  const transfer =
    bulk === "none"
      ? undefined
      : await startIperf(rig.programs, rig.client, server, {
          seconds,
          ...(typeof bulk === "number" && { udpBitsPerSecond: bulk, bytes: 500 }),
        });
  const prober = await Prober.start(rig.programs, client, server);
  await pause(BEFORE_MS);
  const value = await event();
  await pause(afterMs);
  const carried = await transfer?.done();
  const probed = await prober.stop();
  const talked = await talk.stop();
  const text = `${probedText(probed)}; TCP connection: ${JSON.stringify(talked)}; bulk: ${JSON.stringify(carried)}`;
  return { value, probed, talked, bulk: carried, text };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
