// Versions are compared as Debian's dpkg does.

import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareVersions } from "../../../host/update/version.js";
import { PATIENCE } from "../../support/patience.js";
import { requireProgram } from "../../support/system.js";

/** From old to new, as Debian's policy manual has it. */
const ORDERED = [
  ...["0.1.0~alpha", "0.1.0~rc1", "0.1.0~rc2", "0.1.0", "0.1.0-1~bpo1", "0.1.0-1", "0.1.0-1+b1", "0.1.0-2"],
  ...["0.1.0a", "0.1.0+git1", "0.1.1", "0.1.2", "0.1.10", "0.2", "0.2.0", "0.10", "1.0~", "1.0", "1:0.1"],
];

describe("versions", () => {
  it("have an order", () => {
    for (const [at, left] of ORDERED.entries()) {
      for (const [other, right] of ORDERED.entries()) {
        expect(Math.sign(compareVersions(left, right)), `${left} ${right}`).toBe(Math.sign(at - other));
      }
    }
    expect(compareVersions("1.00", "1.0")).toBe(0);
    expect(compareVersions("0:1.0", "1.0")).toBe(0);
  });

  it.skipIf(!requireProgram("dpkg", "dpkg"))("are dpkg's", { timeout: 60_000 * PATIENCE }, () => {
    const part = fc.stringMatching(/^\d[0-9a-z.+~]{0,6}$/);
    fc.assert(
      fc.property(part, part, (left, right) => {
        const { status } = spawnSync("dpkg", ["--compare-versions", left, "lt", right]);
        expect(compareVersions(left, right) < 0, `${left} lt ${right}`).toBe(status === 0);
      }),
      { numRuns: 100 },
    );
  });
});
