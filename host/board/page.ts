// A board and its budget as `stray board show` prints them.
// Apart from the command because it is only text from data.
// Always holds: the parts that are shown add up to what is needed; lines may hold what the file said, unescaped.

import { textTable } from "../cli/control/text-table.js";
import { bytesText, countText } from "../cli/control/units.js";
import { type Budget, type BudgetPart, budgetOf } from "./budget.js";
import type { Board, Nic, StorageKind } from "./types.js";

const WEARING: readonly StorageKind[] = ["sd", "emmc", "ssd"];
const INDENT = "  ";

export function boardPage(board: Board): string[] {
  const { memory, disk } = budgetOf(board);
  return [
    ...headLines(board),
    "",
    ...indented(nicTable(board.nics)),
    "",
    ...budgetLines("Memory", memory),
    "",
    ...budgetLines("Storage", disk),
    ...listed("Notes", board.notes),
    ...listed(
      "Sources",
      board.sources.map(({ title, where, tells }) => `${title}: ${tells}. ${where}`),
    ),
    ...listed("Not verified", board.unverified),
  ];
}

function headLines({ name, title, architecture, cores, memoryBytes, storage, config }: Board): string[] {
  const wear = WEARING.includes(storage.kind) ? ", which wears with every write" : "";
  const has = [
    architecture,
    `${cores} core${cores === 1 ? "" : "s"}`,
    `${bytesText(memoryBytes)} of memory`,
    `${bytesText(storage.bytes)} of storage (${storage.kind}${wear})`,
  ];
  const { workers, interfaces } = config.capture;
  const use = [
    `profile ${config.sensor.profile}`,
    `mode ${config.inline.mode}`,
    `${workers} worker${workers === 1 ? "" : "s"} on ${interfaces.join(", ")}`,
  ];
  return [`${name}: ${title}`, `${INDENT}${has.join(", ")}`, `${INDENT}stray: ${use.join(", ")}`];
}

function nicTable(nics: readonly Nic[]): string[] {
  return textTable<Nic>(
    [
      { header: "Interface", text: ({ name }) => name },
      { header: "Role", text: ({ role }) => role },
      { header: "Mbit/s", text: ({ megabits }) => countText(megabits), isRight: true },
      { header: "Driver", text: ({ driver }) => driver },
    ],
    nics,
  );
}

function budgetLines(title: string, { bytes, parts, needBytes, leftBytes }: Budget): string[] {
  const sum = (what: string, size: number): BudgetPart => ({
    ...{ name: "", group: "system", what, key: "" },
    ...{ bytesEach: size, count: 1, bytes: size },
  });
  const total = [sum("needed", needBytes), sum("there", bytes), sum("left", leftBytes)];
  const table = textTable<BudgetPart>(
    [
      { header: title, text: ({ what }) => what },
      {
        header: "Each",
        text: ({ bytesEach, count }) => (count === 1 ? "" : sizeText(bytesEach)),
        isRight: true,
      },
      { header: "Times", text: ({ count }) => (count === 1 ? "" : `x${count}`), isRight: true },
      { header: "Bytes", text: (part) => sizeText(part.bytes), isRight: true },
      { header: "By", text: ({ key }) => key },
    ],
    [...parts, ...total],
  );
  const line = "-".repeat(Math.max(...table.map((row) => row.length)));
  return [...table.slice(0, -total.length), line, ...table.slice(-total.length)];
}

/** What does not fit has a minus before it. */
function sizeText(bytes: number): string {
  return bytes < 0 ? `-${bytesText(-bytes)}` : bytesText(bytes);
}

function listed(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `${INDENT}- ${line}`)];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => INDENT + line);
}
