// docs/inline.md says what the code does: keys, findings and where they act, protections, counters, errors, bounds.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { THIN_FULL_BYTES, THIN_HIGH_BYTES } from "../../../assembly/inline/inline-layout.js";
import { parseConfig } from "../../../host/config/load.js";
import { CONFIG_SCHEMA } from "../../../host/config/schema.js";
import { PIN_PLACES } from "../../../host/inline/pin-place.js";
import { FINDING_TABLE } from "../../../host/record/finding-table.js";
import type { InlineReport } from "../../../host/sensor/view.js";
import { COUNTERS } from "../../../host/wasm/counters.js";
import { tableRows } from "../../support/doc-table.js";
import { TEST_HOST } from "../config/facts.js";

const page = readFileSync(new URL("../../../docs/inline.md", import.meta.url), "utf8");
const flat = page.replace(/\s+/g, " ");
const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
const section = CONFIG_SCHEMA.properties?.["inline"]?.properties ?? {};

const table = (heading: string) => tableRows(page, heading);

const ticked = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);

/** Everything below host/ that is a program. */
const sources = (folder: string): string =>
  readdirSync(new URL(`../../../host/${folder}/`, import.meta.url))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(new URL(`../../../host/${folder}/${name}`, import.meta.url), "utf8"))
    .join("\n");

describe("docs/inline.md", () => {
  it("has every key of the section, and no other", () => {
    const keys = table("| Key | What it is for |").map(([key]) => key);
    expect(keys).toEqual(Object.keys(section));
    for (const [, cell = ""] of table("| Key | What it is for |").filter(([key]) => key === "mode"))
      expect(ticked(cell).sort()).toEqual([...(section["mode"]?.enum ?? [])].map(String).sort());
    expect(flat).toContain(`may stand still before the kernel carries, 200 ms |`);
    expect(section["deadman"]?.default).toBe("200ms");
  });

  it("has every finding of the policy, where it is raised", () => {
    const rows = table("| Findings | What is dropped |").map(([cell]) => ticked(cell));
    const known = Object.keys(section["policy"]?.properties ?? {});
    expect(rows.flat().sort()).toEqual([...known].sort());
    const places = new Map<string, readonly string[]>(
      FINDING_TABLE.map(({ name, places: at }) => [name, at]),
    );
    const [packet, silence, source, ...others] = rows;
    expect(others).toEqual([]);
    for (const name of packet ?? [])
      expect([name, places.get(name)]).toEqual([name, expect.arrayContaining(["packet"])]);
    for (const name of silence ?? []) expect(places.get(name)).toEqual(["silence", "flow's end"]);
    for (const name of source ?? [])
      expect(places.get(name)?.every((at) => /source|target/.test(at))).toBe(true);
  });

  it("has every counter that begins with inline-, in their order, and no other", () => {
    const names = COUNTERS.map(({ name }) => name).filter((name) => name.startsWith("inline-"));
    expect(names.length).toBeGreaterThan(20);
    expect(table("| Counter | Counts |").map(([name]) => name)).toEqual(names);
  });

  it("has every protection", () => {
    const all: Record<InlineReport["protection"], true> = {
      "xdp-native": true,
      tcx: true,
      "xdp-generic": true,
      tc: true,
      none: true,
    };
    expect(table("| Protection | What it is | Carries frames when |").map(([name]) => name)).toEqual(
      Object.keys(all),
    );
    expect(page).toContain(`\`${PIN_PLACES.system}/stray\``);
    expect(page).toContain(`\`${PIN_PLACES.runtime}/bpf\``);
  });

  it("has the errors that there are", () => {
    const told = table("| What is seen | What it may be |").flatMap(
      ([cell = ""]) => cell.match(/\b[A-Z]+_[A-Z_]+\b/g) ?? [],
    );
    const code = ["inline", "sensor", "control", "capture/live"].map(sources).join("\n");
    for (const word of told) expect([word, code.includes(`"${word}"`)]).toEqual([word, true]);
    const own = [
      ...`${sources("inline")}\n${readFileSync(new URL("../../../host/sensor/inline-keeper.ts", import.meta.url), "utf8")}`.matchAll(
        /new StrayError\(\s*"((?:PAIR|BYPASS|XDP|TC|PIN|DEADMAN)_[A-Z_]+)"/g,
      ),
    ].map(([, word]) => word!);
    const explained = new Set(["DEADMAN_NOT_MAPPED", "TC_MISSING", "TC_REFUSED"]);
    for (const word of own.filter((each) => !explained.has(each))) expect(told).toContain(word);
  });

  it("has an example that is valid", () => {
    const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const { config, warnings } = parseConfig(yaml!.replace(/^ {3}/gm, ""), "stray.yaml", { host: TEST_HOST });
    expect(warnings).toEqual([]);
    expect(config.inline).toMatchObject({
      mode: "simulate",
      policy: { "xmas-scan": "drop", "rst-injected": "reject" },
    });
  });

  it("has the bounds of overload", () => {
    const [high, full] = table("| Load | When | Not inspected any more |");
    expect(high?.[2]).toContain(`${grouped(THIN_HIGH_BYTES)} bytes`);
    expect(full?.[2]).toContain(`${grouped(THIN_FULL_BYTES)} bytes`);
  });
});
