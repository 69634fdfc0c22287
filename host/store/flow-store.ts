// The sink that keeps flow records on this machine's disk, as IPFIX files (RFC 5655).
// Apart from the writer: here records become messages in memory, and nothing ever waits.
// Always holds: memory is two buffers and a message, of fixed sizes; when the disk does not keep up, records are
// dropped and counted, and the sensor does not notice; what came in is handed to the kernel within about a second.

import { STORE_BUFFER_BYTES } from "../config/buffer-sizes.js";
import type { StrayConfig } from "../config/types.js";
import { StrayError } from "../errors.js";
import { LimitedLog } from "../export/limited-log.js";
import type { RecordSink, SinkLog, SinkState } from "../export/sink.js";
import { IpfixMessage } from "../ipfix/message.js";
import type { FlowRecord } from "../record/flow-record.js";
import { MessageBuffer } from "./buffer.js";
import { namedCounts, noCounts } from "./counts.js";
import { StoreDirectory } from "./directory.js";
import { FileEnds } from "./file-ends.js";
import { StoreSpace } from "./space.js";
import { nodeStoreFs, type StoreFs } from "./store-fs.js";
import { reasonOf } from "./store-problem.js";
import { StoreWriter } from "./writer.js";

/** What a crash may cost at most: one message. */
const MESSAGE_SIZE = 16384;
const HAND_OVER_MS = 1000;
const CLOSE_MS = 5000;
const DOMAIN = 1;

export interface FlowStoreOptions {
  readonly log: SinkLog;
  readonly fs?: StoreFs;
  readonly now?: () => number;
  readonly bufferBytes?: number;
}

export class FlowStore implements RecordSink {
  readonly name = "store";
  private readonly counts = noCounts();
  private readonly message: IpfixMessage;
  private readonly writer: StoreWriter;
  private readonly directory: StoreDirectory;
  private readonly space: StoreSpace;
  private readonly log: LimitedLog;
  private readonly now: () => number;
  private filling: MessageBuffer;
  private spare: MessageBuffer;
  private isOpenMessage = false;
  private startMs = 0;
  private endMs = 0;
  private handedMs = 0;
  private droppedTold = 0;
  private wantsRotation = false;
  private isClosed = false;

  private constructor(config: StrayConfig["store"], options: FlowStoreOptions) {
    const { fs = nodeStoreFs, now = Date.now, bufferBytes = STORE_BUFFER_BYTES } = options;
    const { enterprise, rotateMs, rotateBytes, quotaBytes, minFreeBytes } = config;
    const { counts } = this;
    const log = new LimitedLog(this.name, options.log);
    this.now = now;
    this.log = log;
    this.filling = new MessageBuffer(bufferBytes);
    this.spare = new MessageBuffer(bufferBytes);
    this.message = new IpfixMessage({ enterprise, domain: DOMAIN, maxBytes: MESSAGE_SIZE });
    this.directory = new StoreDirectory(config.directory, fs, log, counts);
    const limits = { quotaBytes, minFreeBytes };
    this.space = new StoreSpace(fs, config.directory, this.directory.usage, limits, log, counts);
    const ends = new FileEnds(enterprise, DOMAIN);
    const onIdle = () => this.handOver(false);
    const { directory, space } = this;
    this.writer = new StoreWriter({
      fs,
      directory,
      space,
      ends,
      log,
      counts,
      rotateMs,
      rotateBytes,
      now,
      onIdle,
    });
  }

  /**
   * A disk that can't be written yet is no reason not to start: it is tried again and told.
   * @throws StrayError STORE_LOCKED when another process writes there.
   */
  static async open(config: StrayConfig["store"], options: FlowStoreOptions): Promise<FlowStore> {
    const store = new FlowStore(config, options);
    try {
      await store.directory.prepare(store.now());
    } catch (error) {
      if (error instanceof StrayError) throw error;
      store.counts.errors++;
      store.writer.failure = reasonOf(error);
      const text = `${config.directory} can't be written: ${reasonOf(error)}; records are tried to be stored all the same`;
      store.log.say(store.now(), "error", "open", text);
    }
    store.handedMs = store.now();
    return store;
  }

