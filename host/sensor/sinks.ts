// The sinks of a configuration: the store and the exporters, opened, replaced on reload, closed.
// Apart from the daemon because a reload must be able to go back.
// Always holds: a store that shares its directory with the old one is opened only after that is closed.

import type { AlertSink } from "../alert/alert-sink.js";
import { alertSinksOf } from "../alert/joined-sink.js";
import type { StrayConfig } from "../config/types.js";
import { createExporters } from "../export/factory.js";
import type { RecordSink, SinkLog, StatsSource } from "../export/sink.js";
import type { NoticeTaker } from "../notice/notice.js";
import { FlowStore } from "../store/flow-store.js";

export interface SinkContext {
  readonly log: SinkLog;
  readonly stats: StatsSource;
  /** The interface a worker's flows were seen on, where it has only one. */
  interfaceName(worker: number): string | undefined;
}

export class Sinks {
  private store: RecordSink | undefined;
  private exporters: readonly RecordSink[] = [];
  private takers: readonly AlertSink[] = [];

  constructor(private readonly context: SinkContext) {}

  /** Of the exporters that take alerts too, their other side. */
  get alertSinks(): readonly AlertSink[] {
    return this.takers;
  }

  get all(): readonly RecordSink[] {
    return this.store === undefined ? this.exporters : [this.store, ...this.exporters];
  }

  /** Those of the exporters that are to have notices. */
  get noticeTakers(): readonly NoticeTaker[] {
    return this.exporters.flatMap((sink) => (isNoticeTaker(sink) ? [sink] : []));
  }

  /** @throws StrayError when a sink can't be had at all; the others are closed again. */
  async open(config: StrayConfig): Promise<void> {
    await this.openStore(config);
    try {
      this.useExporters(exportersOf(config, this.context));
    } catch (error) {
      await this.store?.close();
      this.store = undefined;
      throw error;
    }
  }

  async replaceStore(config: StrayConfig): Promise<void> {
    await this.store?.close();
    this.store = undefined;
    await this.openStore(config);
  }

  async replaceExporters(config: StrayConfig): Promise<void> {
    const fresh = exportersOf(config, this.context);
    const old = this.exporters;
    this.useExporters(fresh);
    await Promise.all(old.map((sink) => sink.close()));
  }

  reopen(): void {
    for (const sink of this.all) sink.reopen();
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((sink) => sink.close()));
    this.store = undefined;
    this.useExporters([]);
  }

  private useExporters(exporters: readonly RecordSink[]): void {
    this.exporters = exporters;
    this.takers = alertSinksOf(exporters);
  }

  private async openStore(config: StrayConfig): Promise<void> {
    if (!config.store.enabled) return;
    this.store = await FlowStore.open(config.store, { log: this.context.log });
  }
}

function isNoticeTaker(sink: object): sink is NoticeTaker {
  return "takesNotices" in sink && sink.takesNotices === true;
}

function exportersOf(config: StrayConfig, context: SinkContext): readonly RecordSink[] {
  return createExporters(config.export, config.store.enterprise, {
    sensorName: config.sensor.name,
    interfaceName: (worker) => context.interfaceName(worker),
    log: context.log,
    stats: context.stats,
    isInline: config.inline.mode === "inline",
  });
}
