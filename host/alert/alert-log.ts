// The alerts that `stray alerts` shows: every one as an EVE line in files under a quota, the newest also in memory.
// Apart from EVE's own file, which is for other programs and may be switched off.
// Always holds: memory is the files' buffers and `keep` entries; entries count up from 1 in each life of the log; a
// damaged line of an earlier life costs that line.

import * as L from "../../assembly/layout.js";
import { EveAlert, type EveAlertOptions } from "../export/eve-alert.js";
import { LimitedLog } from "../export/limited-log.js";
import type { SinkLog, SinkState } from "../export/sink.js";
import type { StoreFs } from "../store/store-fs.js";
import { reasonOf } from "../store/store-problem.js";
import type { Alert } from "./alert.js";
import type { AlertSink } from "./alert-sink.js";
import { eventTimeUs } from "./from-eve.js";
import { LINE_MAX, newestEntries } from "./log-reader.js";
import { RotatingFiles, type RotationOptions } from "./rotating-files.js";

const PREFIX = "alerts";
const EXTENSION = "jsonl";
const KEEP = 1000;
/** What a page comes to at most, by about one alert. */
const PAGE_BYTES = 1 << 20;

export interface AlertLogOptions extends RotationOptions, EveAlertOptions {
  readonly log: SinkLog;
  /** Entries in memory. 1,000 unless given. */
  readonly keep?: number;
  readonly fs?: StoreFs;
  readonly bufferBytes?: number;
  readonly now?: () => number;
}

/** Which alerts; all that are given must hold. */
export interface AlertQuery {
  readonly gid?: number;
  readonly sid?: number;
  /** Source or destination, as `ipv4Text` and `ipv6Text` write it. */
  readonly address?: string;
  /** At this time or later. */
  readonly sinceMs?: number;
  /** Of those that pass, the oldest `limit` behind entry number `after`; without it the newest. */
  readonly after?: number;
  readonly limit: number;
  readonly hasPackets: boolean;
}

export interface AlertPage {
  /** EVE events, oldest first. */
  readonly alerts: readonly Readonly<Record<string, unknown>>[];
  /** What to give as `after` for what follows. */
  readonly next: number;
  /** More pass than fit in the page. */
  readonly more: boolean;
  /** Behind `after`, but no longer in memory. */
  readonly missed: number;
}

interface Entry {
  readonly timeMs: number;
  readonly gid: number;
  readonly sid: number;
  readonly source: string;
  readonly destination: string;
  /** The event without its bytes, and the members of its packet: `,"packet":…`. */
  readonly brief: string;
  readonly packet: string;
}

export class AlertLog implements AlertSink {
  readonly name = "alerts";
  private readonly files: RotatingFiles;
  private readonly eve: EveAlert;
  private readonly keep: number;
  /** A ring: entry number n is at (n - 1) % keep. */
  private readonly entries: Entry[] = [];
  private count = 0;
  private damaged = 0;

  private constructor(options: AlertLogOptions) {
    this.keep = Math.max(1, options.keep ?? KEEP);
    this.eve = new EveAlert(options);
    this.files = new RotatingFiles({ ...options, name: this.name, prefix: PREFIX, extension: EXTENSION });
  }

  /** Reads the newest entries of the files there. What can't be read is told and counted, no reason not to start. */
  static async open(options: AlertLogOptions): Promise<AlertLog> {
    const alerts = new AlertLog(options);
    const { directory, log, now = Date.now } = options;
    const limited = new LimitedLog(alerts.name, log);
    try {
      const seed = await newestEntries(directory, PREFIX, EXTENSION, alerts.keep, entryOf);
      for (const entry of seed.entries) alerts.add(entry);
      alerts.damaged = seed.damaged;
    } catch (error) {
      alerts.damaged++;
      limited.say(now(), "warn", "read", `earlier alerts in ${directory} can't be read: ${reasonOf(error)}`);
    }
    if (alerts.damaged > 0) {
      const text = `${alerts.damaged} damaged lines of earlier alerts are left out`;
      limited.say(now(), "warn", "damaged", text, { lines: alerts.damaged });
    }
    return alerts;
  }

