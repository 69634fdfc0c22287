import { describe, expect, it } from "vitest";
import { compileRules } from "../../../../host/rules/compile/compile.js";
import type { AddressSet, PortSet, Rule, RuleOption } from "../../../../host/rules/model.js";
import { Random, seedOf } from "../../../support/random.js";
import { content, makeRule, pcre } from "./support.js";

const seed = seedOf("speed of compiling");
const HOME: AddressSet = [{ family: 4, first: 0x0a000000n, last: 0x0affffffn }];
const AWAY: AddressSet = [
  { family: 4, first: 0n, last: 0x09ffffffn },
  { family: 4, first: 0x0b000000n, last: 0xffffffffn },
  { family: 6, first: 0n, last: 2n ** 128n - 1n },
];

/** As large sets of today are: most of HTTP and of few port lists, some of single ports, some with a list of hosts. */
function ruleSet(count: number): Rule[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, index) => {
    const options: RuleOption[] = [{ kind: "flow", direction: "to_server", established: true }];
    const buffer = random.pick([
      "payload",
      "http_uri",
      "http_uri",
      "http_header",
      "http_client_body",
    ] as const);
    for (let more = random.between(1, 4); more > 0; more--) {
      const text = Buffer.from(random.bytes(random.between(2, 24))).toString("hex");
      options.push(content(`/${text}`, { buffer, ...(more < 3 ? { distance: 0 } : {}) }));
    }
    if (random.chance(0.2)) options.push(pcre(`/a${index}[0-9]{2,5}(x|y)`, { buffer }));
    if (random.chance(0.1)) {
      options.push({ kind: "flowbits", action: "set", names: [`b${random.below(99)}`], any: false });
    }
    const port = random.between(1, 65535);
    const ports: PortSet = random.chance(0.7) ? [[80, 80]] : random.chance(0.5) ? "any" : [[port, port]];
    const hosts = Array.from({ length: 20 }, () => BigInt(random.u32())).sort((a, b) => (a < b ? -1 : 1));
    const source = random.chance(0.02)
      ? hosts.map((host) => ({ family: 4 as const, first: host, last: host }))
      : AWAY;
    return makeRule(options, { sid: index, source, destination: HOME, destinationPorts: ports });
  });
}

function compileMs(count: number): number {
  const rules = ruleSet(count);
  const start = performance.now();
  const compiled = compileRules(rules, { limitBytes: 64 * 1024 * 1024 });
  const ms = performance.now() - start;
  expect(compiled.rules.length).toBe(count);
  console.info(`${count} rules: ${ms.toFixed(0)} ms, ${JSON.stringify(compiled.sizes)}`);
  return ms;
}

describe("compiling", () => {
  it("of four times the rules takes about four times as long", () => {
    compileMs(500);
    const few = compileMs(5000);
    const many = compileMs(20000);
    expect(many).toBeLessThan(few * 12);
  });
});
