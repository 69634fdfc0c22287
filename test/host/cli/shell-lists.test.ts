// What a restricted login may ask, held against the program: every command and option is in a list, and what comes out of
// cutting the program down has nothing else.

import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../host/cli/program.js";
import { ALLOWED, ALLOWED_OF_PROGRAM, REFUSED, REFUSED_EVERYWHERE } from "../../../host/cli/shell/allowed.js";
import { cleanEnvironment } from "../../../host/cli/shell/environment.js";
import { requestOf } from "../../../host/cli/shell/request.js";
import { commandPaths, expectAllowed, optionName, restrict } from "../../../host/cli/shell/restrict.js";
import { lineOf } from "../../../host/cli/shell/words.js";
import { sshOrigin } from "../../../host/control/introduction.js";
import { StrayError } from "../../../host/errors.js";
import { Random, seedOf } from "../../support/random.js";

const SOCKET = "/run/nosuch/stray.sock";
const program = () => buildProgram(() => undefined);
const restricted = () => restrict(program(), SOCKET);

function commandAt(root: Command, path: readonly string[]): Command {
  return path.reduce((command, name) => command.commands.find((child) => child.name() === name)!, root);
}

function optionsOf(command: Command): string[] {
  return command.options.map(optionName);
}

describe("the lists", () => {
  it("have every command of the program, allowed or refused, and no other", () => {
    const all = commandPaths(program()).map((path) => path.join(" "));
    const listed = [...Object.keys(ALLOWED), ...Object.keys(REFUSED)];
    expect(listed.sort()).toEqual([...new Set(listed)].sort());
    expect(all.filter((path) => !listed.includes(path))).toEqual([]);
    expect(listed.filter((path) => !all.includes(path))).toEqual([]);
  });

  it("have every option of an allowed command, allowed or refused, and no other", () => {
    for (const [path, { options, refused = [] }] of Object.entries(ALLOWED)) {
      const all = optionsOf(commandAt(program(), path.split(" ")));
      const listed = [...options, ...refused];
      expect(
        all.filter((name) => !listed.includes(name) && !REFUSED_EVERYWHERE.includes(name)),
        path,
      ).toEqual([]);
      expect(
        listed.filter((name) => !all.includes(name)),
        path,
      ).toEqual([]);
      expect(
        options.filter((name) => refused.includes(name) || REFUSED_EVERYWHERE.includes(name)),
        path,
      ).toEqual([]);
    }
  });

  it("have no option whose value is a path, a folder or a file", () => {
    for (const path of commandPaths(restricted())) {
      const command = commandAt(restricted(), path);
      for (const option of command.options)
        expect(option.flags, path.join(" ")).not.toMatch(/path|file|folder|director|database|socket/);
      for (const argument of command.registeredArguments) {
        if (/file|path|folder/.test(argument.name()))
          expect(ALLOWED[path.join(" ")]?.only?.[argument.name()]).toEqual(["-"]);
      }
    }
  });
});

