// A strayd with rules of its own beside those that come with stray, and every place where alerts go in its folder.
// Apart because the live tests of rules and of alerts ask it the same.
// Always holds: what is asked for goes over the command line, as a user would ask.

import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { RuleLine } from "../../host/control/rule-methods.js";
import { type Daemon, until } from "./daemon.js";
import type { PlayableCapture } from "./live-captures.js";
import { type LiveRig, SENSOR_INTERFACE } from "./live-rig.js";
import { DaemonHome, type Settings } from "./strayd.js";

export const OWN_SID = 1_000_001;
/** In every request of the letter. */
export const OWN_WORD = "/winnt/system32/cmd.exe";

export const ruleText = (sid: number, word: string, message: string): string =>
  `alert tcp any any -> any 80 (msg:"${message}"; content:"${word}"; sid:${sid}; rev:1;)\n`;
export const OWN_RULE = ruleText(OWN_SID, OWN_WORD, "own rule");
export const BAD_RULE = 'alert tcp any any -> any any (msg:"bad"; nosuch; sid:2;)\n';

export interface AlertEvent {
  readonly event_type: string;
  readonly src_ip: string;
  readonly alert: { readonly signature: string; readonly signature_id: number };
}

export class RulesHome extends DaemonHome {
  readonly ownRules = join(this.folder, "own.rules");
  daemon!: Daemon;

  constructor(private readonly rig: LiveRig) {
    super();
    writeFileSync(this.ownRules, OWN_RULE);
    // The daemon reads it again when it is no longer root.
    chmodSync(this.ownRules, 0o644);
    this.configure({
      capture: { interfaces: [SENSOR_INTERFACE] },
      rules: { files: ["starter", this.ownRules] },
      alerts: this.alerts({}),
      export: { eve: { file: join(this.folder, "eve.json"), types: ["alert"] } },
    });
  }

  /** The section `alerts`, all in this folder, some keys changed. */
  alerts(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return {
      rate: 0,
      full: join(this.folder, "alert.full"),
      fast: join(this.folder, "alert.fast"),
      log: { directory: this.alertsPath },
      evidence: { directory: this.evidencePath },
      ...changes,
    };
  }

  async startWith(settings: Settings = {}): Promise<void> {
    this.reconfigure(settings);
    this.daemon = await this.start(this.rig.sensor);
  }

  async stop(): Promise<void> {
    expect(await this.daemon.stop(), this.daemon.said).toBe(0);
  }

  async play(capture: PlayableCapture): Promise<void> {
    const before = await this.packets();
    await this.rig.replay(capture.path, { rate: 1000 });
    await this.seen(before + capture.packets);
  }

  async told(): Promise<AlertEvent[]> {
    const { stdout, stderr, exitCode } = await this.run("alerts", "--json", "-n", "1000");
    expect(exitCode, stderr).toBe(0);
    return eventsIn(stdout);
  }

  /** How many alerts there are of a rule, once there are so many. */
  async toldOf(sid: number, atLeast: number): Promise<number> {
    const count = async () => (await this.told()).filter(({ alert }) => alert.signature_id === sid).length;
    await until(`there are ${atLeast} alerts of ${sid}`, async () => (await count()) >= atLeast);
    return await count();
  }

  async ruleStats(): Promise<Map<number, RuleLine>> {
    const { stdout } = await this.run("rules", "stats", "--all", "--json");
    const { rules } = JSON.parse(stdout) as { rules: RuleLine[] };
    return new Map(rules.map((line) => [line.sid, line]));
  }

  async reload(): Promise<{ restartedCapture: boolean; messages: string[] }> {
    const { stdout, stderr, exitCode } = await this.run("reload", "--json");
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout) as { restartedCapture: boolean; messages: string[] };
  }

  /** What it says of a reload that must be refused. */
  async refusedReload(): Promise<string> {
    const { stdout, stderr, exitCode } = await this.run("reload");
    expect([stdout, exitCode]).toEqual(["", 1]);
    expect(stderr).not.toMatch(/^\s+at /m);
    return stderr;
  }

  text(name: string): string {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, "latin1") : "";
  }

  lines(name: string): number {
    return this.text(name).match(/\n/g)?.length ?? 0;
  }

  async textHas(name: string, words: string): Promise<void> {
    await until(`${name} has "${words}"`, () => this.text(name).includes(words));
  }
}

export function eventsIn(text: string): AlertEvent[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AlertEvent);
}
