// Each method over a real socket, and everything a client can get wrong.

import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { RPC_ERRORS } from "../../../host/control/protocol.js";
import { StrayError } from "../../../host/errors.js";
import { eventually } from "../../support/eventually.js";
import { RawClient, startControl } from "./support.js";

async function start() {
  const control = await startControl();
  return { ...control, client: await RawClient.connect(control.path) };
}

describe("methods", () => {
  it("v1.hello tells versions, methods and the record layout", async () => {
    const { client, server } = await start();
    const { result } = await client.ask("v1.hello");
    expect(result).toMatchObject({ version: "0.1.0", protocol: 1, pid: process.pid });
    expect(result?.methods).toEqual(server.methods.names);
    expect(result?.record).toEqual({
      size: L.RECORD_SIZE,
      layout: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
  });

  it("v1.status and v1.counters give the sensor's reports, and the socket's own counters", async () => {
    const { client, sensor } = await start();
    expect((await client.ask("v1.status")).result).toEqual(sensor.statusReport);
    const { result } = await client.ask("v1.counters");
    expect(result).toMatchObject({
      ...sensor.countersReport,
      control: { clients: 1, requests: 2, errors: 0 },
    });
  });

  it("v1.flows gives objects by field names", async () => {
    const { client, sensor } = await start();
    sensor.fill(3);
    const { result } = await client.ask("v1.flows", { filter: "src port 1001" });
    expect(result).toMatchObject({ form: "json", count: 1, next: null, live: 3, skipped: 0 });
    expect(result?.records).toEqual([
      expect.objectContaining({ saddr: "10.0.0.1", sport: 1001, proto: "udp", spkts: 2 }),
    ]);
  });

  it("v1.flows gives raw records, page by page", async () => {
    const { client, sensor } = await start();
    sensor.fill(5);
    const pages: Buffer[] = [];
    let after: unknown;
    do {
      const { result } = await client.ask("v1.flows", {
        form: "raw",
        limit: 2,
        ...(after === undefined ? {} : { after }),
      });
      pages.push(Buffer.from(String(result?.records), "base64"));
      after = result?.next ?? undefined;
    } while (after !== undefined);
    expect(pages.map((page) => page.length / L.RECORD_SIZE)).toEqual([2, 2, 1]);
    expect(Buffer.concat(pages)).toEqual(Buffer.concat(sensor.records));
  });

  it("v1.flows with top asks for the largest", async () => {
    const { client, sensor } = await start();
    sensor.fill(9);
    const { result } = await client.ask("v1.flows", { top: 2, sort: "packets" });
    expect(result?.records).toMatchObject([{ sport: 1008 }, { sport: 1007 }]);
    expect(sensor.queries).toEqual([{ filter: "", top: 2, sort: "packets", limit: 2 }]);
  });

  it.each([
    [{ form: "xml" }, "form"],
    [{ top: 0 }, "top: a whole number from 1 to 300"],
    [{ top: 1001, form: "raw" }, "top: a whole number from 1 to 1000"],
    [{ limit: 1.5 }, "limit"],
    [{ limit: "5" }, "limit"],
    [{ after: -1 }, "after"],
    [{ sort: "bytes" }, "sort goes with top"],
    [{ sort: "colour", top: 1 }, "sort: one of bytes, packets"],
    [{ top: 1, after: 1 }, "it has no after"],
    [{ filter: 5 }, "filter"],
    [{ filter: "x".repeat(8193) }, "filter"],
    [{ fitler: "tcp" }, "there are filter, sort"],
    [["tcp"], "by name"],
  ])("v1.flows refuses %j", async (params, message) => {
    const { client, sensor } = await start();
    const { error } = await client.ask("v1.flows", params);
    expect(error).toMatchObject({
      code: RPC_ERRORS.invalidParams,
      message: expect.stringContaining(message),
    });
    expect(sensor.queries).toEqual([]);
  });

  it("passes on what is wrong with a filter", async () => {
    const { client } = await start();
    const { error } = await client.ask("v1.flows", { filter: "port port" });
    expect(error?.code).toBe(RPC_ERRORS.sensor);
    expect(error?.message).toMatch(/^filter: .* at column \d+$/);
    expect(error?.data).toEqual({ code: "FILTER_SYNTAX", exitCode: 2 });
  });

  it("v1.reload gives what changed, or why it was refused", async () => {
    const { client, sensor, logged } = await start();
    sensor.reloadReport = { changed: ["capture.filter"], restartedCapture: true, messages: ["as you wish"] };
    expect((await client.ask("v1.reload")).result).toEqual(sensor.reloadReport);
    sensor.reloadError = new StrayError("CONFIG_INVALID", "line 3: no such key", 2);
    expect((await client.ask("v1.reload")).error).toMatchObject({
      message: "line 3: no such key",
      data: { code: "CONFIG_INVALID", exitCode: 2 },
    });
    expect(logged).toContain("info: control: a client asks for a reload");
  });

  it("v1.stop answers first, then stops", async () => {
    const { client, sensor } = await start();
    expect((await client.ask("v1.stop")).result).toEqual({ pid: process.pid });
    await eventually(() => sensor.stops === 1, "the sensor is stopped");
  });

  it("refuses parameters where there are none", async () => {
    const { client, sensor } = await start();
    expect((await client.ask("v1.stop", { wait: true })).error?.code).toBe(RPC_ERRORS.invalidParams);
    expect((await client.ask("v1.status", {})).error).toBeUndefined();
    expect((await client.ask("v1.status", [])).error).toBeUndefined();
    expect(sensor.stops).toBe(0);
  });

  it("tells the methods there are when asked for another one or another version", async () => {
    const { client } = await start();
    for (const method of ["v1.nosuch", "v2.status", "status", "constructor", "__proto__"]) {
      const { error } = await client.ask(method);
      expect(error?.code).toBe(RPC_ERRORS.methodNotFound);
      expect(error?.message).toBe(
        `no method is called "${method}"; there are v1.session, v1.hello, v1.status, v1.counters, v1.flows, v1.reload, v1.stop`,
      );
    }
  });

  it("takes later methods, each name once and with a version", async () => {
    const { client, server } = await start();
    server.methods.add("v1.rules.list", (params) => ({ params }));
    expect((await client.ask("v1.rules.list", [7])).result).toEqual({ params: [7] });
    expect(() => server.methods.add("v1.rules.list", () => 0)).toThrow("v1.rules.list");
    expect(() => server.methods.add("rules", () => 0)).toThrow("rules");
  });

  it("tells nothing of our insides when a method fails, and logs it", async () => {
    const { client, server, logged } = await start();
    server.methods.add("v1.rules.list", () => {
      throw new TypeError("secret\nplace");
    });
    server.methods.add("v1.incidents.list", () => ({ value: 5n }));
    const { error } = await client.ask("v1.rules.list");
    expect(error).toEqual({ code: RPC_ERRORS.internal, message: "strayd failed at this; its log says why" });
    expect((await client.ask("v1.incidents.list")).error?.code).toBe(RPC_ERRORS.internal);
    expect(logged).toEqual(["error: control: v1.rules.list failed: secret\\x0aplace"]);
    expect(server.counters().errors).toBe(2);
    expect((await client.ask("v1.hello")).error).toBeUndefined();
  });
});

describe("what is no request", () => {
  it.each([
    ["{", RPC_ERRORS.parse],
    ["nonsense", RPC_ERRORS.parse],
    ["\u0000\u0001", RPC_ERRORS.parse],
    ["[".repeat(60_000), RPC_ERRORS.parse],
    ["null", RPC_ERRORS.invalidRequest],
    ["5", RPC_ERRORS.invalidRequest],
    ["{}", RPC_ERRORS.invalidRequest],
    ["[]", RPC_ERRORS.invalidRequest],
    [`[${"0,".repeat(16)}0]`, RPC_ERRORS.invalidRequest],
    ['{"jsonrpc":"1.0","method":"v1.hello","id":1}', RPC_ERRORS.invalidRequest],
    ['{"jsonrpc":"2.0","method":5,"id":1}', RPC_ERRORS.invalidRequest],
    ['{"jsonrpc":"2.0","method":"v1.hello","id":{}}', RPC_ERRORS.invalidRequest],
    ['{"jsonrpc":"2.0","method":"v1.hello","id":1,"result":1}', RPC_ERRORS.invalidRequest],
  ])("%.40s gets error %i, and the connection goes on", async (line, code) => {
    const { client, server } = await start();
    client.send(line);
    const answer = await client.answer();
    expect(answer.error?.code).toBe(code);
    expect((await client.ask("v1.hello", undefined, "next")).id).toBe("next");
    expect(server.counters()["requests-malformed"]).toBe(1);
  });

  it("keeps the id where it can be read", async () => {
    const { client } = await start();
    client.send({ id: "mine", method: "v1.hello" });
    expect((await client.answer()).id).toBe("mine");
  });

  it("a blank line is none either, and is passed over", async () => {
    const { client } = await start();
    client.send("\n \r\n");
    expect((await client.ask("v1.hello")).error).toBeUndefined();
  });

  it("a notification has no answer, but is done", async () => {
    const { client, sensor } = await start();
    client.send({ jsonrpc: "2.0", method: "v1.stop" });
    client.send({ jsonrpc: "2.0", method: "v1.nosuch" });
    expect((await client.ask("v1.hello", undefined, 9)).id).toBe(9);
    await eventually(() => sensor.stops === 1, "the sensor is stopped");
  });
});

describe("a batch", () => {
  it("has its answers in order, one request running at a time", async () => {
    const { client, sensor } = await start();
    sensor.flowsMs = 5;
    client.send([
      { jsonrpc: "2.0", id: 1, method: "v1.flows" },
      { jsonrpc: "2.0", id: 2, method: "v1.flows" },
      { jsonrpc: "2.0", method: "v1.hello" },
      { nonsense: true },
      { jsonrpc: "2.0", id: 3, method: "v1.nosuch" },
      null,
    ]);
    const answers = (await client.answer()) as unknown as { id: unknown; error?: { code: number } }[];
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
      [1, undefined],
      [2, undefined],
      [null, RPC_ERRORS.invalidRequest],
      [3, RPC_ERRORS.methodNotFound],
      [null, RPC_ERRORS.invalidRequest],
    ]);
    expect(sensor.flowsRunningMost).toBe(1);
  });

  it("of notifications has no answer", async () => {
    const { client } = await start();
    client.send([{ jsonrpc: "2.0", method: "v1.hello" }]);
    expect((await client.ask("v1.hello", undefined, "after")).id).toBe("after");
  });

  it("has room for one response's bytes altogether; the rest are refused, not run", async () => {
    const control = await startControl({ limits: { responseBytesMax: 50_000 } });
    const client = await RawClient.connect(control.path);
    let runs = 0;
    control.server.methods.add("v1.alerts.list", () => {
      runs++;
      return "x".repeat(23_000);
    });
    client.send([1, 2, 3, 4, 5].map((id) => ({ jsonrpc: "2.0", id, method: "v1.alerts.list" })));
    const answers = (await client.answer()) as unknown as { id: unknown; error?: { code: number } }[];
    expect(answers.map(({ error }) => error?.code)).toEqual([
      undefined,
      undefined,
      RPC_ERRORS.responseTooLarge,
      RPC_ERRORS.responseTooLarge,
      RPC_ERRORS.responseTooLarge,
    ]);
    expect(runs).toBe(2);
    expect(control.server.counters()["responses-oversized"]).toBe(3);
  });
});
