// docs/export.md says what the code does: every counter, every key of an event, limits and waits.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EveSink } from "../../../host/export/eve.js";
import { createExporters } from "../../../host/export/factory.js";
import { tableRows } from "../../support/doc-table.js";
import { buildRecord } from "../../support/record-builder.js";
import { EVE_RECORDS } from "./eve-records.js";
import { logTo } from "./simulated.js";

const PAGE = readFileSync(new URL("../../../docs/export.md", import.meta.url), "utf8");

/** First cells of the table that begins with this heading. */
const firstCells = (heading: string, cells = 1) => tableRows(PAGE, heading).map((row) => row.slice(0, cells));

const sinks = createExporters(
  {
    ipfix: [
      {
        host: "192.0.2.1",
        port: 4739,
        transport: "udp",
        templateRefreshMs: 60_000,
        queueBytes: 65_536,
        domain: 1,
      },
    ],
    eve: { file: "/nonexistent/eve.json", types: ["flow", "stats"], statsMs: 60_000 },
    syslog: [
      {
        transport: "unix",
        target: "/dev/log",
        port: 0,
        facility: "local0",
        types: ["flow"],
        statsMs: 60_000,
        queueBytes: 65_536,
      },
    ],
  },
  32473,
  { sensorName: "s", interfaceName: () => undefined, log: logTo([]), stats: { stats: () => ({}) } },
);

describe("createExporters", () => {
  it("makes them in the order of the configuration, and opens nothing by itself", async () => {
    expect(sinks.map(({ name }) => name)).toEqual(["ipfix:192.0.2.1:4739", "eve", "syslog:/dev/log"]);
    expect(sinks[1]).toBeInstanceOf(EveSink);
    for (const sink of sinks) {
      expect(Object.values(sink.counters()).every((count) => count === 0)).toBe(true);
      sink.reopen();
      expect(sink.state().ok).toBe(false);
    }
    expect(
      createExporters({ ipfix: [], eve: undefined, syslog: [] }, 1, {
        sensorName: "",
        interfaceName: () => undefined,
        log: logTo([]),
        stats: { stats: () => ({}) },
      }),
    ).toEqual([]);
  });

  it("counts what is written to an exporter that is never pulsed", () => {
    for (const sink of sinks) {
      for (let i = 0; i < 3_000; i++) sink.write(buildRecord(), 0);
      const { dropped = 0 } = sink.counters();
      expect(dropped).toBeGreaterThan(0);
    }
  });
});

describe("docs/export.md", () => {
  it("has every counter of every exporter", () => {
    const said = firstCells("| Counter | Exporters | What |", 2);
    for (const sink of sinks) {
      const kind = sink.name.split(":")[0]!;
      const expected = said
        .filter(([, of]) => of === "all" || of!.split(", ").includes(kind))
        .map(([name]) => name);
      expect(Object.keys(sink.counters()).sort()).toEqual(expected.sort());
    }
  });

  it("has every key of a flow event", () => {
    const golden = readFileSync(new URL("../../golden/eve/flows.jsonl", import.meta.url), "utf8");
    const events = golden
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.length).toBe(EVE_RECORDS.length);
    const keys = new Set<string>();
    for (const event of events) {
      for (const [key, value] of Object.entries(event)) {
        const isGroup =
          key !== "stray" && typeof value === "object" && value !== null && !Array.isArray(value);
        for (const name of isGroup ? Object.keys(value).map((inner) => `${key}.${inner}`) : [key])
          keys.add(name);
      }
    }
    const said = new Set<string>();
    for (const [cell] of firstCells("| Key | What |")) {
      const [first = "", ...others] = cell!.split(", ");
      const group = first.includes(".") ? `${first.split(".")[0]}.` : "";
      said.add(first);
      for (const other of others) said.add(other.includes(".") || group === "" ? other : group + other);
    }
    for (const key of keys) expect(said, key).toContain(key);
  });
});
