// What is said of a pair's interfaces that no test can make: cards, which filter addresses by themselves.

import { describe, expect, it } from "vitest";
import { filterWarning } from "../../../host/inline/preflight.js";

describe("an interface that takes only what is addressed to it", () => {
  it("is told of, with the command that changes it", () => {
    const [warning, ...others] = filterWarning({ name: "eth1", kind: "", isPromiscuous: false });
    expect(warning).toMatch(
      /^interface eth1 is not promiscuous by its own setting: .* \(ip link set dev eth1 promisc on\)$/,
    );
    expect(others).toEqual([]);
  });

  it("is none when it is set so, or is no card", () => {
    expect(filterWarning({ name: "eth1", kind: "", isPromiscuous: true })).toEqual([]);
    for (const kind of ["veth", "vlan", "bond", "dummy"])
      expect(filterWarning({ name: "eth1", kind, isPromiscuous: false })).toEqual([]);
  });
});
