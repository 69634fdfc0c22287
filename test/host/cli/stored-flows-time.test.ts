// The times of --from and --to.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TimeEnd, timeArgument } from "../../../host/cli/stored-flows-time.js";
import { seedOf } from "../../support/random.js";

const { TZ: zone } = process.env;
beforeAll(() => {
  process.env["TZ"] = "Pacific/Auckland";
});
afterAll(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

const NOW = Date.UTC(2026, 10, 24, 11, 30, 0); // 25 November, 00:30 in Auckland
const iso = (text: string, end: TimeEnd = "from") => new Date(timeArgument(text, end, NOW)).toISOString();

describe("timeArgument", () => {
  it.each([
    ["now", "2026-11-24T11:30:00.000Z"],
    ["2026-11-24T22:00:00Z", "2026-11-24T22:00:00.000Z"],
    ["2026-11-24T22:00Z", "2026-11-24T22:00:00.000Z"],
    ["2026-11-24 22:00:00.5Z", "2026-11-24T22:00:00.500Z"],
    ["2026-11-24T22:00:00+13:00", "2026-11-24T09:00:00.000Z"],
    ["2026-11-24T22:00:00-0330", "2026-11-25T01:30:00.000Z"],
    ["2026-11-24T22:00:00", "2026-11-24T09:00:00.000Z"],
    ["2026/11/24.22:00:00", "2026-11-24T09:00:00.000Z"],
    ["2026/7/1.22:00", "2026-07-01T10:00:00.000Z"],
    ["2026-11-25", "2026-11-24T11:00:00.000Z"],
    ["today", "2026-11-24T11:00:00.000Z"],
    ["yesterday", "2026-11-23T11:00:00.000Z"],
    ["00:15", "2026-11-24T11:15:00.000Z"],
    ["-1h", "2026-11-24T10:30:00.000Z"],
    ["-30m", "2026-11-24T11:00:00.000Z"],
    ["-1.5d", "2026-11-22T23:30:00.000Z"],
    ["2 hours ago", "2026-11-24T09:30:00.000Z"],
    ["1 minute ago", "2026-11-24T11:29:00.000Z"],
    ["3weeks ago", "2026-11-03T11:30:00.000Z"],
    ["1700000000", "2023-11-14T22:13:20.000Z"],
    ["1700000000.25", "2023-11-14T22:13:20.250Z"],
  ])("reads %s", (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it("takes a day for its end where it ends a span, also when clocks change", () => {
    expect(iso("today", "to")).toBe("2026-11-25T10:59:59.999Z");
    expect(iso("2026-11-24", "to")).toBe("2026-11-24T10:59:59.999Z");
    // The 27th of September had 23 hours there.
    expect(Date.parse(iso("2026-09-27", "to")) - Date.parse(iso("2026-09-27"))).toBe(23 * 3_600_000 - 1);
  });

  it.each([
    "",
    "soon",
    "-1",
    "-1y",
    "2026-13-01",
    "2026-02-30",
    "2026-11-24T25:00",
    "2026-11-24T10:61",
    "1 hour",
    "12345",
    "-",
    "99999999999999",
  ])("refuses %j in one line", (text) => {
    expect(() => timeArgument(text, "to", NOW)).toThrow(
      expect.objectContaining({
        code: "USAGE",
        exitCode: 2,
        message: expect.stringMatching(/^--to: expected a time like .*, found ".*"$/),
      }),
    );
  });

  it("reads back every instant that it could be given as ISO 8601", () => {
    const seed = seedOf("times");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => {
        expect(timeArgument(new Date(ms).toISOString(), "from", NOW)).toBe(ms);
      }),
      { seed, numRuns: 500 },
    );
  });

  it("throws nothing but its own error", () => {
    const seed = seedOf("times");
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(Number.isInteger(timeArgument(text, "from", NOW))).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: "USAGE" });
        }
      }),
      { seed, numRuns: 500 },
    );
  });
});
