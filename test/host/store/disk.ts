// A disk for the store's tests: the real one, with faults when a test asks for them.
// Apart so that each test says which fault, no more.
// Always holds: without a fault it does what the real one does.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StrayConfig } from "../../../host/config/types.js";
import type { SinkLog } from "../../../host/export/sink.js";
import type { FlowRecord } from "../../../host/record/flow-record.js";
import { storeNames } from "../../../host/store/file-name.js";
import { FlowStore } from "../../../host/store/flow-store.js";
import { readStore } from "../../../host/store/read-store.js";
import { nodeStoreFs, type StoreFs, type StoreHandle } from "../../../host/store/store-fs.js";
import { eventually } from "../../support/eventually.js";
import { copyOf } from "../ipfix/records.js";

export type Operation = "create" | "write" | "sync" | "truncate" | "remove" | "free" | "list";

export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: a fault of the test`), { code });
}

export class TestDisk implements StoreFs {
  /** Error codes by operation, while they are set. */
  readonly faults = new Map<Operation, string>();
  /** Bytes that a write still takes before the disk is full. */
  room = Number.POSITIVE_INFINITY;
  freeBytes: number | undefined;
  /** Writes wait for this. */
  gate: Promise<void> = Promise.resolve();
  readonly calls: Operation[] = [];

  private check(operation: Operation): void {
    this.calls.push(operation);
    const code = this.faults.get(operation);
    if (code !== undefined) throw systemError(code);
  }

  async create(path: string): Promise<StoreHandle> {
    this.check("create");
    return this.handle(await nodeStoreFs.create(path));
  }

  async openExisting(path: string): Promise<StoreHandle> {
    return this.handle(await nodeStoreFs.openExisting(path));
  }

  async list(directory: string): Promise<string[]> {
    this.check("list");
    return nodeStoreFs.list(directory);
  }

  size = (path: string): Promise<number> => nodeStoreFs.size(path);

  async remove(path: string): Promise<void> {
    this.check("remove");
    return nodeStoreFs.remove(path);
  }

  async free(directory: string): Promise<number> {
    this.check("free");
    return this.freeBytes ?? nodeStoreFs.free(directory);
  }

  syncDirectory = (directory: string): Promise<void> => nodeStoreFs.syncDirectory(directory);

  private handle(real: StoreHandle): StoreHandle {
    return {
      write: async (bytes, offset, length, position) => {
        await this.gate;
        this.check("write");
        if (this.room === 0) throw systemError("ENOSPC");
        const size = Math.min(length, this.room);
        this.room -= size;
        return real.write(bytes, offset, size, position);
      },
      read: (bytes, offset, length, position) => real.read(bytes, offset, length, position),
      truncate: async (size) => {
        this.check("truncate");
        return real.truncate(size);
      },
      sync: async () => {
        this.check("sync");
        return real.sync();
      },
      stat: () => real.stat(),
      close: () => real.close(),
    };
  }
}

export interface Line {
  level: string;
  message: string;
}

/** A folder, a clock and a log of their own for one test; dispose() removes the folder. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), "stray-store-"));
  readonly disk = new TestDisk();
  readonly lines: Line[] = [];
  nowMs = Date.UTC(2026, 10, 24, 22, 0, 0);

  readonly log: SinkLog = (level, message) => {
    this.lines.push({ level, message });
  };

  config(change: Partial<StrayConfig["store"]> = {}): StrayConfig["store"] {
    const sizes = { rotateMs: 300_000, rotateBytes: 64 << 20, quotaBytes: 1 << 30, minFreeBytes: 0 };
    return { enabled: true, directory: this.folder, ...sizes, enterprise: 32473, ...change };
  }

  open(change: Partial<StrayConfig["store"]> = {}, bufferBytes?: number): Promise<FlowStore> {
    const options = { log: this.log, fs: this.disk, now: () => this.nowMs };
    return FlowStore.open(
      this.config(change),
      bufferBytes === undefined ? options : { ...options, bufferBytes },
    );
  }

  /** Lets the clock go on by `ms`, then pulses, as the sensor does, until `isDone`. */
  async pass(store: FlowStore, ms: number, isDone = () => true): Promise<void> {
    this.nowMs += ms;
    await eventually(() => {
      store.pulse(this.nowMs);
      return isDone();
    });
  }

  get files(): string[] {
    return storeNames(readdirSync(this.folder)).map(({ name }) => name);
  }

  bytes(name: string): Uint8Array {
    return readFileSync(join(this.folder, name));
  }

  /** All records of the store. @throws Error when a file is damaged. */
  async records(fromMs = 0, toMs = 1e14): Promise<FlowRecord[]> {
    const records: FlowRecord[] = [];
    const { problems } = await readStore(
      this.folder,
      { fromMs, toMs },
      (record) => records.push(copyOf(record)) > 0,
    );
    if (problems.length > 0) throw problems[0];
    return records;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
