import { describe, expect, it } from "vitest";
import * as L from "../../../../assembly/match/rules-layout.js";
import { Memberships } from "../../../../host/rules/compile/classes.js";
import type { Rule } from "../../../../host/rules/model.js";
import { Random, seedOf } from "../../../support/random.js";
import { ImageReader } from "./image-reader.js";
import {
  compileStubbed,
  inAddresses,
  inPorts,
  makeRule,
  randomAddress,
  randomAddresses,
  randomPort,
  randomPorts,
} from "./support.js";

const seed = seedOf("sets of rules");

function randomRules(random: Random): Rule[] {
  return Array.from({ length: random.between(1, 40) }, () =>
    makeRule([], {
      source: randomAddresses(random),
      destination: randomAddresses(random),
      sourcePorts: randomPorts(random),
      destinationPorts: randomPorts(random),
    }),
  );
}

describe("port and address sets in an image", () => {
  it("hold exactly what the rules say, at random and at every edge", () => {
    for (let round = 0; round < 40; round++) {
      const random = new Random(seed, round);
      const rules = randomRules(random);
      const reader = new ImageReader(compileStubbed(rules).image);
      for (const [index, rule] of rules.entries()) {
        const at = reader.rule(index);
        for (let probe = 0; probe < 12; probe++) {
          const port = randomPort(random);
          const address = randomAddress(random);
          const told = `round ${round} rule ${index} port ${port} address ${address.family}:${address.value}`;
          const sets = [L.RULE_SOURCE_PORTS_OFFSET, L.RULE_DESTINATION_PORTS_OFFSET].map((offset) =>
            reader.hasPort(reader.u16(at + offset), port),
          );
          expect(sets, told).toEqual([inPorts(rule.sourcePorts, port), inPorts(rule.destinationPorts, port)]);
          const addresses = [L.RULE_SOURCE_OFFSET, L.RULE_DESTINATION_OFFSET].map((offset) =>
            reader.hasAddress(reader.u16(at + offset), address),
          );
          expect(addresses, told).toEqual([
            inAddresses(rule.source, address),
            inAddresses(rule.destination, address),
          ]);
        }
      }
    }
  });

  it("are the same set when they are equal, and set 0 when they are everything", () => {
    const rules = [
      makeRule([], { destinationPorts: [[80, 80]] }),
      makeRule([], { sourcePorts: [[80, 80]] }),
      makeRule([], { destinationPorts: [[0, 65535]] }),
      makeRule([], {
        source: [
          { family: 4, first: 0n, last: 2n ** 32n - 1n },
          { family: 6, first: 0n, last: 2n ** 128n - 1n },
        ],
      }),
      makeRule([], { source: [{ family: 4, first: 0n, last: 2n ** 32n - 1n }] }),
    ];
    const reader = new ImageReader(compileStubbed(rules).image);
    expect(reader.u16(reader.rule(0) + L.RULE_DESTINATION_PORTS_OFFSET)).toBe(1);
    expect(reader.u16(reader.rule(1) + L.RULE_SOURCE_PORTS_OFFSET)).toBe(1);
    expect(reader.u16(reader.rule(2) + L.RULE_DESTINATION_PORTS_OFFSET)).toBe(0);
    expect(reader.u16(reader.rule(3) + L.RULE_SOURCE_OFFSET)).toBe(0);
    expect(reader.u16(reader.rule(4) + L.RULE_SOURCE_OFFSET)).toBe(1);
    expect(reader.u32(L.IMAGE_PORT_CLASS_COUNT_OFFSET)).toBe(2);
  });

  it("that are empty hold nothing", () => {
    const reader = new ImageReader(
      compileStubbed([makeRule([], { destinationPorts: [], source: [] })]).image,
    );
    expect(reader.hasPort(1, 0)).toBe(false);
    expect(reader.hasPort(0, 0)).toBe(true);
    expect(reader.hasAddress(1, { family: 6, value: 5n })).toBe(false);
    expect(reader.hasAddress(0, { family: 4, value: 5n })).toBe(true);
  });

  it("are told apart by trees that are one when they are equal", () => {
    const random = new Random(seed, 1000);
    const memberships = new Memberships(37);
    const rootByMembers = new Map<string, number>();
    for (let round = 0; round < 500; round++) {
      const members = new Set<number>();
      let root = 0;
      for (let step = random.below(60); step > 0; step--) {
        const set = random.below(round % 5 === 0 ? 3 : 37);
        if (!members.delete(set)) members.add(set);
        root = memberships.toggle(root, set);
      }
      const sorted = [...members].sort((a, b) => a - b);
      expect(memberships.members(root)).toEqual(sorted);
      const key = sorted.join();
      expect(rootByMembers.get(key) ?? root).toBe(root);
      rootByMembers.set(key, root);
    }
    expect(new Set(rootByMembers.values()).size).toBe(rootByMembers.size);
  });
});
