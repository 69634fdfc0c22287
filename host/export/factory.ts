// From the configuration to the exporters that it asks for.
// Apart so that the sensor names no exporter, and no exporter knows the configuration's whole shape.
// Always holds: the order is that of the configuration; nothing is opened before the first pulse().

import { hostname } from "node:os";
import type { StrayConfig } from "../config/types.js";
import { EveSink } from "./eve.js";
import { IpfixSink } from "./ipfix.js";
import { Resolver } from "./resolver.js";
import type { RecordSink, SinkLog, StatsSource } from "./sink.js";
import { SyslogSink } from "./syslog.js";

export interface ExportContext {
  /** Of the configuration; the host's name when empty. */
  readonly sensorName: string;
  /** The interface that a worker reads, undefined where there are several. */
  interfaceName(worker: number): string | undefined;
  readonly log: SinkLog;
  readonly stats: StatsSource;
  /** Rules can drop here. */
  readonly isInline?: boolean;
}

/**
 * `enterprise`: private enterprise number of stray's own IPFIX elements and of its syslog element.
 * The exporters' clock is that of pulse(): milliseconds since 1970.
 * @throws StrayError when a value is none that an exporter knows.
 */
export function createExporters(
  config: StrayConfig["export"],
  enterprise: number,
  context: ExportContext,
): RecordSink[] {
  const sensorName = context.sensorName === "" ? hostname() : context.sensorName;
  const { log, stats, isInline = false } = context;
  const resolver = new Resolver();
  const interfaceName = (worker: number): string | undefined => context.interfaceName(worker);
  const shared = { sensorName, enterprise, interfaceName, log, stats, resolver, isInline };
  return [
    ...config.ipfix.map((target) => new IpfixSink(target, shared)),
    ...(config.eve === undefined ? [] : [new EveSink(config.eve, shared)]),
    ...config.syslog.map((target) => new SyslogSink(target, shared)),
  ];
}
