// dark.state: what is written is read back, what is damaged is told from what is whole and moved aside, and when it is
// written at all.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { networkAt, networkOf } from "../../../host/dark/address.js";
import { HOW_MASK } from "../../../host/dark/alive-book.js";
import { USES } from "../../../host/dark/networks.js";
import { StateSaver } from "../../../host/dark/saver.js";
import { readStateFile, STATE_NAME, StateFile } from "../../../host/dark/state-file.js";
import { parseState, type SavedState, stateLines } from "../../../host/dark/state-text.js";
import { seedOf } from "../../support/random.js";

const NOW_MS = Date.UTC(2026, 10, 24, 18, 0, 0);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const PARAMETERS = { seed: seedOf("dark.state"), numRuns: 200 };

const STATE: SavedState = {
  savedMs: NOW_MS,
  aliveMs: 30 * DAY_MS,
  hasConversed: true,
  homes: [{ network: "192.0.2.0/24", from: "guessed from eth0", learnLeftMs: 1000 }],
  lists: [
    { network: networkOf("192.0.2.128/25")!, use: "unused", origin: "imported", comment: "the lab's" },
    { network: networkOf("192.0.2.7")!, use: "used", origin: "configured", comment: "" },
  ],
  alive: [["192.0.2.9", { sinceMs: NOW_MS - 5000, lastMs: NOW_MS, how: 3 }]],
};
const textOf = (state: SavedState): string => [...stateLines(state)].join("");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-dark-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the text of dark.state", () => {
  it("is one that a person can read", () => {
    expect(textOf(STATE)).toMatch(
      new RegExp(
        [
          "^stray dark state 1",
          `saved ${NOW_MS}`,
          "alive-for 2592000000",
          "conversed 1",
          "home 192\\.0\\.2\\.0/24 1000 guessed from eth0",
          "list 192\\.0\\.2\\.128/25 unused imported the lab's",
          "list 192\\.0\\.2\\.7 used configured",
          `alive 192\\.0\\.2\\.9 ${NOW_MS - 5000} ${NOW_MS} sent,answered`,
          "end 8 [0-9a-f]{16}\n$",
        ].join("\n"),
      ),
    );
  });

  const address = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });
  const ms = fc.integer({ min: 0, max: NOW_MS });
  const state: fc.Arbitrary<SavedState> = fc.record({
    savedMs: ms,
    aliveMs: ms,
    hasConversed: fc.boolean(),
    homes: fc.array(
      fc.record({
        network: fc.tuple(address, fc.nat(128)).map(([value, prefix]) => networkAt(value, prefix).text),
        from: fc.constantFrom("sensor.home", "guessed from eth0"),
        learnLeftMs: ms,
      }),
      { maxLength: 3 },
    ),
    lists: fc.array(
      fc.record({
        network: fc.tuple(address, fc.nat(128)).map(([value, prefix]) => networkAt(value, prefix)),
        use: fc.constantFrom(...USES),
        origin: fc.constantFrom("configured" as const, "imported" as const),
        comment: fc.stringMatching(/^([!-~]([ -~]{0,30}[!-~])?)?$/),
      }),
      { maxLength: 3 },
    ),
    alive: fc.array(
      fc.tuple(
        address.map((value) => networkAt(value, 128).text),
        fc.record({ sinceMs: ms, lastMs: ms, how: fc.integer({ min: 1, max: HOW_MASK }) }),
      ),
      { maxLength: 10 },
    ),
  });

  it("is read back as it was", () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(parseState(textOf(one))).toEqual(one);
      }),
      PARAMETERS,
    );
  });

  it("is told from one that lacks its end, or in which a byte is another", () => {
    const text = textOf(STATE);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
        expect(typeof parseState(text.slice(0, at))).toBe("string");
        const other = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
        if (other !== text) expect(typeof parseState(other)).toBe("string");
      }),
      PARAMETERS,
    );
  });

  it("is nothing that is not ours, whatever vouches for it", () => {
    for (const line of [
      "alive 192.0.2.0/24 1 2 sent",
      "alive 192.0.2.1 1 2 smoke",
      "alive 192.0.2.1 -1 2 sent",
      "list 192.0.2.1 used",
      "home x 1 y",
      "what",
    ]) {
      const text = textOf({
        ...STATE,
        homes: [{ network: `192.0.2.0/24 0 x\n${line}\nhome 192.0.2.0/24`, from: "", learnLeftMs: 0 }],
      });
      expect(parseState(text)).toMatch(/^its line \d+ is none of ours$|does not fit/);
    }
  });
});

