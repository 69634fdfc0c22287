// `stray rpc`: what comes in goes to the socket and back, the session first; either end may close, hang, or not be there.

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { type RpcLimits, runRpc } from "../../../host/cli/control/rpc.js";
import { introduceAs } from "../../../host/control/introduction.js";
import type { Peer } from "../../../host/control/peer.js";
import { eventually } from "../../support/eventually.js";
import { later, startControl, temporaryFolder } from "../control/support.js";

const SSH = { SSH_CONNECTION: "192.0.2.7 50112 192.0.2.1 22" };

afterEach(() => introduceAs(undefined));

class Sink extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
  get answers(): { id: unknown; result?: unknown; error?: { code: number } }[] {
    return this.text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { id: unknown });
  }
}

function start(
  socket: string,
  options: {
    role?: "viewer" | "operator" | "admin";
    environment?: NodeJS.ProcessEnv;
    limits?: Partial<RpcLimits>;
    output?: Writable;
  } = {},
) {
  const { role, environment = {}, limits = {}, output = new Sink() } = options;
  const input = new PassThrough();
  const ended = runRpc({ socket, ...(role && { role }) }, { input, output, environment, limits });
  const failed = ended.then(
    () => undefined,
    (error: Error & { code?: string }) => error,
  );
  return { input, output: output as Sink, ended, failed };
}

const line = (id: unknown, method: string, params?: unknown) =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;

/** A socket where a server of the test's own listens. */
async function listen(serve: (socket: Socket) => void): Promise<string> {
  const path = join(temporaryFolder(), "s");
  const server = createServer(serve).listen(path);
  later(() => server.close());
  await once(server, "listening");
  return path;
}

const OPERATOR: Peer = { uid: 1000, pid: 1, groups: [501] };

function startFor(peer: Peer) {
  const calls: string[] = [];
  return startControl({
    access: {
      operators: "ops",
      admins: "adm",
      peerOf: () => peer,
      groupId: (name) => (name === "ops" ? 501 : 502),
      userName: () => "bob",
    },
    audit: ({ caller: { from, via, role }, method, outcome }) =>
      calls.push([from, via, role, method, outcome].join("|")),
  }).then((control) => ({ ...control, calls }));
}

describe("stray rpc", () => {
  it("hands lines there and back, and ends when the input does", async () => {
    const { path } = await startControl();
    const { input, output, ended } = start(path);
    input.write(line(1, "v1.hello"));
    await eventually(() => output.text.includes("\n"), "the first is answered");
    input.end(`${line(2, "v1.status")}${line(3, "v1.nosuch").trimEnd()}`);
    expect(await ended).toBe(0);
    expect(output.answers.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(output.answers[2]?.error?.code).toBe(-32601);
  });

  it("says first which role is wanted, and where the client of sshd is", async () => {
    const { path, calls } = await startFor(OPERATOR);
    const one = start(path, { environment: SSH });
    one.input.end(line(1, "v1.reload"));
    await one.ended;
    const other = start(path, { environment: SSH, role: "viewer" });
    other.input.end(`${line(1, "v1.session", { from: "elsewhere" })}${line(2, "v1.reload")}`);
    await other.ended;
    expect(other.output.answers).toMatchObject([
      { error: { data: { code: "CONTROL_SESSION" } } },
      { error: { data: { code: "CONTROL_ROLE" } } },
    ]);
    expect(calls).toEqual([
      "192.0.2.7 port 50112|stray rpc|operator|v1.reload|done",
      "192.0.2.7 port 50112|stray rpc|viewer|v1.reload|refused",
    ]);
  });

  it("of a restricted login has no more than its role, whatever it asks for", async () => {
    const { path, calls } = await startFor(OPERATOR);
    introduceAs({ role: "viewer", via: "stray shell", from: "192.0.2.9 port 7" });
    const { input, ended } = start(path, { role: "admin", environment: SSH });
    input.end(line(1, "v1.reload"));
    await ended;
    expect(calls).toEqual(["192.0.2.9 port 7|stray shell|viewer|v1.reload|refused"]);
  });

  it("does nothing when the role is above the account's", async () => {
    const { path, sensor } = await startFor(OPERATOR);
    const { input, output, failed } = start(path, { role: "admin" });
    input.end(line(1, "v1.reload"));
    expect(await failed).toMatchObject({ code: "CONTROL_ROLE", exitCode: 2 });
    expect([output.text, sensor.reloads]).toEqual(["", 0]);
  });

  it("tells when nobody is there, when there is no room, and when another answers", async () => {
    expect(await start(join(temporaryFolder(), "none")).failed).toMatchObject({
      code: "CONTROL_UNREACHABLE",
    });
    const full = await startControl({ clientsMax: 0 });
    expect((await start(full.path).failed)?.message).toContain("is busy: 0 clients are connected");
    for (const answer of ["hello\n", "[]\n", "null\n", "x".repeat(70_000)]) {
      const path = await listen((socket) => socket.on("error", () => undefined).write(answer));
      expect(await start(path).failed, answer.slice(0, 9)).toMatchObject({ code: "CONTROL_NOT_STRAY" });
    }
    const path = await listen((socket) => socket.destroy());
    expect(await start(path).failed).toMatchObject({ code: "CONTROL_LOST" });
  });

  it("gives up who accepts and says nothing", async () => {
    const path = await listen(() => undefined);
    expect(await start(path, { limits: { answerMs: 50 } }).failed).toMatchObject({
      code: "CONTROL_NO_ANSWER",
    });
  });

  it("ends when strayd does, though the input stays open", async () => {
    const { path, server } = await startControl();
    const { input, output, ended } = start(path);
    input.write(line(1, "v1.hello"));
    await eventually(() => output.text !== "", "it is joined");
    await server.close(100);
    expect(await ended).toBe(0);
    expect(input.destroyed).toBe(true);
  });

  it("ends when a strayd that hangs owes the last answers", async () => {
    const path = await listen((socket) => {
      socket.once("data", () => socket.write('{"jsonrpc":"2.0","id":"session","result":{}}\n'));
    });
    const { input, ended } = start(path, { limits: { lastAnswersMs: 50 } });
    input.end(line(1, "v1.hello"));
    expect(await ended).toBe(0);
  });

  it("holds little of what nobody reads, and gives such a reader up", async () => {
    let sent = 0;
    let isClosed = false;
    const path = await listen((socket) => {
      socket
        .on("error", () => undefined)
        .on("close", () => {
          isClosed = true;
        });
      socket.once("data", () => {
        socket.write('{"jsonrpc":"2.0","id":"session","result":{}}\n');
        const piece = Buffer.alloc(65_536, "x");
        const more = () => {
          while (!socket.destroyed && sent < 1 << 28) {
            sent += piece.length;
            if (!socket.write(piece)) return;
          }
        };
        socket.on("drain", more);
        more();
      });
    });
    const stuck = new Writable({ write: () => undefined });
    const { ended } = start(path, { output: stuck, limits: { drainMs: 100 } });
    expect(await ended).toBe(0);
    await eventually(() => isClosed, "the socket is closed");
    expect(sent).toBeLessThan(8 << 20);
    expect(stuck.destroyed).toBe(true);
  });

  it("passes on what came behind the answer to the session", async () => {
    const path = await listen((socket) => {
      socket.once("data", () =>
        socket.end('{"jsonrpc":"2.0","id":"session","result":{}}\n{"id":7}\n{"id":8}\n'),
      );
    });
    const { output, ended } = start(path);
    expect(await ended).toBe(0);
    expect(output.answers.map(({ id }) => id)).toEqual([7, 8]);
  });
});
