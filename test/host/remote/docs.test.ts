// docs/remote.md says what there is: codes, options of ssh, what does not go with -H, bounds, and its example is valid.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isAsking, wantsYes } from "../../../host/cli/control/socket-option.js";
import { buildProgram } from "../../../host/cli/program.js";
import { HISTORY_LINES_MAX } from "../../../host/cli/prompt/history.js";
import { CHOICE_CODES, LOCAL_OPTIONS, SINGLE } from "../../../host/cli/remote/choose-hosts.js";
import { TIMEOUT_SECONDS } from "../../../host/cli/remote/remote-options.js";
import { AT_ONCE } from "../../../host/cli/remote/visit-hosts.js";
import { destinationOf } from "../../../host/remote/destination.js";
import { EXPAND_CODES, expandHosts, HOSTS_MAX } from "../../../host/remote/expand.js";
import { parseHostGroups } from "../../../host/remote/hosts-file.js";
import { SSH_CODES } from "../../../host/remote/ssh-errors.js";
import { sshArguments } from "../../../host/remote/ssh-route.js";

const page = readFileSync(new URL("../../../docs/remote.md", import.meta.url), "utf8");

/** The first cells of the table with this heading. */
function firstCells(heading: string): string[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) => line.split("|")[1]!.trim());
}

const words = (cells: readonly string[]) =>
  cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!));

describe("docs/remote.md", () => {
  it("has every code", () => {
    expect(firstCells("Errors")).toEqual([...SSH_CODES, ...EXPAND_CODES, ...CHOICE_CODES]);
  });

  it("has every option that ssh is given", () => {
    const args = sshArguments(destinationOf("a"), 15_000);
    const options = args.filter((_, at) => args[at - 1] === "-o");
    expect(words(firstCells("Options of ssh"))).toEqual(
      options.map((option) => option.replace(/^(ConnectTimeout)=.*/, "$1")),
    );
    for (const flag of args.slice(0, args.indexOf("-o"))) expect(page).toContain(`\`${flag}\``);
  });

  it("has every command and option that does not go with -H", () => {
    const named = words(firstCells("What does not go with it"));
    const paths = (command: ReturnType<typeof buildProgram>, before = ""): string[] =>
      command.commands.flatMap((child) => {
        const path = `${before}${child.name()}`;
        return child.commands.length > 0 ? paths(child, `${path} `) : isAsking(child) ? [] : [path];
      });
    for (const path of paths(buildProgram(() => undefined)))
      expect(
        named.some((name) => path === name || path.startsWith(`${name} `)),
        path,
      ).toBe(true);
    for (const option of Object.keys(LOCAL_OPTIONS)) expect(named).toContain(`--${option}`);
    for (const command of Object.keys(SINGLE)) expect(named).toContain(command.replace(/^stray /, ""));
  });

  it("has every command that asks first, and the bounds", () => {
    const paths = (command: ReturnType<typeof buildProgram>, before = ""): string[] =>
      command.commands.flatMap((child) => [
        ...(wantsYes(child) ? [`${before}${child.name()}`] : []),
        ...paths(child, `${before}${child.name()} `),
      ]);
    const asking = paths(buildProgram(() => undefined));
    expect(asking.toSorted()).toEqual(["bypass off", "bypass on", "reload", "stop"]);
    for (const path of asking) expect(page).toContain(`\`${path}\``);
    expect(page).toContain(`At most ${HOSTS_MAX} hosts\nare asked by one command, ${AT_ONCE} at a time`);
    expect(page).toContain(`A host has ${TIMEOUT_SECONDS} s (`);
    expect(page).toContain(`${HISTORY_LINES_MAX} of them`);
  });

  it("has a hosts.yaml that holds", async () => {
    const [, text = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const groups = parseHostGroups(text, "docs/remote.md");
    const hosts = await expandHosts(["@all"], async () => groups);
    expect(hosts.map(({ name }) => name)).toEqual([
      "admin@gate",
      "admin@dorm",
      "ssh://viewer@lab.example.net:2222",
    ]);
  });
});