describe("the file dark.state", () => {
  it("is whole or not there, and closed to others", async () => {
    const file = StateFile.open(folder);
    expect(file.read(NOW_MS)).toEqual({ state: undefined, damaged: undefined });
    const bytes = await file.write(STATE);
    expect(bytes).toBe(readFileSync(file.path).length);
    expect(file.read(NOW_MS).state).toEqual(STATE);
    expect(readStateFile(file.path)).toEqual(STATE);
    file.close();
    expect(readdirSync(folder)).toEqual([STATE_NAME]);
  });

  it("is moved aside where it is damaged, the latest three are kept", async () => {
    const file = StateFile.open(folder);
    for (let count = 0; count < 5; count++) {
      writeFileSync(file.path, `stray dark state 1\nnumber ${count}\n`);
      const { state, damaged } = file.read(NOW_MS + count * 1000);
      expect(state).toBeUndefined();
      expect(damaged).toEqual({
        name: `dark.state.damaged-20261124T18000${count}Z`,
        reason: "its last line does not fit the lines before it",
      });
    }
    file.close();
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it("is one strayd's alone", () => {
    const file = StateFile.open(folder);
    expect(() => StateFile.open(folder)).toThrow(
      /is kept by another strayd: stop that one, or choose another detection.directory/,
    );
    file.close();
    StateFile.open(folder).close();
  });

  it("says what is wrong to who reads it without strayd", () => {
    const path = join(folder, "x");
    expect(() => readStateFile(path)).toThrow(
      expect.objectContaining({ code: "DARK_STATE_MISSING", exitCode: 2 }),
    );
    writeFileSync(path, "nothing");
    expect(() => readStateFile(path)).toThrow(
      expect.objectContaining({ code: "DARK_STATE_DAMAGED", exitCode: 1 }),
    );
    mkdirSync(join(folder, "y"));
    expect(() => readStateFile(join(folder, "y"))).toThrow(
      expect.objectContaining({ code: "DARK_STATE_UNREADABLE" }),
    );
  });
});

class Rig {
  readonly said: string[] = [];
  state = STATE;
  readonly saver = new StateSaver({
    log: (level, message) => this.said.push(`${level}: ${message}`),
    state: () => this.state,
  });
  aliveMs = 30 * DAY_MS;

  /** Whether it was written at that moment. */
  async at(minutes: number): Promise<boolean> {
    const before = this.saver.counts.saves;
    this.saver.pulse(NOW_MS + minutes * MINUTE_MS, this.aliveMs);
    await this.saver.settled;
    return this.saver.counts.saves > before;
  }
}

describe("the saver", () => {
  it("writes nothing where nothing changed, what is new after five minutes, times alone after an hour", async () => {
    const rig = new Rig();
    rig.saver.open(folder, NOW_MS);
    expect(await rig.at(1000)).toBe(false);
    const again = new Rig();
    await rig.saver.close(NOW_MS);
    again.saver.open(folder, NOW_MS);
    again.saver.noteNews();
    expect([await again.at(4.9), await again.at(5), await again.at(60)]).toEqual([false, true, false]);
    again.saver.noteTimes();
    expect([await again.at(64), await again.at(65)]).toEqual([false, true]);
    // Where an address counts as alive for ten minutes only, times are kept fresher, but not more than once in five.
    again.aliveMs = 10 * MINUTE_MS;
    again.saver.noteTimes();
    expect([await again.at(69), await again.at(70)]).toEqual([false, true]);
    await again.saver.close(NOW_MS);
  });

  it("writes at once what a person told, and what is left at the end", async () => {
    const rig = new Rig();
    rig.saver.open(folder, NOW_MS);
    rig.saver.noteTold();
    expect(await rig.at(0.02)).toBe(true);
    expect(await rig.at(0.04)).toBe(false);
    rig.saver.noteTimes();
    await rig.saver.close(NOW_MS);
    expect(rig.saver.counts).toMatchObject({ saves: 2, errors: 0 });
  });

  it("writes a large state less often", async () => {
    const rig = new Rig();
    rig.state = {
      ...STATE,
      alive: Array.from({ length: 4000 }, (_, n) => [
        networkAt(networkOf("10.0.0.0/8")!.first + BigInt(n), 128).text,
        { sinceMs: NOW_MS, lastMs: NOW_MS, how: 1 },
      ]),
    };
    rig.saver.open(folder, NOW_MS);
    rig.saver.noteTold();
    expect(await rig.at(0)).toBe(true);
    const { bytes } = rig.saver.counts;
    const minutes = (5 * bytes) / 65_536;
    expect(minutes).toBeGreaterThan(10);
    rig.saver.noteNews();
    expect([await rig.at(minutes - 0.1), await rig.at(minutes)]).toEqual([false, true]);
    await rig.saver.close(NOW_MS);
  });

  it("tells of a damaged file, and begins without it", () => {
    writeFileSync(join(folder, STATE_NAME), "rubbish");
    const rig = new Rig();
    expect(rig.saver.open(folder, NOW_MS)).toBeUndefined();
    expect(rig.saver.counts.damaged).toBe(1);
    expect(rig.said).toEqual([
      expect.stringMatching(
        /^error: .*dark.state is damaged \(.*\): it was moved to dark.state.damaged-.*learnt anew$/,
      ),
    ]);
  });

  it("goes on where the folder can't be had, says so once, and tries again each minute", async () => {
    const path = join(folder, "in-the-way");
    writeFileSync(path, "");
    const rig = new Rig();
    expect(rig.saver.open(path, NOW_MS)).toBeUndefined();
    expect(rig.saver.problem).toMatch(/^what is known of addresses can't be kept in .*in-the-way: /);
    rig.saver.noteTold();
    expect([await rig.at(0.5), await rig.at(1), await rig.at(1.5)]).toEqual([false, false, false]);
    expect(rig.saver.counts.errors).toBe(2);
    expect(rig.said).toHaveLength(1);
    rmSync(path);
    expect(await rig.at(2)).toBe(true);
    expect(rig.saver.problem).toBeUndefined();
    expect(rig.said.at(-1)).toMatch(/^info: addresses are kept in .* again$/);
    await rig.saver.close(NOW_MS);
  });
});
