// `v1.bypass.*`: parameters are checked before the keeper of the place in the wire is asked; refusals come back as they are.

import { describe, expect, it } from "vitest";
import { addInlineMethods, type InlineAsked, inlineOff } from "../../../host/control/inline-methods.js";
import { RPC_ERRORS } from "../../../host/control/protocol.js";
import type { BypassReport, BypassTestReport } from "../../../host/sensor/view.js";
import { inlineReport } from "./fake-sensor.js";
import { RawClient, startControl } from "./support.js";

class FakeInline implements InlineAsked {
  isThere = true;
  asked: string[] = [];

  report() {
    return this.isThere ? inlineReport() : undefined;
  }

  setBypass(on: boolean): BypassReport {
    this.asked.push(`set ${on}`);
    if (!this.isThere) throw inlineOff();
    return { bypass: on };
  }

  async test(): Promise<BypassTestReport> {
    this.asked.push("test");
    if (!this.isThere) throw inlineOff();
    return { engaged: true, frames: 7, heldMs: 230, protection: "tcx" };
  }
}

async function start() {
  const { server, path } = await startControl();
  const inline = new FakeInline();
  addInlineMethods(server.methods, inline);
  const client = await RawClient.connect(path);
  return { inline, ask: (method: string, params?: unknown) => client.ask(method, params) };
}

describe("v1.bypass.*", () => {
  it("tells how the sensor stands in the wire", async () => {
    const { ask } = await start();
    expect((await ask("v1.bypass.show")).result).toEqual(inlineReport());
  });

  it("sets bypass, and tries the switch", async () => {
    const { ask, inline } = await start();
    expect((await ask("v1.bypass.set", { on: true })).result).toEqual({ bypass: true });
    expect((await ask("v1.bypass.set", { on: false })).result).toEqual({ bypass: false });
    expect((await ask("v1.bypass.test", [])).result).toEqual({
      engaged: true,
      frames: 7,
      heldMs: 230,
      protection: "tcx",
    });
    expect(inline.asked).toEqual(["set true", "set false", "test"]);
  });

  it.each([
    ["v1.bypass.show", { on: true }],
    ["v1.bypass.test", { on: true }],
    ["v1.bypass.test", [1]],
    ["v1.bypass.set", undefined],
    ["v1.bypass.set", {}],
    ["v1.bypass.set", { on: "true" }],
    ["v1.bypass.set", { on: 1 }],
    ["v1.bypass.set", { on: null }],
    ["v1.bypass.set", [true]],
    ["v1.bypass.set", { on: true, forced: true }],
  ])("%s refuses %j, and touches nothing", async (method, params) => {
    const { ask, inline } = await start();
    const { error, result } = await ask(method, params);
    expect(result).toBeUndefined();
    expect(error).toMatchObject({ code: RPC_ERRORS.invalidParams });
    if (method === "v1.bypass.set") expect(error?.message).toContain('{"on": true} or {"on": false}');
    expect(inline.asked).toEqual([]);
  });

  it.each([
    ["v1.bypass.show", undefined],
    ["v1.bypass.set", { on: true }],
    ["v1.bypass.test", undefined],
  ])("%s says that a sensor which only listens has none", async (method, params) => {
    const { ask, inline } = await start();
    inline.isThere = false;
    const { error } = await ask(method, params);
    expect(error).toMatchObject({
      code: RPC_ERRORS.sensor,
      message: expect.stringContaining("inline.mode is tap"),
      data: { code: "INLINE_OFF", exitCode: 2 },
    });
  });
});
