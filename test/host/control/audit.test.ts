// The audit log: what a line has, that nobody can write a line of his own into it, and a file that is bounded, moved
// away, or can't be written.

import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  AUDIT_REFUSED_BURST,
  AuditLog,
  type AuditLogOptions,
  olderPath,
} from "../../../host/control/audit.js";
import {
  AUDIT_PARAMS_MAX,
  type AuditEntry,
  type AuditedCall,
  auditEntry,
  auditLine,
} from "../../../host/control/audit-entry.js";
import { Caller } from "../../../host/control/caller.js";
import { eventually } from "../../support/eventually.js";
import { Random, seedOf } from "../../support/random.js";
import { later, RawClient, startControl, temporaryFolder } from "./support.js";

function callOf(from: string | undefined, more: Partial<AuditedCall> = {}): AuditedCall {
  const peer = { uid: 1000, pid: 77, groups: [1000] };
  const caller = new Caller({ peer, user: "alice", role: "operator", howTo: () => "" });
  caller.begin(from === undefined ? {} : { from, via: "test" });
  return {
    caller,
    method: "v1.incidents.unmute",
    params: { number: 3 },
    outcome: "done",
    error: undefined,
    ...more,
  };
}

function start(options: Partial<AuditLogOptions> = {}) {
  const path = join(temporaryFolder(), "audit.log");
  const said: { level: string; message: string; data: object | undefined }[] = [];
  const log = new AuditLog({
    path,
    log: (level, message, data) => said.push({ level, message, data }),
    ...options,
  });
  later(() => log.close());
  log.open();
  return { log, path, said };
}

/** Pulses as strayd does until it holds. */
async function written(log: AuditLog, holds: () => boolean, what: string): Promise<void> {
  await eventually(() => {
    log.pulse(Date.now());
    return holds();
  }, what);
}

function entries(path: string): AuditEntry[] {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AuditEntry);
}

describe("a line", () => {
  it("says who, from where, what, and what came of it", () => {
    const entry = auditEntry(callOf("192.0.2.1 port 50000"), 1795547100000);
    expect(JSON.parse(auditLine(entry))).toEqual({
      time: "2026-11-24T19:05:00.000Z",
      uid: 1000,
      user: "alice",
      pid: 77,
      role: "operator",
      from: "192.0.2.1 port 50000",
      via: "test",
      method: "v1.incidents.unmute",
      params: '{"number":3}',
      outcome: "done",
    });
    const failed = auditEntry(callOf(undefined, { outcome: "failed", error: "NO_MUTE" }), 0, 4);
    expect(failed).toMatchObject({ outcome: "failed", error: "NO_MUTE", from: undefined, leftOut: 4 });
  });

  it("is one line of printable ASCII, whatever a client says of itself", () => {
    const seed = seedOf("audit lines");
    const random = new Random(seed);
    const pieces = [
      "\n",
      "\r",
      "\0",
      '"',
      "\\",
      '","outcome":"done',
      "\u001b[2J",
      "\u202e",
      "\u2028",
      "\ud800",
      "ä",
      "}",
      "😀",
    ];
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: random.below(12) }, () => pieces[random.below(pieces.length)]).join(
        "",
      );
      const params = { text, [text]: [text, { deep: text }] };
      const line = auditLine(auditEntry(callOf(text, { params, outcome: "refused" }), round));
      expect(line, `seed ${seed}`).toMatch(/^[\x20-\x7e]+\n$/);
      expect(JSON.parse(line), `seed ${seed}`).toMatchObject({
        from: text,
        outcome: "refused",
        user: "alice",
      });
    }
  });

  it("is bounded", () => {
    const params = { text: "\u2028".repeat(60_000) };
    const line = auditLine(auditEntry(callOf("\ud800".repeat(128), { params }), 0));
    expect(line.length).toBeLessThan(6 * (AUDIT_PARAMS_MAX + 400));
    expect((JSON.parse(line) as AuditEntry).params).toHaveLength(AUDIT_PARAMS_MAX + 3);
  });
});

