// docs/argus.md as text, made from the list of known differences, so that the document cannot fall behind it:
// `node --import ./tools/ts.mjs test/parity/document.ts > docs/argus.md`
// Apart because a test holds the file against it. Always holds: every rule is listed once, with its reason.

import { fileURLToPath } from "node:url";
import { KNOWN, type Known } from "./differences.js";
import { LEFT_OUT } from "./left-out.js";

const HEAD = `# stray and argus

Who reads \`ra\` reads \`stray read\`: the columns, the direction, the arrows, the flags of \`-Z b\`, packets, bytes and
application bytes mean the same. \`npm run parity -- DIR|FILE...\` reads captures with both and compares their flows;
argus comes from the Debian packages argus-server and argus-client.

How it is compared: argus is run as \`argus -X -A -S 604800\`, its records merged by \`racluster\` and printed by \`ra -X\`;
stray as \`stray read --json -nn -Z b\`. Flows are paired by protocol and both ends, whoever is the source; records of one
pair are summed on either side. ICMP echoes are paired by identifier, other ICMP by type and code, protocols without
ports by addresses. Compared are source, arrow, packets, bytes, application bytes and TCP flags. Captures on which
argus crashes, or which it does not read, are counted apart.

The exit code is 0 when at least 98% of the TCP, UDP, ICMP and ARP flows that both can decode agree in everything and
each difference is one of those below. \`--verbose\` shows every difference, \`--json\` is for programs, \`--cases\` adds
the made captures of test/parity/cases, one for each thing argus does in its own way.

This file is made from the rules in test/parity/differences; each rule there looks for evidence of its feature in the
flows before it explains anything.
`;

export function document(): string {
  const decodable = KNOWN.filter(({ outside }) => !outside);
  const outside = KNOWN.filter((rule) => rule.outside);
  return [
    HEAD,
    "## Both decode it, and they differ\n",
    ...decodable.map(item),
    "\n## Only one of the two decodes it\n",
    "Not counted among the flows that both can decode.\n",
    ...outside.map(item),
    "\n## Not compared\n",
    "argus prints something else there than what the field is said to be.\n",
    ...LEFT_OUT.map(({ id, why }) => `- \`${id}\`: ${why}.`),
    "",
  ].join("\n");
}

function item({ id, right, why }: Known): string {
  return `- \`${id}\` (right: ${right}): ${why}.`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(document());
