// Ways out of a login over ssh that somebody might try, over a real sshd whose own configuration leaves everything open: each is
// judged by what it brought about (a file, a connection, a change in the sensor, a secret in what is printed), not by its exit.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { lineOf } from "../../host/cli/shell/words.js";
import { until } from "../support/daemon.js";
import { canLogIn, type KeyName, SshRig } from "../support/ssh/rig.js";

/** With ForceCommand; with a key's command. */
const WAYS = ["admin", "keyed-any"] as const satisfies readonly KeyName[];
/** What of /etc/passwd or /etc/shadow would be seen. */
const SECRET = /root:|daemon:|:20000:|nologin/;
const HELLO = '{"jsonrpc":"2.0","id":1,"method":"v1.hello"}\n';

describe.skipIf(!canLogIn())("from a login over ssh", () => {
  let rig: SshRig;
  /** Where whoever gets a forwarded connection through arrives. */
  let target: Server;
  let reached = 0;

  beforeAll(async () => {
    rig = await SshRig.start();
    target = createServer((socket) => {
      reached++;
      socket.on("error", () => undefined).end("reached\n");
    });
    await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  }, 60_000);
  afterAll(async () => {
    target?.close();
    await rig?.remove();
  });
  afterEach(() => {
    for (const name of rig.marked) rmSync(join(rig.markers, name), { recursive: true });
    reached = 0;
  });

  const mark = () => join(rig.markers, "mark");
  const targetPort = () => (target.address() as { port: number }).port;

  /** Runs `attempt`; nothing may have come of it. */
  async function withoutEffect<T>(attempt: () => Promise<T>): Promise<T> {
    const before = rig.effects.length;
    const result = await attempt();
    expect(rig.marked).toEqual([]);
    expect(rig.effects.slice(before)).toEqual([]);
    return result;
  }

  it("an account could leave a mark, were it let", () => {
    expect(rig.runAs("viewer", ["sh", "-c", `touch ${mark()}`])).toMatchObject({ exitCode: 0 });
    const { exitCode } = rig.runAs("viewer", ["stray", "--version"], {
      NODE_OPTIONS: `--require=${rig.trap("node")}`,
    });
    expect([exitCode, rig.marked.sort()]).toEqual([0, ["mark", "node"]]);
  });

  const commands: readonly (readonly [what: string, command: (mark: string) => string])[] = [
    ["a second command", (to) => `stray status; touch ${to}`],
    ["a second command if the first does well", (to) => `stray status && touch ${to}`],
    ["a second command if it does not", (to) => `stray nosuch || touch ${to}`],
    ["a command beside", (to) => `stray status & touch ${to}`],
    ["a pipe", (to) => `stray status | tee ${to}`],
    ["output into a file", (to) => `stray status > ${to}`],
    ["input from a file", () => "stray dark import - < /etc/passwd"],
    ["a second line", (to) => `stray status\ntouch ${to}`],
    ["a second line of Windows", (to) => `stray status\r\ntouch ${to}\r\n`],
    ["a command's output as a word", (to) => `stray $(touch ${to})`],
    ["the same in quotes", (to) => `stray "$(touch ${to})"`],
    ["the same as of old", (to) => `stray \`touch ${to}\``],
    ["a process as a file", (to) => `stray dark import <(touch ${to})`],
    ["arithmetic with a command in it", (to) => `stray flows --top $((a[$(touch ${to})]))`],
    ["a variable", () => "stray flows $HOME"],
    ["a group", (to) => `{ touch ${to}; }`],
    ["a function", (to) => `stray() { touch ${to}; }; stray`],
    ["matched file names", () => "stray dark import /etc/pass*"],
    ["a home folder", () => "stray dark import ~root/x"],
    ["a comment", () => "stray status # x"],
    ["another program", (to) => `touch ${to}`],
    ["another program by its path", (to) => `/usr/bin/touch ${to}`],
    ["a shell", () => "sh"],
    ["a shell with a command", (to) => `/bin/sh -c 'touch ${to}'`],
    ["a shell in stray's place", (to) => `exec touch ${to}`],
    ["Node.js", (to) => `node -e 'require("fs").writeFileSync("${to}","")'`],
    ["a variable before the command", (to) => `NODE_OPTIONS=--require=${to} stray status`],
    ["env before the command", (to) => `env NODE_OPTIONS=--require=${to} stray status`],
    ["a module to load", (to) => `stray --require ${to} status`],
    ["the shell in itself", () => "stray shell -c 'stray stop'"],
    ["the shell with another socket", () => "stray shell --socket /tmp/x"],
    ["the login shell's own word", () => "/usr/bin/stray-shell --socket /etc/passwd"],
    ["another socket", () => "stray status --socket /etc/passwd"],
    ["another socket, joined", () => "stray status --socket=/etc/passwd"],
    ["another socket of rpc", () => "stray rpc --socket /etc/passwd"],
    ["a configuration", () => "stray -c /etc/shadow status"],
    ["a configuration by name", () => "stray --config /etc/shadow status"],
    ["a configuration to run by", () => "stray run -c /etc/shadow"],
    ["a configuration to check", () => "stray config check /etc/passwd"],
    ["a configuration to show", () => "stray config show /etc/passwd"],
    ["a file to read", () => "stray read /etc/passwd"],
    ["a file to read, as ra has it", () => "stray read -r /etc/passwd"],
    ["a report of a file", (to) => `stray report -o ${to} /etc/passwd`],
    ["an incident's report into a file", (to) => `stray incidents report I-7K3Q -o ${to}`],
    ["an incident's report into a file, joined", (to) => `stray incidents report I-7K3Q --output=${to}.html`],
    ["evidence from elsewhere", () => "stray incidents report I-7K3Q --evidence /etc"],
    ["incidents of another file", () => "stray incidents --database /etc/passwd"],
    ["incidents into a file", (to) => `stray incidents export -w ${to}`],
    ["rules of a file", () => "stray rules check /etc/passwd"],
    ["rules of a file to list", () => "stray rules list /etc/passwd"],
    ["a list of a file", () => "stray dark import /etc/passwd"],
    ["a list of a file behind --", () => "stray dark import -- /etc/passwd"],
    ["a list of standard input by its path", () => "stray dark import /dev/stdin"],
    ["what is known, of another file", () => "stray dark list --state /etc/passwd"],
    ["another store", () => "stray flows --from today --store /etc"],
    ["a filter's file", () => "stray flows -f @/etc/passwd"],
    ["a response file", () => "stray @/etc/passwd"],
    ["another machine", () => "stray -H root@127.0.0.1 status"],
    ["another machine, by a proxy's command", (to) => `stray -H '-oProxyCommand=touch ${to}' status`],
    ["another machine's program", (to) => `stray status -H 'x -oProxyCommand=touch ${to}'`],
    ["scp's other end", () => "scp -f /etc/passwd"],
    ["scp's other end, writing", (to) => `scp -t ${to}`],
    ["sftp's other end", () => "/usr/lib/openssh/sftp-server"],
    ["sshd's own sftp", () => "internal-sftp"],
    ["rsync's other end", () => "rsync --server --sender -e. . /etc/passwd"],
    ["git's other end", () => "git-upload-pack '/etc'"],
    ["a word without end", () => "stray status 'x"],
    ["a word of 100,000 characters", () => `stray status ${"x".repeat(100_000)}`],
    ["1,000 words", () => `stray status ${"x ".repeat(1000)}`],
  ];

  describe.each([...WAYS, "the login shell alone"] as const)("(%s)", (way) => {
    it.each(commands)("%s gets nowhere", async (_what, command) => {
      const { stdout, stderr, exitCode } = await withoutEffect(async () =>
        way === "the login shell alone"
          ? rig.runAs("admin", ["/usr/bin/stray-shell", "-c", command(mark())])
          : await rig.login(way, command(mark())),
      );
      expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
      // A plain line (commander's suggestion may follow), and nothing of a file.
      expect(stderr).toMatch(/^stray: [^\n]+\n$/);
      expect(stderr).not.toMatch(SECRET);
    });
  });

  it("a command larger than a process may have gets nowhere", async () => {
    const { stdout, exitCode } = await withoutEffect(() =>
      rig.login("admin", undefined, { ssh: ["-o", `RemoteCommand=stray status ${"x".repeat(60_000)}`] }),
    );
    expect(stdout).toBe("");
    expect(exitCode).not.toBe(0);
  });

  it.each(WAYS)("a terminal changes nothing (%s)", async (way) => {
    for (const command of [
      `stray status; touch ${mark()}`,
      "sh",
      `touch ${mark()}`,
      "stray read /etc/passwd",
    ]) {
      const input = `touch ${mark()}\n!touch ${mark()}\n`;
      // With `restrict` alone there is none, and nothing runs.
      const { stdout, stderr } = await withoutEffect(() =>
        rig.login(way, command, { ssh: ["-tt"], input, env: { TERM: "xterm" } }),
      );
      expect(stdout + stderr).toMatch(way === "keyed-any" ? /^PTY allocation request failed/ : /^stray: /m);
      expect(stdout + stderr).not.toMatch(SECRET);
    }
  });

  it.each(WAYS)("files don't come or go by sftp or scp (%s)", async (way) => {
    const [got, given] = [join(rig.folder, "got"), join(rig.folder, "given")];
    writeFileSync(given, "x");
    const tries = [
      () => rig.client("sftp", way, ["-b", "-", "HOST"], `get /etc/passwd ${got}\n`),
      () => rig.client("sftp", way, ["-b", "-", "HOST"], `put ${given} ${mark()}\n`),
      () =>
        rig.client(
          "sftp",
          way,
          ["-s", "/usr/lib/openssh/sftp-server", "-b", "-", "HOST"],
          `get /etc/passwd ${got}\n`,
        ),
      () => rig.client("scp", way, ["HOST:/etc/passwd", got]),
      () => rig.client("scp", way, ["-O", "HOST:/etc/passwd", got]),
      () => rig.client("scp", way, [given, `HOST:${mark()}`]),
      () => rig.client("scp", way, ["-O", given, `HOST:${mark()}`]),
    ];
    for (const attempt of tries) {
      const { exitCode, stdout } = await withoutEffect(attempt);
      expect(exitCode).not.toBe(0);
      expect(stdout).not.toMatch(SECRET);
      expect(existsSync(got)).toBe(false);
    }
    expect(readFileSync(given, "utf8")).toBe("x");
  });

  describe.each(["admin", "keyed-any"] as const)("forwarding (%s)", (way) => {
    /** With a session that goes on, and answers. */
    async function during(
      options: readonly string[],
      work: () => Promise<void>,
      env: NodeJS.ProcessEnv = {},
    ) {
      const child = rig.open(way, options, ["stray rpc"], env);
      let heard = "";
      child.stdout?.on("data", (chunk: Buffer) => {
        heard += chunk.toString();
      });
      try {
        child.stdin?.write(HELLO);
        await until("the session answers", () => heard.includes("\n"));
        await work();
      } finally {
        child.stdin?.end();
        const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
        await new Promise((resolve) => child.once("close", resolve));
        clearTimeout(late);
      }
    }

    /** What comes of a connection here. */
    function fetched(port: number, said: string | Buffer): Promise<string> {
      return new Promise((resolve) => {
        let text = "";
        const socket = connect(port, "127.0.0.1");
        socket.setTimeout(10_000, () => socket.destroy());
        socket.on("data", (chunk: Buffer) => {
          text += chunk.toString("latin1");
        });
        socket.on("error", () => undefined).once("close", () => resolve(text));
        socket.write(said);
      });
    }

    async function freePort(): Promise<number> {
      const server = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as { port: number };
      await new Promise((resolve) => server.close(resolve));
      return port;
    }

    it("a port there is not reached (-L)", async () => {
      const port = await freePort();
      await during(["-L", `127.0.0.1:${port}:127.0.0.1:${targetPort()}`], async () => {
        expect(await fetched(port, "x")).toBe("");
      });
      expect(reached).toBe(0);
    });

    it("strayd's own socket is not reached (-L)", async () => {
      const port = await freePort();
      await during(["-L", `127.0.0.1:${port}:/run/stray/stray.sock`], async () => {
        expect(await fetched(port, HELLO)).toBe("");
      });
    });

    it("nothing is reached by SOCKS (-D)", async () => {
      const port = await freePort();
      const to = Buffer.from([5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, targetPort() >> 8, targetPort() & 255]);
      await during(["-D", `127.0.0.1:${port}`], async () => {
        expect(await fetched(port, to)).not.toContain("reached");
      });
      expect(reached).toBe(0);
    });

    it("nothing is reached by standard input and output (-W)", async () => {
      const { stdout, exitCode } = await rig.login(way, undefined, {
        ssh: ["-W", `127.0.0.1:${targetPort()}`],
      });
      expect(stdout).toBe("");
      expect(exitCode).not.toBe(0);
      expect(reached).toBe(0);
    });

    it("no port is opened there (-R)", async () => {
      const port = await freePort();
      for (const from of [`127.0.0.1:${port}`, join(rig.markers, "socket")]) {
        const { exitCode, stderr } = await withoutEffect(() =>
          rig.login(way, "stray status", {
            ssh: ["-o", "ExitOnForwardFailure=yes", "-R", `${from}:127.0.0.1:${targetPort()}`],
          }),
        );
        expect(exitCode).toBe(255);
        expect(stderr).toMatch(/remote port forwarding failed/);
      }
    });

    it("no agent and no display come along (-A, -X)", async () => {
      const agents = () => readdirSync(tmpdir()).filter((name) => /^ssh-\w{6,}/.test(name));
      const displays = () =>
        readFileSync("/proc/net/tcp", "utf8")
          .split("\n")
          .filter((line) => /^ *\d+: 0100007F:17[78]/.test(line) && / 0A /.test(line));
      const before = [agents(), displays()];
      const socket = join(rig.folder, "agent");
      const agent = createServer((client) => client.destroy()).listen(socket);
      const env = { SSH_AUTH_SOCK: socket, DISPLAY: ":99" };
      await during(["-A", "-Y"], async () => expect([agents(), displays()]).toEqual(before), env);
      agent.close();
    });
  });

  it.each(WAYS)("variables of the client change nothing (%s)", async (way) => {
    const env = {
      NODE_OPTIONS: `--require=${rig.trap("sent")}`,
      NODE_PATH: rig.folder,
      LD_PRELOAD: "/nosuch/evil.so",
      LD_LIBRARY_PATH: "/nosuch",
      STRAY_SOCKET: "/etc/passwd",
      STRAY_DEBUG: "1",
      PAGER: `touch ${mark()}`,
      SSH_ORIGINAL_COMMAND: "stray stop",
      LC_ALL: `$(touch ${mark()})`,
      LANG: "x".repeat(5000),
      LC_EVIL: `x; touch ${mark()}`,
    };
    for (const how of Object.keys(env).flatMap((name) => [["-o", `SendEnv=${name}`]])) {
      // The client itself must not obey them.
      const name = how[1]!.split("=")[1] as keyof typeof env;
      const words = name.startsWith("LD_") ? ["-o", `SetEnv=${name}=${env[name]}`] : how;
      const sent = name.startsWith("LD_") ? {} : { [name]: env[name] };
      const { stdout, stderr, exitCode } = await withoutEffect(() =>
        rig.login(way, "stray status --json", { ssh: words, env: sent }),
      );
      expect({ name, stderr, exitCode }).toEqual({ name, stderr: "", exitCode: 0 });
      expect(JSON.parse(stdout)).toMatchObject({ name: "lab" });
    }
  });

  it("what lies in the home folder is not obeyed", async () => {
    expect(await withoutEffect(() => rig.login("operator", "stray status"))).toMatchObject({ exitCode: 0 });
    const { stderr, exitCode } = await withoutEffect(() => rig.login("own", "stray status"));
    expect([stderr.trim(), exitCode]).toEqual(["operator@127.0.0.1: Permission denied (publickey).", 255]);
  });

  it("no role is raised", async () => {
    const tries: readonly (readonly [KeyName, string, string])[] = [
      ["viewer", "stray rpc --role admin", ""],
      ["viewer", "stray rpc", '{"jsonrpc":"2.0","id":1,"method":"v1.session","params":{"role":"admin"}}\n'],
      ["operator", "stray rpc --role admin", ""],
      ["keyed-viewer", "stray rpc --role admin", ""],
      ["keyed-viewer", "stray shell --role admin", ""],
      ["keyed-viewer", "stray stop", ""],
    ];
    const stop =
      '{"jsonrpc":"2.0","id":2,"method":"v1.stop"}\n{"jsonrpc":"2.0","method":"v1.bypass.set","params":{"on":true}}\n';
    for (const [key, command, first] of tries) {
      const { stdout } = await withoutEffect(() => rig.login(key, command, { input: `${first}${stop}` }));
      for (const line of stdout.split("\n").filter((text) => text !== ""))
        expect(JSON.parse(line), `${key}: ${command}`).toHaveProperty("error");
    }
    expect(rig.audited.some(({ method, outcome }) => method === "v1.session" && outcome === "refused")).toBe(
      true,
    );
    expect(rig.audited.filter(({ outcome }) => outcome === "done")).toEqual([]);
  });

  it("what a client calls itself is one line of the audit log, and nobody else's", async () => {
    const before = rig.audited.length;
    const from = 'x\n{"user":"root","outcome":"done"}';
    const session = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "v1.session", params: { from } });
    await rig.login("viewer", "stray rpc", {
      input: `${session}\n{"jsonrpc":"2.0","id":2,"method":"v1.reload"}\n`,
    });
    await until("it is written", () => rig.audited.length === before + 1);
    expect(rig.audited.at(-1)).toMatchObject({
      user: "viewer",
      outcome: "refused",
      from: expect.stringMatching(/^127\.0\.0\.1 port/),
    });
  });

  it("sshd has every door closed for these accounts, though its own configuration leaves them open", () => {
    for (const account of ["viewer", "keyed"] as const) {
      const settings = rig.effective(account);
      expect(settings).toMatchObject({
        authenticationmethods: "publickey",
        passwordauthentication: "no",
        kbdinteractiveauthentication: "no",
        permitemptypasswords: "no",
        disableforwarding: "yes",
        allowagentforwarding: "no",
        allowstreamlocalforwarding: "no",
        allowtcpforwarding: "no",
        gatewayports: "no",
        permitlisten: "none",
        permitopen: "none",
        x11forwarding: "no",
        permittunnel: "no",
        permituserrc: "no",
        permituserenvironment: "no",
        authorizedkeysfile: account === "viewer" ? "/etc/ssh/stray-keys/%u" : "none",
        forcecommand: account === "viewer" ? "/usr/bin/stray-shell" : "none",
      });
    }
    expect(rig.effective("root")).toMatchObject({ allowtcpforwarding: "yes", forcecommand: "none" });
  });

  it("a command as lines of a shell says what to do instead", async () => {
    const command = `stray flows tcp and (port 80 or port 443)`;
    const { stderr } = await rig.login("viewer", command);
    expect(stderr).toBe(
      "stray: nothing was run: there is no shell here, so ( means nothing: put words that have it in single quotes\n",
    );
    const quoted = lineOf(["stray", "flows", "--json", "udp and (port 1001 or port 1002)"]);
    expect(await rig.login("viewer", quoted)).toMatchObject({ stderr: "", exitCode: 0 });
  });
});
