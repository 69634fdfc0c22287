// `stray bypass` as a user runs it, against a control server here: what it prints, and what its exit code says.

import { describe, expect, it } from "vitest";
import { inlineLines } from "../../../host/cli/control/bypass.js";
import { addInlineMethods, inlineOff } from "../../../host/control/inline-methods.js";
import { StrayError } from "../../../host/errors.js";
import type { BypassTestReport, InlineReport } from "../../../host/sensor/view.js";
import { inlineReport } from "../control/fake-sensor.js";
import { bundleCommands, runCommand } from "../control/run-command.js";
import { startControl } from "../control/support.js";

bundleCommands();

const PROVED: BypassTestReport = { engaged: true, frames: 1234, heldMs: 231, protection: "tcx" };

async function start() {
  const control = await startControl();
  const state = { report: inlineReport() as InlineReport | undefined, tried: PROVED, asked: [] as boolean[] };
  const refusal = { error: undefined as StrayError | undefined };
  addInlineMethods(control.server.methods, {
    report: () => state.report,
    setBypass: (on) => {
      if (refusal.error !== undefined) throw refusal.error;
      state.asked.push(on);
      return { bypass: on };
    },
    test: async () => {
      if (refusal.error !== undefined) throw refusal.error;
      return state.tried;
    },
  });
  const run = (...args: string[]) => runCommand(["bypass", ...args, "--socket", control.path]);
  return { ...control, state, refusal, run };
}

describe("stray bypass", () => {
  it("says how the sensor stands in the wire, with and without `show`", async () => {
    const { run, state } = await start();
    const text = `${inlineLines(state.report!).join("\n")}\n`;
    expect(await run()).toMatchObject({ stdout: text, stderr: "", exitCode: 0 });
    expect(await run("show")).toMatchObject({ stdout: text, exitCode: 0 });
    const { stdout } = await run("show", "--json");
    expect(stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual(state.report);
  });

  it("turns it on and off, and says what that means", async () => {
    const { run, state } = await start();
    expect(await run("on")).toMatchObject({
      stdout: "bypass is on: the kernel carries every frame, nothing is looked at\n",
      exitCode: 0,
    });
    expect(await run("off")).toMatchObject({
      stdout: "bypass is off: frames go through the sensor\n",
      exitCode: 0,
    });
    expect((await run("on", "--json")).stdout).toBe('{"bypass":true}\n');
    expect(state.asked).toEqual([true, false, true]);
  });

  it("ends with 0 when frames went by, and with 1 when none did, saying why", async () => {
    const { run, state } = await start();
    expect(await run("test")).toMatchObject({
      stdout:
        "the link is protected: 1,234 frames went by in the kernel within 231 ms of the beat being held back\n",
      exitCode: 0,
    });
    state.tried = { ...PROVED, frames: 1 };
    expect((await run("test")).stdout).toContain("1 frame went by");
    state.tried = { ...PROVED, frames: 0, heldMs: 3201 };
    expect(await run("test")).toMatchObject({
      stdout: "the switch turned, but no frame came in 3,201 ms: try again while there is traffic\n",
      exitCode: 1,
    });
    state.tried = { engaged: false, frames: 0, heldMs: 3201, protection: "tcx" };
    expect(await run("test")).toMatchObject({
      stdout: "the link is not protected: the switch did not turn in 3,201 ms\n",
      exitCode: 1,
    });
    state.tried = { engaged: false, frames: 0, heldMs: 0, protection: "none" };
    expect(await run("test", "--json")).toMatchObject({
      stdout: `${JSON.stringify(state.tried)}\n`,
      exitCode: 1,
    });
    expect((await run("test")).stdout).toBe(
      "the link is not protected: nothing carries frames when the sensor stands still\n",
    );
  });

  it("passes the sensor's refusals on", async () => {
    const { run, state, refusal } = await start();
    refusal.error = new StrayError("BYPASS_BUSY", "it is being tried already");
    expect(await run("test")).toMatchObject({
      stdout: "",
      stderr: "stray: it is being tried already\n",
      exitCode: 1,
    });
    state.report = undefined;
    refusal.error = inlineOff();
    for (const action of ["show", "on", "off", "test"]) {
      const { stdout, stderr, exitCode } = await run(action);
      expect([action, stdout, exitCode]).toEqual([action, "", 2]);
      expect(stderr).toMatch(/^stray: this sensor does not stand in the wire: inline\.mode is tap.*\n$/);
    }
  });

  it("refuses a word that it does not know, and has help with examples", async () => {
    const { run, state } = await start();
    expect(await run("maybe")).toMatchObject({ stdout: "", exitCode: 2 });
    expect(state.asked).toEqual([]);
    for (const args of [
      ["bypass", "--help"],
      ["bypass", "test", "--help"],
    ]) {
      const { stdout, exitCode } = await runCommand(args);
      expect(exitCode).toBe(0);
      expect(stdout).toContain("stray bypass on && stray stop");
      expect(stdout).toContain("Exit status:");
    }
  });
});

describe("inlineLines()", () => {
  const page = (changes: Partial<InlineReport> = {}) =>
    inlineLines({ ...inlineReport(), ...changes }).join("\n");

  it("has mode, failure, what went by, and policy", () => {
    expect(page().split("\n")).toEqual([
      "In the wire    inline between eth1 and eth2; forwarding",
      "Fail           open, open after 200 ms without a beat; the kernel's (BPF, at the interface's ingress); pinned at /run/stray/bpf/stray/net-4026531840-2-3; at a stop: release",
      "Went by        1,234 frames, 600 KiB",
      "Policy         xmas-scan: drop, rst-injected: reject; never dropped: 192.0.2.53",
    ]);
    expect(page({ policy: {}, allow: [] })).toContain("Policy         findings drop nothing");
  });

  it("says when the kernel carries the frames, and when nobody does", () => {
    const bypass = page({ state: "bypass", isStale: true });
    expect(bypass).toContain("; BYPASS: the kernel carries every frame");
    expect(bypass).toContain(", and all that come now");
    expect(page({ isStale: true })).toContain("; STANDING STILL: the kernel carries frames");
    expect(page({ isStale: true, fail: "closed", state: "off" })).toMatch(/; STANDING STILL\n/);
    expect(page({ isStale: true, protection: "none" })).toMatch(/; STANDING STILL\n/);
  });

  it("says what protects the link, where it is pinned, and why not better", () => {
    expect(page({ protection: "xdp-native" })).toContain("(XDP, in the driver)");
    expect(page({ protection: "xdp-generic" })).toContain("(XDP, generic)");
    const { pinned: _, ...unpinned } = inlineReport();
    expect(inlineLines(unpinned).join("\n")).toContain("; not pinned: gone with the process;");
    for (const protection of ["tc", "none"] as const) {
      const text = page({ protection, reason: "BPF is refused" });
      expect(text).toContain("; not pinned; BPF is refused;");
    }
    expect(page({ fail: "closed" })).toMatch(/^Fail {11}closed; /m);
  });

  it("prints nothing that moves the cursor", () => {
    const sides = [{ name: "eth\u001b[2J", bypassedPackets: 0, bypassedBytes: 0 }];
    const text = page({ sides, reason: "\u001b[1m", allow: ["\u0007"] });
    expect([...text].filter((letter) => letter < " " && letter !== "\n")).toEqual([]);
  });
});
