// The virtual machines that images run on: how qemu is called for each, and with which accelerator.
// Apart from the test because which of them can be had here is a question of its own.
// Always holds: KVM is used only where a firmware comes up under it; where it can't, the processor is emulated, and that is
// said.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { requireFile, requireProgram } from "../support/system.js";

const PROBE_MS = 8000;

export interface Machine {
  readonly board: string;
  readonly program: string;
  readonly debianPackage: string;
  /** Code of the firmware, and its variables. */
  readonly firmware: readonly [string, string];
  readonly firmwarePackage: string;
  readonly machine: readonly string[];
  readonly emulated: readonly string[];
  /** Node's word for machines on which KVM could run it. */
  readonly native: string;
}

export const MACHINES: Readonly<Record<string, Machine>> = {
  "qemu-x64": {
    board: "qemu-x64",
    program: "qemu-system-x86_64",
    debianPackage: "qemu-system-x86",
    firmware: ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"],
    firmwarePackage: "ovmf",
    machine: ["-machine", "q35", "-device", "i6300esb,addr=0x8"],
    emulated: ["-accel", "tcg", "-cpu", "Westmere"],
    native: "x64",
  },
  "qemu-aarch64": {
    board: "qemu-aarch64",
    program: "qemu-system-aarch64",
    debianPackage: "qemu-system-arm",
    firmware: ["/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"],
    firmwarePackage: "qemu-efi-aarch64",
    machine: ["-machine", "virt,gic-version=max", "-device", "i6300esb,addr=0x8"],
    emulated: ["-accel", "tcg", "-cpu", "cortex-a72"],
    native: "arm64",
  },
};

/** Everything that building and booting an image needs. */
export function canBoot({ program, debianPackage, firmware, firmwarePackage }: Machine): boolean {
  const programs: readonly (readonly [string, string])[] = [
    [program, debianPackage],
    ["mmdebstrap", "mmdebstrap"],
    ["sqfstar", "squashfs-tools"],
    ["mcopy", "mtools"],
    ["mkfs.vfat", "dosfstools"],
    ["sfdisk", "fdisk"],
    ["tcpreplay", "tcpreplay"],
    ["snmpbulkwalk", "snmp"],
    ["ssh", "openssh-client"],
    ["ssh-keygen", "openssh-client"],
    ["ping", "iputils-ping"],
  ];
  const found = programs.map(([name, from]) => requireProgram(name, from));
  return requireFile(firmware[0], firmwarePackage) && found.every(Boolean);
}

export type Accelerator = "kvm" | "tcg";

/** KVM, if the firmware lives for some seconds under it: some hosts offer a KVM that can't run what is no kernel of theirs. */
export async function accelerator(machine: Machine): Promise<Accelerator> {
  const { STRAY_IMAGE_ACCEL: forced } = process.env;
  if (forced === "kvm" || forced === "tcg") return forced;
  const reason = process.arch !== machine.native ? "another architecture" : await kvmProblem(machine);
  if (reason === undefined) return "kvm";
  console.error(`\n*** ${machine.board} is emulated, times are no figures of a board: ${reason}\n`);
  return "tcg";
}

async function kvmProblem({ program, machine, firmware }: Machine): Promise<string | undefined> {
  if (!existsSync("/dev/kvm")) return "there is no /dev/kvm";
  const code = `if=pflash,format=raw,readonly=on,file=${firmware[0]}`;
  const words = ["-accel", "kvm", "-cpu", "host", "-m", "256", "-drive", code, "-nic", "none"];
  const child = spawn(
    program,
    [...machine, ...words, "-display", "none", "-monitor", "none", "-serial", "none"],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr.on("data", (data: Buffer) => {
    said += data.toString();
  });
  const ended = new Promise<boolean>((resolve) => {
    child.on("exit", () => resolve(true));
    child.on("error", () => resolve(true));
    setTimeout(() => resolve(false), PROBE_MS);
  });
  const hasEnded = await ended;
  child.kill("SIGKILL");
  if (!hasEnded && !said.includes("KVM internal error")) return undefined;
  return said.trim().split("\n")[0] ?? "KVM ends by itself";
}
