// The image that the boot test runs, and packages to update it with: built once, kept where STRAY_IMAGE_FOLDER says.
// Apart because building takes minutes, and whoever works on the test wants to do it once.
// Always holds: what is booted is a copy; the one that was built stays as it is.

import { execFileSync, spawn } from "node:child_process";
import { createHash, createPrivateKey } from "node:crypto";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { signatureText } from "../../host/update/signature.js";
import { makeKeys } from "../host/update/rig.js";
import { GUEST } from "./vm.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BUILD_MS = 1_800_000;
/** Of the disk that the image is put on: the state partition grows to its end. */
const DISK_BYTES = 1_073_741_824;

export interface BuiltImage {
  readonly path: string;
  readonly sshKey: string;
  readonly updateKey: string;
  readonly sizeBytes: number;
  readonly usedBytes: number;
}

export async function builtImage(board: string, scratch: string): Promise<BuiltImage> {
  const { STRAY_IMAGE_FOLDER: folder = scratch } = process.env;
  mkdirSync(folder, { recursive: true });
  const [path, sshKey, updateKey] = [`${board}.img`, "ssh-key", "update.pem"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  if (!existsSync(sshKey)) execFileSync("ssh-keygen", ["-q", "-N", "", "-t", "ed25519", "-f", sshKey]);
  if (!existsSync(updateKey)) {
    const { privateKey, publicKey } = makeKeys();
    writeFileSync(updateKey, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    writeFileSync(`${updateKey}.pub.pem`, publicKey);
  }
  if (!existsSync(path)) {
    const keys = ["--ssh-key", `${sshKey}.pub`, "--update-key", `${updateKey}.pub.pem`];
    const words = [
      "run",
      "--silent",
      "image",
      "--",
      board,
      ...keys,
      "--address",
      `${GUEST}/24`,
      "--output",
      path,
    ];
    // Not in one go: a worker of vitest's that says nothing for a minute is an error.
    const child = spawn("npm", words, {
      cwd: ROOT,
      stdio: ["ignore", "inherit", "inherit"],
      timeout: BUILD_MS,
    });
    const [status] = await once(child, "exit");
    if (status !== 0) throw new Error(`the image was not built: npm ended with ${status}`);
  }
  const { size, blocks } = statSync(path);
  return { path, sshKey, updateKey, sizeBytes: size, usedBytes: blocks * 512 };
}

/** As somebody writes it to a larger disk. */
export function diskOf({ path }: BuiltImage, folder: string): string {
  const disk = join(folder, "disk.img");
  copyFileSync(path, disk);
  truncateSync(disk, DISK_BYTES);
  return disk;
}

export interface PackageOptions {
  readonly architecture: string;
  readonly version: string;
  /** Written over the program. */
  readonly program?: string;
}

/** Our own package with another version, signed; answers its path. */
export function updatePackage(folder: string, image: BuiltImage, options: PackageOptions): string {
  const { architecture, version, program } = options;
  const words = ["tools/package.mjs", "--arch", architecture, "--version", version, "--out", folder];
  execFileSync(process.execPath, words, { cwd: ROOT, stdio: "ignore", timeout: BUILD_MS });
  const path = join(folder, `stray_${version}_${architecture}.deb`);
  if (program !== undefined) {
    const tree = mkdtempSync(join(folder, "tree-"));
    execFileSync("dpkg-deb", ["--raw-extract", path, tree]);
    writeFileSync(join(tree, "usr/lib/stray/dist/host/cli/main.js"), program);
    execFileSync("dpkg-deb", ["--root-owner-group", "-Zgzip", "--build", tree, path], { stdio: "ignore" });
    rmSync(tree, { recursive: true });
  }
  const bytes = readFileSync(path);
  const sha512 = createHash("sha512").update(bytes).digest("hex");
  const key = createPrivateKey(readFileSync(image.updateKey));
  writeFileSync(`${path}.sig`, signatureText({ size: bytes.length, sha512 }, key));
  return path;
}
