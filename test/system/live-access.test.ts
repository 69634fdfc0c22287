// A real strayd and real accounts at its socket: roles by the groups of its configuration, and its audit log over a reload.

import { spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { createConnection } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CountersAnswer } from "../../host/control/protocol.js";
import { until } from "../support/daemon.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { DAEMON_ACCOUNT, DaemonHome } from "../support/strayd.js";
import { requireProgram } from "../support/system.js";

/** Groups that every Debian has, and nobody of this test is in but by number. */
const GROUPS = { operators: "games", admins: "irc" } as const;

function groupNumber(name: string): number {
  const line = readFileSync("/etc/group", "utf8")
    .split("\n")
    .find((text) => text.startsWith(`${name}:`));
  return Number(line?.split(":")[2]);
}

/** Sends requests as another account; answers what came back. */
const ASK = `
const socket = require("node:net").connect(process.argv[1]);
socket.pipe(process.stdout);
socket.end(process.argv[2]);
`;

describe.skipIf(!canPlayLive() || !requireProgram("setpriv", "util-linux"))(
  "the control socket of strayd",
  () => {
    let rig: LiveRig;
    let home: DaemonHome;

    beforeAll(async () => {
      rig = new LiveRig("access");
      home = new DaemonHome({ capture: { interfaces: [SENSOR_INTERFACE] } });
      home.reconfigure({ control: GROUPS });
      await home.start(rig.sensor);
      // Whom the socket's mode lets in is another test's matter.
      chmodSync(home.folder, 0o755);
      chmodSync(home.socketPath, 0o666);
    });
    afterAll(async () => {
      await home.remove();
      rig.remove();
    });

    async function ask(
      uid: number,
      groups: readonly number[],
      ...methods: readonly string[]
    ): Promise<{ result?: unknown; error?: unknown }[]> {
      const requests = methods
        .map((method, at) => `${JSON.stringify({ jsonrpc: "2.0", id: at, method })}\n`)
        .join("");
      const who = [
        "--reuid",
        String(uid),
        "--regid",
        "60000",
        ...(groups.length === 0 ? ["--clear-groups"] : ["--groups", groups.join(",")]),
      ];
      const child = spawn("setpriv", [...who, process.execPath, "-e", ASK, home.socketPath, requests], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      await new Promise((resolve) => child.once("close", resolve));
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as object);
    }

    const audited = () =>
      existsSync(home.auditPath)
        ? readFileSync(home.auditPath, "utf8")
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as object)
        : [];

    it("knows who asks, and what each may", async () => {
      const [operators, admins] = [groupNumber(GROUPS.operators), groupNumber(GROUPS.admins)];
      const refused = { error: { data: { code: "CONTROL_ROLE" } } };
      expect(await ask(60_001, [], "v1.hello", "v1.status", "v1.reload", "v1.stop")).toMatchObject([
        { result: { role: "viewer", user: "uid 60001" } },
        { result: { name: "test" } },
        refused,
        refused,
      ]);
      expect(await ask(60_002, [operators], "v1.hello", "v1.reload", "v1.stop")).toMatchObject([
        { result: { role: "operator" } },
        { result: { changed: [] } },
        refused,
      ]);
      expect(await ask(60_003, [operators, admins], "v1.hello", "v1.bypass.test")).toMatchObject([
        { result: { role: "admin" } },
        // It only listens: allowed, and impossible.
        { error: { data: { code: "INLINE_OFF" } } },
      ]);
      expect(await ask(DAEMON_ACCOUNT.uid, [], "v1.hello")).toMatchObject([
        { result: { role: "admin", user: DAEMON_ACCOUNT.name } },
      ]);
      expect(await ask(0, [], "v1.hello")).toMatchObject([{ result: { role: "admin", user: "root" } }]);
      await until("all of it is written", () => audited().length === 5);
      expect(audited()).toMatchObject([
        { uid: 60_001, role: "viewer", method: "v1.reload", outcome: "refused", error: "CONTROL_ROLE" },
        { uid: 60_001, role: "viewer", method: "v1.stop", outcome: "refused" },
        { uid: 60_002, role: "operator", method: "v1.reload", outcome: "done" },
        { uid: 60_002, role: "operator", method: "v1.stop", outcome: "refused" },
        { uid: 60_003, role: "admin", method: "v1.bypass.test", outcome: "failed", error: "INLINE_OFF" },
      ]);
      expect(statSync(home.auditPath)).toMatchObject({ uid: DAEMON_ACCOUNT.uid });
      expect(statSync(home.auditPath).mode & 0o777).toBe(0o640);
      const { sinks } = await home.counters();
      expect(sinks.find(({ name }) => name === "audit")?.counters).toMatchObject({
        calls: 5,
        lines: 5,
        dropped: 0,
      });
      const { control } = (await home.counters()) as CountersAnswer;
      expect(control).toMatchObject({ "requests-forbidden": 3 });
    });

    it("goes on in a new file when the old one was moved away", async () => {
      renameSync(home.auditPath, `${home.auditPath}.1`);
      expect((await home.run("reload")).exitCode).toBe(0);
      await until("the new one is there", () => audited().length === 1);
      expect(audited()).toMatchObject([{ uid: 0, user: "root", method: "v1.reload", outcome: "done" }]);
    });

    it("a stop is the last that is written", async () => {
      const socket = createConnection(home.socketPath);
      socket.write(
        '{"jsonrpc":"2.0","id":1,"method":"v1.session","params":{"from":"the test","via":"vitest"}}\n',
      );
      socket.end('{"jsonrpc":"2.0","id":2,"method":"v1.stop"}\n');
      await new Promise((resolve) => socket.on("data", () => undefined).once("close", resolve));
      await until("it is written", () => audited().length === 2);
      expect(audited().at(-1)).toMatchObject({
        method: "v1.stop",
        outcome: "done",
        from: "the test",
        via: "vitest",
      });
    });
  },
);
