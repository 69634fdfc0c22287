// The root: Debian's packages, ours, and the files that make an appliance of them, as one tar and then as a squashfs.
// Apart from the disk, which only takes the result. SquashFS rather than a read-only ext4: nothing can write to it, ever, there
// is no journal to replay and nothing to check after a power cut, and it takes a third of the room.
// Always holds: nothing is mounted here (mmdebstrap mounts in a namespace of its own); owners and times are the same
// at each build.

import { cpSync, createReadStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ImageBoard } from "./board.js";
import { managementNetwork, type NetworkOptions, wireNetwork } from "./network.js";
import { run, say } from "./run.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const SUITE = "trixie";
/** amd64's small one drives every card that qemu's machine has; arm64's has no driver for its watchdog (i6300esb). */
const KERNELS = { amd64: "linux-image-cloud-amd64", arm64: "linux-image-arm64" } as const;

/** Beside our own package and what it depends on. */
export const PACKAGES: readonly string[] = [
  ...["systemd-sysv", "systemd-boot-efi", "systemd-repart", "systemd-timesyncd", "udev", "dbus"],
  ...["initramfs-tools", "busybox", "zstd", "kmod", "e2fsprogs", "mount", "fdisk"],
  ...["nodejs", "libsqlite3-0", "openssh-server", "snmpd"],
  ...["iproute2", "ethtool", "iputils-ping", "tcpdump", "less"],
];

const NOT_UNPACKED = [
  ...["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/info/*", "/usr/share/lintian/*"],
  ...["/usr/share/locale/*", "/usr/share/icons/*", "/usr/lib/node_modules/npm/*"],
  // Of a kernel for every board: descriptions of boards without ACPI, and drivers of what a sensor has no use for.
  ...["/usr/lib/linux-image-*", "/usr/lib/modules/*/kernel/sound/*"],
  ...["media", "gpu", "iio", "infiniband", "staging", "net/wireless"].map(
    (drivers) => `/usr/lib/modules/*/kernel/drivers/${drivers}/*`,
  ),
];
/** Licences go with what they allow; stray's own pages are of use there. */
const UNPACKED_ALL_THE_SAME = [
  "/usr/share/doc/*/copyright",
  "/usr/share/doc/stray/*",
  "/usr/share/man/man*/stray*",
];

export interface RootOptions extends NetworkOptions {
  readonly board: ImageBoard;
  /** Path of our .deb. */
  readonly package: string;
  /** Paths of public keys: who may log in as root, and whose packages an update takes. */
  readonly sshKeys: readonly string[];
  readonly updateKeys: readonly string[];
  readonly mirror: string | undefined;
  /** Seconds since 1970 that everything in the image is dated with at latest. */
  readonly epoch: number;
}

export interface RootResult {
  readonly tar: string;
  readonly squashfs: string;
}

export async function makeRoot(work: string, options: RootOptions): Promise<RootResult> {
  const tree = join(work, "tree");
  stageTree(tree, options);
  const tar = join(work, "root.tar");
  const { board, mirror, epoch } = options;
  const env = { SOURCE_DATE_EPOCH: String(epoch), TMPDIR: work };
  const needed = await dependencies(options.package);
  say(`Debian ${SUITE} for ${board.architecture} with ${PACKAGES.length} packages and what they need`);
  const excludes = NOT_UNPACKED.map((path) => `--dpkgopt=path-exclude=${path}`);
  const includes = UNPACKED_ALL_THE_SAME.map((path) => `--dpkgopt=path-include=${path}`);
  const args = [
    ...["--mode=root", "--variant=minbase", "--format=tar", `--architectures=${board.architecture}`],
    ...['--aptopt=Acquire::Languages "none"', "--aptopt=APT::Install-Recommends false"],
    ...[...excludes, ...includes],
    `--include=${[...new Set([KERNELS[board.architecture], ...PACKAGES, ...needed])].join(",")}`,
    // Before the kernel is there, so that its initramfs is made with our scripts; and over what packages brought.
    `--essential-hook=sync-in ${tree} /`,
    `--customize-hook=upload ${options.package} /stray.deb`,
    '--customize-hook=chroot "$1" dpkg --install --force-confnew /stray.deb && rm "$1/stray.deb"',
    `--customize-hook=sync-in ${tree} /`,
    `--customize-hook=${join(HERE, "customize.sh")} "$1"`,
    ...[SUITE, tar, ...(mirror === undefined ? [] : [mirror])],
  ];
  await run("mmdebstrap", args, { env });
  const squashfs = join(work, "root.squashfs");
  say("packing the read-only root");
  // The kernel and its initramfs lie in the EFI system partition.
  const pack = ["-comp", "zstd", "-no-progress", "-root-mode", "0755", "-root-uid", "0", "-root-gid", "0"];
  await run("sqfstar", [...pack, squashfs, "boot/*", "usr/lib/systemd/boot/*"], {
    input: createReadStream(tar),
    env: { SOURCE_DATE_EPOCH: String(epoch) },
  });
  return { tar, squashfs };
}

/** Names of the packages that a package needs; of alternatives the first one. */
async function dependencies(path: string): Promise<readonly string[]> {
  const text = await run("dpkg-deb", ["--field", path, "Depends"]);
  const names = text.split(",").map((part) => /^\s*([a-z0-9][a-z0-9.+-]+)/.exec(part)?.[1]);
  return names.filter((name) => name !== undefined);
}

/** The files that go over the packages', with the owner and the modes they have in the image. */
function stageTree(tree: string, options: RootOptions): void {
  const { board, sshKeys, updateKeys } = options;
  cpSync(join(HERE, "root"), tree, { recursive: true });
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text, { mode: 0o644 });
  };
  // Emulated, compiling the classifier alone may take longer than systemd waits for a start.
  put(
    "etc/systemd/system/strayd.service.d/virtual.conf",
    "[Service]\nTimeoutStartSec=10min\nWatchdogSec=3min\n",
  );
  put("etc/hostname", "stray\n");
  put("etc/hosts", "127.0.0.1 localhost\n127.0.1.1 stray\n::1 localhost\n");
  put("etc/stray/stray.yaml", board.config);
  put("etc/systemd/network/20-wire.network", wireNetwork(board));
  put("etc/systemd/network/10-management.network", managementNetwork(board, options));
  const keys = sshKeys.map((path) => readFileSync(path, "utf8").trim()).join("\n");
  put("etc/ssh/authorized_keys.d/root", keys === "" ? "" : `${keys}\n`);
  for (const [at, path] of updateKeys.entries()) {
    put(`etc/stray/update-keys/${String(at + 1).padStart(2, "0")}.pem`, readFileSync(path, "utf8"));
  }
}
