// docs/boards.md says what the code does: boards, keys, parts of the budget, exit codes.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { budgetOf } from "../../../host/board/budget.js";
import { boardNames, boardPath } from "../../../host/board/folder.js";
import { loadBoard, parseBoard } from "../../../host/board/load.js";
import { BOARD_SCHEMA } from "../../../host/board/schema.js";
import { ARCHITECTURES, NIC_ROLES, STORAGE_KINDS } from "../../../host/board/types.js";
import { problemLine } from "../../../host/config/problem.js";
import type { SchemaNode } from "../../../host/config/schema-types.js";
import { tableRows } from "../../support/doc-table.js";
import { boardText } from "./samples.js";

const page = readFileSync(new URL("../../../docs/boards.md", import.meta.url), "utf8");

const table = (heading: string): string[][] => tableRows(page, heading);

const ticked = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);

/** Dotted, lists with []. */
function keys(node: SchemaNode, prefix: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const name = `${prefix}${key}`;
    if (child.items?.properties) return keys(child.items, `${name}[].`);
    return child.properties ? keys(child, `${name}.`) : [name];
  });
}

describe("docs/boards.md", () => {
  it("has every board with its profile and mode", async () => {
    const rows = table("| Board | What it is | Profile | Set up to |");
    expect(rows.map(([name]) => ticked(name)[0])).toEqual(boardNames());
    for (const [name = "", , profile, mode] of rows) {
      const { config } = (await loadBoard(boardPath(ticked(name)[0]!))).board;
      expect([...ticked(profile), ...ticked(mode)]).toEqual([config.sensor.profile, config.inline.mode]);
    }
  });

  it("has every key, and the words that it takes", () => {
    const rows = table("| Key | Meaning |");
    expect(rows.map(([key]) => ticked(key)[0])).toEqual(keys(BOARD_SCHEMA, ""));
    const meaning = (key: string) => ticked(rows.find(([cell]) => cell === `\`${key}\``)?.[1]);
    expect(meaning("architecture")).toEqual([...ARCHITECTURES]);
    expect(meaning("storage.kind")).toEqual([...STORAGE_KINDS]);
    expect(meaning("nics[].role")).toEqual([...NIC_ROLES]);
  });

  it("has every part of the budget", () => {
    const all = boardText(
      "inline: {mode: simulate}",
      "inline: {mode: simulate}\n  alerts: {full: /var/log/stray/f.log, fast: /var/log/stray/s.log}\n" +
        "  export: {eve: {file: /var/log/stray/eve.json}, ipfix: [{host: 192.0.2.1}], syslog: [{transport: unix}]}",
    );
    const { memory } = budgetOf(parseBoard(all, "board.yaml").board);
    const rows = table("| Part | What it is | Sized by |");
    const words = rows.flatMap(([part, what]) => [...ticked(part), ...ticked(what)]);
    expect(words).toContain("system.*");
    for (const { name, group } of memory.parts.filter((part) => part.group !== "system")) {
      const [, second = ""] = name.split(".");
      const ring = `rings.INTERFACE.${name.split(".").at(-1)}`;
      expect(words).toContain(
        { process: name, rings: ring, tables: second, buffers: second }[group as "process"],
      );
    }
    const tables = rows.find(([part]) => part === "`tables.*`")?.[1];
    expect(ticked(tables)).toEqual(
      memory.parts.filter(({ group }) => group === "tables").map(({ name }) => name.replace("tables.", "")),
    );
  });

  it("shows what a refusal looks like", () => {
    const large = boardText("profile: small", "profile: large").replace("memory: 1GiB", "memory: 512MiB");
    const { board, problem } = parseBoard(large, "board.yaml");
    const [line] = budgetOf(board).findings.map((finding) => problemLine(problem(finding)));
    expect(page).toContain(`\nstray: ${line}\n`);
  });
});
