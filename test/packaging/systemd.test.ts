// The unit of strayd holds what it claims: the account, four capabilities, the hardening; systemd itself finds nothing
// wrong with it; and account, group, paths and timeouts are those of the rest of the project.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultConfigText } from "../../host/config/default-text.js";
import {
  ACCOUNT,
  ALERTS_PATH,
  CONFIG_PATH,
  EVE_PATH,
  EVIDENCE_PATH,
  SOCKET_PATH,
  STARTER_RULES,
  STORE_PATH,
} from "../../host/config/paths.js";
import { CONFIG_SCHEMA } from "../../host/config/schema.js";
import { PIN_PLACES } from "../../host/inline/pin-place.js";
import { ruleFilePath } from "../../host/rules/load.js";
import { HEALTH_MAX_MS, HEALTH_MS } from "../../host/update/health.js";
import { RELEASES_PATH } from "../../host/update/releases.js";
import { requireProgram } from "../support/system.js";

/** The worst that systemd-analyze may say of the unit, from 0 (safe) to 10. */
const EXPOSURE_MAX = 3;
const SYSTEM_CALL_CLASSES = ["@system-service", "@pkey"];

const read = (path: string) => readFileSync(new URL(`../../packaging/${path}`, import.meta.url), "utf8");
const unit = read("systemd/strayd.service");

/** All values of each directive of a section, in order. */
function directives(section: string): Map<string, string[]> {
  const text = unit.split(`[${section}]\n`)[1]?.split(/^\[/m)[0] ?? "";
  const found = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    expect(name, line).toBeDefined();
    found.set(name!, [...(found.get(name!) ?? []), value!]);
  }
  return found;
}

const service = directives("Service");
const only = (name: string) => {
  const values = service.get(name) ?? [];
  expect(values, name).toHaveLength(1);
  return values[0]!;
};

/** Paths that the configuration's reference gives as examples. */
function examplesOf(section: string): string[] {
  const { full, fast } = CONFIG_SCHEMA.properties?.[section]?.properties ?? {};
  const examples = [full, fast].flatMap((node) => node?.examples ?? []).map(String);
  expect(examples).toHaveLength(2);
  return examples;
}

describe("the package", () => {
  it("has the rules that come with stray", () => {
    const { files } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      files: string[];
    };
    expect(files).toContain("rules");
    expect(existsSync(ruleFilePath(STARTER_RULES))).toBe(true);
  });
});

