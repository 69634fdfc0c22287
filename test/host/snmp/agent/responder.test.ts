// What the agent answers, message by message: both versions, everything that is refused, replays, and what does not fit.

import { createHmac } from "node:crypto";
import { Authentication } from "net-snmp";
import { describe, expect, it, vi } from "vitest";
import { NAMES_MAX } from "../../../../host/snmp/agent/pdu.js";
import { MESSAGE_BYTES_MAX, Responder } from "../../../../host/snmp/agent/responder.js";
import { SnmpEngine } from "../../../../host/snmp/engine.js";
import type { Oid } from "../../../../host/snmp/oid.js";
import { UsmUser } from "../../../../host/snmp/usm-user.js";
import type { InstanceView } from "../../../../host/snmp/view.js";
import { ACCOUNT, communityRequest, readCommunityAnswer, UsmManager } from "../../../support/snmp-manager.js";
import { ARC, smallView } from "../../../support/snmp-view.js";

const ENGINE_ID = Buffer.from("80007ed905000102030405060708090a0b", "hex");
const FROM = "192.0.2.7";
const [GET, GET_NEXT, RESPONSE, SET, GET_BULK, REPORT] = [0xa0, 0xa1, 0xa2, 0xa3, 0xa5, 0xa8];
const TEXT: Oid = [...ARC, 1, 1, 0];
const USM_STATS = "1.3.6.1.6.3.15.1.1";

function agent(view: InstanceView = smallView()) {
  const clock = { ms: 1_000_000 };
  const engine = new SnmpEngine(ENGINE_ID, 3, () => clock.ms);
  const responder = new Responder(
    {
      engine,
      communities: ["public", "other"],
      users: [new UsmUser(ACCOUNT, ENGINE_ID)],
      nowMs: () => clock.ms,
    },
    view,
  );
  const ask = (bytes: Buffer): Buffer | undefined => responder.answer(Buffer.from(bytes), FROM);
  const community = (...asked: Parameters<typeof communityRequest>) =>
    readCommunityAnswer(ask(communityRequest(...asked))!);
  return { clock, engine, responder, ask, community, counts: responder.counts.values };
}

/** A manager that knows the time of the agent. */
function synchronised(engine: SnmpEngine, account?: ConstructorParameters<typeof UsmUser>[0]): UsmManager {
  const manager = new UsmManager(ENGINE_ID, account);
  manager.sync(engine);
  return manager;
}

