// Rule files made to hurt: lines of megabytes, deep nesting, lists that multiply, no text at all. Time and problems stay
// bounded.

import { describe, expect, it } from "vitest";
import { parseRules } from "../../../../host/rules/parse/index.js";
import { PROBLEMS_MAX } from "../../../../host/rules/parse/problems.js";
import { PATIENCE } from "../../../support/patience.js";

const MEGABYTE = 1024 * 1024;
const RULE = "alert tcp any any -> any any (sid:9;)";

function timed<T>(run: () => T): { result: T; ms: number } {
  const start = performance.now();
  const result = run();
  return { result, ms: (performance.now() - start) / PATIENCE };
}

describe("a line of 10 MB", () => {
  const head = "alert tcp any any -> any any (";
  it.each([
    ["of a content", `${head}content:"${"a".repeat(10 * MEGABYTE)}"; sid:1;)`],
    ["of options", head + "nocase;".repeat((10 * MEGABYTE) / 7)],
    ["of backslashes", `${head + "\\".repeat(10 * MEGABYTE)}x`],
    ["of spaces and a word", `alert${" ".repeat(10 * MEGABYTE)}x`],
    ["of brackets", `ipvar A ${"[".repeat(10 * MEGABYTE)}`],
    ["continued", `${head}\\\n${"nocase; \\\n".repeat(MEGABYTE)}sid:1;)`],
  ])("%s is one problem, and what follows is read", (_name, text) => {
    const { result, ms } = timed(() => parseRules(`${text}\n${RULE}\n`));
    expect(result.problems).toHaveLength(1);
    expect(result.problems[0]!.reason).toMatch(/longer than 65536 characters/);
    expect(result.problems[0]!.place.line).toBe(1);
    expect(result.rules.map(({ sid }) => sid)).toEqual([9]);
    expect(ms).toBeLessThan(3000);
  });

  it("of a comment is no problem", () => {
    const { rules, problems } = parseRules(`#${"x".repeat(10 * MEGABYTE)}\n${RULE}`);
    expect(problems).toEqual([]);
    expect(rules).toHaveLength(1);
  });
});

describe("a line just short enough", () => {
  const head = "alert tcp any any -> any any";
  const room = 65_000;
  it.each([
    ["a content", `${head} (content:"${"a".repeat(room)}"; sid:1;)`],
    ["spaces within a value", `${head} (dsize:1${" ".repeat(room)}x; sid:1;)`],
    ["spaces within a name", `${head} (content:"a",nocase${" ".repeat(room)}x; sid:1;)`],
    ["spaces before an unknown end", `${head} (reference:cve,1${" ".repeat(room)}x; sid:1;)`],
    ["sids without end", `${head} (${"sid ".repeat(room / 4)}`],
    ["messages without end", `${head} (${'msg:"\\'.repeat(room / 6)}`],
    ["backslashes", `${head} (msg:"${"\\".repeat(room)}`],
    ["a list of addresses", `alert tcp [${"1.2.3.4,".repeat(room / 8)}5.6.7.8] any -> any any (sid:1;)`],
    ["a list of ports", `alert tcp any [${"80,".repeat(room / 3)}81] -> any any (sid:1;)`],
    ["brackets", `alert tcp ${"[".repeat(room / 2)}${"]".repeat(room / 2)} any -> any any (sid:1;)`],
    ["exclamation marks", `alert tcp ${"!".repeat(room)}any any -> any any (sid:1;)`],
    ["flowbits", `${head} (flowbits:set,${"a&".repeat(room / 2)}b; sid:1;)`],
    [
      "references of variables",
      `alert tcp [${"$HOME_NET,".repeat(room / 10)}$HOME_NET] any -> any any (sid:1;)`,
    ],
    ["a number", `${head} (sid:${"9".repeat(room)};)`],
    ["an unknown word", `${"a".repeat(room)} b`],
    ["an unknown option", `${head} (${"a".repeat(room)}; sid:1;)`],
    ["variables in a path", `include ${"$HOME_NET".repeat(room / 9)}`],
  ])("%s ends soon", (_name, text) => {
    const { result, ms } = timed(() => parseRules(text, { file: "x.rules" }));
    expect(result.rules.length + result.problems.length).toBeGreaterThan(0);
    expect(ms).toBeLessThan(1500);
  });
});

