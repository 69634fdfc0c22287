// Addresses and networks as numbers: text there and back, what lies in what, neighbours joined.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addressOf,
  addressText,
  hasAddress,
  isWithin,
  networkAt,
  networkOf,
  sizeOf,
} from "../../../host/dark/address.js";
import { joinNeighbours } from "../../../host/dark/networks.js";
import { seedOf } from "../../support/random.js";

const PARAMETERS = { seed: seedOf("addresses"), numRuns: 500 };
const anyAddress = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
  fc.nat(0xffff_ffff).map((low) => 0xffff_0000_0000n | BigInt(low)),
);

describe("addresses", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["2001:DB8:0:0::1", "2001:db8::1"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::", "::"],
  ])("%s is %s", (text, shown) => {
    expect(addressText(addressOf(text)!)).toBe(shown);
  });

  it.each(["", "192.0.2", "192.0.2.256", "fe80::1%eth0", "a", "1", "192.0.2.0/24"])("%j is none", (text) => {
    expect(addressOf(text)).toBeUndefined();
  });

  it("are read back from their text", () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        expect(addressOf(addressText(address))).toBe(address);
      }),
      PARAMETERS,
    );
  });
});

describe("networks", () => {
  it.each([
    ["192.0.2.77/24", "192.0.2.0/24", 256n],
    ["192.0.2.77", "192.0.2.77", 1n],
    ["192.0.2.77/32", "192.0.2.77", 1n],
    ["0.0.0.0/0", "0.0.0.0/0", 1n << 32n],
    ["2001:db8::1/64", "2001:db8::/64", 1n << 64n],
    ["::/0", "::/0", 1n << 128n],
    // Wider than IPv4's own: an IPv6 network, though its first address looks like IPv4's.
    ["::ffff:0:0/90", "::ffc0:0:0/90", 1n << 38n],
  ])("%s is %s", (text, shown, size) => {
    const network = networkOf(text)!;
    expect([network.text, sizeOf(network)]).toEqual([shown, size]);
  });

  it.each(["192.0.2.0/33", "2001:db8::/129", "192.0.2.0/24/8", "192.0.2.0/", "192.0.2.0/-1", "x/8"])(
    "%s is none",
    (text) => {
      expect(networkOf(text)).toBeUndefined();
    },
  );

  it("are read back from their text, and have just the addresses from their first to their last", () => {
    fc.assert(
      fc.property(anyAddress, fc.nat(128), anyAddress, (address, prefix, other) => {
        const network = networkAt(address, prefix);
        expect(networkOf(network.text)).toEqual(network);
        expect(hasAddress(network, address)).toBe(true);
        expect(hasAddress(network, other)).toBe(networkAt(other, prefix).first === network.first);
        expect(isWithin(networkAt(address, 128), network)).toBe(true);
        expect(isWithin(network, networkAt(address, 128))).toBe(prefix === 128);
      }),
      PARAMETERS,
    );
  });
});

describe("joinNeighbours()", () => {
  const join = (all: readonly string[], others: readonly string[] = [], ours: readonly string[] = []) =>
    joinNeighbours(
      all.map((text) => networkOf(text)!),
      others.map((text) => networkOf(text)!),
      ours.map((text) => networkOf(text)!),
    ).map(({ text }) => text);

  it("makes wholes of halves, as often as it goes", () => {
    expect(join(["192.0.2.0", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"])).toEqual([
      "192.0.2.0/30",
      "192.0.2.4",
    ]);
    // No halves of one whole.
    expect(join(["192.0.2.1", "192.0.2.2"])).toEqual(["192.0.2.1", "192.0.2.2"]);
  });

  it("leaves halves as they are where the whole is told otherwise", () => {
    expect(join(["192.0.2.0", "192.0.2.1"], ["192.0.2.0/31"])).toEqual(["192.0.2.0", "192.0.2.1"]);
    expect(join(["192.0.2.0", "192.0.2.1"], [], ["192.0.2.1"])).toEqual(["192.0.2.0", "192.0.2.1"]);
  });

  it("changes nothing of what is in and what is out", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(40), { maxLength: 30 }), (lows) => {
        const base = addressOf("192.0.2.0")!;
        const networks = lows.map((low) => networkAt(base + BigInt(low), 128));
        const joined = joinNeighbours(networks, [], []);
        for (let low = 0; low < 48; low++) {
          const address = base + BigInt(low);
          expect(joined.some((network) => hasAddress(network, address))).toBe(lows.includes(low));
        }
      }),
      PARAMETERS,
    );
  });
});
