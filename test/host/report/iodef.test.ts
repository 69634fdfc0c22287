// Reports as IODEF: valid by a schema made from the RFC's data model, and saying what the report says.
// The schema itself is tried too: what the RFC forbids it must refuse.

import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { SCENARIOS, scenario } from "../../../examples/scenarios/index.js";
import { CAUSE_WORDS } from "../../../host/cause/names.js";
import { printable } from "../../../host/errors.js";
import { EVENT_WORDS, SEVERITIES } from "../../../host/incident/model.js";
import { GRADES, IMPACTS } from "../../../host/report/iodef/assessment.js";
import type { IodefDocument } from "../../../host/report/iodef/classes.js";
import {
  HISTORY_ACTIONS,
  iodefDocument,
  iodefReport,
  NAME_UNKNOWN,
} from "../../../host/report/iodef/document.js";
import { atUs } from "../../../host/report/iodef/values.js";
import type { Report } from "../../../host/report/model.js";
import { IODEF_SCHEMA } from "./iodef-schema.js";
import { letterReport, scenarioReport } from "./real.js";
import {
  harmed,
  incidentSample,
  letterSample,
  manySample,
  oneFlowSample,
  reportOf,
  severalSample,
} from "./sample.js";

const validate = new Ajv({ allErrors: true }).compile(IODEF_SCHEMA);
const SAMPLES: Readonly<Record<string, Report>> = {
  letter: letterSample(),
  "one flow": oneFlowSample(),
  "many flows": manySample(300),
  "several cases": severalSample(),
  incident: incidentSample(),
  "harmful texts": harmed(incidentSample()),
};

