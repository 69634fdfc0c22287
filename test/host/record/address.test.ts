// Addresses as text, held against ipaddr.js and RFC 5952's own examples.

import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { addressText, ipv6Text } from "../../../host/record/address.js";
import { buildRecord } from "../../support/record-builder.js";

const text6 = (address: string) => ipv6Text(Uint8Array.from(ipaddr.IPv6.parse(address).toByteArray()), 0);

describe("ipv6Text", () => {
  it.each([
    ["::", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["FE80::ABCD", "fe80::abcd"],
  ])("%s", (address, text) => {
    expect(text6(address)).toBe(text);
  });

  it("reads back as the same address, in no more characters than ipaddr.js takes", () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const bytes = groups.flatMap((value) => [value >> 8, value & 255]);
        const text = ipv6Text(Uint8Array.from(bytes), 0);
        expect(ipaddr.IPv6.parse(text).toByteArray()).toEqual(bytes);
        expect(text.length).toBeLessThanOrEqual(ipaddr.fromByteArray(bytes).toString().length);
      }),
      { seed: 5952, numRuns: 2000 },
    );
  });
});

describe("addressText", () => {
  it("follows the kind of flow", () => {
    expect(addressText(buildRecord({ orig: { address: "255.0.10.1" } }), "orig")).toBe("255.0.10.1");
    expect(addressText(buildRecord({ kind: L.KIND_ARP, extra: 1 }), "resp")).toBe("192.0.2.2");
    const mac = { kind: L.KIND_MAC, orig: { address: "0:e0:1e:8e:31:71" }, resp: { address: "1:2:3:4:5:6" } };
    expect(addressText(buildRecord(mac), "orig")).toBe("00:e0:1e:8e:31:71");
    const ip6 = { kind: L.KIND_IPV6, orig: { address: "::ffff:1.2.3.4" }, resp: { address: "ff02::1" } };
    expect(addressText(buildRecord(ip6), "resp")).toBe("ff02::1");
  });
});
