// The disk: the EFI system partition with loader, kernel and initramfs, the empty state partition, and all parts in one file.
// Apart from the root. Always holds: everything is made in files, nothing is mounted and no loop device is used; the same parts
// give the same bytes.

import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { ImageBoard } from "./board.js";
import {
  ESP_MIB,
  identifier,
  imageMib,
  LOADERS,
  MIB,
  type Part,
  partsOf,
  STATE_MIB,
  tableScript,
} from "./layout.js";
import type { RootResult } from "./root.js";
import { ImageError, run, say } from "./run.js";

/** ext4 puts its writes off, and makes no work of its own later. */
const EXT4_OPTIONS = ["-O", "^resize_inode,meta_bg", "-E"];

export interface DiskOptions {
  readonly board: ImageBoard;
  readonly version: string;
  readonly epoch: number;
  readonly output: string;
}

export async function makeDisk(work: string, root: RootResult, options: DiskOptions): Promise<number> {
  const { board, version, output } = options;
  const parts = partsOf(board.name, version, statSync(root.squashfs).size);
  const esp = join(work, "esp.img");
  const state = join(work, "state.img");
  say("the EFI system partition: loader, kernel, initramfs");
  await makeEsp(work, esp, root.tar, parts, options);
  await makeState(state, options);
  say(`the disk: ${imageMib(parts)} MiB`);
  rmSync(output, { force: true });
  closeSync(openSync(output, "wx", 0o644));
  truncateSync(output, imageMib(parts) * MIB);
  await run("sfdisk", ["--quiet", "--no-reread", "--no-tell-kernel", output], {
    input: tableScript(board.name, version, parts),
  });
  const files = { esp, root: root.squashfs, state };
  for (const part of parts) copyInto(output, files[part.name], part.startMib * MIB);
  return imageMib(parts);
}

async function makeEsp(
  work: string,
  esp: string,
  tar: string,
  parts: readonly Part[],
  { board, version, epoch }: DiskOptions,
): Promise<void> {
  const boot = join(work, "boot");
  mkdirSync(boot, { recursive: true });
  const loader = LOADERS[board.architecture];
  await run("tar", [
    "-C",
    boot,
    "-xf",
    tar,
    "--wildcards",
    "./boot/vmlinuz-*",
    "./boot/initrd.img-*",
    `./${loader.source}`,
  ]);
  const found = (head: string) => {
    const names = readdirSync(join(boot, "boot")).filter((name) => name.startsWith(head));
    if (names.length !== 1)
      throw new ImageError(`one ${head}* was expected in the root's /boot, found ${names.length}`);
    return join(boot, "boot", names[0]!);
  };
  const rootUuid = parts.find(({ name }) => name === "root")!.uuid;
  writeFileSync(join(boot, "loader.conf"), "timeout 0\neditor no\ndefault stray.conf\n");
  writeFileSync(join(boot, "stray.conf"), loaderEntry(board, version, rootUuid));
  const env = { SOURCE_DATE_EPOCH: String(epoch), MTOOLS_SKIP_CHECK: "1", TZ: "UTC" };
  rmSync(esp, { force: true });
  closeSync(openSync(esp, "wx"));
  truncateSync(esp, ESP_MIB * MIB);
  await run("mkfs.vfat", ["-F", "32", "-s", "1", "--invariant", "-n", "STRAY-ESP", esp], { env });
  await run("mmd", ["-i", esp, "::EFI", "::EFI/BOOT", "::loader", "::loader/entries"], { env });
  const put: readonly (readonly [string, string])[] = [
    [join(boot, loader.source), `::EFI/BOOT/${loader.file}`],
    [join(boot, "loader.conf"), "::loader/loader.conf"],
    [join(boot, "stray.conf"), "::loader/entries/stray.conf"],
    [found("vmlinuz-"), "::vmlinuz"],
    [found("initrd.img-"), "::initrd"],
  ];
  for (const [from, to] of put) await run("mcopy", ["-i", esp, from, to], { env });
}

/** As systemd-boot reads it (Boot Loader Specification, type 1). */
export function loaderEntry(board: ImageBoard, version: string, rootUuid: string): string {
  const words = [
    ...[`root=PARTUUID=${rootUuid}`, "rootfstype=squashfs", "ro"],
    // The last one is where the boot is told.
    ...["console=tty0", `console=${board.console},115200`, "loglevel=4"],
    ...["panic=10", "systemd.gpt_auto=0", "rd.systemd.gpt_auto=0"],
  ];
  return `title stray ${version} (${board.name})\nlinux /vmlinuz\ninitrd /initrd\noptions ${words.join(" ")}\n`;
}

async function makeState(state: string, { board, version, epoch }: DiskOptions): Promise<void> {
  rmSync(state, { force: true });
  closeSync(openSync(state, "wx"));
  truncateSync(state, STATE_MIB * MIB);
  const uuid = identifier("stray", board.name, version, "state-file-system");
  const extended = `hash_seed=${uuid},lazy_itable_init=0,lazy_journal_init=0,nodiscard`;
  await run("mkfs.ext4", ["-q", "-F", "-L", "stray-state", "-U", uuid, ...EXT4_OPTIONS, extended, state], {
    env: { E2FSPROGS_FAKE_TIME: String(epoch) },
  });
}

/** Bytes of zero are left out: the file stays sparse. */
function copyInto(output: string, from: string, offset: number): void {
  const source = openSync(from, "r");
  const target = openSync(output, "r+");
  const chunk = Buffer.alloc(MIB);
  const zeros = Buffer.alloc(MIB);
  try {
    for (let at = 0; ; ) {
      const count = readSync(source, chunk, 0, chunk.length, at);
      if (count === 0) return;
      if (chunk.compare(zeros, 0, count, 0, count) !== 0) writeSync(target, chunk, 0, count, offset + at);
      at += count;
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}
