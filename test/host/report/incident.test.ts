// A report of an incident that a sensor kept: the letter again, from facts, alerts and evidence; and what it says where
// these are not there.

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeIncidentReport } from "../../../host/report/incident.js";
import { reportMarkdown } from "../../../host/report/print/markdown.js";
import { reportText } from "../../../host/report/print/text.js";
import { MADE_MS } from "../../support/report.js";
import { Rig } from "../incident/rig.js";
import { keepLetter } from "./kept-letter.js";

const made = { zone: "UTC", nowMs: MADE_MS };
const folded = (text: string): string => text.replace(/\s+/g, " ");

describe("the letter's incident", () => {
  it("has log, features, alert with its packet, cause and hidden connections", async () => {
    const { rig, evidenceFolder } = await keepLetter();
    const report = await makeIncidentReport({ incident: rig.only(), evidenceFolder, ...made });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    const text = reportText(report);
    const flowing = folded(text);
    expect(text).toMatch(/^Report on incident I-\w{8}\n/);
    expect(flowing).toContain(
      "17 Oct 01 11:37:04 tcp 217.29.131.130.27708 ?> 130.216.236.45.80 4 0 194 0 FPA_",
    );
    expect(flowing).toContain("1/ traffic is unidirectional: 24 packets from 217.29.131.130, none back");
    expect(flowing).toContain("the IP ID field is 0 in 23 of 24 packets");
    expect(flowing).toContain("except 20959 in the packet logged at 11:37:07.512622");
    expect(flowing).toContain(
      "[**] WEB-IIS File permission canonicalization [**] 10/17-11:37:07.512622 0:0:C:46:5C:D1 -> 0:E0:1E:8E:31:71 type:0x800 len:0x97",
    );
    expect(flowing).toContain("leaky-filter (100 of 100)");
    expect(flowing).toContain("About 2.7 hidden connections a second");
    expect(flowing).toContain("$ stray flows --from -1d 'host 217.29.131.130'");
    expect(flowing).toContain(
      "Packets looked at one by one: 2, 22 not: a sensor keeps only packets that rules ask for.",
    );
    expect(report.about.rules).toEqual({ name: "those of the sensor", count: null, hash: "f00d" });
    expect(reportMarkdown(report)).toContain("## What happened to it\n");
  });

  it("is told without evidence too, and what is missing is said", async () => {
    const { rig, evidenceFolder } = await keepLetter();
    const [name] = readdirSync(evidenceFolder);
    rmSync(join(evidenceFolder, name!));
    const report = await makeIncidentReport({ incident: rig.only(), evidenceFolder, ...made });
    const [only] = report.cases;
    expect(only?.alerts).toMatchObject([{ sid: 1, count: 2, dump: null, moreDumps: [] }]);
    expect(only?.gaps).toEqual([expect.stringContaining(`${name}: no such file`)]);
    expect(reportText(report)).toContain("[1:1:0] (priority 1), 2 times");
  });

  it("has notes, and what was done about it", async () => {
    const { rig, evidenceFolder } = await keepLetter();
    const { id } = rig.only();
    rig.operator.update({ id, action: "note", who: "anna", text: "asked the provider\n\u001b[31m" });
    rig.operator.update({ id, action: "close", who: "berta", text: "filter repaired" });
    const incident = rig.engine.book.reader.show(rig.engine.book.reader.find(id)!)!;
    const report = await makeIncidentReport({ incident, evidenceFolder, ...made });
    const text = reportText(report);
    expect(text).toContain("anna: asked the provider\\x0a\\x1b[31m\n");
    expect(text).toContain("closed by berta: filter repaired\n");
    expect(text).toMatch(/Incident I-\w{8} is closed, opened 24 Nov 26 22:00:00\n/);
  });
});

describe("other incidents", () => {
  it("of a sweep list what was asked in vain, of many flows say how many facts were kept", async () => {
    const rig = new Rig();
    for (let n = 0; n < 200; n++) {
      rig.flow("192.0.2.7", `10.0.${n >> 8}.${n & 255}`, n === 0 ? ["host-sweep"] : ["one-way"]);
      if (n % 20 === 19) rig.pass(6000);
    }
    const report = await makeIncidentReport({ incident: rig.only(), evidenceFolder: "/nowhere", ...made });
    const [only] = report.cases;
    expect(only?.kind).toBe("sweep");
    expect(only?.gaps[0]).toMatch(/^Facts of \d+ of 200 flows were kept/);
    expect(only!.flows.length + only!.flowsLeftOut).toBe(200);
    expect(folded(reportText(report))).toMatch(/\.\.\. \d+ flows more \.\.\./);
  });

  it("of a target have its sources", async () => {
    const rig = new Rig();
    for (let n = 0; n < 30; n++) rig.flow(`100.64.0.${n}`, "192.0.2.80", ["syn-flood"]);
    const report = await makeIncidentReport({ incident: rig.only(), evidenceFolder: "/nowhere", ...made });
    const text = folded(reportText(report));
    expect(text).toContain("Here is a log of the traffic about 192.0.2.80, from 30 sources:");
    expect(text).toContain("30 source addresses");
  });

  it("of alerts alone have no flows", async () => {
    const rig = new Rig();
    rig.alert("192.0.2.1", "192.0.2.2", { priority: 1 });
    const report = await makeIncidentReport({ incident: rig.only(), evidenceFolder: "/nowhere", ...made });
    const text = reportText(report);
    expect(text).toContain("No flow of it was kept.");
    expect(folded(text)).toContain("- Of 1 alert no packet was kept.");
    expect(text).not.toContain("Some features to note");
  });
});
