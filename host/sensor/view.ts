// What the rest of the host may ask of the running sensor, as plain data.
// Apart from the daemon so that the control socket, the exporters and the tests know nothing of threads and rings.
// Always holds: asking changes nothing but by reload() and stop(); every answer is a copy, safe to keep.

import type { SortKey } from "../record/top-records.js";

export type { SortKey };

export interface FlowQuery {
  /** Over flow fields, as behind `stray read FILE -`; empty for all. */
  readonly filter: string;
  /** With `top`: which flows come first, largest (latest) first. */
  readonly sort?: SortKey;
  readonly top?: number;
  /** Where the page before ended (`FlowPage.next`). */
  readonly after?: number;
  /** Records in this page at most. */
  readonly limit: number;
}

export interface FlowPage {
  /** Copies of flow records, RECORD_SIZE bytes each. */
  readonly records: readonly Uint8Array[];
  /** Cursor of the next page, undefined behind the last. */
  readonly next: number | undefined;
  /** Flows live in all tables. */
  readonly live: number;
  /** Flows that changed each time they were looked at, and so are left out. */
  readonly skipped: number;
}

export interface InterfaceReport {
  readonly name: string;
  /** Kernel's index, 0 while the interface is absent. */
  readonly index: number;
  readonly link: "up" | "down" | "absent";
  readonly mode: "mapped" | "copy";
  readonly ringBytes: number;
  readonly promiscuous: boolean;
  /** Of the kernel's own count (PACKET_STATISTICS), drops not included. */
  readonly packets: number;
  readonly drops: number;
  readonly freezes: number;
  /** Share of the ring that waits, 0 to 1. */
  readonly ringUsed: number;
  readonly worker: number;
  readonly error?: string;
}

export interface WorkerReport {
  readonly worker: number;
  readonly state: "running" | "starting" | "dead";
  readonly restarts: number;
  readonly startedMs: number;
  readonly flows: number;
  readonly flowsPeak: number;
  readonly flowsMax: number;
  readonly packets: number;
  readonly bytes: number;
  readonly recordsWaiting: number;
  readonly recordsMax: number;
  /** Since the worker last showed a sign of life. */
  readonly lagMs: number;
}

export interface SinkReport {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
}

export interface RulesReport {
  /** In force. */
  readonly rules: number;
  readonly refused: number;
  readonly warnings: number;
  readonly files: readonly string[];
  /** Of the compiled rules, and what they may take. */
  readonly bytes: number;
  readonly bytesMax: number;
  readonly loadedMs: number;
}

/** Of those that somebody should look at. */
export interface IncidentsReport {
  readonly open: {
    readonly low: number;
    readonly medium: number;
    readonly high: number;
    readonly critical: number;
  };
  readonly acknowledged: number;
}

/** Dark addresses, and who is not. */
export interface DetectionReport {
  readonly enabled: boolean;
  readonly homes: readonly {
    readonly network: string;
    /** How it is known: `sensor.home`, `guessed from eth0`. */
    readonly from: string;
    /** null when learning is over. */
    readonly learningUntilMs: number | null;
  }[];
  /** Addresses known to be in use, and how many can be. */
  readonly alive: number;
  readonly aliveMax: number;
  /** A conversation of one of ours passed, both sides of it. */
  readonly hasConversed: boolean;
  /** Lines of lists. */
  readonly used: number;
  readonly unused: number;
  /** The file that keeps it over restarts, and when it was written; null: not now, not yet. */
  readonly keptIn: string | null;
  readonly savedMs: number | null;
}

/** A sensor in the wire. */
export interface InlineReport {
  readonly mode: "inline" | "simulate";
  readonly fail: "open" | "closed";
  readonly deadmanMs: number;
  readonly atStop: "release" | "bypass";
  /** What carries frames when the sensor does not. */
  readonly protection: "xdp-native" | "tcx" | "xdp-generic" | "tc" | "none";
  /** Where it is pinned, so that it outlives the process. */
  readonly pinned?: string;
  /** Why it is not better protected. */
  readonly reason?: string;
  /** armed: the kernel steps in when the sensor stands still; bypass: it carries everything; off: it never does. */
  readonly state: "armed" | "bypass" | "off";
  /** The sensor stands still just now. */
  readonly isStale: boolean;
  /** What came in at each interface and was carried by the kernel. */
  readonly sides: readonly {
    readonly name: string;
    readonly bypassedPackets: number;
    readonly bypassedBytes: number;
  }[];
  /** By finding; those that pass are left out. */
  readonly policy: Readonly<Record<string, string>>;
  readonly allow: readonly string[];
  readonly warnings: readonly string[];
}

export interface BypassReport {
  readonly bypass: boolean;
}

/** What became of it when the beat was held back. */
export interface BypassTestReport {
  /** The switch was seen to be over. */
  readonly engaged: boolean;
  /** Frames that the kernel carried meanwhile. */
  readonly frames: number;
  readonly heldMs: number;
  readonly protection: InlineReport["protection"];
}

export interface StatusReport {
  readonly version: string;
  readonly name: string;
  readonly pid: number;
  readonly startedMs: number;
  readonly nowMs: number;
  readonly uptimeMs: number;
  readonly profile: string;
  /** Path of the configuration in force. */
  readonly config: string;
  readonly configLoadedMs: number;
  /** Why the latest reload was refused, if it was. */
  readonly configError?: string;
  readonly user: string;
  readonly privileges: string;
  readonly capture: {
    readonly mode: "auto" | "mapped" | "copy";
    readonly filter: string;
    readonly snapLen: number;
  };
  readonly interfaces: readonly InterfaceReport[];
  readonly workers: readonly WorkerReport[];
  readonly sinks: readonly SinkReport[];
  readonly rules: RulesReport;
  readonly detection: DetectionReport;
  /** Only where the sensor stands in the wire. */
  readonly inline?: InlineReport;
  /** Only where incidents are kept, and can be read just now. */
  readonly incidents?: IncidentsReport;
  readonly memory: { readonly residentBytes: number; readonly tableBytes: number };
  /** Sentences that an operator should read. */
  readonly problems: readonly string[];
}

export type Counts = Readonly<Record<string, number>>;

export interface CountersReport {
  readonly nowMs: number;
  /** Counting since then; every count only grows. */
  readonly resetMs: number;
  readonly total: Counts;
  /** What is so at the moment: live flows by state, how full the rings are. */
  readonly gauges: Counts;
  readonly workers: readonly { readonly worker: number; readonly counters: Counts }[];
  readonly interfaces: readonly {
    readonly name: string;
    readonly worker: number;
    readonly counters: Counts;
  }[];
  readonly sinks: readonly { readonly name: string; readonly counters: Counts }[];
}

export interface ReloadReport {
  /** Keys that changed, dotted. */
  readonly changed: readonly string[];
  readonly restartedCapture: boolean;
  readonly messages: readonly string[];
}

export interface SensorView {
  status(): StatusReport;
  counters(): CountersReport;
  /** Yields to the event loop in between. @throws StrayError for a filter that can't be compiled. */
  flows(query: FlowQuery): Promise<FlowPage>;
  /** @throws StrayError with what is wrong in the new configuration; the old one stays in force. */
  reload(): Promise<ReloadReport>;
  stop(): void;
}