describe("the program of a restricted login", () => {
  it("has what is allowed, and nothing else", () => {
    const cut = restricted();
    expect(
      commandPaths(cut)
        .map((path) => path.join(" "))
        .sort(),
    ).toEqual(Object.keys(ALLOWED).sort());
    expect(optionsOf(cut).filter((name) => !ALLOWED_OF_PROGRAM.includes(name))).toEqual([]);
    const groups = cut.commands.filter(({ commands }) => commands.length > 0);
    for (const group of groups) expect(optionsOf(group)).toEqual([]);
  });

  it("refuses a command or an option that is in no list", async () => {
    const grown = program();
    const added = grown
      .command("dump")
      .option("--to <file>")
      .action(() => undefined);
    grown.commands.find((child) => child.name() === "status")!.option("--log <file>");
    const cut = restrict(grown, SOCKET);
    expect(cut.commands).not.toContain(added);
    await expect(said(cut, ["dump"])).resolves.toContain("unknown command 'dump'");
    await expect(said(cut, ["status", "--log", "x"])).resolves.toContain("unknown option '--log'");
  });

  /** Runs it; answers what it complains of. */
  async function said(cut: Command, words: readonly string[]): Promise<string> {
    let text = "";
    const hear = (command: Command) => {
      command.configureOutput({ writeErr: (more) => (text += more), writeOut: (more) => (text += more) });
      for (const child of command.commands) hear(child);
    };
    hear(cut);
    const failure = await cut.parseAsync([...words], { from: "user" }).then(
      () => undefined,
      (error: Error) => error,
    );
    return text === "" ? String(failure?.message) : text;
  }

  it.each([
    [["status", "--socket", "/etc/passwd"], "--socket"],
    [["status", "--socket=/etc/passwd"], "--socket"],
    [["rpc", "--socket", "/etc/passwd"], "--socket"],
    [["flows", "--from", "today", "--store", "/etc"], "--store"],
    [["flows", "--config", "/etc/shadow"], "--config"],
    [["incidents", "--database", "/etc/shadow"], "--database"],
    [["incidents", "report", "I-7K3Q", "-o", "/tmp/x.md"], "-o"],
    [["incidents", "report", "I-7K3Q", "--output=/tmp/x.md"], "--output"],
    [["incidents", "report", "I-7K3Q", "--evidence", "/etc"], "--evidence"],
    [["incidents", "export", "-w", "/tmp/x"], "-w"],
    [["dark", "list", "--state", "/etc/shadow"], "--state"],
    [["dark", "import", "--file", "/etc/shadow"], "--file"],
    [["-H", "-oProxyCommand=id", "status"], "-H"],
    [["-c", "/etc/shadow", "status"], "-c"],
    [["--config", "/etc/shadow"], "--config"],
    [["status", "-H", "x"], "-H"],
  ])("refuses %j", async (words, option) => {
    const text = await said(restricted(), words);
    expect(text).toMatch(
      new RegExp(
        `^stray: unknown option '${option}[^\n]*no files, sockets or other machines can be named[^\n]*\n$`,
      ),
    );
  });

  it("takes a list from standard input alone", async () => {
    expect(await said(restricted(), ["dark", "import", "/etc/shadow"])).toMatch(
      /^stray: .*Only - can be given over this login\.\n$/,
    );
    expect(await said(restricted(), ["dark", "import", "--", "/etc/shadow"])).toContain(
      "Only - can be given",
    );
  });

  it.each(Object.keys(REFUSED))("says why there is no %s", (path) => {
    expect(() => expectAllowed([...path.split(" "), "--json"])).toThrow(StrayError);
    expect(() => expectAllowed([...path.split(" "), "--json"])).toThrow(
      `"stray ${path}" can't be asked for over this login: `,
    );
  });

  it("asks the socket that it is told, whatever the environment says", () => {
    for (const path of commandPaths(restricted())) {
      const command = commandAt(restricted(), path);
      const had = optionsOf(commandAt(program(), path)).includes("--socket");
      if (had) expect(command.getOptionValue("socket"), path.join(" ")).toBe(SOCKET);
    }
  });

  it("survives words of any kind", async () => {
    const seed = seedOf("restricted words");
    const random = new Random(seed);
    const names = [...new Set(commandPaths(program()).flat())];
    const odd = [
      "--",
      "-",
      "",
      "--socket",
      "-c",
      "-x",
      "--=",
      "=",
      "__proto__",
      "constructor",
      "@/etc/passwd",
      "--help=x",
      "ä",
      "-nnn",
      "help",
    ];
    for (let round = 0; round < 300; round++) {
      const words = Array.from({ length: random.between(1, 5) }, () =>
        random.chance(0.5) ? names[random.below(names.length)]! : odd[random.below(odd.length)]!,
      );
      const cut = restricted();
      // What would run is left out: what matters is what is taken for what.
      for (const path of commandPaths(cut)) commandAt(cut, path).action(() => undefined);
      const text = await said(cut, words);
      expect(typeof text, `seed ${seed}: ${lineOf(words)}`).toBe("string");
    }
  });
});

