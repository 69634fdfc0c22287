// Bytes of any kind handed to the reader: a configuration comes out, or a ConfigError, and never late.

import { describe, expect, it } from "vitest";
import { defaultConfigText } from "../../../host/config/default-text.js";
import { parseConfig } from "../../../host/config/load.js";
import { ConfigError, PROBLEMS_MAX } from "../../../host/config/problem.js";
import { TEXT_BYTES_MAX } from "../../../host/config/source.js";
import { configText } from "../../../host/config/text.js";
import { Random, seedOf } from "../../support/random.js";
import { TEST_HOST } from "./facts.js";

const seed = seedOf("configuration fuzz");
const EVERYTHING = defaultConfigText().replace(/^(\s*)#(?=\S| {2})/gm, "$1");
/** Pieces that mean something to YAML or to the schema. */
const PIECES = [
  ..."[]{}:,#&*!|>'\"%@`-?\n\t \\~",
  ...[
    "- ",
    ": ",
    "? ",
    "&a",
    "*a",
    "<<: ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "!!str ",
    "!x ",
    "null",
    "true",
    "0",
    "1s",
  ],
  ...["8MiB", ".nan", ".inf", "1e999", "0x10", "\u0000", "\u001b", "\ufeff", "\u2028", "\ud83d\ude00"],
  ...["capture", "interfaces", "export", "ipfix", "host", "store", "rotate", "__proto__", "constructor"],
  ...["\n  ", "\n    ", "  "],
];

/** A valid configuration that writes and reads again, or an error fit to be shown. */
function check(content: string | Uint8Array): "valid" | "invalid" {
  try {
    const { config } = parseConfig(content, "fuzz.yaml", { host: TEST_HOST });
    expect(
      parseConfig(configText(config, { withDefaults: true }), "again", { host: TEST_HOST }).config,
    ).toEqual(config);
    return "valid";
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.exitCode).toBe(2);
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.lines.length).toBeLessThanOrEqual(PROBLEMS_MAX + 1);
    for (const line of error.lines) {
      expect(line.length).toBeLessThan(1100);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]|undefined|NaN|\[object/);
    }
    return "invalid";
  }
}

describe("the reader of configurations", () => {
  it("survives random bytes", () => {
    const random = new Random(seed, 1);
    for (let round = 0; round < 500; round++) check(random.bytes(random.below(200)));
  });

  it("survives random pieces of YAML", () => {
    const random = new Random(seed, 2);
    for (let round = 0; round < 3000; round++) {
      const count = random.below(40);
      check(Array.from({ length: count }, () => random.pick(PIECES)).join(""));
    }
  });

  it("survives a configuration with pieces put in, taken out and moved", () => {
    const random = new Random(seed, 3);
    let valid = 0;
    for (let round = 0; round < 600; round++) {
      let text = EVERYTHING;
      for (let change = random.between(1, 4); change > 0; change--) {
        const at = random.below(text.length);
        const end = at + (random.chance(0.5) ? random.below(30) : 0);
        const piece = random.chance(0.3) ? text.slice(at, at + random.below(60)) : random.pick(PIECES);
        text = text.slice(0, at) + piece + text.slice(end);
      }
      if (check(text) === "valid") valid++;
    }
    // Much of the text is comments: a good part of the changes must leave it valid, or nothing deeper was reached.
    expect(valid).toBeGreaterThan(60);
    expect(valid).toBeLessThan(540);
  });

  it("survives large texts made of one thing", () => {
    for (const piece of PIECES) {
      for (const unit of [piece, `${piece} `, `${piece}\n`, `a${piece}`]) {
        check(unit.repeat(Math.floor(TEXT_BYTES_MAX / 32 / Buffer.byteLength(unit))));
      }
    }
    for (const unit of ["[", "- ", "{a: ", "}", "? ", "&a [", "a: b\n"]) {
      check(unit.repeat(Math.floor(TEXT_BYTES_MAX / unit.length)));
    }
    const keys = Array.from({ length: 9000 }, (_, index) => `k${index}:`).join("\n");
    expect(check(keys.slice(0, TEXT_BYTES_MAX))).toBe("invalid");
  });
});
