// Causes of flows made by hand: a table a cause, ordinary traffic that must not be accused, and sources as a whole.

import { describe, expect, it } from "vitest";
import type { FlowFacts } from "../../../host/cause/facts.js";
import {
  type CauseName,
  describeCause,
  type WeighContext,
  weighEvery,
  weighFlow,
  weighSource,
} from "../../../host/cause/weigh.js";
import { flow, halfSeen, leak, refused, START_US, syn, unaskedSynAck, whole } from "./flows.js";

const DARK: WeighContext = { darkAddresses: () => "dark" };

function first(weighed: ReturnType<typeof weighFlow>): CauseName | "none" {
  return weighed[0]?.cause ?? "none";
}

function keys(weighed: ReturnType<typeof weighFlow>): string[] {
  return weighed[0]?.evidence.map(({ key }) => key) ?? [];
}

type Case = readonly [string, FlowFacts, CauseName, WeighContext?];

const FLOWS: readonly Case[] = [
  ["the letter's flow", leak(), "leaky-filter"],
  ["the letter's flow to a dark address", leak(), "leaky-filter", DARK],
  [
    "a leak that a host resets",
    leak({ findings: ["midstream-data", "fin-with-data-no-handshake"], resp: { packets: 2, flags: "R" } }),
    "unknown",
  ],
  [
    "one segment that leaked, to a dark address",
    flow({ findings: ["midstream-data"], orig: { appBytes: 200, flags: "PA" } }),
    "unknown",
    DARK,
  ],
  ["half a conversation from its SYN", halfSeen(), "asymmetric-route"],
  [
    "half a conversation from its middle",
    flow({
      findings: ["midstream-data"],
      orig: { packets: 20, appBytes: 3000, flags: "PA", ackAdvances: 14 },
    }),
    "asymmetric-route",
  ],
  [
    "the server's half",
    flow({
      sawSynAck: true,
      dirReason: "synack",
      orig: { packets: 0 },
      resp: { packets: 20, appBytes: 30_000, flags: "SPA", ackAdvances: 3 },
    }),
    "asymmetric-route",
  ],
  [
    "an upload of which only the data passes",
    flow({
      findings: ["midstream-data", "unanswered-retransmit"],
      orig: { packets: 100, appBytes: 140_000, flags: "PA", retransmits: 3 },
    }),
    "asymmetric-route",
  ],
  ["a SYN-ACK that nobody asked for", unaskedSynAck(), "backscatter"],
  [
    "a RST to a dark address",
    flow({ findings: ["backscatter"], orig: { flags: "RA" } }),
    "backscatter",
    DARK,
  ],
  ["ICMP errors about nothing", flow({ proto: 1, findings: ["backscatter"] }), "backscatter"],
  ["a SYN of a host sweep", syn({ findings: ["host-sweep"] }), "scan"],
  ["a SYN of a port sweep, refused", refused({ findings: ["port-sweep"] }), "scan"],
  [
    "a port found open and reset",
    syn({
      sawSynAck: true,
      findings: ["syn-scan"],
      orig: { packets: 2, flags: "SR" },
      resp: { packets: 1, flags: "SA" },
    }),
    "scan",
  ],
  ["a null scan", flow({ findings: ["null-scan"] }), "stealth-scan"],
  [
    "a FIN scan, answered by RST",
    flow({ findings: ["fin-scan"], orig: { flags: "F" }, resp: { packets: 1, flags: "RA" } }),
    "stealth-scan",
  ],
  ["an Xmas scan", flow({ findings: ["xmas-scan"], orig: { flags: "FPU" } }), "stealth-scan"],
  ["data in place of data", whole({ findings: ["overlap-conflict"] }), "injected"],
  ["a forged reset", whole({ findings: ["rst-injected"] }), "injected"],
  [
    "a second sender with a reset",
    whole({
      findings: ["ttl-jitter", "ip-id-jitter"],
      resp: { packets: 9, appBytes: 900, flags: "SRPA", ttlLow: 52, ttlHigh: 119 },
    }),
    "injected",
  ],
  ["land", syn({ findings: ["land"] }), "injected"],
  [
    "older than the sensor",
    flow({
      notes: ["pickup"],
      orig: { packets: 9, appBytes: 900, flags: "PA", ackAdvances: 4 },
      resp: { packets: 9, flags: "PA" },
    }),
    "pickup",
  ],
  [
    "pushed out before",
    flow({
      notes: ["evicted-before"],
      findings: ["midstream-data"],
      orig: { packets: 9, appBytes: 900, flags: "PA", ackAdvances: 4 },
      resp: { packets: 9, flags: "PA" },
    }),
    "pickup",
  ],
];

