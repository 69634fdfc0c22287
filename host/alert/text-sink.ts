// Alerts as text in a file, in the short or the long form.
// Apart from the forms, which know no files.
// Always holds: an alert is written whole or counted as dropped; log and tag packets are not alerts and stay out.

import { ALERT_BUFFER_BYTES } from "../config/buffer-sizes.js";
import type { FileSystem } from "../export/file-system.js";
import { LineFile } from "../export/line-file.js";
import type { SinkLog, SinkState } from "../export/sink.js";
import type { Alert } from "./alert.js";
import type { AlertSink } from "./alert-sink.js";

/** What both forms are. */
export interface AlertFormat {
  /** ASCII with its newlines. */
  text(alert: Alert): string;
}

export interface TextSinkOptions {
  readonly name: "alert-full" | "alert-fast";
  readonly path: string;
  readonly format: AlertFormat;
  readonly log: SinkLog;
  readonly fs?: FileSystem;
  readonly bufferBytes?: number;
}

export class AlertTextSink implements AlertSink {
  readonly name: string;
  private readonly file: LineFile;
  private readonly format: AlertFormat;
  private alerts = 0;

  constructor({ name, path, format, log, fs, bufferBytes = ALERT_BUFFER_BYTES }: TextSinkOptions) {
    this.name = name;
    this.format = format;
    this.file = new LineFile({ name, path, bufferBytes, log, ...(fs && { fs }) });
  }

  write(alert: Alert): void {
    if (alert.isTold && this.file.append(this.format.text(alert))) this.alerts++;
  }

  pulse(nowMs: number): void {
    this.file.pulse(nowMs);
  }

  reopen(): void {
    this.file.reopen();
  }

  close(): Promise<void> {
    return this.file.close();
  }

  counters(): Readonly<Record<string, number>> {
    // The file counts lines; an alert has several.
    const { lines: _, ...file } = this.file.counters();
    return { alerts: this.alerts, ...file };
  }

  state(): SinkState {
    return this.file.state();
  }
}
