// An image is built, boots, and does as an appliance should: STRAY_LONG=1, a quarter of an hour where KVM can be had, an hour
// where the processor is emulated. Its figures go to build/image-BOARD.json; test/image/RESULTS.md has those of the last run.
// Apart from the tests of its parts, which need no machine.
// Always holds: what is built and booted is what an operator would get; no frame leaves the namespaces; what is asked of the
// guest goes over SSH and SNMP. The steps follow one another on one machine; each makes what it needs of those before, so that
// `-t` repeats one of them alone.
//
// STRAY_IMAGE_BOARD=qemu-aarch64: the other one. STRAY_IMAGE_FOLDER: keep the image there. STRAY_IMAGE_REST_MINUTES: how long
// it is looked at when at rest. STRAY_IMAGE_TRAFFIC_MINUTES: how long frames go through it without a pause.

import { execFileSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IncidentSummary } from "../../host/incident/model.js";
import type { StatusReport } from "../../host/sensor/view.js";
import { CONVERSATIONS, LETTER } from "../support/live-captures.js";
import { canUseNamespaces } from "../support/netns.js";
import { type BuiltImage, builtImage, diskOf, updatePackage } from "./image.js";
import { accelerator, canBoot, MACHINES } from "./machines.js";
import { GUEST, Vm } from "./vm.js";

const { STRAY_LONG, STRAY_IMAGE_BOARD = "qemu-x64" } = process.env;
const { STRAY_IMAGE_REST_MINUTES = "10", STRAY_IMAGE_TRAFFIC_MINUTES = "10" } = process.env;
const machine = MACHINES[STRAY_IMAGE_BOARD];
if (machine === undefined) throw new Error(`STRAY_IMAGE_BOARD: one of ${Object.keys(MACHINES).join(", ")}`);
const isLong = STRAY_LONG === "1";
if (!isLong) console.error("\n*** TESTS LEFT OUT: an image is built and booted only with STRAY_LONG=1\n");
const canRun = isLong && canUseNamespaces() && canBoot(machine);

const BOOT_MS = 1_200_000;
const STEP = {
  timeout: 1_800_000 + 60_000 * (Number(STRAY_IMAGE_REST_MINUTES) + Number(STRAY_IMAGE_TRAFFIC_MINUTES)),
};
/** An emulated machine may need longer than a minute to start strayd. */
const TRIAL_S = 600;
const TRAFFIC_PPS = 200;
const MEMORY_GOAL_MIB = 220;
/** An hour. */
const WRITES_GOAL_MB = 5;
const SOURCE = "217.29.131.130";
const CONFIG = "/etc/stray/stray.yaml";
const INCIDENTS = "/var/lib/stray/incidents/incidents.db";
const architecture = STRAY_IMAGE_BOARD === "qemu-x64" ? "amd64" : "arm64";