describe("one flow", () => {
  it.each(FLOWS.map(([name, facts, cause, context = {}]) => [name, facts, cause, context] as const))(
    "%s",
    (_name, facts, cause, context) => {
      const weighed = weighFlow(facts, context);
      expect(first(weighed), describeCause(weighFlow(facts, context)).join("\n")).toBe(cause);
    },
  );
});

describe("a leak and an asymmetric route", () => {
  it("are told apart by the acknowledgement that goes forward", () => {
    const heard = leak({
      orig: { packets: 20, appBytes: 900, flags: "FPA", retransmits: 2, ackAdvances: 14 },
    });
    const weighed = weighFlow(heard);
    expect(first(weighed)).not.toBe("leaky-filter");
    const leaky = weighEvery([heard]).find(({ cause }) => cause === "leaky-filter");
    expect(leaky?.score ?? 0).toBeLessThan(50);
    const asymmetric = weighEvery([heard]).find(({ cause }) => cause === "asymmetric-route")!;
    expect(asymmetric.evidence.map(({ text }) => text)).toContain(
      "the acknowledgement number went forward 14 times: the other side is there, on another way",
    );
  });

  it("name their numbers", () => {
    const texts = weighFlow(leak())[0]!.evidence.map(({ text }) => text);
    expect(texts).toContain("what had been sent was sent again 3 times, and nothing acknowledged it");
    expect(texts).toContain("194 bytes of data, and no SYN before them");
  });
});

describe("no handshake seen", () => {
  const CASES: readonly (readonly [string, FlowFacts, WeighContext, string])[] = [
    ["never passed", leak(), {}, "handshake-never-passed"],
    ["pushed out earlier", leak({ notes: ["evicted-before"] }), {}, "handshake-evicted"],
    ["told of before", leak({ dirReason: "learnt" }), {}, "handshake-evicted"],
    ["sensor younger, by its note", leak({ notes: ["pickup"] }), {}, "handshake-before-start"],
    ["sensor younger, by its start", leak(), { sensorStartUs: START_US - 5e6 }, "handshake-before-start"],
    ["frames lost, by its note", leak({ notes: ["loss"] }), {}, "handshake-lost"],
    ["frames lost, by the time", leak(), { lossAt: () => true }, "handshake-lost"],
  ];
  it.each(CASES)("%s", (_name, facts, context, key) => {
    const told = new Set(weighEvery([facts], context).flatMap(({ evidence }) => evidence.map((e) => e.key)));
    expect([...told].filter((name) => name.startsWith("handshake-"))).toEqual([key]);
  });

  it.each(CASES.slice(1))("excuses: %s is no leak", (_name, facts, context) => {
    expect(weighFlow(facts, context)[0]?.cause).not.toBe("asymmetric-route");
    const sure = weighFlow(leak())[0]!.score;
    const leaky = weighEvery([facts], context).find(({ cause }) => cause === "leaky-filter")?.score ?? 0;
    expect(leaky).toBeLessThanOrEqual(sure - 30);
  });
});