describe("the file", () => {
  it("has mode 0640, and what came before open() was called stays in the log alone", async () => {
    const path = join(temporaryFolder(), "audit.log");
    const said: string[] = [];
    const log = new AuditLog({ path, log: (_, message) => said.push(message) });
    later(() => log.close());
    log.tell(callOf("a"));
    expect(existsSync(path)).toBe(false);
    log.open();
    log.tell(callOf("b"));
    await written(log, () => entries(path).length === 1, "it is written");
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(entries(path)[0]?.from).toBe("b");
    expect(said.filter((message) => message.startsWith("v1."))).toEqual([
      "v1.incidents.unmute by alice (operator): done",
      "v1.incidents.unmute by alice (operator): done",
    ]);
  });

  it("is continued, turned over when it is full, and both stay bounded", async () => {
    const path = join(temporaryFolder(), "audit.log");
    writeFileSync(path, `${JSON.stringify({ from: "before" })}\n`);
    const bytesMax = 4000;
    const log = new AuditLog({ path, log: () => undefined, bytesMax });
    later(() => log.close());
    log.open();
    let told = 0;
    for (let round = 0; round < 30; round++) {
      for (let n = 0; n < 5; n++) log.tell(callOf(String(told++)));
      await written(log, () => Number(log.counters()["lines"]) === told, `${told} lines are written`);
      log.pulse(Date.now());
      // What one line may be above it, and what was told while it was moved.
      expect(statSync(path, { throwIfNoEntry: false })?.size ?? 0).toBeLessThan(bytesMax + 2000);
    }
    await log.close();
    expect(log.counters()["rotations"]).toBeGreaterThan(2);
    const kept = [...entries(olderPath(path)), ...entries(path)].map(({ from }) => Number(from));
    expect(kept.at(-1)).toBe(told - 1);
    // No line between them is lost.
    expect(kept).toEqual(kept.map((_, at) => kept[0]! + at));
    expect(log.counters()["dropped"]).toBe(0);
  });

  it("is opened anew when it was moved away", async () => {
    const { log, path } = start();
    log.tell(callOf("first"));
    await written(log, () => entries(path).length === 1, "the first is written");
    renameSync(path, `${path}.1`);
    log.reopen();
    log.tell(callOf("second"));
    await written(log, () => entries(path).length === 1, "the second is written");
    expect(entries(`${path}.1`).map(({ from }) => from)).toEqual(["first"]);
  });

  it("that can't be had is told, what it misses is counted, and all is in the log", async () => {
    const path = join(temporaryFolder(), "nosuch", "audit.log");
    const { log, said } = start({ path });
    await written(log, () => !log.state().ok && log.state().text.includes("no such"), "it is told");
    for (let n = 0; n < 2000; n++) log.tell(callOf("x".repeat(100)));
    expect(log.counters()["dropped"]).toBeGreaterThan(0);
    expect(said.filter(({ message }) => message.startsWith("v1.incidents.unmute by alice"))).toHaveLength(
      2000,
    );
    await log.close();
    expect(log.counters()["lines"]).toBe(0);
  });

  it("is turned over when it is too large, though nobody calls", async () => {
    const { log, path } = start({ bytesMax: 2000 });
    await written(log, () => existsSync(path), "it is there");
    writeFileSync(path, `${"x".repeat(5000)}\n`);
    await written(log, () => log.counters()["rotations"] === 1, "it is moved");
    expect(statSync(olderPath(path)).size).toBe(5001);
    log.tell(callOf("bob"));
    await written(log, () => entries(path).length === 1, "the line is in the new one");
  });

  it("that is not there yet is not turned over", async () => {
    const path = join(temporaryFolder(), "none", "audit.log");
    const { log } = start({ bytesMax: 2000, path });
    for (let n = 0; n < 100; n++) log.tell(callOf("x".repeat(100)));
    await written(log, () => (log.counters()["errors"] ?? 0) > 0, "opening it has failed");
    await log.close();
    expect(existsSync(path)).toBe(false);
    expect(log.counters()).toMatchObject({ rotations: 0, "rotation-errors": 0 });
  });

  it("that can't be turned over grows to twice its bound and no further", async () => {
    const { log, path, said } = start({ bytesMax: 2000 });
    mkdirSync(join(olderPath(path), "in the way"), { recursive: true });
    for (let n = 0; n < 100; n++) log.tell(callOf("x".repeat(100)));
    await written(log, () => (log.counters()["rotation-errors"] ?? 0) > 0, "the move has failed");
    for (let n = 0; n < 100; n++) log.tell(callOf("x".repeat(100)));
    await log.close();
    expect(statSync(path).size).toBeLessThan(5000);
    const { dropped = 0, lines = 0 } = log.counters();
    expect(dropped + lines).toBe(200);
    expect(said.some(({ level, message }) => level === "error" && message.includes("is full"))).toBe(true);
  });

  it("is not flooded by refused calls: those left out are counted, and what is done is always written", async () => {
    let nowMs = 1_000_000;
    const { log, path } = start({ now: () => nowMs });
    const refused = callOf("mallory", { outcome: "refused", error: "CONTROL_ROLE" });
    for (let n = 0; n < 5000; n++) log.tell(refused);
    log.tell(callOf("bob"));
    nowMs += 1000;
    log.tell(refused);
    await written(log, () => Number(log.counters()["lines"]) === AUDIT_REFUSED_BURST + 2, "they are written");
    expect(entries(path).at(-2)).toMatchObject({ from: "bob", leftOut: 5000 - AUDIT_REFUSED_BURST });
    expect(log.counters()).toMatchObject({ calls: 5002, "left-out": 5000 - AUDIT_REFUSED_BURST });
  });

  it("is left away where none is named", () => {
    const { log, said } = start({ path: undefined });
    log.tell(callOf("a", { outcome: "refused" }));
    expect(said).toMatchObject([{ level: "warn", data: { from: "a", via: "test", uid: 1000 } }]);
    expect(log.state()).toMatchObject({ ok: true });
  });
});

describe("over the socket", () => {
  it("each change is a line, with what the session said of itself", async () => {
    const { log, path: file } = start();
    const { path } = await startControl({ audit: log.tell });
    const client = await RawClient.connect(path);
    await client.ask("v1.session", { from: 'x","outcome":"done"}\n{"user":"root', via: "test" });
    await client.ask("v1.status");
    await client.ask("v1.reload");
    await client.ask("v1.stop", { now: true });
    await written(log, () => entries(file).length === 2, "both are written");
    expect(entries(file)).toMatchObject([
      {
        uid: process.getuid?.(),
        pid: process.pid,
        method: "v1.reload",
        outcome: "done",
        from: 'x","outcome":"done"}\n{"user":"root',
      },
      { method: "v1.stop", outcome: "failed", error: "-32602", params: '{"now":true}' },
    ]);
  });
});
