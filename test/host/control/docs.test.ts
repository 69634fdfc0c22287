// docs/control.md says what the socket does: methods, errors, bounds, counters, parameters, and examples that hold.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AlertLog } from "../../../host/alert/alert-log.js";
import { addAlertMethods } from "../../../host/control/alert-methods.js";
import { SESSION_TEXT_MAX } from "../../../host/control/caller.js";
import { CONNECTION_LIMITS } from "../../../host/control/connection.js";
import { newControlCounts } from "../../../host/control/counts.js";
import { addInlineMethods } from "../../../host/control/inline-methods.js";
import {
  BATCH_REQUESTS_MAX,
  FILTER_LENGTH_MAX,
  PAGE_RECORDS_MAX,
  REQUEST_BYTES_MAX,
  RESPONSE_BYTES_MAX,
  RPC_ERRORS,
  SORT_KEYS,
} from "../../../host/control/protocol.js";
import { METHOD_ROLES, ROLES } from "../../../host/control/roles.js";
import { addRuleMethods, PAGE_RULES_MAX } from "../../../host/control/rule-methods.js";
import { ADMIN_CLIENTS } from "../../../host/control/server.js";
import { StrayError } from "../../../host/errors.js";
import type { InlineReport } from "../../../host/sensor/view.js";
import { tableRows } from "../../support/doc-table.js";
import { inlineReport, ruleLines } from "./fake-sensor.js";
import { RawClient, startControl } from "./support.js";

const alerts: Pick<AlertLog, "list"> = {
  list: () => ({
    alerts: [{ timestamp: "2026-11-24T18:59:01.204518+0000", event_type: "alert" }],
    next: 17,
    more: true,
    missed: 0,
  }),
};

/** A server with all the methods of a strayd. */
async function startWhole() {
  const control = await startControl();
  addAlertMethods(control.server.methods, () => alerts);
  addRuleMethods(control.server.methods, () => ruleLines(123));
  addInlineMethods(control.server.methods, {
    report: inlineReport,
    setBypass: (on) => ({ bypass: on }),
    test: async () => ({ engaged: true, frames: 1234, heldMs: 231, protection: "tcx" }),
  });
  return control;
}

const page = readFileSync(new URL("../../../docs/control.md", import.meta.url), "utf8");

/** The first cells of the table with this heading. */
const firstCells = (heading: string) => tableRows(page, heading).map(([first = ""]) => first);

/** Of a method: the request and the result that the page shows. */
function examples(method: string): { request: object; result: object } {
  const section = page.split(`\n### ${method}\n`)[1]!.split(/\n##/)[0]!;
  const [request, result] = [...section.matchAll(/```json\n([\s\S]*?)```/g)].map(
    ([, text]) => JSON.parse(text!) as object,
  );
  return { request: request!, result: result! };
}

/** Names of all members, with those of the first element of arrays; `except` are told by their own documents. */
function memberNames(value: unknown, except: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map((element) => memberNames(element, except));
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, member]) => [key, except.includes(key) ? "" : memberNames(member, except)]),
  );
}