describe("SNMPv2c", () => {
  it("GET answers what there is, and says what there is not", () => {
    const { community, counts } = agent();
    const got = community({ id: -5, names: [TEXT, [...ARC, 1, 1], [...ARC, 9], [1, 3]] }, "other");
    expect(got).toMatchObject({ community: "other", type: RESPONSE, id: -5, status: 0, index: 0 });
    expect(got.varbinds.map(({ tag }) => tag)).toEqual([0x04, 0x81, 0x80, 0x80]);
    expect(got.varbinds[0]!.value.toString()).toBe("stray");
    expect(counts).toMatchObject({ datagrams: 1, answered: 1, variables: 4 });
  });

  it("GETNEXT walks everything, in order, to the end", () => {
    const view = smallView();
    const { community } = agent(view);
    const seen: Oid[] = [];
    for (let at: Oid = [0, 0]; ; ) {
      const [next] = community({ type: GET_NEXT, names: [at] }).varbinds;
      if (next!.tag === 0x82) break;
      seen.push(next!.oid);
      at = next!.oid;
    }
    expect(seen).toEqual(view.instances.map(({ oid }) => oid));
  });

  it("GETBULK repeats what is to be repeated, and stops at the end", () => {
    const { community } = agent(smallView(3));
    const names = [TEXT, [...ARC, 2, 1, 1, 2, 1], [...ARC, 2, 1, 1, 2, 2]];
    const got = community({ type: GET_BULK, nonRepeaters: 1, maxRepetitions: 10, names });
    const tails = got.varbinds.map(({ oid, tag }) => `${oid.at(-1)}${tag === 0x82 ? " end" : ""}`);
    expect(tails).toEqual(["0", "2", "3", "3", "3 end", "3 end", "3 end"]);
    expect(community({ type: GET_BULK, nonRepeaters: -4, maxRepetitions: -1, names }).varbinds).toEqual([]);
    const once = community({ type: GET_BULK, nonRepeaters: 9, maxRepetitions: 0, names });
    expect(once.varbinds).toHaveLength(3);
  });

  it("an oversized GETBULK is answered with one datagram, after a bounded look at the view", () => {
    const view = smallView(10_000);
    const { ask, counts } = agent(view);
    const names = Array.from({ length: 20 }, () => ARC);
    const bytes = ask(communityRequest({ type: GET_BULK, maxRepetitions: 0x7fff_ffff, names }))!;
    expect(bytes.length).toBeLessThanOrEqual(1_452);
    const told = readCommunityAnswer(bytes).varbinds.length;
    expect(told).toBeGreaterThan(20);
    expect(view.asked).toBe(told + 1);
    expect(counts.variables).toBe(told);
  });

  it("a view that is slow ends a request, not the agent", () => {
    const { clock, community } = agent({
      get: () => "noSuchObject",
      next: (oid) => {
        clock.ms += 8;
        return { oid: [...oid.slice(0, 3), (oid[3] ?? 0) + 1], type: 2, value: 1 };
      },
    });
    const names = [[1, 3, 6]];
    expect(community({ type: GET_BULK, maxRepetitions: 100, names }).varbinds).toHaveLength(3);
    const many = Array.from({ length: 10 }, () => names[0]!);
    expect(community({ type: GET_NEXT, names: many })).toMatchObject({ status: 5, index: 4 });
  });

  it("more names than are allowed, and answers that do not fit, are too big", () => {
    const { community, counts } = agent();
    const names = Array.from({ length: NAMES_MAX + 1 }, () => TEXT);
    expect(community({ names })).toMatchObject({ status: 1, index: 0, varbinds: [] });
    const large = agent({
      get: (oid) => ({ oid, type: 4, value: Buffer.alloc(1000) }),
      next: () => undefined,
    });
    expect(large.community({ names: names.slice(0, 60) }).varbinds).toHaveLength(60);
    expect(large.community({ names: names.slice(0, 70) })).toMatchObject({ status: 1, varbinds: [] });
    expect(counts["too-big"]).toBe(1);
  });

  it("SET changes nothing: notWritable", () => {
    const { community, counts } = agent();
    const got = community({ type: SET, names: [TEXT, TEXT] });
    expect(got).toMatchObject({ status: 17, index: 1 });
    expect(got.varbinds).toHaveLength(2);
    expect(counts["set-refused"]).toBe(1);
  });

  it.each([
    ["another community", communityRequest({ names: [TEXT] }, "Public"), "wrong-community"],
    ["an empty community", communityRequest({ names: [TEXT] }, ""), "wrong-community"],
    ["SNMPv1", communityRequest({ names: [TEXT] }, "public", 0), "wrong-version"],
    ["version 2", communityRequest({ names: [TEXT] }, "public", 2), "wrong-version"],
    ["a response", communityRequest({ type: RESPONSE, names: [TEXT] }), "wrong-type"],
    ["a trap", communityRequest({ type: 0xa7, names: [TEXT] }), "wrong-type"],
    ["an inform", communityRequest({ type: 0xa6, names: [TEXT] }), "wrong-type"],
    [
      "bytes behind the end",
      Buffer.concat([communityRequest({ names: [] }), Buffer.of(0)]),
      "messages-malformed",
    ],
    ["nothing", Buffer.alloc(0), "messages-malformed"],
    ["a datagram that is too long", Buffer.alloc(MESSAGE_BYTES_MAX + 1), "messages-too-long"],
  ] as const)("%s is not answered, and counted", (_, bytes, count) => {
    const { ask, counts } = agent();
    expect(ask(bytes)).toBeUndefined();
    expect(counts).toMatchObject({ datagrams: 1, answered: 0, [count]: 1 });
  });
});

