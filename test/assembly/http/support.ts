// What the tests of HTTP share: the compiled parts, and a stream whose window is fed bytes as place() would.
// Always holds: the window slides by half when it is full, and the bytes around the text are poisoned.

import * as H from "../../../assembly/http/http-layout.js";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as S from "../../../assembly/stream/stream-layout.js";
import { type Entry, loadEntry } from "../../support/entry.js";

export interface HttpExports {
  normalise(from: number, size: number, to: number, capacity: number): number;
  tricks(): number;
  next(stream: number, flow: number, isToServer: number, wantsBodies: number): number;
  has(stream: number): number;
  quick(flow: number, packet: number): void;
  inflate(at: number, size: number, encoding: number): number;
  clear(): void;
}

export type HttpEntry = Entry<HttpExports>;

export const loadHttp = (): Promise<HttpEntry> => loadEntry<HttpExports>("http");

export const BUFFER_NAMES: readonly (readonly [name: string, buffer: number])[] = [
  ["method", R.BUFFER_HTTP_METHOD],
  ["uri", R.BUFFER_HTTP_URI],
  ["raw_uri", R.BUFFER_HTTP_RAW_URI],
  ["stat_code", R.BUFFER_HTTP_STAT_CODE],
  ["stat_msg", R.BUFFER_HTTP_STAT_MSG],
  ["host", R.BUFFER_HTTP_HOST],
  ["raw_host", R.BUFFER_HTTP_RAW_HOST],
  ["user_agent", R.BUFFER_HTTP_USER_AGENT],
  ["cookie", R.BUFFER_HTTP_COOKIE],
  ["header", R.BUFFER_HTTP_HEADER],
  ["raw_header", R.BUFFER_HTTP_RAW_HEADER],
  ["client_body", R.BUFFER_HTTP_CLIENT_BODY],
  ["file_data", R.BUFFER_FILE_DATA],
];

const EVENT_NAMES = ["none", "request-line", "request", "response", "request-body", "response-body"];
export const SESSION = L.SESSIONS_BASE + L.SESSION_SIZE * 3;
const STREAM = SESSION + S.SESSION_STREAM_A_OFFSET;
export const FLOW = L.FLOWS_BASE + L.FLOW_SIZE * 5;
const WINDOW = L.STREAMS_BASE + 4096;
const POISON = 0xa5;
const FIN = 1;

export interface Told {
  readonly event: string;
  readonly buffers: Readonly<Record<string, Buffer>>;
  /** Sequence number of the message's first byte. */
  readonly message: number;
}

export interface FeedOptions {
  readonly windowSize?: number;
  readonly wantsBodies?: boolean;
  readonly toServer?: boolean;
  readonly start?: number;
}

/** A stream of its own over the entry's memory; one at a time. */
export class HttpFeed {
  readonly told: Told[] = [];
  private readonly room: number;
  private calls = 0;

  constructor(
    private readonly http: HttpEntry,
    private readonly options: FeedOptions = {},
  ) {
    const { windowSize = 32_768, start = 0xfffff000 } = options;
    const { bytes, view } = http;
    this.room = windowSize - S.WINDOW_HEADER_SIZE;
    view.setUint32(L.CONFIG_BASE + L.CONFIG_STREAM_WINDOW_SIZE_OFFSET, windowSize, true);
    bytes.fill(0, SESSION, SESSION + L.SESSION_SIZE);
    bytes.fill(0, FLOW, FLOW + L.FLOW_SIZE);
    bytes.fill(0, L.COUNTERS_BASE, L.COUNTERS_BASE + L.COUNTERS_REGION_SIZE);
    bytes.fill(POISON, WINDOW - 64, WINDOW + windowSize + 64);
    http.exports.clear();
    view.setUint32(STREAM + S.STREAM_WINDOW_OFFSET, WINDOW, true);
    view.setUint32(STREAM + S.STREAM_BASE_OFFSET, start, true);
    view.setUint32(STREAM + S.STREAM_START_OFFSET, start, true);
  }