describe("strayd.service", () => {
  it("is supervised: readiness, watchdog, reload, restart", () => {
    const expected = {
      Type: "notify",
      NotifyAccess: "main",
      WatchdogSec: "30",
      ExecStart: "/usr/bin/stray run",
      ExecReload: "/bin/kill -HUP $MAINPID",
      Restart: "on-failure",
    };
    for (const [name, value] of Object.entries(expected)) expect([name, only(name)]).toEqual([name, value]);
    expect(directives("Install").get("WantedBy")).toEqual(["multi-user.target"]);
    expect(directives("Unit").get("ConditionPathExists")).toEqual([CONFIG_PATH]);
  });

  it("runs as the account of the configuration, with four capabilities and no way to more", () => {
    expect([only("User"), only("Group")]).toEqual([ACCOUNT, ACCOUNT]);
    for (const set of ["AmbientCapabilities", "CapabilityBoundingSet"]) {
      expect(only(set).split(" ").sort()).toEqual([
        "CAP_BPF",
        "CAP_NET_ADMIN",
        "CAP_NET_BIND_SERVICE",
        "CAP_NET_RAW",
      ]);
    }
    expect(only("NoNewPrivileges")).toBe("yes");
    // Its filter of system calls keeps the daemon from setting it.
    expect(only("Nice")).toBe("-10");
  });

  it("is not started before interfaces are named, and fails where the configuration can't be read", () => {
    const folder = mkdtempSync(join(tmpdir(), "stray-condition-"));
    const path = join(folder, "stray.yaml");
    const [, script] = /^\/bin\/sh -c '(.*)'$/.exec(only("ExecCondition")) ?? [];
    const isStarted = (text: string): boolean => {
      writeFileSync(path, text);
      return spawnSync("/bin/sh", ["-c", script!.replaceAll(CONFIG_PATH, path)]).status === 0;
    };
    expect(isStarted(defaultConfigText())).toBe(true);
    expect(isStarted(defaultConfigText().replace("  interfaces:", "  #interfaces:"))).toBe(false);
    expect(isStarted('{"capture": {"interfaces": ["eth1"]}}')).toBe(true);
    expect(isStarted("# capture: {interfaces: [eth1]}\n")).toBe(false);
    rmSync(folder, { recursive: true, force: true });
    expect(spawnSync("/bin/sh", ["-c", script!.replaceAll(CONFIG_PATH, path)]).status).toBe(0);
  });

  it("is hardened", () => {
    const yes = [
      ...["ProtectHome", "PrivateTmp", "PrivateDevices", "ProtectKernelTunables", "ProtectKernelModules"],
      ...[
        "ProtectKernelLogs",
        "ProtectControlGroups",
        "ProtectClock",
        "ProtectHostname",
        "RestrictNamespaces",
      ],
      ...["RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "RemoveIPC"],
    ];
    for (const name of yes) expect([name, only(name)]).toEqual([name, "yes"]);
    expect(only("ProtectSystem")).toBe("strict");
    expect(only("RestrictAddressFamilies").split(" ").sort()).toEqual(
      ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_UNIX"].sort(),
    );
    expect(only("SystemCallArchitectures")).toBe("native");
    const [allowed, denied, allowedAgain] = service.get("SystemCallFilter") ?? [];
    expect(allowedAgain?.split(" ")).toEqual(["@chown", "capset", "bpf"]);
    expect(allowed?.split(" ")).toEqual(SYSTEM_CALL_CLASSES);
    expect(denied).toMatch(/^~.*@privileged.*@setuid/);
  });

  it("has a bpffs of the account's mounted where pins are kept, and starts without it too", () => {
    const [first = ""] = service.get("ExecStartPre") ?? [];
    const [prefix, command] = first.split("/bin/sh -c ");
    // With + alone it would still be mounted in a namespace of the command's own, as PrivateTmp and the rest ask for one.
    expect(prefix).toBe("+-/usr/bin/nsenter --target 1 --mount ");
    const place = join(PIN_PLACES.runtime, "bpf");
    expect(dirname(place)).toBe(`/run/${only("RuntimeDirectory")}`);
    expect(command).toContain(`mount -t bpf -o mode=0700 bpf ${place};`);
    // Twice is once; what the account put there in its place is not followed.
    expect(command).toContain(`mountpoint -q ${place} ||`);
    expect(command).toContain(`test ! -L ${place} &&`);
    expect(command).toContain(`chown -h ${ACCOUNT}:${ACCOUNT} ${place}`);
  });

  it("looks at an update on trial before each start, and starts without it too", () => {
    const [, command, ...more] = service.get("ExecStartPre") ?? [];
    expect(more).toEqual([]);
    const words = `test ! -e ${RELEASES_PATH} || exec /usr/bin/stray update before-start`;
    expect(command).toBe(`+-/bin/sh -c '${words}'`);
    const finish = read("systemd/stray-update.service");
    expect(finish).toContain(`ConditionPathExists=${RELEASES_PATH}/pending.json\n`);
    expect(finish).toContain("ExecStart=/usr/bin/stray update finish\n");
    const [, seconds] = /TimeoutStartSec=(\d+)/.exec(finish) ?? [];
    expect(Number(seconds)).toBeGreaterThan((HEALTH_MAX_MS + HEALTH_MS) / 1000);
  });

  it("leaves V8 its pages, and says why", () => {
    expect(only("MemoryDenyWriteExecute")).toBe("no");
    expect(unit.split("MemoryDenyWriteExecute=no")[0]!.trimEnd().split("\n").at(-1)).toMatch(/^# .*V8/);
    expect(unit).toMatch(/^#MemoryMax=\d+M$/m);
  });

  it("makes the folders of the default paths", () => {
    const folders = {
      RuntimeDirectory: dirname(SOCKET_PATH).replace("/run/", ""),
      StateDirectory: dirname(STORE_PATH).replace("/var/lib/", ""),
      LogsDirectory: dirname(EVE_PATH).replace("/var/log/", ""),
      ConfigurationDirectory: dirname(CONFIG_PATH).replace("/etc/", ""),
    };
    for (const [name, folder] of Object.entries(folders)) expect([name, only(name)]).toEqual([name, folder]);
    for (const path of [ALERTS_PATH, EVIDENCE_PATH]) expect(dirname(path)).toBe(dirname(STORE_PATH));
    for (const path of [STORE_PATH, ALERTS_PATH, EVIDENCE_PATH]) {
      expect(read("README.md")).toContain(`| \`${path}\` |`);
    }
  });

  it.skipIf(!requireProgram("systemd-analyze", "systemd"))("passes systemd-analyze", () => {
    const folder = mkdtempSync(join(tmpdir(), "stray-unit-"));
    const path = join(folder, "strayd.service");
    // The program need not be installed where the tests run.
    writeFileSync(path, unit.replace("/usr/bin/stray run", `${process.execPath} run`));
    const verify = spawnSync("systemd-analyze", ["verify", "--man=no", path], { encoding: "utf8" });
    const security = spawnSync("systemd-analyze", ["security", "--offline=yes", "--no-pager", path], {
      encoding: "utf8",
    });
    rmSync(folder, { recursive: true, force: true });
    const ours = verify.stderr.split("\n").filter((line) => line.includes("strayd"));
    expect(ours).toEqual([]);
    const [, exposure] = /Overall exposure level for strayd\.service: ([\d.]+)/.exec(security.stdout) ?? [];
    expect(Number(exposure), security.stdout + security.stderr).toBeLessThanOrEqual(EXPOSURE_MAX);
  });
});

describe("the account and the log's rotation", () => {
  it("have the names of the configuration", () => {
    expect(read("sysusers.d/stray.conf")).toMatch(
      new RegExp(`^u ${ACCOUNT} - "[^"]+" ${dirname(STORE_PATH)} /usr/sbin/nologin$`, "m"),
    );
    const rotate = read("logrotate.d/stray");
    expect(rotate).toContain(`${dirname(EVE_PATH)}/*.json ${dirname(EVE_PATH)}/*.log {`);
    for (const path of examplesOf("alerts")) expect(path).toMatch(/^\/var\/log\/stray\/[^/]*\.log$/);
    expect(rotate).toContain(`su ${ACCOUNT} ${ACCOUNT}`);
    expect(rotate).toMatch(/postrotate\n\s+systemctl kill .*--signal=HUP strayd\.service/);
  });

  it.skipIf(!requireProgram("systemd-sysusers", "systemd"))("pass systemd-sysusers", () => {
    const root = mkdtempSync(join(tmpdir(), "stray-root-"));
    const file = new URL("../../packaging/sysusers.d/stray.conf", import.meta.url).pathname;
    const { status, stderr } = spawnSync("systemd-sysusers", [`--root=${root}`, "--dry-run", file], {
      encoding: "utf8",
    });
    rmSync(root, { recursive: true, force: true });
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(`Creating user '${ACCOUNT}'`);
  });
});
