// The prompt of a restricted login, over a real sshd that gives it a terminal: what a person types and sees, and that it is
// no way out of what that login may.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Daemon, until } from "../support/daemon.js";
import { canLogIn, type KeyName, SshRig } from "../support/ssh/rig.js";

const PROMPT = "stray> ";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

describe.skipIf(!canLogIn())("the prompt of a login over ssh", () => {
  let rig: SshRig;

  beforeAll(async () => {
    rig = await SshRig.start();
  }, 60_000);
  afterAll(async () => {
    await rig?.remove();
  });

  /** A login with a terminal and no command; `type` waits for a prompt, then sends. */
  async function logIn(key: KeyName) {
    const session = new Daemon(rig.open(key, ["-tt"], []));
    let from = 0;
    const sees = async (what: string | RegExp) => {
      await until(`${what} is seen`, () => session.said.slice(from).search(what) >= 0).catch(
        (error: Error) => {
          throw new Error(`${error.message}: ${JSON.stringify(session.said.slice(from))}`);
        },
      );
      from = session.said.length;
    };
    const type = async (text: string, what: string | RegExp) => {
      session.process.stdin?.write(text);
      await sees(what);
    };
    await sees(PROMPT);
    return { session, type };
  }

  it("runs the login's commands, and ends with Ctrl-D", async () => {
    const { session, type } = await logIn("viewer");
    await type("status --json\r", /"name":"lab"[\s\S]*stray> /);
    await type("stray flows -N 1 --json\r", /"proto"[\s\S]*stray> /);
    await type("stat\t", "status ");
    await type(CTRL_C, PROMPT);
    await type("counters --watch=0.2\r", /packets[\s\S]*packets/);
    await type(CTRL_C, PROMPT);
    session.process.stdin?.write(CTRL_D);
    expect(await session.ended()).toBe(0);
    const kept = join(rig.folder, "home", "viewer", ".local", "state", "stray", "history");
    expect(readFileSync(kept, "utf8")).toBe("status --json\nstray flows -N 1 --json\ncounters --watch=0.2\n");
  });

  it("does what the role may and no more, and each try is written down", async () => {
    const [effects, audited] = [rig.effects.length, rig.audited.length];
    const viewer = await logIn("viewer");
    await viewer.type("reload\r", /v1\.reload needs the role [\s\S]*stray> /);
    viewer.session.process.stdin?.write("exit\r");
    expect(await viewer.session.ended()).toBe(0);
    const operator = await logIn("operator");
    await operator.type("reload\r", /reloaded[\s\S]*stray> /);
    await operator.type("stop\r", /v1\.stop needs the role [\s\S]*stray> /);
    operator.session.process.stdin?.write("exit\r");
    expect(await operator.session.ended()).toBe(0);
    expect(rig.effects.slice(effects)).toEqual(["reload"]);
    await until("all three are written", () => rig.audited.length === audited + 3);
    expect(rig.audited.slice(audited).map(({ user, via, method }) => [user, via, method])).toEqual([
      ["viewer", "stray shell", "v1.reload"],
      ["operator", "stray shell", "v1.reload"],
      ["operator", "stray shell", "v1.stop"],
    ]);
  });

  it("is no way to a shell, to files or to other machines", async () => {
    const { session, type } = await logIn("admin");
    const marker = join(rig.markers, "prompt");
    for (const line of [
      `!touch ${marker}`,
      `status; touch ${marker}`,
      `status | sh -c 'touch ${marker}'`,
      `$(touch ${marker})`,
      `-H -oProxyCommand=touch status`,
      `-H localhost status`,
      `status --socket ${marker}`,
      "read /etc/passwd",
      "config show /etc/passwd",
      "dark import /etc/passwd",
      "dark import -",
      "incidents --database /etc/passwd",
      "hosts",
      "rpc",
      "shell",
      ".load /etc/passwd",
      ".editor",
    ])
      await type(`${line}\r`, /stray: [\s\S]*stray> /);
    expect(session.said).not.toContain("root:x:0");
    expect(existsSync(marker)).toBe(false);
    await type("status\r", /No problems[\s\S]*stray> /);
    session.process.stdin?.write(CTRL_D);
    expect(await session.ended()).toBe(0);
    expect(rig.marked).toEqual([]);
  });

  it("without a terminal there is none", async () => {
    const { stdout, stderr, exitCode } = await rig.login("viewer", undefined, { input: "status\n" });
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toContain("name a command");
  });
});
