// The package's control files: what it is, what it needs, its configuration files, its sums, its maintainer scripts.
// Apart from the layout because dpkg reads these, and nothing of them is installed.
// Always holds: the list of configuration files is what lies below /etc; sums are of what is in the package.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const MAINTAINER = "stray maintainers <maintainers@stray.invalid>";
const SCRIPTS = ["postinst", "prerm", "postrm"];
const KIB = 1024;

/** What it can't do without: koffi's library links to the first three, incidents are kept in SQLite. */
const DEPENDS = [
  "libc6 (>= 2.28)",
  "libgcc-s1",
  "libstdc++6 (>= 5)",
  "libsqlite3-0",
  // The unit mounts a bpffs: without it the dead man's switch would end with the process.
  "mount",
  "nodejs (>= 20)",
  "systemd | systemd-standalone-sysusers | systemd-sysusers",
];
/** capture.filter is compiled by tcpdump; where BPF is refused tc carries past the sensor; EVE's files are rotated. */
const RECOMMENDS = ["iproute2", "logrotate", "tcpdump"];
const SUGGESTS = ["openssh-server", "snmpd"];

/** A version of Debian's without an epoch and a revision (deb-version(7)). */
export function isVersion(text) {
  return /^\d[0-9A-Za-z.+~]{0,63}$/.test(text);
}

/** @returns {import("./stage.mjs").StagedFile[]} */
export function controlFiles(root, { arch, version, files }) {
  const real = files.filter(({ content }) => content !== undefined);
  const conffiles = real.map(({ path }) => path).filter((path) => path.startsWith("etc/"));
  const sums = real
    .filter(({ path }) => !path.startsWith("etc/"))
    .map(({ path, content }) => `${md5(content)}  ${path}`);
  return [
    { path: "control", content: control(arch, version, files) },
    { path: "conffiles", content: text(conffiles.sort().map((path) => `/${path}`)) },
    { path: "md5sums", content: text(sums.sort((a, b) => (a.slice(34) < b.slice(34) ? -1 : 1))) },
    ...SCRIPTS.map((name) => ({
      path: name,
      content: readFileSync(join(root, "packaging/debian", name)),
      mode: 0o755,
    })),
  ];
}

function control(arch, version, files) {
  return text([
    "Package: stray",
    `Version: ${version}`,
    `Architecture: ${arch}`,
    `Maintainer: ${MAINTAINER}`,
    `Installed-Size: ${installedSize(files)}`,
    `Depends: ${DEPENDS.join(", ")}`,
    `Recommends: ${RECOMMENDS.join(", ")}`,
    `Suggests: ${SUGGESTS.join(", ")}`,
    "Section: net",
    "Priority: optional",
    "Description: network sensor for small boards",
    " stray keeps an audit of every flow, notices conversations that should not",
    " exist (data with no handshake, one side talking alone), matches rules written",
    " for Snort or Suricata, and keeps the evidence that says why something is",
    " strange. It listens at a mirror port, or stands in the wire and lets the kernel",
    " carry the frames when it does not get on.",
    " .",
    " It begins when interfaces are named in /etc/stray/stray.yaml.",
  ]);
}

/** In KiB, as dpkg-gencontrol estimates it: each file rounded up, 1 for a link and a folder. */
function installedSize(files) {
  const folders = new Set(
    files.flatMap(({ path }) =>
      path
        .split("/")
        .slice(0, -1)
        .map((_, at, all) => all.slice(0, at + 1).join("/")),
    ),
  );
  const sizes = files.map(({ content }) =>
    content === undefined ? 1 : Math.ceil(Buffer.byteLength(content) / KIB),
  );
  return sizes.reduce((sum, size) => sum + size, folders.size);
}

function md5(content) {
  return createHash("md5").update(content).digest("hex");
}

function text(lines) {
  return `${lines.join("\n")}\n`;
}
