// Random filters: printed and parsed they are the same tree, and the compiled test agrees with a naive reading
// of the tree over plain objects.

import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import type { AddressTest, Filter, Side } from "../../../host/filter/ast.js";
import { compile } from "../../../host/filter/compile.js";
import { FilterError } from "../../../host/filter/filter-error.js";
import { parseFilter } from "../../../host/filter/parser.js";
import { printFilter } from "../../../host/filter/print.js";
import { STATE_WORDS } from "../../../host/filter/states.js";
import { FIELDS } from "../../../host/record/fields.js";
import { FINDING_NAMES } from "../../../host/record/findings.js";
import { ENCAPSULATIONS } from "../../../host/record/notes.js";
import { buildRecord, type RecordSpec } from "../../support/record-builder.js";

const SEED = 20011017;

const side = fc.constantFrom<Side>("src", "dst", "either", "both");
/** Small sets of values, so that filters and flows meet often. */
const ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.1.0.1", "192.168.0.1", "0.0.0.0"];
const ADDRESSES6 = ["2001:db8::1", "2001:db8::2", "2001:db8:1::1", "::"];
const PORTS = [0, 22, 53, 80, 443, 65535];

function prefixOf(text: string, prefix: number): Pick<AddressTest, "address" | "prefix"> {
  const bytes = ipaddr.parse(text).toByteArray();
  const address = bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff00 >> kept) & 0xff;
  });
  return { address, prefix };
}

const withOptional = <T extends object>(base: T, key: string, value: unknown): T =>
  value === undefined ? base : { ...base, [key]: value };

const net4 = fc
  .tuple(
    side,
    fc.constantFrom(...ADDRESSES),
    fc.integer({ min: 0, max: 32 }),
    fc.constantFrom("ip", "arp", undefined),
  )
  .map(([s, text, prefix, family]) =>
    withOptional({ kind: "net", side: s, ...prefixOf(text, prefix) } as Filter, "family", family),
  );
const net6 = fc
  .tuple(
    side,
    fc.constantFrom(...ADDRESSES6),
    fc.integer({ min: 0, max: 128 }),
    fc.constantFrom("ip6", undefined),
  )
  .map(([s, text, prefix, family]) =>
    withOptional({ kind: "net", side: s, ...prefixOf(text, prefix) } as Filter, "family", family),
  );
const port = fc
  .tuple(
    side,
    fc.constantFrom(...PORTS),
    fc.constantFrom(...PORTS),
    fc.constantFrom("tcp", "udp", "sctp", undefined),
  )
  .map(([s, a, b, protocol]) =>
    withOptional(
      { kind: "port", side: s, low: Math.min(a, b), high: Math.max(a, b) } as Filter,
      "protocol",
      protocol,
    ),
  );
const counter = fc.constantFrom("pkts", "spkts", "dpkts", "bytes", "sbytes");
const compare = fc
  .tuple(
    counter,
    fc.constantFrom("<", "<=", ">", ">=", "=", "!=" as const),
    fc.oneof(
      fc.integer({ min: -1, max: 6 }).map((value) => ({ kind: "number", value }) as const),
      counter.map((name) => ({ kind: "field", name }) as const),
    ),
  )
  .map(
    ([name, operator, right]) =>
      ({ kind: "compare", left: { kind: "field", name }, operator, right }) as Filter,
  );
const protocol = fc
  .tuple(fc.constantFrom(1, 6, 17, 58), fc.constantFrom("ip", "ip6", undefined))
  .map(([number, family]) => withOptional({ kind: "protocol", number } as Filter, "family", family));

/** Those whose meaning the naive reader below knows. */
const known = fc.oneof(net4, net6, port, compare, protocol);
const anyPrimitive: fc.Arbitrary<Filter> = fc.oneof(
  known,
  fc.record({
    kind: fc.constant("ether" as const),
    side,
    mac: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 6, maxLength: 6 }),
  }),
  fc.record({ kind: fc.constant("ethertype" as const), number: fc.integer({ min: 0, max: 65535 }) }),
  fc.integer({ min: 0, max: 4095 }).map((id) => ({ kind: "vlan", id }) as const),
  fc.constant({ kind: "vlan" } as const),
  fc.constantFrom(...ENCAPSULATIONS.keys()).map((name) => ({ kind: "encaps", name }) as const),
  fc.constantFrom(...Object.keys(STATE_WORDS)).map((word) => ({ kind: "state", word }) as const),
  fc.constantFrom(...FINDING_NAMES).map((name) => ({ kind: "finding", name }) as const),
  fc
    .tuple(
      fc.constantFrom(...FIELDS.filter(({ type }) => type === "text" || type === "list")),
      fc.constantFrom("=" as const, "!=" as const),
      fc.stringMatching(/^[ -&(-@[-~]{0,8}$/),
    )
    .map(([field, operator, value]) => ({ kind: "text", field: field.name, operator, value }) as const),
);

function treeOf(leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return fc.letrec<{ tree: Filter }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      leaf,
      tie("tree").map((operand) => ({ kind: "not", operand }) as const),
      fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        left: tie("tree"),
        right: tie("tree"),
      }),
    ),
  })).tree;
}

