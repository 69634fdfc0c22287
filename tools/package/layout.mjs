// Which file of the project, built or written, lies where in the package.
// Apart from the tool because this is the table to look into when something new is to be installed.
// Always holds: nothing of the machine it was built on is in a file; what the table names is there, or no package is made;
// folders are read in the order of their names.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { PackageError } from "./package-error.mjs";
import { changelog, copyright } from "./papers.mjs";
import { CONFIG, DOC, HOME } from "./places.mjs";

const PROGRAM = 0o755;

/**
 * From the project to the package. A folder is taken whole, but for what `leave` matches.
 * @type {readonly { from: string, to: string, mode?: number, leave?: RegExp }[]}
 */
const TABLE = [
  { from: "dist", to: `${HOME}/dist`, leave: /^examples\// },
  { from: "build/stray.wasm", to: `${HOME}/build/stray.wasm` },
  { from: "rules", to: `${HOME}/rules` },
  { from: "boards", to: `${HOME}/boards` },
  { from: "packaging/systemd", to: "usr/lib/systemd/system" },
  { from: "packaging/sysusers.d", to: "usr/lib/sysusers.d" },
  { from: "packaging/logrotate.d", to: "etc/logrotate.d" },
  { from: "packaging/ssh/stray-shell", to: "usr/bin/stray-shell", mode: PROGRAM },
  { from: "packaging/ssh/stray.conf", to: "etc/ssh/sshd_config.d/stray.conf" },
  { from: "packaging/mibs", to: "usr/share/snmp/mibs" },
  {
    from: "packaging/completions/stray",
    to: "usr/share/bash-completion/completions/stray",
  },
  { from: "packaging/completions/_stray", to: "usr/share/zsh/vendor-completions/_stray" },
  {
    from: "packaging/completions/stray.fish",
    to: "usr/share/fish/vendor_completions.d/stray.fish",
  },
  { from: "packaging/grafana", to: "usr/share/stray/grafana" },
  { from: "packaging/prometheus", to: "usr/share/stray/prometheus" },
  { from: "docs", to: `${DOC}/docs` },
  { from: "README.md", to: `${DOC}/README.md` },
  { from: "ARCHITECTURE.md", to: `${DOC}/ARCHITECTURE.md` },
  { from: "CHANGELOG.md", to: `${DOC}/CHANGELOG.md` },
];

/** @returns {import("./stage.mjs").StagedFile[]} all but koffi */
export function packageFiles(root, { version, time, defaults }) {
  return [
    ...TABLE.flatMap((row) => copied(root, row)),
    ...manPages(root),
    { path: `${HOME}/bin/stray.mjs`, content: launcher(root), mode: PROGRAM },
    // Keys of those who may ask the sensor over ssh: where root alone writes.
    { path: "etc/ssh/stray-keys", isFolder: true },
    { path: "usr/bin/stray", link: "../lib/stray/bin/stray.mjs" },
    { path: `${HOME}/package.json`, content: manifest(root, version) },
    { path: CONFIG, content: configuration(defaults) },
    { path: `${DOC}/copyright`, content: copyright(root) },
    { path: `${DOC}/changelog.gz`, content: packed(changelog(version, time)) },
  ];
}

function copied(root, { from, to, mode, leave }) {
  const names = filesOf(join(root, from), "");
  if (names === undefined) throw new PackageError(`${from} is not there`);
  return names
    .filter((name) => !leave?.test(name))
    .map((name) => ({
      path: name === "" ? to : `${to}/${name}`,
      content: readFileSync(join(root, from, name)),
      ...(mode !== undefined && { mode }),
    }));
}

/** Names of all files below, sorted; "" for a file itself; undefined where there is nothing. */
function filesOf(path, prefix) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isDirectory()) return [prefix];
  const names = readdirSync(path).sort();
  return names.flatMap((name) => filesOf(join(path, name), prefix === "" ? name : `${prefix}/${name}`));
}

/** Sections by the ends of the names: stray.1, strayd.8. */
function manPages(root) {
  const folder = join(root, "packaging/man");
  const names = filesOf(folder, "");
  if (names === undefined) throw new PackageError("packaging/man is not there");
  return names.map((name) => {
    const section = /\.([1-8])$/.exec(name)?.[1];
    if (section === undefined) throw new PackageError(`packaging/man/${name} ends in no section`);
    const path = `usr/share/man/man${section}/${basename(name)}.gz`;
    return { path, content: packed(readFileSync(join(folder, name))) };
  });
}

/** Debian's programs name their interpreter by its path: what PATH says must not matter. */
function launcher(root) {
  const text = readFileSync(join(root, "bin/stray.mjs"), "utf8");
  const [first, ...rest] = text.split("\n");
  if (first !== "#!/usr/bin/env node")
    throw new PackageError("bin/stray.mjs begins with another line than thought");
  return ["#!/usr/bin/node", ...rest].join("\n");
}

function manifest(root, version) {
  const { name, description, license, type, engines } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  return `${JSON.stringify({ name, version, description, license, type, private: true, engines }, null, 2)}\n`;
}

/** The default configuration, its interfaces not named: until they are, strayd.service starts nothing. */
function configuration(defaults) {
  const line = "  interfaces: [eth0]";
  if (defaults.split("\n").filter((each) => each === line).length !== 1) {
    throw new PackageError(`the default configuration has no line "${line}"`);
  }
  const note = "  # strayd.service does not start before they are named: take the # of the next line away.";
  return defaults.replace(line, `${note}\n  #interfaces: [eth0]`);
}

/** As `gzip -9n`: no name, no time. */
function packed(content) {
  return gzipSync(content, { level: 9 });
}
