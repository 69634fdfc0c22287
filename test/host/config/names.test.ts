// Names of interfaces, hosts, files and accounts; and which known word a misspelt one is near to.

import { describe, expect, it } from "vitest";
import {
  isAccount,
  isHost,
  isInterfaceName,
  isNetwork,
  isPath,
  isRuleFile,
  isRuleVariable,
  isSensorName,
  isSocketPath,
} from "../../../host/config/names.js";
import { editDistance, nearest } from "../../../host/config/suggest.js";

const cases: [string, (text: string) => boolean, string[], string[]][] = [
  [
    "interface",
    isInterfaceName,
    ["eth0", "enp3s0f1", "br-lan", "eth0.100", "wg0", "a", "veth1234567890a", "...", "x@y"],
    ["", ".", "..", "a b", "a/b", "a:1", "sixteencharacter", "é", "a\tb", "a\u0000"],
  ],
  [
    "host",
    isHost,
    [
      "192.0.2.1",
      "2001:db8::1",
      "::",
      "fe80::1%eth0",
      "localhost",
      "a.example.",
      "xn--bcher-kva.example",
      "a_b",
      "1a",
    ],
    [
      "",
      ".",
      "a..b",
      "-a",
      "a-",
      "1.2.3",
      "1.2.3.256",
      "a b",
      "http://a",
      "[::1]",
      "a:1",
      "é.example",
      "x".repeat(64),
    ],
  ],
  [
    "path",
    isPath,
    ["/a", "/a b/c", "/é", "/a/../b"],
    ["", "a", "./a", "/", "/a/", "/a\u0000", "/a\n", `/${"x".repeat(4096)}`],
  ],
  [
    "socket",
    isSocketPath,
    ["/run/a.sock", `/${"x".repeat(106)}`],
    [`/${"x".repeat(107)}`, `/${"é".repeat(54)}`],
  ],
  [
    "network",
    isNetwork,
    ["192.0.2.0/24", "192.0.2.1", "0.0.0.0/0", "10.1.2.3/32", "::/0", "2001:db8::/32", "fe80::1/128"],
    [
      "",
      "/",
      "/8",
      "10.0.0.0/",
      "10.0.0.0/33",
      "::/129",
      "10.0.0.0/8/8",
      "10.0.0.0/-1",
      "10.0.0.0/08.",
      "10.0.0/8",
      "!10.0.0.0/8",
      "a.example/8",
      "fe80::1%eth0/64",
      "fe80::1%eth0",
    ],
  ],
  [
    "rule file",
    isRuleFile,
    ["starter", "/etc/stray/local.rules"],
    ["", "Starter", "local.rules", "/", "/a/"],
  ],
  [
    "rule variable",
    isRuleVariable,
    ["HOME_NET=10.0.0.0/8", "a=1", "_A9=[80,!8080:]", "A==", "A=$B"],
    ["", "A", "A=", "=1", "9A=1", "A =1", "A= 1", "A=1 2", "A-B=1", "A=é", "A=1\n", `${"x".repeat(65)}=1`],
  ],
  ["account", isAccount, ["stray", "_a", "a-b_c9"], ["", "0a", "Root", "a b", "a$", "x".repeat(33)]],
  ["sensor", isSensorName, ["a", "office-1", "x".repeat(64)], ["", "a b", "é", "x".repeat(65), "a\u007f"]],
];

describe.each(cases)("%s", (_kind, test, right, wrong) => {
  it.each(right)("%j is right", (text) => expect(test(text)).toBe(true));
  it.each(wrong)("%j is wrong", (text) => expect(test(text)).toBe(false));
});

describe("nearest", () => {
  const words = ["interfaces", "ring", "snaplen", "promiscuous", "tcp-opening", "tcp-closed", "udp"];

  it.each([
    ["interface", "interfaces"],
    ["intrefaces", "interfaces"],
    ["promiscous", "promiscuous"],
    ["snap_len", "snaplen"],
    ["tcpOpening", "tcp-opening"],
    ["Ring", "ring"],
    ["rings", "ring"],
    ["upd", "udp"],
    ["zebra", undefined],
    ["", undefined],
    ["x".repeat(1000), undefined],
  ])("of %j is %j", (word, near) => {
    expect(nearest(word, words)).toBe(near);
  });

  it("counts insertions, deletions, replacements and swaps", () => {
    expect(editDistance("", "abc")).toBe(3);
    expect(editDistance("abc", "abc")).toBe(0);
    expect(editDistance("abcd", "acbd")).toBe(1);
    expect(editDistance("kitten", "sitting")).toBe(3);
  });
});
