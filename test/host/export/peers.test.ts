// UDP and TCP peers on loopback with sockets of the test's own, and the resolver they share.

import { createSocket, type Socket } from "node:dgram";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { endpointText } from "../../../host/config/endpoint.js";
import { systemCode } from "../../../host/errors.js";
import type { Peer, Session } from "../../../host/export/peer.js";
import { systemError } from "../../../host/export/problem.js";
import { type Address, type Resolved, Resolver } from "../../../host/export/resolver.js";
import { TcpPeer } from "../../../host/export/tcp-peer.js";
import { UdpPeer } from "../../../host/export/udp-peer.js";
import { UnixPeer } from "../../../host/export/unix-peer.js";
import { until } from "../../support/daemon.js";

/** What a session told, in order. */
class Told {
  readonly events: string[] = [];
  readonly session: Session;

  constructor(peer: Peer, nowMs = 0) {
    this.session = peer.open(nowMs, {
      opened: (text, isNewStream) => void this.events.push(`opened ${text} ${isNewStream}`),
      lost: (reason) => void this.events.push(`lost ${systemCode(reason) ?? reason.message}`),
      moved: () => void this.events.push("moved"),
    });
  }

  async has(count: number): Promise<string> {
    await until(`${count} events`, () => this.events.length >= count);
    return this.events[count - 1]!;
  }

  send(text: string): Promise<Error | undefined> {
    return new Promise((resolve) => {
      this.session.send(Buffer.from(text), (error) => resolve(error));
    });
  }
}

async function listen(
  family: "udp4" | "udp6",
  address: string,
  port = 0,
): Promise<{ socket: Socket; port: number; got: string[] }> {
  const socket = createSocket(family);
  const got: string[] = [];
  socket.on("message", (bytes) => got.push(bytes.toString()));
  await new Promise<void>((resolve) => socket.bind(port, address, resolve));
  return { socket, port: socket.address().port, got };
}
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.close(() => resolve()));
const v4 = (...addresses: string[]): Address[] => addresses.map((address) => ({ address, family: 4 }));

describe("endpointText", () => {
  it("puts brackets round an IPv6 address", () => {
    expect(endpointText("192.0.2.1", 1)).toBe("192.0.2.1:1");
    expect(endpointText("::1", 2)).toBe("[::1]:2");
    expect(endpointText("collector.example", 3)).toBe("collector.example:3");
  });
});

describe("UdpPeer", () => {
  it.each([
    ["udp4", "127.0.0.1"],
    ["udp6", "::1"],
  ] as const)("sends over %s", async (family, address) => {
    const { socket, port, got } = await listen(family, address);
    const told = new Told(new UdpPeer(address, port, new Resolver()));
    expect(await told.has(1)).toBe(`opened ${endpointText(address, port)} true`);
    expect(await told.send("one")).toBeUndefined();
    await until("it is there", () => got.includes("one"));
    told.session.close();
    await closed(socket);
  });

  it("hears that nobody listens, and goes on with the same socket", async () => {
    const { socket, port } = await listen("udp4", "127.0.0.1");
    await closed(socket);
    const peer = new UdpPeer("127.0.0.1", port, new Resolver());
    const told = new Told(peer);
    await told.has(1);
    await told.send("into the void");
    expect(await told.has(2)).toBe("lost ECONNREFUSED");
    const again = await listen("udp4", "127.0.0.1", port);
    let from = 0;
    again.socket.on("message", (_bytes, { port: source }) => {
      from = source;
    });
    const next = new Told(peer);
    expect(await next.has(1)).toBe(`opened 127.0.0.1:${port} false`);
    await next.send("two");
    await until("it is there", () => again.got.includes("two"));
    expect(from).toBeGreaterThan(0);
    expect(next.events.length).toBe(1);
    next.session.close();
    await closed(again.socket);
  });

  it("follows a name that moved, after some minutes", async () => {
    const first = await listen("udp4", "127.0.0.1");
    const second = await listen("udp4", "127.0.0.2", first.port);
    let addresses = v4("127.0.0.1");
    const peer = new UdpPeer(
      "collector.test",
      first.port,
      new Resolver((_host, done) => setImmediate(done, undefined, addresses)),
    );
    const told = new Told(peer, 1_000);
    await told.has(1);
    addresses = v4("127.0.0.9", "127.0.0.1");
    told.session.pulse(400_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told.events.length).toBe(1);
    addresses = v4("127.0.0.2");
    told.session.pulse(800_000);
    expect(await told.has(2)).toBe("moved");
    const next = new Told(peer);
    expect(await next.has(1)).toBe(`opened 127.0.0.2:${first.port} true`);
    await next.send("there");
    await until("it is there", () => second.got.includes("there"));
    next.session.close();
    await closed(first.socket);
    await closed(second.socket);
  });

  it("is lost when its name is not known", async () => {
    const resolver = new Resolver((_host, done) => setImmediate(done, systemError("ENOTFOUND"), []));
    expect(await new Told(new UdpPeer("nowhere.test", 9, resolver)).has(1)).toBe("lost ENOTFOUND");
  });

  it("refuses a message that no datagram can hold, and lives on", async () => {
    const { socket, port, got } = await listen("udp4", "127.0.0.1");
    const told = new Told(new UdpPeer("127.0.0.1", port, new Resolver()));
    await told.has(1);
    expect(systemCode(await told.send("x".repeat(70_000)))).toBe("EMSGSIZE");
    await told.send("short");
    await until("it is there", () => got.includes("short"));
    expect(told.events.length).toBe(1);
    told.session.close();
    await closed(socket);
  });
});

