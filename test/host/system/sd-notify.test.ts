// sd_notify against a real datagram socket of this process, by path and by abstract name.
// Apart because the environment decides what happens. Always holds: the environment is as before after each test.

import { mkdtempSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { libc } from "../../../host/system/libc.js";
import { notify, watchdogIntervalMs } from "../../../host/system/sd-notify.js";

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK = 2 + 0o4000;
const VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];
const before = new Map(VARIABLES.map((name) => [name, process.env[name]]));

function set(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

beforeEach(() => {
  for (const name of VARIABLES) set(name, undefined);
});
afterEach(() => {
  for (const [name, value] of before) set(name, value);
});

/** A datagram socket of that name: a path, or abstract behind "@". */
function receiver(name: string): { receive: () => string; close: () => void } {
  const path = Buffer.from(name.startsWith("@") ? `\0${name.slice(1)}` : name);
  const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), path]);
  const fd = libc().socket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0);
  expect(libc().bind(fd, address, address.length)).toBe(0);
  const receive = (): string => {
    const data = Buffer.alloc(4096);
    return data.toString("utf8", 0, readSync(fd, data));
  };
  return { receive, close: () => void libc().close(fd) };
}

describe("notify", () => {
  const folder = mkdtempSync(join(tmpdir(), "stray-notify-"));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([join(folder, "notify"), `@stray-test-${process.pid}`])("sends to %s", (name) => {
    const socket = receiver(name);
    try {
      set("NOTIFY_SOCKET", name);
      expect(notify("READY=1\nSTATUS=läuft")).toBe(true);
      expect(socket.receive()).toBe("READY=1\nSTATUS=läuft");
      // A receiver that does not read fills up: the sender never waits.
      let sent = 0;
      while (sent < 100_000 && notify("WATCHDOG=1")) sent++;
      expect(sent).toBeLessThan(100_000);
    } finally {
      socket.close();
    }
  });

  it.each([undefined, "", "relative", "vsock:2:1234", "/", `/${"x".repeat(200)}`, "/nonexistent/socket"])(
    "does nothing with NOTIFY_SOCKET=%s",
    (name) => {
      set("NOTIFY_SOCKET", name);
      expect(notify("READY=1")).toBe(false);
    },
  );
});

describe("watchdogIntervalMs", () => {
  it.each([
    [undefined, undefined, undefined],
    ["20000000", undefined, 10_000],
    ["20000000", String(process.pid), 10_000],
    ["20000000", "1", undefined],
    ["1", undefined, 1],
    ["0", undefined, undefined],
    ["", undefined, undefined],
    ["soon", undefined, undefined],
    ["-5", undefined, undefined],
  ])("WATCHDOG_USEC=%s, WATCHDOG_PID=%s: %s", (micros, pid, expected) => {
    set("WATCHDOG_USEC", micros);
    set("WATCHDOG_PID", pid);
    expect(watchdogIntervalMs()).toBe(expected);
  });
});