  write(alert: Alert, worker: number): void {
    if (!alert.isTold) return;
    const { head, payload, packet, tail } = this.eve.parts(alert, worker);
    this.add({
      timeMs: Math.floor(alert.timeUs / 1000),
      gid: alert.gid,
      sid: alert.sid,
      source: alert.source,
      destination: alert.destination,
      brief: head + tail,
      packet,
    });
    this.files.append(Buffer.from(`${head}${payload}${packet}${tail}\n`, "latin1"));
  }

  /** Entries kept. */
  get size(): number {
    return this.entries.length;
  }

  list(query: AlertQuery): AlertPage {
    const { after, limit, hasPackets } = query;
    const oldest = this.count - this.entries.length + 1;
    const isBackwards = after === undefined;
    const step = isBackwards ? -1 : 1;
    const found: number[] = [];
    let more = false;
    let bytes = 0;
    let n = isBackwards ? this.count : Math.max(oldest, after + 1);
    for (; n >= oldest && n <= this.count; n += step) {
      const entry = this.at(n);
      if (!passes(entry, query)) continue;
      more = found.length === limit || bytes >= PAGE_BYTES;
      if (more) break;
      bytes += entry.brief.length + (hasPackets ? entry.packet.length : 0);
      found.push(n);
    }
    if (isBackwards) found.reverse();
    return {
      alerts: found.map((number) => eventOf(this.at(number), hasPackets)),
      next: more && !isBackwards ? found.at(-1)! : this.count,
      more,
      missed: isBackwards ? 0 : Math.max(0, Math.min(oldest - 1, this.count) - after),
    };
  }

  pulse(nowMs: number): void {
    this.files.pulse(nowMs);
  }

  reopen(): void {
    this.files.reopen();
  }

  close(): Promise<void> {
    return this.files.close();
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.files.counters(), damaged: this.damaged };
  }

  state(): SinkState {
    return this.files.state();
  }

  private add(entry: Entry): void {
    this.entries[this.count % this.keep] = entry;
    this.count++;
  }

  private at(n: number): Entry {
    return this.entries[(n - 1) % this.keep]!;
  }
}

function passes(entry: Entry, { gid, sid, address, sinceMs }: AlertQuery): boolean {
  return (
    (sid === undefined || entry.sid === sid) &&
    (gid === undefined || entry.gid === gid) &&
    (address === undefined || entry.source === address || entry.destination === address) &&
    (sinceMs === undefined || entry.timeMs >= sinceMs)
  );
}

function eventOf({ brief, packet }: Entry, hasPackets: boolean): Record<string, unknown> {
  const event = JSON.parse(brief) as Record<string, unknown>;
  return hasPackets && packet !== "" ? { ...event, ...JSON.parse(`{${packet.slice(1)}}`) } : event;
}

function entryOf(line: string): Entry | undefined {
  if (line.length > LINE_MAX) return undefined;
  try {
    const event = JSON.parse(line) as Record<string, unknown>;
    const timeUs = eventTimeUs(event);
    if (timeUs === undefined) return undefined;
    const { payload: _, payload_printable: __, packet, packet_info: info, ...brief } = event;
    const { gid, signature_id: sid } = event["alert"] as Record<string, unknown>;
    if (typeof gid !== "number" || typeof sid !== "number") return undefined;
    const isPacket = typeof packet === "string" && packet.length <= L.ALERT_SIZE * 2;
    return {
      timeMs: Math.floor(timeUs / 1000),
      gid,
      sid,
      source: String(event["src_ip"]),
      destination: String(event["dest_ip"]),
      brief: JSON.stringify(brief),
      packet: isPacket ? `,${JSON.stringify({ packet, packet_info: info }).slice(1, -1)}` : "",
    };
  } catch {
    return undefined;
  }
}
