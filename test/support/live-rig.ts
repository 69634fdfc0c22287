// Two namespaces with a veth pair between them, and tcpreplay that plays captures from the one into the other.
// Apart because the live system tests and the live benchmark play to their sensors in the same way.
// Always holds: nothing but the played frames crosses the pair (no addresses, IPv6 off), and what crossed is the
// kernel's own count; namespaces, players and the folder are gone after remove().

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canUseNamespaces, createNamespace, createVethPair, type Namespace } from "./netns.js";
import { requireProgram } from "./system.js";

/** The longest a veth takes, so that frames that segmentation offload made too long for Ethernet cross it too. */
export const RIG_MTU_BYTES = 65535;
export const SENDER_INTERFACE = "tx0";
export const SENSOR_INTERFACE = "rx0";
const REPLAY_LIMIT_MS = 120_000;
const MS_PER_SECOND = 1000;

export interface ReplayOptions {
  /** Packets a second, sent in bursts of a millisecond each; as fast as it goes when left out. */
  rate?: number;
  /** Packets at most; the whole capture when left out. */
  limit?: number;
  /** How often the capture is played; once when left out. */
  loops?: number;
  /** Processor to run on. */
  cpu?: number;
  /** When it is broken off as having hung; two minutes when left out. */
  limitMs?: number;
  from?: { namespace: Namespace; interface: string };
}

export interface Replayed {
  packets: number;
  seconds: number;
}

/** True when live tests can run here (root, iproute2, tcpreplay); otherwise says what is missing, or throws. */
export function canPlayLive(): boolean {
  return canUseNamespaces() && requireProgram("tcpreplay", "tcpreplay");
}

/** Plays a capture once from an interface, to its end. @throws Error when tcpreplay fails or a frame was not sent. */
export async function replayFrom(
  namespace: Namespace,
  device: string,
  capture: string,
  options: ReplayOptions = {},
): Promise<Replayed> {
  const player = namespace.spawn(replayCommand(capture, device, options), {
    stdio: ["ignore", "pipe", "pipe"],
  });
  return await outcome(player, options.limitMs ?? REPLAY_LIMIT_MS);
}

export class LiveRig {
  /** For captures and the like. */
  readonly folder = mkdtempSync(join(tmpdir(), "stray-rig-"));
  readonly sender: Namespace;
  readonly sensor: Namespace;
  private readonly players = new Set<ChildProcess>();

  constructor(prefix: string) {
    this.sender = createNamespace(`${prefix}-tx`);
    this.sensor = createNamespace(`${prefix}-rx`);
    this.connect(SENDER_INTERFACE, SENSOR_INTERFACE);
  }

  /** Lays a (further, or again a removed) veth pair between the two. */
  connect(senderInterface: string, sensorInterface: string): void {
    createVethPair(this.sender, senderInterface, this.sensor, sensorInterface, { mtu: RIG_MTU_BYTES });
  }

  /** Plays a capture to its end. @throws Error when tcpreplay fails or a frame could not be sent. */
  replay(capture: string, options: ReplayOptions = {}): Promise<Replayed> {
    return this.play(capture, options).done;
  }

  /** Begins to play a capture; `stop` breaks it off (delivered() tells what was sent until then). */
  play(
    capture: string,
    options: ReplayOptions = {},
  ): { done: Promise<Replayed>; stop: () => Promise<unknown> } {
    const { namespace, interface: device } = options.from ?? {
      namespace: this.sender,
      interface: SENDER_INTERFACE,
    };
    const player = namespace.spawn(replayCommand(capture, device, options), {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.players.add(player);
    const done = outcome(player, options.limitMs ?? REPLAY_LIMIT_MS).finally(() =>
      this.players.delete(player),
    );
    done.catch(() => {});
    const stop = (): Promise<unknown> => {
      player.kill("SIGINT");
      return done.catch(() => {});
    };
    return { done, stop };
  }

  /** Packets that the sensor's end received so far, by the kernel's count. */
  delivered(device = SENSOR_INTERFACE): number {
    const path = `/sys/class/net/${device}/statistics/rx_packets`;
    return Number(this.sensor.exec(["cat", path]).stdout);
  }

  remove(): void {
    for (const player of this.players) player.kill("SIGKILL");
    this.sender.remove();
    this.sensor.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function replayCommand(capture: string, device: string, options: ReplayOptions): string[] {
  const { rate, limit, loops, cpu } = options;
  const burst = rate === undefined ? 0 : Math.max(1, Math.round(rate / MS_PER_SECOND));
  return [
    ...(cpu === undefined ? [] : ["taskset", "-c", String(cpu)]),
    "tcpreplay",
    "--preload-pcap",
    "--no-flow-stats",
    `--intf1=${device}`,
    ...(rate === undefined ? ["--topspeed"] : [`--pps=${rate}`, `--pps-multi=${burst}`]),
    ...(limit === undefined ? [] : [`--limit=${limit}`]),
    ...(loops === undefined ? [] : [`--loop=${loops}`]),
    capture,
  ];
}

async function outcome(player: ChildProcess, limitMs: number): Promise<Replayed> {
  let said = "";
  player.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  player.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const limit = setTimeout(() => player.kill("SIGKILL"), limitMs);
  try {
    const [code, signal] = (await once(player, "close")) as [number | null, string | null];
    const sent = parseReplay(said);
    if (sent === undefined) throw new Error(`tcpreplay ended with ${signal ?? code}: ${said.trim()}`);
    return sent;
  } finally {
    clearTimeout(limit);
  }
}

/** What tcpreplay says it did; undefined when it says nothing, or that frames were not sent. */
export function parseReplay(text: string): Replayed | undefined {
  const actual = /Actual: (\d+) packets \(\d+ bytes\) sent in ([\d.]+) seconds/.exec(text);
  const failed = Number(/Failed packets:\s+(\d+)/.exec(text)?.[1] ?? 0);
  if (!actual || failed > 0) return undefined;
  return { packets: Number(actual[1]), seconds: Number(actual[2]) };
}
