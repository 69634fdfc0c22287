// The metrics of a running sensor: served and written as the configuration says, replaced on reload.
// Apart from the daemon because a reload must be able to go back; apart from host/metrics because that knows no sensor.
// Always holds: the reports are made once a second at most, however many ask; an address that the old configuration
// listens on too is not let go.

import type { SinkLog } from "../export/sink.js";
import { type Exposition, exposition } from "../metrics/exposition.js";
import { type MetricsCounters, metricFamilies } from "../metrics/families.js";
import type { Family } from "../metrics/family.js";
import { MetricsFile } from "../metrics/metrics-file.js";
import { MetricsServer } from "../metrics/metrics-server.js";
import type { StatusReport } from "./view.js";

export const FRESH_MS = 1000;

export interface MetricsSources {
  readonly log: SinkLog;
  readonly status: () => StatusReport;
  readonly counters: () => MetricsCounters;
}

/** The configuration's part. */
export interface MetricsConfig {
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  readonly file: string | undefined;
  readonly everyMs: number;
}

/** What `stray status` and `stray counters` tell of it. */
export type MetricsOutput = Pick<MetricsServer, "name" | "counters" | "state">;

export class MetricsKeeper {
  private config: MetricsConfig | undefined;
  private server: MetricsServer | undefined;
  private file: MetricsFile | undefined;
  private made:
    | { readonly atMs: number; readonly texts: Map<Exposition, string>; families: readonly Family[] }
    | undefined;

  constructor(private readonly sources: MetricsSources) {}

  /** As sinks are told of. */
  get outputs(): readonly MetricsOutput[] {
    return [this.server, this.file].filter((output) => output !== undefined);
  }

  /** The port that is listened on. */
  get port(): number | undefined {
    return this.server?.port;
  }

  /** @throws StrayError METRICS_LISTEN; then what was in force still is. */
  async use({ metrics }: { readonly metrics: MetricsConfig }): Promise<void> {
    const { log } = this.sources;
    const old = this.config;
    if (!isSame(old?.listen, metrics.listen)) {
      const { listen } = metrics;
      const text = (form: Exposition) => this.text(form);
      const fresh = listen === undefined ? undefined : await MetricsServer.listen({ ...listen, log, text });
      await this.server?.close();
      this.server = fresh;
    }
    if (!isSame([old?.file, old?.everyMs], [metrics.file, metrics.everyMs])) {
      const isElsewhere = old?.file !== metrics.file;
      await this.file?.close();
      const { file: path, everyMs } = metrics;
      this.file =
        path === undefined
          ? undefined
          : new MetricsFile({ path, everyMs, log, text: () => this.text("text") });
      if (isElsewhere && path !== undefined) log("info", `metrics are written to ${path}`);
    }
    this.config = metrics;
  }

  async close(): Promise<void> {
    const { server, file } = this;
    this.server = undefined;
    this.file = undefined;
    this.config = undefined;
    await Promise.all([server?.close(), file?.close()]);
  }

  private text(form: Exposition): string {
    const nowMs = performance.now();
    if (this.made === undefined || nowMs - this.made.atMs >= FRESH_MS) {
      const families = metricFamilies(this.sources.status(), this.sources.counters());
      this.made = { atMs: nowMs, texts: new Map(), families };
    }
    const { texts, families } = this.made;
    const known = texts.get(form);
    if (known !== undefined) return known;
    const text = exposition(families, form);
    texts.set(form, text);
    return text;
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
