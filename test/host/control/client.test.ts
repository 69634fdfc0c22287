// stray's end: what it gives, and what it says when it can't.

import { chmodSync, lstatSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ControlClient } from "../../../host/control/client.js";
import { connectError } from "../../../host/control/client-errors.js";
import { StrayError } from "../../../host/errors.js";
import { eventually } from "../../support/eventually.js";
import { later, startControl, temporaryFolder } from "./support.js";

async function start(options: Parameters<typeof startControl>[0] = {}) {
  const control = await startControl(options);
  const client = await ControlClient.connect(control.path);
  later(() => client.close());
  return { ...control, client };
}

/** A server of the test's own: `speak` is called with each client and what it sent. */
async function fakeServer(speak: (socket: Socket, line: string) => void): Promise<string> {
  const path = join(temporaryFolder(), "fake.sock");
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => speak(socket, String(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  later(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return path;
}

async function failure(action: Promise<unknown>): Promise<StrayError> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StrayError);
  return error as StrayError;
}

describe("the client", () => {
  it("calls every method", async () => {
    const { client, sensor, server } = await start();
    sensor.fill(3);
    expect((await client.hello()).methods).toEqual(server.methods.names);
    expect(await client.status()).toEqual(sensor.statusReport);
    expect((await client.counters()).control).toMatchObject({ clients: 1 });
    const page = await client.flows({ limit: 2, filter: "udp" });
    expect(Buffer.from(page.bytes)).toEqual(Buffer.concat(sensor.records.slice(0, 2)));
    expect(page).toMatchObject({ count: 2, next: 2, live: 3, skipped: 0 });
    expect(await client.reload()).toEqual(sensor.reloadReport);
    expect(await client.stop()).toEqual({ pid: process.pid });
  });

  it("passes on the sensor's own errors with code and exit code", async () => {
    const { client, sensor } = await start();
    sensor.reloadError = new StrayError("CONFIG_INVALID", "line 3: bad\u001b[31m", 1);
    expect(await failure(client.reload())).toMatchObject({
      code: "CONFIG_INVALID",
      exitCode: 1,
      message: "line 3: bad\\x1b[31m",
    });
    expect(await failure(client.flows({ filter: "port port" }))).toMatchObject({
      code: "FILTER_SYNTAX",
      exitCode: 2,
    });
    expect(await failure(client.flows({ limit: 0 }))).toMatchObject({
      code: "CONTROL_ERROR",
      message: expect.stringContaining("error -32602: limit"),
    });
  });

  it("comes again by itself when it was too early", async () => {
    const { client, server } = await start({ limits: { requestsBurst: 1, requestsPerSecond: 5 } });
    for (let round = 0; round < 4; round++) await client.hello();
    expect(server.counters()["requests-limited"]).toBeGreaterThan(0);
  });

  it("connects anew when it was let go in between", async () => {
    const { client, server } = await start({ limits: { idleMs: 50 } });
    await client.hello();
    await eventually(() => server.clients === 0, "the idle client is let go");
    expect((await client.hello()).protocol).toBe(1);
    expect(server.counters().clients).toBe(2);
  });
});

describe("without strayd", () => {
  it("nothing at the path", async () => {
    const path = join(temporaryFolder(), "none.sock");
    const error = await failure(ControlClient.connect(path));
    expect(error).toMatchObject({ code: "CONTROL_UNREACHABLE", exitCode: 2 });
    expect(error.message).toBe(
      `strayd is not running, or uses another socket: nothing is at ${path}; start it ("systemctl start strayd", or "stray run"), or give --socket PATH`,
    );
  });

  it("a socket that nobody answers on", async () => {
    const { server, path } = await startControl();
    renameSync(path, `${path}.left`);
    await server.close();
    const error = await failure(ControlClient.connect(`${path}.left`));
    expect(error.message).toContain("strayd is not running: nobody answers on");
    expect(error.code).toBe("CONTROL_UNREACHABLE");
  });

  it("something that is no socket", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "");
    expect((await failure(ControlClient.connect(path))).message).toContain(`${path} is not a socket`);
  });

  it("no permission: the group is named", async () => {
    const { path } = await startControl();
    const denied = Object.assign(new Error("connect EACCES"), { code: "EACCES" });
    const name = lstatSync(path).gid === 0 ? "only root may ask" : "become a member of its group";
    expect(connectError(path, denied)).toMatchObject({
      code: "CONTROL_NO_PERMISSION",
      exitCode: 2,
      message: expect.stringContaining(name),
    });
    expect(connectError("/nosuch/place", denied).message).toContain('"sudo adduser $USER stray"');
    chmodSync(path, 0o600);
  });
});

describe("a server that is not as it should be", () => {
  it("keeps silent", async () => {
    const path = await fakeServer(() => undefined);
    const client = await ControlClient.connect(path, 50);
    later(() => client.close());
    expect(await failure(client.status())).toMatchObject({
      code: "CONTROL_NO_ANSWER",
      message: expect.stringContaining("has not answered in 0.05 s"),
    });
  });

  it("answers late: the next question gets its own answer", async () => {
    let asked = 0;
    const path = await fakeServer((socket, line) => {
      const { id } = JSON.parse(line) as { id: number };
      asked++;
      const answer = `${JSON.stringify({ jsonrpc: "2.0", id, result: { asked } })}\n`;
      setTimeout(() => socket.write(answer), asked === 1 ? 150 : 0);
    });
    const client = await ControlClient.connect(path, 50);
    later(() => client.close());
    await failure(client.hello());
    expect(await client.hello()).toEqual({ asked: 2 });
  });

  it("ends", async () => {
    const path = await fakeServer((socket) => socket.destroy());
    const client = await ControlClient.connect(path);
    expect(await failure(client.status())).toMatchObject({ code: "CONTROL_LOST", exitCode: 2 });
  });

  it.each([["hello\n"], ["null\n"], ["{}\n"], ["x".repeat(3_000_000)]])(
    "speaks otherwise: %.10s",
    async (text) => {
      const path = await fakeServer((socket) => socket.write(text));
      const client = await ControlClient.connect(path);
      expect((await failure(client.status())).code).toBe("CONTROL_NOT_STRAY");
    },
  );

  it("has no room", async () => {
    const { client: first, path } = await start({ clientsMax: 1 });
    await first.hello();
    const second = await ControlClient.connect(path);
    expect(await failure(second.hello())).toMatchObject({
      code: "CONTROL_UNREACHABLE",
      message: expect.stringContaining("is busy: 1 clients are connected"),
    });
  });

  it("is of another version: a method it does not have, records laid out otherwise", async () => {
    const path = await fakeServer((socket, line) => {
      const { id, method } = JSON.parse(line) as { id: number; method: string };
      const body =
        method === "v1.flows"
          ? {
              result: {
                records: "",
                count: 0,
                next: null,
                live: 0,
                skipped: 0,
                record: { size: 512, layout: "0" },
              },
            }
          : { error: { code: -32601, message: "no such method" } };
      socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...body })}\n`);
    });
    const client = await ControlClient.connect(path);
    later(() => client.close());
    for (const call of [() => client.status(), () => client.flows({})]) {
      expect(await failure(call())).toMatchObject({
        code: "CONTROL_VERSION",
        message: expect.stringContaining("are of different versions"),
      });
    }
  });
});
