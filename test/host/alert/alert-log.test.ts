// The alert log: what is kept, what is asked for, and what is there again after a start.

import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as R from "../../../assembly/match/rules-layout.js";
import { ethernet, ipv4, ipv6, udp } from "../../../examples/frame.js";
import { AlertLog, type AlertLogOptions, type AlertQuery } from "../../../host/alert/alert-log.js";
import { EveAlert } from "../../../host/export/eve-alert.js";
import { asNobody } from "../../support/unprivileged.js";
import { buildAlert, TIME_NS } from "./alert-builder.js";
import { LETTER } from "./samples.js";

let directory: string;
let logged: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stray-alert-log-"));
  logged = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

let nowMs = Date.UTC(2026, 10, 24, 22);
const naming = { sensorName: "lab", interfaceName: () => "eth0" };
const open = (options: Partial<AlertLogOptions> = {}) => {
  nowMs += 10_000;
  return AlertLog.open({
    directory,
    rotateBytes: 1 << 20,
    rotateMs: 3_600_000,
    quotaBytes: 1 << 30,
    log: (level, message) => logged.push(`${level}: ${message}`),
    now: () => nowMs,
    ...naming,
    ...options,
  });
};

/** Alert number n: rule n, a second later each. */
const numbered = (n: number) =>
  buildAlert({
    frame: ethernet({}, ipv4({ src: `192.0.2.${n % 4}`, dst: "198.51.100.1" }, udp({ sport: 1, dport: 2 }))),
    sid: n,
    gid: n % 2 ? 1 : 3,
    sequence: n,
    timeNs: TIME_NS + BigInt(n) * 1_000_000_000n,
  });

