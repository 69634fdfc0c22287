// The prompt, as a person sits before it: completion, history, keys, commands that fail, the screen of top.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../host/cli/program.js";
import { complete, type Values } from "../../../host/cli/prompt/complete.js";
import { HISTORY_LINES_MAX, History, historyPath } from "../../../host/cli/prompt/history.js";
import { eventually } from "../../support/eventually.js";
import { requireProgram } from "../../support/system.js";
import { bundleCommands, startProgram } from "../control/run-command.js";
import { temporaryFolder } from "../control/support.js";
import { plain, programOnTerminal, type Step } from "./on-terminal.js";

bundleCommands();

const VALUES: Values = {
  of: (name) => (name === "id" ? Promise.resolve(["I-7K3QF2MX", "I-9XB2M0TD"]) : undefined),
};

async function candidates(line: string): Promise<readonly string[]> {
  const program = buildProgram(() => undefined);
  return (await complete(line, program, VALUES, ([first]) => first !== "read", ["exit"]))[0];
}

describe("completion", () => {
  it.each([
    ["sta", ["status"]],
    ["  sta", ["status"]],
    ["stray sta", ["status"]],
    ["re", ["reload", "report"]],
    ["ex", ["exit"]],
    ["nosuch", []],
    ["incidents s", ["show"]],
    ["incidents show ", ["I-7K3QF2MX", "I-9XB2M0TD"]],
    ["incidents show I-9", ["I-9XB2M0TD"]],
    ["incidents close I-9XB2M0TD I-7", ["I-7K3QF2MX"]],
    ["incidents show I-9XB2M0TD ", []],
    ["incidents list --sev", ["--severity"]],
    ["incidents --sev", ["--severity"]],
    ["incidents list --severity ", ["critical", "high", "low", "medium"]],
    ["incidents list --severity=h", ["--severity=high"]],
    ["alerts --format fu", ["full", "full-ids"]],
    ["alerts --since x --fol", ["--follow"]],
    ["alerts --since --fol", []],
    ["top --by by", ["bytes"]],
    ["bypass o", ["off", "on"]],
    ["status --j", ["--json"]],
    ["status --json --he", ["--help"]],
  ])("%j", async (line, expected) => {
    expect(await candidates(line)).toEqual(expected);
  });

  it("answers the word that is being typed", async () => {
    const program = buildProgram(() => undefined);
    expect((await complete("incidents  sh", program, VALUES, () => true))[1]).toBe("sh");
    expect((await complete("", program, VALUES, () => true))[0]).toContain("incidents");
  });
});

describe("the history's file", () => {
  const place = () => join(temporaryFolder(), "state", "stray", "history");

  it("is the user's own, and the latest line comes first in the next session", () => {
    const path = place();
    const first = new History(path);
    for (const line of ["status", "top", "status", "", "x".repeat(2000), "bell\u0007"]) first.add(line);
    first.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const second = new History(path);
    expect(second.lines.slice(0, 2)).toEqual(["status", "top"]);
    second.add("status");
    second.close();
    expect(readFileSync(path, "utf8")).toBe("status\ntop\nstatus\n");
  });

  it("does not grow without end, and is read whatever it is", () => {
    const path = place();
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, `${"\u0000\u001b[2J\n".repeat(50)}${"y".repeat(5000)}\n`, { mode: 0o666 });
    chmodSync(path, 0o666);
    const odd = new History(path);
    expect(odd.lines).toEqual([]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    for (let count = 0; count < 3 * HISTORY_LINES_MAX; count++)
      odd.add(`flows host 192.0.2.${count} and tcp port 443`);
    expect(odd.lines).toHaveLength(HISTORY_LINES_MAX);
    odd.close();
    const next = new History(path);
    expect(next.lines[0]).toBe(`flows host 192.0.2.${3 * HISTORY_LINES_MAX - 1} and tcp port 443`);
    next.add("last");
    next.close();
    const kept = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(kept).toHaveLength(HISTORY_LINES_MAX + 1);
    expect(kept.at(-1)).toBe("last");
  });

  it("follows no link, and is left out where it can't be", () => {
    const folder = temporaryFolder();
    const other = join(folder, "other");
    writeFileSync(other, "precious\n");
    symlinkSync(other, join(folder, "history"));
    for (const path of [join(folder, "history"), join(other, "history"), folder, "/dev/null", undefined]) {
      const history = new History(path);
      history.add("status");
      expect(history.lines).toEqual(["status"]);
      history.close();
    }
    expect(readFileSync(other, "utf8")).toBe("precious\n");
  });

  it("has its place", () => {
    expect(historyPath({ XDG_STATE_HOME: "/x" })).toBe("/x/stray/history");
    for (const base of [undefined, "", "relative"])
      expect(historyPath({ XDG_STATE_HOME: base })).toMatch(/\/\.local\/state\/stray\/history$/);
  });
});

