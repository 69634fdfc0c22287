// What stands between the two wires in the inline benchmark: the kernel's bridge, stray, and peers. How each is started
// and known to forward. Apart so that what is compared can be read, and questioned, in one place.
// Always holds: each forwards both ways before it is measured; each has one thread for forwarding, and buffers of 8 MiB.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Daemon, until } from "../../support/daemon.js";
import { InlineHome } from "../../support/inline/inline-home.js";
import { ping } from "../../support/inline/ping.js";
import { CLIENT_SIDE, type InlineRig, SERVER_SIDE } from "../../support/inline/rig.js";
import { ruleText } from "../rules/rule-text.js";

const BUFFER_BYTES = 8 << 20;
const READY_MS = 60_000;

export interface InlineTool {
  readonly name: string;
  /** What must be in the PATH. */
  readonly programs: readonly string[];
  readonly debianPackages: string;
  /** The goals are for this one. */
  readonly isJudged?: boolean;
  /** Puts it in the middle; answers how to take it out. */
  start(rig: InlineRig): Promise<() => Promise<void>>;
}

export const BRIDGE: InlineTool = {
  name: "kernel bridge",
  programs: [],
  debianPackages: "",
  async start(rig) {
    rig.bridge();
    return async () => rig.unbridge();
  },
};

/** With the settings that it comes with, but for rules; `inspects` false: flows and findings alone. */
export function strayTool(rules: number, inspects = true): InlineTool {
  const name = rules === 0 ? "stray" : `stray, ${rules.toLocaleString("en")} rules`;
  return {
    name: inspects ? name : "stray, flows only",
    programs: [],
    debianPackages: "",
    isJudged: inspects,
    async start(rig) {
      const home = new InlineHome(
        rig,
        { sensor: { profile: "default" }, inspection: { enabled: inspects } },
        ruleText(rules),
      );
      const stop = async (): Promise<void> => {
        await home.remove();
      };
      try {
        const daemon = await home.startInline();
        return async () => {
          try {
            await daemon.stop();
          } finally {
            await stop();
          }
        };
      } catch (error) {
        await stop();
        throw error;
      }
    },
  };
}

/** Forwards by packet sockets like stray, one thread an interface, TPACKET_V2 rings, rules in the same language. */
export function suricataTool(rules: number): InlineTool {
  return {
    name: rules === 0 ? "suricata" : `suricata, ${rules.toLocaleString("en")} rules`,
    programs: ["suricata"],
    debianPackages: "suricata, of bookworm-backports or later",
    async start(rig) {
      const folder = join(rig.folder, `suricata-${rules}`);
      mkdirSync(folder, { recursive: true });
      const [settings, ruleFile] = [join(folder, "suricata.yaml"), join(folder, "own.rules")];
      writeFileSync(settings, suricataSettings(folder));
      writeFileSync(ruleFile, ruleText(rules));
      const words = ["suricata", "-c", settings, "-S", ruleFile, "--af-packet", "--runmode", "workers"];
      return await startPeer(rig, [...words, "-l", folder]);
    },
  };
}

function suricataSettings(folder: string): string {
  const side = (own: string, other: string, cluster: number): string =>
    `  - interface: ${own}
    threads: 1
    cluster-id: ${cluster}
    cluster-type: cluster_flow
    defrag: no
    use-mmap: yes
    tpacket-v3: no
    ring-size: ${BUFFER_BYTES / 2048}
    copy-mode: ips
    copy-iface: ${other}
`;
  return `%YAML 1.1
---
default-log-dir: ${folder}
stats: { enabled: no }
outputs: []
logging:
  default-log-level: notice
  outputs: [{ console: { enabled: yes } }]
af-packet:
${side(CLIENT_SIDE, SERVER_SIDE, 97)}${side(SERVER_SIDE, CLIENT_SIDE, 98)}app-layer:
  protocols: { http: { enabled: yes }, tls: { enabled: yes } }
`;
}

/** Of the tcpreplay package: libpcap in, libpcap out, nothing looked at. */
export const TCPBRIDGE: InlineTool = {
  name: "tcpbridge",
  programs: ["tcpbridge"],
  debianPackages: "tcpreplay",
  start: (rig) => startPeer(rig, ["tcpbridge", "-i", CLIENT_SIDE, "-I", SERVER_SIDE]),
};

async function startPeer(rig: InlineRig, command: readonly string[]): Promise<() => Promise<void>> {
  const peer = rig.programs.add(new Daemon(rig.sensor.spawn(command, { stdio: ["ignore", "pipe", "pipe"] })));
  const stop = async (): Promise<void> => {
    await peer.stop("SIGINT").catch(() => peer.stop("SIGKILL"));
  };
  try {
    await until(
      `${command[0]} forwards`,
      async () => {
        if (peer.exit) throw new Error(`${command[0]} ended with ${peer.exit.code}: ${peer.said}`);
        return await forwards(rig);
      },
      READY_MS,
    );
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}: ${peer.said.slice(-600)}`);
  }
  return stop;
}

/** A ping comes back. */
export async function forwards(rig: InlineRig): Promise<boolean> {
  const { received } = await ping(rig.client, rig.serverEnd().address, { count: 1 });
  return received > 0;
}
