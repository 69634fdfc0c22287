// The sensors that the live benchmark compares: how each is started, how it is known to be ready, and how many packets
// it says it has seen. Apart so that what is compared can be read, and questioned, in one place.
// Always holds: each does its own whole job on one interface with a capture buffer of one size, and writes to disk or
// to nobody; the count is the tool's own, not the kernel's.

import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { Daemon, until } from "../../support/daemon.js";
import type { Namespace } from "../../support/netns.js";
import { DaemonHome } from "../../support/strayd.js";

/** For every peer's capture buffer: what strayd's ring has by default. */
const BUFFER_BYTES = 8 * 1024 * 1024;
const BYTES_PER_KIB = 1024;
const RACOUNT_BYTES_MAX = 1 << 20;
/** Where nothing but the benchmark's own sink listens. */
export const COLLECTOR_PORT = 9995;

/** Where a tool is to run. */
export interface Place {
  readonly namespace: Namespace;
  readonly device: string;
  /** For its files; empty. */
  readonly folder: string;
  /** Conversations to come, for tools that must be told. */
  readonly flows: number;
  /** Words of a command that runs it on its processor. */
  readonly prefix: readonly string[];
}

export interface RunningTool {
  readonly pid: number;
  /** Ends it in order; answers how many packets it has seen. */
  finish(): Promise<number>;
}

export interface LiveTool {
  readonly name: string;
  /** What must be in the PATH. */
  readonly programs: readonly string[];
  readonly debianPackages: string;
  /** The profile, when the tool is strayd itself. */
  readonly profile?: "small" | "default";
  start(place: Place): Promise<RunningTool>;
}

/** A peer's process and what it said so far. */
class Peer extends Daemon {
  constructor(place: Place, command: readonly string[]) {
    super(place.namespace.spawn([...place.prefix, ...command], { stdio: ["ignore", "pipe", "pipe"] }));
  }

  async ready(isReady: () => boolean): Promise<void> {
    await until(`${this.process.spawnargs.join(" ")} is ready`, () => {
      if (this.exit) throw new Error(`it ended: ${this.said}`);
      return isReady();
    }).catch(async (error: Error) => {
      await this.stop("SIGKILL");
      throw error;
    });
  }

  override async stop(signal: NodeJS.Signals): Promise<number | null> {
    return super.stop(signal).catch((error: Error) => {
      this.process.kill("SIGKILL");
      throw error;
    });
  }

  /** The number that `pattern` finds in what the tool, or `text`, says. */
  number(pattern: RegExp, text = this.said): number {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new Error(`no ${pattern} in: ${text.slice(-400)}`);
    return Number(found);
  }
}

export function straydTool(profile: "small" | "default"): LiveTool {
  return {
    name: profile === "default" ? "strayd" : `strayd (${profile})`,
    programs: [],
    debianPackages: "",
    profile,
    async start({ namespace, device, prefix }) {
      const home = new DaemonHome({
        sensor: { profile },
        capture: { interfaces: [device] },
      });
      const daemon = await home.start(namespace, prefix).catch(async (error: Error) => {
        await home.remove();
        throw error;
      });
      return {
        pid: daemon.pid,
        async finish() {
          const { packets = Number.NaN } = (await home.counters()).total;
          await daemon.stop();
          await home.remove();
          return packets;
        },
      };
    },
  };
}

export const TCPDUMP: LiveTool = {
  name: "tcpdump -w",
  programs: ["tcpdump"],
  debianPackages: "tcpdump",
  async start(place) {
    const buffer = ["-B", String(BUFFER_BYTES / BYTES_PER_KIB)];
    const peer = new Peer(place, ["tcpdump", ...buffer, "-n", "-i", place.device, "-w", devNull]);
    await peer.ready(() => peer.said.includes("listening on"));
    return {
      pid: peer.pid,
      async finish() {
        await peer.stop("SIGINT");
        return peer.number(/(\d+) packets captured/);
      },
    };
  },
};

/** Packets in its records; the settings of /etc are left out (-X). */
export const ARGUS: LiveTool = {
  name: "argus",
  programs: ["argus", "racount"],
  debianPackages: "argus-server argus-client",
  async start(place) {
    const settings = join(place.folder, "argus.conf");
    const records = join(place.folder, "records.argus");
    writeFileSync(settings, `ARGUS_PCAP_BUF_SIZE=${BUFFER_BYTES}\n`);
    const options = ["-X", "-F", settings, "-A", "-i", place.device, "-w", records];
    const peer = new Peer(place, ["argus", ...options]);
    await peer.ready(() => peer.said.includes("is up"));
    return {
      pid: peer.pid,
      async finish() {
        await peer.stop("SIGINT");
        const racount = spawnSync("racount", ["-X", "-r", records], {
          encoding: "utf8",
          maxBuffer: RACOUNT_BYTES_MAX,
        });
        return peer.number(/^\s*sum\s+\d+\s+(\d+)/m, racount.stdout);
      },
    };
  },
};

/**
 * IPv6 too, room for every flow (it counts one for each direction it sees first), and a collector that keeps nothing.
 * It never reads a capture block that did not fill up, so what it was given counts, not what it has processed.
 */
export const SOFTFLOWD: LiveTool = {
  name: "softflowd",
  programs: ["softflowd", "softflowctl"],
  debianPackages: "softflowd",
  async start(place) {
    const control = join(place.folder, "softflowd.ctl");
    const files = ["-p", join(place.folder, "softflowd.pid"), "-c", control];
    const room = ["-m", String(Math.max(8192, place.flows * 2)), "-B", String(BUFFER_BYTES)];
    const target = ["-n", `127.0.0.1:${COLLECTOR_PORT}`, "-v", "9"];
    const peer = new Peer(place, ["softflowd", "-d", "-6", ...room, ...files, ...target, "-i", place.device]);
    await peer.ready(() => existsSync(control));
    return {
      pid: peer.pid,
      async finish() {
        const told = spawnSync("softflowctl", ["-c", control, "statistics"], { encoding: "utf8" });
        await peer.stop("SIGTERM");
        const received = peer.number(/Packets received by libpcap: (\d+)/, told.stdout);
        return received - peer.number(/Packets dropped by libpcap: (\d+)/, told.stdout);
      },
    };
  },
};
