// `npm run image -- NAME`: builds a bootable image of a board from Debian's packages and our own.
// Apart from its steps: what may be asked for, in which order they go, and what is left behind.
// Always holds: the image is put in its place whole; its folder of work is removed, also after a failure; nothing is mounted.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { StrayError } from "../../host/errors.js";
import { imageBoard } from "./board.js";
import { makeDisk } from "./disk.js";
import { makeRoot } from "./root.js";
import { checkPrograms, ImageError, run, say, stop } from "./run.js";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const EXAMPLES = `
Needs root (the files of a Debian root belong to root) and the programs mmdebstrap, squashfs-tools, dosfstools, mtools,
e2fsprogs and fdisk; another architecture than this machine's needs qemu-user-static too. docs/image.md tells the rest.

Examples:
  npm run image -- qemu-x64 --ssh-key ~/.ssh/id_ed25519.pub --update-key update.pub.pem
  npm run image -- qemu-x64 --ssh-key key.pub --address 192.0.2.10/24 --gateway 192.0.2.1`;

interface Options {
  readonly sshKey: readonly string[];
  readonly updateKey: readonly string[];
  readonly package?: string;
  readonly address?: string;
  readonly gateway?: string;
  readonly mirror?: string;
  readonly output?: string;
}

function existing(path: string, before: readonly string[] = []): readonly string[] {
  if (!existsSync(path)) throw new InvalidArgumentError("No such file.");
  return [...before, resolve(path)];
}

const program = new Command("npm run image --")
  .description("build a bootable image of a board")
  .argument("<board>", "its name: a folder of boards/")
  .addOption(
    new Option("--ssh-key <file>", "public key that may log in as root; may be given again")
      .argParser(existing)
      .default([], "nobody may"),
  )
  .addOption(
    new Option("--update-key <file>", "public key whose packages an update takes; may be given again")
      .argParser(existing)
      .default([], "none: no updates"),
  )
  .option("--package <file>", "take this .deb in place of building one")
  .option("--address <address/length>", "address of the management interface (default: by DHCP)")
  .option("--gateway <address>", "its way out")
  .option("--mirror <url>", "of Debian")
  .option("--output <file>", "where to (default: build/stray-BOARD-VERSION.img)")
  .addHelpText("after", EXAMPLES)
  .exitOverride();

async function build(name: string, options: Options): Promise<void> {
  const board = await imageBoard(name);
  if (process.getuid?.() !== 0)
    throw new ImageError("the files of a Debian root belong to root: run this as root");
  checkPrograms();
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  const output = resolve(options.output ?? join(ROOT, "build", `stray-${board.name}-${version}.img`));
  mkdirSync(dirname(output), { recursive: true });
  const work = mkdtempSync(join(dirname(output), ".image-"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, stop);
  }
  const startedMs = performance.now();
  try {
    const file =
      options.package === undefined
        ? await ownPackage(board.architecture, version)
        : resolve(options.package);
    const epoch = sourceEpoch();
    const { sshKey: sshKeys, updateKey: updateKeys, address, gateway, mirror } = options;
    if (sshKeys.length === 0) say("no --ssh-key: nobody can log in, only the serial console tells something");
    const root = await makeRoot(work, {
      board,
      package: file,
      sshKeys,
      updateKeys,
      address,
      gateway,
      mirror,
      epoch,
    });
    const made = join(work, "disk.img");
    await makeDisk(work, root, { board, version, epoch, output: made });
    renameSync(made, output);
    const { size, blocks } = statSync(output);
    const [mib, usedMib] = [size, blocks * 512].map((bytes) => (bytes / 1_048_576).toFixed(0));
    say(
      `${output}: ${mib} MiB, ${usedMib} of them in use, in ${Math.round((performance.now() - startedMs) / 1000)} s`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function ownPackage(architecture: string, version: string): Promise<string> {
  say("our own package");
  await run("npm", ["run", "--silent", "package", "--", "--arch", architecture], { cwd: ROOT });
  return join(ROOT, "build", `stray_${version}_${architecture}.deb`);
}

/** Of the latest commit, as reproducible-builds.org has it; a tree without git is dated by its package.json. */
function sourceEpoch(): number {
  const { SOURCE_DATE_EPOCH } = process.env;
  if (SOURCE_DATE_EPOCH !== undefined && /^\d+$/.test(SOURCE_DATE_EPOCH)) return Number(SOURCE_DATE_EPOCH);
  try {
    const text = execFileSync("git", ["log", "-1", "--format=%ct"], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: "pipe",
    });
    return Number(text.trim());
  } catch {
    return Math.floor(statSync(join(ROOT, "package.json")).mtimeMs / 1000);
  }
}

try {
  program.action(build);
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof ImageError) {
    say(error.message);
    process.exitCode = 1;
  } else if (error instanceof StrayError) {
    say(error.message);
    process.exitCode = 1;
  } else throw error;
}
