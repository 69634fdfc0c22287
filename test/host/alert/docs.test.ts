// docs/alerts.md says what the code does: keys of events, counters, parameters, and forms as they are printed.

import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ALERT_FRAME_MAX } from "../../../host/alert/alert.js";
import { AlertLog } from "../../../host/alert/alert-log.js";
import { EvidenceStore, evidenceComment } from "../../../host/alert/evidence-store.js";
import { FastFormat, utcTime } from "../../../host/alert/fast-format.js";
import { FullFormat } from "../../../host/alert/full-format.js";
import { AlertTextSink } from "../../../host/alert/text-sink.js";
import { addAlertMethods } from "../../../host/control/alert-methods.js";
import { EveAlert } from "../../../host/export/eve-alert.js";
import { alertParams } from "../../../host/export/syslog-alert.js";
import { tableRows } from "../../support/doc-table.js";
import { RawClient, startControl } from "../control/support.js";
import { buildAlert } from "./alert-builder.js";
import { LETTER, SAMPLES } from "./samples.js";

const page = readFileSync(new URL("../../../docs/alerts.md", import.meta.url), "utf8");
const letter = buildAlert(LETTER);
const time = utcTime();

/** First cells of the table with this heading, taken apart at commas. */
const firstCells = (heading: string) => tableRows(page, heading).flatMap(([first = ""]) => first.split(", "));

/** Paths of all members; those of `alert.metadata` are the rule's. */
function paths(value: object, before = ""): string[] {
  return Object.entries(value).flatMap(([key, member]) => {
    const path = before + key;
    const isInner = typeof member === "object" && !Array.isArray(member) && path !== "alert.metadata";
    return isInner ? paths(member, `${path}.`) : [path];
  });
}

const options = {
  directory: join(tmpdir(), "stray-never-made"),
  rotateBytes: 1 << 20,
  quotaBytes: 1 << 22,
  sensorName: "lab",
  interfaceName: () => "eth0",
  log: () => undefined,
};

describe("docs/alerts.md", () => {
  it("has every key of an event, and no other", () => {
    const eve = new EveAlert(options);
    const keys = new Set(SAMPLES.flatMap(({ alert }) => paths(JSON.parse(eve.text(alert, 0)))));
    expect(firstCells("| Key | What |").sort()).toEqual([...keys].sort());
  });

  it("shows the forms as they are", () => {
    expect(page).toContain(`\n${new FastFormat({ time }).text(letter)}`);
    const blocks = [...page.matchAll(/```\n(\[\*\*\][\s\S]*?)```/g)].map(([, text]) =>
      text!.trimEnd().split("\n"),
    );
    const full = new FullFormat({ style: "letter", time }).text(letter).split("\n");
    expect(blocks[0]).toEqual(full.slice(0, 5));
    const ids = new FullFormat({ style: "snort", time }).text(letter).split("\n");
    expect(blocks[1]?.slice(0, -1)).toEqual(ids.slice(0, 6));
    expect(ids.at(-3)).toContain(blocks[1]?.at(-1));
    expect(page).toContain(`\n${evidenceComment(letter)}\n`);
    expect(page).toContain(
      `Of a frame ${String(ALERT_FRAME_MAX).replace(/(\d)(\d{3})$/, "$1,$2")} bytes are kept`,
    );
  });

  it("has every word of syslog's structured data", () => {
    const section = page.split("\n## Syslog\n")[1]!.split("\n## ")[0]!;
    for (const [name] of alertParams(letter, 0)) expect(section).toContain(`\`${name}\``);
  });

  it("has every counter, and no other", async () => {
    const format = new FastFormat();
    const text = new AlertTextSink({ name: "alert-fast", path: "none", format, log: options.log });
    const sinks = [text, new EvidenceStore(options), await AlertLog.open(options)];
    const names = new Set(sinks.flatMap((sink) => Object.keys(sink.counters())));
    expect(firstCells("| Counter | Sinks | What |").sort()).toEqual([...names].sort());
  });

  it("has the parameters and members of v1.alerts.list", async () => {
    const { server, path } = await startControl();
    const log = await AlertLog.open(options);
    addAlertMethods(server.methods, () => log);
    const client = await RawClient.connect(path);
    const [, request] = /### v1\.alerts\.list[\s\S]*?```json\n([\s\S]*?)```/.exec(page)!;
    client.send(JSON.parse(request!));
    const { result } = await client.answer();
    expect(firstCells("| Member | What |").sort()).toEqual(Object.keys(result!).sort());
    const { error } = await client.ask("v1.alerts.list", { nosuch: 1 });
    const taken = error?.message.replace(/^.*there are /, "").split(", ");
    expect(firstCells("| Parameter | Meaning |").sort()).toEqual(taken?.sort());
  });
});