/** What the schema finds wrong, as lines. */
function wrong(document: unknown): string[] {
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function parsed(report: Report): IodefDocument {
  return JSON.parse(iodefReport(report)) as IodefDocument;
}

describe("an IODEF document", () => {
  it.each(Object.entries(SAMPLES))("of %s is valid, and reads back as it was", (_name, report) => {
    const document = parsed(report);
    expect(wrong(document)).toEqual([]);
    expect(document).toEqual(iodefDocument(report));
    expect(document.Incident).toHaveLength(report.cases.length);
  });

  it("of the letter names source, target, ports, times, rule, CVE and the likeliest cause", () => {
    const [incident] = parsed(letterSample()).Incident;
    expect(incident).toMatchObject({
      purpose: "reporting",
      status: "new",
      IncidentID: { name: NAME_UNKNOWN },
      StartTime: "2001-10-17T11:31:06.204518Z",
      Method: [
        {
          Reference: [
            { ReferenceName: { specIndex: 1, ID: "CVE-2000-0884" } },
            { Description: ["bugtraq 1806"] },
          ],
        },
      ],
    });
    expect(incident!.Assessment[0]).toMatchObject({
      IncidentCategory: ["leaky-filter"],
      Confidence: { rating: "numeric", value: 100 },
    });
    const rate = incident!.Assessment[0]!.Counter!.find(({ type }) => type === "average");
    expect(rate?.value).toBeCloseTo(2.7, 1);
    expect(rate).toMatchObject({ unit: "session", duration: "second" });
    const flows = incident!.EventData[0]!.EventData!;
    const ends = (category: string) =>
      flows.map(({ System: systems }) => systems!.find((one) => one.category === category)!);
    expect(ends("source").map(({ Service: services }) => services![0]!.Port)).toEqual([
      26735, 27112, 27708, 28329, 28582, 29066, 29305,
    ]);
    for (const { Node: node, Service: services } of ends("target")) {
      expect(node.Address).toEqual([{ value: "130.216.236.45", category: "ipv4-addr" }]);
      expect(services).toEqual([{ "ip-protocol": 6, Port: 80 }]);
    }
    expect(JSON.stringify(incident!.EventData)).toContain("ID:20959");
  });

  it("carries the causes whole", () => {
    const report = letterSample();
    const data = parsed(report).Incident[0]!.AdditionalData.find(({ name }) => name === "stray-causes")!;
    expect(JSON.parse(data.value)).toEqual(report.cases[0]!.causes);
  });

  it("of an incident tells its state, its life and its kin", () => {
    const [incident] = parsed(incidentSample()).Incident;
    expect(incident).toMatchObject({
      status: "in-progress",
      History: {
        HistoryItem: [
          { action: "status-new-info" },
          { action: "status-new-info" },
          { action: "status-triage" },
        ],
      },
    });
    expect(incident!.RelatedActivity!.flatMap(({ IncidentID: ids }) => ids.map(({ id }) => id))).toEqual([
      "I-2222AAAA",
      "I-3333BBBB",
    ]);
  });

  it("of ICMP over IPv6 has type and code, and no port", () => {
    const flow = parsed(severalSample()).Incident[2]!.EventData[0]!.EventData![0]!;
    expect(flow.System![0]).toMatchObject({
      Node: { Address: [{ value: "2001:db8::1", category: "ipv6-addr" }] },
      Service: [{ "ip-protocol": 58, ProtoType: 1, ProtoCode: 4 }],
    });
  });

  it("says who sends it, when it is told", () => {
    const { Incident: incidents } = iodefDocument(letterSample(), {
      name: "csirt.example.org",
      contact: "irt@example.org",
    });
    expect(incidents[0]).toMatchObject({
      IncidentID: { name: "csirt.example.org" },
      Contact: [{ ContactName: ["csirt.example.org"], Email: [{ EmailTo: "irt@example.org" }] }],
    });
  });

  it("holds no control character, no turned direction and no address that is a script's", () => {
    const strings: string[] = [];
    JSON.stringify(parsed(SAMPLES["harmful texts"]!), (_key, value: unknown) => {
      if (typeof value === "string") strings.push(value);
      return value;
    });
    const harmless = strings.filter((text) => text.includes("\\u202e"));
    expect(harmless.length).toBeGreaterThan(20);
    // A dump's lines are kept apart.
    const lines = strings.flatMap((text) => text.split("\n"));
    expect(lines.filter((line) => printable(line) !== line)).toEqual([]);
  });

  it("is not made of nothing", () => {
    expect(() => iodefReport(reportOf([]))).toThrow(/IODEF document needs an incident/);
  });
});

describe("an IODEF document of captures", () => {
  it("is valid for the letter, with Snort's packet", async () => {
    const document = parsed(await letterReport());
    expect(wrong(document)).toEqual([]);
    const [incident] = document.Incident;
    expect(incident!.Assessment[0]!.IncidentCategory).toEqual(["leaky-filter"]);
    const text = JSON.stringify(incident);
    for (const told of [
      "ID:20959",
      "CVE-2000-0884",
      "23 of 24 packets",
      "20959 in the packet logged at 11:37:07.512622",
    ]) {
      expect(text).toContain(told);
    }
  });

  it("is valid for every scenario in which something is strange", async () => {
    let documents = 0;
    for (const name of SCENARIOS) {
      const report = await scenarioReport(scenario(name, 1), name);
      if (report.cases.length === 0) continue;
      documents++;
      expect(wrong(parsed(report)), name).toEqual([]);
    }
    expect(documents).toBeGreaterThanOrEqual(8);
  });
});

describe("words of stray as IODEF's", () => {
  const known = (name: "action"): readonly string[] =>
    (IODEF_SCHEMA.definitions[name] as { readonly enum?: readonly string[] }).enum ?? [];

  it("has one for each cause, severity and event", () => {
    expect(Object.keys(IMPACTS).sort()).toEqual(Object.keys(CAUSE_WORDS).sort());
    expect(Object.keys(GRADES)).toEqual([...SEVERITIES]);
    expect(Object.keys(HISTORY_ACTIONS).sort()).toEqual([...EVENT_WORDS].sort());
    for (const action of Object.values(HISTORY_ACTIONS)) expect(known("action")).toContain(action);
  });

  it("tells packets' times to the microsecond, and no time that RFC 3339 can't write", () => {
    expect(atUs(1_003_318_627_512_622)).toBe("2001-10-17T11:37:07.512622Z");
    expect(atUs(0)).toBe("1970-01-01T00:00:00.000000Z");
    expect(atUs(2 ** 53)).toMatch(/^2255-/);
    expect(atUs(1e20)).toMatch(/^9999-12-31T23:59:59\./);
  });
});

describe("the schema", () => {
  const changed = (change: (incident: Record<string, unknown>) => void): string[] => {
    const document = JSON.parse(iodefReport(letterSample())) as { Incident: Record<string, unknown>[] };
    change(document.Incident[0]!);
    return wrong(document);
  };

  it.each([
    ["a missing Contact", (one: Record<string, unknown>) => Reflect.deleteProperty(one, "Contact")],
    [
      "a missing GenerationTime",
      (one: Record<string, unknown>) => Reflect.deleteProperty(one, "GenerationTime"),
    ],
    ["an unknown purpose", (one: Record<string, unknown>) => Object.assign(one, { purpose: "report" })],
    ["an empty list", (one: Record<string, unknown>) => Object.assign(one, { Method: [] })],
    ["a key that is none", (one: Record<string, unknown>) => Object.assign(one, { Flow: [] })],
    [
      "a time without a zone",
      (one: Record<string, unknown>) => Object.assign(one, { StartTime: "2001-10-17T11:31:06" }),
    ],
    [
      "an Assessment without Impact",
      (one: Record<string, unknown>) => Object.assign(one, { Assessment: [{}] }),
    ],
  ])("refuses %s", (_what, change) => {
    expect(changed(change)).not.toEqual([]);
  });
});

describe("docs/iodef.md", () => {
  const text = readFileSync(new URL("../../../docs/iodef.md", import.meta.url), "utf8");
  const documented = [...text.matchAll(/^\| `([A-Za-z.-]+)` \|/gm)].map(([, path]) => path!);

  /** Paths of classes and keys, lists passed through: `Incident.EventData.System`. */
  function pathsOf(value: unknown, path: string, paths: Set<string>): void {
    if (Array.isArray(value)) for (const one of value) pathsOf(one, path, paths);
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        const next = path === "" ? key : `${path}.${key}`;
        paths.add(next);
        pathsOf(inner, next, paths);
      }
    }
  }

  it("has each key of a document and of an incident that stray writes, and no other", () => {
    const written = new Set<string>();
    for (const report of Object.values(SAMPLES)) pathsOf(parsed(report), "", written);
    expect(documented.length).toBeGreaterThan(20);
    expect(documented.filter((path) => !written.has(path))).toEqual([]);
    const outer = [...written].filter((path) => path.split(".").length <= 2);
    expect(
      outer.filter((path) => !documented.some((known) => known === path || known.startsWith(`${path}.`))),
    ).toEqual([]);
  });
});
