// Rule files on disk: includes, loops, what is no file, what comes from the configuration.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type ParseOptions, parseRuleFiles, parseRules } from "../../../../host/rules/parse/index.js";

const folder = mkdtempSync(path.join(tmpdir(), "stray-rules-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const rule = (sid: number, more = ""): string => `alert tcp any any -> any any (${more} sid:${sid};)\n`;
const sids = (files: string[], options?: ParseOptions): number[] =>
  parseRuleFiles(files, options).rules.map(({ sid }) => sid);

describe("includes", () => {
  it("are relative to the including file and read in place", () => {
    write("rules/inner.rules", rule(2));
    write("rules/sub/deep.rules", rule(4));
    write("rules/outer.rules", `${rule(1)}include inner.rules\n${rule(3)}include "sub/deep.rules"\n`);
    const main = write("main.conf", `var RULE_PATH rules\ninclude $RULE_PATH/outer.rules\n${rule(5)}`);
    const { rules, problems, files } = parseRuleFiles([main]);
    expect(rules.map(({ sid }) => sid)).toEqual([1, 2, 3, 4, 5]);
    expect(problems).toEqual([]);
    expect(files).toEqual([
      main,
      path.join(folder, "rules/outer.rules"),
      path.join(folder, "rules/inner.rules"),
      path.join(folder, "rules/sub/deep.rules"),
    ]);
    expect(rules[1]!.place).toEqual({ file: path.join(folder, "rules/inner.rules"), line: 1 });
  });

  it("that lead back to themselves are a problem, by link too", () => {
    const a = write("loop/a.rules", `include b.rules\n${rule(1)}`);
    write("loop/b.rules", `include link.rules\n${rule(2)}`);
    symlinkSync("a.rules", path.join(folder, "loop/link.rules"));
    const { rules, problems } = parseRuleFiles([a]);
    expect(rules.map(({ sid }) => sid)).toEqual([2, 1]);
    expect(problems).toEqual([
      expect.objectContaining({ level: "error", reason: expect.stringContaining("includes itself") }),
    ]);
    expect(problems[0]!.place.line).toBe(1);
  });

  it("deeper than 16 are a problem", () => {
    for (let n = 0; n < 20; n++) write(`deep/${n}.rules`, `include ${n + 1}.rules\n${rule(n + 1)}`);
    const { rules, problems } = parseRuleFiles([path.join(folder, "deep/0.rules")]);
    expect(rules).toHaveLength(17);
    expect(problems.map(({ reason }) => reason)).toEqual([expect.stringContaining("16 deep")]);
  });

  it("of one file twice are read once", () => {
    for (let n = 0; n < 16; n++)
      write(`twice/${n}.rules`, `include ${n + 1}.rules\ninclude ${n + 1}.rules\n`);
    write("twice/16.rules", rule(1));
    const { rules, problems } = parseRuleFiles([path.join(folder, "twice/0.rules")]);
    expect(rules).toHaveLength(1);
    expect(problems.every(({ level }) => level === "warning")).toBe(true);
    expect(problems).toHaveLength(16);
  });

  it("are refused in text that is no file", () => {
    expect(parseRules("include x.rules").problems[0]!.reason).toMatch(/include is for files/);
  });
});

describe("files that can't be read", () => {
  it("are problems, and others load", () => {
    const good = write("good.rules", rule(1));
    const { rules, problems } = parseRuleFiles([path.join(folder, "nowhere.rules"), folder, good, "a\0b"]);
    expect(rules).toHaveLength(1);
    expect(problems.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("no such file"),
      expect.stringContaining("is not a file"),
      expect.stringContaining("NUL"),
    ]);
  });

  it("a named pipe is not waited for", () => {
    const pipe = path.join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    expect(parseRuleFiles([pipe]).problems[0]!.reason).toMatch(/is not a file/);
  });

  it("a file over 64 MiB is refused unread", () => {
    const large = write("large.rules", "");
    truncateSync(large, 64 * 1024 * 1024 + 1);
    expect(parseRuleFiles([large]).problems[0]!.reason).toMatch(/may have 64 MiB/);
  });
});

describe("the configuration", () => {
  it("wins over variables of files, with one warning a name", () => {
    const text =
      "ipvar HOME_NET 192.168.0.0/16\nipvar HOME_NET any\nalert tcp $EXTERNAL_NET any -> $HOME_NET any (sid:1;)";
    const { rules, problems } = parseRules(text, { variables: { HOME_NET: "10.0.0.0/8" } });
    expect(rules[0]!.destination).toEqual([{ family: 4, first: 0x0a000000n, last: 0x0affffffn }]);
    expect(rules[0]!.source).not.toBe("any");
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ level: "warning", place: { line: 1 } });
  });

  it("may define variables by variables in any order", () => {
    const variables = { A: "[$B,!10.1.0.0/16]", B: "10.0.0.0/8" };
    const { rules, problems } = parseRules("alert tcp $A any -> !$B any (sid:1;)", { variables });
    expect(problems).toEqual([]);
    expect(rules[0]!.source).toHaveLength(2);
  });

  it("adds classes and references and keeps them over those of files", () => {
    const text = `config classification: mine,Theirs,3\nconfig reference: mine http://theirs/\n${rule(1, "classtype:mine; reference:mine,7;")}`;
    const { rules } = parseRules(text, {
      classifications: { mine: { description: "Ours", priority: 1 } },
      references: { mine: "http://ours/" },
    });
    expect(rules[0]).toMatchObject({
      classification: "Ours",
      priority: 1,
      references: [{ system: "mine", id: "7", url: "http://ours/7" }],
    });
  });

  it("keeps rules and filters of several files together", () => {
    const filters = write(
      "threshold.conf",
      "suppress gen_id 1, sig_id 2\nevent_filter gen_id 1, sig_id 3, type limit, track by_src, count 1, seconds 9\n",
    );
    const rules = write("filtered.rules", rule(2) + rule(3));
    expect(sids([filters, rules])).toEqual([2, 3]);
    const set = parseRuleFiles([filters, rules]);
    expect(set.rules.map(({ limits }) => limits.map(({ type }) => type))).toEqual([["suppress"], ["limit"]]);
    expect(set.problems).toEqual([]);
  });
});

describe("text", () => {
  it("may begin with a byte order mark and end lines as Windows does", () => {
    const { rules, problems } = parseRules(
      `\ufeff${rule(1).trim()}\r\nalert tcp any any \\\r\n -> any any (sid:2;)\r\n`,
    );
    expect(problems).toEqual([]);
    expect(rules.map(({ sid, place }) => [sid, place.line])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it("that is not UTF-8 keeps its bytes in contents and is Latin-1 in messages", () => {
    const bytes = Buffer.from(
      'alert tcp any any -> any any (msg:"caf\u00e9"; content:"\u00e9"; sid:1;)',
      "latin1",
    );
    const [read] = parseRules(bytes).rules;
    expect(read!.message).toBe("caf\u00e9");
    expect(read!.options[0]).toMatchObject({ bytes: Uint8Array.of(0xe9) });
  });
});