const flow: fc.Arbitrary<RecordSpec> = fc
  .tuple(fc.boolean(), fc.boolean(), fc.constantFrom(1, 6, 17, 58, 132), fc.boolean())
  .chain(([isIp6, isB, proto, isArp]) => {
    const addresses = isIp6 ? ADDRESSES6 : ADDRESSES;
    const end = fc.record({
      address: fc.constantFrom(...addresses),
      port: fc.constantFrom(...PORTS),
      packets: fc.integer({ min: 0, max: 4 }),
      bytes: fc.integer({ min: 0, max: 4 }),
    });
    const kind = isIp6 ? L.KIND_IPV6 : isArp ? L.KIND_ARP : L.KIND_IPV4;
    return fc.record({
      kind: fc.constant(kind),
      proto: fc.constant(kind === L.KIND_ARP ? 0 : proto),
      extra: fc.constant(1),
      initiatorIsB: fc.constant(isB),
      orig: end,
      resp: end,
    });
  });

/** The tree read as plainly as can be. */
function naive(filter: Filter, spec: RecordSpec): boolean {
  const ends = (s: Side, test: (end: NonNullable<RecordSpec["orig"]>) => boolean): boolean => {
    const [o, r] = [test(spec.orig!), test(spec.resp!)];
    return s === "src" ? o : s === "dst" ? r : s === "both" ? o && r : o || r;
  };
  switch (filter.kind) {
    case "not":
      return !naive(filter.operand, spec);
    case "and":
      return naive(filter.left, spec) && naive(filter.right, spec);
    case "or":
      return naive(filter.left, spec) || naive(filter.right, spec);
    case "net": {
      const family = { [L.KIND_IPV4]: "ip", [L.KIND_IPV6]: "ip6", [L.KIND_ARP]: "arp" }[spec.kind!];
      if (filter.family !== undefined && filter.family !== family) return false;
      if ((filter.address.length === 16) !== (family === "ip6")) return false;
      return ends(filter.side, ({ address }) => {
        const range = [ipaddr.fromByteArray([...filter.address]), filter.prefix] as [ipaddr.IPv4, number];
        return (ipaddr.parse(address!) as ipaddr.IPv4).match(range);
      });
    }
    case "port": {
      const name = { 6: "tcp", 17: "udp", 132: "sctp" }[spec.proto!];
      if (name === undefined || spec.kind === L.KIND_ARP) return false;
      if (filter.protocol !== undefined && filter.protocol !== name) return false;
      return ends(filter.side, (end) => end.port! >= filter.low && end.port! <= filter.high);
    }
    case "protocol": {
      const family = { [L.KIND_IPV4]: "ip", [L.KIND_IPV6]: "ip6" }[spec.kind!];
      return family !== undefined && spec.proto === filter.number && (filter.family ?? family) === family;
    }
    case "compare": {
      const value = (operand: typeof filter.left): number => {
        if (operand.kind === "number") return operand.value;
        const key = operand.name.endsWith("pkts") ? "packets" : "bytes";
        const letter = operand.name.slice(0, 1);
        const [o, r] = [spec.orig![key]!, spec.resp![key]!];
        return letter === "s" ? o : letter === "d" ? r : o + r;
      };
      const difference = value(filter.left) - value(filter.right);
      return {
        "<": difference < 0,
        "<=": difference <= 0,
        ">": difference > 0,
        ">=": difference >= 0,
        "=": difference === 0,
        "!=": difference !== 0,
      }[filter.operator];
    }
    default:
      throw new Error(`not known here: ${filter.kind}`);
  }
}

describe("random filters", () => {
  it("printed and parsed are the same tree", () => {
    fc.assert(
      fc.property(treeOf(anyPrimitive), (filter) => {
        expect(parseFilter(printFilter(filter))).toEqual(filter);
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it("let pass what a naive reading lets pass", () => {
    fc.assert(
      fc.property(treeOf(known), fc.array(flow, { minLength: 1, maxLength: 8 }), (filter, specs) => {
        const test = compile(filter);
        for (const spec of specs) expect(test(buildRecord(spec))).toBe(naive(filter, spec));
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it("of random words parse or fail with a column inside the text", () => {
    const words =
      "host net port portrange src dst and or not ( ) tcp ip ether proto vlan 80 10.0.0.1 10/8 > = spkts state 'x' ::1 !".split(
        " ",
      );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 9 }), (parts) => {
        const text = parts.join(" ");
        try {
          const filter = parseFilter(text);
          if (filter !== undefined) expect(parseFilter(printFilter(filter))).toEqual(filter);
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
          expect((error as FilterError).column).toBeGreaterThanOrEqual(1);
          expect((error as FilterError).column).toBeLessThanOrEqual(text.length + 1);
        }
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });
});
