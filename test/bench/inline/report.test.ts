// The inline benchmark's arithmetic and its honesty: ratios of one round, targets judged without rounding, and what is
// missing or failed never counts as met. Mirrors report.ts, trial.ts, and the readers of ping and iperf3.

import { describe, expect, it } from "vitest";
import { parseIperf } from "../../support/inline/iperf.js";
import { parsePing } from "../../support/inline/ping.js";
import { lostShare, receivedRate } from "./flood.js";
import {
  type InlineResult,
  mostKpps,
  packetsSection,
  pairs,
  targetsOf,
  tcpGbits,
  tcpSection,
} from "./report.js";
import { BRIDGE, strayTool } from "./tools.js";
import { type InlineTrial, percentile } from "./trial.js";

function trial(gbits: number, kpps: number, us: number): InlineTrial {
  return {
    tcp: gbits * 1e9,
    tcpMany: gbits * 1e9,
    most: { sent: 2_000_000, received: kpps * 1000, seconds: 1 },
    floods: [{ sent: 1000, received: 1000, seconds: 1 }],
    roundTripsUs: [us, us, us],
  };
}

const resultOf = (tool: InlineResult["tool"], ...trials: InlineResult["trials"]): InlineResult => ({
  tool,
  trials,
});
const stray = strayTool(0);

describe("ratios", () => {
  it("are of one round each, and a round that either failed has none", () => {
    const bridge = resultOf(BRIDGE, trial(4, 400, 10), undefined, trial(8, 800, 10));
    const own = resultOf(stray, trial(2, 300, 50), trial(2, 300, 50), trial(6, 200, 50));
    expect(pairs(own, bridge, tcpGbits, (a, b) => a / b)).toEqual([0.5, 0.75]);
    expect(pairs(own, bridge, mostKpps, (a, b) => a / b)).toEqual([0.75, 0.25]);
  });

  it("are shown beside the figures", () => {
    const bridge = resultOf(BRIDGE, trial(4, 400, 10));
    const text = tcpSection([bridge, resultOf(stray, trial(3, 400, 10))], bridge);
    expect(text).toMatch(/\| stray +\| 3\.00 +\| 0\.75 /);
    expect(packetsSection([bridge, resultOf(stray, undefined)], bridge, [1000])).toMatch(
      /\| stray +\| failed/,
    );
  });
});

describe("targets", () => {
  const bridge = resultOf(BRIDGE, trial(10, 1000, 10));
  const met = (own: InlineTrial): boolean[] =>
    targetsOf(resultOf(stray, own), bridge).map((target) => target.met);

  it("hold without rounding", () => {
    expect(met(trial(6, 600, 159.9))).toEqual([true, true, true, true, true]);
    expect(met(trial(5.9999, 599.9, 160))).toEqual([false, false, false, false, true]);
    expect(met(trial(6, 600, 1010))).toEqual([true, true, true, false, false]);
  });

  it("are not met by what was not measured", () => {
    for (const target of targetsOf(resultOf(stray, undefined), bridge)) {
      expect(target).toMatchObject({ found: "not measured", met: false });
    }
    for (const target of targetsOf(resultOf(stray, trial(6, 600, 20)), resultOf(BRIDGE))) {
      expect(target).toMatchObject({ found: "not measured", met: false });
    }
  });
});

describe("what is measured", () => {
  it("is delivered, not sent", () => {
    const flood = { sent: 1000, received: 250, seconds: 2 };
    expect([receivedRate(flood), lostShare(flood)]).toEqual([125, 0.75]);
  });

  it("has percentiles of sorted values", () => {
    const sorted = Array.from({ length: 100 }, (_, index) => index);
    expect([percentile(sorted, 0.5), percentile(sorted, 0.99), percentile([7], 0.99)]).toEqual([50, 99, 7]);
  });

  it("is read from ping, losses and second answers too", () => {
    const text =
      "64 bytes from 10.6.0.2: icmp_seq=1 ttl=64 time=0.045 ms\n64 bytes from 10.6.0.2: icmp_seq=1 ttl=64 time=0.060 ms (DUP!)\n" +
      "2 packets transmitted, 1 received, +1 duplicates, 50% packet loss, time 10ms\n";
    expect(parsePing(text)).toEqual({ sent: 2, received: 1, duplicates: 1, timesUs: [45] });
    expect(() => parsePing("ping: connect: Network is unreachable")).toThrow(/unreachable/);
    expect(() => parsePing("2 packets transmitted, 2 received, 0% packet loss, time 1ms")).toThrow(
      /0 answers of 2/,
    );
  });

  it("is read from iperf3, TCP and UDP", () => {
    const tcp = {
      end: {
        sum_sent: { bits_per_second: 9, bytes: 9, retransmits: 3 },
        sum_received: { bits_per_second: 8, bytes: 7 },
      },
    };
    expect(parseIperf(JSON.stringify(tcp))).toMatchObject({ bitsPerSecond: 8, bytes: 7, retransmits: 3 });
    const udp = { end: { sum: { bits_per_second: 8, bytes: 7, packets: 10, lost_packets: 2 } } };
    expect(parseIperf(JSON.stringify(udp))).toMatchObject({ packets: 10, lost: 2 });
    expect(() => parseIperf('{"error":"unable to connect","end":{}}')).toThrow(/unable to connect/);
  });
});
