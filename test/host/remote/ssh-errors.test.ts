// What ssh says, as it says it, and what a user is told of it.

import { describe, expect, it } from "vitest";
import { destinationOf } from "../../../host/remote/destination.js";
import {
  notStrayThere,
  programError,
  SSH_CODES,
  sshEndError,
  sshTimeoutError,
} from "../../../host/remote/ssh-errors.js";
import { sshArguments, sshProgram } from "../../../host/remote/ssh-route.js";

const PLAIN = destinationOf("admin@gate");
const PORT = destinationOf("ssh://admin@gate:2222");
const CHANGED = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Host key verification failed.\r\n`;

describe("the end of ssh", () => {
  it.each([
    ["SSH_HOST_KEY_CHANGED", 255, CHANGED, '"ssh-keygen -R gate"'],
    ["SSH_HOST_KEY_UNKNOWN", 255, "Host key verification failed.\r\n", 'run "ssh admin@gate" once'],
    ["SSH_DENIED", 255, "admin@gate: Permission denied (publickey,password).\r\n", "ssh-add"],
    [
      "SSH_UNKNOWN_HOST",
      255,
      "ssh: Could not resolve hostname gate: Name or service not known\r\n",
      "no such host",
    ],
    [
      "SSH_REFUSED",
      255,
      "ssh: connect to host gate port 22: Connection refused\r\n",
      "no sshd listens there",
    ],
    ["SSH_NO_ANSWER", 255, "ssh: connect to host gate port 22: Connection timed out\r\n", "does not answer"],
    ["SSH_NO_ANSWER", 255, "Connection timed out during banner exchange\r\n", "does not answer"],
    ["SSH_UNREACHABLE", 255, "ssh: connect to host gate port 22: No route to host\r\n", "no way to it"],
    ["SSH_FAILED", 255, "kex_exchange_identification: Connection closed by remote host\r\n", "kex_exchange"],
    ["SSH_NO_STRAY", 127, "bash: line 1: stray: command not found\n", "no stray in the PATH"],
    ["SSH_NO_STRAY", 126, "bash: stray: Permission denied\n", "no stray in the PATH"],
    [
      "CONTROL_UNREACHABLE",
      2,
      "stray: strayd is not running: nobody answers on /run/stray/stray.sock\n",
      "nobody answers on /run/stray/stray.sock",
    ],
    ["SSH_FAILED", 2, "stray: rpc is not allowed here\n", "rpc is not allowed here"],
    ["SSH_FAILED", 1, "", "ended there with exit status 1: it gave no reason"],
    ["SSH_FAILED", undefined, "", "it gave no reason"],
  ])("%s: %s", (code, exitCode, said, text) => {
    const error = sshEndError(PLAIN, exitCode, said, false);
    expect(error).toMatchObject({ code, exitCode: 2, message: expect.stringContaining(text) });
    expect(error.message.startsWith("admin@gate: ")).toBe(true);
    expect(SSH_CODES.includes(code) || code === "CONTROL_UNREACHABLE").toBe(true);
  });

  it("names the port where there is one", () => {
    const unknown = sshEndError(PORT, 255, "Host key verification failed.", false);
    expect(unknown.message).toContain('"ssh -p 2222 admin@gate"');
    expect(sshEndError(PORT, 255, CHANGED, false).message).toContain(`-R '[gate]:2222'`);
  });

  it("of a connection that was in use is a loss, whatever the reason", () => {
    const error = sshEndError(PLAIN, 255, "Timeout, server gate not responding.\r\n", true);
    expect(error).toMatchObject({ code: "SSH_LOST", message: expect.stringContaining("not responding") });
    expect(sshEndError(PLAIN, 0, "", true).code).toBe("SSH_LOST");
  });

  it("shows words of the other side bounded and escaped", () => {
    const error = sshEndError(PLAIN, 255, `\u001b[2J${"x".repeat(10_000)}\u0007`, false);
    expect(error.message).toContain("\\x1b[2Jxxx");
    expect(error.message.length).toBeLessThan(500);
    expect(notStrayThere(PLAIN, "This account is\u001b[m not available.").message).toContain(
      '"This account is\\x1b[m not available."',
    );
    expect(sshTimeoutError(PLAIN, 15_000, "").message).toBe(
      "admin@gate: no answer in 15 s: it is down, cut off or overloaded; --timeout SECONDS waits longer",
    );
    expect(programError("/no\u001bssh", "ENOENT").message).toContain("/no\\x1bssh can't be run (ENOENT)");
  });
});

describe("the arguments of ssh", () => {
  it("ask nobody, forward nothing, and keep the destination behind --", () => {
    expect(sshArguments(PORT, 2500)).toEqual([
      "-T",
      "-a",
      "-x",
      "-o",
      "BatchMode=yes",
      "-o",
      "ClearAllForwardings=yes",
      "-o",
      "RemoteCommand=none",
      "-o",
      "ControlMaster=no",
      "-o",
      "LogLevel=ERROR",
      "-o",
      "ServerAliveInterval=5",
      "-o",
      "ServerAliveCountMax=3",
      "-o",
      "ConnectTimeout=3",
      "-p",
      "2222",
      "--",
      "admin@gate",
      "stray rpc",
    ]);
  });

  it("are for ssh, or for the program that STRAY_SSH names", () => {
    expect(sshProgram({})).toBe("ssh");
    expect(sshProgram({ STRAY_SSH: "" })).toBe("ssh");
    expect(sshProgram({ STRAY_SSH: "/opt/my ssh" })).toBe("/opt/my ssh");
  });
});
