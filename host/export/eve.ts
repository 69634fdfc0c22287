// The exporter that writes EVE JSON to a file: flow events as records come, alerts, statistics at an interval.
// Apart from the texts (eve-flow.ts, eve-alert.ts, eve-stats.ts) and from the file (line-file.ts), which it joins.
// Always holds: one object a line, ASCII; no record is lost without being counted in `dropped`.

import type { Alert } from "../alert/alert.js";
import type { AlertTaker } from "../alert/joined-sink.js";
import { EVE_BUFFER_BYTES } from "../config/buffer-sizes.js";
import type { EveConfig } from "../config/types.js";
import type { FlowRecord } from "../record/flow-record.js";
import { EveAlert } from "./eve-alert.js";
import { EveFlow } from "./eve-flow.js";
import { EveStats } from "./eve-stats.js";
import type { FileSystem } from "./file-system.js";
import { LineFile } from "./line-file.js";
import { problemText } from "./problem.js";
import type { SinkLog, SinkState, StatsSource } from "./sink.js";
import { StatsTimer } from "./stats-timer.js";

export interface EveContext {
  readonly sensorName: string;
  interfaceName(worker: number): string | undefined;
  readonly log: SinkLog;
  readonly stats: StatsSource;
  /** Rules can drop here. */
  readonly isInline?: boolean;
  /** For tests. */
  readonly fs?: FileSystem;
  readonly bufferBytes?: number;
}

export class EveSink implements AlertTaker {
  readonly name = "eve";
  readonly takesAlerts: boolean;
  private readonly file: LineFile;
  private readonly flow: EveFlow;
  private readonly alert: EveAlert;
  private readonly stats: EveStats;
  private readonly log: SinkLog;
  private readonly hasFlows: boolean;
  private readonly timer: StatsTimer | undefined;
  private records = 0;
  private statsEvents = 0;
  private statsFailed = 0;

  constructor(config: EveConfig, context: EveContext) {
    const { log, fs, bufferBytes = EVE_BUFFER_BYTES } = context;
    this.file = new LineFile({ name: this.name, path: config.file, bufferBytes, log, ...(fs && { fs }) });
    this.flow = new EveFlow(context.sensorName, (worker) => context.interfaceName(worker));
    this.alert = new EveAlert(context);
    this.stats = new EveStats(context.stats, context.sensorName);
    this.log = log;
    this.takesAlerts = config.types.includes("alert");
    this.hasFlows = config.types.includes("flow");
    this.timer = config.types.includes("stats") ? new StatsTimer(config.statsMs) : undefined;
  }

  write(record: FlowRecord, worker: number): void {
    if (!this.hasFlows) return;
    if (this.file.append(`${this.flow.text(record, worker)}\n`)) this.records++;
  }

  writeAlert(alert: Alert, worker: number): boolean {
    return this.file.append(`${this.alert.text(alert, worker)}\n`);
  }

  pulse(nowMs: number): void {
    if (this.timer?.isDue(nowMs)) this.writeStats(nowMs);
    this.file.pulse(nowMs);
  }

  reopen(): void {
    this.file.reopen();
  }

  close(): Promise<void> {
    return this.file.close();
  }

  counters(): Readonly<Record<string, number>> {
    const { errors = 0, ...file } = this.file.counters();
    return { records: this.records, stats: this.statsEvents, ...file, errors: errors + this.statsFailed };
  }

  state(): SinkState {
    return this.file.state();
  }

  private writeStats(nowMs: number): void {
    try {
      const { text } = this.stats.text(nowMs);
      if (this.file.append(`${text}\n`)) this.statsEvents++;
    } catch (error) {
      this.statsFailed++;
      if (this.statsFailed === 1)
        this.log("error", `${this.name}: no statistics: ${problemText(error)}`, { sink: this.name });
    }
  }
}