describe.skipIf(!canRun)(`the image ${STRAY_IMAGE_BOARD}`, STEP, () => {
  let folder = "";
  const figures: Record<string, number | string> = {};
  let image: BuiltImage;
  let vm: Vm;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "stray-image-"));
    image = await builtImage(machine.board, folder);
    const disk = diskOf(image, folder);
    vm = new Vm(machine, await accelerator(machine), disk, image.sshKey, folder);
    note("accelerator", vm.accelerator);
    note("image MiB", image.sizeBytes / 1_048_576);
    note("image MiB in use", image.usedBytes / 1_048_576);
  }, 2_400_000);
  afterAll(async () => {
    await vm?.remove();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  function note(name: string, value: number | string): void {
    figures[name] = typeof value === "number" ? Math.round(value * 100) / 100 : value;
    const path = fileURLToPath(new URL(`../../build/image-${STRAY_IMAGE_BOARD}.json`, import.meta.url));
    writeFileSync(path, `${JSON.stringify(figures, undefined, 2)}\n`);
    console.error(`image: ${name}: ${figures[name]}`);
  }

  /** Standard output of a command that succeeds in the guest. */
  async function guest(command: string, input = ""): Promise<string> {
    const { status, stdout, stderr } = await vm.ssh(command, { timeoutMs: 600_000, input });
    expect(status, `${command}: ${stderr}${stdout}`).toBe(0);
    return stdout;
  }

  /** Until `look` answers something. */
  async function until<Found>(what: string, look: () => Promise<Found | undefined | false>): Promise<Found> {
    const startedMs = performance.now();
    while (performance.now() - startedMs < BOOT_MS) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      await sleep(2000);
    }
    throw new Error(`not in ${BOOT_MS / 1000} s: ${what}`);
  }

  async function status(): Promise<StatusReport | undefined> {
    const { stdout } = await vm.ssh("stray status --json");
    return stdout.startsWith("{") ? (JSON.parse(stdout) as StatusReport) : undefined;
  }

  /** A strayd whose workers run and whose link is protected. */
  const running = () =>
    until("strayd runs", async () => {
      const report = await status();
      return (
        report?.workers.every(({ state }) => state === "running") &&
        report.inline?.state === "armed" &&
        report
      );
    });

  async function incidents(): Promise<IncidentSummary[]> {
    const text = await guest("stray incidents list --all --json");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as IncidentSummary);
  }

  /** The step before left a machine that runs; alone it begins with one. */
  async function up(): Promise<void> {
    if (!vm.isOn) await boot();
  }

  /** Power on, until somebody can log in and strayd is well. */
  async function boot(more: readonly string[] = []): Promise<StatusReport> {
    await vm.start(more);
    await vm.waitForSsh(BOOT_MS);
    return await running();
  }

  it("boots: traffic gets through, and the key that it was built with opens the door", async () => {
    await vm.start();
    note("power on to forwarding, s", await vm.waitForWire(BOOT_MS));
    note("power on to login, s", await vm.waitForSsh(BOOT_MS));
    const report = await running();
    note("power on to a healthy strayd, s", (performance.now() - vm.startedMs) / 1000);
    expect(report.interfaces.map(({ name }) => name)).toEqual(["enp0s3", "enp0s4"]);
    note("protection", report.inline?.protection ?? "none");
    // Else the link would go down with strayd.
    expect(report.inline?.pinned).toMatch(/^\/run\/stray\/bpf/);
    // Not even a question for a password.
    const words = [
      "ssh",
      "-F",
      "none",
      "-o",
      "StrictHostKeyChecking=no",
      "-o",
      "UserKnownHostsFile=/dev/null",
    ];
    const { status: refused, stderr } = await vm.manage([
      ...words,
      "-o",
      "BatchMode=yes",
      `root@${GUEST}`,
      "true",
    ]);
    expect(refused).not.toBe(0);
    expect(stderr).toMatch(/Permission denied \(publickey\)/);
  });

  it("has a root that nobody writes to, a state partition as long as the disk, a watchdog, nothing that failed", async () => {
    await up();
    expect(await guest("findmnt -no FSTYPE,OPTIONS /")).toMatch(/^squashfs\s+ro/);
    expect(await guest("touch /usr/x 2>&1 || true")).toMatch(/Read-only file system/);
    expect(Number((await guest("df -k --output=size /state | tail -1")).trim())).toBeGreaterThan(500_000);
    expect((await guest("lsblk -rno TYPE")).match(/^part$/gm)).toHaveLength(3);
    expect(await guest("cat /run/stray-state.problems 2>/dev/null || true")).toBe("");
    expect(await guest("systemctl show -p RuntimeWatchdogUSec --value")).toBe("30s\n");
    expect(await guest("cat /sys/class/watchdog/watchdog0/state")).toBe("active\n");
    expect(await guest("systemctl is-enabled strayd stray-update")).toBe("enabled\nenabled\n");
    expect(await guest("systemctl list-units --failed --plain --no-legend")).toBe("");
    expect(await guest("journalctl --header | grep -c /var/log/journal || true")).toBe("0\n");
    note("memory used of 512 MiB at the beginning", await memoryUsed());
  });

  it("is asked from elsewhere by stray -H, over its sshd", async () => {
    await up();
    const config = join(folder, "ssh_config");
    const lines = [
      `Host sensor\n  HostName ${GUEST}\n  User root\n  IdentityFile ${image.sshKey}\n  IdentitiesOnly yes`,
      `  StrictHostKeyChecking yes\n  UserKnownHostsFile ${join(folder, "known_hosts")}\n`,
    ];
    writeFileSync(config, lines.join("\n"));
    // As a user's own ~/.ssh/config would be taken.
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin/ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F ${config} "$@"\n`, {
      mode: 0o755,
    });
    const path = `PATH=${join(folder, "bin")}:${process.env["PATH"] ?? ""}`;
    const stray = fileURLToPath(new URL("../../bin/stray.mjs", import.meta.url));
    const words = [
      "env",
      path,
      process.execPath,
      stray,
      "-H",
      "sensor",
      "--timeout",
      "120",
      "status",
      "--json",
    ];
    const { stdout, stderr } = await vm.manage(words, 600_000);
    expect(JSON.parse(stdout || "{}"), stderr).toMatchObject({ host: "sensor", version: "0.1.0" });
  });

  async function memoryUsed(): Promise<number> {
    const text = await guest("cat /proc/meminfo");
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]);
    return (kib("MemTotal") - kib("MemAvailable")) / 1024;
  }

  it("is walked by SNMP: the machine's own values and stray's", async () => {
    await up();
    await guest(
      "cat > /etc/snmp/snmpd.conf.d/test.conf && systemctl restart snmpd",
      `rocommunity public 10.77.0.1\n`,
    );
    const walk = (oid: string) =>
      vm.manage(["snmpbulkwalk", "-v2c", "-c", "public", "-t", "20", "-r", "2", "-On", GUEST, oid]);
    const own = await until("stray is part of snmpd", async () => {
      const { stdout } = await walk("1.3.6.1.4.1.32473.1");
      const lines = stdout.split("\n").filter((line) => line.startsWith(".1.3.6.1.4.1.32473.1."));
      return lines.length > 100 && lines;
    });
    note("values below STRAY-MIB", own.length);
    expect((await walk("1.3.6.1.2.1.1.5")).stdout).toContain("STRING:");
    const { stdout: nobody } = await vm.manage([
      "snmpget",
      "-v2c",
      "-c",
      "other",
      "-t",
      "2",
      "-r",
      "0",
      GUEST,
      "1.3.6.1.2.1.1.5.0",
    ]);
    expect(nobody).toBe("");
  });

  /** The letter's frames go through the wire, with rules that tell of them; answers the incident. */
  async function sendLetter(): Promise<IncidentSummary> {
    const rules = readFileSync(new URL("../../examples/letter.rules", import.meta.url), "utf8");
    await guest("cat > /etc/stray/letter.rules", rules);
    // Emulated, it may stand still for longer than a switch of 200 ms waits, and the kernel would carry what it should see.
    const changes = "rules:\n  files: [starter, /etc/stray/letter.rules]\n";
    await guest(
      `grep -q letter.rules ${CONFIG} || cat >> ${CONFIG}; sed -i '/^  deadman:/d; s/^inline:/inline:\\n  deadman: 10s/' ${CONFIG}`,
      changes,
    );
    await guest("stray config check && systemctl restart strayd");
    await running();
    const letter = LETTER.file(folder);
    const before = (await status())!.interfaces[0]!.packets;
    vm.left.exec(["tcpreplay", "--quiet", "--intf1=left", "--pps=20", letter.path], { timeout: 300_000 });
    const passed = await until("the frames have passed", async () => {
      const packets = (await status())!.interfaces[0]!.packets - before;
      return packets >= letter.packets && packets;
    });
    expect(passed).toBeGreaterThanOrEqual(letter.packets);
    return await until("there is an incident", async () =>
      (await incidents()).find(({ subject }) => subject === SOURCE),
    );
  }

  it("sees the letter pass, and tells the incident", async () => {
    await up();
    note("incident", (await sendLetter()).title);
  });

  it("lets traffic pass while strayd stands still, and when it is killed", async () => {
    await up();
    await guest(`sed -i 's/  deadman: 10s/  deadman: 200ms/' ${CONFIG} && stray reload`);
    const frozen = vm.pings(150);
    await sleep(2000);
    await guest("kill -STOP $(systemctl show -p MainPID --value strayd)");
    const first = await frozen.done;
    note("pings lost of 150, strayd stopped", first.sent - first.received);
    expect(first.received).toBeGreaterThanOrEqual(first.sent * 0.9);
    const second = vm.pings(150);
    await sleep(2000);
    await guest("kill -KILL $(systemctl show -p MainPID --value strayd)");
    const after = await second.done;
    note("pings lost of 150, strayd killed", after.sent - after.received);
    expect(after.received).toBeGreaterThanOrEqual(after.sent * 0.9);
    await running();
  });

  it("comes back after a power cut, with its incidents, its keys and what was configured", async () => {
    await up();
    const before = (await incidents())[0] ?? (await sendLetter());
    await guest("echo 'sensor-in-a-test' > /etc/hostname");
    const [id, key] = [
      await guest("cat /etc/machine-id"),
      await guest("cat /etc/ssh/ssh_host_ed25519_key.pub"),
    ];
    expect(id).toMatch(/^[0-9a-f]{32}\n$/);
    // What was written is on the disk within the time that the file system allows itself.
    await sleep(45_000);
    await vm.kill();
    await vm.start();
    note("power cut to forwarding, s", await vm.waitForWire(BOOT_MS));
    await vm.waitForSsh(BOOT_MS);
    await running();
    expect((await incidents()).map(({ id: each }) => each)).toContain(before.id);
    expect(await guest("cat /etc/machine-id")).toBe(id);
    expect(await guest("cat /etc/ssh/ssh_host_ed25519_key.pub")).toBe(key);
    expect(await guest("cat /proc/sys/kernel/hostname")).toBe("sensor-in-a-test\n");
    expect(await guest("cat /run/stray-state.problems 2>/dev/null || true")).not.toMatch(/not used/);
  });

  /** Copies a package and its signature into the guest. */
  async function send(path: string): Promise<string> {
    const name = "/state/update.deb";
    await guest(`base64 -d > ${name}`, readFileSync(path).toString("base64"));
    await guest(`cat > ${name}.sig`, readFileSync(`${path}.sig`, "utf8"));
    return name;
  }

  it("takes a signed update, refuses a damaged one, and takes back one that does not work", async () => {
    await up();
    const good = await send(updatePackage(folder, image, { architecture, version: "0.1.1" }));
    await guest(`cp ${good} /state/bad.deb && cp ${good}.sig /state/bad.deb.sig && echo >> /state/bad.deb`);
    const bad = await vm.ssh("stray update apply /state/bad.deb");
    expect([bad.status, bad.stderr]).toEqual([1, expect.stringContaining("signed were")]);
    const pings = vm.pings(600);
    const apply = (path: string) =>
      vm.ssh(`stray update apply --trial ${TRIAL_S} ${path}`, { timeoutMs: 2_000 * TRIAL_S });
    const applied = await apply(good);
    note("update", applied.stdout.trim());
    expect([applied.status, await guest("stray --version")], applied.stderr).toEqual([0, "0.1.1\n"]);
    expect((await running()).version).toBe("0.1.1");
    const { sent, received } = await pings.done;
    note("pings lost of 600 during an update", sent - received);
    expect.soft(received).toBeGreaterThanOrEqual(sent * 0.9);
    const program = 'throw new Error("this version does not work");\n';
    const broken = await send(updatePackage(folder, image, { architecture, version: "0.1.2", program }));
    const taken = await apply(broken);
    note("broken update", taken.stderr.trim().split("\n").at(-1) ?? "");
    expect([taken.status, taken.stderr]).toEqual([1, expect.stringContaining("taken back")]);
    expect(await guest("stray --version")).toBe("0.1.1\n");
    expect((await running()).version).toBe("0.1.1");
  });

  it("goes on with a full state partition, refuses an update, and is well when there is room again", async () => {
    await up();
    const more = await send(updatePackage(folder, image, { architecture, version: "0.1.3" }));
    await guest("dd if=/dev/zero of=/state/fill bs=1M 2>/dev/null; sync; df /state | tail -1");
    const refused = await vm.ssh(`stray update apply ${more}`);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/free/)]);
    const { sent, received } = await vm.pings(50).done;
    expect(received).toBeGreaterThanOrEqual(sent * 0.9);
    // Also at a boot: then everything that it keeps has to be opened.
    await vm.kill();
    const { problems } = await boot();
    note("problems told on a full state partition", problems.join("; ") || "none");
    expect(problems.filter((text) => text.includes("the disk is full"))).not.toEqual([]);
    await guest("rm /state/fill /state/*.deb /state/*.sig");
    await until("it writes again", async () => {
      const report = await status();
      return report?.problems.every((text) => !text.includes("full"));
    });
  });

  it("starts with a corrupt database of incidents: it is moved aside, told and counted", async () => {
    await up();
    await guest(
      `systemctl stop strayd && dd if=/dev/urandom of=${INCIDENTS} bs=4096 count=4 conv=notrunc 2>/dev/null && sync`,
    );
    await vm.kill();
    await boot();
    expect(await guest("ls /var/lib/stray/incidents")).toMatch(/damaged/);
    const counters = JSON.parse(await guest("stray counters --json")) as {
      sinks: { name: string; counters: object }[];
    };
    const { counters: counts } = counters.sinks.find(({ name }) => name === "incidents")!;
    note("counters after a corrupt database", JSON.stringify(counts));
    expect(await guest("journalctl -u strayd -b --no-pager | grep -i damaged")).not.toBe("");
  });

  it("starts with a clock that says 1970", async () => {
    await vm.kill();
    const report = await boot(["-rtc", "base=1970-01-01T00:00:00"]);
    // systemd sets a clock that is older than itself to when it was built.
    expect(report.nowMs).toBeGreaterThan(Date.UTC(2024, 0));
    const { sent, received } = await vm.pings(50).done;
    expect(received).toBeGreaterThanOrEqual(sent * 0.9);
  });

  it("rests: few writes, little memory", async () => {
    await up();
    // What the boot and the step before wrote is on the disk.
    await sleep(120_000);
    const minutes = Number(STRAY_IMAGE_REST_MINUTES);
    const written = async () => Number((await guest("cat /sys/block/vda/stat")).trim().split(/\s+/)[6]) * 512;
    const before = await written();
    await sleep(minutes * 60_000);
    const bytes = (await written()) - before;
    note("minutes at rest", minutes);
    const hourly = (bytes / 1e6) * (60 / minutes);
    note("MB written an hour at rest", hourly);
    const used = await memoryUsed();
    note("memory used of 512 MiB at rest", used);
    note("processes", await guest("ps -eo rss,comm --sort=-rss | head -8"));
    expect(used).toBeLessThan(MEMORY_GOAL_MIB);
    expect(hourly).toBeLessThan(WRITES_GOAL_MB);
  });

  it("has memory to spare while conversations that never end pass", async () => {
    await up();
    const minutes = Number(STRAY_IMAGE_TRAFFIC_MINUTES);
    const capture = CONVERSATIONS.file(folder);
    const name = "enp0s3";
    const seen = async () => {
      const { interfaces, inline } = await running();
      const { packets, drops } = interfaces.find((each) => each.name === name)!;
      return { packets, drops, carried: inline!.sides.find((side) => side.name === name)!.bypassedPackets };
    };
    const before = await seen();
    const seconds = Math.max(60, Math.round(minutes * 60));
    // Other addresses each time: conversations nobody has seen.
    const endless = [
      "--timer=nano",
      "--loop=100000000",
      "--unique-ip",
      `--duration=${seconds}`,
      `--pps=${TRAFFIC_PPS}`,
    ];
    const replay = vm.left.spawn(["tcpreplay", "--quiet", "--intf1=left", ...endless, capture.path], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let summary = "";
    replay.stdout?.on("data", (data: Buffer) => {
      summary += data.toString();
    });
    const ended = new Promise((resolve) => replay.on("close", resolve));
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    const used: number[] = [];
    while (!isOver) {
      await Promise.race([ended, sleep(60_000)]);
      used.push(await memoryUsed());
    }
    const after = await seen();
    const packets = after.packets - before.packets;
    const carried = after.carried - before.carried;
    const drops = after.drops - before.drops;
    const sent = Number(/^Actual: (\d+) packets/m.exec(summary)?.[1]);
    // A wire that the guest does not empty in time is full: those frames were never on it.
    const lost = Number(vm.left.exec(["cat", "/sys/class/net/left/statistics/tx_dropped"]).stdout);
    note("minutes of traffic", seconds / 60);
    note("frames of it, sent", sent);
    note("frames of it that found qemu's queue full", lost);
    note("frames of it that strayd counted", packets);
    note("frames of it that the kernel carried, strayd being late", carried);
    note("frames of it that the kernel dropped", drops);
    note("memory used of 512 MiB in traffic, at most", Math.max(...used));
    note("memory used of 512 MiB after it", await memoryUsed());
    note("processes after it", await guest("ps -eo rss,comm --sort=-rss | head -8"));
    expect(packets).toBeGreaterThan((seconds * TRAFFIC_PPS) / 2);
    // Nothing went by unseen.
    expect(packets + carried + drops).toBeGreaterThanOrEqual(sent - lost);
    expect(Math.max(...used)).toBeLessThan(MEMORY_GOAL_MIB);
  });

  it("comes up without its state partition, forwards, and says so", async () => {
    await vm.kill();
    const fd = openSync(vm.image, "r+");
    // Superblock, descriptors, the first tables.
    const start = partitionStart(vm.image);
    writeSync(fd, Buffer.alloc(4 * 1_048_576, 0x5a), 0, 4 * 1_048_576, start);
    closeSync(fd);
    await vm.start();
    await vm.waitForWire(BOOT_MS);
    // With a new host key, since the old one is not to be had.
    rmSync(join(folder, "known_hosts"), { force: true });
    await vm.waitForSsh(BOOT_MS);
    await running();
    expect(await guest("cat /run/stray-state.problems")).toMatch(/not used/);
    expect(await guest("systemctl list-units --failed --plain --no-legend")).toContain("stray-state.service");
    expect(vm.serial()).toMatch(/stray-state: the state partition is not used/);
  });
});

/** Bytes in front of the state partition. */
function partitionStart(image: string): number {
  const table = JSON.parse(execFileSync("sfdisk", ["--json", image], { encoding: "utf8" })) as {
    partitiontable: { partitions: { name: string; start: number }[] };
  };
  return table.partitiontable.partitions.find(({ name }) => name === "stray-state")!.start * 512;
}
