// The folder of releases: versions unpacked side by side, and a link that says which one is in force.
//
//   /var/lib/stray-releases/
//     current -> 0.2.0.3f9a1c22     absent: the installed version (/usr/lib/stray), which is the last resort
//     0.2.0.3f9a1c22/               what a package has in /usr/lib/stray, and release.json
//     pending.json  state.json      book.ts
//     incoming/                     an update that is being unpacked
//
// Apart from what decides about it. bin/stray.mjs follows the link at each start; so does nobody else.
// Always holds: a release has its name only when it is whole and on the disk; the link is changed in one step.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { linkTarget, type UpdateDisk } from "./disk.js";

export const RELEASES_PATH = "/var/lib/stray-releases";
const CURRENT = "current";
const INCOMING = "incoming";
const RELEASE_FILE = "release.json";
const PROGRAM = "dist/host/cli/main.js";
const NAME = /^\d[A-Za-z0-9.+~-]{0,63}\.[0-9a-f]{8}$/;

/** What is written into a release. */
export interface Release {
  readonly version: string;
  readonly architecture: string;
  readonly sha512: string;
  /** keyId() of who signed it. */
  readonly key: string;
}

export class Releases {
  constructor(
    readonly folder: string,
    readonly disk: UpdateDisk,
  ) {}

  get incoming(): string {
    return join(this.folder, INCOMING);
  }

  /** Name of the release in force; undefined: the installed version. */
  get current(): string | undefined {
    const name = linkTarget(join(this.folder, CURRENT));
    return name !== undefined && this.read(name) !== undefined ? name : undefined;
  }

  /** The link is there and leads nowhere. */
  get isCurrentBroken(): boolean {
    return linkTarget(join(this.folder, CURRENT)) !== undefined && this.current === undefined;
  }

  /** Undefined unless it is there and whole. */
  read(name: string): Release | undefined {
    if (!NAME.test(name) || !existsSync(join(this.folder, name, PROGRAM))) return undefined;
    try {
      return JSON.parse(readFileSync(join(this.folder, name, RELEASE_FILE), "utf8")) as Release;
    } catch {
      return undefined;
    }
  }

  list(): string[] {
    return this.names().filter((name) => this.read(name) !== undefined);
  }

  /** `undefined`: the installed version. */
  setCurrent(name: string | undefined): void {
    const link = join(this.folder, CURRENT);
    if (name !== undefined) this.disk.replaceLink(link, name);
    else if (linkTarget(link) !== undefined) this.disk.remove(link);
  }

  /** The unpacked program in `incoming` becomes a release; answers its name. */
  take(release: Release, unpacked: string): string {
    const name = releaseName(release);
    this.disk.replaceFile(join(unpacked, RELEASE_FILE), `${JSON.stringify(release)}\n`);
    this.disk.moveIn(unpacked, join(this.folder, name));
    return name;
  }

  /** Releases but those, and what was being unpacked. */
  prune(kept: readonly (string | undefined)[]): void {
    const current = linkTarget(join(this.folder, CURRENT));
    for (const name of this.names()) {
      const isOurs = NAME.test(name) || name === INCOMING;
      if (isOurs && name !== current && !kept.includes(name)) this.disk.remove(join(this.folder, name));
    }
  }

  private names(): string[] {
    return existsSync(this.folder) ? readdirSync(this.folder).sort() : [];
  }
}

/** Two packages of one version differ in their names. */
export function releaseName({ version, sha512 }: Release): string {
  // An epoch's colon is left out: it decides nothing here.
  return `${version.replace(/^\d+:/, "")}.${sha512.slice(0, 8)}`;
}
