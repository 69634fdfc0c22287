// The syslog exporter and receivers that others wrote: rsyslog over a unix socket, UDP and TCP, parsing our header,
// element and JSON by its own rules; Python's sockets for a receiver that is full, away, or does not answer.
// Always holds: loopback and a folder of the test's own; a receiver is ended by its own process.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { SyslogTarget } from "../../host/config/types.js";
import { systemCode } from "../../host/errors.js";
import { Resolver } from "../../host/export/resolver.js";
import { SyslogSink } from "../../host/export/syslog.js";
import { TcpPeer } from "../../host/export/tcp-peer.js";
import { EVE_RECORDS } from "../host/export/eve-records.js";
import { logTo } from "../host/export/simulated.js";
import { until } from "../support/daemon.js";
import { buildRecord } from "../support/record-builder.js";
import { requireProgram } from "../support/system.js";

const hasRsyslog = requireProgram("rsyslogd", "rsyslog");
const hasPython = requireProgram("python3", "python3");
const folder = mkdtempSync(join(tmpdir(), "stray-syslog-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const children: ChildProcess[] = [];
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}
const timers: NodeJS.Timeout[] = [];
afterEach(async () => {
  for (const timer of timers.splice(0)) clearInterval(timer);
  await Promise.all(children.splice(0).map(stop));
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** An exporter with the pulse that the daemon would give it. */
function exporterTo(target: Partial<SyslogTarget> & Pick<SyslogTarget, "transport">): SyslogSink {
  const sink = new SyslogSink(
    {
      target: "127.0.0.1",
      port: 0,
      facility: "local5",
      types: ["flow"],
      statsMs: 1_000,
      queueBytes: 1 << 20,
      ...target,
    },
    {
      sensorName: "sensor-1",
      enterprise: 32473,
      interfaceName: () => "eth0",
      log: logTo([]),
      stats: { stats: () => ({ total: { packets: 5 } }) },
      resolver: new Resolver(),
    },
  );
  timers.push(setInterval(() => sink.pulse(Date.now()), 20));
  return sink;
}

const numbered = (number: number) =>
  buildRecord({ proto: 17, orig: { port: number + 1 }, sequence: number + 1 });

describe.skipIf(!hasRsyslog)("rsyslog", () => {
  interface Line {
    readonly host: string;
    readonly app: string;
    readonly process: string;
    readonly id: string;
    readonly facility: string;
    readonly severity: string;
    readonly time: string;
    readonly element: string;
    readonly json: Record<string, unknown>;
  }

  /** Starts it with inputs of every kind; answers how to reach it and what it wrote. */
  async function start(name: string, ports: { udp: number; tcp: number }) {
    const output = join(folder, `${name}.out`);
    const socket = join(folder, "log.sock");
    const config = join(folder, `${name}.conf`);
    const property = (key: string, source: string, options = 'format="json"') =>
      `constant(value="\\"${key}\\":\\"") property(name="${source}" ${options}) constant(value="\\",")`;
    writeFileSync(
      config,
      `global(workDirectory="${folder}" maxMessageSize="8k")
module(load="imudp") input(type="imudp" address="127.0.0.1" port="${ports.udp}")
module(load="imtcp") input(type="imtcp" address="127.0.0.1" port="${ports.tcp}")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${socket}" UseSpecialParser="off" ParseHostname="on" IgnoreTimestamp="off" RateLimit.Interval="0")
module(load="mmjsonparse")
template(name="lines" type="list") {
  constant(value="{")
  ${property("host", "hostname")} ${property("app", "app-name")} ${property("process", "procid")}
  ${property("id", "msgid")} ${property("facility", "syslogfacility-text")}
  ${property("severity", "syslogseverity-text")} ${property("time", "timereported", 'dateFormat="rfc3339"')}
  ${property("element", "structured-data")}
  constant(value="\\"json\\":") property(name="$!all-json") constant(value="}\\n")
}
action(type="mmjsonparse" cookie="")
action(type="omfile" file="${output}" template="lines")
`,
    );
    const child = spawn("rsyslogd", ["-n", "-f", config, "-i", join(folder, `${name}.pid`)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    children.push(child);
    let said = "";
    child.stderr!.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until(`rsyslogd listens; ${said}`, () => existsSync(socket));
    const lines = (): Line[] =>
      existsSync(output)
        ? readFileSync(output, "utf8")
            .split("\n")
            .slice(0, -1)
            .map((line) => JSON.parse(line) as Line)
        : [];
    return { child, socket, lines };
  }

  it.each(["unix", "udp", "tcp"] as const)("understands each event over %s", async (transport) => {
    const ports = { udp: await freePort(), tcp: await freePort() };
    const { socket, lines } = await start(transport, ports);
    const sink = exporterTo({
      transport,
      target: transport === "unix" ? socket : "127.0.0.1",
      port: transport === "unix" ? 0 : ports[transport],
      types: ["flow", "stats"],
    });
    for (const [, record] of EVE_RECORDS) sink.write(record, 0);
    await until(
      "all events are there",
      () => lines().filter(({ id }) => id === "flow").length === EVE_RECORDS.length,
    );
    await until("statistics are there", () => lines().some(({ id }) => id === "stats"));
    await sink.close();
    const flows = lines().filter(({ id }) => id === "flow");
    for (const line of flows) {
      expect(line).toMatchObject({
        host: "sensor-1",
        app: "stray",
        process: String(process.pid),
        facility: "local5",
        severity: "info",
      });
      expect(line.element).toContain(`flow_id="${line.json["flow_id"]}"`);
      expect(line.json).toMatchObject({ event_type: "flow", in_iface: "eth0", host: "sensor-1" });
    }
    expect(flows[0]).toMatchObject({
      time: "2026-11-24T22:01:02.500001Z",
      json: {
        src_ip: "192.168.1.10",
        dest_port: 443,
        flow: { bytes_toclient: 2186 },
        stray: { sipid_kind: "counting-up" },
      },
    });
    expect(flows[0]!.element).toMatch(/^\[stray@32473 type="flow" .* state="FIN"\]$/);
    expect(flows.map(({ json }) => json["proto"])).toContain("LLDP");
    expect(sink.counters()).toMatchObject({ dropped: 0, cut: 0, errors: 0 });
  });

  it.each(["unix", "tcp"] as const)(
    "is stopped and started again in mid-stream over %s",
    async (transport) => {
      const ports = { udp: await freePort(), tcp: await freePort() };
      const first = await start(`${transport}-1`, ports);
      const sink = exporterTo(
        transport === "unix" ? { transport, target: first.socket } : { transport, port: ports.tcp },
      );
      for (let number = 0; number < 50; number++) sink.write(numbered(number), 0);
      await until("the first are there", () => first.lines().length === 50);
      await stop(first.child);
      rmSync(first.socket, { force: true });
      for (let number = 50; number < 150; number++) sink.write(numbered(number), 0);
      await until("the exporter knows", () => !sink.state().ok);
      const second = await start(`${transport}-2`, ports);
      for (let number = 150; number < 200; number++) sink.write(numbered(number), 0);
      await until("all are sent", () => sink.counters()["records"] === 200);
      const maybeLost = sink.counters()["maybe-lost"]!;
      await until("the others are there", () => second.lines().length >= 150 - maybeLost);
      await sink.close();
      const numbers = [...first.lines(), ...second.lines()].map(({ json }) => json["src_port"]);
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(numbers.length).toBeGreaterThanOrEqual(200 - maybeLost);
      expect(sink.counters()).toMatchObject({ dropped: 0 });
    },
  );
});

describe.skipIf(!hasPython)("a receiver of Python's", () => {
  /** Runs a script with these arguments; answers a function that waits for the line it prints. */
  function python(script: string, ...args: string[]) {
    const child = spawn("python3", ["-u", "-c", script, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    children.push(child);
    let said = "";
    child.stdout!.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const says = (pattern: RegExp) =>
      until(`the receiver says ${pattern}`, () => pattern.exec(said) ?? undefined);
    return { child, says };
  }

  const UNIX_RECEIVER = `
import socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print("ready")
sys.stdin.readline()
seen = set()
while len(seen) < int(sys.argv[2]):
    seen.add(receiver.recv(65536))
print("got", len(seen))
`;

  it("whose unix socket is full gets everything once it reads", async () => {
    const path = join(folder, "full.sock");
    const count = 2_000;
    const { child, says } = python(UNIX_RECEIVER, path, String(count));
    await says(/ready/);
    const sink = exporterTo({ transport: "unix", target: path, queueBytes: 8 << 20 });
    for (let number = 0; number < count; number++) sink.write(numbered(number), 0);
    await until(
      "the kernel's queue is full",
      () => sink.counters()["records"]! > 0 && /wait/.test(sink.state().text),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sink.counters()["records"]).toBeLessThan(count);
    child.stdin!.write("\n");
    await says(new RegExp(`got ${count}`));
    expect(sink.counters()).toMatchObject({ records: count, dropped: 0, errors: 0 });
    await sink.close();
  });

  it("that does not read fills the queue, which has its bound", async () => {
    const path = join(folder, "never.sock");
    const { says } = python(UNIX_RECEIVER, path, "1");
    await says(/ready/);
    const sink = exporterTo({ transport: "unix", target: path, queueBytes: 100_000 });
    for (let number = 0; number < 5_000; number++) sink.write(numbered(number % 60_000), 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sink.state().ok).toBe(false);
    await sink.close();
    const { records = 0, dropped = 0 } = sink.counters();
    expect(records + dropped).toBe(5_000);
    expect(dropped).toBeGreaterThan(4_000);
  });

  const SILENT_LISTENER = `
import socket, sys
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
port = listener.getsockname()[1]
held = []
for _ in range(4):
    one = socket.socket()
    one.setblocking(False)
    try: one.connect(("127.0.0.1", port))
    except BlockingIOError: pass
    held.append(one)
print("port", port)
sys.stdin.readline()
`;

  it("that never answers a connection is given up after ten seconds of pulses", async () => {
    const { says } = python(SILENT_LISTENER);
    const port = Number((await says(/port (\d+)/))[1]);
    const events: string[] = [];
    const session = new TcpPeer("127.0.0.1", port, new Resolver()).open(0, {
      opened: () => events.push("opened"),
      lost: (reason) => events.push(`lost ${systemCode(reason)}`),
      moved: () => events.push("moved"),
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    session.pulse(1_000);
    session.pulse(10_999);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toEqual([]);
    session.pulse(11_000);
    await until("it is given up", () => events.length > 0);
    expect(events).toEqual(["lost ETIMEDOUT"]);
  });
});
