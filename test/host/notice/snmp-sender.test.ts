// The queue before one SNMP receiver: order, waits, a receiver that is away, comes back, never answers, or is not to be
// found; and a link that errs in every way it can.

import { describe, expect, it } from "vitest";
import { systemError } from "../../../host/export/problem.js";
import { type Address, Resolver } from "../../../host/export/resolver.js";
import type { NotificationLink, Sent } from "../../../host/notice/snmp-link.js";
import { SnmpSender } from "../../../host/notice/snmp-sender.js";
import { SnmpEngine } from "../../../host/snmp/engine.js";
import type { Notification } from "../../../host/snmp/notification.js";

const RECEIVER = {
  host: "nms.example.net",
  port: 162,
  version: "v2c",
  community: "stray",
  user: undefined,
  inform: true,
} as const;

const told = (number: number): Notification => ({ oid: `1.3.6.1.4.1.32473.1.0.${number}`, objects: [] });

function rig() {
  const lines: { level: string; message: string }[] = [];
  const names: { answer: Address | undefined } = { answer: { address: "192.0.2.9", family: 4 } };
  const links: { address: Address; sent: Sent[]; oids: string[]; isClosed: boolean }[] = [];
  let mode: "hold" | "take" | "refuse" | "throw" = "take";
  const resolver = new Resolver((_, done) =>
    done(
      names.answer === undefined ? systemError("ENOTFOUND") : undefined,
      names.answer === undefined ? [] : [names.answer],
    ),
  );
  const sender = new SnmpSender({
    receiver: RECEIVER,
    engine: new SnmpEngine(Buffer.from("80007ed90501", "hex"), 1),
    uptimeMs: () => 0,
    resolver,
    log: (level, message) => lines.push({ level, message }),
    random: () => 1,
    open: (_, address): NotificationLink => {
      const link = { address, sent: [] as Sent[], oids: [] as string[], isClosed: false };
      links.push(link);
      return {
        send: ({ oid }, sent) => {
          link.oids.push(oid);
          link.sent.push(sent);
          if (mode === "throw") throw new Error("net-snmp erred");
          if (mode === "take") sent(undefined);
          if (mode === "refuse") sent(systemError("ECONNREFUSED"));
        },
        close: () => {
          link.isClosed = true;
        },
      };
    },
  });
  let nowMs = 1_700_000_000_000;
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= 1000) {
      nowMs += Math.min(1000, left);
      sender.pulse(nowMs);
    }
  };
  sender.pulse(nowMs);
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    sender,
    lines,
    links,
    names,
    pass,
    settle,
    use: (next: typeof mode) => {
      mode = next;
    },
  };
}