describe("SNMPv3", () => {
  it("tells its engine, boots and time to whoever asks (RFC 3414, section 4)", () => {
    const { ask, clock, counts } = agent();
    clock.ms += 42_000;
    const manager = new UsmManager(ENGINE_ID);
    const { message, got } = manager.read(ask(manager.discovery())!);
    expect(message).toMatchObject({ boots: 3, time: 42, flags: 0 });
    expect(message.engineId.equals(ENGINE_ID)).toBe(true);
    expect(got.type).toBe(REPORT);
    expect(got.varbinds[0]!.oid.join(".")).toBe(`${USM_STATS}.4.0`);
    expect(counts).toMatchObject({ "unknown-engines": 1, reports: 1, answered: 0 });
  });

  it.each([
    ["sha", "aes"],
    ["sha224", "aes"],
    ["sha256", "aes256b"],
    ["sha384", "aes256r"],
    ["sha512", "aes256b"],
    ["sha", "aes256r"],
  ] as const)("answers a user of %s and %s, signed and encrypted", (auth, privacy) => {
    const account = { ...ACCOUNT, auth, privacy };
    const { engine, responder, ask } = agent();
    responder.use({ communities: [], users: [new UsmUser(account, ENGINE_ID)] });
    const manager = synchronised(engine, account);
    const { message, got } = manager.read(ask(manager.request({ id: 99, names: [TEXT] }))!);
    expect(message.flags).toBe(3);
    expect(got).toMatchObject({ type: RESPONSE, id: 99, status: 0 });
    expect(got.varbinds[0]!.value.toString()).toBe("stray");
  });

  it("makes keys as RFC 3414, appendix A.3.2, has them", () => {
    const user = new UsmUser(
      { ...ACCOUNT, auth: "sha", authPassword: "maplesyrup" },
      Buffer.from("000000000000000000000002", "hex"),
    );
    const key = Buffer.from("6695febc9288e36282235fc7151f128497b38f3f", "hex");
    const message = Buffer.from("whatever");
    const expected = createHmac("sha1", key).update(message).digest().subarray(0, 12);
    expect(user.digest(message).equals(expected)).toBe(true);
  });

  it("a message of another time is reported, signed, and the manager that believes it is answered", () => {
    const { ask, clock, counts } = agent();
    clock.ms += 1_000_000;
    const manager = new UsmManager(ENGINE_ID);
    const { message, got } = manager.read(ask(manager.request({ names: [TEXT] }))!);
    expect(message.flags).toBe(1);
    expect(got.type).toBe(REPORT);
    expect(got.varbinds[0]!.oid.join(".")).toBe(`${USM_STATS}.2.0`);
    expect(counts["not-in-time-window"]).toBe(1);
    manager.sync(message);
    expect(manager.read(ask(manager.request({ names: [TEXT] }))!).got.type).toBe(RESPONSE);
  });

  it("a recorded message gets nowhere when its time is over, nor after a restart", () => {
    const { ask, clock, engine, counts } = agent();
    const recorded = synchronised(engine).request({ names: [TEXT] });
    const manager = new UsmManager(ENGINE_ID);
    expect(manager.read(ask(recorded)!).got.type).toBe(RESPONSE);
    clock.ms += 150_000;
    expect(manager.read(ask(recorded)!).got.type).toBe(RESPONSE);
    clock.ms += 1_000;
    expect(manager.read(ask(recorded)!).got.type).toBe(REPORT);
    expect(counts).toMatchObject({ answered: 2, "not-in-time-window": 1 });

    const restarted = new Responder(
      {
        engine: new SnmpEngine(ENGINE_ID, 4, () => 0),
        communities: [],
        users: [new UsmUser(ACCOUNT, ENGINE_ID)],
      },
      smallView(),
    );
    expect(manager.read(restarted.answer(recorded, FROM)!).got.type).toBe(REPORT);
    expect(restarted.counts.values).toMatchObject({ answered: 0, "not-in-time-window": 1 });
  });

  it("nobody is answered once boots are at their end (RFC 3414, section 3.2, step 7a)", () => {
    const engine = new SnmpEngine(ENGINE_ID, 0x7fff_ffff, () => 0);
    const responder = new Responder(
      { engine, communities: [], users: [new UsmUser(ACCOUNT, ENGINE_ID)] },
      smallView(),
    );
    const manager = synchronised(engine);
    const answer = responder.answer(manager.request({ names: [TEXT] }), FROM)!;
    expect(manager.read(answer).got.type).toBe(REPORT);
  });

  it.each([
    ["another password", { authPassword: "not the password" }, "wrong-digests", 5],
    ["another hash", { auth: "sha512" }, "wrong-digests", 5],
    ["another key of encryption", { privacyPassword: "not the password" }, "decryption-errors", 6],
    ["another user", { name: "monitor2" }, "unknown-users", 3],
  ] as const)("%s is reported and counted, and the view not asked", (_, change, count, stat) => {
    const view = smallView();
    const { ask, engine, counts } = agent(view);
    const manager = synchronised(engine, { ...ACCOUNT, ...change });
    const answer = ask(manager.request({ names: [TEXT] }))!;
    expect(counts).toMatchObject({ [count]: 1, reports: 1, answered: 0 });
    const { got } = manager.read(answer);
    expect(got.type).toBe(REPORT);
    expect(got.varbinds[0]!.oid.join(".")).toBe(`${USM_STATS}.${stat}.0`);
    expect(view.asked).toBe(0);
  });

  it.each(["authNoPriv", "noAuthNoPriv"] as const)("%s is no level for a user here", (level) => {
    const { ask, engine, counts } = agent();
    const manager = synchronised(engine);
    const { got } = manager.read(ask(manager.request({ id: 55, names: [TEXT] }, level))!);
    expect(got).toMatchObject({ type: REPORT, id: 55 });
    expect(got.varbinds[0]!.oid.join(".")).toBe(`${USM_STATS}.1.0`);
    expect(counts["unsupported-levels"]).toBe(1);
  });

  it("a message for another engine is reported without making keys for it", () => {
    const { ask, counts } = agent();
    const other = new UsmManager(Buffer.from("80007ed905ffffffff", "hex"));
    const answer = ask(other.request({ names: [TEXT] }))!;
    expect(counts["unknown-engines"]).toBe(1);
    expect(other.read(answer).message.engineId.equals(ENGINE_ID)).toBe(true);
  });

  it("one bit changed anywhere is not answered", () => {
    const { ask, clock, engine, counts } = agent();
    const right = synchronised(engine).request({ names: [TEXT] });
    for (let bit = 0; bit < right.length * 8; bit++) {
      clock.ms += 1;
      const bytes = Buffer.from(right);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      ask(bytes);
    }
    // Nothing but the bit that asks for reports is not covered by a digest that it would not be changed by.
    expect(counts.answered).toBe(0);
    expect(counts.faults).toBe(0);
    expect(counts.datagrams).toBe(right.length * 8);
  });

  it("a context that is none is reported", () => {
    const { ask, engine, counts } = agent();
    const manager = synchronised(engine);
    manager.contextName = "elsewhere";
    const { got } = manager.read(ask(manager.request({ names: [TEXT] }))!);
    expect(got.type).toBe(REPORT);
    expect(got.varbinds[0]!.oid.join(".")).toBe("1.3.6.1.6.3.12.1.5.0");
    expect(counts["wrong-context"]).toBe(1);
  });

  it("an answer fits what the manager can take", () => {
    const { ask, engine } = agent(smallView(500));
    const manager = synchronised(engine);
    for (const sizeMax of [484, 700, 1_000, 5_000]) {
      manager.sizeMax = sizeMax;
      const bytes = ask(manager.request({ type: GET_BULK, maxRepetitions: 500, names: [ARC] }))!;
      expect(bytes.length).toBeLessThanOrEqual(Math.min(sizeMax, 1_452));
      expect(manager.read(bytes).got.varbinds.length).toBeGreaterThan(3);
    }
    manager.sizeMax = 484;
    const names = Array.from({ length: 40 }, () => TEXT);
    expect(manager.read(ask(manager.request({ type: GET, names }))!).got).toMatchObject({ status: 1 });
  });

  it("keys are made at the start, never for a message, whatever engine it names", () => {
    const { ask, engine, counts } = agent();
    const managers = [synchronised(engine), new UsmManager(Buffer.from("80007ed905ffffffff", "hex"))];
    const making = vi.spyOn(Authentication, "passwordToKey");
    for (const manager of managers) ask(manager.request({ names: [TEXT] }));
    expect(making).not.toHaveBeenCalled();
    expect(counts).toMatchObject({ answered: 1, "unknown-engines": 1 });
    making.mockRestore();
  });
});

