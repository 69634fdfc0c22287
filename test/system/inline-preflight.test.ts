// What is looked at before two interfaces are joined, against interfaces of every kind that is refused.
// Apart from the switch's tests because nothing is attached here. Always holds: the interfaces are the test's own.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StrayError } from "../../host/errors.js";
import { Offloads } from "../../host/inline/offloads.js";
import { checkPair, filterWarnings, type Pair } from "../../host/inline/preflight.js";
import { Promiscuity, type PromiscuityMemory } from "../../host/inline/promiscuity.js";
import { capabilitySet, readCapabilities, writeCapabilities } from "../../host/system/capabilities.js";
import { driverName, features, setFeature } from "../../host/system/ethtool.js";
import { linkFacts } from "../../host/system/link-facts.js";
import type { Namespace } from "../support/netns.js";
import { canUseNamespaces, createNamespace, createVethPair } from "../support/netns.js";

describe.skipIf(!canUseNamespaces())("before two interfaces are joined", () => {
  let sensor: Namespace;
  let outside: Namespace;

  beforeAll(() => {
    sensor = createNamespace("preflight-in");
    outside = createNamespace("preflight-out");
    createVethPair(sensor, "left", outside, "client", { offloads: true });
    createVethPair(sensor, "right", outside, "server", { offloads: true });
  });
  afterAll(() => {
    sensor?.remove();
    outside?.remove();
  });

  function check(first: string, second: string): Pair {
    return sensor.enter(() => checkPair([first, second]));
  }

  function refusal(first: string, second: string): { code: string; message: string } {
    try {
      check(first, second);
    } catch (error) {
      if (error instanceof StrayError) return { code: error.code, message: error.message };
      throw error;
    }
    throw new Error("it was taken");
  }

  /** While `set` holds. */
  function during(set: readonly string[][], reset: readonly string[][], work: () => void): void {
    try {
      for (const words of set) sensor.exec(words);
      work();
    } finally {
      for (const words of reset) sensor.exec(words, { mayFail: true });
    }
  }

  it("takes two plain interfaces", () => {
    const { sides, warnings } = check("left", "right");
    expect(warnings).toEqual([]);
    expect(sides).toMatchObject([
      { name: "left", mtu: 1500, index: expect.any(Number) },
      { name: "right", mtu: 1500 },
    ]);
    expect(sides[0].index).not.toBe(sides[1].index);
  });

  it("warns of a card that is not promiscuous, by the state at that moment", () => {
    const { sides } = check("left", "right");
    expect(sides).toMatchObject([{ kind: "veth" }, { kind: "veth" }]);
    expect(sensor.enter(() => filterWarnings(sides))).toEqual([]);
    // A card has no kind.
    const cards = sides.map((side) => ({ ...side, kind: "" }));
    const set = (state: string) => ["ip", "link", "set", "left", "promisc", state];
    during([set("on")], [set("off")], () =>
      expect(sensor.enter(() => filterWarnings(cards))).toEqual([
        expect.stringMatching(/^interface right is not promiscuous by its own setting: /),
      ]),
    );
    expect(sensor.enter(() => filterWarnings(cards))).toHaveLength(2);
  });

  it.each([
    ["left", "left", "PAIR_SAME", "capture.interfaces names left twice"],
    ["left", "no-such", "INTERFACE_UNKNOWN", "there is no interface no-such"],
    ["lo", "left", "PAIR_NOT_ETHERNET", "interface lo is the loopback"],
    ["left", "../x\u001b", "INTERFACE_UNKNOWN", "there is no interface ../x\\x1b"],
  ])("refuses %s and %s", (first, second, code, words) => {
    expect(refusal(first, second)).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it("refuses an alternative name of the same interface", () => {
    const name = ["property", "add", "dev", "left", "altname", "west"];
    during([["ip", "link", ...name]], [["ip", "link", "property", "del", ...name.slice(2)]], () => {
      expect(refusal("left", "west").code).toBe("PAIR_SAME");
    });
  });

  it("refuses a member of a bridge", () => {
    const set = [
      ["ip", "link", "add", "br0", "type", "bridge"],
      ["ip", "link", "set", "right", "master", "br0"],
    ];
    during(set, [["ip", "link", "delete", "br0"]], () => {
      const { code, message } = refusal("left", "right");
      expect(code).toBe("PAIR_MEMBER");
      expect(message).toContain("interface right is a member of br0, a bridge");
      expect(message).toContain("ip link set dev right nomaster");
    });
  });

  it("refuses a pair between which the kernel forwards", () => {
    const forward = (value: number, ...names: string[]): string[][] =>
      names.map((name) => ["sysctl", "-qw", `net.ipv4.conf.${name}.forwarding=${value}`]);
    during(forward(1, "left", "right"), forward(0, "left", "right"), () => {
      const { code, message } = refusal("left", "right");
      expect(code).toBe("PAIR_FORWARDED");
      expect(message).toContain("forwards IPv4 between left and right");
      expect(message).toContain("sysctl -w net/ipv4/conf/left/forwarding=0");
    });
    during(forward(1, "left"), forward(0, "left"), () => {
      expect(check("left", "right").warnings).toEqual([]);
    });
  });

  it("refuses the same of IPv6, which has one switch for all", () => {
    const key = (name: string, value: number): string[] => [
      "sysctl",
      "-qw",
      `net.ipv6.conf.${name}=${value}`,
    ];
    const on = [key("left.disable_ipv6", 0), key("right.disable_ipv6", 0), key("all.forwarding", 1)];
    const off = [key("all.forwarding", 0), key("left.disable_ipv6", 1), key("right.disable_ipv6", 1)];
    during(on, off, () => {
      const { code, message } = refusal("left", "right");
      expect(code).toBe("PAIR_FORWARDED");
      expect(message).toContain("net/ipv6/conf/left/disable_ipv6=1");
      sensor.exec(key("left.disable_ipv6", 1));
      expect(check("left", "right").warnings).toEqual([]);
    });
  });

  it("warns of addresses and of different MTUs", () => {
    const v6 = ["sysctl", "-qw", "net.ipv6.conf.left.disable_ipv6=0"];
    const set = [
      ["ip", "address", "add", "192.0.2.1/24", "dev", "left"],
      v6,
      ["ip", "address", "add", "2001:db8::1/64", "dev", "left", "nodad"],
      ["ip", "link", "set", "right", "mtu", "1400"],
    ];
    const reset = [
      ["ip", "address", "flush", "dev", "left"],
      ["sysctl", "-qw", "net.ipv6.conf.left.disable_ipv6=1"],
      ["ip", "link", "set", "right", "mtu", "1500"],
    ];
    during(set, reset, () => {
      expect(check("left", "right").warnings).toEqual([
        expect.stringMatching(/^interface left has the address 192\.0\.2\.1, 2001:db8::1: /),
        expect.stringMatching(/^left has an MTU of 1500 bytes and right one of 1400: /),
      ]);
    });
    expect(check("left", "right").warnings).toEqual([]);
  });

  it("knows what an interface is", () => {
    sensor.enter(() => {
      const { sides } = checkPair(["left", "right"]);
      expect(linkFacts(sides[0].index)).toEqual({
        name: "left",
        master: 0,
        kind: "veth",
        masterKind: "",
        xdp: "none",
        xdpProgramId: 0,
      });
      expect(linkFacts(999_999)).toBeUndefined();
      expect(driverName("left")).toBe("veth");
      expect(driverName("no-such")).toBeUndefined();
      expect(features("no-such")).toEqual([]);
    });
  });

  it("switches off what merges frames, and puts back just that", () => {
    sensor.enter(() => {
      const isOn = (name: string) => features("left").find((feature) => feature.name === name)?.isOn;
      setFeature("left", "rx-gro", true);
      setFeature("left", "rx-udp-gro-forwarding", false);
      const all = features("left");
      const offloads = new Offloads();
      expect(offloads.turnOff("left")).toEqual([]);
      expect(offloads.turnOff("left")).toEqual([]);
      expect(offloads.changed).toContain("rx-gro of left");
      expect(offloads.changed).not.toContain("rx-udp-gro-forwarding of left");
      expect(isOn("rx-gro")).toBe(false);
      expect(offloads.restore()).toEqual([]);
      expect(features("left")).toEqual(all);
      // Once is enough.
      setFeature("left", "rx-gro", false);
      expect(offloads.restore()).toEqual([]);
      expect(isOn("rx-gro")).toBe(false);
    });
  });

  describe("promiscuity", () => {
    /** What pins remember. */
    class Memory implements PromiscuityMemory {
      readonly marks = new Set<number>();
      constructor(private readonly before: readonly number[] = []) {}
      madePromiscuous(index: number): boolean {
        return this.before.includes(index);
      }
      leftPromiscuous(kept: readonly number[]): readonly number[] {
        return this.before.filter((index) => !kept.includes(index));
      }
      markPromiscuous(index: number): void {
        this.marks.add(index);
      }
      unmarkPromiscuous(index: number): void {
        this.marks.delete(index);
      }
    }
    const flags = (name: string) =>
      (JSON.parse(sensor.exec(["ip", "-j", "link", "show", name]).stdout) as [{ flags: string[] }])[0].flags;

    it("is made where nobody made it, remembered, and put back, other flags untouched", () => {
      const { sides } = check("left", "right");
      const [left, right] = sides;
      const odd = ["ip", "link", "set", "right", "allmulticast"];
      const own = ["ip", "link", "set", "left", "promisc"];
      during(
        [
          [...odd, "on"],
          [...own, "on"],
        ],
        [
          [...odd, "off"],
          [...own, "off"],
        ],
        () => {
          const before = sides.map(({ name }) => flags(name));
          const memory = new Memory();
          // A mark of an interface that is gone.
          memory.markPromiscuous(left.index);
          const promiscuity = new Promiscuity(memory);
          sensor.enter(() => {
            for (const side of [...sides, ...sides]) expect(promiscuity.turnOn(side)).toBeUndefined();
            expect([...memory.marks]).toEqual([right.index]);
          });
          expect(flags("right")).toEqual(expect.arrayContaining([...before[1]!, "PROMISC"]));
          expect(flags("left")).toEqual(before[0]);
          expect(sensor.enter(() => promiscuity.restore())).toEqual([]);
          expect(sides.map(({ name }) => flags(name))).toEqual(before);
          expect(sensor.enter(() => promiscuity.restore())).toEqual([]);
        },
      );
    });

    it("is taken over, and taken back only where it is new", () => {
      const { sides } = check("left", "right");
      const [left, right] = sides;
      const set = (name: string, state: string) => ["ip", "link", "set", name, "promisc", state];
      during([set("left", "on")], [set("left", "off"), set("right", "off")], () => {
        const promiscuity = new Promiscuity(new Memory([left.index]));
        sensor.enter(() => {
          for (const side of sides) expect(promiscuity.turnOn(side)).toBeUndefined();
          promiscuity.takeBack();
        });
        expect([flags("left").includes("PROMISC"), flags("right").includes("PROMISC")]).toEqual([
          true,
          false,
        ]);
        sensor.enter(() => promiscuity.leaveOthers([right]));
        expect(flags("left")).not.toContain("PROMISC");
      });
    });

    it("is told of where it can't be had, and nothing is remembered", () => {
      const { sides } = check("left", "right");
      const memory = new Memory();
      const promiscuity = new Promiscuity(memory);
      sensor.enter(() => {
        const before = readCapabilities();
        writeCapabilities({ ...before, effective: before.effective & ~capabilitySet(["CAP_NET_ADMIN"]) });
        try {
          expect(promiscuity.turnOn(sides[0])).toMatch(/^interface left can't be made promiscuous: EPERM /);
        } finally {
          writeCapabilities(before);
        }
        expect(promiscuity.turnOn({ name: "left", index: 999_999 })).toBe("interface left is gone");
        expect(promiscuity.turnOn({ name: "no-such", index: 999_999 })).toBe("interface no-such is gone");
      });
      expect([...memory.marks]).toEqual([]);
      expect(flags("left")).not.toContain("PROMISC");
    });
  });

  it("says what can't be switched", () => {
    sensor.enter(() => {
      expect(() => setFeature("left", "no-such", true)).toThrow(
        "no-such of interface left can't be switched: there is no such offload",
      );
      const fixed = features("left").find(({ canChange, isOn }) => !canChange && !isOn)?.name ?? "";
      expect(() => setFeature("left", fixed, true)).toThrow(
        expect.objectContaining({ code: "OFFLOAD_REFUSED" }),
      );
    });
  });
});