const all: AlertQuery = { limit: 10_000, hasPackets: false };
const sids = (log: AlertLog, query: Partial<AlertQuery> = {}) =>
  log.list({ ...all, ...query }).alerts.map(({ alert }) => (alert as { signature_id: number }).signature_id);
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe("the alert log", () => {
  it("writes EVE lines, and keeps the newest", async () => {
    const log = await open({ keep: 10 });
    for (const n of range(1, 25)) log.write(numbered(n), 0);
    expect(log.size).toBe(10);
    expect(sids(log)).toEqual(range(16, 25));
    await log.close();
    const [name, ...others] = readdirSync(directory);
    expect([name, others]).toEqual([expect.stringMatching(/^alerts-\d{8}T\d{6}Z\.jsonl$/), []]);
    const lines = readFileSync(join(directory, name!), "utf8").trimEnd().split("\n");
    expect(lines).toEqual(range(1, 25).map((n) => new EveAlert(naming).text(numbered(n), 0)));
  });

  it("leaves out log and tag packets", async () => {
    const log = await open();
    for (const kind of [R.ALERT_KIND_LOG, R.ALERT_KIND_TAGGED]) log.write(buildAlert({ ...LETTER, kind }), 0);
    expect(log.size).toBe(0);
    await log.close();
  });

  it("answers by rule, address, time, in pages", async () => {
    const log = await open();
    const six = ethernet({}, ipv6({ src: "2001:db8::1", dst: "2001:db8::2" }, udp({ sport: 1, dport: 2 })));
    for (const n of range(1, 20)) log.write(numbered(n), 0);
    log.write(buildAlert({ frame: six, sid: 21, timeNs: TIME_NS + 21_000_000_000n }), 0);
    expect(sids(log, { limit: 3 })).toEqual([19, 20, 21]);
    expect(sids(log, { sid: 7 })).toEqual([7]);
    expect(sids(log, { sid: 7, gid: 3 })).toEqual([]);
    expect(sids(log, { address: "192.0.2.3", limit: 2 })).toEqual([15, 19]);
    expect(sids(log, { address: "2001:db8::2" })).toEqual([21]);
    expect(sids(log, { sinceMs: Number(TIME_NS / 1_000_000n) + 18_000 })).toEqual([18, 19, 20, 21]);
    let after = 0;
    const seen: number[] = [];
    for (let page = 0; page < 6; page++) {
      const { alerts, next, missed } = log.list({ ...all, gid: 3, after, limit: 3 });
      expect(missed).toBe(0);
      seen.push(...alerts.map(({ alert }) => (alert as { signature_id: number }).signature_id));
      after = next;
    }
    expect(seen).toEqual(range(1, 10).map((n) => n * 2));
    expect(after).toBe(21);
    await log.close();
  });

  it("says how many a slow follower missed, and takes up where a newer life begins", async () => {
    const log = await open({ keep: 10 });
    for (const n of range(1, 25)) log.write(numbered(n), 0);
    const page = log.list({ ...all, after: 5 });
    expect([page.missed, page.next, page.alerts.length]).toEqual([10, 25, 10]);
    expect(log.list({ ...all, after: 20 }).missed).toBe(0);
    expect(log.list({ ...all, after: 1000 })).toEqual({ alerts: [], next: 25, more: false, missed: 0 });
    await log.close();
  });

  it("has the packet only when it is asked for", async () => {
    const log = await open();
    log.write(buildAlert(LETTER), 2);
    const event = JSON.parse(new EveAlert(naming).text(buildAlert(LETTER), 2));
    const { payload: _, payload_printable: __, ...withPacket } = event;
    const { packet: ___, packet_info: ____, ...plain } = withPacket;
    expect(log.list(all).alerts).toEqual([plain]);
    expect(log.list({ ...all, hasPackets: true }).alerts).toEqual([withPacket]);
    await log.close();
  });

  it("has the newest again after a start, over several files, with their packets", async () => {
    for (const life of [0, 1, 2]) {
      const log = await open({ keep: 25, rotateBytes: 4000 });
      for (const n of range(life * 10 + 1, life * 10 + 10)) {
        log.write(numbered(n), 0);
        nowMs += 1000;
        log.pulse(nowMs);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await log.close();
    }
    expect(readdirSync(directory).length).toBeGreaterThan(5);
    const before = await open();
    expect(sids(before)).toEqual(range(1, 30));
    const few = await open({ keep: 12 });
    expect(sids(few)).toEqual(range(19, 30));
    few.write(numbered(31), 0);
    expect(sids(few)).toEqual(range(20, 31));
    const [first, ...rest] = few.list({ ...all, hasPackets: true }).alerts;
    expect(Object.keys(first!).sort()).toEqual(Object.keys(rest.at(-1)!).sort());
    expect(first!["packet"]).toBe(numbered(20).copy("frame").toString("base64"));
    expect(logged).toEqual([]);
  });

  it("leaves out damaged lines and counts them", async () => {
    const log = await open();
    for (const n of range(1, 3)) log.write(numbered(n), 0);
    await log.close();
    const path = join(directory, readdirSync(directory)[0]!);
    appendFileSync(
      path,
      `{"event_type":"flow"}\nnonsense\u0000\n[1]\n${"x".repeat(100_000)}\n{"event_type":"alert","timest`,
    );
    const again = await open();
    expect(sids(again)).toEqual([1, 2, 3]);
    expect(again.counters()["damaged"]).toBe(5);
    expect(logged).toEqual(["warn: alerts: 5 damaged lines of earlier alerts are left out"]);
    again.write(numbered(4), 0);
    await again.close();
    expect(sids(await open())).toEqual([1, 2, 3, 4]);
  });

  it("keeps a line that a crash cut from joining the next", async () => {
    writeFileSync(join(directory, "alerts-20200101T000000Z.jsonl"), '{"event_type":"al');
    const log = await open();
    log.write(numbered(1), 0);
    await log.close();
    expect(sids(await open())).toEqual([1]);
  });

  it("reads no more than it should of an endless file", async () => {
    writeFileSync(join(directory, "alerts-20200101T000000Z.jsonl"), Buffer.alloc(40 << 20, 0x7a));
    const startMs = performance.now();
    const log = await open();
    expect(log.size).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it("starts all the same when the folder can't be read", async () => {
    chmodSync(directory, 0o000);
    const log = await asNobody(open);
    expect(log.size).toBe(0);
    expect(logged[0]).toMatch(/^warn: alerts: earlier alerts in .* can't be read: permission denied$/);
    chmodSync(directory, 0o750);
  });
});
