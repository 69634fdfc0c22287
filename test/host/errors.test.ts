// What is shown to a user: errors with a code, and text that can't disturb a terminal.

import { describe, expect, it } from "vitest";
import * as L from "../../assembly/layout.js";
import { describe as describeInput } from "../../host/capture/problem.js";
import { printable, StrayError, systemCode } from "../../host/errors.js";

describe("printable", () => {
  it("escapes what could disturb a terminal or a log line, and leaves the rest", () => {
    expect(printable("plain-é-文-😀.pcap")).toBe("plain-é-文-😀.pcap");
    expect(printable("a\u001b[2J\r\n\u0007\u009b")).toBe("a\\x1b[2J\\x0d\\x0a\\x07\\x9b");
    expect(printable("x\u202egpj\u2066\u2028\ud800")).toBe("x\\u202egpj\\u2066\\u2028\\ud800");
  });
});

describe("StrayError", () => {
  it("carries its code and exit code, and its class's name", () => {
    class Special extends StrayError {}
    const error = new Special("SOME_CODE", "a line", 2, { cause: 1 });
    expect([error.code, error.exitCode, error.name, error.cause]).toEqual(["SOME_CODE", 2, "Special", 1]);
    expect(new StrayError("X", "y").exitCode).toBe(1);
    expect(systemCode(error)).toBe("SOME_CODE");
    expect(systemCode("text")).toBeUndefined();
  });
});

describe("input errors", () => {
  const codes = Object.entries(L).filter(([name]) => /^INPUT_ERROR_(?!CODE|VALUE|OFFSET|NONE)/.test(name));

  it("each have a line of their own", () => {
    expect(codes.length).toBeGreaterThan(10);
    for (const pcapng of [false, true]) {
      const lines = codes.map(([, code]) => describeInput(code, 7, pcapng)[1]);
      expect(new Set(lines).size).toBe(codes.length);
      for (const line of lines) expect(line).not.toMatch(/error \d+|\n/);
    }
  });
});
