// SNMP of the running sensor: STRAY-MIB's view, and the subagent that answers from it by way of snmpd.
// Apart from the agent of our own (snmp-agent-keeper.ts), which shares the view, and from the daemon, which knows neither.
// Always holds: there is one view for all agents, so that asking twice costs one look; while nobody can ask, nobody looks.

import type { StrayConfig } from "../config/types.js";
import { problemText } from "../export/problem.js";
import { Subagent } from "../snmp/agentx/subagent.js";
import { warmUp } from "../snmp/agentx/warm-up.js";
import { MIB_ARC } from "../snmp/mib/arcs.js";
import { MibView } from "../snmp/mib-view.js";
import type { Notification } from "../snmp/notification.js";
import { parseOid } from "../snmp/oid.js";
import type { MibSource } from "../snmp/snapshot.js";
import { version } from "../version.js";
import type { ManagedPart, ManagementContext } from "./management.js";

export type SnmpContext = Pick<ManagementContext, "view" | "log" | "incidents" | "findingCounts">;

export class SnmpKeeper implements ManagedPart {
  readonly replacedBy = "replacesSnmp";
  readonly view: MibView;
  private subagent: Subagent | undefined;
  private canBeAsked = false;

  constructor(private readonly context: SnmpContext) {
    this.view = new MibView(sourceOf(context));
  }

  get reports() {
    return this.subagent === undefined ? [] : [this.subagent];
  }

  /** A subagent connects: nothing of it wants root. */
  async bind(): Promise<void> {}

  async open({ snmp }: StrayConfig): Promise<void> {
    this.canBeAsked = snmp.agentx !== undefined || snmp.listen.length > 0;
    if (snmp.agentx === undefined) return;
    const subagent = new Subagent({
      path: snmp.agentx,
      view: this.view,
      arc: MIB_ARC,
      description: `stray ${version()}`,
      log: this.context.log,
    });
    this.subagent = subagent;
    this.pulse(Date.now());
    warmUp(this.view, MIB_ARC, () => this.subagent === subagent).catch((error: unknown) => {
      this.context.log("warn", `SNMP: the first walks will cost more: ${problemText(error)}`);
    });
  }

  async replace(config: StrayConfig): Promise<void> {
    await this.close();
    await this.open(config);
  }

  pulse(nowMs: number): void {
    if (this.canBeAsked) this.view.pulse();
    this.subagent?.pulse(nowMs);
  }

  /** By way of the master agent, to its receivers; answers whether one took it. */
  notify({ oid, objects }: Notification): boolean {
    return this.subagent?.notify(parseOid(oid), objects) ?? false;
  }

  async close(): Promise<void> {
    const { subagent } = this;
    this.subagent = undefined;
    await subagent?.close();
  }
}

function sourceOf({ view, incidents, findingCounts }: SnmpContext): MibSource {
  return {
    status: () => view.status(),
    counters: () => view.counters(),
    incidents: () => incidents()?.digest(),
    findingCounts,
  };
}
