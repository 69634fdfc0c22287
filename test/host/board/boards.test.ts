// The profiles that come with stray: each is valid, fits, names its sources, and gives a configuration.

import { describe, expect, it } from "vitest";
import { budgetOf } from "../../../host/board/budget.js";
import { boardNames, boardPath } from "../../../host/board/folder.js";
import { hostOf, loadBoard } from "../../../host/board/load.js";
import { BOARD_NAMES } from "../../../host/board/names.js";
import { parseConfig } from "../../../host/config/load.js";
import { configText } from "../../../host/config/text.js";

describe("boards/", () => {
  it("has the boards that completion names", () => {
    expect(boardNames()).toEqual([...BOARD_NAMES]);
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
    // What stands between two wires and is forgotten there cuts no link when strayd stops.
    expect(board.config.inline.atStop === "bypass").toBe(board.nics.some(({ role }) => role === "wire-a"));
    for (const { where } of board.sources) expect(where).toMatch(/^https:\/\/\S+\.\S+/);
    const text = configText(board.config, { host: hostOf(name, board.memoryBytes) });
    const again = parseConfig(text, name, { host: hostOf(name, board.memoryBytes) });
    expect(again.config).toEqual(board.config);
  });
});
