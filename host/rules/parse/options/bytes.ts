// Options that take numbers out of a buffer or ask how much of it there is: isdataat, bsize, byte_test, byte_jump,
// byte_extract.
// Apart from content because they look at values, not at patterns.
// Always holds: a variable is used only behind the byte_extract that gives it.

import type { RuleOption } from "../../model.js";
import type { RuleDraft } from "../draft.js";
import { parts } from "../lexer.js";
import { numberRange, OPEN_END } from "../numbers.js";
import { cannot, refuse, shown } from "../problems.js";
import { byteArguments, byteCount, OFFSET_MAX } from "./byte-arguments.js";
import type { OptionEntry } from "./entry.js";

type ByteTest = Extract<RuleOption, { kind: "byte_test" }>;

const U32_MAX = 4_294_967_295;
const BUFFER_MAX = 1_048_576;
const OPERATOR = /^(!?)(<=|>=|<|>|=|&|\^)?$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

export const BYTES_OPTIONS: readonly OptionEntry[] = [
  {
    name: "isdataat",
    form: "isdataat:[!]N or NAME[,relative][,rawbytes]",
    meaning:
      "The buffer has a byte N; `relative` counts from behind the last match. With `!` that it has none",
    value: "needed",
    read: readIsDataAt,
  },
  {
    name: "bsize",
    form: "bsize:N, <N, >N, <=N, >=N, !N, N-M or N<>M",
    meaning:
      "Length of the buffer (behind a sticky name, or of the content before); N<>M without N and M themselves",
    value: "needed",
    read: (draft, value) => {
      const range = numberRange("bsize", value, { most: BUFFER_MAX, top: OPEN_END, inclusive: false });
      draft.addIn(draft.bufferNow(true), false, (buffer) => ({ kind: "bsize", buffer, ...range }));
    },
  },
  {
    name: "byte_test",
    form: "byte_test:BYTES,[!]OPERATOR,VALUE,OFFSET[,ARGUMENT …]",
    meaning:
      "Compares a number of the buffer. Operators `< > = <= >= & ^`; arguments `relative`, `big`, `little`, `string` " +
      "with `hex` `dec` `oct`, `bitmask 0xN`. VALUE and OFFSET may be names",
    value: "needed",
    read: readByteTest,
  },
  {
    name: "byte_jump",
    form: "byte_jump:BYTES,OFFSET[,ARGUMENT …]",
    meaning:
      "Moves the place that relative options count from by a number of the buffer. Also `multiplier N`, `align [4|2]`, " +
      "`from_beginning`, `from_end`, `post_offset N`",
    value: "needed",
    read: readByteJump,
  },
  {
    name: "byte_extract",
    form: "byte_extract:BYTES,OFFSET,NAME[,ARGUMENT …]",
    meaning: "Keeps a number of the buffer as NAME for options behind. Also `multiplier N`, `align [4|2]`",
    value: "needed",
    read: readByteExtract,
  },
];

function readIsDataAt(draft: RuleDraft, value: string): void {
  const negated = value.startsWith("!");
  const [at = "", ...words] = parts(negated ? value.slice(1).trim() : value);
  for (const word of words) {
    if (word !== "relative" && word !== "rawbytes")
      refuse("relative or rawbytes behind isdataat:N", shown(word));
  }
  const relative = words.includes("relative");
  const operand = draft.operand("isdataat", at, 0, OFFSET_MAX);
  draft.addIn(draft.bufferNow(relative), false, (buffer) => ({
    kind: "isdataat",
    buffer,
    at: operand,
    relative,
    negated,
  }));
}

function readByteTest(draft: RuleDraft, value: string): void {
  const [count = "", operatorText = "", compared = "", offsetText = "", ...rest] = parts(value);
  if (offsetText === "") refuse("byte_test:BYTES,OPERATOR,VALUE,OFFSET", shown(value));
  const operator = OPERATOR.exec(operatorText.replace(/\s+/g, ""));
  if (!operator || operatorText === "")
    refuse("an operator of byte_test (< > = <= >= & ^)", shown(operatorText));
  const { relative, mode, bitmask } = byteArguments(draft, "byte_test", rest, []);
  const test = {
    bytes: byteCount("byte_test", count, mode.string),
    operator: (operator[2] ?? "=") as ByteTest["operator"],
    negated: operator[1] === "!",
    value: draft.operand("byte_test's value", compared, 0, U32_MAX),
    offset: draft.operand("byte_test's offset", offsetText, -OFFSET_MAX, OFFSET_MAX),
    relative,
    mode,
    bitmask,
  };
  checkOffset("byte_test", test.offset, relative);
  draft.addIn(draft.bufferNow(relative), false, (buffer) => ({ kind: "byte_test", buffer, ...test }));
}

const JUMP_ARGUMENTS = ["multiplier", "align", "from_beginning", "from_end", "post_offset"];

function readByteJump(draft: RuleDraft, value: string): void {
  const [count = "", offsetText = "", ...rest] = parts(value);
  if (offsetText === "") refuse("byte_jump:BYTES,OFFSET", shown(value));
  const args = byteArguments(draft, "byte_jump", rest, JUMP_ARGUMENTS);
  const bytes = byteCount("byte_jump", count, args.mode.string);
  const offset = draft.operand("byte_jump's offset", offsetText, -OFFSET_MAX, OFFSET_MAX);
  checkOffset("byte_jump", offset, args.relative);
  draft.addIn(draft.bufferNow(args.relative), true, (buffer) => ({
    kind: "byte_jump",
    buffer,
    bytes,
    offset,
    ...args,
  }));
}

function readByteExtract(draft: RuleDraft, value: string): void {
  const [count = "", offsetText = "", variable = "", ...rest] = parts(value);
  if (variable === "") refuse("byte_extract:BYTES,OFFSET,NAME", shown(value));
  if (!VARIABLE.test(variable)) refuse("a name of letters, digits and _ for byte_extract", shown(variable));
  const { relative, mode, multiplier, align, bitmask } = byteArguments(draft, "byte_extract", rest, [
    "multiplier",
    "align",
  ]);
  const bytes = byteCount("byte_extract", count, mode.string);
  const offset = draft.operand("byte_extract's offset", offsetText, -OFFSET_MAX, OFFSET_MAX);
  checkOffset("byte_extract", offset, relative);
  if (draft.extracted.has(variable)) cannot(`byte_extract gives ${variable} twice; take another name`);
  draft.extracted.add(variable);
  const option = { bytes, offset, relative, mode, multiplier, align, bitmask, variable };
  draft.addIn(draft.bufferNow(relative), false, (buffer) => ({ kind: "byte_extract", buffer, ...option }));
}

function checkOffset(name: string, offset: unknown, relative: boolean): void {
  if (typeof offset !== "number" || offset >= 0 || relative) return;
  cannot(`${name}'s offset ${offset} lies before the buffer; write relative, or an offset from 0`);
}
