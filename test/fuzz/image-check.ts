// Whether compiled rules can be trusted, as the module does: every offset, number and count of an image leads somewhere
// inside it. Apart from the compiler, of which it uses nothing but the layout. Always holds: the first thing that is
// wrong is thrown; what is not reached by the module is not asked.

import * as L from "../../assembly/match/rules-layout.js";
import { ImageReader } from "../host/rules/compile/image-reader.js";
import { expectThat } from "./expect-that.js";
import { checkMatcher } from "./matcher-check.js";
import { checkRegex } from "./regex-check.js";

const PORT_COUNT = 65_536;
const FINDING_COUNT = 64;
const VARIABLE_COUNT = 4;
const WITH_DATA: ReadonlySet<number> = new Set([L.OP_CONTENT, L.OP_REGEX, L.OP_FLOWBITS, L.OP_GUARD]);
const BYTE_OPS: ReadonlySet<number> = new Set([L.OP_BYTE_TEST, L.OP_BYTE_JUMP, L.OP_BYTE_EXTRACT]);

/** @throws Error with what is wrong first. */
export function checkImage(image: Uint8Array, ruleCount: number): void {
  const reader = new ImageReader(image);
  expectThat(reader.u32(L.IMAGE_MAGIC_OFFSET) === L.IMAGE_MAGIC, () => "no magic");
  expectThat(reader.u32(L.IMAGE_SIZE_OFFSET) === image.length, () => "its size lies");
  expectThat(reader.ruleCount === ruleCount, () => `${reader.ruleCount} rules of ${ruleCount}`);
  reader.table(L.IMAGE_RULE_STATES_OFFSET, ruleCount * L.RULE_STATE_SIZE);
  checkClasses(reader);
  const led = new Set<number>([...listed(reader), ...found(reader)]);
  for (let index = 0; index < ruleCount; index++) {
    expectThat(led.has(index), () => `nothing leads to rule ${index}`);
    checkRule(reader, index);
  }
}

/** Classes of ports and addresses have rows; the reader throws where one has none. */
function checkClasses(reader: ImageReader): void {
  for (let port = 0; port < PORT_COUNT; port++) {
    const number = reader.portClass(port);
    expectThat(number < reader.u32(L.IMAGE_PORT_CLASS_COUNT_OFFSET), () => `class ${number} of port ${port}`);
  }
  for (const bits of [0n, 1n, 0x0a000001n, 0xffffffffn]) {
    reader.hasAddress(0, { family: 4, value: bits });
    reader.hasAddress(0, { family: 6, value: (bits << 96n) | bits });
  }
}

/** Rules in the lists without patterns. */
function listed(reader: ImageReader): number[] {
  const out: number[] = [];
  for (let group = 0; group < L.PROTO_GROUP_COUNT; group++)
    for (let number = 0; number < reader.u32(L.IMAGE_PORT_CLASS_COUNT_OFFSET); number++)
      out.push(...reader.plain(group, number));
  for (let finding = 0; finding < FINDING_COUNT; finding++) out.push(...reader.findingRules(finding));
  return out;
}

/** Rules that the matchers lead to. */
function found(reader: ImageReader): number[] {
  const out: number[] = [];
  for (let number = 0; number < L.MATCHER_COUNT; number++) {
    const matcher = reader.matcher(number);
    if (matcher === undefined) continue;
    for (const { first, count } of checkMatcher(matcher)) {
      expectThat(count > 0, () => `a pattern of matcher ${number} has no rule`);
      out.push(...reader.patternRules(first, count));
    }
  }
  return out;
}