  write(record: FlowRecord): void {
    if (this.isClosed) {
      this.counts.dropped++;
      return;
    }
    if (!this.isOpenMessage) this.begin();
    if (!this.message.add(record)) {
      this.seal();
      this.begin();
      this.message.add(record);
    }
    const { startUs, lastUs } = record;
    this.startMs = Math.min(this.startMs, Math.floor(startUs / 1000));
    this.endMs = Math.max(this.endMs, Math.ceil(lastUs / 1000));
  }

  pulse(nowMs: number): void {
    if (this.isClosed) return;
    this.tellDropped(nowMs);
    if (this.writer.isBusy) return;
    const waitedMs = nowMs - this.handedMs;
    if (waitedMs >= 0 && waitedMs < HAND_OVER_MS) return;
    this.handedMs = nowMs;
    this.seal();
    this.handOver(true);
    if (!this.writer.isBusy) this.writer.tick();
  }

  reopen(): void {
    this.wantsRotation = true;
    this.seal();
    this.handOver(true);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.seal();
    this.isClosed = true;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), CLOSE_MS);
    });
    const end = await Promise.race([this.drain(), deadline]);
    clearTimeout(timer);
    if (end === "late") this.giveUp();
    this.directory.release();
  }

  counters(): Readonly<Record<string, number>> {
    return namedCounts(this.counts);
  }

  state(): SinkState {
    const { stopped } = this.space;
    const { failure, fileName, retryMs } = this.writer;
    if (stopped !== undefined) return { ok: false, text: `stopped: ${stopped}` };
    if (failure !== undefined) {
      const when = retryMs > 0 ? `retry in ${Math.ceil(retryMs / 1000)} s` : "retry";
      return { ok: false, text: `${when}: ${failure}` };
    }
    return { ok: true, text: fileName === undefined ? "no file open" : `writing ${fileName}` };
  }

  private begin(): void {
    this.message.begin(this.now());
    this.isOpenMessage = true;
    this.startMs = Number.POSITIVE_INFINITY;
    this.endMs = 0;
  }

  /** Ends the message and puts it into a buffer, or drops it when both are full. */
  private seal(): void {
    if (!this.isOpenMessage) return;
    this.isOpenMessage = false;
    const { records } = this.message;
    const bytes = this.message.finish();
    const isIn = this.keep(bytes, records) || (this.handOver(true) && this.keep(bytes, records));
    if (!isIn) this.counts.dropped += records;
  }

  private keep(bytes: Uint8Array, records: number): boolean {
    if (!this.filling.push(bytes, records, this.message.nextSequence)) return false;
    this.filling.covers(this.startMs, this.endMs);
    return true;
  }

  /**
   * Gives the buffer to the writer, if that is free, and goes on with the other one; true when it did. `isDue`: false
   * for when only a full buffer, or the end, is worth it.
   */
  private handOver(isDue: boolean): boolean {
    if (this.writer.isBusy) return false;
    if (this.wantsRotation) {
      this.wantsRotation = false;
      this.writer.rotate();
      if (this.writer.isBusy) return false;
    }
    const isWorth = isDue || this.isClosed || this.filling.used * 2 > this.filling.bytes.length;
    if (this.filling.isEmpty || !isWorth) return false;
    const full = this.filling;
    this.filling = this.spare;
    this.spare = full;
    this.handedMs = this.now();
    this.writer.submit(full);
    return true;
  }

  private async drain(): Promise<void> {
    this.writer.hurry();
    while (this.writer.isBusy || !this.filling.isEmpty) {
      this.handOver(true);
      await this.writer.idle();
    }
    await this.writer.close();
  }

  /** The disk took too long. */
  private giveUp(): void {
    const records = this.filling.records + this.spare.records;
    this.counts.dropped += records;
    this.writer.abandon();
    this.filling.clear();
    const text = `the disk took more than ${CLOSE_MS / 1000} s: ${records} records may not be stored`;
    this.log.say(this.now(), "error", "late", text, { records });
  }

  private tellDropped(nowMs: number): void {
    const { dropped } = this.counts;
    if (dropped === this.droppedTold) return;
    const fresh = dropped - this.droppedTold;
    this.droppedTold = dropped;
    this.log.say(nowMs, "warn", "dropped", `${fresh} records not stored: the disk does not keep up`, {
      dropped,
    });
  }
}
