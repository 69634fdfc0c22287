// The work of `stray hosts`.
// Apart from the command so that it is loaded only when it runs.
// Always holds: what is printed can stand behind -H again.

import { printable } from "../../errors.js";
import { expandHosts } from "../../remote/expand.js";
import { GROUP_MARK, hostsPath, loadHostGroups } from "../../remote/hosts-file.js";
import { jsonLine } from "../control/session.js";
import type { HostsOptions } from "../hosts-command.js";
import { OutputClosed, OutputWriter } from "../output/writer.js";

const STDOUT = 1;

export async function runHosts(words: readonly string[], options: HostsOptions): Promise<number> {
  const lines = words.length > 0 ? await hostLines(words, options) : await groupLines(options);
  const out = new OutputWriter(STDOUT);
  try {
    for (const line of lines) out.line(line);
    out.flush();
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
  return 0;
}

async function hostLines(words: readonly string[], { json }: HostsOptions): Promise<string[]> {
  const hosts = await expandHosts(words, loadHostGroups);
  return hosts.map(({ name }) => (json ? jsonLine({ host: name }) : `${name}\n`));
}

async function groupLines({ json }: HostsOptions): Promise<string[]> {
  const groups = await loadHostGroups();
  if (groups.size === 0 && !json) return [`no groups: ${printable(hostsPath())} has none, or is not there\n`];
  const lines: string[] = [];
  for (const group of groups.keys()) {
    const names = (await expandHosts([GROUP_MARK + group], async () => groups)).map(({ name }) => name);
    lines.push(json ? jsonLine({ group, hosts: names }) : `${GROUP_MARK}${group}: ${names.join(", ")}\n`);
  }
  return lines;
}
