// A strayd between the two wires of a rig, with rules of its own, and what it says of itself.
// Apart from strayd.ts because what is asked here is asked only of a sensor that stands inline.
// Always holds: it is asked over the command line, as a user would.

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Daemon } from "../daemon.js";
import { DaemonHome, type Settings } from "../strayd.js";
import { CLIENT_SIDE, type InlineRig, SERVER_SIDE } from "./rig.js";

export const DEADMAN_MS = 200;

export class InlineHome extends DaemonHome {
  readonly ownRules = join(this.folder, "own.rules");
  daemon!: Daemon;

  constructor(
    readonly rig: InlineRig,
    settings: Settings = {},
    rules = "",
  ) {
    super();
    this.writeRules(rules);
    this.configure({
      rules: { files: [this.ownRules] },
      ...settings,
      capture: { interfaces: [CLIENT_SIDE, SERVER_SIDE], ...settings["capture"] },
      inline: {
        mode: "inline",
        deadman: `${DEADMAN_MS}ms`,
        fail: "open",
        ...settings["inline"],
      },
    });
  }

  writeRules(text: string): void {
    writeFileSync(this.ownRules, text);
    // The daemon reads it again when it is no longer root.
    chmodSync(this.ownRules, 0o644);
  }

  /** `prefix`: words of a command that runs it. */
  async startInline(prefix: readonly string[] = []): Promise<Daemon> {
    this.daemon = await this.start(this.rig.host, prefix);
    return this.daemon;
  }

  async stop(): Promise<void> {
    const code = await this.daemon.stop();
    if (code !== 0) throw new Error(`strayd ended with ${code}: ${this.daemon.said}`);
  }

  async reload(): Promise<void> {
    const { stderr, exitCode } = await this.run("reload", "--json");
    if (exitCode !== 0) throw new Error(`stray reload ended with ${exitCode}: ${stderr}`);
  }

  /** One counter of the whole daemon; one that is not there is an error. */
  async counter(name: string): Promise<number> {
    const { total } = await this.counters();
    const count = total[name];
    if (count === undefined) throw new Error(`no counter ${name} among ${Object.keys(total).join(" ")}`);
    return count;
  }

  async bypass(word: "on" | "off" | "test" | "show"): Promise<{ text: string; exitCode: number | null }> {
    const { stdout, stderr, exitCode } = await this.run("bypass", word);
    return { text: stdout + stderr, exitCode };
  }
}
