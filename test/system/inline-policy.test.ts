// Policy by finding: a flow that shows a finding is dropped, or rejected, from then on; by default nothing is.
// Apart from rules because no rule is in force here. Always holds: the flow that shows nothing passes beside it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InlineHome } from "../support/inline/inline-home.js";
import { canRunInline, InlineRig } from "../support/inline/rig.js";
import { Web } from "../support/inline/web.js";
import type { Settings } from "../support/strayd.js";

const BAD = "/a/../../../../etc/passwd";

describe.skipIf(!canRunInline())("a policy by finding", () => {
  let rig: InlineRig;
  let home: InlineHome;
  let web: Web;

  beforeEach(async () => {
    rig = await InlineRig.create("policy");
    web = await Web.start(rig.programs, rig.clientEnd(), rig.serverEnd());
  });
  afterEach(async () => {
    await home?.remove();
    await rig?.remove();
  });

  async function start(settings: Settings): Promise<void> {
    home = new InlineHome(rig, settings);
    await home.startInline();
  }

  it("is to pass everything, unless one is set", async () => {
    await start({});
    const pages = await web.get("/", BAD);
    expect(pages.map(({ status }) => status)).toEqual([200, 200]);
    expect(await home.counter("inline-dropped")).toBe(0);
  });

  it("drops a flow that shows the finding, and no other", async () => {
    await start({ inline: { policy: { "http-traversal": "drop" } } });
    const [before, bad, after] = await web.get("/", BAD, "/after");
    expect(before).toMatchObject({ status: 200 });
    expect(bad).toMatchObject({ status: null, error: "TimeoutError" });
    expect(after).toMatchObject({ status: 200 });
    expect(await home.counter("inline-dropped-finding")).toBeGreaterThan(0);
  });

  it("rejects it, when that is what it says", async () => {
    await start({ inline: { policy: { "http-traversal": "reject" } } });
    const [bad, after] = await web.get(BAD, "/after");
    expect(bad).toMatchObject({ status: null, error: "ConnectionResetError" });
    expect(after).toMatchObject({ status: 200 });
  });

  it("counts what it would drop in a simulation, and lets it pass", async () => {
    await start({ inline: { mode: "simulate", policy: { "http-traversal": "drop" } } });
    const [bad] = await web.get(BAD);
    expect(bad).toMatchObject({ status: 200 });
    expect(await home.counter("inline-would-drop")).toBeGreaterThan(0);
    expect(await home.counter("inline-dropped")).toBe(0);
  });
});
