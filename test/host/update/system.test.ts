// What an update asks of strayd before it is started anew: that the kernel carries the link's frames, where it would for a sensor
// that stands still, and nothing else.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addInlineMethods } from "../../../host/control/inline-methods.js";
import type { InlineReport } from "../../../host/sensor/view.js";
import { systemOf } from "../../../host/update/system.js";
import { inlineReport } from "../control/fake-sensor.js";
import { startControl, temporaryFolder } from "../control/support.js";

/** What was asked of the keeper of the place in the wire, by an update of a sensor whose link is in this state. */
async function askedOf(state: InlineReport["state"] | undefined, mayFail = false): Promise<string[]> {
  const { server, sensor, path } = await startControl();
  const asked: string[] = [];
  const report = state === undefined ? undefined : { ...inlineReport(), state };
  if (report !== undefined) sensor.statusReport = { ...sensor.statusReport, inline: report };
  addInlineMethods(server.methods, {
    report: () => report,
    setBypass: (on) => {
      asked.push(`set ${on}`);
      if (mayFail) throw new Error("nothing can carry the frames");
      return { bypass: on };
    },
    test: () => Promise.reject(new Error("nobody asked for a test")),
  });
  await systemOf(path).carry();
  return asked;
}

describe("before strayd is started anew", () => {
  it("the kernel carries the frames of a link that is protected", async () => {
    expect(await askedOf("armed")).toEqual(["set true"]);
  });

  it.each([
    ["bypass", "it does already"],
    ["off", "frames are to stop when the sensor does"],
    [undefined, "the sensor does not stand in the wire"],
  ] as const)("nothing is asked for where the link is %s: %s", async (state, _why) => {
    expect(await askedOf(state)).toEqual([]);
  });

  it("a sensor that refuses, or that does not run, does not hold the update up", async () => {
    expect(await askedOf("armed", true)).toEqual(["set true"]);
    await expect(systemOf(join(temporaryFolder(), "nobody.sock")).carry()).resolves.toBeUndefined();
  });
});
