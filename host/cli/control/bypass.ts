// The work of `stray bypass`.
// Apart from the command so that it is loaded only when it runs.
// Always holds: a try that saw no frame go by says so, and is exit code 1.

import { printable } from "../../errors.js";
import type { BypassTestReport, InlineReport } from "../../sensor/view.js";
import type { BypassAction, BypassOptions } from "../bypass-command.js";
import { jsonLine, visit } from "./session.js";
import { bytesText, countText } from "./units.js";

/** Longer than the longest dead man's limit and the wait for a frame behind it. */
const TEST_MS = 30_000;

const PROTECTIONS: Readonly<Record<InlineReport["protection"], string>> = {
  "xdp-native": "the kernel's (XDP, in the driver)",
  tcx: "the kernel's (BPF, at the interface's ingress)",
  "xdp-generic": "the kernel's (XDP, generic)",
  tc: "this process's (tc): not against its own end",
  none: "none",
};

export async function runBypass(action: BypassAction, options: BypassOptions): Promise<number> {
  return await visit(options, async (client, out) => {
    if (action === "show") {
      const report = await client.call("v1.bypass.show", undefined);
      out.line(options.json ? jsonLine(report) : `${inlineLines(report).join("\n")}\n`);
      return 0;
    }
    if (action === "test") {
      const report = await client.call("v1.bypass.test", undefined, TEST_MS);
      out.line(options.json ? jsonLine(report) : `${testText(report)}\n`);
      return report.frames > 0 ? 0 : 1;
    }
    const report = await client.call("v1.bypass.set", { on: action === "on" });
    out.line(options.json ? jsonLine(report) : `${bypassText(report.bypass)}\n`);
    return 0;
  });
}

function bypassText(on: boolean): string {
  return on
    ? "bypass is on: the kernel carries every frame, nothing is looked at"
    : "bypass is off: frames go through the sensor";
}

function testText({ engaged, frames, heldMs, protection }: BypassTestReport): string {
  if (frames > 0)
    return `the link is protected: ${countText(frames)} ${frames === 1 ? "frame" : "frames"} went by in the kernel within ${countText(heldMs)} ms of the beat being held back`;
  if (protection === "none")
    return "the link is not protected: nothing carries frames when the sensor stands still";
  if (engaged)
    return `the switch turned, but no frame came in ${countText(heldMs)} ms: try again while there is traffic`;
  return `the link is not protected: the switch did not turn in ${countText(heldMs)} ms`;
}

/** For `stray status` too. */
export function inlineLines(report: InlineReport): string[] {
  const { mode, sides, fail, deadmanMs, protection, pinned, reason, state, policy, allow, atStop } = report;
  const names = sides.map(({ name }) => printable(name)).join(" and ");
  const dropped = Object.entries(policy).map(
    ([finding, action]) => `${printable(finding)}: ${printable(action)}`,
  );
  const by = sides.reduce((sum, { bypassedPackets }) => sum + bypassedPackets, 0);
  const bytes = sides.reduce((sum, { bypassedBytes }) => sum + bypassedBytes, 0);
  const limit = fail === "open" ? `, open after ${countText(deadmanMs)} ms without a beat` : "";
  const where = pinned === undefined ? "not pinned: gone with the process" : `pinned at ${printable(pinned)}`;
  return [
    `In the wire    ${mode} between ${names}; ${stateText(report)}`,
    `Fail           ${fail}${limit}; ${PROTECTIONS[protection]}; ${protection === "tc" || protection === "none" ? "not pinned" : where}${
      reason === undefined ? "" : `; ${printable(reason)}`
    }; at a stop: ${atStop}`,
    `Went by        ${countText(by)} frames, ${bytesText(bytes)}${state === "bypass" ? ", and all that come now" : ""}`,
    `Policy         ${dropped.length === 0 ? "findings drop nothing" : dropped.join(", ")}${
      allow.length === 0 ? "" : `; never dropped: ${allow.map(printable).join(", ")}`
    }`,
  ];
}

function stateText({ state, isStale, protection }: InlineReport): string {
  if (state === "bypass") return "BYPASS: the kernel carries every frame";
  if (isStale)
    return state === "armed" && protection !== "none"
      ? "STANDING STILL: the kernel carries frames"
      : "STANDING STILL";
  return "forwarding";
}
