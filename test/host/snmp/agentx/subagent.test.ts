// The subagent against a made-up master: opening, registering, answering, telling, closing; and masters that send in pieces,
// send garbage, refuse, fall silent, hang up, don't read. Nothing is thrown, all is counted, a new session is begun.
// Time is the test's: a pulse says what time it is.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Subagent } from "../../../../host/snmp/agentx/subagent.js";
import { MIB_ARC } from "../../../../host/snmp/mib/arcs.js";
import type { Oid } from "../../../../host/snmp/oid.js";
import { compareOids } from "../../../../host/snmp/oid.js";
import { ValueType } from "../../../../host/snmp/values.js";
import type { Instance, InstanceView } from "../../../../host/snmp/view.js";
import {
  CLOSE,
  FakeMaster,
  NOTIFY,
  name,
  OPEN,
  type Pdu,
  PING,
  pdu,
  REGISTER,
  RESPONSE,
} from "../../../support/agentx-master.js";
import { until } from "../../../support/daemon.js";

const [GET, GET_NEXT, GET_BULK] = [5, 6, 7];
const [TEST_SET, COMMIT_SET, UNDO_SET, CLEANUP_SET] = [8, 9, 10, 11];
const LENGTH = 5000;
const at = (number: number): Oid => [...MIB_ARC, 1, number];
const instances: Instance[] = Array.from({ length: LENGTH }, (_, index) => ({
  oid: at(index + 1),
  type: ValueType.Gauge,
  value: index + 1,
}));
const view: InstanceView = {
  get: (oid) => instances.find((one) => compareOids(one.oid, oid) === 0) ?? "noSuchObject",
  next: (oid) => instances.find((one) => compareOids(one.oid, oid) > 0),
};

/** Types of the variables of a response, and where one ends; the values that are numbers. */
function variables({ payload }: Pdu): { type: number; last: number; value: number | undefined }[] {
  const all: { type: number; last: number; value: number | undefined }[] = [];
  for (let place = 8; place < payload.length; ) {
    const type = payload.readUInt16BE(place);
    const count = payload[place + 4]!;
    const last = payload.readUInt32BE(place + 8 + 4 * (count - 1));
    place += 8 + 4 * count;
    const hasValue = type === ValueType.Gauge;
    all.push({ type, last, value: hasValue ? payload.readUInt32BE(place) : undefined });
    if (hasValue) place += 4;
  }
  return all;
}
const errorOf = ({ payload }: Pdu) => [payload.readUInt16BE(4), payload.readUInt16BE(6)];
const range = (start: Oid, end: Oid = [], include = false) =>
  Buffer.concat([name(start, include), name(end)]);
const bulk = (nonRepeaters: number, repetitions: number, ...rest: Buffer[]) => {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(nonRepeaters);
  head.writeUInt16BE(repetitions, 2);
  return Buffer.concat([head, ...rest]);
};

