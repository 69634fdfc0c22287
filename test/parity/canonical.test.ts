// Holds the canonical form against lines of ra and of stray written by hand. Apart from the system test because it
// needs neither program.

import { describe, expect, it } from "vitest";
import { type ArgusFlow, parseRa } from "./argus.js";
import { arrowOf, fromArgus, fromStray } from "./canonical.js";
import { parseStray } from "./stray.js";

const SEPARATOR = "\u0001";

/** A line of ra: the columns by commas, as it prints them with its own separator. */
function ra(line: string, number: number): ArgusFlow {
  const [flow] = parseRa(line.replaceAll(",", SEPARATOR));
  return { ...flow!, number };
}

function stray(fields: object): ReturnType<typeof parseStray> {
  const base = {
    stime: 1,
    ltime: 2,
    dir: "->",
    spkts: 1,
    dpkts: 0,
    sbytes: 60,
    dbytes: 0,
    sappbytes: 0,
    dappbytes: 0,
    state: "INT",
    dir_reason: "first-packet",
    ethertype: 2048,
    notes: [],
    reason: "flush",
  };
  return parseStray(`${JSON.stringify({ ...base, ...fields })}\n`);
}

describe("lines of ra", () => {
  it("are read by column, blanks of flgs kept, management records passed over", () => {
    const line = "1.5,2.5, eU        ,udp,10.0.0.1,5,   ->,10.0.0.2,6,1,0,62,0,20,0,INT";
    const man = "1.5,2.5,          ,man,0,0,  ,0,0,1,0,62,0,20,0,STA";
    const flows = parseRa(`${line}\n${man}\n`.replaceAll(",", SEPARATOR));
    expect(flows).toHaveLength(1);
    expect(flows[0]).toMatchObject({ stime: 1.5, flgs: " eU        ", proto: "udp", dir: "->", sbytes: 62 });
  });
});

describe("keys", () => {
  it("know no direction", () => {
    const [a] = fromArgus([ra("1,2,,tcp,10.0.0.2,80,<?>,10.0.0.1,4000,3,4,300,400,30,40,PA_A", 6)]);
    const [b] = fromStray(
      stray({ proto: "6", saddr: "10.0.0.1", sport: 4000, daddr: "10.0.0.2", dport: 80, state: "A_PA" }),
    );
    expect(a!.key).toBe(b!.key);
    expect(a!.ends).toEqual(["10.0.0.1 4000", "10.0.0.2 80"]);
    expect([a!.source, b!.source]).toEqual([1, 0]);
    expect(a!.packets).toEqual([4, 3]);
    expect(a!.flags).toEqual(b!.flags);
  });

  it("of an ICMP echo are its identifier, which ra prints swapped", () => {
    const [a] = fromArgus([ra("1,2,,icmp,10.0.0.1,0x0008,<->,10.0.0.2,0x3412,1,1,98,98,64,64,ECO", 1)]);
    const [b] = fromStray(
      stray({ proto: "1", saddr: "10.0.0.1", sport: 8, daddr: "10.0.0.2", dport: 0, icmp_id: 0x1234 }),
    );
    expect(a!.key).toBe("icmp 8 id 4660 10.0.0.1 - 10.0.0.2");
    expect(b!.key).toBe(a!.key);
  });

  it("of an ICMP error are type and code, out of ra's 0xCCTT", () => {
    const [a] = fromArgus([ra("1,2,,icmp,10.0.0.9,0x0303,->,10.0.0.1,0x611e,1,0,70,0,28,0,URP", 1)]);
    expect(a!.key).toBe("icmp 3/3 10.0.0.1 - 10.0.0.9");
  });

  it("of ICMPv6 answers are those of their questions", () => {
    const [a] = fromArgus([ra("1,2,,ipv6-icmp,2001:db8::1,135,<->,2001:db8::2,0,1,1,78,78,24,24,NNS", 58)]);
    const [b] = fromStray(
      stray({
        proto: "58",
        saddr: "2001:db8::2",
        sport: 136,
        daddr: "2001:db8::1",
        dport: 0,
        ethertype: 34525,
      }),
    );
    expect(b!.key).toBe(a!.key);
  });

  it("take guessed RTP for UDP, and leave ports out where protocols have none", () => {
    const [rtp] = fromArgus([ra("1,2,,rtp,10.0.0.1,5,->,10.0.0.2,6,1,0,62,0,20,0,INT", 17)]);
    const [sctp] = fromStray(
      stray({ proto: "132", saddr: "10.0.0.1", sport: 5, daddr: "10.0.0.2", dport: 6 }),
    );
    expect(rtp!.key).toBe("udp 10.0.0.1 5 - 10.0.0.2 6");
    expect(sctp!.key).toBe("132 10.0.0.1 - 10.0.0.2");
  });

  it("read IPv4-compatible IPv6 addresses as they stand", () => {
    const [a] = fromArgus([ra("1,2,,udp,::0.192.0.1,5,->,::1,6,1,0,62,0,20,0,INT", 17)]);
    expect(a!.ends).toEqual(["::1 6", "::c0:1 5"]);
  });
});

describe("records of one key", () => {
  it("are summed by end, flags united in order, the direction that of the earliest", () => {
    const [flow, ...more] = fromArgus([
      ra("9,9,,tcp,10.0.0.1,4000,->,10.0.0.2,80,2,1,120,60,0,0,SA_SA", 6),
      ra("1,2,,tcp,10.0.0.2,80,?>,10.0.0.1,4000,1,0,60,0,0,0,FA_", 6),
    ]);
    expect(more).toEqual([]);
    expect(flow!.source).toBe(1);
    expect(flow!.packets).toEqual([2, 2]);
    expect(flow!.flags).toEqual(["SA", "FSA"]);
    expect(arrowOf(flow!)).toBe("->");
  });
});