  /** Appends the bytes, in pieces when they do not fit, and takes what is told. */
  push(data: Uint8Array): this {
    let rest = data;
    while (rest.length > 0) {
      let filled = this.get(S.STREAM_FILLED_OFFSET);
      if (filled + rest.length > this.room && filled > this.room >> 1) {
        this.slide(filled - (this.room >> 1));
        filled = this.room >> 1;
      }
      const part = rest.subarray(0, this.room - filled);
      this.http.bytes.set(part, WINDOW + filled);
      this.set(S.STREAM_FILLED_OFFSET, filled + part.length);
      rest = rest.subarray(part.length);
      this.take();
    }
    return this;
  }

  /** The sender ends; the parser is called as for a FIN without data. */
  end(): this {
    const flags = FLOW + L.FLOW_DIR_A_OFFSET + L.DIR_TCP_FLAGS_OFFSET;
    this.http.view.setUint16(flags, FIN, true);
    this.take();
    return this;
  }

  /** Passes over a hole of that many bytes. */
  skip(size: number): this {
    this.set(
      S.STREAM_BASE_OFFSET,
      (this.get(S.STREAM_BASE_OFFSET) + this.get(S.STREAM_FILLED_OFFSET) + size) >>> 0,
    );
    this.set(S.STREAM_FILLED_OFFSET, 0);
    this.set(S.STREAM_BITS_OFFSET, this.get(S.STREAM_BITS_OFFSET) | S.STREAM_BIT_GAP);
    return this;
  }

  counter(index: number): number {
    return Number(this.http.view.getBigUint64(L.COUNTERS_BASE + index * 8, true));
  }

  get findings(): bigint {
    return this.http.view.getBigUint64(FLOW + L.FLOW_FINDINGS_OFFSET, true);
  }

  get callCount(): number {
    return this.calls;
  }

  private take(): void {
    const { toServer = true, wantsBodies = true } = this.options;
    for (;;) {
      this.calls += 1;
      const event = this.http.exports.next(STREAM, FLOW, Number(toServer), Number(wantsBodies));
      if (event === H.HTTP_EVENT_NONE) return;
      this.told.push({
        event: EVENT_NAMES[event] ?? `event ${event}`,
        buffers: this.buffers(),
        message: this.get(S.STREAM_HTTP_OFFSET + H.HTTP_MESSAGE_OFFSET),
      });
      if (this.told.length > 100_000) throw new Error("events without end");
    }
  }

  private buffers(): Record<string, Buffer> {
    const { view, bytes } = this.http;
    const there = view.getUint32(L.INSPECT_BASE + R.INSPECT_WORD_OFFSET, true);
    const found: Record<string, Buffer> = {};
    for (const [name, buffer] of BUFFER_NAMES) {
      const at = L.INSPECT_BASE + R.INSPECT_BUFFERS_OFFSET + buffer * R.BUFFER_SIZE;
      const address = view.getUint32(at, true);
      const size = view.getUint32(at + R.BUFFER_LENGTH_OFFSET, true);
      if (((there >> buffer) & 1) === 0) continue;
      const text = address >= WINDOW && address + size <= WINDOW + this.get(S.STREAM_FILLED_OFFSET);
      const end = L.SCRATCH_HTTP_BASE + L.SCRATCH_HTTP_SIZE;
      const scratch = address >= L.SCRATCH_HTTP_BASE && address + size <= end;
      if (!text && !scratch) throw new Error(`${name} lies at ${address}, ${size} bytes: outside`);
      found[name] = Buffer.from(bytes.slice(address, address + size));
    }
    return found;
  }

  private slide(shift: number): void {
    const filled = this.get(S.STREAM_FILLED_OFFSET);
    this.http.bytes.copyWithin(WINDOW, WINDOW + shift, WINDOW + filled);
    this.http.bytes.fill(POISON, WINDOW + filled - shift, WINDOW + this.room);
    this.set(S.STREAM_BASE_OFFSET, (this.get(S.STREAM_BASE_OFFSET) + shift) >>> 0);
    this.set(S.STREAM_FILLED_OFFSET, filled - shift);
  }

  private get(offset: number): number {
    return this.http.view.getUint32(STREAM + offset, true);
  }

  private set(offset: number, value: number): void {
    this.http.view.setUint32(STREAM + offset, value, true);
  }
}
