// Notifications and receivers that others wrote: Debian's snmptrapd takes every kind, as trap and as inform, in v2c and v3,
// minutes later and after a restart too; one that is away has everything when it is back.
// Apart from the tests of the queue, which have no network.
// Always holds: loopback only; the sensor's clock is moved, not waited for.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SnmpReceiver } from "../../host/config/management-types.js";
import { Resolver } from "../../host/export/resolver.js";
import { NOTICE_KINDS, type NoticeKind } from "../../host/notice/notice.js";
import { SnmpSender } from "../../host/notice/snmp-sender.js";
import type { StatusReport } from "../../host/sensor/view.js";
import { SnmpEngine } from "../../host/snmp/engine.js";
import { notificationOf } from "../../host/snmp/notification.js";
import { until } from "../support/daemon.js";
import { EACH_NOTICE } from "../support/notices.js";
import {
  freeUdpPort,
  hasSnmptrapd,
  type Received,
  Snmptrapd,
  TRAP_COMMUNITY,
  TRAP_USER,
} from "../support/snmptrapd.js";

const ENGINE_ID = Buffer.from("80007ed905000102030405060708090a0b", "hex");
const STATUS = { name: "sensor-1" } as StatusReport;
const NAMES: Readonly<Record<NoticeKind, string>> = {
  "incident-new": "strayIncidentNew",
  "bypass-engaged": "strayBypassEngaged",
  "bypass-released": "strayBypassReleased",
  "drops-high": "strayDropsHigh",
  "table-pressure": "strayTablePressure",
  "config-refused": "strayConfigRefused",
};

