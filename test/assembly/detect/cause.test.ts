// The cause that a rule's `cause:` may ask for, as the findings of detection make it: told with the packet after the one
// that raised them. What conduct alone makes of it: ../inspect/findings.test.ts.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { CAUSE_NAMES } from "../../../host/rules/compile/causes.js";
import { writeHomes } from "../../../host/wasm/homes.js";
import { viewMemory } from "../../../host/wasm/memory.js";
import { RulesCore } from "../../support/rules-core.js";
import { portsApart } from "./bits.js";
import { back, connection, handshake, icmpError, refused, tcp, udp } from "./frames.js";

const core = new RulesCore();
const ENDS = { src: "198.51.100.9", dst: "203.0.113.5" };
const HOME = { src: "10.0.200.1", dst: "203.0.113.200" };
const DARK = "10.0.3.3";
const PORTS = portsApart(20);

/** The causes of the alerts, one a frame, of the flow that the last frame is of. */
function causes(frames: readonly (Uint8Array | number)[]): string[] {
  core.begin("alert ip any any -> any any (sid:1;)", { detectFlags: L.DETECT_FLAG_ON, homeCount: 1 });
  writeHomes(viewMemory(core.memory), [{ network: "10.0.0.0/16", kind: "ours" }]);
  const told: { key: string; cause: string }[] = [];
  let timeNs = 10n ** 12n;
  for (const frame of [...connection(HOME), ...frames]) {
    if (typeof frame === "number") {
      timeNs += BigInt(frame) * 1_000_000n;
      core.exports.drain();
      core.exports.tick(timeNs);
      continue;
    }
    timeNs += 1_000_000n;
    for (const alert of core.send(frame, { timeNs }))
      told.push({ key: alert.key.join(), cause: CAUSE_NAMES[alert.cause]! });
  }
  return told.filter(({ key }) => key === told.at(-1)!.key).map(({ cause }) => cause);
}

/** Ports refused until it is a sweep, and then the last SYN once more on the same ports. */
const sweep = (flags: string): Uint8Array[] => {
  const last = { ...ENDS, dport: PORTS[14]!, flags };
  return [...PORTS.slice(0, 15).flatMap((dport) => refused({ ...ENDS, dport, flags })), tcp(last)];
};

describe("the cause of a flow", () => {
  it("of an ordinary conversation is none, with each packet", () => {
    expect(new Set(causes(connection(ENDS)))).toEqual(new Set(["unknown"]));
  });

  it("of one that a sweep was found in is a scan", () => {
    expect(causes(sweep("A")).at(-1)).toBe("stealth-scan");
    const syn = sweep("S");
    // A SYN again on the same ports is a flow of its own: the reset one tells it once more.
    expect(
      causes([...syn.slice(0, -1), tcp({ ...back({ ...ENDS, dport: PORTS[14]! }), flags: "R" })]).at(-1),
    ).toBe("scan");
  });

  it("of datagrams that are a sweep is a scan", () => {
    const questions = PORTS.slice(0, 15).map((dport) => udp({ ...ENDS, dport }));
    const refusals = questions.map((question) => icmpError({ src: ENDS.dst, dst: ENDS.src }, question, 3, 3));
    expect(causes([...questions, ...refusals, questions[14]!]).at(-1)).toBe("scan");
  });

  it("of probes is a stealth scan", () => {
    const probe = { ...ENDS, dport: PORTS[10]!, flags: "A" };
    const probes = PORTS.slice(0, 10).flatMap((dport) => refused({ ...ENDS, dport, flags: "A" }));
    expect(causes([...probes, ...refused(probe), tcp(probe)]).at(-1)).toBe("stealth-scan");
  });

  it("of answers that nobody asked for is backscatter", () => {
    const answer = { src: ENDS.dst, dst: DARK, sport: 80, dport: 5000, flags: "SA" };
    expect(causes([tcp(answer), tcp(answer)]).at(-1)).toBe("backscatter");
    const about = tcp({ src: DARK, dst: ENDS.dst, flags: "S" });
    const error = icmpError({ src: ENDS.dst, dst: DARK }, about);
    expect(causes([error, error]).at(-1)).toBe("backscatter");
  });

  it("of a reset that its sender does not know of is injected", () => {
    const here = { ...back(ENDS), ack: 101, ttl: 57 };
    const talk = [
      ...handshake(ENDS),
      ...[901, 905, 909, 913].map((seq) => tcp({ ...here, flags: "PA", seq, data: "data" })),
      tcp({ ...here, ttl: 70, flags: "R", seq: 917 }),
      tcp({ ...here, flags: "PA", seq: 917, data: "data" }),
    ];
    expect(causes(talk).at(-1)).toBe("injected");
  });

  it("of two signs of a second sender is injected, of one it is none", () => {
    const here = { ...back(ENDS), ack: 101, flags: "PA", data: "data" };
    const said = (forged: object): Uint8Array[] => [
      ...handshake(ENDS).slice(0, 1),
      tcp({ ...back(ENDS), flags: "SA", seq: 900, ack: 101, ttl: 57, id: 99 }),
      ...handshake(ENDS).slice(2),
      ...Array.from({ length: 12 }, (_, i) => tcp({ ...here, ttl: 57, id: 100 + i, seq: 901 + 4 * i })),
      tcp({ ...here, ttl: 57, id: 112, seq: 949, ...forged }),
      ...[113, 114, 115].map((id) => tcp({ ...here, ttl: 57, id, seq: 953 + 4 * (id - 113) })),
    ];
    expect(causes(said({ ttl: 90 })).at(-1)).toBe("unknown");
    expect(causes(said({ id: 30_000 })).at(-1)).toBe("unknown");
    expect(causes(said({ ttl: 90, id: 30_000 })).at(-1)).toBe("injected");
  });

  it("of data with FIN to an address that nobody uses is a leaky filter, before it is sent again", () => {
    const leak = { ...ENDS, dst: DARK, flags: "FPA", data: "GET /" };
    const bare = { ...leak, flags: "FA", data: "", seq: 1006 };
    expect(causes([tcp(leak), 4000, tcp(bare), tcp(bare)]).at(-1)).toBe("leaky-filter");
    const alive = { ...leak, dst: HOME.src };
    expect(
      causes([tcp(alive), 4000, tcp({ ...bare, dst: HOME.src }), tcp({ ...bare, dst: HOME.src })]).at(-1),
    ).toBe("unknown");
  });
});
