// `v1.rules.list`: pages of the rules in force, however many there are; what is no parameter is refused.

import { describe, expect, it } from "vitest";
import {
  addRuleMethods,
  PAGE_RULES_MAX,
  type RuleLine,
  type RulesListReport,
} from "../../../host/control/rule-methods.js";
import { ruleLines } from "./fake-sensor.js";
import { RawClient, startControl } from "./support.js";

async function asking(rules: readonly RuleLine[]) {
  const { server, path } = await startControl();
  addRuleMethods(server.methods, () => rules);
  const client = await RawClient.connect(path);
  return async (params?: unknown): Promise<RulesListReport> => {
    const { result, error } = await client.ask("v1.rules.list", params);
    expect(error).toBeUndefined();
    return result as unknown as RulesListReport;
  };
}

/** All pages, one behind the other. */
async function pages(rules: readonly RuleLine[], params: object = {}): Promise<RulesListReport[]> {
  const ask = await asking(rules);
  const reports: RulesListReport[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const report: RulesListReport = await ask({ ...params, after });
    reports.push(report);
    after = report.next;
  }
  return reports;
}

const sids = (reports: readonly RulesListReport[]) =>
  reports.flatMap(({ rules }) => rules.map(({ sid }) => sid));

describe("v1.rules.list", () => {
  it("gives all rules, in their order, where they fit", async () => {
    const rules = ruleLines(25);
    const report = await (await asking(rules))();
    expect(report).toEqual({ count: 25, rules, next: null });
  });

  it("has none where there are none", async () => {
    expect(await (await asking([]))([])).toEqual({ count: 0, rules: [], next: null });
  });

  it("gives pages of as many as are wanted", async () => {
    const rules = ruleLines(25);
    const reports = await pages(rules, { limit: 10 });
    expect(reports.map((report) => report.rules.length)).toEqual([10, 10, 5]);
    expect(sids(reports)).toEqual(rules.map(({ sid }) => sid));
  });

  it("gives those that matched, counting all", async () => {
    const reports = await pages(ruleLines(95), { matched: true, limit: 4 });
    expect(sids(reports)).toEqual(Array.from({ length: 10 }, (_, index) => 1_000_001 + index * 10));
    expect(reports.map(({ count }) => count)).toEqual([95, 95, 95]);
  });

  it("gives ever so many rules with long words, page by page", async () => {
    const rules = ruleLines(20_000).map((rule) => ({ ...rule, message: "x".repeat(400) }));
    const reports = await pages(rules);
    expect(reports.length).toBeGreaterThan(20_000 / PAGE_RULES_MAX);
    expect(sids(reports)).toEqual(rules.map(({ sid }) => sid));
  });

  it("is at its end behind the last rule", async () => {
    const ask = await asking(ruleLines(3));
    expect(await ask({ after: 3 })).toEqual({ count: 3, rules: [], next: null });
    expect(await ask({ after: 99 })).toEqual({ count: 3, rules: [], next: null });
  });

  it.each([
    [{ limit: 0 }, "limit: a whole number from 1 to 2000"],
    [{ limit: 2001 }, "limit"],
    [{ limit: 1.5 }, "limit"],
    [{ after: -1 }, "after"],
    [{ after: "1" }, "after"],
    [{ matched: 1 }, "matched: true or false"],
    [{ top: 1 }, "there are after, limit, matched"],
    [[1], "an object was expected"],
  ])("refuses %j", async (params, words) => {
    const { server, path } = await startControl();
    addRuleMethods(server.methods, () => ruleLines(3));
    const { error } = await (await RawClient.connect(path)).ask("v1.rules.list", params);
    expect(error).toMatchObject({ code: -32602, message: expect.stringContaining(words) });
  });
});
