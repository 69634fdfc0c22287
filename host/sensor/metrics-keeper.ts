// The metrics of a running sensor: served and written as the configuration says, replaced on reload.
// Apart from the daemon because a reload must be able to go back; apart from host/metrics because that knows no sensor.
// Always holds: the reports are made once a second at most, however many ask; an address that the old configuration
// listens on too is not let go; a start is not stopped by an address that is taken: it is tried again.

import { formatEndpoint } from "../config/endpoint.js";
import type { MetricsConfig } from "../config/management-types.js";
import type { StrayConfig } from "../config/types.js";
import { messageOf } from "../errors.js";
import type { SinkLog } from "../export/sink.js";
import { type Exposition, exposition } from "../metrics/exposition.js";
import { type MetricsCounters, metricFamilies } from "../metrics/families.js";
import type { Family } from "../metrics/family.js";
import { MetricsFile } from "../metrics/metrics-file.js";
import { MetricsServer } from "../metrics/metrics-server.js";
import type { ManagedPart, ManagedReport } from "./management.js";
import type { StatusReport } from "./view.js";

export const FRESH_MS = 1000;
const RETRY_MS = 10_000;

export interface MetricsSources {
  readonly log: SinkLog;
  readonly status: () => StatusReport;
  readonly counters: () => MetricsCounters;
}

type WithMetrics = Pick<StrayConfig, "metrics">;

export class MetricsKeeper implements ManagedPart {
  readonly replacedBy = "replacesMetrics";
  private config: MetricsConfig | undefined;
  private server: MetricsServer | undefined;
  /** Why there is no server though there should be one, and when it is tried again. */
  private failure: { readonly reason: string; retryMs: number } | undefined;
  private isTrying = false;
  private file: MetricsFile | undefined;
  private made:
    | { readonly atMs: number; readonly texts: Map<Exposition, Buffer>; readonly families: readonly Family[] }
    | undefined;

  constructor(private readonly sources: MetricsSources) {}

  get reports(): readonly ManagedReport[] {
    const { server, file, failure, config } = this;
    const reports: ManagedReport[] = [];
    if (server !== undefined) reports.push(server);
    else if (failure !== undefined && config?.listen !== undefined) {
      const state = () => ({ ok: false, text: `tried again: ${failure.reason}` });
      reports.push({ name: `metrics:${formatEndpoint(config.listen)}`, counters: () => ({}), state });
    }
    if (file !== undefined) reports.push(file);
    return reports;
  }

  /** The port that is listened on. */
  get port(): number | undefined {
    return this.server?.port;
  }

  async bind(): Promise<void> {
    // Ports from 1024 on need no root.
  }

  async open({ metrics }: WithMetrics): Promise<void> {
    this.config = metrics;
    this.writeTo(metrics);
    await this.tryAgain(Date.now());
  }

  /** @throws StrayError METRICS_LISTEN; then what was in force still is. */
  async replace({ metrics }: WithMetrics): Promise<void> {
    const old = this.config;
    if (!isSame(old?.listen, metrics.listen)) {
      const fresh = await this.listen(metrics);
      await this.server?.close();
      this.server = fresh;
      this.failure = undefined;
    }
    if (!isSame([old?.file, old?.everyMs], [metrics.file, metrics.everyMs])) {
      await this.file?.close();
      this.writeTo(metrics);
    }
    this.config = metrics;
  }

  pulse(nowMs: number): void {
    if (this.failure !== undefined && nowMs >= this.failure.retryMs) void this.tryAgain(nowMs);
  }

  async close(): Promise<void> {
    const { server, file } = this;
    this.server = undefined;
    this.file = undefined;
    this.config = undefined;
    this.failure = undefined;
    await Promise.all([server?.close(), file?.close()]);
  }

  private async tryAgain(nowMs: number): Promise<void> {
    const { config } = this;
    if (config === undefined || this.isTrying) return;
    this.isTrying = true;
    try {
      const server = await this.listen(config);
      // Meanwhile another configuration may have come, or the end.
      if (this.config !== config || this.server !== undefined) await server?.close();
      else this.server = server;
      this.failure = undefined;
    } catch (error) {
      const reason = messageOf(error);
      if (this.failure?.reason !== reason) this.sources.log("error", reason);
      this.failure = { reason, retryMs: nowMs + RETRY_MS };
    } finally {
      this.isTrying = false;
    }
  }

  private async listen({ listen }: MetricsConfig): Promise<MetricsServer | undefined> {
    if (listen === undefined) return undefined;
    const { log } = this.sources;
    return await MetricsServer.listen({ ...listen, log, text: (form) => this.text(form) });
  }

  private writeTo({ file: path, everyMs }: MetricsConfig): void {
    const { log } = this.sources;
    const text = () => this.text("text");
    this.file = path === undefined ? undefined : new MetricsFile({ path, everyMs, log, text });
  }

  private text(form: Exposition): Buffer {
    const nowMs = performance.now();
    if (this.made === undefined || nowMs - this.made.atMs >= FRESH_MS) {
      const families = metricFamilies(this.sources.status(), this.sources.counters());
      this.made = { atMs: nowMs, texts: new Map(), families };
    }
    const { texts, families } = this.made;
    const known = texts.get(form);
    if (known !== undefined) return known;
    const text = Buffer.from(exposition(families, form));
    texts.set(form, text);
    return text;
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