describe("TcpPeer", () => {
  it("hears a refusal, an end and a reset, and takes the next address at each try", async () => {
    const server = createServer((socket) => socket.resume().on("error", () => {}));
    const sockets: import("node:net").Socket[] = [];
    server.on("connection", (socket) => sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.2", resolve));
    const { port } = server.address() as AddressInfo;
    const peer = new TcpPeer(
      "c.test",
      port,
      new Resolver((_host, done) => setImmediate(done, undefined, v4("127.0.0.1", "127.0.0.2"))),
    );
    expect(await new Told(peer).has(1)).toBe("lost ECONNREFUSED");
    const second = new Told(peer);
    expect(await second.has(1)).toBe(`opened 127.0.0.2:${port} true`);
    expect(await second.send("hello")).toBeUndefined();
    await until("all is acknowledged", () => second.session.unconfirmedBytes() === 0);
    await until("the server has it", () => sockets.length === 1);
    sockets[0]!.end();
    expect(await second.has(2)).toBe("lost EPIPE");
    await new Told(peer).has(1);
    const third = new Told(peer);
    await third.has(1);
    await until("the server has it", () => sockets.length === 2);
    sockets[1]!.resetAndDestroy();
    expect(await third.has(2)).toBe("lost ECONNRESET");
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
});

describe("UnixPeer", () => {
  it("says what is wrong with a path", async () => {
    expect(await new Told(new UnixPeer("/nonexistent/log")).has(1)).toBe("lost ENOENT");
    expect(await new Told(new UnixPeer("/dev/null")).has(1)).toBe(
      "lost expected a socket there, found something else",
    );
  });
});

describe("Resolver", () => {
  it("asks one at a time, in order, and answers an address without asking", async () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const resolver = new Resolver((host, done: Resolved) => {
      asked.push(host);
      answers.push(() => done(undefined, v4("127.0.0.1")));
    });
    const got: string[] = [];
    const ask = (host: string) =>
      resolver.resolve(host, (error, addresses) => got.push(`${host} ${error ?? addresses[0]!.address}`));
    for (const host of ["a", "b", "::1", "192.0.2.7"]) ask(host);
    expect(got).toEqual([]);
    await Promise.resolve();
    expect(got).toEqual(["::1 ::1", "192.0.2.7 192.0.2.7"]);
    expect(asked).toEqual(["a"]);
    answers.shift()!();
    expect(asked).toEqual(["a", "b"]);
    answers.shift()!();
    expect(got.slice(2)).toEqual(["a 127.0.0.1", "b 127.0.0.1"]);
  });

  it("takes an answer without an address for an unknown name, and knows localhost", async () => {
    const none = new Resolver((_host, done) => done(undefined, []));
    const error = await new Promise<Error | undefined>((resolve) =>
      none.resolve("x", (problem) => resolve(problem)),
    );
    expect(systemCode(error)).toBe("ENOTFOUND");
    const found = await new Promise<readonly Address[]>((resolve) =>
      new Resolver().resolve("localhost", (_error, addresses) => resolve(addresses)),
    );
    expect(
      found.map(({ address }) => address).some((address) => address === "127.0.0.1" || address === "::1"),
    ).toBe(true);
  });
});
