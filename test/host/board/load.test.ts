// A profile's text: what is taken, and what each problem says, with its place.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBoard } from "../../../host/board/load.js";
import { ConfigError } from "../../../host/config/problem.js";
import { GIB, MIB } from "../../../host/config/units.js";
import { StrayError } from "../../../host/errors.js";
import { seedOf } from "../../support/random.js";
import { BOARD_TEXT, boardText } from "./samples.js";

const PATH = "boards/test/board.yaml";

/** Lines of what is wrong, without the file's name. */
function problems(text: string): string[] {
  try {
    parseBoard(text, PATH);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.lines.map((line) => line.replace(`${PATH}:`, ""));
  }
}

describe("parseBoard", () => {
  it("reads a profile", () => {
    const { board, warnings } = parseBoard(BOARD_TEXT, PATH);
    expect(warnings).toEqual([]);
    expect(board).toMatchObject({
      name: "test",
      path: PATH,
      architecture: "amd64",
      memoryBytes: GIB,
      cores: 2,
      storage: { kind: "sd", bytes: 8 * GIB, systemBytes: GIB },
      system: { kernelBytes: 64 * MIB, servicesBytes: 64 * MIB, cacheBytes: 64 * MIB },
      notes: [],
      unverified: [],
    });
    expect(board.nics[1]).toEqual({ name: "eth1", driver: "igb", megabits: 1000, role: "wire-a" });
    expect(board.config.capture).toMatchObject({ interfaces: ["eth1", "eth2"], ringBytes: 4 * MIB });
    expect(parseBoard(BOARD_TEXT, "my-board.yaml").board.name).toBe("my-board");
  });

  it.each([
    [
      "architecture: amd64",
      "architecture: arm64le",
      '2:15: architecture: expected one of amd64, arm64; found "arm64le" (did you mean arm64?)',
    ],
    ["memory: 1GiB", "memory: 1024", "3:9: memory: expected a size from 64MiB to 1TiB; found 1024"],
    ["cores: 2", "cores: none", '4:8: cores: expected a whole number from 1 to 256; found "none"'],
    ["cores: 2\n", "", "1:1: cores: expected a whole number from 1 to 256; found nothing"],
    ["cores: 2", "cores: 2\ncore: 2", "5:1: core: expected one of the sections title, architecture"],
    [
      "role: wire-a",
      "role: wire",
      '8:50: nics[1].role: expected one of wire-a, wire-b, capture, management; found "wire"',
    ],
    ["name: eth2", "name: eth1", '9:12: nics[2].name: expected each interface once; found "eth1" again'],
    [
      "role: wire-b",
      "role: capture",
      "7:3: nics: expected one interface of role wire-a and one of wire-b, or neither; found 1 of wire-a, 0 of wire-b",
    ],
    // What lies below `stray` has the configuration's own words, and its place here.
    [
      "profile: small",
      "profile: tiny",
      '12:21: stray.sensor.profile: expected one of small, default, large; found "tiny"',
    ],
    ["ring: 4MiB", "rings: 4MiB", "13:46: stray.capture.rings: expected one of interfaces"],
    [
      "mode: simulate",
      "mode: simulate, fail: shut",
      "14:34: stray.inline.fail: expected one of open, closed",
    ],
    [
      "[eth1, eth2]",
      "[eth1, eth7]",
      '13:32: stray.capture.interfaces[1]: expected one of the board\'s interfaces for it: eth1, eth2; found "eth7"',
    ],
    [
      "[eth1, eth2]",
      "[eth1, eth0]",
      "13:32: stray.capture.interfaces[1]: expected one of the board's interfaces for it: eth1, eth2; found eth0, whose role is management",
    ],
    [
      "[eth1, eth2]",
      "[eth2, eth1]",
      "13:25: stray.capture.interfaces: expected the interfaces of role wire-a and wire-b, as inline.mode is simulate; found eth2, eth1",
    ],
  ])("%s as %s", (from, to, message) => {
    const [line, ...others] = problems(boardText(from, to));
    expect(line).toContain(message);
    expect(others).toEqual([]);
  });

  it("holds workers against cores where there may be several", () => {
    const text = boardText("inline: {mode: simulate}", "inline: {mode: tap}").replace(
      "ring: 4MiB",
      "workers: 3",
    );
    expect(problems(text)).toEqual([
      "13:48: stray.capture.workers: expected at most one for each of 2 cores; found 3",
    ]);
  });

  it("tells of all of it at once, and of what is no profile at all", () => {
    expect(problems(boardText("cores: 2", "cores: 0").replace("speed: 1000", "speed: 1"))).toHaveLength(2);
    for (const text of ["", "- a", "a: [", "stray: 1", "\0"])
      expect(problems(text).length).toBeGreaterThan(0);
  });

  it("escapes what it repeats", () => {
    const [line] = problems(boardText("architecture: amd64", 'architecture: "a\\e[31m"'));
    expect(line).toContain("\\u001b[31m");
    expect(line).not.toContain("\u001b");
  });

  it("throws nothing but StrayErrors, whatever the text", () => {
    const pieces = BOARD_TEXT.split("\n");
    const line = fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 40 }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        try {
          parseBoard(lines.join("\n"), PATH);
        } catch (error) {
          if (!(error instanceof StrayError)) throw error;
        }
      }),
      { seed: seedOf("board profiles"), numRuns: 300 },
    );
  });
});
