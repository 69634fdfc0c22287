// What tells of the sensor to others beside the control socket: SNMP, notices, metrics.
// Apart from the daemon so that a further one is a line here, and the daemon knows none of them.
// Always holds: none of them stops the sensor: what fails says so in its state; all of them look at the sensor through
// its view, as everybody does.

import type { StrayConfig } from "../config/types.js";
import { messageOf } from "../errors.js";
import type { SinkLog, SinkState } from "../export/sink.js";
import type { IncidentEngine } from "../incident/engine.js";
import type { NoticeTaker } from "../notice/notice.js";
import type { Opened, Vitals } from "../notice/watch.js";
import { SnmpEngines } from "../snmp/engine.js";
import { ENTERPRISE_NUMBER, MIB_ARC } from "../snmp/mib/arcs.js";
import { notificationOf } from "../snmp/notification.js";
import { oidText } from "../snmp/oid.js";
import { MetricsKeeper } from "./metrics-keeper.js";
import { NoticeKeeper } from "./notice-keeper.js";
import type { ReloadPlan } from "./reload.js";
import { SnmpAgentKeeper } from "./snmp-agent-keeper.js";
import { SnmpKeeper } from "./snmp-keeper.js";
import type { Counts, SensorView } from "./view.js";

export interface ManagementContext {
  readonly view: SensorView;
  readonly log: SinkLog;
  /** Cheap, for each second; undefined while there is nothing whole to look at. */
  vitals(): Vitals | undefined;
  /** Incidents that are new since the last call. */
  takeOpened(): Opened;
  /** Exporters that are to have notices. */
  noticeTakers(): readonly NoticeTaker[];
  /** Undefined where none are kept. */
  incidents(): IncidentEngine | undefined;
  /** Flows of each finding, in the order of FINDING_NAMES; from shared memory, without a report of everything. */
  findingCounts(): readonly number[];
  /** What the control socket counts. */
  controlCounts(): Counts;
}

/** One row of `stray status` and of `stray counters`, as sinks have it. */
export interface ManagedReport {
  readonly name: string;
  state(): SinkState;
  counters(): Readonly<Record<string, number>>;
}

export interface ManagedPart {
  /** What of a changed configuration puts it anew. */
  readonly replacedBy: keyof ReloadPlan;
  /** Opens what wants root. @throws StrayError what can't be had. */
  bind(config: StrayConfig): Promise<void>;
  /** With less privilege. */
  open(config: StrayConfig): Promise<void>;
  /** @throws StrayError what can't be had; then the old is put back by another call. */
  replace(config: StrayConfig): Promise<void>;
  /** Each second. */
  pulse(nowMs: number): void;
  /** Only of what is in use. */
  readonly reports: readonly ManagedReport[];
  close(): Promise<void>;
}

/** In the order in which they are opened. */
export function managedParts(context: ManagementContext): readonly ManagedPart[] {
  const { log, view } = context;
  const counters = () => ({ ...view.counters(), control: context.controlCounts() });
  const startedMs = performance.now();
  const uptimeMs = (): number => performance.now() - startedMs;
  const engines = new SnmpEngines({ enterprise: ENTERPRISE_NUMBER, log });
  const snmp = new SnmpKeeper(context);
  return [
    snmp,
    new SnmpAgentKeeper({ context, engines, view: snmp.view, objectId: oidText(MIB_ARC), uptimeMs }),
    new NoticeKeeper({
      context,
      engines,
      uptimeMs,
      notificationOf: (notice) => notificationOf(notice, view.status()),
      master: snmp,
    }),
    new MetricsKeeper({ log, status: () => view.status(), counters }),
  ];
}

export class Management {
  constructor(
    private readonly parts: readonly ManagedPart[],
    private readonly log: SinkLog,
  ) {}

  get reports(): readonly ManagedReport[] {
    return this.parts.flatMap(({ reports }) => reports);
  }

  async bind(config: StrayConfig): Promise<void> {
    for (const part of this.parts) await part.bind(config);
  }

  async open(config: StrayConfig): Promise<void> {
    for (const part of this.parts) await part.open(config);
  }

  pulse(nowMs: number): void {
    for (const part of this.parts) {
      try {
        part.pulse(nowMs);
      } catch (error) {
        this.log("error", `watching the sensor: ${messageOf(error)}`);
      }
    }
  }

  /** The steps of a reload. */
  steps(plan: ReloadPlan): readonly ((config: StrayConfig) => Promise<void>)[] {
    return this.parts
      .filter(({ replacedBy }) => plan[replacedBy])
      .map((part) => (config) => part.replace(config));
  }

  async close(): Promise<void> {
    for (const part of this.parts.toReversed()) await part.close();
  }
}
