// The times of a record being rebuilt: every way in which IPFIX tells them, as nanoseconds in the image.
// Apart because exporters have nine of them.
// Always holds: exact to the nanosecond where the exporter was; a time that can't be is the nearest that can; a record
// without any time has the message's.

import { FLOW_LAST_OFFSET, FLOW_RECORD_START_OFFSET, FLOW_START_OFFSET } from "../../assembly/layout.js";
import { CODE } from "./place.js";

const TWO_TO_32 = 4294967296;
const NS_PER_MS = 1_000_000;
/** Milliseconds whose nanoseconds are just below 2^64. */
const MS_MAX = 18_446_744_073_708;
/** 1900 to 1970: what NTP seconds are ahead of Unix seconds (RFC 5905, section 6). */
const NTP_AHEAD_SECONDS = 2_208_988_800;

/** A point in time: whole milliseconds since 1970, nanoseconds behind them, and whether it is known. */
class Moment {
  ms = 0;
  ns = 0;
  isKnown = false;

  forget(): void {
    this.ms = 0;
    this.ns = 0;
    this.isKnown = false;
  }

  setMs(ms: number): void {
    this.ms = Math.min(Math.max(ms, 0), MS_MAX);
    this.isKnown = true;
  }

  setUs(us: number): void {
    this.setMs(Math.floor(us / 1000));
    this.ns = (us - Math.floor(us / 1000) * 1000) * 1000;
  }

  /** NTP's seconds and fraction; 1970 to 2106, whatever the era. */
  setNtp(seconds: number, fraction: number): void {
    const ns = Math.round((fraction * 1e9) / TWO_TO_32);
    this.setMs(((seconds - NTP_AHEAD_SECONDS) >>> 0) * 1000 + Math.floor(ns / NS_PER_MS));
    this.ns = ns % NS_PER_MS;
  }

  follow(other: Moment, us: number): void {
    this.setUs(other.ms * 1000 + Math.floor(other.ns / 1000) + us);
    this.ns += other.ns % 1000;
  }

  write(view: DataView, at: number): void {
    // ms * 1000000 + ns in two halves, each exact below 2^53.
    const low = (this.ms % 65536) * NS_PER_MS + Math.min(this.ns, NS_PER_MS - 1);
    const high = Math.floor(this.ms / 65536) * NS_PER_MS + Math.floor(low / 65536);
    view.setUint32(at, (high % 65536) * 65536 + (low % 65536), true);
    view.setUint32(at + 4, Math.floor(high / 65536), true);
  }
}

export class ImageTimes {
  private readonly start = new Moment();
  private readonly end = new Moment();
  private readonly life = new Moment();
  private exportMs = 0;
  private bootMs = 0;
  private startUptimeMs = -1;
  private endUptimeMs = -1;
  private durationUs = -1;

  begin(exportMs: number, bootMs: number): void {
    this.start.forget();
    this.end.forget();
    this.life.forget();
    this.exportMs = exportMs;
    this.bootMs = bootMs;
    this.startUptimeMs = -1;
    this.endUptimeMs = -1;
    this.durationUs = -1;
  }

  /** Codes that are no times are passed over. */
  set(code: number, high: number, low: number): void {
    const number = high * TWO_TO_32 + low;
    switch (code) {
      case CODE.startMs:
        this.start.setMs(number);
        break;
      case CODE.endMs:
        this.end.setMs(number);
        break;
      case CODE.lifeMs:
        this.life.setMs(number);
        break;
      case CODE.startPart:
        this.start.ns = number;
        break;
      case CODE.endPart:
        this.end.ns = number;
        break;
      case CODE.lifePart:
        this.life.ns = number;
        break;
      case CODE.startSeconds:
        this.start.setMs(number * 1000);
        break;
      case CODE.endSeconds:
        this.end.setMs(number * 1000);
        break;
      case CODE.startNtp:
        this.start.setNtp(high, low);
        break;
      case CODE.endNtp:
        this.end.setNtp(high, low);
        break;
      case CODE.startDeltaUs:
        this.start.setUs(Math.max(0, this.exportMs * 1000 - number));
        break;
      case CODE.endDeltaUs:
        this.end.setUs(Math.max(0, this.exportMs * 1000 - number));
        break;
      case CODE.bootMs:
        this.bootMs = number;
        break;
      case CODE.startUptimeMs:
        this.startUptimeMs = number;
        break;
      case CODE.endUptimeMs:
        this.endUptimeMs = number;
        break;
      case CODE.durationMs:
        this.durationUs = number * 1000;
        break;
      case CODE.durationUs:
        this.durationUs = number;
    }
  }

  /** Writes the flow's times; `flow` is the slot's address in `view`. */
  finish(view: DataView, flow: number): void {
    const { start, end, life, durationUs } = this;
    if (!start.isKnown && this.startUptimeMs >= 0) start.setMs(this.bootMs + this.startUptimeMs);
    if (!end.isKnown && this.endUptimeMs >= 0) end.setMs(this.bootMs + this.endUptimeMs);
    if (!start.isKnown && !end.isKnown) end.setMs(this.exportMs);
    if (!end.isKnown) end.follow(start, Math.max(0, durationUs));
    if (!start.isKnown) start.follow(end, -Math.max(0, durationUs));
    start.write(view, flow + FLOW_RECORD_START_OFFSET);
    end.write(view, flow + FLOW_LAST_OFFSET);
    (life.isKnown ? life : start).write(view, flow + FLOW_START_OFFSET);
  }
}
