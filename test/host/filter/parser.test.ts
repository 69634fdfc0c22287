// What a filter's text means, written out in full, and what is said about one that means nothing.

import { describe, expect, it } from "vitest";
import { compileFilter } from "../../../host/filter/compile.js";
import { FilterError } from "../../../host/filter/filter-error.js";
import { parseFilter } from "../../../host/filter/parser.js";
import { printFilter } from "../../../host/filter/print.js";

describe("a filter reads as", () => {
  it.each([
    ["host 10.0.0.1", "host 10.0.0.1"],
    ["10.0.0.1", "host 10.0.0.1"],
    ["src 10.0.0.1", "src host 10.0.0.1"],
    ["dst net 10.0.0.0/8", "dst net 10.0.0.0/8"],
    ["src 10.0.0.0/8", "src net 10.0.0.0/8"],
    ["net 192.168", "net 192.168.0.0/16"],
    ["net 10", "net 10.0.0.0/8"],
    ["net 128.3.1.1", "host 128.3.1.1"],
    ["net 10.1.0.0 mask 255.255.0.0", "net 10.1.0.0/16"],
    ["net 0.0.0.0/0", "net 0.0.0.0/0"],
    ["net 2001:db8::/32 or host fe80::1", "net 2001:db8::/32 or host fe80::1"],
    ["ip host 10.0.0.1", "ip host 10.0.0.1"],
    ["ip6 src net 2001:db8::/32", "ip6 src net 2001:db8::/32"],
    ["arp host 10.0.0.1", "arp host 10.0.0.1"],
    ["ether src 0:e0:1e:8e:31:71", "ether src host 0:e0:1e:8e:31:71"],
    ["port 80", "port 80"],
    ["port http", "port 80"],
    ["tcp dst port ftp-data", "tcp dst port 20"],
    ["port 53-215", "portrange 53-215"],
    ["portrange 6008-6000", "portrange 6000-6008"],
    ["udp src or dst portrange 1-2", "udp portrange 1-2"],
    ["src and dst port 123", "src and dst port 123"],
    ["dst or src net 10", "net 10.0.0.0/8"],
    ["tcp", "proto 6"],
    ["icmp", "ip proto 1"],
    ["icmp6", "ip6 proto 58"],
    ["gre", "proto 47"],
    ["ip", "ether proto 0x0800"],
    ["ip6 and tcp", "ether proto 0x86dd and proto 6"],
    ["ip proto \\tcp", "ip proto 6"],
    ["ip proto 17 or 6", "ip proto 17 or ip proto 6"],
    ["proto ospf", "proto 89"],
    ["ether proto 0x888e", "ether proto 0x888e"],
    ["ip multicast", "ether proto 0x0800 and multicast"],
    ["vlan", "vlan"],
    ["vlan 100 and port 80", "vlan 100 and port 80"],
    ["mpls or encaps gre", "encaps mpls or encaps gre"],
    ["est and not reset", "established and not rst"],
    ["midstream-data or one-way", "midstream-data or one-way"],
    ["spkts > 3", "spkts > 3"],
    ["bytes==0", "bytes = 0"],
    ["dur<1.5&&sappbytes>=100", "dur < 1.5 and sappbytes >= 100"],
    ["src pkts gt 2", "spkts > 2"],
    ["100 <= sbytes", "100 <= sbytes"],
    ["sbytes > dbytes", "sbytes > dbytes"],
    ["synack > 0.1 and synack", "synack > 0.1 and synack"],
    ["state = RST", "state = 'rst'"],
    ["dir = '?>' and notes != vlan", "dir = '?>' and notes != 'vlan'"],
    // pcap-filter's shorthand.
    ["port 80 or 443", "port 80 or port 443"],
    ["tcp dst port ftp or ftp-data or domain", "tcp dst port 21 or tcp dst port 20 or tcp dst port 53"],
    ["not host 10.0.0.1 and 10.0.0.2", "not host 10.0.0.1 and host 10.0.0.2"],
    ["not host (10.0.0.1 or 10.0.0.2)", "not (host 10.0.0.1 or host 10.0.0.2)"],
    ["port 80 or tcp", "port 80 or proto 6"],
    ["src host 10.0.0.1 and not 10.0.0.2", "src host 10.0.0.1 and not src host 10.0.0.2"],
    // Equal precedence, from the left.
    ["tcp or udp and port 53", "(proto 6 or proto 17) and port 53"],
    ["tcp or (udp and port 53)", "proto 6 or (proto 17 and port 53)"],
    ["! tcp && ! (udp || icmp)", "not proto 6 and not (proto 17 or ip proto 1)"],
    ["TCP AND PORT 80", "proto 6 and port 80"],
  ])("%s  =>  %s", (text, meaning) => {
    const filter = parseFilter(text)!;
    expect(printFilter(filter)).toBe(meaning);
    expect(parseFilter(meaning)).toEqual(filter);
  });

  it("everything when it is blank", () => {
    expect(parseFilter("  \n")).toBeUndefined();
  });
});