describe("what is asked", () => {
  it.each<[Parameters<typeof requestOf>[0], ReturnType<typeof requestOf>]>([
    [{ original: undefined }, { words: [], role: undefined }],
    [{ original: "" }, { words: [], role: undefined }],
    [{ original: "stray status --json" }, { words: ["status", "--json"], role: undefined }],
    [{ original: "/usr/bin/stray status" }, { words: ["status"], role: undefined }],
    [{ original: "status" }, { words: ["status"], role: undefined }],
    [
      { original: "status", role: "viewer" },
      { words: ["status"], role: "viewer" },
    ],
    // The login shell: what sshd was told to run, or what the client asked for.
    [
      { c: "stray status", original: undefined },
      { words: ["status"], role: undefined },
    ],
    [
      { c: "stray status", original: "stray stop" },
      { words: ["status"], role: undefined },
    ],
    [
      { c: "/usr/bin/stray-shell", original: "stray stop" },
      { words: ["stop"], role: undefined },
    ],
    [
      { c: "stray shell --role viewer", original: "stray stop" },
      { words: ["stop"], role: "viewer" },
    ],
    [
      { c: "stray-shell --role=operator", original: undefined },
      { words: [], role: "operator" },
    ],
    [
      { c: "stray shell --role admin", original: "status", role: "viewer" },
      { words: ["status"], role: "viewer" },
    ],
    // A client that says so itself gets no shell within the shell.
    [
      { c: "stray-shell", original: "stray shell --role admin" },
      { words: ["shell", "--role", "admin"], role: undefined },
    ],
  ])("of %j", (given, request) => {
    expect(requestOf(given)).toEqual(request);
  });

  it.each([
    "stray shell --socket /tmp/x",
    "stray shell -c 'stray stop'",
    "stray shell --role root",
    "stray shell --role viewer --role admin",
    "stray-shell x",
  ])("of a login shell that is told %j is nothing", (c) => {
    expect(() => requestOf({ c, original: "status" })).toThrow(/takes --role ROLE and nothing else/);
  });
});

describe("the environment", () => {
  it("has nothing in it that is not asked for by name", () => {
    const kept = {
      TERM: "xterm-256color",
      LANG: "de_AT.UTF-8",
      LC_ALL: "C.UTF-8",
      COLUMNS: "120",
      LINES: "40",
    };
    const ssh = { SSH_CONNECTION: "192.0.2.7 50112 192.0.2.1 22", SSH_TTY: "/dev/pts/3" };
    const gone = {
      NODE_OPTIONS: "--require /tmp/x.js",
      NODE_PATH: "/tmp",
      LD_PRELOAD: "/tmp/x.so",
      LD_LIBRARY_PATH: "/tmp",
      STRAY_SOCKET: "/tmp/x.sock",
      STRAY_DEBUG: "1",
      PAGER: "sh",
      LESSOPEN: "|sh",
      TZ: ":/etc/shadow",
      HOME: "/root",
      SSH_ORIGINAL_COMMAND: "id",
      SSH_AUTH_SOCK: "/tmp/a",
      BASH_ENV: "/tmp/x",
      TERMINFO: "/tmp",
    };
    const environment: NodeJS.ProcessEnv = { ...kept, ...ssh, ...gone, PATH: "/tmp" };
    cleanEnvironment(environment);
    expect(environment).toEqual({ ...kept, ...ssh, PATH: "/usr/bin:/bin" });
  });

  it.each([
    ["TERM", "../../tmp/x"],
    ["LANG", "/tmp/x"],
    ["LC_ALL", "x;id"],
    ["LC_EVIL", "a\nb"],
    ["SSH_TTY", "/dev/../tmp/x"],
    ["SSH_CONNECTION", "$(id)"],
    ["COLUMNS", "x".repeat(300)],
  ])("loses %s=%j", (name, value) => {
    const environment: NodeJS.ProcessEnv = { [name]: value };
    cleanEnvironment(environment);
    expect(environment).toEqual({ PATH: "/usr/bin:/bin" });
  });

  it.each<[string | undefined, string | undefined]>([
    ["192.0.2.7 50112 192.0.2.1 22", "192.0.2.7 port 50112"],
    ["2001:db8::7 5 2001:db8::1 22", "2001:db8::7 port 5"],
    ["fe80::1%eth0 5 fe80::2%eth0 22", "fe80::1%eth0 port 5"],
    [undefined, undefined],
    ["", undefined],
    ["host 5 host 22", undefined],
    ["192.0.2.7 5;id 192.0.2.1 22", undefined],
    ["192.0.2.7 50112", undefined],
  ])("says of SSH_CONNECTION=%j that the client is at %j", (connection, origin) => {
    expect(sshOrigin(connection === undefined ? {} : { SSH_CONNECTION: connection })).toBe(origin);
  });
});
