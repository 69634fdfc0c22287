// The standalone SNMP agent of a running sensor: sockets while there is root, other users and words by reload.
// Apart from the agent because what is in force is the daemon's business.
// Always holds: an address that stays keeps its socket, so that a port below 1024 outlives root; without snmp.listen there
// is nothing.

import { hostname } from "node:os";
import type { StrayConfig } from "../config/types.js";
import type { SnmpAgent } from "../snmp/agent/snmp-agent.js";
import type { SystemFacts } from "../snmp/agent/system-view.js";
import type { SnmpEngines } from "../snmp/engine.js";
import type { InstanceView } from "../snmp/view.js";
import { version } from "../version.js";
import type { ManagedPart, ManagedReport, ManagementContext } from "./management.js";

export interface AgentParts {
  readonly context: Pick<ManagementContext, "log">;
  readonly engines: SnmpEngines;
  readonly view: InstanceView;
  /** sysObjectID */
  readonly objectId: string;
  readonly uptimeMs: () => number;
}

export class SnmpAgentKeeper implements ManagedPart {
  readonly replacedBy = "replacesSnmp";
  private agent: SnmpAgent | undefined;
  private directory = "";

  constructor(private readonly parts: AgentParts) {}

  /** @throws StrayError SNMP_LISTEN. */
  async bind(config: StrayConfig): Promise<void> {
    const { listen, communities, users, directory } = config.snmp;
    if (listen.length === 0) return;
    const { context, engines, view } = this.parts;
    const { log } = context;
    const engine = engines.of(directory);
    const system = this.systemOf(config);
    this.directory = directory;
    // Who answers nobody does without the memory that the library takes.
    const { SnmpAgent } = await import("../snmp/agent/snmp-agent.js");
    this.agent = await SnmpAgent.start({ listen, communities, users, system, engine, log }, view);
  }

  async open(): Promise<void> {
    // All of it is there already.
  }

  /** @throws StrayError SNMP_LISTEN; then it listens where it did. */
  async replace(config: StrayConfig): Promise<void> {
    const { listen, communities, users, directory } = config.snmp;
    if (this.agent === undefined || listen.length === 0 || directory !== this.directory) {
      await this.close();
      await this.bind(config);
      return;
    }
    await this.agent.listen(listen);
    this.agent.use({ communities, users, system: this.systemOf(config) });
  }

  pulse(): void {
    // It is asked; it does nothing by itself.
  }

  get reports(): readonly ManagedReport[] {
    return this.agent === undefined ? [] : [this.agent];
  }

  async close(): Promise<void> {
    const { agent } = this;
    this.agent = undefined;
    await agent?.close();
  }

  private systemOf({ sensor, snmp }: StrayConfig): SystemFacts {
    const { objectId, uptimeMs } = this.parts;
    const name = sensor.name === "" ? hostname() : sensor.name;
    const description = `stray ${version()}, network sensor`;
    return { description, objectId, contact: snmp.contact, name, location: snmp.location, uptimeMs };
  }
}
