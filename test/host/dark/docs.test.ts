// docs/dark.md says what the code does: states, reasons, words, methods and members, counters, bounds.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HOME_CAPACITY } from "../../../assembly/layout.js";
import { addDarkMethods, STATES_OF } from "../../../host/control/dark-methods.js";
import {
  FORGET_NETWORKS_MAX,
  LIST_PART_MAX,
  PAGE_LINES_MAX,
  PAGE_RANGES_MAX,
} from "../../../host/control/dark-protocol.js";
import { addressOf, networkOf } from "../../../host/dark/address.js";
import { AliveBook, HOW_WORDS } from "../../../host/dark/alive-book.js";
import { DARK_STATES, Judge } from "../../../host/dark/judge.js";
import { COMMENT_MAX, LIST_LINES_MAX, LIST_TEXT_MAX, parseList } from "../../../host/dark/list-text.js";
import { addressReport, networkReports, rangePage } from "../../../host/dark/report.js";
import { DarkKeeper } from "../../../host/sensor/dark-keeper.js";
import { PROFILES } from "../../../host/wasm/profiles.js";
import { tableRows } from "../../support/doc-table.js";
import { RawClient, startControl } from "../control/support.js";

const page = readFileSync(new URL("../../../docs/dark.md", import.meta.url), "utf8");
const flat = page.replace(/\s+/g, " ");
const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

const table = (heading: string) => tableRows(page, heading);

const words = (cell = ""): string[] => [...cell.matchAll(/`([A-Za-z]+)`/g)].map(([, word]) => word!);

function judge(): Judge {
  const alive = new AliveBook(10);
  alive.hear(addressOf("192.0.2.9")!, { sinceMs: 1, lastMs: 2, how: 1 });
  return new Judge({
    homes: [{ network: networkOf("192.0.2.0/24")!, from: "sensor.home", learnUntilMs: 0 }],
    lists: [{ network: networkOf("192.0.2.7")!, use: "used", origin: "imported", comment: "" }],
    alive,
    aliveMs: 1000,
    hasConversed: true,
    nowMs: 3,
  });
}

const asked = {
  judge,
  import: async () => ({ used: 0, unused: 0, alive: 0 }),
  forget: async () => ({ lists: 0, alive: 0 }),
};

describe("docs/dark.md", () => {
  it("has the states, the reasons, the ways to show oneself", () => {
    expect(table("| State | What it means |").map(([state]) => state)).toEqual([...DARK_STATES]);
    expect(table("| Word | What was seen |").map(([word]) => word)).toEqual(HOW_WORDS.map(([word]) => word));
    const reasons = table("| Reason | When |").map(([reason]) => reason);
    expect(reasons).toEqual(["list", "heard", "edge", "one-way", "learning", "silent", "outside"]);
  });

  it("has every method with its parameters", async () => {
    const { server, path } = await startControl();
    const before = server.methods.names.length;
    addDarkMethods(server.methods, asked);
    const rows = table("| Method | Takes | Gives |");
    expect(rows.map(([method]) => method)).toEqual(server.methods.names.slice(before));
    const client = await RawClient.connect(path);
    for (const [method = "", takes = ""] of rows) {
      const { error } = await client.ask(method, { nosuch: 1 });
      expect([method, error?.message.replace(/^.*there are /, "")]).toEqual([method, takes]);
    }
    expect(Object.keys(STATES_OF)).toEqual(["dark", "alive", "all"]);
  });

  it("has every member of what they give", async () => {
    const members = new Map(table("| Member | What |").map(([name = "", what]) => [name, words(what)]));
    const known = judge();
    const { ranges } = rangePage(known, STATES_OF.all, undefined, undefined, 100);
    const range = ranges.find(({ heard }) => heard !== null)!;
    const { list } = ranges.find((one) => one.list !== null)!;
    const [network] = networkReports(known);
    const report = addressReport(known, addressOf("192.0.2.9")!);
    for (const [name, value] of [
      ["networks", network],
      ["ranges", range],
      ["heard", range.heard],
      ["list", list],
      ["address", report],
    ] as const) {
      const told = members.get(name)!.filter((word) => !["configured", "imported"].includes(word));
      expect([name, told.sort()]).toEqual([name, Object.keys(value!).sort()]);
    }
    const { server, path } = await startControl();
    addDarkMethods(server.methods, asked);
    const client = await RawClient.connect(path);
    const parameters: Record<string, object> = {
      "v1.dark.import": { text: "" },
      "v1.dark.forget": { networks: ["192.0.2.9"] },
    };
    for (const [method = "", , gives] of table("| Method | Takes | Gives |")) {
      if (method === "v1.dark.explain") continue;
      const { result } = await client.ask(method, parameters[method] ?? {});
      expect([method, Object.keys(result!).sort()]).toEqual([method, words(gives).sort()]);
    }
  });

  it("has every counter, and no other", () => {
    const keeper = new DarkKeeper({ log: () => undefined, workers: () => [] });
    expect(table("| Counter | Counts |").map(([name]) => name)).toEqual(Object.keys(keeper.counters()));
  });

  it("has a list that can be read", () => {
    const [example] = page.split("A line each:")[1]!.split("```").slice(1);
    expect(parseList(example!, Date.UTC(2027, 0, 1))).toMatchObject({
      problems: [],
      lists: [{}, {}, {}],
      alive: [{}],
    });
  });

  it("has the bounds", () => {
    const places = PROFILES.map(({ limits }) => grouped(limits.aliveLimit));
    for (const text of [
      `by profile ${places[0]}, ${places[1]} or ${places[2]} places`,
      `There may be ${HOME_CAPACITY}`,
      `up to ${COMMENT_MAX} characters`,
      `up to ${grouped(LIST_TEXT_MAX)} characters, and ${grouped(LIST_LINES_MAX)} lines of lists`,
      `up to ${PAGE_RANGES_MAX} ranges or ${PAGE_LINES_MAX} lines`,
      `up to ${LIST_PART_MAX} characters`,
      `1 to ${FORGET_NETWORKS_MAX}`,
    ]) {
      expect(flat).toContain(text);
    }
  });
});
