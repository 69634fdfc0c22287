// Compiling capture filters with tcpdump.
// Apart from programs as data because it needs the program. Always holds: where interfaces can't be opened (not root),
// only what needs none is tested.

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { compileCaptureFilter } from "../../../../host/capture/live/bpf.js";
import { parseBpf } from "../../../../host/capture/live/bpf-program.js";
import { canUseNamespaces, createNamespace } from "../../../support/netns.js";
import { IS_EMULATED } from "../../../support/patience.js";
import { requireProgram } from "../../../support/system.js";

const RETURN = 6;
if (IS_EMULATED) console.error("\n*** TESTS LEFT OUT: qemu-user has no ethtool ioctl for tcpdump\n");

describe.skipIf(!requireProgram("tcpdump", "tcpdump"))("compileCaptureFilter", () => {
  it("gives no program for no filter", () => {
    expect(compileCaptureFilter("", "lo")).toEqual([]);
    expect(compileCaptureFilter(" \t", "lo")).toEqual([]);
  });

  it.each([{}, { checkOnly: true }])("compiles with %j", (options) => {
    const program = compileCaptureFilter("udp port 53", "lo", options);
    expect(program.length).toBeGreaterThan(4);
    const kept = program.filter(({ code }) => code === RETURN).map(({ k }) => k);
    expect(kept).toEqual([262_144, 0]);
  });

  it
    .skipIf(process.getuid?.() !== 0 || IS_EMULATED)
    .each(["udp", "ip6 and not port 53", "mpls and ip", "pppoes and tcp", "arp"])(
    "%s is the same with and without an interface",
    (text) => {
      const args = ["-p", "-i", "lo", "-ddd", "--", text];
      const live = spawnSync("tcpdump", args, { encoding: "utf8" });
      expect(compileCaptureFilter(text, "lo")).toEqual(parseBpf(live.stdout));
    },
  );

  it("compiles for an interface that is not there yet", () => {
    expect(compileCaptureFilter("udp port 53", "no-such")).toEqual(compileCaptureFilter("udp port 53", "lo"));
  });

  it.each([
    ["port", "syntax error"],
    ["udp port 80 and (", "syntax error"],
    ["--version", "syntax error"],
    ["-r /etc/passwd", "syntax error"],
    ["host 1.2.3.4.5", "1.2.3.4.5"],
    ["tcp\u001b[31m", "\\x1b[31m"],
    ["ip and arp", "rejects all packets"],
  ])("refuses %j, saying why", (text, words) => {
    for (const options of [{}, { checkOnly: true }]) {
      const compile = (): unknown => compileCaptureFilter(text, "lo", options);
      expect(compile).toThrow(expect.objectContaining({ code: "FILTER_INVALID", exitCode: 2 }));
      expect(compile).toThrow(words);
    }
  });

  it("says that tcpdump is missing", () => {
    const { PATH = "" } = process.env;
    process.env["PATH"] = "/nonexistent";
    try {
      expect(() => compileCaptureFilter("udp", "lo")).toThrow(
        expect.objectContaining({ code: "TCPDUMP_MISSING" }),
      );
    } finally {
      process.env["PATH"] = PATH;
    }
  });

  describe.skipIf(!canUseNamespaces())("inside a namespace", () => {
    it("refuses what needs an interface when none can be opened; a check only does not", () => {
      const namespace = createNamespace("filter");
      try {
        namespace.exec(["ip", "link", "add", "here", "type", "veth", "peer", "name", "there"]);
        const compile = (text: string, checkOnly = false): number =>
          namespace.enter(() => compileCaptureFilter(text, "here", { checkOnly }).length);
        // `here` is down, lo serves: the program looks for the tag where the kernel keeps it.
        const live = compile("vlan 5");
        expect(live).toBeGreaterThan(compile("vlan 5", true));
        namespace.exec(["ip", "link", "set", "lo", "down"]);
        expect(() => compile("vlan 5")).toThrow(expect.objectContaining({ code: "FILTER_NEEDS_INTERFACE" }));
        expect(() => compile("vlan 5")).toThrow(/not up/);
        expect(() => compile("ip broadcast")).toThrow(
          expect.objectContaining({ code: "FILTER_NEEDS_INTERFACE" }),
        );
        expect(compile("udp")).toBe(compile("udp", true));
      } finally {
        namespace.remove();
      }
    });
  });
});
