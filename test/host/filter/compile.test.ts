// Which flows a filter lets pass: a table over a handful of named flows.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { compileFilter } from "../../../host/filter/compile.js";
import type { FlowRecord } from "../../../host/record/flow-record.js";
import { buildRecord } from "../../support/record-builder.js";

const FLOWS: Readonly<Record<string, FlowRecord>> = {
  web: buildRecord({
    initiatorIsB: true,
    orig: { address: "10.1.2.3", port: 40000, packets: 10, bytes: 2000, flags: "SPA", vlan: 100 },
    resp: { address: "192.0.2.80", port: 80, packets: 8, bytes: 9000, flags: "SPA", mac: "0:0:c:46:5c:d1" },
    flowFlags: L.FLOW_FLAG_SYN | L.FLOW_FLAG_SYNACK | L.FLOW_FLAG_HANDSHAKE,
    tcpState: L.TCP_STATE_ESTABLISHED,
    lastUs: 1_003_318_268_500_000,
  }),
  leak: buildRecord({
    orig: { address: "217.29.131.130", port: 26735, packets: 2, appBytes: 160, flags: "FPA" },
    resp: { address: "130.216.236.45", port: 80 },
    findings: [0, 1, 33],
  }),
  dns: buildRecord({
    proto: 17,
    orig: { address: "10.1.2.3", port: 5353, packets: 1 },
    resp: { address: "10.0.0.53", port: 53, packets: 1 },
  }),
  dns6: buildRecord({
    kind: L.KIND_IPV6,
    proto: 17,
    orig: { address: "2001:db8::1", port: 5000 },
    resp: { address: "2001:db8:1::53", port: 53, packets: 1 },
    notes: L.NOTE_MPLS,
  }),
  // Type 8, code 0: not ports.
  ping: buildRecord({
    proto: 1,
    extra: 77,
    orig: { address: "10.1.2.3", port: 8 },
    resp: { address: "10.0.0.1", port: 0, packets: 1 },
  }),
  arp: buildRecord({
    kind: L.KIND_ARP,
    proto: 0,
    extra: 1,
    orig: { address: "10.1.2.3", port: 0 },
    resp: { address: "10.0.0.1", port: 0 },
  }),
  eapol: buildRecord({
    kind: L.KIND_MAC,
    proto: 0,
    extra: 0x888e,
    orig: { address: "0:0:c:46:5c:d1", port: 0 },
    resp: { address: "1:80:c2:0:0:3", port: 0 },
  }),
};

const passing = (text: string): string => {
  const test = compileFilter(text);
  return Object.entries(FLOWS)
    .filter(([, record]) => test(record))
    .map(([name]) => name)
    .join(" ");
};

describe("a filter lets pass", () => {
  it.each([
    ["", "web leak dns dns6 ping arp eapol"],
    ["ip", "web leak dns ping"],
    ["ip6", "dns6"],
    ["tcp", "web leak"],
    ["udp", "dns dns6"],
    ["icmp", "ping"],
    ["arp", "arp"],
    ["ether proto 0x888e", "eapol"],
    ["host 10.1.2.3", "web dns ping arp"],
    ["ip host 10.1.2.3", "web dns ping"],
    ["arp host 10.1.2.3", "arp"],
    ["dst host 10.1.2.3", ""],
    ["src 10.1.2.3 and dst 10.0.0.1", "ping arp"],
    ["net 10.0.0.0/24", "dns ping arp"],
    ["src and dst net 10", "dns ping arp"],
    ["net 0.0.0.0/0", "web leak dns ping arp"],
    ["net ::/0", "dns6"],
    ["net 2001:db8:1::/48", "dns6"],
    ["src net 2001:db8:1::/48", ""],
    ["host 10.1.2.3 or 217.29.131.130 and tcp", "web leak"],
    ["port 80", "web leak"],
    ["src port 80", ""],
    ["tcp port 53", ""],
    ["udp port 53", "dns dns6"],
    ["port 8", ""],
    ["port 0", ""],
    ["portrange 5000-5353", "dns dns6"],
    ["port 53 or 80", "web leak dns dns6"],
    ["ether host 0:0:c:46:5c:d1", "web eapol"],
    ["ether dst 0:0:c:46:5c:d1", "web"],
    ["vlan", "web"],
    ["vlan 100", "web"],
    ["vlan 0", ""],
    ["mpls", "dns6"],
    ["multicast", "eapol"],
    ["syn", "web"],
    ["established", "web"],
    ["midstream", "leak"],
    ["fin", "leak"],
    ["oneway", "leak arp eapol"],
    ["midstream-data", "leak"],
    ["dark-destination", ""],
    ["findings = one-way", "leak"],
    ["spkts > 3", "web"],
    ["dur = 2.5", "web"],
    ["sappbytes >= 100", "leak"],
    ["dbytes > sbytes", "web"],
    ["icmp_id = 77", "ping"],
    // A flow without the field matches no comparison.
    ["icmp_id != 78", "ping"],
    ["sport < 100000", "web leak dns dns6 ping"],
    ["state = con", "web dns dns6"],
    ["dir = '?>'", "leak"],
    ["saddr = 2001:db8::1", "dns6"],
    ["not tcp and not udp and not arp", "ping eapol"],
    ["tcp or udp and port 53", "dns dns6"],
  ])("%s  =>  %s", (text, names) => {
    expect(passing(text)).toBe(names);
  });
});
