// The package's copyright file and changelog, as Debian's policy wants them (12.5, 4.4, 12.7).
// Apart from the layout because they are written, not copied.
// Always holds: every package that is bundled, or comes along, is named with its licence's text.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MAINTAINER } from "./control.mjs";
import { PackageError } from "./package-error.mjs";

const LINE = "-".repeat(78);

export function copyright(root) {
  const { license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (license !== "Apache-2.0")
    throw new PackageError(`the copyright file is for Apache-2.0, not for ${license}`);
  return `stray, a network sensor for small boards.

Copyright: the authors of stray
License: Apache-2.0

On Debian systems, the complete text of the Apache License, Version 2.0, is in
/usr/share/common-licenses/Apache-2.0.

The compiled program in /usr/lib/stray contains the following packages, each
under its own licence.

${bundled(root)
  .map((name) => notice(root, name))
  .join("\n")}`;
}

/** Packages that the program needs at run time, sorted. */
function bundled(root) {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(([path, { dev, optional }]) => path !== "" && !dev && !optional)
    .map(([path]) => path)
    .sort();
}

function notice(root, path) {
  const folder = join(root, path);
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)/i.test(each));
  const text = file === undefined ? readmeLicense(folder, name) : readFileSync(join(folder, file), "utf8");
  return `${LINE}\n${name} ${version} (${license})\n\n${text.trim()}\n`;
}

/** Some have their licence's text at the end of their README only. */
function readmeLicense(folder, name) {
  const file = readdirSync(folder).find((each) => /^readme(\.(md|txt))?$/i.test(each));
  const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8");
  const at = text.search(/^#+ *licen[cs]e|^licen[cs]e\n[-=]+$/im);
  if (at < 0) throw new PackageError(`${name}: no licence's text was found`);
  return text.slice(at);
}

/** Of this version only; what changed is in CHANGELOG.md beside it. */
export function changelog(version, time) {
  return `stray (${version}) unstable; urgency=medium

  * What changed is in CHANGELOG.md, beside this file.

 -- ${MAINTAINER}  ${dateText(time)}
`;
}

/** RFC 5322, in UTC: Sat, 28 Nov 2026 19:22:58 +0000 */
function dateText(time) {
  return new Date(time * 1000).toUTCString().replace("GMT", "+0000");
}