describe("ordinary traffic", () => {
  const ORDINARY: readonly (readonly [string, FlowFacts])[] = [
    ["a whole conversation", whole()],
    [
      "closed by the client's reset",
      whole({ orig: { packets: 8, appBytes: 500, flags: "SRPA", ackAdvances: 4 } }),
    ],
    [
      "retransmissions",
      whole({ orig: { packets: 12, appBytes: 500, flags: "SPA", ackAdvances: 4, retransmits: 3 } }),
    ],
    ["zero IDs", whole({ findings: ["ip-id-zero"] })],
    [
      "a keep-alive after hours",
      flow({ orig: { packets: 3, appBytes: 1, flags: "A" }, resp: { packets: 3, flags: "A" } }),
    ],
    ["a late FIN", flow({ orig: { packets: 1, flags: "FA" }, resp: { packets: 1, flags: "R" } })],
    ["a late RST", flow({ orig: { packets: 1, flags: "R" } })],
    [
      "late data that a reset answers",
      flow({
        findings: ["midstream-data"],
        orig: { packets: 1, appBytes: 40, flags: "PA" },
        resp: { packets: 1, flags: "R" },
      }),
    ],
    ["a host that is down", syn({ orig: { packets: 4, flags: "S", retransmits: 3 } })],
    ["a refused connection", refused()],
    [
      "a DNS query without an answer",
      flow({ proto: 17, findings: ["one-way"], dport: 53, orig: { packets: 2, appBytes: 60 } }),
    ],
    ["a port unreachable", flow({ proto: 1 })],
    [
      "two ways of one route",
      whole({
        findings: ["ttl-jitter"],
        orig: { packets: 8, appBytes: 500, flags: "SFPA", ackAdvances: 4, ttlLow: 57, ttlHigh: 58 },
      }),
    ],
    [
      "a damaged segment",
      whole({
        orig: { packets: 8, appBytes: 500, flags: "SFPA", ackAdvances: 4, overlaps: 1, badChecksums: 1 },
      }),
    ],
  ];
  it.each(ORDINARY)("%s has no cause", (_name, facts) => {
    const weighed = weighFlow(facts);
    expect(["none", "unknown"]).toContain(first(weighed));
    expect(weighed[0]?.score ?? 0).toBeLessThan(40);
  });

  it("has none together either", () => {
    const all = ORDINARY.map(([, facts], i) => ({ ...facts, id: `${i}`, startUs: START_US + i }));
    expect(["none", "unknown"]).toContain(first(weighSource(all)));
  });

  it("of a browser behind a dead network is no scan", () => {
    const flows = Array.from({ length: 15 }, (_, i) =>
      syn({ destination: `203.0.${i}.7`, dport: 443, at: i }),
    );
    expect(["none", "unknown"]).toContain(first(weighSource(flows)));
  });
});

describe("a one-way capture", () => {
  const flows = Array.from({ length: 30 }, (_, i) =>
    i % 3 === 0
      ? leak({ sport: 40_000 + i, at: i })
      : halfSeen({ sport: 40_000 + i, at: i, destination: `198.51.100.${i}` }),
  );
  const syns = Array.from({ length: 40 }, (_, i) =>
    syn({ destination: `198.51.100.${i}`, at: i, findings: ["host-sweep"] }),
  );

  it("is seen by its flows, and is no leak", () => {
    expect(first(weighSource(flows))).toBe("asymmetric-route");
    expect(weighSource(flows).map(({ cause }) => cause)).not.toContain("leaky-filter");
  });

  it("that is known is no scan and no leak", () => {
    for (const list of [syns, [leak()], [unaskedSynAck()]]) {
      const causes = weighSource(list, { isOneWayCapture: true }).map(({ cause }) => cause);
      expect(causes).not.toContain("scan");
      expect(causes).not.toContain("leaky-filter");
      expect(causes).not.toContain("backscatter");
    }
  });

  it("is not made of silence: a dark network's flows stay what they are", () => {
    expect(
      first(weighSource(Array.from({ length: 7 }, (_, i) => leak({ sport: 26_735 + i * 300, at: i * 100 })))),
    ).toBe("leaky-filter");
    expect(first(weighSource(syns))).toBe("scan");
  });
});

