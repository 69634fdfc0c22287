// The subagent: keeps a session with the master agent, over its restarts, and sends notifications through it.
// Apart from the session, which ends with a connection.
// Always holds: never throws; a master that is away is tried again ever more slowly; counts only grow.

import { Backoff } from "../../export/backoff.js";
import { LimitedLog } from "../../export/limited-log.js";
import { PeerLink } from "../../export/peer-link.js";
import type { SinkLog, SinkState } from "../../export/sink.js";
import { type Oid, oidText } from "../oid.js";
import { ValueType } from "../values.js";
import { type AgentXOptions, AgentXPeer } from "./peer.js";
import type { VarBind } from "./protocol.js";

export const SUBAGENT_NAME = "snmp agentx";
/** snmpTrapOID.0: which notification it is. */
const SNMP_TRAP_OID: Oid = [1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0];
const RETRY = { minMs: 1000, maxMs: 30_000 };

export interface SubagentOptions extends AgentXOptions {
  readonly log: SinkLog;
  /** From 0 to 1, for waits. */
  readonly random?: () => number;
}

export class Subagent {
  readonly name = SUBAGENT_NAME;
  private readonly counts = { requests: 0, errors: 0, pings: 0, notifications: 0 };
  private dropped = 0;
  private readonly peer: AgentXPeer;
  private readonly link: PeerLink;

  constructor(options: SubagentOptions) {
    const { log, random } = options;
    this.peer = new AgentXPeer(options, this.counts);
    this.link = new PeerLink(this.peer, new Backoff(RETRY, random), new LimitedLog(this.name, log), {
      began: () => undefined,
      settled: () => undefined,
      ended: () => undefined,
      describe: () => ({ text: `${this.counts.requests} requests answered so far`, data: {} }),
    });
  }

  /** The MIB is registered with the master. */
  get isConnected(): boolean {
    return this.link.isOpen;
  }

  /** Each second or more often: connects, looks for answers that are late. */
  pulse(nowMs: number): void {
    this.link.pulse(nowMs);
  }

  /**
   * Has the master send a notification to its own receivers. Answers whether it was handed over: it is not kept for
   * later where no master is there.
   */
  notify(oid: Oid, objects: readonly VarBind[]): boolean {
    const first: VarBind = { oid: SNMP_TRAP_OID, type: ValueType.Oid, value: oidText(oid) };
    const isSent = this.link.isOpen && (this.peer.session?.notify([first, ...objects]) ?? false);
    if (!isSent) this.dropped++;
    return isSent;
  }

  counters(): Readonly<Record<string, number>> {
    const { losses, sessions } = this.link;
    return {
      ...this.counts,
      dropped: this.dropped,
      sessions,
      reconnects: losses,
    };
  }

  state(): SinkState {
    return this.link.state("");
  }

  /** Tells the master, which then answers "no such object"; never rejects. */
  close(): Promise<void> {
    return new Promise((resolve) => this.link.close(resolve));
  }
}
