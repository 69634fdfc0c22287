// The parser of a restricted login's commands: what is a word, what refuses the whole line, and that nothing gets by.

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { COMMAND_LENGTH_MAX, lineOf, WORDS_MAX, wordsOf } from "../../../host/cli/shell/words.js";
import { StrayError } from "../../../host/errors.js";
import { Random, seedOf } from "../../support/random.js";

describe("words", () => {
  it.each<[string, string[]]>([
    ["", []],
    [" \t ", []],
    ["stray status", ["stray", "status"]],
    ["  stray\tflows   --top 5 ", ["stray", "flows", "--top", "5"]],
    ["note 'two words' \"and more\"", ["note", "two words", "and more"]],
    ["a''b \"\" ''", ["ab", "", ""]],
    ["'it'\\''s'", ["it's"]],
    ["it\\'s a\\ b \\\\", ["it's", "a b", "\\"]],
    ['"a\\"b\\\\c\\$d\\`e\\f"', ['a"b\\c$d`e\\f']],
    ["'$(id) `id` ; | & < > * ? [a] {b} ~ # \\'", ["$(id) `id` ; | & < > * ? [a] {b} ~ # \\"]],
    ['"; | & < > ( ) * ? [a] {b} ~ # \'"', ["; | & < > ( ) * ? [a] {b} ~ # '"]],
    ["'line one\nline two'", ["line one\nline two"]],
    ["\\; \\$HOME \\*", [";", "$HOME", "*"]],
    ["a=b !x 100% ä😀", ["a=b", "!x", "100%", "ä😀"]],
  ])("of %j", (line, words) => {
    expect(wordsOf(line)).toEqual(words);
  });

  it.each([
    ..."$`;|&<>(){}*?[]~#\n\r\u0001\u001b\u007f".split("").map((character) => [`status ${character}`]),
    ["status $(id)"],
    ["status `id`"],
    ['status "$(id)"'],
    ['status "`id`"'],
    ['status "$HOME"'],
    ["status;id"],
    ["status&&id"],
    ["status\nid"],
    ["status > /tmp/x"],
    ["'status"],
    ['"status'],
    ['"status\\"'],
    ["status\\"],
    ["status\\\nid"],
    ["'status\0'"],
    [`'${"x".repeat(COMMAND_LENGTH_MAX)}'`],
    ["x ".repeat(WORDS_MAX + 2)],
  ])("refuses %j", (line) => {
    expect(() => wordsOf(line)).toThrow(StrayError);
    expect(() => wordsOf(line)).toThrow(/^nothing was run: [\x20-\x7e]+$/);
  });

  it("come back from a line that quotes them, here and in a shell", () => {
    const seed = seedOf("words");
    const random = new Random(seed);
    const pieces = [
      "a",
      "status",
      "--json",
      " ",
      "\t",
      "'",
      '"',
      "\\",
      "$",
      "$(id)",
      "`",
      ";",
      "*",
      "~",
      "\n",
      "-",
      "ä",
      "😀",
      "#",
    ];
    for (let round = 0; round < 400; round++) {
      const words = Array.from({ length: random.between(0, 6) }, () =>
        Array.from({ length: random.below(5) }, () => pieces[random.below(pieces.length)]).join(""),
      );
      const line = lineOf(words);
      expect(wordsOf(line), `seed ${seed}: ${line}`).toEqual(words);
      if (round % 20 > 0) continue;
      const { stdout } = spawnSync("sh", ["-c", `printf '%s\\0' x ${line}`], { encoding: "utf8" });
      expect(stdout.split("\0").slice(1, -1), `seed ${seed}: ${line}`).toEqual(words);
    }
  });

  it("of random text are those of a shell, or none", () => {
    const seed = seedOf("words against sh");
    const random = new Random(seed);
    const pieces = ["a", "b c", " ", "'", '"', "\\", "\\'", '\\"', "''", '""', "=", "-", "x'y'", '"p q"'];
    let read = 0;
    for (let round = 0; round < 300; round++) {
      const line = Array.from({ length: random.below(9) }, () => pieces[random.below(pieces.length)]).join(
        "",
      );
      let words: string[] | undefined;
      try {
        words = wordsOf(line);
      } catch (error) {
        expect(error, `seed ${seed}: ${line}`).toBeInstanceOf(StrayError);
      }
      if (words === undefined) continue;
      read++;
      const { stdout } = spawnSync("sh", ["-c", `printf '%s\\0' x ${line}`], { encoding: "utf8" });
      expect(stdout.split("\0").slice(1, -1), `seed ${seed}: ${line}`).toEqual(words);
    }
    expect(read).toBeGreaterThan(50);
  });

  it("of random bytes are words or a StrayError, and none has what a shell would have run", () => {
    const seed = seedOf("bytes for words");
    const random = new Random(seed);
    let refused = 0;
    for (let round = 0; round < 20_000; round++) {
      const length = random.below(40);
      const bytes = Uint8Array.from({ length }, () =>
        random.chance(0.8) ? random.between(32, 126) : random.below(256),
      );
      const line = Buffer.from(bytes).toString(random.chance(0.5) ? "utf8" : "latin1");
      try {
        const words = wordsOf(line);
        // Without a quote and a backslash, nothing special is left.
        if (!/['"\\]/.test(line))
          expect(words.join(""), `seed ${seed}`).not.toMatch(/[$`;|&<>(){}*?[\]~#\n\0]/);
      } catch (error) {
        refused++;
        expect(error, `seed ${seed}: ${JSON.stringify(line)}`).toBeInstanceOf(StrayError);
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});
