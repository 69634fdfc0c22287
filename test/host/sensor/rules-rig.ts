// Rules and frames for tests of the sensor's parts: few words, one packet a match, no interface.
// Apart because the tests of workers, keeper, feed and sinks share them.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { WINDOWS_BASE } from "../../../assembly/layout.js";
import { ethernet, ipv4, udp } from "../../../examples/frame.js";
import type { Alert } from "../../../host/alert/alert.js";
import type { AlertSink } from "../../../host/alert/alert-sink.js";
import { defaultConfig } from "../../../host/config/load.js";
import type { StrayConfig } from "../../../host/config/types.js";
import { compileRules } from "../../../host/rules/compile/compile.js";
import { parseRules } from "../../../host/rules/parse/index.js";
import type { WorkerHandle } from "../../../host/sensor/worker-handle.js";
import type { RulesInUse } from "../../../host/sensor/worker-rules.js";
import { profileLimits } from "../../../host/wasm/profiles.js";
import { TEST_HOST } from "../config/facts.js";

export const RULE_LIMITS = {
  ...profileLimits("small"),
  flowSets: 64,
  lossyRecords: true,
  inspect: true,
  alertRate: 0,
};

const undo: (() => void)[] = [];
afterEach(() => {
  for (const action of undo.splice(0)) action();
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "stray-rules-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One rule: `word` in UDP to port 53. */
export const ruleText = (sid: number, word: string, message = `found ${word}`): string =>
  `alert udp any any -> any 53 (msg:"${message}"; content:"${word}"; sid:${sid}; rev:1;)\n`;

export function rulesOf(text: string): RulesInUse {
  const { rules } = parseRules(text);
  return compileRules(rules, { limitBytes: RULE_LIMITS.rulesLimit });
}

/** A packet put into the worker's tables from this thread, while its own waits for packets that do not come. */
export function pushWord({ memory, viewer }: WorkerHandle, word: string, port = 4000): void {
  const datagram = udp({ sport: port, dport: 53 }, Buffer.from(`some ${word} here`));
  const frame = ethernet({}, ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, datagram));
  memory.u8.set(frame, WINDOWS_BASE);
  viewer.pushFrame(WINDOWS_BASE, frame.length, frame.length, BigInt(Date.now()) * 1_000_000n, 1);
  viewer.drain();
}

/** `sid message` of each alert. */
export class ListSink implements AlertSink {
  readonly name = "list";
  readonly seen: string[] = [];

  write(alert: Alert): void {
    this.seen.push(`${alert.sid} ${alert.rule?.message ?? "?"}`);
  }

  pulse(): void {}
  reopen(): void {}
  async close(): Promise<void> {}
  counters = () => ({});
  state = () => ({ ok: true, text: "" });
}

/** A configuration with these rules in a file of their own. */
export function configWith(text: string, folder = temporaryFolder()): StrayConfig & { path: string } {
  const path = join(folder, "own.rules");
  writeFileSync(path, text);
  const config = defaultConfig(["eth0"], TEST_HOST);
  return {
    ...config,
    sensor: { ...config.sensor, profile: "small" },
    rules: { files: [path], variables: [] },
    alerts: {
      ...config.alerts,
      log: { ...config.alerts.log, directory: join(folder, "alerts") },
      evidence: { ...config.alerts.evidence, directory: join(folder, "evidence") },
    },
    path,
  };
}
