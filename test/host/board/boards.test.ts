// The profiles that come with stray: each is valid, fits, names its sources, and gives a configuration.

import { describe, expect, it } from "vitest";
import { budgetOf } from "../../../host/board/budget.js";
import { boardNames, boardPath } from "../../../host/board/folder.js";
import { hostOf, loadBoard } from "../../../host/board/load.js";
import { parseConfig } from "../../../host/config/load.js";
import { configText } from "../../../host/config/text.js";

const WANTED = [
  "generic-x64",
  "nanopi-r4s",
  "pc-engines-apu2",
  "qemu-aarch64",
  "qemu-x64",
  "raspberry-pi-4",
  "raspberry-pi-cm4",
];

describe("boards/", () => {
  it("has the boards that are asked for", () => {
    expect(boardNames()).toEqual(expect.arrayContaining(WANTED));
  });

  it.each(boardNames())("%s", async (name) => {
    const { board, warnings } = await loadBoard(boardPath(name));
    expect(board.name).toBe(name);
    expect(warnings).toEqual([]);
    const { memory, disk, findings } = budgetOf(board);
    expect(findings).toEqual([]);
    // Something is left for what nobody thought of.
    expect(memory.leftBytes).toBeGreaterThan(memory.bytes / 10);
    expect(disk.leftBytes).toBeGreaterThan(disk.bytes / 10);
    for (const { where } of board.sources) expect(where).toMatch(/^https:\/\/\S+\.\S+/);
    const text = configText(board.config, { host: hostOf(name, board.memoryBytes) });
    const again = parseConfig(text, name, { host: hostOf(name, board.memoryBytes) });
    expect(again.config).toEqual(board.config);
  });
});
