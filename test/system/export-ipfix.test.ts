// The IPFIX exporter and collectors that others wrote: nfcapd over UDP, its files read by nfdump; a TCP stream read
// by tshark. Collectors stop and start again in mid-stream.
// Always holds: loopback and ports that were free; a collector is ended by its own process.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { ethernet, ipv4, tcp } from "../../examples/frame.js";
import { pcapBytes } from "../../examples/pcap-writer.js";
import type { IpfixTarget } from "../../host/config/types.js";
import { IpfixSink } from "../../host/export/ipfix.js";
import { Resolver } from "../../host/export/resolver.js";
import type { FlowRecord } from "../../host/record/flow-record.js";
import { EVE_RECORDS } from "../host/export/eve-records.js";
import { type LogLine, logTo } from "../host/export/simulated.js";
import { until } from "../support/daemon.js";
import { buildRecord } from "../support/record-builder.js";
import { requireProgram } from "../support/system.js";

const hasNfdump = requireProgram("nfcapd", "nfdump");
const hasTshark = requireProgram("tshark", "tshark");
const folder = mkdtempSync(join(tmpdir(), "stray-collector-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** An exporter with the pulse that the daemon would give it. */
class Exporter {
  readonly lines: LogLine[] = [];
  readonly sink: IpfixSink;
  private readonly timer: NodeJS.Timeout;

  constructor(target: Partial<IpfixTarget> & Pick<IpfixTarget, "port" | "transport">) {
    this.sink = new IpfixSink(
      { host: "127.0.0.1", templateRefreshMs: 600_000, queueBytes: 1 << 20, domain: 1, ...target },
      { enterprise: 32473, log: logTo(this.lines), resolver: new Resolver() },
    );
    this.timer = setInterval(() => this.sink.pulse(Date.now()), 20);
  }

  count(name: string): number {
    return this.sink.counters()[name] ?? 0;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.sink.close();
  }
}

const exporters: Exporter[] = [];
function exporterTo(target: ConstructorParameters<typeof Exporter>[0]): Exporter {
  const exporter = new Exporter(target);
  exporters.push(exporter);
  return exporter;
}
afterEach(async () => {
  await Promise.all(exporters.splice(0).map((exporter) => exporter.close()));
});

/** Flows told apart by their number. */
function numbered(number: number): FlowRecord {
  return buildRecord({
    proto: 17,
    startUs: 1_795_557_600_000_000 + number * 1_000,
    orig: { address: "10.9.8.7", port: 1 + (number % 60_000), packets: 3, bytes: 1_000 + number },
    resp: { address: "192.0.2.99", port: 53, packets: 2, bytes: 5_000 },
    sequence: number,
  });
}

describe.skipIf(!hasNfdump)("nfcapd", () => {
  let collectors = 0;
  let collector: ChildProcess | undefined;

  async function start(port: number): Promise<string> {
    const files = join(folder, `nfcapd-${collectors++}`);
    mkdirSync(files);
    const options = ["-b", "127.0.0.1", "-p", String(port), "-w", files, "-t", "3600", "-B", "4000000"];
    collector = spawn("nfcapd", options, { stdio: "ignore" });
    await until("nfcapd writes its first file", () => readdirSync(files).length > 0);
    return files;
  }

  /** Ends the collector, which then closes its file. */
  async function stop(): Promise<void> {
    const running = collector;
    collector = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, "exit");
    running.kill("SIGTERM");
    await gone;
  }
  afterEach(stop);

  function nfdump(files: string, ...options: string[]): string {
    const { stdout, stderr, status } = spawnSync("nfdump", ["-R", files, ...options], {
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC" },
      maxBuffer: 1 << 26,
    });
    expect(status, stderr).toBe(0);
    return stdout;
  }

  interface NfRecord {
    readonly [key: string]: string | number;
  }
  const json = (files: string): NfRecord[] => JSON.parse(nfdump(files, "-o", "json")) as NfRecord[];
  const sequenceFailures = (files: string): number =>
    Number(/Sequence failures: (\d+)/.exec(nfdump(files, "-I"))?.[1] ?? Number.NaN);

  it("has addresses, ports, packets, bytes, flags and times as they were", async () => {
    const port = await freeUdpPort();
    const files = await start(port);
    const exporter = exporterTo({ port, transport: "udp" });
    const ip = EVE_RECORDS.map(([, record]) => record).filter(({ isIp }) => isIp);
    for (const record of ip) exporter.sink.write(record);
    await until("all are sent", () => exporter.count("records") === ip.length);
    await exporter.close();
    await stop();
    const found = json(files);
    expect(found.length).toBe(ip.length);
    expect(found[0]).toMatchObject({
      src4_addr: "192.168.1.10",
      dst4_addr: "198.51.100.7",
      src_port: 51514,
      dst_port: 443,
      proto: 6,
      in_packets: 7,
      in_bytes: 735,
      out_packets: 6,
      out_bytes: 2186,
      first: "2026-11-24T22:00:00.000",
      last: "2026-11-24T22:00:02.500",
    });
    expect(found[1]).toMatchObject({
      src4_addr: "217.29.131.130",
      src_port: 27708,
      dst_port: 80,
      in_packets: 2,
      in_bytes: 302,
    });
    expect(found[2]).toMatchObject({
      src_port: 40000,
      in_packets: 10,
      in_bytes: 1000,
      out_packets: 5,
      out_bytes: 100,
    });
    expect(found[6]).toMatchObject({
      src6_addr: "2001:db8::1",
      dst6_addr: "ff02::fb",
      src_port: 5353,
      proto: 17,
    });
    expect(found[7]).toMatchObject({ proto: 1, icmp_type: 8, icmp_code: 0, in_packets: 2, out_packets: 2 });
    expect(found[9]).toMatchObject({ proto: 50 });
    expect(sequenceFailures(files)).toBe(0);
  });

  it("gets thousands of records in a burst without a gap in their numbers", async () => {
    const port = await freeUdpPort();
    const files = await start(port);
    const exporter = exporterTo({ port, transport: "udp", queueBytes: 8 << 20 });
    const count = 8_000;
    for (let number = 0; number < count; number++) exporter.sink.write(numbered(number));
    await until("all are sent", () => exporter.count("records") === count);
    await exporter.close();
    await stop();
    const summary = nfdump(files, "-I");
    expect(Number(/Flows: (\d+)/.exec(summary)?.[1])).toBe(count);
    expect(Number(/^Bytes: (\d+)/m.exec(summary)?.[1])).toBeGreaterThan(0);
    expect(sequenceFailures(files)).toBe(0);
    expect(exporter.sink.counters()).toMatchObject({ dropped: 0, errors: 0, "maybe-lost": 0 });
  });

  it("is stopped and started again in mid-stream: nothing but what was under way is lost, and that is counted", async () => {
    const port = await freeUdpPort();
    const before = await start(port);
    const exporter = exporterTo({ port, transport: "udp" });
    let written = 0;
    const write = (count: number) => {
      for (const end = written + count; written < end; written++) exporter.sink.write(numbered(written));
    };
    write(100);
    await until("the first are sent", () => exporter.count("records") === 100);
    await stop();
    write(50);
    await until("the loss is noticed", () => !exporter.sink.state().ok);
    expect(exporter.sink.state().text).toMatch(/^retry in \d+ s: connection refused/);
    write(300);
    const after = await start(port);
    await until("it goes on", () => exporter.count("records") === written);
    expect(exporter.sink.state()).toEqual({ ok: true, text: `sending to 127.0.0.1:${port}` });
    write(100);
    await until("the last are sent", () => exporter.count("records") === written);
    await exporter.close();
    await stop();
    const ports = (files: string) => new Set(json(files).map(({ src_port }) => Number(src_port) - 1));
    const [first, second] = [ports(before), ports(after)];
    expect(first.size).toBe(100);
    const missing = Array.from({ length: written }, (_, number) => number).filter(
      (number) => !first.has(number) && !second.has(number),
    );
    expect(missing.every((number) => number >= 100 && number < 150)).toBe(true);
    expect(missing.length).toBeLessThanOrEqual(exporter.count("maybe-lost"));
    expect([...first].filter((number) => second.has(number))).toEqual([]);
    expect(exporter.sink.counters()).toMatchObject({ dropped: 0 });
    expect(exporter.count("reconnects")).toBeGreaterThan(0);
    expect(exporter.lines.map(({ level }) => level)).toContain("warn");
  });
});

/** A collector over TCP that keeps what each connection brought. */
class Receiver {
  readonly streams: Buffer[] = [];
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  port = 0;
  isReading = true;

  async listen(): Promise<void> {
    const server = createServer((socket) => {
      const index = this.streams.push(Buffer.alloc(0)) - 1;
      this.sockets.add(socket);
      if (!this.isReading) socket.pause();
      socket.on("data", (chunk) => {
        this.streams[index] = Buffer.concat([this.streams[index]!, chunk]);
      });
      socket.on("error", () => {});
      socket.on("close", () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    for (const socket of this.sockets) socket.resetAndDestroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    this.server = undefined;
  }
}

/** Source ports of the flows that tshark finds in a stream, in order. @throws at what it finds malformed. */
function flowsByTshark(stream: Buffer): number[] {
  const file = join(folder, `stream-${stream.length}.pcap`);
  const ends = { src: "127.0.0.1", dst: "127.0.0.2" };
  const bytes = pcapBytes({}, (writer) => {
    const segment = (seq: number, flags: string, payload: Buffer) =>
      writer.writeAt(
        1_795_557_600,
        seq % 1_000_000,
        ethernet({}, ipv4(ends, tcp({ sport: 40_000, dport: 4739, seq, ack: 1, flags }, payload))),
      );
    segment(0, "S", Buffer.alloc(0));
    for (let at = 0; at < stream.length; at += 1_400) segment(1 + at, "PA", stream.subarray(at, at + 1_400));
  });
  writeFileSync(file, bytes);
  const read = (...options: string[]) =>
    spawnSync("tshark", ["-n", "-r", file, "-d", "tcp.port==4739,cflow", ...options], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
  expect(read("-Y", "_ws.malformed || cflow.template_cached == 0").stdout).toBe("");
  const { stdout, stderr, status } = read(
    "-Y",
    "cflow",
    "-T",
    "fields",
    "-E",
    "occurrence=a",
    "-e",
    "cflow.srcport",
  );
  expect(status, stderr).toBe(0);
  return stdout
    .split(/[\s,]+/)
    .filter((text) => text !== "")
    .map(Number);
}

describe.skipIf(!hasTshark)("a TCP collector", () => {
  const receiver = new Receiver();
  afterEach(() => receiver.stop());

  it("is stopped and started again in mid-stream: each connection is whole by itself", async () => {
    await receiver.listen();
    const exporter = exporterTo({ port: receiver.port, transport: "tcp" });
    for (let number = 0; number < 500; number++) exporter.sink.write(numbered(number));
    await until("the first are sent", () => exporter.count("records") === 500);
    await until(
      "the first are acknowledged",
      () => (receiver.streams[0]?.length ?? 0) >= exporter.count("bytes"),
    );
    // The exporter asks the kernel at its next pulse.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await receiver.stop();
    await until("the loss is noticed", () => !exporter.sink.state().ok);
    for (let number = 500; number < 900; number++) exporter.sink.write(numbered(number));
    await until("a refusal", () => /refused/.test(exporter.sink.state().text));
    await receiver.listen();
    await until("it goes on", () => exporter.count("records") === 900);
    expect(exporter.sink.state()).toEqual({ ok: true, text: `connected to 127.0.0.1:${receiver.port}` });
    await exporter.close();
    expect(receiver.streams.length).toBe(2);
    const [first, second] = receiver.streams.map(flowsByTshark);
    expect(first).toEqual(Array.from({ length: 500 }, (_, number) => number + 1));
    expect(second).toEqual(Array.from({ length: 400 }, (_, number) => number + 501));
    expect(exporter.sink.counters()).toMatchObject({ dropped: 0, reconnects: 1, "maybe-lost": 0 });
  });

  it("may stop reading: the queue fills, what is dropped is counted, and nothing else grows", async () => {
    receiver.isReading = false;
    receiver.streams.length = 0;
    await receiver.listen();
    const exporter = exporterTo({ port: receiver.port, transport: "tcp", queueBytes: 200_000 });
    let written = 0;
    let sent = -1;
    await until("the kernel's buffers and the queue are full", async () => {
      const before = sent;
      sent = exporter.count("records");
      for (let i = 0; i < 20_000; i++) exporter.sink.write(numbered(written++));
      await new Promise((resolve) => setTimeout(resolve, 100));
      return sent > 0 && sent === before;
    });
    expect(exporter.sink.state()).toMatchObject({ ok: false });
    expect(exporter.sink.state().text).toMatch(/queue full$/);
    const held = written - exporter.count("records") - exporter.count("dropped");
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(5_000);
    await receiver.stop();
    await until("the loss is noticed", () => exporter.count("maybe-lost") > 0);
  });
});
