// Whatever comes in packets, rules, names and notes reaches no terminal and no markup as it is.

import { describe, expect, it } from "vitest";
import { ethernet, ipv4, tcp, text } from "../../../examples/frame.js";
import { letterFrames } from "../../../examples/letter.js";
import type { Case, Report } from "../../../host/report/model.js";
import { escaped, reportMarkdown } from "../../../host/report/print/markdown.js";
import { reportText } from "../../../host/report/print/text.js";
import { LETTER_RULES, reportOf } from "../../support/report.js";

const NASTY =
  "\u001b[2J\u001b]0;owned\u0007\r\n# h1 <script>alert(1)</script> | `x` **b** ![i](http://e) \u202e\u2028\u0085é\ud800";

/** Every text of it, however deep, is NASTY. */
function poisoned<Value>(value: Value): Value {
  if (typeof value === "string") return `${value}${NASTY}` as Value;
  if (Array.isArray(value)) return value.map(poisoned) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, keeps(key) ? member : poisoned(member)]),
  ) as Value;
}

/** Words that the program itself chooses. */
function keeps(key: string): boolean {
  return ["format", "role", "how", "severity", "state", "counter", "basis"].includes(key) || key === "kind";
}

const clean = await reportOf(letterFrames(), { rules: [LETTER_RULES] });
const incident: Report = {
  ...clean,
  about: {
    ...clean.about,
    origin: {
      kind: "incident",
      id: "I-7K3QF2MX",
      state: "open",
      openedMs: 0,
      changedMs: 0,
      closedMs: null,
      reopened: 1,
      suppressed: 2,
      previous: "I-00000000",
      merged: ["I-11111111"],
      inForce: [],
      notes: [{ ms: 0, who: "anna", text: "a note" }],
      events: [{ ms: 0, what: "opened", who: "strayd", text: "it recurred" }],
      evidence: [],
    },
  },
};

describe.each([
  ["captures", clean],
  ["an incident", incident],
])("a report of %s that is poisoned throughout", (_name, report) => {
  const bad = poisoned(report);

  it("is printable ASCII as text, one line a line", () => {
    const printed = reportText(bad);
    expect(printed).toMatch(/^[\n\x20-\x7e]*$/);
    expect(printed).toContain("\\x1b[2J");
    expect(printed).not.toMatch(/^# h1/m);
  });

  it("is no markup and no HTML as Markdown", () => {
    const printed = reportMarkdown(bad);
    expect(printed).toMatch(/^[\n\x20-\x7e]*$/);
    const outside = printed.replace(/^ *(`{3,})\w*\n[\s\S]*?^ *\1$/gm, "");
    expect(outside).not.toMatch(/[^\\]<script|[^\\]\*\*b|[^\\]`x|!\[i\]|^# h1|[^\\]<\/script/m);
    for (const line of outside.split("\n").filter((line) => line.startsWith("|"))) {
      expect(line.match(/(?<!\\)\|/g)?.length, line).toBeGreaterThan(2);
    }
  });
});

describe("Markdown", () => {
  it("does not let a text begin a list, a heading, a rule or a quotation", () => {
    expect(["- a", "+ a", "# a", "> a", "1. a", "12) a", "=== a", "* a", "_a_", "a_b"].map(escaped)).toEqual([
      "\\- a",
      "\\+ a",
      "\\# a",
      "\\> a",
      "1\\. a",
      "12\\) a",
      "\\=== a",
      "\\* a",
      "\\_a\\_",
      "a\\_b",
    ]);
  });

  it("fences a dump that holds fences", () => {
    const [only] = clean.cases as [Case];
    const alerts = only.alerts.map((alert) => ({ ...alert, dump: ["a", "````", "b", "~~~"], moreDumps: [] }));
    const printed = reportMarkdown({ ...clean, cases: [{ ...only, alerts }] });
    expect(printed).toContain("`````text\na\n````\nb\n~~~\n`````\n");
  });
});

describe("a payload of escapes", () => {
  it("is dumped as dots", async () => {
    const payload = text(`GET /..%255c..%255c\u001b[31m\u0007 HTTP/1.0\r\n\r\n`);
    const frame = (n: number) => ({
      timeNs: BigInt(Date.UTC(2026, 0, 1, 0, 0, n)) * 1_000_000n,
      frame: ethernet(
        {},
        ipv4(
          { src: "192.0.2.1", dst: "198.51.100.1" },
          tcp({ sport: 4000, dport: 80, seq: 1, ack: 1, flags: "FPA" }, payload),
        ),
      ),
    });
    const report = await reportOf([frame(0), frame(3)]);
    expect(report.cases).toHaveLength(1);
    expect(report.cases[0]?.alerts.length).toBeGreaterThan(0);
    for (const printed of [reportText(report), reportMarkdown(report)]) {
      expect(printed).toMatch(/^[\n\x20-\x7e]*$/);
      expect(printed).toContain("1B 5B 33 31 6D 07");
    }
  });
});
