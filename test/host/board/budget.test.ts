// The budget: its parts are those of the configuration, add up, and what does not fit names what is too large.

import { describe, expect, it } from "vitest";
import { type BoardBudget, budgetOf } from "../../../host/board/budget.js";
import { parseBoard } from "../../../host/board/load.js";
import { boardPage } from "../../../host/board/page.js";
import { memoryNeed, memoryParts, tableNeed } from "../../../host/config/memory-parts.js";
import { problemLine } from "../../../host/config/problem.js";
import { GIB, MIB } from "../../../host/config/units.js";
import { profileLimits } from "../../../host/wasm/profiles.js";
import { BOARD_TEXT, boardText } from "./samples.js";

const load = (text: string) => parseBoard(text, "boards/test/board.yaml");
const budget = (text: string): BoardBudget => budgetOf(load(text).board);
const complaints = (text: string): string[] => {
  const { board, problem } = load(text);
  return budgetOf(board).findings.map((finding) => problemLine(problem(finding)));
};
const sum = (parts: readonly { readonly bytes: number }[]) =>
  parts.reduce((total, { bytes }) => total + bytes, 0);

describe("the budget of a board", () => {
  it("adds up: system, and every part of the configuration", () => {
    const { memory, disk, findings } = budget(BOARD_TEXT);
    const { config } = load(BOARD_TEXT).board;
    const system = memory.parts.filter(({ group }) => group === "system");
    expect(sum(system)).toBe(3 * 64 * MIB);
    expect(memory.needBytes).toBe(sum(system) + memoryNeed(config));
    expect(memory.leftBytes).toBe(GIB - memory.needBytes);
    expect(sum(memory.parts.filter(({ group }) => group === "tables"))).toBe(tableNeed(config));
    expect(disk.needBytes).toBe(sum(disk.parts));
    expect(disk.leftBytes).toBe(8 * GIB - disk.needBytes);
    expect(findings).toEqual([]);
    for (const { bytes, bytesEach, count } of [...memory.parts, ...disk.parts])
      expect(bytes).toBe(bytesEach * count);
  });

  it("has two rings an interface in the wire, rules twice, and parts by worker", () => {
    const names = (text: string) => budget(text).memory.parts.map(({ name }) => name);
    const rings = (text: string) => names(text).filter((name) => name.startsWith("rings."));
    expect(rings(BOARD_TEXT)).toEqual([
      "rings.eth1.receive",
      "rings.eth1.send",
      "rings.eth2.receive",
      "rings.eth2.send",
    ]);
    const tap = boardText("inline: {mode: simulate}", "inline: {mode: tap}");
    expect(rings(tap)).toEqual(["rings.eth1.receive", "rings.eth2.receive"]);
    const { rulesLimit } = profileLimits("small");
    const of = (text: string, name: string) => budget(text).memory.parts.find((part) => part.name === name);
    for (const name of ["tables.rules", "tables.rules-new"])
      expect(of(BOARD_TEXT, name)?.bytes).toBe(rulesLimit);
    const two = tap.replace("ring: 4MiB", "ring: 4MiB, workers: 2");
    expect(of(two, "tables.rules")).toMatchObject({ bytesEach: rulesLimit, count: 2, bytes: 2 * rulesLimit });
    expect(of(two, "rings.eth1.receive")).toMatchObject({ bytesEach: 4 * MIB, count: 2 });
    // What grows with the traffic is shared out among the workers.
    expect(of(two, "tables.flows")?.bytes).toBe(of(tap, "tables.flows")?.bytes);
  });

  it("leaves out what is switched off, and counts exporters", () => {
    const off = boardText(
      "inline: {mode: simulate}",
      "inspection: {enabled: false}\n  detection: {enabled: false}\n  store: {enabled: false}",
    );
    const { memory, disk } = budget(off);
    const names = memory.parts.map(({ name }) => name);
    for (const gone of ["tables.rules", "tables.sources", "buffers.store"]) expect(names).not.toContain(gone);
    expect(disk.parts.map(({ name }) => name)).not.toContain("disk.store");
    const target = "export: {syslog: [{transport: udp, target: 192.0.2.1, queue: 2MiB}]}";
    const { config } = load(boardText("inline: {mode: simulate}", target)).board;
    expect(memoryParts(config).at(-1)).toMatchObject({
      name: "buffers.syslog.0",
      bytes: 2 * MIB,
      key: "export.syslog[0].queue",
    });
  });

  it("refuses what asks for more memory than there is, and names the parts that are too large", () => {
    const large = boardText("profile: small", "profile: large").replace("memory: 1GiB", "memory: 512MiB");
    const [line, ...others] = complaints(large);
    expect(others).toEqual([]);
    expect(line).toMatch(
      /^boards\/test\/board\.yaml:3:9: memory: expected \d+MiB or more for all that the profile asks for; found 512MiB, \d+MiB too little \(largest: tables\.flows 388MiB \(stray\.sensor\.profile\)\)$/,
    );
    // Several, when the largest alone is not enough.
    const tiny = boardText("memory: 1GiB", "memory: 128MiB");
    expect(complaints(tiny)[0]).toMatch(
      /largest: process 80MiB, system\.kernel 64MiB \(system\.kernel\), system\.services 64MiB/,
    );
  });

  it("refuses quotas beyond the storage", () => {
    const text = boardText("inline: {mode: simulate}", "store: {quota: 20GiB}");
    expect(complaints(text)).toEqual([
      expect.stringMatching(
        /^\S+:5:27: storage\.size: expected \d+MiB or more .*largest: disk\.store 20GiB \(stray\.store\.quota\)\)$/,
      ),
    ]);
  });

  it("is printed with its sum", () => {
    const page = boardPage(load(BOARD_TEXT).board).join("\n");
    expect(page).toMatch(/^needed +\d+ MiB$/m);
    expect(page).toMatch(/^there +1 GiB$/m);
    expect(page).toContain("8 GiB of storage (sd, which wears with every write)");
    const tiny = boardPage(load(boardText("memory: 1GiB", "memory: 128MiB")).board).join("\n");
    expect(tiny).toMatch(/^left +-\d+ MiB$/m);
  });
});