describe("the rate", () => {
  it("of one address leaves the others theirs; what is over it is dropped and counted", () => {
    const { responder, clock, counts } = agent();
    const request = communityRequest({ names: [TEXT] });
    let answered = 0;
    for (let n = 0; n < 20_000; n++) if (responder.answer(request, FROM) !== undefined) answered++;
    expect(answered).toBeGreaterThan(1_700);
    expect(answered).toBeLessThan(2_001);
    expect(counts.limited).toBe(20_000 - answered);
    expect(responder.answer(request, "192.0.2.8")).toBeDefined();
    clock.ms += 1_000;
    let later = 0;
    for (let n = 0; n < 2_000; n++) if (responder.answer(request, FROM) !== undefined) later++;
    expect(later).toBeGreaterThan(150);
    expect(later).toBeLessThan(201);
  });

  it("of all addresses together is bounded, and the table of them", () => {
    const { responder } = agent();
    const request = communityRequest({ names: [TEXT] });
    let answered = 0;
    for (let n = 0; n < 30_000; n++) {
      if (responder.answer(request, `2001:db8::${n.toString(16)}`) !== undefined) answered++;
    }
    expect(answered).toBeLessThan(4_001);
  });

  it("counts what is told: large answers are used up sooner", () => {
    const { responder } = agent(smallView(1_000));
    const request = communityRequest({ type: GET_BULK, maxRepetitions: 1_000, names: [ARC] });
    let answered = 0;
    for (let n = 0; n < 5_000; n++) if (responder.answer(request, FROM) !== undefined) answered++;
    expect(answered).toBeLessThan(600);
    expect(answered).toBeGreaterThan(50);
  });
});
