// Alerts in text files, in the EVE file beside flows, and over syslog.

import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as R from "../../../assembly/match/rules-layout.js";
import type { AlertSink } from "../../../host/alert/alert-sink.js";
import { utcTime } from "../../../host/alert/fast-format.js";
import { FullFormat } from "../../../host/alert/full-format.js";
import { alertSinksOf } from "../../../host/alert/joined-sink.js";
import { AlertTextSink } from "../../../host/alert/text-sink.js";
import { EveSink } from "../../../host/export/eve.js";
import { Resolver } from "../../../host/export/resolver.js";
import { SyslogSink } from "../../../host/export/syslog.js";
import { buildRecord } from "../../support/record-builder.js";
import { buildAlert } from "./alert-builder.js";
import { LETTER, SAMPLES } from "./samples.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stray-alert-sinks-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const log = () => undefined;
const stats = { stats: () => ({}) };
const common = { sensorName: "lab", interfaceName: () => "eth0", log, stats };
const letter = buildAlert(LETTER);
const unsaid = [R.ALERT_KIND_LOG, R.ALERT_KIND_TAGGED].map((kind) => buildAlert({ ...LETTER, kind }));

describe("a text file", () => {
  it("has each alert whole", async () => {
    const path = join(directory, "alert");
    const format = new FullFormat({ style: "letter", time: utcTime() });
    const sink = new AlertTextSink({ name: "alert-full", path, format, log });
    for (const alert of [letter, ...unsaid, letter]) sink.write(alert);
    sink.pulse(1);
    await sink.close();
    expect(readFileSync(path, "utf8")).toBe(format.text(letter).repeat(2));
    expect(sink.counters()).toMatchObject({ alerts: 2, dropped: 0, errors: 0 });
  });
});

describe("the EVE file", () => {
  const config = (types: ("flow" | "alert")[]) => ({
    file: join(directory, "eve.json"),
    types,
    statsMs: 60_000,
  });

  it("has flows and alerts in one", async () => {
    const sink = new EveSink(config(["flow", "alert"]), common);
    const [alerts, ...others] = alertSinksOf([sink]);
    expect([alerts?.name, others]).toEqual(["eve.alerts", []]);
    sink.write(buildRecord(), 0);
    for (const alert of [letter, ...unsaid]) alerts?.write(alert, 0);
    await alerts?.close();
    await sink.close();
    const events = readFileSync(join(directory, "eve.json"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ event_type: type }) => type)).toEqual(["flow", "alert"]);
    expect(alerts?.counters()).toEqual({ alerts: 1 });
    expect(sink.counters()).toMatchObject({ records: 1, lines: 2 });
  });

  it("has none where they are not asked for", async () => {
    const sink = new EveSink(config(["flow"]), common);
    expect(alertSinksOf([sink])).toEqual([]);
    await sink.close();
  });
});

describe("syslog", () => {
  async function received(transport: "udp", alerts: Parameters<AlertSink["write"]>[0][]): Promise<string[]> {
    const socket = createSocket("udp4");
    const messages: string[] = [];
    socket.on("message", (bytes) => messages.push(bytes.toString("latin1")));
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const sink = new SyslogSink(
      {
        transport,
        target: "127.0.0.1",
        port: socket.address().port,
        facility: "local0",
        types: ["alert"],
        statsMs: 60_000,
        queueBytes: 1 << 20,
      },
      { ...common, enterprise: 32473, resolver: new Resolver() },
    );
    const [joined] = alertSinksOf([sink]);
    for (const alert of alerts) joined?.write(alert, 0);
    const deadlineMs = Date.now() + 10_000;
    while (messages.length < alerts.length && Date.now() < deadlineMs) {
      sink.pulse(Date.now());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await sink.close();
    socket.close();
    return messages;
  }

  it("carries the event, its words before it, its severity by the priority", async () => {
    const large = buildAlert({
      ...LETTER,
      frame: Buffer.concat([LETTER.frame, new Uint8Array(900).fill(0x61)]),
      rule: "large",
    });
    const messages = await received("udp", [letter, large]);
    expect(messages).toHaveLength(2);
    const [, priority, time, json] =
      /^<(\d+)>1 (\S+) lab stray \d+ alert \[stray@32473 type="alert" .*?sid="981".*?\] (\{.*\})$/.exec(
        messages[0]!,
      )!;
    expect([priority, time]).toEqual(["129", "2001-10-17T11:37:07.512622Z"]);
    expect(JSON.parse(json!).alert.signature).toBe("WEB-IIS File permission canonicalization");
    // Too long with its packet for a datagram that every receiver takes.
    const short = JSON.parse(/\] (\{.*\})$/.exec(messages[1]!)![1]!);
    expect(short).not.toHaveProperty("packet");
    expect(short.alert.signature).toBe("large");
    expect(messages[1]!.length).toBeLessThanOrEqual(2048);
  });

  it("is printable ASCII for every sample", async () => {
    const messages = await received(
      "udp",
      SAMPLES.map(({ alert }) => alert),
    );
    expect(messages).toHaveLength(SAMPLES.length);
    for (const message of messages) expect(message).toMatch(/^[\x20-\x7e]+$/);
  });
});
