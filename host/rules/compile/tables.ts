// The tables of all rules that were taken, laid out as an image.
// Apart from taking rules because by now nothing can be refused any more but the whole for its size.
// Always holds: the same rules in the same order give the same bytes.

import * as L from "../../../assembly/match/rules-layout.js";
import { StrayError } from "../../errors.js";
import { ImageBuilder, type ImagePart } from "../image.js";
import { type AddressClasses, CLASS_CAPACITY, writeClassNumbers } from "./address-sets.js";
import { bufferName } from "./buffers.js";
import { DataPool } from "./data-pool.js";
import { RuleLists, writeIndexes } from "./lists.js";
import { writeOp } from "./op.js";
import { type MatcherPattern, matcherName } from "./pattern-sets.js";
import { PORT_CLASSES_SIZE, type PortClasses } from "./port-sets.js";
import { ordersOf, type PlacedRule, writeLimit, writeRule } from "./rule-table.js";

export interface Tables {
  readonly rules: readonly PlacedRule[];
  readonly ports: PortClasses;
  readonly addresses: AddressClasses;
  readonly patterns: readonly (readonly MatcherPattern[])[];
  readonly patternRules: readonly number[];
  readonly buildMatcher: (patterns: readonly MatcherPattern[]) => Uint8Array;
}

export interface BuiltImage {
  readonly image: Uint8Array;
  readonly sizes: Record<string, number>;
}

/** @throws StrayError RULES_TOO_LARGE */
export function buildImage(tables: Tables, limitBytes: number): BuiltImage {
  if (tables.addresses.count > CLASS_CAPACITY) {
    throw new StrayError(
      "RULES_TOO_LARGE",
      `the address sets of the rules cut the addresses into ${tables.addresses.count} different classes, ` +
        `${CLASS_CAPACITY} at most fit: use fewer rules or fewer address lists`,
      2,
    );
  }
  const builder = new ImageBuilder(L.IMAGE_HEADER_SIZE);
  const header = new Map<number, number>([
    [L.IMAGE_MAGIC_OFFSET, L.IMAGE_MAGIC],
    [L.IMAGE_RULE_COUNT_OFFSET, tables.rules.length],
    [L.IMAGE_FLAGS_OFFSET, imageFlags(tables.rules)],
  ]);
  addRules(builder, header, tables.rules);
  addPorts(builder, header, tables.ports);
  addAddresses(builder, header, tables.addresses);
  // Early, before the lists and matchers are made, which take longer than all the rest.
  checkSize(builder, limitBytes);
  addLists(builder, header, tables);
  addMatchers(builder, header, tables);
  checkSize(builder, limitBytes);
  header.set(L.IMAGE_SIZE_OFFSET, builder.size);
  const image = builder.build((view) => {
    for (const [offset, value] of header) view.setUint32(offset, value, true);
  });
  return { image, sizes: builder.sizes() };
}

type Header = Map<number, number>;

function addRules(builder: ImageBuilder, header: Header, rules: readonly PlacedRule[]): void {
  const orders = ordersOf(rules.map(({ rule }) => rule));
  const ops = rules.flatMap((placed) => placed.ops);
  const limits = rules.flatMap((placed) => placed.limits);
  const pool = new DataPool();
  const dataAt = ops.map(({ data }) => (data ? pool.add(data.bytes, data.alignment) : 0));
  const places: { programs?: ImagePart; data?: ImagePart; limits?: ImagePart } = {};
  const table = builder.add("rules", rules.length * L.RULE_SIZE, (view, at) => {
    for (const [index, placed] of rules.entries()) {
      const rule = at + index * L.RULE_SIZE;
      writeRule(view, rule, placed, orders[index]!, places.programs!.offset, places.limits!.offset);
    }
  });
  const states = builder.add("states", rules.length * L.RULE_STATE_SIZE, () => {});
  places.programs = builder.add("programs", ops.length * L.OP_SIZE, (view, at) => {
    for (const [index, op] of ops.entries()) {
      writeOp(view, at + index * L.OP_SIZE, op, places.data!.offset + dataAt[index]!);
    }
  });
  places.data = builder.add("data", pool.size, (view, at) => pool.write(view, at));
  places.limits = builder.add("limits", limits.length * L.LIMIT_SIZE, (view, at) => {
    for (const [index, limit] of limits.entries()) writeLimit(view, at + index * L.LIMIT_SIZE, limit);
  });
  header.set(L.IMAGE_RULES_OFFSET, table.offset);
  header.set(L.IMAGE_RULE_STATES_OFFSET, states.offset);
}

function addPorts(builder: ImageBuilder, header: Header, ports: PortClasses): void {
  const classes = builder.add("ports", PORT_CLASSES_SIZE, (view, at) => ports.writeClasses(view, at));
  const matrix = builder.add("ports", ports.matrix.size, (view, at) => ports.matrix.write(view, at));
  header.set(L.IMAGE_PORT_CLASSES_OFFSET, classes.offset);
  header.set(L.IMAGE_PORT_MATRIX_OFFSET, matrix.offset);
  header.set(L.IMAGE_PORT_SET_WORDS_OFFSET, ports.matrix.words);
  header.set(L.IMAGE_PORT_CLASS_COUNT_OFFSET, ports.count);
}

