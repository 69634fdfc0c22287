// The SNMP engine that strayd is: its identifier, how often it started, its time (RFC 3411, section 5; RFC 3414, section 2).
// Apart from agent and notifications because both must name the same, and receivers of either check it.
// Always holds: (identifier, boots, time) never comes twice: boots is raised on disk before it is used; where it can't be,
// the identifier is a fresh one, so that nothing that was recorded before is in anybody's time window.

import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "../errors.js";
import { problemText } from "../export/problem.js";
import type { SinkLog } from "../export/sink.js";

const FILE_NAME = "engine.json";
const FILE_BYTES_MAX = 4096;
/** RFC 3414, section 2.2: neither goes beyond, and boots stays there. */
const NUMBER_MAX = 0x7fff_ffff;
const ID_BYTES_MIN = 5;
const ID_BYTES_MAX = 32;
const OCTETS_FORMAT = 5;
const RANDOM_BYTES = 12;

export interface EngineOptions {
  readonly directory: string;
  /** Private enterprise number in the identifier. */
  readonly enterprise: number;
  readonly log: SinkLog;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicMs?: () => number;
}

interface Kept {
  readonly id: Buffer;
  readonly boots: number;
}

export class SnmpEngine {
  /** Why what is known of it is not kept, if it isn't. */
  readonly problem: string | undefined;
  private readonly monotonicMs: () => number;
  private bootMs: number;
  private currentBoots: number;

  constructor(
    readonly id: Buffer,
    boots: number,
    monotonicMs: () => number = () => performance.now(),
    problem?: string,
  ) {
    this.currentBoots = boots;
    this.monotonicMs = monotonicMs;
    this.bootMs = monotonicMs();
    this.problem = problem;
  }

  /** Never fails: without a folder the engine is one for this run. */
  static open({ directory, enterprise, log, monotonicMs }: EngineOptions): SnmpEngine {
    const path = join(directory, FILE_NAME);
    try {
      const kept = read(path) ?? { id: newId(enterprise), boots: 0 };
      const boots = Math.min(NUMBER_MAX, kept.boots + 1);
      write(directory, path, { id: kept.id, boots });
      return new SnmpEngine(kept.id, boots, monotonicMs);
    } catch (error) {
      const problem = `${path} can't be kept: ${problemText(error)}`;
      log("warn", `SNMP: ${problem}; managers and receivers will see another engine at each start`);
      return new SnmpEngine(newId(enterprise), 1, monotonicMs, problem);
    }
  }

  get boots(): number {
    this.wrap();
    return this.currentBoots;
  }

  /** Seconds since boots was raised. */
  get time(): number {
    this.wrap();
    return this.seconds;
  }

  private get seconds(): number {
    return Math.floor((this.monotonicMs() - this.bootMs) / 1000);
  }

  /** After 68 years. */
  private wrap(): void {
    if (this.seconds <= NUMBER_MAX) return;
    this.bootMs = this.monotonicMs();
    this.currentBoots = Math.min(NUMBER_MAX, this.currentBoots + 1);
  }
}

/** RFC 3411, section 5, SnmpEngineID: the enterprise with the first bit set, a format, octets. */
function newId(enterprise: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(0x8000_0000 + enterprise);
  head[4] = OCTETS_FORMAT;
  return Buffer.concat([head, randomBytes(RANDOM_BYTES)]);
}

/** What does not read as ours is taken for nothing: a new identifier begins a new count. */
function read(path: string): Kept | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8").slice(0, FILE_BYTES_MAX);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { engineId, boots } = JSON.parse(text) as Record<string, unknown>;
    if (typeof engineId !== "string" || !/^([0-9a-f]{2})+$/.test(engineId)) return undefined;
    if (typeof boots !== "number" || !Number.isInteger(boots) || boots < 0 || boots > NUMBER_MAX)
      return undefined;
    const id = Buffer.from(engineId, "hex");
    return id.length >= ID_BYTES_MIN && id.length <= ID_BYTES_MAX ? { id, boots } : undefined;
  } catch {
    return undefined;
  }
}

/** On the disk, whole, before it is used. No secret: every answer tells it, and another account may start next. */
function write(directory: string, path: string, { id, boots }: Kept): void {
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  const fresh = `${path}.new`;
  const fd = openSync(fresh, "w", 0o644);
  try {
    writeSync(fd, `${JSON.stringify({ engineId: id.toString("hex"), boots })}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, path);
}

/** One engine a folder, whoever asks for it. */
export class SnmpEngines {
  private current: { readonly directory: string; readonly engine: SnmpEngine } | undefined;

  constructor(private readonly options: Omit<EngineOptions, "directory">) {}

  of(directory: string): SnmpEngine {
    if (this.current?.directory !== directory) {
      this.current = { directory, engine: SnmpEngine.open({ ...this.options, directory }) };
    }
    return this.current.engine;
  }
}
