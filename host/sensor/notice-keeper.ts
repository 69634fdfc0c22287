// Notices of a running sensor: watched each second, and told to SNMP receivers, syslog and the log.
// Apart from the watch, which judges, and from the senders, which know their peers.
// Always holds: a reload keeps what was told, and the queue of every receiver that is still one; a receiver that is away
// is a row in `stray status`, and holds up nobody.

import type { SnmpReceiver } from "../config/management-types.js";
import type { StrayConfig } from "../config/types.js";
import { StrayError } from "../errors.js";
import { problemText } from "../export/problem.js";
import { Resolver } from "../export/resolver.js";
import type { SinkLog, SinkState } from "../export/sink.js";
import { NOTICE_KINDS, type Notice, type NoticeSeverity } from "../notice/notice.js";
import type { SnmpSender } from "../notice/snmp-sender.js";
import { NoticeWatch } from "../notice/watch.js";
import type { SnmpEngine, SnmpEngines } from "../snmp/engine.js";
import type { Notification } from "../snmp/notification.js";
import type { ManagedPart, ManagedReport, ManagementContext } from "./management.js";

/** Errors are of the sensor itself: what it found is none. */
const LEVELS: Readonly<Record<NoticeSeverity, "info" | "warn">> = {
  info: "info",
  warning: "warn",
  critical: "warn",
};

export interface NoticeParts {
  readonly context: Pick<ManagementContext, "log" | "vitals" | "takeOpened" | "noticeTakers">;
  readonly engines: SnmpEngines;
  readonly notificationOf: (notice: Notice) => Notification;
  readonly uptimeMs: () => number;
  /** snmpd, which has receivers of its own. */
  readonly master: { notify(notification: Notification): boolean };
}

interface Receiver {
  /** What it was made of: the same again is kept. */
  readonly key: string;
  readonly sender: SnmpSender;
  /** With v3. */
  readonly engine: SnmpEngine | undefined;
}

export class NoticeKeeper implements ManagedPart {
  readonly replacedBy = "replacesNotices";
  private readonly log: SinkLog;
  private readonly resolver = new Resolver();
  private watch: NoticeWatch | undefined;
  private receivers: readonly Receiver[] = [];
  private readonly counts: Record<string, number> = Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, 0]));
  private heldBack = 0;

  constructor(private readonly parts: NoticeParts) {
    this.log = parts.context.log;
  }

  /** Notifications come from a port of the system's choice; but what the engine keeps may be root's still. */
  async bind({ snmp }: StrayConfig): Promise<void> {
    if (snmp.notify.length > 0) this.parts.engines.of(snmp.directory);
  }

  async open(config: StrayConfig): Promise<void> {
    await this.replace(config);
  }

  /** @throws StrayError SNMP_USER_UNKNOWN. */
  async replace(config: StrayConfig): Promise<void> {
    const fresh: Receiver[] = [];
    for (const receiver of config.snmp.notify) fresh.push(await this.receiverOf(config, receiver));
    const old = this.receivers.filter((receiver) => !fresh.includes(receiver));
    this.receivers = fresh;
    if (this.watch === undefined) this.watch = new NoticeWatch(config.notices);
    else this.watch.use(config.notices);
    await Promise.all(old.map(({ sender }) => sender.close()));
  }

  pulse(nowMs: number): void {
    const vitals = this.parts.context.vitals();
    if (vitals !== undefined) {
      for (const notice of this.watch?.look(vitals, this.parts.context.takeOpened()) ?? []) this.tell(notice);
    }
    for (const { sender } of this.receivers) sender.pulse(nowMs);
  }

  get reports(): readonly ManagedReport[] {
    const own: ManagedReport = {
      name: "notices",
      state: () => this.state(),
      counters: () => ({ ...this.counts, "held-back": this.heldBack }),
    };
    return [own, ...this.receivers.map(({ sender }) => sender)];
  }

  private state(): SinkState {
    // Whoever is told by v3 knows the engine by its identifier.
    const problem = this.receivers.map(({ engine }) => engine?.problem).find((found) => found !== undefined);
    if (problem !== undefined) return { ok: false, text: problem };
    const told = Object.values(this.counts).reduce((sum, count) => sum + count, 0);
    return { ok: true, text: `${told} told` };
  }

  async close(): Promise<void> {
    const { receivers } = this;
    this.receivers = [];
    this.watch = undefined;
    await Promise.all(receivers.map(({ sender }) => sender.close()));
  }

  private tell(notice: Notice): void {
    this.counts[notice.kind]!++;
    this.heldBack += notice.heldBack;
    this.log(LEVELS[notice.severity], notice.text, { notice: notice.kind });
    for (const taker of this.parts.context.noticeTakers()) taker.notify(notice);
    try {
      const notification = this.parts.notificationOf(notice);
      for (const { sender } of this.receivers) sender.notify(notification);
      this.parts.master.notify(notification);
    } catch (error) {
      // The notices behind this one are told all the same.
      this.log("error", `a notice was not told by SNMP: ${problemText(error)}`);
    }
  }

  /** The library of SNMP takes memory: who tells nobody by it does without. */
  private async receiverOf({ snmp }: StrayConfig, receiver: SnmpReceiver): Promise<Receiver> {
    const isUser = receiver.version === "v3";
    const user = isUser ? snmp.users.find(({ name }) => name === receiver.user) : undefined;
    if (isUser && user === undefined) {
      const message = `snmp.notify: ${receiver.host} is to be told as ${receiver.user}, who is none of snmp.users`;
      throw new StrayError("SNMP_USER_UNKNOWN", message, 2);
    }
    const key = JSON.stringify([receiver, user, snmp.directory]);
    const known = this.receivers.find((other) => other.key === key);
    if (known !== undefined) return known;
    const { engines, uptimeMs } = this.parts;
    const { log, resolver } = this;
    const engine = engines.of(snmp.directory);
    const { SnmpSender } = await import("../notice/snmp-sender.js");
    const sender = new SnmpSender({ receiver, user, engine, uptimeMs, resolver, log });
    return { key, sender, engine: isUser ? engine : undefined };
  }
}
