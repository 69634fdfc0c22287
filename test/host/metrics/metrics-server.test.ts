// The metrics over HTTP: what is answered to whom, and clients that mean no good.

import { request } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { CONTENT_TYPES } from "../../../host/metrics/exposition.js";
import {
  METRICS_LIMITS,
  type MetricsLimits,
  MetricsServer,
  wantedForm,
} from "../../../host/metrics/metrics-server.js";
import { until } from "../../support/daemon.js";

const servers: MetricsServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(
  limits: Partial<MetricsLimits> = {},
  text = (form: string) => Buffer.from(`form ${form}\n`),
) {
  const server = await MetricsServer.listen({
    host: "127.0.0.1",
    port: 0,
    log: () => undefined,
    text,
    limits,
  });
  servers.push(server);
  return server;
}

/** What comes back for these bytes until the other side closes; `more` is called each time something came. */
function raw(
  server: MetricsServer,
  bytes: string | Buffer,
): { socket: Socket; said: () => string; closed: Promise<void> } {
  const socket = connect(server.port, "127.0.0.1");
  sockets.push(socket);
  let said = "";
  socket.on("data", (chunk: Buffer) => {
    said += chunk.toString("latin1");
  });
  socket.on("error", () => undefined);
  socket.write(bytes);
  return { socket, said: () => said, closed: new Promise((resolve) => socket.on("close", () => resolve())) };
}

async function ask(server: MetricsServer, options: object = {}) {
  return await new Promise<{ status: number; type: string; allow: string; body: string }>(
    (resolve, reject) => {
      const asked = request(
        { host: "127.0.0.1", port: server.port, path: "/metrics", agent: false, ...options },
        (response) => {
          let body = "";
          response.on("data", (chunk: Buffer) => {
            body += chunk.toString();
          });
          const { "content-type": type = "", allow = "" } = response.headers;
          response.on("end", () => resolve({ status: response.statusCode ?? 0, type, allow, body }));
        },
      );
      asked.on("error", reject);
      asked.end();
    },
  );
}

describe("what is answered", () => {
  it("gives the form that the client takes", async () => {
    const server = await start();
    const accept =
      "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    expect(await ask(server, { headers: { accept } })).toMatchObject({
      status: 200,
      type: CONTENT_TYPES.openmetrics,
      body: "form openmetrics\n",
    });
    expect(await ask(server)).toMatchObject({ status: 200, type: CONTENT_TYPES.text, body: "form text\n" });
    expect(server.counters()).toMatchObject({ scrapes: 2, refused: 0, bytes: 27 });
  });

  it.each([
    [undefined, "text"],
    ["*/*", "text"],
    ["application/openmetrics-text", "openmetrics"],
    ["text/plain, Application/OpenMetrics-Text ; Version=0.0.1", "openmetrics"],
    ["application/openmetrics-text;q=0", "text"],
    ["application/openmetrics-text;version=2.0.0", "text"],
    [",;,=;q=x", "text"],
  ])("of %j takes %s", (accept, form) => {
    expect(wantedForm(accept)).toBe(form);
  });

  it("is there for GET /metrics only, and for those who ask for this machine by its own names", async () => {
    const server = await start();
    expect(await ask(server, { path: "/" })).toMatchObject({ status: 404 });
    expect(await ask(server, { path: "/metrics?x=1" })).toMatchObject({ status: 404 });
    expect(await ask(server, { path: "http://127.0.0.1/metrics" })).toMatchObject({ status: 404 });
    expect(await ask(server, { method: "POST" })).toMatchObject({ status: 405, allow: "GET" });
    expect(await ask(server, { method: "HEAD" })).toMatchObject({ status: 405, allow: "GET" });
    expect(await ask(server, { headers: { host: "evil.example:9" } })).toMatchObject({ status: 403 });
    expect(await ask(server, { headers: { expect: "something" } })).toMatchObject({ status: 417 });
    for (const host of ["localhost:9273", "[::1]:1", "127.1.2.3"]) {
      expect(await ask(server, { headers: { host } })).toMatchObject({ status: 200 });
    }
    expect(server.counters()).toMatchObject({ scrapes: 3, refused: 7 });
  });

  it("says so when the reports can't be had", async () => {
    const server = await start({}, () => {
      throw new Error("no");
    });
    expect(await ask(server)).toMatchObject({ status: 503 });
    expect(server.counters()).toMatchObject({ scrapes: 0, errors: 1 });
  });

  it("is on loopback only, and told when the address is taken", async () => {
    const options = { port: 0, log: () => undefined, text: () => Buffer.from("") };
    await expect(MetricsServer.listen({ ...options, host: "0.0.0.0" })).rejects.toThrow(/not loopback/);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", () => resolve()));
    const { port } = other.address() as AddressInfo;
    await expect(MetricsServer.listen({ ...options, host: "127.0.0.1", port })).rejects.toThrow(/EADDRINUSE/);
    other.close();
  });
});