describe("what multiplies", () => {
  it("variables of variables are read once each", () => {
    const lines = ["ipvar V0 [1.0.0.0/8,!1.2.3.4]"];
    for (let n = 1; n <= 14; n++) lines.push(`ipvar V${n} [$V${n - 1},$V${n - 1},!$V${n - 1},$V${n - 1}]`);
    const { ms } = timed(() => parseRules(lines.join("\n")));
    expect(ms).toBeLessThan(1000);
  });

  it("a variable can't contain itself, at once or in a circle", () => {
    const lines = ["ipvar A [$B]", "ipvar B [$A]", "alert tcp $A any -> any any (sid:1;)"];
    const { rules, problems } = parseRules(lines.join("\n"));
    expect(rules).toEqual([]);
    expect(problems.map(({ place }) => place.line)).toEqual([1, 2, 3]);
  });

  it("a long list used by many rules in many forms is refused at last", () => {
    const networks = Array.from({ length: 3000 }, (_, n) => `10.${n >> 8}.${n & 255}.1`).join(",");
    const rules = Array.from(
      { length: 5000 },
      (_, n) => `alert tcp [$LONG,1.1.${n >> 8}.${n & 255}] any -> any any (sid:${n + 1};)`,
    );
    const { result, ms } = timed(() => parseRules(`ipvar LONG [${networks}]\n${rules.join("\n")}`));
    expect(result.rules.length).toBeGreaterThan(1000);
    expect(result.problems.at(-1)!.reason).toMatch(/lists of addresses and ports of all rules/);
    expect(ms).toBeLessThan(20_000);
  });

  it("a long list used by many rules as it is costs once", () => {
    const networks = Array.from({ length: 3000 }, (_, n) => `10.${n >> 8}.${n & 255}.1`).join(",");
    const rules = Array.from({ length: 5000 }, (_, n) => `alert tcp $LONG any -> any any (sid:${n + 1};)`);
    const { rules: read } = parseRules(`ipvar LONG [${networks}]\n${rules.join("\n")}`);
    expect(read).toHaveLength(5000);
    expect(read[0]!.source).toBe(read[4999]!.source);
  });
});

describe("problems", () => {
  it("are counted when there are too many to keep", () => {
    const { problems } = parseRules("nonsense\n".repeat(PROBLEMS_MAX + 50));
    expect(problems).toHaveLength(PROBLEMS_MAX + 1);
    expect(problems.at(-1)!.reason).toMatch(/^50 more problems/);
  });

  it("show nothing that disturbs a terminal", () => {
    const { problems } = parseRules(
      `alert tcp any any -> any any (msg:"\u001b[31m\u202ex"; \u001b; sid:1;)\n\u001b[2J x`,
    );
    for (const { reason, message } of problems)
      expect(`${reason}${message}`).toMatch(/^[ -~\u00a0-\uffff]*$/);
    expect(problems).toHaveLength(2);
  });

  it("name the NUL byte", () => {
    const { rules, problems } = parseRules('alert tcp any any -> any any (content:"a\0b"; sid:1;)');
    expect(rules).toEqual([]);
    expect(problems[0]).toMatchObject({ sid: 1, reason: expect.stringContaining("NUL") });
  });

  it("of one rule leave the rest in force", () => {
    const { rules, problems } = parseRules(
      `${RULE}\nalert tcp any any -> any any (bad; sid:1;)\n${RULE.replace("9", "10")}`,
    );
    expect(rules.map(({ sid }) => sid)).toEqual([9, 10]);
    expect(problems).toHaveLength(1);
  });
});
