// Logins over a real sshd with the shipped configuration: what each role may works, what it may not is refused in plain words,
// and the audit log has who did what from where.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/daemon.js";
import { ACCOUNTS, canLogIn, type KeyName, SshRig } from "../support/ssh/rig.js";

describe.skipIf(!canLogIn())("a login over ssh", () => {
  let rig: SshRig;

  beforeAll(async () => {
    rig = await SshRig.start();
  }, 60_000);
  afterAll(async () => {
    await rig?.remove();
  });

  it.each<KeyName>(["viewer", "operator", "admin", "keyed-viewer", "keyed-any"])("%s looks", async (key) => {
    const status = await rig.login(key, "stray status --json");
    expect(status).toMatchObject({ stderr: "", exitCode: 0 });
    expect(JSON.parse(status.stdout)).toMatchObject({ name: "lab" });
    const flows = await rig.login(key, "stray flows --json 'udp and (src port 1001)'");
    expect(flows).toMatchObject({ stderr: "", exitCode: 0 });
    expect(JSON.parse(flows.stdout)).toMatchObject({ sport: 1001 });
    expect(await rig.login(key, "counters --json")).toMatchObject({ stderr: "", exitCode: 0 });
    expect(await rig.login(key, "stray bypass show --json")).toMatchObject({ stderr: "", exitCode: 0 });
  });

  it("says who it is taken for, over stray rpc", async () => {
    const asked = async (key: KeyName, command: string) => {
      const { stdout, stderr } = await rig.login(key, command, {
        input: '{"jsonrpc":"2.0","id":1,"method":"v1.hello"}\n',
      });
      expect(stderr).toBe("");
      const { user, role } = (JSON.parse(stdout) as { result: { user: string; role: string } }).result;
      return `${user} ${role}`;
    };
    expect(await asked("viewer", "stray rpc")).toBe("viewer viewer");
    expect(await asked("operator", "stray rpc")).toBe("operator operator");
    expect(await asked("operator", "stray rpc --role viewer")).toBe("operator viewer");
    expect(await asked("admin", "stray rpc")).toBe("admin admin");
    expect(await asked("keyed-viewer", "stray rpc")).toBe("keyed viewer");
    expect(await asked("keyed-viewer", "stray rpc --role admin")).toBe("keyed viewer");
    expect(await asked("keyed-any", "stray rpc")).toBe("keyed admin");
  });

  it.each<[KeyName, readonly string[]]>([
    ["viewer", []],
    ["keyed-viewer", []],
    ["operator", ["reload"]],
    ["admin", ["reload", "bypass on", "stop"]],
    ["keyed-any", ["reload", "bypass on", "stop"]],
  ])("%s changes what its role may, and each try is written down", async (key, allowed) => {
    const before = { effects: rig.effects.length, audited: rig.audited.length };
    const commands = ["reload", "bypass on", "stop"] as const;
    const methods = { reload: "v1.reload", "bypass on": "v1.bypass.set", stop: "v1.stop" };
    for (const command of commands) {
      const { stderr, exitCode } = await rig.login(key, `stray ${command}`);
      if (allowed.includes(command)) expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
      else {
        expect(exitCode).toBe(2);
        expect(stderr).toMatch(
          new RegExp(`^stray: ${methods[command].replace(".", "\\.")} needs the role [^\n]+\n$`),
        );
      }
    }
    expect(rig.effects.slice(before.effects)).toEqual(allowed);
    await until("all three are written", () => rig.audited.length === before.audited + 3);
    const account = key.startsWith("keyed") ? "keyed" : (key as keyof typeof ACCOUNTS);
    for (const [at, command] of commands.entries()) {
      const isAllowed = allowed.includes(command);
      expect(rig.audited[before.audited + at]).toMatchObject({
        uid: ACCOUNTS[account].uid,
        user: account,
        from: expect.stringMatching(/^127\.0\.0\.1 port \d+$/),
        via: "stray shell",
        method: methods[command],
        outcome: isAllowed ? "done" : "refused",
        ...(isAllowed ? {} : { error: "CONTROL_ROLE" }),
      });
    }
  });

  it("hands a list over on standard input", async () => {
    const { stdout, stderr, exitCode } = await rig.login("operator", "stray dark import --json -", {
      input: "192.0.2.9 used\n",
    });
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ used: 1 });
    expect(rig.effects.at(-1)).toBe('import "192.0.2.9 used\\n"');
  });

  it("has a terminal where one is wanted", async () => {
    const { stdout, exitCode } = await rig.login("viewer", "stray status", {
      ssh: ["-tt"],
      env: { TERM: "xterm" },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("No problems.");
  });

  it("prints help of what can be asked", async () => {
    const { stdout, exitCode } = await rig.login("viewer", "stray --help");
    expect(exitCode).toBe(0);
    for (const word of ["status", "flows", "incidents", "rpc"])
      expect(stdout).toMatch(new RegExp(`^ {2}${word} `, "m"));
    for (const word of ["read", "run", "config", "report", "shell"])
      expect(stdout).not.toMatch(new RegExp(`^ {2}${word} `, "m"));
  });

  it("without a command and a terminal says what can be asked", async () => {
    const { stdout, stderr, exitCode } = await rig.login("viewer");
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toMatch(/^stray: name a command: status, top, flows, [a-z, ]+\n$/);
  });

  it.each<KeyName>(["keyed-bare", "keyed-other"])(
    "is none with a key whose line does not say what it runs: %s",
    async (key) => {
      expect(await rig.login(key, "stray status")).toMatchObject({
        stdout: "",
        stderr: "keyed@127.0.0.1: Permission denied (publickey).\r\n",
        exitCode: 255,
      });
    },
  );

  it("of an account that may not connect ends in plain words", async () => {
    const { stderr, exitCode } = await rig.login("stranger", "stray status");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^stray: no permission for \/run\/stray\/stray\.sock: become a member of its group [^\n]+\n$/,
    );
  });
});
