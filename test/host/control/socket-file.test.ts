// The socket's file: made with care, replaced only when nobody answers on it, removed only when it is ours.

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { groupId, groupName } from "../../../host/control/group.js";
import { SocketFile } from "../../../host/control/socket-file.js";
import { asNobody } from "../../support/unprivileged.js";
import { later, RawClient, startControl, temporaryFolder } from "./support.js";

const modeOf = (path: string) => lstatSync(path).mode & 0o7777;
const isRoot = process.getuid?.() === 0;

/** A socket file that nobody answers on: its server is renamed away before it closes, as a killed one leaves it. */
async function staleSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}x`, resolve));
  renameSync(`${path}x`, path);
  await new Promise((resolve) => server.close(resolve));
  expect(lstatSync(path).isSocket()).toBe(true);
}

describe("the socket's file", () => {
  it("has mode 0660 and no other name beside it, and is gone after close", async () => {
    const { server, path } = await startControl();
    expect(lstatSync(path).isSocket()).toBe(true);
    expect(modeOf(path)).toBe(0o660);
    expect(readdirSync(dirname(path))).toEqual(["stray.sock"]);
    await server.close();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it("has the mode asked for, whatever the umask, and leaves the umask as it was", async () => {
    const before = process.umask(0o027);
    later(() => process.umask(before));
    const { path } = await startControl({ mode: 0o666 });
    expect(modeOf(path)).toBe(0o666);
    expect(process.umask()).toBe(0o027);
  });

  it("is for nobody else before it has its name: draft and mode are set before", async () => {
    const path = join(temporaryFolder(), "stray.sock");
    const modes: number[] = [];
    const server = createServer();
    const { listen } = server;
    server.listen = ((draft: string, done: () => void) => {
      const result = listen.call(server, draft, done);
      modes.push(modeOf(draft));
      expect(existsSync(path)).toBe(false);
      return result;
    }) as unknown as Server["listen"];
    const file = await SocketFile.bind(server, { path, mode: 0o660, log: () => undefined });
    expect(modes).toEqual([0o600]);
    expect(modeOf(path)).toBe(0o660);
    expect(file.remove()).toBe(true);
    server.close();
  });

  it("gets its directory made", async () => {
    const path = join(temporaryFolder(), "run", "stray", "stray.sock");
    const { server } = await startControl({ socket: path });
    expect((await (await RawClient.connect(path)).ask("v1.hello")).result).toBeDefined();
    await server.close();
  });

  it.runIf(isRoot)("gets the group, and the account that strayd becomes", async () => {
    const path = join(temporaryFolder(), "stray", "stray.sock");
    const group = groupName(1) ?? "daemon";
    const { logged } = await startControl({ socket: path, group, owner: { uid: 65534, gid: 65534 } });
    expect(lstatSync(path)).toMatchObject({ uid: 65534, gid: groupId(group) });
    expect(lstatSync(dirname(path))).toMatchObject({ uid: 65534 });
    expect(modeOf(path)).toBe(0o660);
    expect(logged).toEqual([]);
  });

  it("does without a group that does not exist, and says so", async () => {
    const { path, logged } = await startControl({ group: "no-such-group" });
    expect(modeOf(path)).toBe(0o660);
    expect(logged).toEqual([expect.stringContaining('warn: control: no group is called "no-such-group"')]);
  });

  it("takes the place of a stale one", async () => {
    const path = join(temporaryFolder(), "stray.sock");
    await staleSocket(path);
    await startControl({ socket: path });
    expect((await (await RawClient.connect(path)).ask("v1.hello")).result).toBeDefined();
    expect(readdirSync(dirname(path))).toEqual(["stray.sock"]);
  });

  it("never takes the place of one that is answered", async () => {
    const { path } = await startControl();
    await expect(startControl({ socket: path })).rejects.toMatchObject({
      code: "CONTROL_IN_USE",
      exitCode: 2,
      message: expect.stringContaining(`another strayd answers on ${path}`),
    });
    expect((await (await RawClient.connect(path)).ask("v1.hello")).result).toBeDefined();
    expect(readdirSync(dirname(path))).toEqual(["stray.sock"]);
  });

  it("goes to just one of several that start at once over a stale one", async () => {
    const path = join(temporaryFolder(), "stray.sock");
    await staleSocket(path);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => startControl({ socket: path })),
    );
    const failures = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(failures.map(({ reason }) => reason.code)).toEqual(new Array(5).fill("CONTROL_IN_USE"));
    expect((await (await RawClient.connect(path)).ask("v1.hello")).result).toBeDefined();
    expect(readdirSync(dirname(path))).toEqual(["stray.sock"]);
  });

  it.each([
    ["a file", (path: string) => writeFileSync(path, "precious")],
    ["a directory", (path: string) => mkdirSync(path)],
    ["a symbolic link", (path: string) => symlinkSync("/etc/passwd", path)],
  ])("never takes the place of %s", async (kind, make) => {
    const path = join(temporaryFolder(), "stray.sock");
    make(path);
    await expect(startControl({ socket: path })).rejects.toMatchObject({
      code: "CONTROL_NOT_A_SOCKET",
      message: expect.stringContaining(`is ${kind}, not a socket, and is left alone`),
    });
    if (kind === "a file") expect(readFileSync(path, "utf8")).toBe("precious");
    expect(readdirSync(dirname(path))).toEqual(["stray.sock"]);
  });

  it("is left alone at close when it is another's by now", async () => {
    const { server, path, logged } = await startControl();
    renameSync(path, `${path}.moved`);
    const { path: otherPath } = await startControl({ socket: path });
    await server.close();
    expect((await (await RawClient.connect(otherPath)).ask("v1.hello")).result).toBeDefined();
    expect(logged).toEqual([expect.stringContaining("is not ours any more and stays")]);
  });

  it("can't have a path longer than the kernel takes", async () => {
    const socket = join(temporaryFolder(), "x".repeat(100));
    await expect(startControl({ socket })).rejects.toMatchObject({
      code: "CONTROL_PATH",
      message: expect.stringContaining("107 bytes at most"),
    });
  });

  it("where it can't be made the message says so", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    await expect(startControl({ socket: join(folder, "file", "stray.sock") })).rejects.toMatchObject({
      code: "CONTROL_FAILED",
      message: expect.stringMatching(/can't be made: (ENOTDIR|EEXIST)$/),
    });
  });

  it("without permission the message says what to do", async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o555);
    const socket = join(folder, "stray.sock");
    await expect(asNobody(() => startControl({ socket }))).rejects.toMatchObject({
      code: "CONTROL_NO_PERMISSION",
    });
    chmodSync(folder, 0o755);
  });
});

describe("groups", () => {
  it("are read from the file, whatever else is in it", () => {
    const file = join(temporaryFolder(), "group");
    writeFileSync(file, "root:x:0:\n\n# note\nstray:x:998:ann,bob\nbad:x:y:\n:x:5:\n+::::\n");
    expect(groupId("stray", file)).toBe(998);
    expect(groupName(998, file)).toBe("stray");
    expect([
      groupId("bad", file),
      groupId("", file),
      groupName(5, file),
      groupId("stray", "/no/such"),
    ]).toEqual([undefined, undefined, undefined, undefined]);
  });
});