describe("the AgentX subagent", () => {
  let folder: string;
  let master: FakeMaster;
  let subagent: Subagent;
  let nowMs: number;
  const lines: string[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "agentx-"));
    master = new FakeMaster(folder);
    await master.listen();
    nowMs = 1_000_000;
    lines.length = 0;
    subagent = new Subagent({
      path: master.path,
      view,
      arc: MIB_ARC,
      description: "stray",
      log: (_level, message) => lines.push(message),
      random: () => 0.5,
    });
  });
  afterEach(async () => {
    await subagent.close();
    await master.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const pulse = (ms = 0) => {
    nowMs += ms;
    subagent.pulse(nowMs);
  };
  const connected = async () => {
    pulse();
    await until("it is registered", () => subagent.isConnected);
    // Nothing is counted from before.
    pulse();
  };
  /** It has noticed that the session is over, and waits. */
  const lost = (words: RegExp) =>
    until("the session is over", () => words.test(subagent.state().text)).then(() => {
      expect(subagent.isConnected).toBe(false);
      expect(subagent.state().ok).toBe(false);
    });
  const again = async () => {
    const { reply } = master;
    master.reply = (one) => (one.type === OPEN || one.type === REGISTER ? 0 : reply(one));
    pulse(60_000);
    await until("it is registered again", () => subagent.isConnected);
  };

  it("opens a session, registers the MIB, answers", async () => {
    await connected();
    const [open] = master.of(OPEN);
    const [register] = master.of(REGISTER);
    // Behind a time-out and an empty name: five characters, in two words.
    expect(open!.payload.subarray(8).toString("latin1")).toBe("\0\0\0\x05stray\0\0\0");
    expect(register!.session).toBe(1);
    // Prefix 4 stands for 1.3.6.1.4.
    expect([...register!.payload.subarray(4, 6)]).toEqual([3, 4]);
    expect(subagent.state()).toEqual({ ok: true, text: `connected to ${master.path}` });

    const got = await master.ask(GET, Buffer.concat([range(at(3)), range([1, 3])]), { transaction: 55 });
    expect([got.transaction, errorOf(got)]).toEqual([55, [0, 0]]);
    expect(variables(got).map(({ type, value }) => [type, value])).toEqual([
      [ValueType.Gauge, 3],
      [ValueType.NoSuchObject, undefined],
    ]);
    expect(subagent.counters()).toMatchObject({ requests: 1, errors: 0, sessions: 1, reconnects: 0 });
  });

  it("finds the next one within a range, itself included or not, and says where it ends", async () => {
    await connected();
    const next = await master.ask(
      GET_NEXT,
      Buffer.concat([
        range(at(3)),
        range(at(3), [], true),
        range(at(3), at(4)),
        range(at(3), at(4), true),
        range(at(LENGTH)),
        range(MIB_ARC, [...MIB_ARC, 2]),
      ]),
    );
    expect(variables(next).map(({ type, value }) => value ?? type)).toEqual([
      4,
      3,
      ValueType.EndOfMibView,
      3,
      ValueType.EndOfMibView,
      1,
    ]);
  });

  it("answers in bulk: whole rounds, as many as fit, no more", async () => {
    await connected();
    const rounds = await master.ask(
      GET_BULK,
      bulk(1, 3, range(at(9)), range(at(1)), range(at(LENGTH - 1)), range(at(5), at(7))),
    );
    expect(variables(rounds).map(({ type, value }) => value ?? type)).toEqual([
      ...[10],
      ...[2, LENGTH, 6],
      ...[3, ValueType.EndOfMibView, ValueType.EndOfMibView],
      ...[4, ValueType.EndOfMibView, ValueType.EndOfMibView],
    ]);
    const large = await master.ask(GET_BULK, bulk(0, 65_535, range(MIB_ARC), range(at(100))));
    expect(large.payload.length).toBeGreaterThan(32_000);
    expect(large.payload.length).toBeLessThan(40_000);
    expect(variables(large).length % 2).toBe(0);
    // Nothing is left: one round says so, and it ends there.
    const over = await master.ask(GET_BULK, bulk(0, 65_535, range([2])));
    expect(variables(over).map(({ type }) => type)).toEqual([ValueType.EndOfMibView]);
    expect(variables(await master.ask(GET_BULK, bulk(9, 9, range(at(1))))).length).toBe(1);
    expect(variables(await master.ask(GET_BULK, bulk(0, 0, range(at(1))))).length).toBe(0);
  });

  it("answers a master of the other byte order", async () => {
    await connected();
    const payload = Buffer.concat([name(at(7), false, false), name([], false, false)]);
    const got = await master.ask(GET, payload, { flags: 0 });
    expect(variables(got)[0]).toMatchObject({ value: 7 });
  });

  it("refuses to be written to, and contexts that it has not", async () => {
    await connected();
    expect(errorOf(await master.ask(TEST_SET, Buffer.alloc(0)))).toEqual([17, 1]);
    expect(errorOf(await master.ask(COMMIT_SET, Buffer.alloc(0)))).toEqual([14, 1]);
    expect(errorOf(await master.ask(UNDO_SET, Buffer.alloc(0)))).toEqual([15, 1]);
    const context = Buffer.concat([Buffer.from([0, 0, 0, 1, 97, 0, 0, 0]), range(at(1))]);
    expect(errorOf(await master.ask(GET, context, { flags: 0x18 }))).toEqual([262, 1]);
    // To cleaning up there is no answer; the next one is.
    master.send(pdu(CLEANUP_SET, Buffer.alloc(0), { packet: 5 }));
    await master.ask(GET, range(at(1)), { packet: 6 });
    expect(master.of(RESPONSE).map(({ packet }) => packet)).not.toContain(5);
  });

  it("takes requests in pieces, and several at once", async () => {
    await connected();
    const bytes = Buffer.concat([1, 2, 3].map((number) => pdu(GET, range(at(number)), { packet: number })));
    for (let place = 0; place < bytes.length; place += 7) {
      master.send(bytes.subarray(place, place + 7));
      await new Promise(setImmediate);
    }
    await until("all are answered", () => master.of(RESPONSE).length === 3);
    expect(master.of(RESPONSE).map((one) => variables(one)[0]!.value)).toEqual([1, 2, 3]);
  });

  it("sends notifications, and counts those that no master took", async () => {
    expect(subagent.notify(at(1), [])).toBe(false);
    await connected();
    expect(subagent.notify([...MIB_ARC, 0, 2], [instances[0]!])).toBe(true);
    await until("the master has confirmed it", () => subagent.counters()["notifications"] === 1);
    const [notify] = master.of(NOTIFY);
    // snmpTrapOID.0, an OID as its value, then ours.
    expect(notify!.payload.readUInt16BE(0)).toBe(ValueType.Oid);
    expect(notify!.payload.includes(name(at(1).slice(5)).subarray(4))).toBe(true);
    master.reply = (one) => (one.type === NOTIFY ? 268 : 0);
    expect(subagent.notify(at(1), [])).toBe(true);
    await until("it is refused", () => subagent.counters()["errors"] === 1);
    expect(subagent.isConnected).toBe(true);
    // One that confirms nothing is not fed for ever.
    master.reply = () => undefined;
    for (let count = 0; count < 64; count++) subagent.notify(at(1), []);
    expect(subagent.notify(at(1), [])).toBe(false);
    expect(subagent.counters()).toMatchObject({ notifications: 1, dropped: 2 });
  });

  it("asks a silent master whether it is there, and leaves one that does not answer", async () => {
    await connected();
    pulse(29_000);
    expect(master.of(PING)).toEqual([]);
    pulse(1000);
    await until("it is asked", () => master.of(PING).length === 1);
    await until("it has answered", async () => {
      pulse();
      return subagent.counters()["pings"] === 1;
    });
    master.reply = () => undefined;
    pulse(30_000);
    await until("it is asked again", () => master.of(PING).length === 2);
    pulse(0);
    pulse(4999);
    expect(subagent.isConnected).toBe(true);
    pulse(1);
    await lost(/the master does not answer \(ping\)/);
    await again();
  });

  it("leaves a master that never answers to opening or registering, and tries again", async () => {
    for (const silent of [OPEN, REGISTER]) {
      master.reply = (one) => (one.type === silent ? undefined : 0);
      pulse(60_000);
      await until("it has asked", () => master.of(silent).length === 1);
      expect(subagent.state().ok).toBe(false);
      pulse(0);
      pulse(5000);
      await lost(silent === OPEN ? /does not answer \(open\)/ : /does not answer \(register\)/);
    }
    await again();
    expect(subagent.counters()).toMatchObject({ sessions: 1, reconnects: 2 });
  });

  it("says why a master refuses", async () => {
    master.reply = (one) => (one.type === REGISTER ? 263 : 0);
    pulse();
    await lost(/the master refuses \(register\): another program has registered/);
    master.reply = (one) => (one.type === OPEN ? 256 : 0);
    pulse(60_000);
    await lost(/the master refuses \(open\): it opens no session/);
    await again();
    master.send(pdu(CLOSE, Buffer.from([2, 0, 0, 0])));
    await lost(/the master closed the session \(reason 2\)/);
  });

  it("leaves a master that sends what is no AgentX", async () => {
    const garbage = [
      Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
      pdu(99, Buffer.alloc(0)),
      pdu(GET, Buffer.from([255, 0, 0, 0])),
      pdu(GET, Buffer.from([9, 0, 0, 0])),
      pdu(OPEN, Buffer.alloc(4)),
      Buffer.alloc(100_000, 0x41),
    ];
    for (const [number, bytes] of garbage.entries()) {
      await again();
      master.send(bytes);
      await lost(/what the master sent can't be read: expected/);
      expect(subagent.counters()).toMatchObject({ errors: number + 1, reconnects: number + 1 });
    }
    await again();
    await master.ask(GET, range(at(1)));
  });

  it("pays no heed to answers that nobody waits for", async () => {
    await connected();
    for (const packet of [0, 1, 99])
      master.send(pdu(RESPONSE, Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]), { packet }));
    await master.ask(GET, range(at(1)));
    expect(subagent.counters()).toMatchObject({ errors: 0 });
  });

  it("leaves a master that asks and does not read", async () => {
    await connected();
    master.stopReading();
    const much = Buffer.concat(
      Array.from({ length: 200 }, () => pdu(GET_BULK, bulk(0, 65_535, range(MIB_ARC)))),
    );
    master.send(much);
    await lost(/the master does not read its answers/);
  });

  it("has each answer whole for a master that reads late", async () => {
    await connected();
    const before = master.of(RESPONSE).length;
    master.stopReading();
    // More than a socket holds, less than what ends the session.
    const count = 60;
    for (let number = 1; number <= count; number++) {
      master.send(pdu(GET_BULK, bulk(0, 400, range(at(number * 50))), { packet: number }));
    }
    await until("all are taken", () => subagent.counters()["requests"] === before + count);
    master.readOn();
    await until("all are answered", () => master.of(RESPONSE).length === before + count);
    for (const [place, one] of master.of(RESPONSE).slice(before).entries()) {
      expect(one.packet).toBe(place + 1);
      const values = variables(one).map(({ value }) => value);
      expect(values).toEqual(Array.from({ length: 400 }, (_, index) => (place + 1) * 50 + index + 1));
    }
  });

  it("comes back after a master went and came, ever more slowly while it is away", async () => {
    await connected();
    await master.close();
    await lost(/retry in 1 s: the peer closed the connection/);
    const waits: number[] = [];
    for (let tries = 0; tries < 7; tries++) {
      const { reconnects = 0 } = subagent.counters();
      let waited = 0;
      while (subagent.counters()["reconnects"] === reconnects) {
        pulse(250);
        waited += 250;
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (waited > 60_000) throw new Error("it gave up");
      }
      waits.push(waited);
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(31_000);
    expect(waits.at(-1)!).toBeGreaterThan(4 * waits[0]!);
    expect(subagent.state().text).toMatch(/no such file or directory/);
    // Of the same kind one line a minute.
    expect(lines.length).toBeLessThan(8);
    await master.listen();
    await again();
    await master.ask(GET, range(at(1)));
    expect(subagent.counters()).toMatchObject({ sessions: 2 });
  });

  it("tells the master when it goes", async () => {
    await connected();
    await subagent.close();
    await until("it has said so", () => master.of(CLOSE).length === 1);
    expect(master.of(CLOSE)[0]).toMatchObject({ session: 1, payload: Buffer.from([5, 0, 0, 0]) });
    pulse(60_000);
    expect(master.connections).toBe(1);
  });

  it("closes at once where no master is", async () => {
    await master.close();
    pulse();
    await subagent.close();
    expect(subagent.state()).toEqual({ ok: true, text: "closed" });
  });
});
