// Interfaces and link types as the kernel reports them, on loopback, which every system has.
// Apart from the ring tests because no root is needed. Always holds: no name, however odd, is more than unknown.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interfaceNames, interfaceState, isInterfaceName } from "../../../../host/capture/live/interface.js";
import { linkTypeOf } from "../../../../host/capture/live/link-type.js";

describe("interfaceState", () => {
  it("knows loopback", () => {
    const state = interfaceState("lo");
    expect(state).toMatchObject({ arpType: 772, isLoopback: true });
    expect(state?.mtu).toBeGreaterThan(0);
    expect(state?.index).toBeGreaterThan(0);
    expect(state?.address).toBeUndefined();
  });

  it.each(["no-such", "", "../lo", "lo ", "lo\0", "sixteen-bytes-xx", "ünïcödé", "."])(
    "does not know %j",
    (name) => {
      expect(interfaceState(name)).toBeUndefined();
    },
  );

  it("never throws", () => {
    const known = new Set(interfaceNames());
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (name) => {
        if (!known.has(name)) expect(interfaceState(name)).toBeUndefined();
      }),
      { seed: 20_261_124 },
    );
  });
});

describe("interfaceNames", () => {
  it("lists interfaces that the kernel knows", () => {
    const names = interfaceNames();
    expect(names).toContain("lo");
    for (const name of names) expect(isInterfaceName(name)).toBe(true);
  });
});

describe("linkTypeOf", () => {
  it.each([
    [1, 1],
    [772, 1],
    [512, 101],
    [519, 101],
    [768, 101],
    [769, 101],
    [776, 101],
    [0xfffe, 101],
  ])("hardware type %i is link type %i", (arpType, linkType) => {
    expect(linkTypeOf("any", arpType)).toBe(linkType);
  });

  it.each([
    [803, "IEEE 802.11"],
    [280, "CAN"],
    [12_345, "hardware type 12345"],
  ])("refuses hardware type %i as %s", (arpType, words) => {
    const refuse = (): unknown => linkTypeOf("wlan0", arpType);
    expect(refuse).toThrow(expect.objectContaining({ code: "LINK_TYPE_UNSUPPORTED", exitCode: 2 }));
    expect(refuse).toThrow(words);
    expect(refuse).toThrow("wlan0");
  });
});
