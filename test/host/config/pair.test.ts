// What a sensor in the wire needs of the rest of the configuration: each thing that does not fit is told at its key.

import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../host/config/load.js";
import { memoryNeed } from "../../../host/config/memory-parts.js";
import { ConfigError } from "../../../host/config/problem.js";
import { TEST_HOST } from "./facts.js";

const parse = (capture: string, mode = "inline") =>
  parseConfig(`capture:\n${capture}\ninline:\n  mode: ${mode}\n`, "stray.yaml", { host: TEST_HOST });

function refusals(capture: string, mode?: string): readonly string[] {
  try {
    parse(capture, mode);
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

const PAIR = "  interfaces: [eth1, eth2]";

describe("inline.mode and capture", () => {
  it.each(["inline", "simulate"])("takes two interfaces and defaults (%s)", (mode) => {
    expect(refusals(PAIR, mode)).toEqual([]);
    expect(parse(PAIR, mode).config.inline.mode).toBe(mode);
  });

  it.each([
    ["  interfaces: [eth1]", "capture.interfaces: expected two interfaces, one at each side of the sensor"],
    ["  interfaces: [eth1, eth2, eth3]", "capture.interfaces: expected two interfaces"],
    [`${PAIR}\n  workers: 2`, "capture.workers: expected 1"],
    [`${PAIR}\n  filter: tcp`, "capture.filter: expected no filter"],
    [`${PAIR}\n  promiscuous: false`, "capture.promiscuous: expected true"],
    [`${PAIR}\n  snaplen: 1500`, "capture.snaplen: expected at least 65535"],
    [`${PAIR}\n  mode: copy`, "capture.mode: expected auto or mapped"],
  ])("refuses %j", (capture, told) => {
    for (const mode of ["inline", "simulate"]) {
      const [line, ...others] = refusals(capture, mode);
      expect(line).toContain(told);
      expect(line).toContain(`as inline.mode is ${mode}`);
      expect(others).toEqual([]);
    }
    expect(refusals(capture, "tap")).toEqual([]);
  });

  it("refuses the same interface twice", () => {
    expect(refusals("  interfaces: [eth1, eth1]")).toEqual([expect.stringContaining("each name once")]);
  });

  it("tells of all of it at once", () => {
    expect(refusals(`${PAIR}\n  workers: 2\n  filter: tcp\n  promiscuous: false`)).toHaveLength(3);
  });

  it("counts two rings an interface", () => {
    expect(refusals(`${PAIR}\n  ring: 64MiB`, "tap")).toEqual([]);
    expect(refusals(`${PAIR}\n  ring: 32MiB`)).toEqual([]);
    const [line, ...others] = refusals(`${PAIR}\n  ring: 33MiB`);
    expect(line).toContain("expected at most 32MiB for each of 2 interfaces");
    expect(others).toEqual([]);
    const need = (mode: string) => memoryNeed(parse(`${PAIR}\n  ring: 32MiB`, mode).config);
    expect(need("inline") - need("tap")).toBe(2 * (32 << 20));
  });
});