interface Place {
  readonly socket: string;
  readonly state: string;
}

async function sensor(): Promise<Place> {
  const folder = temporaryFolder();
  const socket = join(folder, "stray.sock");
  const { output } = startProgram("strayd", [socket, "40"]);
  await eventually(() => output.stdout === "ready\n", "strayd listens");
  return { socket, state: join(folder, "state") };
}

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const UP = "\u001b[A";
const READY = "stray> ";

const type = ({ socket, state }: Place, steps: Step[], env: NodeJS.ProcessEnv = {}) =>
  programOnTerminal("prompt", [socket], steps, { XDG_STATE_HOME: state, ...env });

describe.skipIf(!requireProgram("python3", "python3"))("the prompt on a terminal", () => {
  it("runs commands of this same process, again and again, and ends with Ctrl-D", async () => {
    const place = await sensor();
    const seen = await type(place, [
      { wait: READY, send: "status --json\r" },
      { wait: `"pid":4242.*${READY}`, send: "status\r" },
      { wait: `No problems.*${READY}`, send: "stray flows -N 1 --json\r" },
      { wait: `"proto".*${READY}`, send: "flows -N 1\r" },
      { wait: `Start_Time.*${READY}`, send: CTRL_D },
    ]);
    expect(seen).toMatchObject({ exitCode: 0, isLineMode: true });
    // What one run was told is forgotten in the next.
    const [, second = ""] = seen.output.split("No problems");
    expect(seen.output.split('"pid":4242')).toHaveLength(2);
    expect(second.split('"proto"')).toHaveLength(2);
    expect(seen.output).toContain("\u001b[1mstray> ");
  });

  it("completes commands, options and what strayd knows; without strayd it waits for nobody", async () => {
    const place = await sensor();
    const seen = await type(place, [
      { wait: READY, send: "stat\t" },
      { wait: "status ", send: "--j\t" },
      { wait: "--json ", send: "\r" },
      { wait: `"pid":4242.*${READY}`, send: "counters --interface=e\t" },
      { wait: "--interface=eth0 ", send: `\r` },
      { wait: READY, send: "re\t\t" },
      { wait: "reload +report", send: `load\r` },
      { wait: `reloaded.*${READY}`, send: "exit\r" },
    ]);
    expect(seen).toMatchObject({ exitCode: 0, isLineMode: true });
    const nobody = await type({ ...place, socket: `${place.socket}.none` }, [
      { wait: READY, send: "incidents show \t\t" },
      { wait: "show ", send: "x\r" },
      { wait: `strayd is not running.*${READY}`, send: "quit\r" },
    ]);
    expect(nobody.exitCode).toBe(0);
  });

  it("remembers lines from one session to the next", async () => {
    const place = await sensor();
    await type(place, [
      { wait: READY, send: "status --json\r" },
      { wait: `4242.*${READY}`, send: "reload\r" },
      { wait: `reloaded.*${READY}`, send: CTRL_D },
    ]);
    const path = join(place.state, "stray", "history");
    expect(readFileSync(path, "utf8")).toBe("status --json\nreload\n");
    const seen = await type(place, [
      { wait: READY, send: UP + UP },
      { wait: "status --json", send: "\r" },
      { wait: `"pid":4242.*${READY}`, send: "exit\r" },
    ]);
    expect(seen.exitCode).toBe(0);
    expect(readFileSync(path, "utf8")).toBe("status --json\nreload\nstatus --json\nexit\n");
    // Where nothing can be kept, it works all the same.
    const nowhere = await type({ ...place, state: "/dev/null" }, [
      { wait: READY, send: "reload\r" },
      { wait: `reloaded.*${READY}`, send: UP },
      { wait: "reload", send: `${CTRL_C}exit\r` },
    ]);
    expect(nowhere.exitCode).toBe(0);
    expect(existsSync("/dev/null/stray")).toBe(false);
  });

  it("clears the line on Ctrl-C, and goes on", async () => {
    const seen = await type(await sensor(), [
      { wait: READY, send: "stop --nonsense" },
      { wait: "nonsense", send: CTRL_C },
      { wait: `\\^C.*${READY}`, send: "reload\r" },
      { wait: `reloaded.*${READY}`, send: CTRL_D },
    ]);
    expect(seen.exitCode).toBe(0);
    expect(seen.output).not.toContain("stray: unknown");
  });

  it("outlives commands that are unknown, refused, wrong, failing, or have a bug", async () => {
    const seen = await type(await sensor(), [
      { wait: READY, send: "nosuch\r" },
      { wait: `stray: unknown command 'nosuch'.*${READY}`, send: "statsu\r" },
      { wait: `Did you mean status.*${READY}`, send: "stop\r" },
      {
        wait: `stray: "stop" can't be asked for here; "help" lists what can be.*${READY}`,
        send: "status --nosuch\r",
      },
      { wait: `stray: unknown option '--nosuch'.*${READY}`, send: "flows port port\r" },
      { wait: `stray: .*port.*${READY}`, send: "crash\r" },
      { wait: `stray: internal error, please report it: a bug of ours.*${READY}`, send: "it's\r" },
      { wait: `stray: a ' is not closed.*${READY}`, send: "\r   \r" },
      { wait: READY, send: "help status\r" },
      { wait: `Usage: stray status.*${READY}`, send: "help\r" },
      { wait: `incidents.*At this prompt.*${READY}`, send: "status --help\r" },
      { wait: `Usage: stray status.*${READY}`, send: "status\r" },
      { wait: `No problems.*${READY}`, send: CTRL_D },
    ]);
    expect(seen).toMatchObject({ exitCode: 0, isLineMode: true });
    expect(seen.output).not.toMatch(/^\s+at /m);
  });

  it("interrupts what goes on, or hangs, with Ctrl-C", async () => {
    const seen = await type(await sensor(), [
      { wait: READY, send: "counters --watch=0.1 --json\r" },
      { wait: '"nowMs".*"nowMs"', send: CTRL_C },
      { wait: READY, send: "counters --watch=3600\r" },
      { wait: "packets", send: CTRL_C },
      { wait: READY, send: "hang\r" },
      { wait: "hanging", send: CTRL_C },
      { wait: READY, send: "status\r" },
      { wait: `No problems.*${READY}`, send: CTRL_D },
    ]);
    expect(seen).toMatchObject({ exitCode: 0, isLineMode: true });
    expect(seen.output).not.toContain("stray: strayd");
  });

  it("lends the screen to top, and has it back", async () => {
    const seen = await type(await sensor(), [
      { wait: READY, send: "top --interval 0.2\r" },
      { wait: "packets 1,000/s.*q quit", send: "q" },
      { wait: `1049l.*${READY}`, send: "top --interval 0.2\r" },
      { wait: "q quit", send: CTRL_C },
      { wait: `1049l.*${READY}`, send: "stat\t" },
      { wait: "status ", send: "\r" },
      { wait: `No problems.*${READY}`, send: CTRL_D },
    ]);
    expect(seen).toMatchObject({ exitCode: 0, isLineMode: true });
  });

  it("takes lines that are pasted, and one that is not yet ended", async () => {
    const seen = await type(await sensor(), [
      { wait: READY, send: "reload\rstatus --json\rexi" },
      { wait: `reloaded.*"pid":4242.*${READY}.*exi`, send: "t\r" },
    ]);
    expect(seen.exitCode).toBe(0);
  });

  it("has no colour where none is wanted, and ends with the terminal or when told to", async () => {
    const seen = await type(
      await sensor(),
      [
        { wait: READY, send: "hang\r" },
        { wait: "hanging", signal: "SIGTERM" },
      ],
      { NO_COLOR: "1" },
    );
    expect(seen.exitCode).toBe(143);
    expect(plain(seen.output)).toBe(
      seen.output.replaceAll("\u001b[1G", "").replaceAll("\u001b[0J", "").replaceAll("\u001b[8G", ""),
    );
    expect((await type(await sensor(), [{ wait: READY, signal: "SIGHUP" }])).exitCode).toBe(129);
  });
});

describe("the prompt without a terminal", () => {
  it("runs the lines that come, and keeps none of them", async () => {
    const { socket, state } = await sensor();
    const { child, ended } = startProgram("prompt", [socket], { XDG_STATE_HOME: state }, "pipe");
    child.stdin?.end("reload\nnosuch\n\nstatus --json\nexit\nreload\n");
    const { stdout, stderr, exitCode } = await ended;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^reloaded[^{]*\{"version":"0\.1\.0".*\}\n$/s);
    expect(stderr).toBe("stray: unknown command 'nosuch'\n");
    expect(existsSync(state)).toBe(false);
  });
});