describe("an error says what was expected, what was found, and where", () => {
  it.each([
    ["host", "expected an IPv4 or IPv6 address (names are not resolved), found the end at column 5"],
    ["host example.com", `(names are not resolved), found "example.com" at column 6`],
    ["host 10.0.0.0/8", `expected one address (a network goes with "net"), found "10.0.0.0/8" at column 6`],
    ["host 1.2.3", `found "1.2.3" at column 6`],
    ["net 10.0.0.1/8", `found bits set behind /8 in "10.0.0.1" at column 5`],
    ["net 10/33", `expected a prefix length from 0 to 32, found "10/33" at column 5`],
    [
      "net 1.2.0.0 mask 255.0.255.0",
      `contiguous IPv4 mask such as 255.255.0.0, found "255.0.255.0" at column 18`,
    ],
    ["port 65536", `expected a port from 0 to 65535 or the name of a service, found "65536" at column 6`],
    ["portrange 80", `expected a range of ports such as 6000-6008, found "80" at column 11`],
    ["tcp and", `expected a primitive such as "host", "port" or "tcp", found the end at column 8`],
    ["(tcp or udp", `expected ")", found the end at column 12`],
    ["tcp)", `expected "and", "or" or the end, found ")" at column 4`],
    ["tcp udp", `expected "and", "or" or the end, found "udp" at column 5`],
    ["tpc", `expected a primitive such as "host", "port" or "tcp", found "tpc" at column 1`],
    ["tcp host 10.0.0.1", `expected "port" or "portrange" behind "tcp"`],
    ["ip port 80", `expected "tcp", "udp" or "sctp" before "port", found "ip" at column 1`],
    ["ip host ::1", `expected an IPv4 address, found "::1" at column 9`],
    [
      "ether 1:2:3:4:5:6",
      `expected "host", "src", "dst" or "proto" behind "ether", found "1:2:3:4:5:6" at column 7`,
    ],
    ["ether host 10.0.0.1", `expected a MAC address such as 0:e0:1e:8e:31:71, found "10.0.0.1" at column 12`],
    ["vlan 5000", `expected a VLAN id from 0 to 4095, found "5000" at column 6`],
    ["encaps teredo", `expected one of vlan, qinq, mpls,`],
    ["tcp[13] & 2 != 0", `found "[": a flow record keeps no packet bytes to look into at column 4`],
    ["tcp & udp", `expected "&&", found "&" at column 5`],
    ["spkts >", `expected a number or the name of a numeric field, found the end at column 8`],
    ["spkts > many", `expected a number or the name of a numeric field, found "many" at column 9`],
    ["nosuch > 1", `expected a number or the name of a numeric field, found "nosuch" at column 1`],
    ["state > 3", `expected "=" or "!=" behind the text field state, found ">" at column 7`],
    ["dir = '?>", "the quotation mark is never closed at column 7"],
    ["port 80 \u001b[31m", `found "\\x1b" at column 9`],
    ["src", "found the end at column 4"],
  ])("%s", (text, message) => {
    expect(() => compileFilter(text)).toThrow(FilterError);
    expect(() => compileFilter(text)).toThrow(message);
  });

  it("and nesting has an end", () => {
    expect(() => parseFilter(`${"(".repeat(5000)}tcp`)).toThrow("at most 256 nested");
    expect(() => parseFilter(`${"not ".repeat(5000)}tcp`)).toThrow("at most 256 nested");
  });
});