function addAddresses(builder: ImageBuilder, header: Header, addresses: AddressClasses): void {
  const { ranges4, ranges6, matrix } = addresses;
  const add = (size: number, write: (view: DataView, at: number) => void) =>
    builder.add("addresses", size, write).offset;
  const count4 = ranges4.firsts.length;
  const count6 = ranges6.firsts.length;
  header.set(
    L.IMAGE_ADDRESS4_OFFSET,
    add(count4 * 4, (view, at) => addresses.writeFirsts4(view, at)),
  );
  header.set(L.IMAGE_ADDRESS4_COUNT_OFFSET, count4);
  header.set(
    L.IMAGE_ADDRESS4_CLASSES_OFFSET,
    add(count4 * 2, (view, at) => writeClassNumbers(view, at, ranges4.classes)),
  );
  header.set(
    L.IMAGE_ADDRESS6_OFFSET,
    add(count6 * 16, (view, at) => addresses.writeFirsts6(view, at)),
  );
  header.set(L.IMAGE_ADDRESS6_COUNT_OFFSET, count6);
  header.set(
    L.IMAGE_ADDRESS6_CLASSES_OFFSET,
    add(count6 * 2, (view, at) => writeClassNumbers(view, at, ranges6.classes)),
  );
  header.set(
    L.IMAGE_ADDRESS_MATRIX_OFFSET,
    add(matrix.size, (view, at) => matrix.write(view, at)),
  );
  header.set(L.IMAGE_ADDRESS_SET_WORDS_OFFSET, matrix.words);
}

function addLists(builder: ImageBuilder, header: Header, { rules, ports, patternRules }: Tables): void {
  const plain = [];
  const findings = new Map<number, { readonly findings: readonly number[] }>();
  for (const [index, placed] of rules.entries()) {
    if (placed.findings !== undefined) {
      findings.set(index, { findings: placed.findings });
    } else if (placed.pattern === undefined) {
      const { sourcePorts, destinationPorts } = placed.sets;
      const portSets = placed.rule.bidirectional ? [destinationPorts, sourcePorts] : [destinationPorts];
      plain.push({ index, groups: placed.groups, portSets });
    }
  }
  const lists = new RuleLists(plain, ports, findings);
  const add = (size: number, write: (view: DataView, at: number) => void) =>
    builder.add("lists", size, write).offset;
  header.set(
    L.IMAGE_PLAIN_OFFSET,
    add(lists.plainSize, (view, at) => lists.writePlain(view, at)),
  );
  header.set(
    L.IMAGE_FINDING_RULES_OFFSET,
    add(lists.findingsSize, (view, at) => lists.writeFindings(view, at)),
  );
  header.set(
    L.IMAGE_PLAIN_RULES_OFFSET,
    add(lists.entries.length * 4, (view, at) => writeIndexes(view, at, lists.entries)),
  );
  header.set(
    L.IMAGE_PATTERN_RULES_OFFSET,
    add(patternRules.length * 4, (view, at) => writeIndexes(view, at, patternRules)),
  );
}

function addMatchers(builder: ImageBuilder, header: Header, { patterns, buildMatcher }: Tables): void {
  for (const [number, set] of patterns.entries()) {
    if (set.length === 0) continue;
    const name = `matcher ${matcherName(number, bufferName)}`;
    const bytes = builtMatcher(buildMatcher, set, name);
    const part = builder.add(name, bytes.length, (view, at) => {
      new Uint8Array(view.buffer, view.byteOffset).set(bytes, at);
    });
    header.set(L.IMAGE_MATCHERS_OFFSET + number * 4, part.offset);
  }
}

function builtMatcher(
  build: Tables["buildMatcher"],
  patterns: readonly MatcherPattern[],
  name: string,
): Uint8Array {
  try {
    return build(patterns);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new StrayError("RULES_TOO_LARGE", `${name}: ${error.message}: use fewer rules`, 2, {
      cause: error,
    });
  }
}

function imageFlags(rules: readonly PlacedRule[]): number {
  let bits = 0;
  const body = (1 << L.BUFFER_HTTP_CLIENT_BODY) | (1 << L.BUFFER_FILE_DATA);
  const http = L.RULE_FLAG_HTTP_REQUEST | L.RULE_FLAG_HTTP_RESPONSE | L.RULE_FLAG_HTTP_PROTO;
  for (const { flags, groups, rule, ops } of rules) {
    if ((flags & L.RULE_FLAG_CONTENT) !== 0 && groups.includes(L.PROTO_GROUP_TCP)) {
      bits |= L.IMAGE_FLAG_STREAMS;
    }
    if ((flags & http) !== 0) bits |= L.IMAGE_FLAG_HTTP;
    if (ops.some(({ buffer }) => ((1 << buffer) & body) !== 0)) bits |= L.IMAGE_FLAG_BODY;
    if (rule.action === "pass") bits |= L.IMAGE_FLAG_PASS;
    const keeps = rule.tag !== undefined || ops.some(({ code }) => code === L.OP_FLOWBITS);
    if (keeps && groups.some((group) => group !== L.PROTO_GROUP_TCP)) bits |= L.IMAGE_FLAG_SESSIONS;
  }
  return bits;
}

function checkSize(builder: ImageBuilder, limitBytes: number): void {
  if (builder.size <= limitBytes) return;
  const { total, ...parts } = builder.sizes();
  const told = Object.entries(parts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, size]) => `${name} ${size}`)
    .join(", ");
  throw new StrayError(
    "RULES_TOO_LARGE",
    `expected compiled rules of ${limitBytes} bytes at most, found ${total} so far (${told}): ` +
      "load fewer rules, or choose a profile with room for more",
    2,
  );
}
