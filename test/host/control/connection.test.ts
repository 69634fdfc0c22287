// Clients that misbehave: too large, too many, too slow, too silent. Nobody else may notice.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { REQUEST_BYTES_MAX, RPC_ERRORS } from "../../../host/control/protocol.js";
import { eventually } from "../../support/eventually.js";
import { RawClient, startControl } from "./support.js";

const hello = (id: unknown) => ({ jsonrpc: "2.0", id, method: "v1.hello" });

describe("a request line", () => {
  it("may be as long as allowed, and no longer", async () => {
    const { path, server } = await startControl();
    const fitting = JSON.stringify({ ...hello("x"), params: {} });
    const client = await RawClient.connect(path);
    client.send(fitting.padEnd(REQUEST_BYTES_MAX));
    expect((await client.answer()).id).toBe("x");
    client.send(fitting.padEnd(REQUEST_BYTES_MAX + 1));
    expect((await client.answer()).error?.code).toBe(RPC_ERRORS.requestTooLarge);
    await client.closed;
    expect(server.counters()).toMatchObject({ "requests-oversized": 1, requests: 1 });
  });

  it("without end is refused once it is too long, while the client still sends", async () => {
    const { path, server } = await startControl();
    const giant = await RawClient.connect(path);
    const other = await RawClient.connect(path);
    const piece = "x".repeat(60_000);
    for (let sent = 0; sent < 200 && !giant.socket.destroyed; sent++) giant.socket.write(piece);
    expect((await giant.answer()).error?.code).toBe(RPC_ERRORS.requestTooLarge);
    expect((await other.ask("v1.hello")).error).toBeUndefined();
    await giant.closed;
    await eventually(() => server.clients === 1, "the giant is let go");
  });

  it("may come in any pieces, and several at once", async () => {
    const { path } = await startControl();
    const client = await RawClient.connect(path);
    const bytes = Buffer.from(`${JSON.stringify(hello(1))}\r\n${JSON.stringify(hello("zwölf"))}\n`);
    for (const byte of bytes) {
      client.socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    expect([(await client.answer()).id, (await client.answer()).id]).toEqual([1, "zwölf"]);
    client.socket.write([2, 3, 4].map((id) => `${JSON.stringify(hello(id))}\n`).join(""));
    expect([(await client.answer()).id, (await client.answer()).id, (await client.answer()).id]).toEqual([
      2, 3, 4,
    ]);
  });

  it("is answered when the client has ended its half, with or without a last line feed", async () => {
    const { path } = await startControl();
    for (const end of ["\n", ""]) {
      const client = await RawClient.connect(path);
      client.socket.end(`${JSON.stringify(hello(1))}\n${JSON.stringify(hello(2))}${end}`);
      expect([(await client.answer()).id, (await client.answer()).id]).toEqual([1, 2]);
      await client.closed;
    }
  });
});

describe("a client that asks too often", () => {
  it("is told when to come again, and is served again then", async () => {
    const { path, server } = await startControl({ limits: { requestsBurst: 3, requestsPerSecond: 2 } });
    const client = await RawClient.connect(path);
    for (const id of [1, 2, 3, 4]) client.send(hello(id));
    for (const id of [1, 2, 3]) expect(await client.answer()).toMatchObject({ id, result: {} });
    const { id, error } = await client.answer();
    expect([id, error?.code]).toEqual([4, RPC_ERRORS.tooManyRequests]);
    const retryAfterMs = Number(error?.data?.retryAfterMs);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(500);
    expect(error?.message).toBe(`too many requests: this one will be taken in ${retryAfterMs} ms`);
    await sleep(retryAfterMs + 1);
    expect((await client.ask("v1.hello", undefined, 5)).result).toBeDefined();
    expect(server.counters()).toMatchObject({ requests: 4, "requests-limited": 1 });
  });

  it("pays for each request of a batch, and for lines that are none", async () => {
    const { path } = await startControl({ limits: { requestsBurst: 16, requestsPerSecond: 0.001 } });
    const client = await RawClient.connect(path);
    client.send([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(hello));
    await client.answer();
    for (let line = 0; line < 5; line++) client.send("nonsense");
    for (let line = 0; line < 5; line++) expect((await client.answer()).error?.code).toBe(RPC_ERRORS.parse);
    client.send([hello(1), hello(2)]);
    expect((await client.answer()).error?.code).toBe(RPC_ERRORS.tooManyRequests);
    expect((await client.ask("v1.hello")).result).toBeDefined();
  });

  it("holds up nobody else, and what it sends waits in the kernel", async () => {
    const { path, server } = await startControl();
    const flood = await RawClient.connect(path);
    const line = `${JSON.stringify(hello(0))}\n`;
    const lines = line.repeat(1000);
    let isFlooding = true;
    const pour = () => {
      while (isFlooding && flood.socket.writableLength < 1 << 20) flood.socket.write(lines);
    };
    flood.socket.on("drain", pour);
    pour();
    const other = await RawClient.connect(path);
    for (let id = 0; id < 100; id++) expect((await other.ask("v1.hello", undefined, id)).id).toBe(id);
    await eventually(() => (server.counters()["requests-limited"] ?? 0) >= 10, "the flood is refused");
    isFlooding = false;
    const { "bytes-in": bytesIn, requests, "requests-limited": limited } = server.counters();
    // A line, its chunk and the stream's own buffer are ahead of what was answered; not megabytes.
    expect(bytesIn - (requests + limited) * line.length).toBeLessThan(4 * 65_536 + 32_768);
    flood.socket.destroy();
  });
});

describe("a client that does not read", () => {
  it("is dropped, holds one answer meanwhile, and others are served", async () => {
    const { path, server, sensor } = await startControl({ limits: { drainMs: 300, requestsPerSecond: 1e6 } });
    sensor.fill(1000);
    const lazy = await RawClient.connect(path);
    lazy.socket.pause();
    for (let id = 0; id < 200; id++) {
      lazy.send({ jsonrpc: "2.0", id, method: "v1.flows", params: { form: "raw" } });
    }
    const other = await RawClient.connect(path);
    await eventually(() => sensor.queries.length >= 1, "the lazy one's first answer is made");
    for (let id = 0; id < 20; id++) expect((await other.ask("v1.hello", undefined, id)).id).toBe(id);
    await eventually(() => server.counters()["clients-dropped"] === 1, "the lazy one is dropped");
    await eventually(() => server.clients === 1, "it has gone");
    // 200 answers of 600,000 bytes were asked for; what the kernel took, and one more, was made.
    expect(sensor.queries.length).toBeLessThanOrEqual(4);
    expect(server.counters()["bytes-out"]).toBeLessThan(3_000_000);
    expect((await other.ask("v1.status")).result).toBeDefined();
  });

  it("but reads slowly is not", async () => {
    const { path, server, sensor } = await startControl({ limits: { drainMs: 10_000 } });
    sensor.fill(1000);
    const slow = await RawClient.connect(path);
    slow.socket.pause();
    slow.send({ jsonrpc: "2.0", id: 1, method: "v1.flows", params: { form: "raw" } });
    await eventually(() => sensor.queries.length === 1, "the answer is made");
    await sleep(50);
    slow.socket.resume();
    expect((await slow.answer()).result).toMatchObject({ count: 1000 });
    expect(server.counters()["clients-dropped"]).toBe(0);
  });

  it("and goes away in the middle is forgotten", async () => {
    const { path, server, sensor } = await startControl();
    sensor.fill(1000);
    sensor.flowsMs = 20;
    const rude = await RawClient.connect(path);
    rude.send({ jsonrpc: "2.0", id: 1, method: "v1.flows", params: { form: "raw" } });
    await eventually(() => sensor.flowsRunning === 1, "the answer is being made");
    rude.socket.destroy();
    await eventually(() => server.clients === 0, "it is forgotten");
    expect((await (await RawClient.connect(path)).ask("v1.hello")).result).toBeDefined();
  });
});

describe("the number of clients", () => {
  it("is bounded: one more gets an error and is let go, and has room when another has gone", async () => {
    const { path, server } = await startControl({ clientsMax: 2 });
    const [first, second] = [await RawClient.connect(path), await RawClient.connect(path)];
    await first.ask("v1.hello");
    await second.ask("v1.hello");
    const third = await RawClient.connect(path);
    const { id, error } = await third.answer();
    expect([id, error?.code]).toEqual([null, RPC_ERRORS.tooManyClients]);
    expect(error?.message).toContain("2 clients are connected");
    await third.closed;
    expect((await first.ask("v1.hello")).result).toBeDefined();
    second.socket.destroy();
    await eventually(() => server.clients === 1, "the second has gone");
    expect((await (await RawClient.connect(path)).ask("v1.hello")).result).toBeDefined();
    expect(server.counters()).toMatchObject({ clients: 3, "clients-refused": 1 });
  });

  it("survives a storm of connections", async () => {
    const { path, server } = await startControl({ clientsMax: 4 });
    const storm = await Promise.all(Array.from({ length: 100 }, () => RawClient.connect(path)));
    await eventually(
      () => server.counters().clients + server.counters()["clients-refused"] === 100,
      "all are met",
    );
    expect(server.clients).toBe(4);
    for (const client of storm) client.socket.destroy();
    await eventually(() => server.clients === 0, "all have gone");
    expect((await (await RawClient.connect(path)).ask("v1.hello")).result).toBeDefined();
  });

  it("can be narrowed by a look at each client", async () => {
    let admitted = true;
    const { path } = await startControl({ admit: () => (admitted ? undefined : "not you") });
    expect((await (await RawClient.connect(path)).ask("v1.hello")).result).toBeDefined();
    admitted = false;
    expect((await (await RawClient.connect(path)).answer()).error?.message).toBe("not you");
  });

  it("does not fill up with clients that never ask", async () => {
    const { path, server } = await startControl({ limits: { idleMs: 100 } });
    const idle = await RawClient.connect(path);
    await idle.closed;
    expect(server.counters()["clients-idle"]).toBe(1);
  });
});

describe("close", () => {
  it("lets the request that runs be answered, lets everybody go, and can be called twice", async () => {
    const { path, server, sensor } = await startControl();
    sensor.fill(1).flowsMs = 50;
    const [busy, idle] = [await RawClient.connect(path), await RawClient.connect(path)];
    busy.send({ jsonrpc: "2.0", id: 1, method: "v1.flows" });
    await eventually(() => sensor.flowsRunning === 1, "the request runs");
    const closing = server.close(10_000);
    expect((await busy.answer()).result).toMatchObject({ count: 1 });
    await Promise.all([closing, server.close(), busy.closed, idle.closed]);
    await expect(RawClient.connect(path)).rejects.toThrow("ENOENT");
  });

  it("does not wait for a client longer than it may", async () => {
    const { path, server, sensor } = await startControl();
    sensor.flowsMs = 2000;
    const busy = await RawClient.connect(path);
    busy.send({ jsonrpc: "2.0", id: 1, method: "v1.flows" });
    await eventually(() => sensor.flowsRunning === 1, "the request runs");
    await server.close(10);
    await busy.closed;
    expect(sensor.flowsRunning).toBe(1);
  });
});