describe.skipIf(!hasSnmptrapd())("snmptrapd", () => {
  let folder: string;
  let port: number;
  let trapd: Snmptrapd;
  const senders: SnmpSender[] = [];
  const timers: NodeJS.Timeout[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "stray-trapd-"));
    port = await freeUdpPort();
    trapd = new Snmptrapd(folder, port, [ENGINE_ID]);
    await trapd.start();
  });
  afterEach(async () => {
    for (const timer of timers.splice(0)) clearInterval(timer);
    await Promise.all(senders.splice(0).map((sender) => sender.close()));
    await trapd.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** `hurry`: how much faster than ours the sender's clock goes, so that waits are short. */
  function senderTo(
    version: "v2c" | "v3",
    inform: boolean,
    engine = new SnmpEngine(ENGINE_ID, 1),
    hurry = 1,
  ) {
    const isUser = version === "v3";
    const receiver: SnmpReceiver = {
      host: "127.0.0.1",
      port,
      version,
      community: isUser ? undefined : TRAP_COMMUNITY,
      user: isUser ? TRAP_USER.name : undefined,
      inform,
    };
    const sender = new SnmpSender({
      receiver,
      user: isUser ? TRAP_USER : undefined,
      engine,
      uptimeMs: () => 12_345_670,
      resolver: new Resolver(),
      log: () => {},
    });
    senders.push(sender);
    let nowMs = Date.now();
    timers.push(
      setInterval(() => {
        nowMs += 100 * hurry;
        sender.pulse(nowMs);
      }, 100),
    );
    sender.pulse(nowMs);
    return sender;
  }

  const tell = (sender: SnmpSender, kind: NoticeKind): void =>
    sender.notify(notificationOf(EACH_NOTICE[kind], STATUS));
  const counted = (sender: SnmpSender, sent: number) =>
    until(`${sent} are sent`, () => sender.counters()["sent"] === sent);

  function isNotice({ name, objects }: Received, kind: NoticeKind): void {
    const { text, severity, heldBack } = EACH_NOTICE[kind];
    expect(name).toBe(NAMES[kind]);
    const severities = ["info", "warning", "critical"];
    expect(objects).toMatchObject({
      strayName: "sensor-1",
      strayNoticeTime: expect.stringMatching(/^2026-11-28,20:0:0\.1/),
      strayNoticeSeverity: String(severities.indexOf(severity) + 1),
      strayNoticeText: text,
      strayNoticeHeldBack: String(heldBack),
    });
  }

  it.each([
    ["v2c", false],
    ["v2c", true],
    ["v3", false],
    ["v3", true],
  ] as const)("takes every kind over %s, inform %s", async (version, inform) => {
    const sender = senderTo(version, inform);
    for (const kind of NOTICE_KINDS) tell(sender, kind);
    const received = await trapd.has(NOTICE_KINDS.length);
    await counted(sender, NOTICE_KINDS.length);
    expect(received).toHaveLength(NOTICE_KINDS.length);
    NOTICE_KINDS.forEach((kind, at) => {
      isNotice(received[at]!, kind);
    });
    expect(received[0]!.objects).toMatchObject({
      strayNoticeIncident: "I-7K3M9QX2",
      strayNoticeSubject: "192.0.2.66",
      strayNoticeCause: "scan",
    });
    expect(received[4]!.objects).toMatchObject({ strayFlowsUsed: "15614", strayFlowsSize: "16384" });
    expect(sender.counters()).toMatchObject({ errors: 0, dropped: 0 });
    expect(sender.state().ok).toBe(true);
  });

  it("takes traps of v3 minutes later, and after a restart of the sensor, but not what was recorded", async () => {
    let nowMs = 0;
    const first = new SnmpEngine(ENGINE_ID, 1, () => nowMs);
    const sender = senderTo("v3", false, first);
    tell(sender, "drops-high");
    await trapd.has(1);
    // Its own clock has not moved: a receiver goes by the highest time that it was told.
    nowMs += 600_000;
    tell(sender, "table-pressure");
    expect((await trapd.has(2)).map(({ name }) => name)).toEqual(["strayDropsHigh", "strayTablePressure"]);
    await counted(sender, 2);

    // Had the time of a trap stood still, this is what would have become of it.
    const stale = senderTo("v3", false, new SnmpEngine(ENGINE_ID, 1, () => 0));
    tell(stale, "config-refused");
    await counted(stale, 1);

    const restarted = senderTo("v3", false, new SnmpEngine(ENGINE_ID, 2, () => 0));
    tell(restarted, "bypass-engaged");
    expect((await trapd.has(3)).at(-1)!.name).toBe("strayBypassEngaged");
    expect(trapd.received).toHaveLength(3);
  });

  it("informs of v3 go on minutes later, and after a restart of the receiver", async () => {
    const sender = senderTo("v3", true, undefined, 50);
    tell(sender, "drops-high");
    await counted(sender, 1);
    await trapd.stop();
    await trapd.start();
    tell(sender, "table-pressure");
    await counted(sender, 2);
    expect(trapd.received.map(({ name }) => name)).toEqual(["strayTablePressure"]);
  });

  it.each([false, true])(
    "away: told and counted, nothing lost when it is back (inform %s)",
    async (inform) => {
      await trapd.stop();
      const sender = senderTo("v2c", inform, undefined, 20);
      tell(sender, "drops-high");
      tell(sender, "table-pressure");
      await until("it is told", () => !sender.state().ok);
      expect(sender.state().text).toMatch(/^retry in \d+ s: (connection refused|no answer).*, 2 wait$/);
      expect(sender.counters()).toMatchObject({ sent: 0 });
      await trapd.start();
      await counted(sender, 2);
      expect(trapd.received.map(({ name }) => name)).toEqual(["strayDropsHigh", "strayTablePressure"]);
      expect(sender.state().ok).toBe(true);
    },
  );

  it("a wrong password: an inform is told to have failed", async () => {
    const sender = new SnmpSender({
      receiver: {
        host: "127.0.0.1",
        port,
        version: "v3",
        community: undefined,
        user: TRAP_USER.name,
        inform: true,
      },
      user: { ...TRAP_USER, authPassword: "not the password" },
      engine: new SnmpEngine(ENGINE_ID, 1),
      uptimeMs: () => 0,
      resolver: new Resolver(),
      log: () => {},
    });
    senders.push(sender);
    sender.pulse(Date.now());
    tell(sender, "drops-high");
    await until("it is told", () => !sender.state().ok);
    expect(sender.state().text).toContain("Wrong Digest");
    expect(trapd.received).toEqual([]);
  });
});
