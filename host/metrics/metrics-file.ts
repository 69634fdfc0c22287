// The metrics as a file for node_exporter's textfile collector, which reads the text format 0.0.4.
// Apart from the server: a machine may want either.
// Always holds: a reader sees a whole file, the old one or the new; one writing at a time; a failure is counted, told once,
// and tried again at the next turn.

import { rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf, systemCode } from "../errors.js";
import type { SinkLog, SinkState } from "../export/sink.js";

export interface MetricsFileOptions {
  readonly path: string;
  readonly everyMs: number;
  readonly log: SinkLog;
  readonly text: () => Buffer;
}

/** Whoever runs node_exporter is another account. */
const MODE = 0o644;

export class MetricsFile {
  readonly name = "metrics-file";
  private readonly counts = { files: 0, bytes: 0, errors: 0 };
  private readonly temporary: string;
  private readonly timer: NodeJS.Timeout;
  private writing: Promise<void> | undefined;
  private failure: string | undefined;
  private isClosed = false;

  constructor(private readonly options: MetricsFileOptions) {
    const { path, everyMs } = options;
    // Not *.prom: half of it must not be read.
    this.temporary = join(dirname(path), `.${basename(path)}.${process.pid}.new`);
    this.timer = setInterval(() => void this.write(), everyMs);
    this.timer.unref();
    void this.write();
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.counts };
  }

  state(): SinkState {
    const { path } = this.options;
    if (this.failure !== undefined) return { ok: false, text: `${path}: ${this.failure}` };
    return { ok: true, text: this.counts.files === 0 ? "nothing written yet" : `writing ${path}` };
  }

  /** One turn; a turn that finds the one before still at work is left out. */
  write(): Promise<void> {
    if (!this.isClosed) this.writing ??= this.writeOnce().finally(() => (this.writing = undefined));
    return this.writing ?? Promise.resolve();
  }

  /** The file goes: what it says would be taken for the present. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.isClosed = true;
    await this.writing;
    if (this.counts.files > 0) await rm(this.options.path, { force: true }).catch(() => undefined);
  }

  private async writeOnce(): Promise<void> {
    const { path, log } = this.options;
    try {
      const bytes = this.options.text();
      await writeFile(this.temporary, bytes, { mode: MODE });
      await rename(this.temporary, path);
      this.counts.files++;
      this.counts.bytes += bytes.byteLength;
      if (this.failure !== undefined) log("info", `${this.name}: ${path} is written again`);
      this.failure = undefined;
    } catch (error) {
      const reason = systemCode(error) ?? messageOf(error);
      this.counts.errors++;
      if (this.failure !== reason) log("error", `${this.name}: ${path} can't be written: ${reason}`);
      this.failure = reason;
      await rm(this.temporary, { force: true }).catch(() => undefined);
    }
  }
}
