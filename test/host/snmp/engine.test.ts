// The SNMP engine: its identifier stays, its boots go up on disk before they are used, its time is that of a clock that
// nobody sets.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SnmpEngine, SnmpEngines } from "../../../host/snmp/engine.js";

const said: string[] = [];
const log = (_: string, message: string): void => {
  said.push(message);
};
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-engine-"));
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (directory = folder, monotonicMs?: () => number) =>
  SnmpEngine.open({ directory, enterprise: 32473, log, ...(monotonicMs && { monotonicMs }) });

describe("the SNMP engine", () => {
  it("keeps its identifier and raises its boots, on disk first", () => {
    const first = open(join(folder, "a", "b"));
    expect(first.id.toString("hex")).toMatch(/^80007ed905[0-9a-f]{24}$/);
    expect(first.boots).toBe(1);
    const second = open(join(folder, "a", "b"));
    expect(second.id.equals(first.id)).toBe(true);
    expect(second.boots).toBe(2);
    const kept = JSON.parse(readFileSync(join(folder, "a", "b", "engine.json"), "utf8")) as unknown;
    expect(kept).toEqual({ engineId: first.id.toString("hex"), boots: 2 });
  });

  it.each(["", "{", "null", '{"engineId":"80","boots":1}', '{"engineId":"8000000001","boots":-1}', "[]"])(
    "takes a file that says %j for none",
    (text) => {
      writeFileSync(join(folder, "engine.json"), text);
      const engine = open();
      expect([engine.boots, engine.problem]).toEqual([1, undefined]);
      expect(engine.id).toHaveLength(17);
    },
  );

  it("is another one at each start where nothing can be kept, and says so", () => {
    writeFileSync(join(folder, "file"), "");
    const directory = join(folder, "file", "below");
    const [one, two] = [open(directory), open(directory)];
    expect(one.id.equals(two.id)).toBe(false);
    expect(one.problem).toContain("can't be kept");
    expect(said).toHaveLength(2);
  });

  it("counts seconds, and boots once more after 68 years (RFC 3414, section 2.2.2)", () => {
    let nowMs = 5_000;
    const engine = open(folder, () => nowMs);
    expect(engine.time).toBe(0);
    nowMs += 151_999;
    expect(engine.time).toBe(151);
    nowMs += 0x8000_0000 * 1000;
    expect([engine.time, engine.boots]).toEqual([0, 2]);
  });

  it("does not go beyond the last boots", () => {
    writeFileSync(join(folder, "engine.json"), '{"engineId":"80007ed90501","boots":2147483647}');
    expect(open().boots).toBe(2147483647);
  });

  it("is one for everybody who asks for the same folder", () => {
    const engines = new SnmpEngines({ enterprise: 32473, log });
    expect(engines.of(folder)).toBe(engines.of(folder));
    expect(engines.of(folder).boots).toBe(1);
    expect(engines.of(join(folder, "other"))).not.toBe(engines.of(folder));
  });
});
