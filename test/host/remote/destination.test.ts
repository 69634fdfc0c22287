// Destinations: what is one, and the long list of what is none.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StrayError } from "../../../host/errors.js";
import { destinationOf } from "../../../host/remote/destination.js";
import { sshArguments } from "../../../host/remote/ssh-route.js";
import { INJECTIONS } from "./injections.js";

describe("a destination", () => {
  it.each([
    ["sensor", "sensor", undefined],
    ["admin@sensor", "admin@sensor", undefined],
    ["a.b-c_d+e@gate-2.example.net", "a.b-c_d+e@gate-2.example.net", undefined],
    ["_alias", "_alias", undefined],
    ["admin@192.0.2.7", "admin@192.0.2.7", undefined],
    ["admin@2001:db8::1", "admin@2001:db8::1", undefined],
    ["fe80::1%eth0", "fe80::1%eth0", undefined],
    ["ssh://sensor", "sensor", undefined],
    ["ssh://admin@sensor:2222", "admin@sensor", 2222],
    ["ssh://admin@sensor/", "admin@sensor", undefined],
    ["ssh://admin@[2001:db8::1]:22", "admin@2001:db8::1", 22],
    ["ssh://[fe80::1%eth0]", "fe80::1%eth0", undefined],
  ])("%s", (text, target, port) => {
    expect(destinationOf(text)).toEqual({ name: text, target, port });
  });

  it.each(INJECTIONS)("refuses %j", (text) => {
    expect(() => destinationOf(text)).toThrow(StrayError);
    expect(() => destinationOf(`ssh://${text}`)).toThrow(StrayError);
  });

  it.each([
    "ssh://a:0",
    "ssh://a:65536",
    "ssh://a:22x",
    "ssh://a:",
    "ssh://[::1",
    "ssh://[a]",
    "ssh://u:p@a",
  ])("refuses %s", (text) => {
    expect(() => destinationOf(text)).toThrow(/is no host/);
  });

  it("says where a port goes, and shows nothing that could disturb a terminal", () => {
    expect(() => destinationOf("admin@sensor:22")).toThrow(/a port goes with ssh:\/\/user@host:port/);
    expect(() => destinationOf("a\u001b[31m")).toThrow(/"a\\x1b\[31m" is no host/);
    expect(() => destinationOf("x".repeat(5000))).toThrow(/^"x{80}\.\.\." is no host: at most 320/);
  });

  it("is taken whole or not at all, whatever the text: ssh's arguments hold nothing else of it", () => {
    const word = fc.stringMatching(/^[-@:/%[\]a-z0-9. ;$`\\'"\n]{0,20}$/);
    fc.assert(
      fc.property(
        fc.oneof(
          word,
          word.map((text) => `ssh://${text}`),
          fc.string(),
        ),
        (text) => {
          let destination: ReturnType<typeof destinationOf>;
          try {
            destination = destinationOf(text);
          } catch (error) {
            expect(error).toMatchObject({ code: "HOST_INVALID", exitCode: 2 });
            return;
          }
          const args = sshArguments(destination, 15_000);
          const end = args.indexOf("--");
          expect(args.slice(end)).toEqual(["--", destination.target, "stray rpc"]);
          expect(destination.target).toMatch(/^[A-Za-z0-9_.:][A-Za-z0-9_.+@:%-]*$/);
          expect(args.slice(0, end).join(" ")).toBe(
            sshArguments({ ...destination, target: "x" }, 15_000)
              .slice(0, end)
              .join(" "),
          );
        },
      ),
    );
  });
});
