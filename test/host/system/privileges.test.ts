// Dropping root, seen from the kernel: /proc/PID/status of every thread of a process that did it.
// Apart from capture because it is about the process. Always holds: the test process itself keeps what it has.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  capabilitySet,
  readCapabilities,
  withAmbientCapability,
  writeCapabilities,
} from "../../../host/system/capabilities.js";
import { findAccount } from "../../../host/system/privileges.js";
import { IS_EMULATED } from "../../support/patience.js";
import { requireProgram } from "../../support/system.js";

const SCRIPT = fileURLToPath(new URL("./drop-privileges.ts", import.meta.url));
const TYPESCRIPT = fileURLToPath(new URL("../../../tools/ts.mjs", import.meta.url));
const NODE = [process.execPath, "--import", TYPESCRIPT, SCRIPT];
const KEPT = "0000000000003000";
const NONE = "0000000000000000";
const NOBODY = "65534\t65534\t65534\t65534";

interface Seen {
  dropped: { user: string; text: string } | string;
  pid: string;
  after: Record<string, string>[];
  later: Record<string, string>[];
  filter: number | string;
  ambient: string;
  inheritable: string;
}

function run(command: readonly string[]): Seen {
  const [program = "", ...args] = command;
  const done = spawnSync(program, args, { encoding: "utf8" });
  expect(done.stderr).toBe("");
  return JSON.parse(done.stdout) as Seen;
}

if (IS_EMULATED)
  console.error(
    "\n*** TESTS LEFT OUT: qemu-user has a thread of its own that stays root, and no ethtool ioctl for tcpdump\n",
  );
const isRoot = process.getuid?.() === 0;
const { STRAY_REQUIRE_SYSTEM } = process.env;
if (!isRoot && STRAY_REQUIRE_SYSTEM === "1")
  throw new Error("dropping privileges can only be tested as root");
if (!isRoot) console.error("\n*** TESTS LEFT OUT: dropping privileges can only be tested as root\n");

describe.skipIf(!isRoot)("dropPrivileges", () => {
  it.skipIf(IS_EMULATED)(
    "becomes the account in every thread, keeping two capabilities in ours and none elsewhere",
    () => {
      const seen = run([...NODE, "nobody"]);
      expect(seen.dropped).toEqual({ user: "nobody", text: "user nobody, CAP_NET_RAW CAP_NET_ADMIN" });
      expect(seen.after.length).toBeGreaterThan(4);
      for (const thread of seen.after) {
        expect(thread).toMatchObject({ Uid: NOBODY, Gid: NOBODY, CapInh: NONE, CapAmb: NONE });
        const isMain = thread["Pid"] === seen.pid;
        expect(thread).toMatchObject({ CapPrm: isMain ? KEPT : NONE, CapEff: isMain ? KEPT : NONE });
        if (isMain) expect(thread).toMatchObject({ NoNewPrivs: "1", CapBnd: KEPT });
      }
    },
  );

  it("leaves threads made later what the main thread has", () => {
    const { later } = run([...NODE, "nobody"]);
    expect(later.length).toBeGreaterThan(0);
    for (const thread of later)
      expect(thread).toMatchObject({
        Uid: NOBODY,
        CapPrm: KEPT,
        CapEff: KEPT,
        CapBnd: KEPT,
        NoNewPrivs: "1",
      });
  });

  it.skipIf(IS_EMULATED || !requireProgram("tcpdump", "tcpdump"))(
    "still compiles filters, lending tcpdump what it needs",
    () => {
      const seen = run([...NODE, "nobody"]);
      expect(seen.filter).toBeGreaterThan(10);
      expect([seen.ambient, seen.inheritable]).toEqual([NONE, NONE]);
    },
  );

  it("says how to make an account that is missing", () => {
    const { dropped } = run([...NODE, "no-such-account"]);
    expect(dropped).toMatch(/^ACCOUNT_UNKNOWN: .*adduser --system .*no-such-account/);
    expect(() => findAccount("no-such-account")).toThrow(
      expect.objectContaining({ code: "ACCOUNT_UNKNOWN" }),
    );
    expect(findAccount("nobody")).toEqual({ uid: 65_534, gid: 65_534 });
    expect(findAccount(undefined)).toBeUndefined();
  });

  it("stays root when no account, or root, is asked for, and says so", () => {
    for (const user of ["-", "root"]) {
      const { dropped } = run([...NODE, user]);
      expect(dropped).toEqual({ user: "root", text: "user root, all capabilities" });
    }
  });

  describe.skipIf(!requireProgram("setpriv", "util-linux"))("not as root", () => {
    const as = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];
    const lend = (names: string): string[] => [`--inh-caps=${names}`, `--ambient-caps=${names}`];

    it("keeps of what it was given only what it needs", () => {
      const { dropped, after, pid } = run([...as, ...lend("+net_raw,+sys_ptrace"), ...NODE, "nobody"]);
      expect(dropped).toEqual({ user: "nobody", text: "user nobody, CAP_NET_RAW" });
      const main = after.find((thread) => thread["Pid"] === pid);
      expect(main).toMatchObject({
        CapPrm: "0000000000002000",
        CapEff: "0000000000002000",
        CapAmb: NONE,
        NoNewPrivs: "1",
      });
    });

    it("goes on with nothing, and says so", () => {
      expect(run([...as, ...NODE, "-"]).dropped).toEqual({
        user: "nobody",
        text: "user nobody, no capabilities",
      });
    });

    it("can't become somebody else", () => {
      expect(run([...as, ...NODE, "daemon"]).dropped).toMatch(/^ACCOUNT_MISMATCH: .*daemon.*nobody/);
    });
  });
});

describe("capabilities", () => {
  it("names sets by the kernel's numbers", () => {
    expect(capabilitySet([])).toBe(0n);
    expect(capabilitySet(["CAP_NET_RAW", "CAP_NET_ADMIN"])).toBe(0x3000n);
  });

  it("reads what the kernel says, and writes it back", () => {
    const sets = readCapabilities();
    expect(sets.effective & ~sets.permitted).toBe(0n);
    writeCapabilities(sets);
    expect(readCapabilities()).toEqual(sets);
  });

  it("lends nothing it does not have, and runs the work all the same", () => {
    const before = readCapabilities();
    expect(withAmbientCapability("CAP_NET_RAW", () => "done")).toBe("done");
    expect(() =>
      withAmbientCapability("CAP_NET_RAW", () => {
        throw new Error("work");
      }),
    ).toThrow("work");
    expect(readCapabilities()).toEqual(before);
  });
});
