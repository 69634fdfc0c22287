// Packages, keys and a machine for the tests of updates: all of it below one temporary folder.
// Apart because every test of updates needs them. Always holds: packages are made by dpkg-deb and hold a program of two lines;
// the machine's strayd is a description that a test changes; time passes only when somebody waits.

import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { UpdateDisk } from "../../../host/update/disk.js";
import type { StatusView } from "../../../host/update/health.js";
import { type UpdatePlace, updatePlace, versionOf } from "../../../host/update/place.js";
import { signatureText } from "../../../host/update/signature.js";
import type { UpdateSystem } from "../../../host/update/system.js";
import { beforeStart } from "../../../host/update/trial.js";

export const INSTALLED = "0.1.0";
export const ARCHITECTURE = "amd64";
export const OPTIONS = { force: false, architecture: ARCHITECTURE } as const;

export interface KeyPair {
  readonly privateKey: KeyObject;
  /** PEM */
  readonly publicKey: string;
}

export function makeKeys(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return { privateKey: createPrivateKey(privateKey), publicKey };
}

export interface PackageFacts {
  readonly version?: string;
  readonly architecture?: string;
  readonly name?: string;
  /** Files below usr/lib/stray. */
  readonly files?: Readonly<Record<string, string>>;
  readonly installedKib?: number;
}

/** Makes and signs a package; answers its path. */
export function makePackage(folder: string, key: KeyObject | undefined, facts: PackageFacts = {}): string {
  const { version = "0.2.0", architecture = ARCHITECTURE, name = "stray", installedKib = 12 } = facts;
  const files = facts.files ?? {
    "dist/host/cli/main.js": `export const main = () => console.log("this is ${version}");\n`,
    "package.json": JSON.stringify({ name: "stray", version, type: "module" }),
  };
  const tree = mkdtempSync(join(folder, "tree-"));
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  for (const [path, text] of Object.entries(files)) put(`usr/lib/stray/${path}`, text);
  const control = [
    ...[`Package: ${name}`, `Version: ${version}`, `Architecture: ${architecture}`],
    ...[`Installed-Size: ${installedKib}`, "Maintainer: Test <test@example.org>", "Description: test", ""],
  ];
  put("DEBIAN/control", control.join("\n"));
  const path = join(folder, `${name}_${version}_${architecture}.deb`);
  execFileSync("dpkg-deb", ["--root-owner-group", "-Znone", "--build", tree, path], { stdio: "ignore" });
  rmSync(tree, { recursive: true });
  if (key !== undefined) signPackage(path, key);
  return path;
}

export function signPackage(path: string, key: KeyObject): void {
  const bytes = readFileSync(path);
  const sha512 = createHash("sha512").update(bytes).digest("hex");
  writeFileSync(`${path}.sig`, signatureText({ size: bytes.length, sha512 }, key));
}

export class PowerCut extends Error {}

/** Its power goes before the change with this number, and stays away. */
export class CutDisk extends UpdateDisk {
  count = 0;
  readonly steps: string[] = [];
  /** Room that it says is free, in place of what there is. */
  freeBytes: number | undefined;

  /** With the change of this number. */
  cutAt = Number.POSITIVE_INFINITY;

  protected override step(what: string): void {
    this.steps.push(what);
    if (this.count++ >= this.cutAt) throw new PowerCut(what);
  }

  override free(folder: string): number {
    return this.freeBytes ?? super.free(folder);
  }
}

/** A machine whose strayd is started, ends and answers as a test says. */
export class FakeSystem implements UpdateSystem {
  restarts = 0;
  /** What was asked of it, in order. */
  readonly asked: string[] = [];
  nowAt = 0;
  /** Versions whose strayd never comes up. */
  readonly broken = new Set<string>();
  status1: Partial<StatusView> = {};
  private running: string | undefined;
  private pid = 100;

  constructor(readonly place: UpdatePlace) {
    this.restart();
  }

  /** As systemd does it: what stands before the start, then the start; one that ends at once is started again. */
  restart(): void {
    this.restarts++;
    this.asked.push("restart");
    this.pid++;
    for (let tries = 0; tries < 10; tries++) {
      beforeStart(this.place);
      const version = versionOf(this.place, this.place.releases.current);
      this.running = this.broken.has(version) ? undefined : version;
      if (this.running !== undefined) return;
    }
  }

  get version(): string | undefined {
    return this.running;
  }

  status = async (): Promise<StatusView> => {
    if (this.running === undefined) throw new Error("nobody there");
    return { version: this.running, pid: this.pid, workers: [{ state: "running" }], ...this.status1 };
  };
  sleep = async (ms: number): Promise<void> => {
    this.nowAt += ms;
  };
  nowMs = (): number => this.nowAt;
  carry = async (): Promise<void> => {
    this.asked.push("carry");
  };
  startFinish = (): void => undefined;
}

export class Rig {
  readonly root = mkdtempSync(join(tmpdir(), "stray-update-"));
  readonly keysPath = join(this.root, "keys");
  readonly folder = join(this.root, "releases");
  readonly keys = makeKeys();

  constructor() {
    mkdirSync(this.keysPath);
    writeFileSync(join(this.keysPath, "ours.pem"), this.keys.publicKey);
  }

  place(disk: UpdateDisk = new UpdateDisk()): UpdatePlace {
    return updatePlace({ keysPath: this.keysPath, folder: this.folder, disk, installed: INSTALLED });
  }

  package(facts: PackageFacts = {}): string {
    return makePackage(this.root, this.keys.privateKey, facts);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
