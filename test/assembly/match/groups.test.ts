import { beforeAll, describe, expect, it } from "vitest";
import * as M from "../../../assembly/layout.js";
import * as L from "../../../assembly/match/rules-layout.js";
import type { Rule } from "../../../host/rules/model.js";
import {
  type Address,
  addressBytes,
  compileStubbed,
  inAddresses,
  inPorts,
  makeRule,
  randomAddress,
  randomAddresses,
  randomPort,
  randomPorts,
} from "../../host/rules/compile/support.js";
import { type Entry, loadEntry } from "../../support/entry.js";
import { Random, seedOf } from "../../support/random.js";

interface Exports {
  header(image: number, rule: number, packet: number): number;
  classOf(image: number, port: number): number;
  hasPort(image: number, set: number, port: number): number;
  hasAddress(image: number, set: number, address: number, kind: number): number;
  groupOf(proto: number): number;
}

interface TestPacket {
  readonly proto: number;
  readonly kind: number;
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

const seed = seedOf("headers of rules");
const IMAGE = M.RULES_BASE;
const PACKET = M.WINDOWS_BASE;
const ADDRESS = M.WINDOWS_BASE + 4096;
const [TCP, UDP, ICMP, ICMP6, GRE] = [6, 17, 1, 58, 47];
let entry: Entry<Exports>;

beforeAll(async () => {
  entry = await loadEntry<Exports>("groups");
});

/** Puts the image into memory with other bytes around it, so that reading outside shows. */
function install(rules: readonly Rule[]): number {
  const { image } = compileStubbed(rules);
  entry.bytes.fill(0xa5, IMAGE - 4096, IMAGE + image.length + 65536);
  entry.bytes.set(image, IMAGE);
  return IMAGE + entry.view.getUint32(IMAGE + L.IMAGE_RULES_OFFSET, true);
}

function putPacket(packet: TestPacket, swapped: boolean): void {
  const { view, bytes } = entry;
  bytes.fill(0xa5, PACKET, PACKET + M.PACKET_SIZE);
  const [a, b] = swapped ? [packet.destination, packet.source] : [packet.source, packet.destination];
  const [portA, portB] = swapped
    ? [packet.destinationPort, packet.sourcePort]
    : [packet.sourcePort, packet.destinationPort];
  bytes.set(addressBytes(a), PACKET + M.PACKET_ADDRESS_A_OFFSET);
  bytes.set(addressBytes(b), PACKET + M.PACKET_ADDRESS_B_OFFSET);
  view.setUint16(PACKET + M.PACKET_PORT_A_OFFSET, portA, true);
  view.setUint16(PACKET + M.PACKET_PORT_B_OFFSET, portB, true);
  view.setUint8(PACKET + M.PACKET_PROTO_OFFSET, packet.proto);
  view.setUint8(PACKET + M.PACKET_KIND_OFFSET, packet.kind);
  view.setUint16(PACKET + M.PACKET_BITS_OFFSET, swapped ? M.PACKET_BIT_SWAPPED : 0, true);
}

/** The rule's header read as its text says. */
function fits(rule: Rule, packet: TestPacket): boolean {
  const protocols: Record<string, readonly number[]> = {
    tcp: [TCP],
    http: [TCP],
    udp: [UDP],
    icmp: [ICMP, ICMP6],
  };
  if (packet.kind !== M.KIND_IPV4 && packet.kind !== M.KIND_IPV6) return false;
  if (rule.protocol !== "ip" && !protocols[rule.protocol]!.includes(packet.proto)) return false;
  const oneWay = (from: Address, fromPort: number, to: Address, toPort: number) =>
    inAddresses(rule.source, from) &&
    inAddresses(rule.destination, to) &&
    ((packet.proto !== TCP && packet.proto !== UDP) ||
      (inPorts(rule.sourcePorts, fromPort) && inPorts(rule.destinationPorts, toPort)));
  const { source, sourcePort, destination, destinationPort } = packet;
  if (oneWay(source, sourcePort, destination, destinationPort)) return true;
  return rule.bidirectional && oneWay(destination, destinationPort, source, sourcePort);
}

function randomRule(random: Random): Rule {
  return makeRule([], {
    protocol: random.pick(["tcp", "udp", "icmp", "ip", "http"] as const),
    source: randomAddresses(random),
    destination: random.chance(0.5) ? "any" : randomAddresses(random),
    sourcePorts: random.chance(0.5) ? "any" : randomPorts(random),
    destinationPorts: randomPorts(random),
    bidirectional: random.chance(0.4),
  });
}

function randomPacket(random: Random): TestPacket {
  const family = random.chance(0.5) ? 4 : 6;
  return {
    proto: random.pick([TCP, TCP, UDP, ICMP, ICMP6, GRE]),
    kind: family === 4 ? M.KIND_IPV4 : M.KIND_IPV6,
    source: randomAddress(random, family),
    destination: randomAddress(random, family),
    sourcePort: randomPort(random),
    destinationPort: randomPort(random),
  };
}

describe("the header of a rule", () => {
  it("fits the packets that its text says, whichever end of the key sent them", () => {
    const seen = { yes: 0, no: 0 };
    for (let round = 0; round < 60; round++) {
      const random = new Random(seed, round);
      const rules = Array.from({ length: random.between(1, 50) }, () => randomRule(random));
      const table = install(rules);
      for (let probe = 0; probe < 40; probe++) {
        const packet = randomPacket(random);
        const swapped = random.chance(0.5);
        putPacket(packet, swapped);
        for (const [index, rule] of rules.entries()) {
          const expected = fits(rule, packet);
          seen[expected ? "yes" : "no"]++;
          const found = entry.exports.header(IMAGE, table + index * L.RULE_SIZE, PACKET) !== 0;
          if (found !== expected)
            expect.fail(`round ${round} rule ${index}: ${found} for ${told(rule, packet)}`);
        }
      }
    }
    expect(seen.yes).toBeGreaterThan(1000);
    expect(seen.no).toBeGreaterThan(1000);
  });

  it("never fits what is not IP", () => {
    const table = install([makeRule([], { protocol: "ip" })]);
    const packet = randomPacket(new Random(seed, 999));
    for (const kind of [M.KIND_FREE, M.KIND_MAC, M.KIND_ARP, M.KIND_IPV4, M.KIND_IPV6]) {
      putPacket({ ...packet, kind }, false);
      expect(entry.exports.header(IMAGE, table, PACKET) !== 0, `kind ${kind}`).toBe(kind >= M.KIND_IPV4);
    }
  });
});

describe("sets", () => {
  it("are searched right at every edge of their ranges, with one range and with many", () => {
    for (const count of [0, 1, 2, 3, 100, 2000]) {
      const random = new Random(seed, 5000 + count);
      for (const family of [4, 6] as const) {
        const bits = family === 4 ? 32n : 128n;
        const values = Array.from({ length: count * 2 }, () => wide(random) & ((1n << bits) - 1n));
        const sorted = [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
        const ranges = [];
        for (let at = 0; at + 1 < sorted.length; at += 2) {
          ranges.push({ family, first: sorted[at]!, last: sorted[at + 1]! - 1n });
        }
        install([makeRule([], { source: ranges })]);
        const probes = ranges.flatMap(({ first, last }) => [first - 1n, first, last, last + 1n]);
        for (const value of [0n, (1n << bits) - 1n, ...probes]) {
          if (value < 0n || value >> bits !== 0n) continue;
          const address: Address = { family, value };
          entry.bytes.set(addressBytes(address), ADDRESS);
          const kind = family === 4 ? M.KIND_IPV4 : M.KIND_IPV6;
          const found = entry.exports.hasAddress(IMAGE, 1, ADDRESS, kind) !== 0;
          expect(found, `${count} ranges, ${family}:${value}`).toBe(inAddresses(ranges, address));
          expect(entry.exports.hasAddress(IMAGE, 0, ADDRESS, kind)).toBe(1);
        }
      }
    }
  });

  it("of ports hold each of the 65536 that they should", () => {
    const random = new Random(seed, 7000);
    const rules = Array.from({ length: 40 }, () => makeRule([], { destinationPorts: randomPorts(random) }));
    const table = install(rules);
    for (const [index, { destinationPorts }] of rules.entries()) {
      const set = entry.view.getUint16(table + index * L.RULE_SIZE + L.RULE_DESTINATION_PORTS_OFFSET, true);
      for (let port = 0; port < 65536; port += index === 0 ? 1 : 97) {
        const found = entry.exports.hasPort(IMAGE, set, port) !== 0;
        if (found !== inPorts(destinationPorts, port)) expect.fail(`set ${set} port ${port}: ${found}`);
      }
    }
    expect(entry.exports.hasPort(IMAGE, 0, 65535)).toBe(1);
    expect(entry.exports.hasPort(IMAGE, 65535, 80)).toBe(0);
  });

  it("have classes below their count, and protocols a group each", () => {
    install([makeRule([], { destinationPorts: [[80, 80]] }), makeRule([], { sourcePorts: [[0, 79]] })]);
    const classes = [0, 79, 80, 81, 65535].map((port) => entry.exports.classOf(IMAGE, port));
    expect(classes).toEqual([0, 0, 1, 2, 2]);
    expect([TCP, UDP, ICMP, ICMP6, GRE, 0, 255].map((proto) => entry.exports.groupOf(proto))).toEqual([
      L.PROTO_GROUP_TCP,
      L.PROTO_GROUP_UDP,
      L.PROTO_GROUP_ICMP,
      L.PROTO_GROUP_ICMP,
      L.PROTO_GROUP_OTHER,
      L.PROTO_GROUP_OTHER,
      L.PROTO_GROUP_OTHER,
    ]);
  });
});

function wide(random: Random): bigint {
  let value = 0n;
  for (let word = 0; word < 4; word++) value = (value << 32n) | BigInt(random.u32());
  return value;
}

function told(rule: Rule, packet: TestPacket): string {
  return JSON.stringify({ rule, packet }, (_key, value) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}
