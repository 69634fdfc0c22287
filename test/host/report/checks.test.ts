// What to check next: for every cause, with commands that the shell, stray's filter and tcpdump take as they are.

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { CAUSES_IN_ORDER } from "../../../host/cause/names.js";
import { compileFilter } from "../../../host/filter/compile.js";
import { causesOf } from "../../../host/report/causes.js";
import { checksOf, shellWord } from "../../../host/report/checks.js";
import type { KnownCase } from "../../../host/report/known.js";
import { requireProgram } from "../../support/system.js";
import { flow, look, many, syn } from "./features/rig.js";

const ODD_FILE = "/tmp/it's a $(capture) of `mine`.pcap";

function known(over: Partial<KnownCase> = {}): KnownCase {
  const flows = [syn({ sawSynAck: true }), ...many(3, (n) => flow({ at: n }))];
  return {
    look: look({ flows }),
    alerts: [],
    hidden: [],
    findings: [],
    isOurs: undefined,
    files: [ODD_FILE],
    ...over,
  };
}

const CASES: readonly (readonly [string, KnownCase])[] = [
  ["a capture", known()],
  ["two captures", known({ files: ["a.pcap", "-b.pcap"] })],
  ["an incident", known({ files: [] })],
  ["a flood", known({ findings: ["syn-flood"], look: look({ kind: "target", flows: [syn()] }) })],
  ["one of ours", known({ isOurs: true })],
  [
    "IPv6",
    known({
      look: look({ flows: [flow({ family: 6, source: "2001:db8::1", destination: "2001:db8::2" })] }),
    }),
  ],
];

function words(command: string): string[] {
  const { stdout, status } = spawnSync(
    "sh",
    ["-c", `for word in ${command}; do printf '%s\\0' "$word"; done`],
    {
      encoding: "utf8",
    },
  );
  expect(status, command).toBe(0);
  return stdout.split("\0").slice(0, -1);
}

const commands = CASES.flatMap(([name, one]) =>
  [...CAUSES_IN_ORDER, undefined].flatMap((cause) =>
    checksOf(cause, one).flatMap(({ command }) =>
      command === null ? [] : [[`${cause} of ${name}`, command] as const],
    ),
  ),
);

describe.each(CAUSES_IN_ORDER)("%s", (cause) => {
  it.each(CASES)("has something to check of %s, a command among it", (_name, one) => {
    const checks = checksOf(cause, one);
    expect(checks.length).toBeGreaterThan(1);
    expect(checks.some(({ command }) => command !== null)).toBe(true);
    for (const { text } of checks) expect(text).toMatch(/^[A-Z0-9].*[.?]$/);
    const said = checks.flatMap(({ command }) => command ?? []);
    expect(new Set(said).size).toBe(said.length);
  });

  it("has a story", () => {
    const [first] = causesOf([{ cause, score: 50, evidence: [] }], known());
    expect(first?.story.length).toBeGreaterThan(0);
    for (const text of first!.story) expect(text).toMatch(/\.$/);
  });
});

describe("commands", () => {
  const ofStray = commands.filter(([, command]) => command.startsWith("stray "));
  const ofTcpdump = [
    ...new Set(commands.map(([, command]) => command).filter((text) => text.startsWith("tcpdump "))),
  ];

  it("of stray have filters that stray takes, and files as they were named", () => {
    expect(ofStray.length).toBeGreaterThan(CASES.length);
    for (const [name, command] of ofStray) {
      const list = words(command);
      expect(() => compileFilter(list.at(-1)!), `${name}: ${command}`).not.toThrow();
      if (!command.startsWith("stray read")) continue;
      expect([ODD_FILE, "-b.pcap"], name).toContain(list.at(-3));
    }
  });

  it.skipIf(!requireProgram("tcpdump", "tcpdump"))("of tcpdump have filters that tcpdump takes", () => {
    expect(ofTcpdump.length).toBeGreaterThan(3);
    for (const command of ofTcpdump) {
      const filter = words(command).at(-1)!;
      const { status, stderr } = spawnSync("tcpdump", ["-y", "EN10MB", "-d", filter], { encoding: "utf8" });
      expect(status, `${command}: ${stderr}`).toBe(0);
    }
  });

  it("quote what the shell would take apart", () => {
    for (const word of ["a b", "it's", "$(x)", "-r", "", "a\nb", "é", "*.pcap", "~", "plain-1.pcap"]) {
      expect(words(shellWord(word))).toEqual([word]);
    }
  });
});