function checkRule(reader: ImageReader, index: number): void {
  const at = reader.rule(index);
  const says = (what: string) => (): string => `rule ${index}: ${what}`;
  for (const offset of [L.RULE_SOURCE_PORTS_OFFSET, L.RULE_DESTINATION_PORTS_OFFSET])
    reader.hasPort(reader.u16(at + offset), 80);
  for (const offset of [L.RULE_SOURCE_OFFSET, L.RULE_DESTINATION_OFFSET])
    reader.hasAddress(reader.u16(at + offset), { family: 4, value: 0n });
  const proto = reader.image[at + L.RULE_PROTO_OFFSET]!;
  expectThat(proto < L.PROTO_GROUP_COUNT || proto === L.RULE_PROTO_IP, says(`protocol ${proto}`));
  const action = reader.image[at + L.RULE_ACTION_OFFSET]!;
  expectThat(action >= L.ACTION_PASS && action <= L.ACTION_LOG, says(`action ${action}`));
  expectThat(reader.u32(at + L.RULE_BUFFERS_OFFSET) < 2 ** L.BUFFER_COUNT, says("buffers"));
  const limits = reader.u32(at + L.RULE_LIMITS_OFFSET);
  const limitsEnd = limits + reader.u32(at + L.RULE_LIMIT_COUNT_OFFSET) * L.LIMIT_SIZE;
  expectThat(limitsEnd <= reader.image.length, says("limits"));
  for (let limit = limits; limit < limitsEnd; limit += L.LIMIT_SIZE) {
    const type = reader.image[limit + L.LIMIT_TYPE_OFFSET]!;
    expectThat(type >= L.LIMIT_DETECTION && type <= L.LIMIT_SUPPRESS, says(`limit ${type}`));
    expectThat(reader.image[limit + L.LIMIT_TRACK_OFFSET]! <= L.TRACK_RULE, says("track"));
    reader.hasAddress(reader.u16(limit + L.LIMIT_SET_OFFSET), { family: 4, value: 0n });
  }
  for (const op of reader.ops(index)) checkOp(reader, op, says(`op at ${op}`)());
}

function checkOp(reader: ImageReader, op: number, where: string): void {
  const { image } = reader;
  const code = image[op + L.OP_CODE_OFFSET]!;
  expectThat(code > 0 && code < L.OP_COUNT, () => `${where}: code ${code}`);
  expectThat(image[op + L.OP_BUFFER_OFFSET]! < L.BUFFER_COUNT, () => `${where}: buffer`);
  const vars = image[op + L.OP_VARS_OFFSET]!;
  for (const [bit, offset] of [
    [L.OP_VAR_A, L.OP_A_OFFSET],
    [L.OP_VAR_B, L.OP_B_OFFSET],
    [L.OP_VAR_C, L.OP_C_OFFSET],
    [L.OP_VAR_D, L.OP_D_OFFSET],
  ] as const)
    if ((vars & bit) !== 0) expectThat(reader.u32(op + offset) < VARIABLE_COUNT, () => `${where}: variable`);
  if (code === L.OP_BYTE_EXTRACT)
    expectThat(reader.u32(op + L.OP_B_OFFSET) < VARIABLE_COUNT, () => `${where}: variable`);
  if (BYTE_OPS.has(code)) {
    const bytes = reader.u32(op + L.OP_A_OFFSET);
    expectThat(bytes > 0 && bytes <= 10, () => `${where}: ${bytes} bytes`);
  }
  if (!WITH_DATA.has(code)) return;
  const data = reader.u32(op + L.OP_DATA_OFFSET);
  const size = reader.u32(op + L.OP_DATA_SIZE_OFFSET);
  expectThat(data >= L.IMAGE_HEADER_SIZE && size > 0 && data + size <= image.length, () => `${where}: data`);
  if (code === L.OP_REGEX) checkRegex(image.subarray(data, data + size));
  if (code !== L.OP_FLOWBITS) return;
  expectThat(size === reader.u32(op + L.OP_B_OFFSET) * 2, () => `${where}: flow bits`);
  for (let at = data; at < data + size; at += 2)
    expectThat(reader.u16(at) < L.FLOWBIT_CAPACITY, () => `${where}: flow bit ${reader.u16(at)}`);
}
