// Where alerts go by the configuration: the log, the evidence, text files; exporters take theirs beside flow records.
// Apart from the sinks of flow records because a reload replaces them by themselves.
// Always holds: a log or evidence that shares its directory with the old one is opened only after that is closed.

import { AlertLog } from "../alert/alert-log.js";
import type { AlertSink } from "../alert/alert-sink.js";
import { EvidenceStore } from "../alert/evidence-store.js";
import { FastFormat } from "../alert/fast-format.js";
import { FullFormat } from "../alert/full-format.js";
import { AlertTextSink } from "../alert/text-sink.js";
import { ALERT_BUFFER_BYTES } from "../config/buffer-sizes.js";
import type { AlertFiles, StrayConfig } from "../config/types.js";
import { StrayError } from "../errors.js";
import type { SinkContext } from "./sinks.js";

const HOUR_MS = 3_600_000;

export class AlertSinks {
  private log: AlertLog | undefined;
  private sinks: readonly AlertSink[] = [];

  constructor(private readonly context: SinkContext) {}

  get all(): readonly AlertSink[] {
    return this.sinks;
  }

  /** Name of the evidence file that is being written, where there is one. */
  get evidenceFile(): string | undefined {
    const text = this.sinks.find(({ name }) => name === "evidence")?.state().text ?? "";
    return /^writing (.+)$/.exec(text)?.[1];
  }

  /** @throws StrayError ALERT_LOG_OFF when the configuration keeps none. */
  get alertLog(): AlertLog {
    if (this.log !== undefined) return this.log;
    throw new StrayError(
      "ALERT_LOG_OFF",
      "no alerts are kept: alerts.log.enabled is false in the configuration",
    );
  }

  /** @throws StrayError when a sink can't be had at all; the others are closed again. */
  async open(config: StrayConfig): Promise<void> {
    const { alerts } = config;
    const { context } = this;
    const isInline = config.inline.mode === "inline";
    const common = {
      log: context.log,
      sensorName: config.sensor.name,
      interfaceName: (worker: number) => context.interfaceName(worker),
      bufferBytes: ALERT_BUFFER_BYTES,
      isInline,
    };
    const sinks: AlertSink[] = [];
    try {
      if (alerts.log.enabled) {
        this.log = await AlertLog.open({ ...common, ...rotation(alerts.log, config) });
        sinks.push(this.log);
      }
      if (alerts.evidence.enabled)
        sinks.push(new EvidenceStore({ ...common, ...rotation(alerts.evidence, config) }));
      if (alerts.full !== undefined) {
        const format = new FullFormat({ style: "snort", isInline });
        sinks.push(new AlertTextSink({ name: "alert-full", path: alerts.full, format, log: context.log }));
      }
      if (alerts.fast !== undefined) {
        const format = new FastFormat({ isInline });
        sinks.push(new AlertTextSink({ name: "alert-fast", path: alerts.fast, format, log: context.log }));
      }
    } catch (error) {
      await Promise.all(sinks.map((sink) => sink.close()));
      this.log = undefined;
      throw error;
    }
    this.sinks = sinks;
  }

  async replace(config: StrayConfig): Promise<void> {
    await this.close();
    await this.open(config);
  }

  reopen(): void {
    for (const sink of this.sinks) sink.reopen();
  }

  async close(): Promise<void> {
    const { sinks } = this;
    this.sinks = [];
    this.log = undefined;
    await Promise.all(sinks.map((sink) => sink.close()));
  }
}

function rotation({ directory, rotateBytes, quotaBytes }: AlertFiles, config: StrayConfig) {
  return { directory, rotateBytes, quotaBytes, rotateMs: HOUR_MS, minFreeBytes: config.store.minFreeBytes };
}