describe("docs/control.md", () => {
  it("has every method, and no other", async () => {
    const { server } = await startWhole();
    const documented = [...page.matchAll(/^### (v\d+\..+)$/gm)].map(([, name]) => name);
    expect(documented).toEqual([...server.methods.names]);
  });

  const shown = ["v1.session", "v1.hello", "v1.status", "v1.counters", "v1.flows", "v1.reload", "v1.stop"];
  const inline = ["v1.bypass.show", "v1.bypass.set", "v1.bypass.test"];
  it.each([...shown, "v1.alerts.list", "v1.rules.list", ...inline])(
    "shows a request and a result of %s as they are",
    async (method) => {
      const { path, sensor } = await startWhole();
      sensor.fill(1, { proto: 6, resp: { port: 443 } });
      sensor.reloadReport = { changed: ["x"], restartedCapture: false, messages: [] };
      const client = await RawClient.connect(path);
      const { request, result } = examples(method);
      expect(request).toMatchObject({ method });
      client.send(request);
      // A record's fields, and which counters there are, other documents tell.
      const except = method === "v1.flows" ? ["records"] : ["counters", "total", "control"];
      expect(memberNames((await client.answer()).result, except)).toEqual(memberNames(result, except));
    },
  );

  it("has every error, counter, parameter and sort key", () => {
    expect(firstCells("| Code | Meaning |").map(Number).sort()).toEqual(Object.values(RPC_ERRORS).sort());
    expect(firstCells("| Counter | Counts |")).toEqual(Object.keys(newControlCounts()));
    const [filter, form, limit, after, top, sort] = ["filter", "form", "limit", "after", "top", "sort"];
    expect(firstCells("| Parameter | Meaning |")).toEqual([filter, form, limit, after, top, sort]);
    expect(page).toContain(
      SORT_KEYS.map((key) => `\`${key}\``)
        .join(", ")
        .replace("`bytes`", "`bytes` (the default)"),
    );
  });

  it("has each method once, with the least role that may call it", () => {
    const rows = page.split("\n").filter((line) => /^\| (viewer|operator|admin) \|/.test(line));
    expect(rows.map((row) => row.split("|")[1]!.trim())).toEqual([...ROLES]);
    const said = rows.flatMap((row, at) =>
      [...row.matchAll(/`(v1[^`]+)`/g)].map(([, name]) => [name, ROLES[at]]),
    );
    expect(said.sort()).toEqual(Object.entries(METHOD_ROLES).sort());
  });

  it("has every member of a sensor in the wire", () => {
    const members = firstCells("| Member | What it says |").flatMap((cell) => cell.split(", "));
    const report: Required<InlineReport> = { ...inlineReport(), pinned: "", reason: "" };
    expect(members.sort()).toEqual(Object.keys(report).sort());
  });

  it("takes for v1.bypass.set what it says, and nothing else", async () => {
    const { path } = await startWhole();
    const client = await RawClient.connect(path);
    const { request } = examples("v1.bypass.set");
    expect(request).toMatchObject({ params: { on: true } });
    const { error } = await client.ask("v1.bypass.set", { nosuch: 1 });
    expect(error?.message).toContain('{"on": true} or {"on": false}');
  });

  it.each([
    ["v1.flows", "| Parameter | Meaning |"],
    ["v1.rules.list", "| Parameter | What it asks for |"],
  ])("has the parameters that %s takes", async (method, heading) => {
    const { path } = await startWhole();
    const client = await RawClient.connect(path);
    const { error } = await client.ask(method, { nosuch: 1 });
    const taken = error?.message.replace(/^.*there are /, "").split(", ");
    expect(taken?.sort()).toEqual(firstCells(heading).sort());
  });

  it("has the bounds", () => {
    const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
    for (const bound of [
      `| bytes of a request line | ${grouped(REQUEST_BYTES_MAX)} |`,
      `| bytes of a response line | ${grouped(RESPONSE_BYTES_MAX)} |`,
      `| a burst of ${CONNECTION_LIMITS.requestsBurst}, then ${CONNECTION_LIMITS.requestsPerSecond} a second, for each client |`,
      `| time until a response is read | ${CONNECTION_LIMITS.drainMs / 1000} s |`,
      `of which the last ${ADMIN_CLIENTS} (of fewer than ${4 * ADMIN_CLIENTS}: a fourth) are for admins`,
      `up to ${SESSION_TEXT_MAX} characters each`,
      `| time without a request | ${CONNECTION_LIMITS.idleMs / 60_000} min |`,
      `an array of up to ${BATCH_REQUESTS_MAX} requests`,
      `up to ${FILTER_LENGTH_MAX} characters`,
      `rules in the page at most, up to ${PAGE_RULES_MAX};`,
      `up to ${PAGE_RECORDS_MAX.json} as \`json\`, ${PAGE_RECORDS_MAX.raw} as \`raw\``,
    ]) {
      expect(page).toContain(bound);
    }
  });

  it("has the error of a refused reload", async () => {
    const { path, sensor } = await startControl();
    sensor.reloadError = new StrayError("CONFIG_INVALID", "no", 1);
    const { error } = await (await RawClient.connect(path)).ask("v1.reload");
    expect(error?.code).toBe(RPC_ERRORS.sensor);
    expect(page).toContain(`(error ${RPC_ERRORS.sensor} then says what is`);
  });
});