describe("clients that mean no good", () => {
  it("are closed when a head does not come in time, and counted", async () => {
    const server = await start({ requestMs: 150 });
    const slow = raw(server, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ");
    await slow.closed;
    expect(slow.said()).toMatch(/^HTTP\/1\.1 408 /);
    expect(server.counters()).toMatchObject({ scrapes: 0, "clients-slow": 1 });
  });

  it("are closed when they connect and say nothing", async () => {
    const server = await start({ requestMs: 150, idleMs: 300 });
    await raw(server, "").closed;
    expect(server.counters()["clients-slow"]).toBe(1);
  });

  it("are closed when they ask and do not read", async () => {
    const size = 8 << 20;
    const server = await start({ idleMs: 300 }, () => Buffer.alloc(size, "x"));
    const { socket } = raw(server, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    socket.pause();
    await until("the server gave up", () => server.counters()["clients-slow"] === 1);
    // Counted first; the socket is closed a turn later.
    await until("the client is gone", () => server.state().text === "serves 0 clients");
    expect(server.state().ok).toBe(true);
  });

  it("are closed when they read a little at a time", async () => {
    const server = await start({ answerMs: 1 }, () => Buffer.alloc(8 << 20, "x"));
    const { socket, closed } = raw(server, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    socket.pause();
    const reading = setInterval(() => socket.read(1), 20);
    await until("the server gave up", () => server.counters()["clients-slow"] === 1);
    clearInterval(reading);
    socket.resume();
    await closed;
  });

  it("can't hold a connection for ever by asking again and again", async () => {
    const server = await start({ connectionMs: 0 });
    const client = raw(server, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await client.closed;
    expect(client.said()).toMatch(/^Connection: close\r$/im);
    expect(server.counters()).toMatchObject({ scrapes: 1, "clients-slow": 0 });
  });

  it("can't ask a thousand times at once", async () => {
    const server = await start();
    const client = raw(server, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1000));
    await client.closed;
    expect(server.counters()).toMatchObject({ scrapes: 1, malformed: 1 });
  });

  it("are not those who keep a connection and ask now and then", async () => {
    const server = await start({ idleMs: 100 });
    const client = raw(server, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await client.closed;
    expect(client.said()).toMatch(/200 OK[\s\S]*form text\n$/);
    expect(server.counters()).toMatchObject({ scrapes: 1, "clients-slow": 0, malformed: 0 });
  });

  it("are told that their head is too large", async () => {
    const server = await start();
    const large = raw(
      server,
      `GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(1 << 20)}\r\n\r\n`,
    );
    await large.closed;
    expect(server.counters()).toMatchObject({ scrapes: 0, malformed: 1 });
  });

  it("find no room when there are too many, and leave others theirs", async () => {
    const server = await start({ clientsMax: 3 });
    const held = [1, 2, 3].map(() => raw(server, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    await until("three are served", () => held.every(({ said }) => said().endsWith("form text\n")));
    const over = Array.from({ length: 20 }, () => raw(server, "GET /metrics HTTP/1.1\r\n\r\n"));
    await Promise.all(over.map(({ closed }) => closed));
    expect(over.every(({ said }) => said() === "")).toBe(true);
    expect(server.counters()).toMatchObject({ scrapes: 3, "clients-refused": 20 });
    held[0]?.socket.destroy();
    await until("there is room again", () => server.state().text === "serves 2 clients");
    expect(await ask(server)).toMatchObject({ status: 200 });
  });

  it.each([
    ["nothing of HTTP", "\u0000\u0001\u0002 hello\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["TLS", Buffer.from("16030100a5010000a10303", "hex"), /^HTTP\/1\.1 400 /],
    [
      "two lengths",
      "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      / 400 /,
    ],
    ["no host", "GET /metrics HTTP/1.1\r\n\r\n", / 400 /],
    ["a tunnel", "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: localhost\r\n\r\n", /^$/],
  ])("with %s get nowhere", async (_, bytes, answer) => {
    const server = await start();
    const client = raw(server, bytes);
    await client.closed;
    expect(client.said()).toMatch(answer);
    expect(server.counters()["scrapes"]).toBe(0);
    expect(await ask(server)).toMatchObject({ status: 200 });
  });

  it("that send a body have the answer, and no second one", async () => {
    const server = await start();
    const body = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const head = `GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`;
    const client = raw(server, head + body);
    await client.closed;
    expect(client.said().match(/HTTP\/1\.1 200 /g)).toHaveLength(1);
    expect(server.counters()["scrapes"]).toBe(1);
  });

  it("have a few seconds only", () => {
    const { requestMs, idleMs, clientsMax, headerBytesMax } = METRICS_LIMITS;
    expect([requestMs <= 10_000, idleMs <= 60_000, clientsMax <= 64, headerBytesMax <= 16_384]).toEqual(
      Array(4).fill(true),
    );
  });
});