describe("the flows of one source", () => {
  const leaks = [0, 1, 2, 3].map((i) => leak({ sport: 26_735 + i * 300, at: i * 110 }));
  const scoreOf = (flows: readonly FlowFacts[]) =>
    weighEvery(flows).find(({ cause }) => cause === "leaky-filter")?.score ?? 0;
  const others = (dport: number, destination = "203.0.113.9") =>
    [0, 1, 2].map((i) => whole({ sport: 50_000 + i, at: i, dport, destination }));

  it("make a leak surer than one does, and show the hidden connections", () => {
    const weighed = weighSource(leaks);
    expect(first(weighed)).toBe("leaky-filter");
    expect(keys(weighed)).toEqual(
      expect.arrayContaining(["several-leaks", "no-syn-anywhere", "ttl-consistent", "hidden-connections"]),
    );
  });

  it("speak against it when the same service was reached", () => {
    expect(first(weighSource([...leaks, ...others(80, "198.51.100.1")]))).not.toBe("leaky-filter");
  });

  it("speak a little against it when the service was reached elsewhere, and not at all on other ports", () => {
    const texts = weighSource([...leaks, ...others(80)])[0]!.evidence.map(({ text }) => text);
    expect(texts.join()).toContain("a filter near the source would have stopped them too");
    expect(keys(weighSource([...leaks, ...others(22)]))).not.toContain("complete-elsewhere");
  });

  it("put the filter near the source when other destinations lack the SYN too", () => {
    const more = leaks.map((facts, i) =>
      leak({ destination: `203.0.113.${i}`, sport: facts.source.port + 5, at: i * 110 + 9 }),
    );
    expect(keys(weighSource([...leaks, ...more]))).toContain("leaks-elsewhere");
  });

  it("scatter in TTL when they are forged", () => {
    const forged = leaks.map((facts, i) => ({
      ...facts,
      orig: { ...facts.orig, ttlLow: 40 + i * 9, ttlHigh: 40 + i * 9 },
    }));
    expect(keys(weighSource(forged))).toContain("ttl-scattered");
    expect(scoreOf(forged)).toBeLessThanOrEqual(scoreOf(leaks));
  });

  it("are still seen among a thousand good ones", () => {
    const many = Array.from({ length: 1000 }, (_, i) =>
      whole({ sport: 20_000 + i, at: i, destination: "203.0.113.1", dport: 443 }),
    );
    expect(first(weighSource([...many, ...leaks]))).toBe("leaky-filter");
  });

  it("are a scan by their numbers, without any finding", () => {
    const hosts = Array.from({ length: 40 }, (_, i) =>
      syn({ destination: `198.51.100.${i}`, dport: 445, at: i }),
    );
    const ports = Array.from({ length: 40 }, (_, i) => refused({ dport: i + 1, at: i }));
    expect(first(weighSource(hosts))).toBe("scan");
    expect(first(weighSource(ports))).toBe("scan");
  });

  it("are no scan when one place is asked again and again, or most is answered", () => {
    expect(
      first(weighSource(Array.from({ length: 60 }, (_, i) => syn({ sport: 1024 + i, at: i })))),
    ).not.toBe("scan");
    const some = Array.from({ length: 25 }, (_, i) => refused({ destination: `203.0.${i}.1`, at: i }));
    const used = Array.from({ length: 60 }, (_, i) => whole({ sport: 30_000 + i, at: i }));
    expect(first(weighSource([...some, ...used]))).not.toBe("scan");
  });

  it("are backscatter when many are answered that did not ask", () => {
    const resets = Array.from({ length: 9 }, (_, i) =>
      flow({
        source: "192.0.2.80",
        sport: 80,
        destination: `198.51.100.${i}`,
        dport: 1024 + i,
        at: i,
        findings: ["backscatter"],
        orig: { flags: "RA" },
      }),
    );
    expect(first(weighSource(resets))).toBe("backscatter");
    expect(first(weighSource(resets.slice(0, 1)))).toBe("unknown");
  });

  it("name the rule that matched what leaked", () => {
    const alerts = [
      { event_type: "alert", alert: { signature: "WEB-IIS File permission canonicalization" } },
    ];
    const texts = weighSource(leaks.slice(0, 2), { alerts })[0]!.evidence.map(({ text }) => text);
    expect(texts).toContain("a rule matched: WEB-IIS File permission canonicalization");
  });
});

describe("the sentences", () => {
  it("say the likeliest, what speaks for it and what against", () => {
    const [likeliest, speaksFor, against] = describeCause(
      weighFlow(
        leak({
          notes: ["loss"],
          findings: [
            "midstream-data",
            "unanswered-retransmit",
            "fin-with-data-no-handshake",
            "dark-destination",
          ],
        }),
      ),
    );
    expect(likeliest).toMatch(/^Likeliest: leaky filter, \d+ of 100: a filter on the way/);
    expect(speaksFor).toContain("198.51.100.1 is not in use");
    expect(against).toBe("Against it: no handshake seen, but frames were lost in capture at that time.");
  });

  it("say when nothing is known, and when nothing is strange", () => {
    expect(
      describeCause(weighFlow(flow({ findings: ["midstream-data"], orig: { appBytes: 40, flags: "PA" } }))),
    ).toEqual([
      "Likeliest: unknown: no cause that stray knows has enough to speak for it.",
      expect.stringContaining("1 finding without a cause: midstream-data"),
    ]);
    expect(describeCause([])).toEqual(["Nothing strange: no cause to look for."]);
  });
});