describe("a receiver", () => {
  it("gets notices in their order, over one session", async () => {
    const { sender, links, settle } = rig();
    for (let n = 1; n <= 3; n++) sender.notify(told(n));
    await settle();
    expect(links).toHaveLength(1);
    expect(links[0]!.address.address).toBe("192.0.2.9");
    expect(links[0]!.oids.map((oid) => oid.at(-1))).toEqual(["1", "2", "3"]);
    expect(sender.counters()).toMatchObject({ notices: 3, sent: 3, errors: 0 });
    expect(sender.state()).toEqual({ ok: true, text: "informs of SNMPv2c" });
    expect(sender.name).toBe("snmp-notify:nms.example.net:162");
  });

  it("has one at a time: the next one waits for its answer", async () => {
    const { sender, links, use, settle } = rig();
    use("hold");
    sender.notify(told(1));
    sender.notify(told(2));
    await settle();
    expect(links[0]!.oids).toHaveLength(1);
    links[0]!.sent[0]!(undefined);
    // What is answered twice is answered once.
    links[0]!.sent[0]!(undefined);
    links[0]!.sent[0]!(new Error("late"));
    expect(links[0]!.oids).toHaveLength(2);
    expect(sender.counters()).toMatchObject({ sent: 1, errors: 0 });
  });

  it("that is away is told, counted, tried again with longer waits, and has everything when it is back", async () => {
    const { sender, lines, links, use, pass, settle } = rig();
    use("refuse");
    sender.notify(told(1));
    await settle();
    expect(sender.state()).toEqual({
      ok: false,
      text: "retry in 2 s: connection refused: nothing listens there, 1 wait",
    });
    expect(lines[0]).toMatchObject({ level: "warn", message: expect.stringContaining("was not received") });
    sender.notify(told(2));
    const tries: number[] = [];
    for (let second = 1; second <= 240; second++) {
      const { errors: before = 0 } = sender.counters();
      pass(1000);
      await settle();
      const { errors: after = 0 } = sender.counters();
      if (after > before) tries.push(second);
    }
    expect(tries).toEqual([2, 6, 14, 30, 62, 122, 182]);
    expect(links.every(({ isClosed }) => isClosed)).toBe(true);
    use("take");
    pass(60_000);
    await settle();
    expect(sender.counters()).toMatchObject({ sent: 2, errors: 8, dropped: 0 });
    expect(sender.state().ok).toBe(true);
    // Repeats are held back: one line a minute.
    expect(lines.filter(({ level }) => level === "warn").length).toBeLessThanOrEqual(5);
  });

  it("that stays away: what is older than ten minutes is given up, and counted", async () => {
    const { sender, use, pass, settle } = rig();
    use("refuse");
    sender.notify(told(1));
    await settle();
    for (let minute = 0; minute < 11; minute++) {
      pass(60_000);
      await settle();
    }
    expect(sender.counters()).toMatchObject({ "given-up": 1, sent: 0 });
  });

  it("that can't be found, or whose session errs, is tried again", async () => {
    const { sender, names, links, use, pass, settle } = rig();
    const { answer } = names;
    names.answer = undefined;
    sender.notify(told(1));
    await settle();
    expect(sender.state().text).toContain("the name is not known");
    names.answer = answer;
    use("throw");
    pass(2_000);
    await settle();
    expect(sender.state().text).toContain("net-snmp erred");
    use("take");
    pass(4_000);
    await settle();
    expect(sender.counters()).toMatchObject({ sent: 1, errors: 2 });
    expect(links).toHaveLength(2);
  });

  it("holds 256 notices at most; more are dropped and counted", async () => {
    const { sender, use, lines, settle } = rig();
    use("hold");
    for (let n = 0; n < 300; n++) sender.notify(told(n));
    await settle();
    expect(sender.counters()).toMatchObject({ notices: 300, dropped: 44 });
    expect(lines.filter(({ message }) => message.includes("was dropped"))).toHaveLength(1);
  });

  it("closing waits for what is under way, not for a receiver that is away", async () => {
    const { sender, links, use, settle } = rig();
    use("hold");
    sender.notify(told(1));
    await settle();
    const closing = sender.close();
    use("take");
    links[0]!.sent[0]!(undefined);
    await closing;
    expect(sender.counters()).toMatchObject({ sent: 1, dropped: 0 });
    sender.notify(told(2));
    expect(sender.counters()).toMatchObject({ dropped: 1 });

    const other = rig();
    other.use("refuse");
    other.sender.notify(told(1));
    await other.settle();
    await other.sender.close();
    expect(other.sender.counters()).toMatchObject({ sent: 0, dropped: 1 });
  });

  it("a clock that is set neither ages nor stops what waits", async () => {
    const { sender, use, pass, settle } = rig();
    use("refuse");
    sender.notify(told(1));
    await settle();
    sender.pulse(1_800_000_000_000);
    await settle();
    expect(sender.counters()).toMatchObject({ "given-up": 0 });
    use("take");
    sender.pulse(1_600_000_000_000);
    pass(60_000);
    await settle();
    expect(sender.counters()).toMatchObject({ sent: 1 });
  });
});
