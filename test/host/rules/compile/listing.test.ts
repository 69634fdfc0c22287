import { describe, expect, it } from "vitest";
import { listRule } from "../../../../host/rules/compile/listing.js";
import type { Rule, RuleOption } from "../../../../host/rules/model.js";
import { compileStubbed, content, DECIMAL, makeRule, pcre, reasonsOf } from "./support.js";

function listing(options: readonly RuleOption[], fields: Partial<Rule> = {}): string {
  const compiled = compileStubbed([makeRule(options, { sid: 7, rev: 2, ...fields })]);
  expect(reasonsOf(compiled).filter((reason) => reason.startsWith("error"))).toEqual([]);
  return `\n${listRule(compiled.image, 0, compiled).join("\n")}\n`;
}

describe("a program", () => {
  it("of the letter's kind: flow first, contents by the cursor, the first tried again for the second", () => {
    const options: RuleOption[] = [
      content("/scripts/", { buffer: "http_uri", nocase: true }),
      content("..\xc1\x1c..", { buffer: "http_uri", distance: 0, within: 20 }),
      { kind: "flow", direction: "to_server", established: true },
    ];
    expect(
      listing(options, { destinationPorts: [[80, 80]], destination: [{ family: 4, first: 1n, last: 2n }] }),
    ).toBe(`
1:7:2 alert tcp any ports any -> set 1 ports set 1
flags   http-request
needs   http_uri
   0  flow to_server established
   1  content http_uri "/scripts/" nocase retry
   2  content http_uri "..|c1 1c|.." distance 0 within 20 relative
`);
  });

  it("tests headers before bytes, and changes flow bits last", () => {
    const options: RuleOption[] = [
      { kind: "flowbits", action: "set", names: ["seen"], any: false },
      content("A;B", { depth: 8 }),
      { kind: "flowbits", action: "isset", names: ["one", "two"], any: true },
      { kind: "flowbits", action: "isnotset", names: ["seen", "three"], any: false },
      { kind: "ttl", least: 1, most: 5, negated: true },
      { kind: "flags", bits: 18, mode: "all", ignored: 192 },
      { kind: "dsize", least: 0, most: 300 },
      { kind: "flow", established: false },
      { kind: "flowbits", action: "toggle", names: ["one"], any: false },
    ];
    expect(listing(options)).toBe(`
1:7:2 alert tcp any ports any -> any ports any
flags   packet-only payload
   0  flow not_established
   1  flags all of SA besides EC
   2  dsize 0..300
   3  not ttl 1..5
   4  flowbits isset one | two
   5  flowbits isnotset seen & three
   6  content payload "A|3b|B" depth 8
   7  flowbits set seen
   8  flowbits toggle one
`);
  });

  it("of numbers in the payload and the variables taken from them", () => {
    const options: RuleOption[] = [
      content("MAGI"),
      {
        kind: "byte_extract",
        buffer: "payload",
        bytes: 2,
        offset: 0,
        relative: true,
        mode: { little: true, string: false, base: 10 },
        multiplier: 4,
        align: 4,
        bitmask: 0xff,
        variable: "size",
      },
      {
        kind: "byte_jump",
        buffer: "payload",
        bytes: 4,
        offset: 1,
        relative: true,
        mode: { little: false, string: true, base: 16 },
        multiplier: 1,
        postOffset: -2,
        align: 0,
        from: "beginning",
        bitmask: 0,
      },
      {
        kind: "byte_test",
        buffer: "payload",
        bytes: 4,
        operator: ">=",
        negated: true,
        value: { variable: "size" },
        offset: -1,
        relative: true,
        mode: DECIMAL,
        bitmask: 0,
      },
      {
        kind: "byte_test",
        buffer: "payload",
        bytes: 4,
        operator: "=",
        negated: false,
        value: 0xfffffffe,
        offset: 0,
        relative: false,
        mode: DECIMAL,
        bitmask: 0xffffff00,
      },
      content("END", { offset: { variable: "size" }, depth: 90 }),
      { kind: "isdataat", buffer: "payload", at: 10, relative: true, negated: true },
    ];
    expect(listing(options, { protocol: "udp" })).toBe(`
1:7:2 alert udp any ports any -> any ports any
flags   payload
   0  content payload "MAGI" retry
   1  byte_extract payload 2 bytes at 0 little align4 mask 0xff times 4 -> v0 relative
   2  byte_jump payload 4 bytes at 1 string hex from-beginning plus -2 relative
   3  not byte_test payload 4 bytes at -1 >= v0 relative
   4  byte_test payload 4 bytes at 0 mask 0xffffff00 = 4294967294
   5  content payload "END" offset v0 depth 90 retry
   6  not isdataat payload 10 relative
`);
  });

  it("tries again only what a later op of the same run goes on from", () => {
    const options: RuleOption[] = [
      content("one"),
      content("not", { negated: true }),
      content("two"),
      content("neg", { negated: true, distance: 0 }),
      content("uri", { buffer: "http_uri" }),
      pcre("x+", { relative: true }),
      pcre("y", { relative: true }),
    ];
    expect(listing(options)).toBe(`
1:7:2 alert tcp any ports any -> any ports any
flags   http-request payload
needs   http_uri
   0  content payload "one"
   1  not content payload "not"
   2  content payload "two" retry
   3  not content payload "neg" distance 0 relative
   4  content http_uri "uri"
   5  pcre payload 3 bytes relative
   6  pcre payload 2 bytes relative
`);
  });

  it("names every test of a header", () => {
    const options: RuleOption[] = [
      { kind: "ack", value: 0xffffffff, negated: false },
      { kind: "seq", value: 0, negated: true },
      { kind: "window", value: 55808, negated: false },
      { kind: "id", value: 242, negated: false },
      { kind: "tos", value: 4, negated: true },
      { kind: "icmp_id", value: 666, negated: false },
      { kind: "icmp_seq", value: 1, negated: false },
      { kind: "fragbits", bits: 3, mode: "any", ignored: 0 },
      { kind: "fragoffset", least: 1, most: 8191 },
      { kind: "ipopts", option: "any" },
      { kind: "ipopts", option: 131 },
      { kind: "sameip" },
      { kind: "ip_proto", least: 1, most: 1 },
      { kind: "itype", least: 8, most: 8 },
      { kind: "icode", least: 0, most: 255 },
      { kind: "finding", name: "midstream-data", negated: false },
      { kind: "cause", name: "leaky-filter", negated: true },
      { kind: "flags", bits: 0, mode: "exact", ignored: 0 },
      { kind: "fragbits", bits: 4, mode: "not", ignored: 0 },
    ];
    expect(
      listing(options, { protocol: "ip", action: "rejectboth", bidirectional: true, noAlert: true }),
    ).toBe(`
1:7:2 rejectboth ip any ports any <> any ports any
flags   no-alert finding
   0  flags exactly none
   1  ip_proto 1..1
   2  itype 8..8
   3  icode 0..255
   4  ack 4294967295
   5  not seq 0
   6  window 55808
   7  id 242
   8  not tos 4
   9  icmp_id 666
  10  icmp_seq 1
  11  fragbits any of MD
  12  fragoffset 1..8191
  13  sameip
  14  fragbits not all of R
  15  ipopts any
  16  ipopts 131
  17  finding midstream-data
  18  not cause leaky-filter
`);
  });

  it("asks for sizes of buffers before looking into them", () => {
    const options: RuleOption[] = [
      content("HTTP", { buffer: "http_header", endsWith: true }),
      content("GET", { buffer: "http_method", startsWith: true, negated: true }),
      { kind: "urilen", least: 500, most: 65535 },
      { kind: "rawurilen", least: 1, most: 9 },
      { kind: "bsize", buffer: "http_host", least: 4, most: 4, negated: true },
    ];
    expect(listing(options)).toBe(`
1:7:2 alert tcp any ports any -> any ports any
flags   http-request
needs   http_uri http_raw_uri http_method http_header http_host
   0  size http_uri 500..65535
   1  raw_size 1..9
   2  not size http_host 4..4
   3  content http_header "HTTP" endswith
   4  not content http_method "GET" startswith
`);
  });
});
