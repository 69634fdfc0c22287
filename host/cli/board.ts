// The work of `stray board`: profiles in; lists, budgets, problems and configurations out.
// Apart from the options because it loads the configuration's machinery, which they need not.
// Always holds: what was asked for goes to standard output, problems and warnings to standard error; a profile that does
// not fit is shown with its parts, and gives no configuration.

import { type Budget, budgetOf } from "../board/budget.js";
import { boardNames, boardPath } from "../board/folder.js";
import { hostOf, type LoadedBoard, loadBoard } from "../board/load.js";
import { boardPage } from "../board/page.js";
import type { Board } from "../board/types.js";
import { ConfigError, type ConfigProblem, problemLine } from "../config/problem.js";
import { covered } from "../config/secrets.js";
import { configText } from "../config/text.js";
import { printable } from "../errors.js";
import type { JsonOption } from "./board-command.js";
import { textTable } from "./control/text-table.js";
import { bytesText } from "./control/units.js";
import { OutputClosed, OutputWriter } from "./output/writer.js";

const STDOUT = 1;
const STDERR = 2;
const DOES_NOT_FIT = 1;

interface Checked {
  readonly path: string;
  readonly loaded: LoadedBoard | undefined;
  readonly problems: readonly ConfigProblem[];
  /** How many there are, some of which may be left out above. */
  readonly total: number;
  readonly exitCode: number;
}

export async function runList(options: JsonOption): Promise<number> {
  const boards: Board[] = [];
  for (const name of boardNames()) boards.push((await loadBoard(boardPath(name))).board);
  if (options.json) {
    print(STDOUT, [JSON.stringify(boards.map(factsJson))]);
    return 0;
  }
  const lines = textTable<Board>(
    [
      { header: "Name", text: ({ name }) => name },
      { header: "Arch", text: ({ architecture }) => architecture },
      { header: "Memory", text: ({ memoryBytes }) => bytesText(memoryBytes), isRight: true },
      { header: "Left", text: (board) => bytesText(budgetOf(board).memory.leftBytes), isRight: true },
      { header: "Profile", text: ({ config }) => config.sensor.profile },
      { header: "Mode", text: ({ config }) => config.inline.mode },
      { header: "Title", text: ({ title }) => title },
    ],
    boards,
  );
  print(STDOUT, lines.map(printable));
  return 0;
}

export async function runShow(nameOrFile: string, options: JsonOption): Promise<number> {
  const checked = await check(boardPath(nameOrFile));
  const { loaded, exitCode } = checked;
  if (loaded !== undefined) {
    warn(checked);
    const { board } = loaded;
    print(STDOUT, options.json ? [JSON.stringify(boardJson(board))] : boardPage(board).map(printable));
  }
  complain([checked]);
  return exitCode;
}

export async function runCheck(nameOrFile: string | undefined, options: JsonOption): Promise<number> {
  const paths = nameOrFile === undefined ? boardNames().map(boardPath) : [boardPath(nameOrFile)];
  const results: Checked[] = [];
  for (const path of paths) results.push(await check(path));
  if (options.json) {
    print(STDOUT, [JSON.stringify(results.map(checkedJson))]);
  } else {
    results.forEach(warn);
    complain(results);
    print(
      STDOUT,
      results
        .filter(({ exitCode }) => exitCode === 0)
        .map(({ path, loaded }) => printable(`${path}: ${fitText(loaded!.board)}`)),
    );
  }
  return Math.max(...results.map(({ exitCode }) => exitCode));
}

export async function runConfig(nameOrFile: string, options: JsonOption): Promise<number> {
  const checked = await check(boardPath(nameOrFile));
  warn(checked);
  complain([checked]);
  if (checked.exitCode !== 0 || checked.loaded === undefined) return checked.exitCode;
  const { board } = checked.loaded;
  if (options.json) {
    const whole = covered(board.config);
    print(STDOUT, [JSON.stringify(whole, (_key, value: unknown) => (value === undefined ? null : value))]);
    return 0;
  }
  const host = hostOf(board.name, board.memoryBytes);
  const head = [
    `# Configuration of stray for: ${board.title}. \`stray board show ${board.name}\` tells what it takes.`,
    "# What is not here is as by default: `stray config show` prints all of it.",
  ];
  print(STDOUT, [...head.map(printable), configText(board.config, { host }).trimEnd()]);
  return 0;
}

/** What is wrong with a profile is an outcome here; what can't be read at all is thrown. */
async function check(path: string): Promise<Checked> {
  try {
    const loaded = await loadBoard(path);
    const problems = budgetOf(loaded.board).findings.map((finding) => loaded.problem(finding));
    const exitCode = problems.length === 0 ? 0 : DOES_NOT_FIT;
    return { path, loaded, problems, total: problems.length, exitCode };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { problems, total, exitCode } = error;
    return { path, loaded: undefined, problems, total, exitCode };
  }
}

function warn({ path, loaded }: Checked): void {
  const warnings = loaded?.warnings ?? [];
  print(
    STDERR,
    warnings.map((warning) => printable(`stray: warning: ${path}: ${warning}`)),
  );
}

function complain(results: readonly Checked[]): void {
  const lines = results.flatMap(({ problems, total }) => {
    const rest = total - problems.length;
    return [...problems.map(problemLine), ...(rest > 0 ? [`... and ${rest} more`] : [])];
  });
  print(
    STDERR,
    lines.map((line) => `stray: ${line}`),
  );
}

function fitText(board: Board): string {
  const { memory, disk } = budgetOf(board);
  return `fits, ${bytesText(memory.leftBytes)} of memory and ${bytesText(disk.leftBytes)} of storage left`;
}

function factsJson(board: Board): object {
  const { name, path, title, architecture, memoryBytes, cores, storage, nics } = board;
  const { memory, disk, findings } = budgetOf(board);
  return {
    name,
    file: path,
    title,
    architecture,
    memoryBytes,
    cores,
    storage,
    nics,
    profile: board.config.sensor.profile,
    mode: board.config.inline.mode,
    memoryLeftBytes: memory.leftBytes,
    storageLeftBytes: disk.leftBytes,
    fits: findings.length === 0,
  };
}

function boardJson(board: Board): object {
  const { memory, disk } = budgetOf(board);
  const { system, notes, sources, unverified } = board;
  return {
    ...factsJson(board),
    system,
    memory: budgetJson(memory),
    disk: budgetJson(disk),
    notes,
    sources,
    unverified,
  };
}

function budgetJson({ bytes, needBytes, leftBytes, parts }: Budget): object {
  return { bytes, needBytes, leftBytes, parts };
}

function checkedJson({ path, loaded, problems, total, exitCode }: Checked): object {
  const shown = problems.map((problem) => {
    const { place, key, expected, found, hint } = problem;
    const { line = null, column = null } = place ?? {};
    return { line, column, key, expected, found, hint: hint ?? null, message: problemLine(problem) };
  });
  const isValid = loaded !== undefined;
  const warnings = loaded?.warnings ?? [];
  return { file: path, valid: isValid, fits: exitCode === 0, problems: shown, total, warnings };
}

function print(fd: number, lines: readonly string[]): void {
  const writer = new OutputWriter(fd);
  try {
    for (const line of lines) writer.line(`${line}\n`);
    writer.flush();
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}
