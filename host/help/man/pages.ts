// All manual pages: which there are, and what stands in those that are about more than one command.
// Apart from the commands' own pages, which are made one like the other.
// Always holds: packaging/man/ holds this text, held by a test (`STRAY_UPDATE=1 npx vitest run test/host/help`).

import { defaultOf, type KeyRow, keyRows } from "../../config/key-rows.js";
import {
  ACCOUNT,
  ALERTS_PATH,
  AUDIT_PATH,
  CONFIG_PATH,
  DETECTION_PATH,
  EVE_PATH,
  EVIDENCE_PATH,
  INCIDENTS_PATH,
  SNMP_PATH,
  SOCKET_PATH,
  STORE_PATH,
} from "../../config/paths.js";
import type { CommandModel } from "../program-model.js";
import { commandPage, environmentOf, exitItems, nameSection, optionItems } from "./command-page.js";
import { bold, escaped, italic, Page } from "./roff.js";

/** Of what the pages say; a page that is made twice is the same. */
const DATE = "2026-11-28";
const FILES: readonly (readonly [path: string, what: string])[] = [
  [CONFIG_PATH, "the configuration, stray.yaml(5)"],
  [SOCKET_PATH, "the control socket (`control.socket`)"],
  [STORE_PATH, "flow records, as IPFIX files (`store.directory`)"],
  [ALERTS_PATH, "the log of alerts (`alerts.log.directory`)"],
  [
    EVIDENCE_PATH,
    "packets that gave an alert, as pcapng (`alerts.evidence.directory`): payload of your network",
  ],
  [INCIDENTS_PATH, "the database of incidents (`incidents.directory`)"],
  [DETECTION_PATH, "who lives in the home networks (`detection.directory`)"],
  [SNMP_PATH, "what SNMP keeps over restarts (`snmp.directory`)"],
  [AUDIT_PATH, "who changed what over the control socket (`control.audit`)"],
  [EVE_PATH, "events as JSON, where they are wanted (`export.eve.file`)"],
];

/** By the file's name: `stray.1`. */
export function manPages(program: CommandModel, version: string): ReadonlyMap<string, string> {
  const source = `stray ${version}`;
  const pages = new Map<string, string>();
  const make = (name: string, section: number, write: (page: Page) => void): void => {
    const page = new Page(name, section, DATE, source);
    write(page);
    pages.set(`${name}.${section}`, page.source);
  };
  make("stray", 1, (page) => programPage(page, program));
  for (const command of program.commands) {
    make(`stray-${command.name}`, 1, (page) => commandPage(page, command));
  }
  const run = program.commands.find(({ name }) => name === "run");
  if (run !== undefined) make("strayd", 8, (page) => daemonPage(page, run));
  make("stray.yaml", 5, configurationPage);
  return pages;
}

function programPage(page: Page, program: CommandModel): void {
  nameSection(page, "stray", program.summary);
  page.section("Synopsis");
  page.raw(`${bold("stray")} ${italic("command")} [${italic("options")}] [${italic("words")}]`);
  page.raw(".br", `${bold("stray help")} [${italic("command")} | ${italic("name")}]`);
  page.section("Description");
  page.paragraph(
    "stray is a network sensor for small machines. It keeps an audit of every flow, notices conversations that should " +
      "not exist, matches rules, can stand in the wire and drop, and says why a conversation is strange.",
  );
  page.paragraph(
    "`stray read` and `stray report` read captures. `stray run` is the sensor itself, strayd(8); most other commands " +
      "ask it over its control socket.",
  );
  page.paragraph(
    "`stray help` tells what a finding, a cause, an error code, a counter or a key of the configuration means and what " +
      "to do: `stray help topics` lists them.",
  );
  page.section("Commands");
  for (const { name, summary } of program.commands) {
    page.item(`${bold(`stray-${name}`)}(1)`, `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`);
  }
  page.section("Options");
  optionItems(page, program.options);
  page.section("Exit status");
  page.item(bold("0"), "All was done.");
  page.item(
    bold("1"),
    "The work was begun, and something was damaged, lost or refused; the message says what.",
  );
  page.item(
    bold("2"),
    "It could not be begun: wrong usage, a file that is missing, strayd that can't be asked.",
  );
  page.paragraph(
    "A message is one line on standard error that begins with `stray:`. What is printed otherwise goes to standard " +
      "output; with `--json` it is JSON.",
  );
  page.section("Environment");
  for (const [name, help] of environmentOf(program)) page.item(bold(name), help);
  page.item(bold("TZ"), "The time zone of times that are printed and given.");
  page.item(bold("STRAY_DEBUG"), "Where it is set, an internal error is printed with its stack.");
  files(page);
  page.section("See also");
  const others = program.commands.map(({ name }) => `${bold(`stray-${name}`)}(1)`);
  page.raw([...others, `${bold("strayd")}(8)`, `${bold("stray.yaml")}(5)`].join(",\n"));
}

function daemonPage(page: Page, run: CommandModel): void {
  nameSection(page, "strayd", "the sensor: captures, keeps flows, finds what is strange, tells of it");
  page.section("Synopsis");
  page.raw(`${bold("stray run")} [${italic("options")}]`);
  page.section("Description");
  page.paragraph(
    "strayd is what `stray run` runs; there is no program of that name. It opens its packet sockets as root or with " +
      "CAP_NET_RAW, becomes the account of `sensor.user`, and keeps CAP_NET_RAW and CAP_NET_ADMIN only (in the wire " +
      "CAP_BPF too). It stays in the foreground and says what there is to say on standard error. systemd starts it by " +
      "strayd.service, is told when it is ready, and watches it.",
  );
  page.paragraph(
    "Memory is fixed at start by `sensor.profile`, `capture.ring` and `capture.workers`; it does not grow with traffic.",
  );
  page.paragraph(
    "In the wire (`inline.mode`) it forwards between two interfaces. When it stands still or ends, the kernel carries " +
      "the frames, where it may: `stray status` says what protects the link.",
  );
  for (const note of run.notes) page.paragraph(note.replace(/\s*\n\s*/g, " "));
  page.section("Options");
  page.paragraph("An option goes before the key of the file that it stands for, over reloads too.");
  optionItems(page, run.options);
  page.section("Signals");
  page.item(
    bold("SIGHUP"),
    "Reads the configuration and the files of rules again: all of it takes effect, or none. Files that were moved away " +
      "(logrotate) are opened anew. `stray reload` does the same, and says what came of it.",
  );
  page.item(
    `${bold("SIGTERM")}, ${bold("SIGINT")}`,
    "Records every live flow, writes out what waits, for some seconds at most, and ends. `stray stop` does the same.",
  );
  page.section("Exit status");
  exitItems(page, run);
  page.section("Environment");
  page.item(bold("NOTIFY_SOCKET"), "Where systemd wants to be told that strayd is ready, and that it lives.");
  page.item(bold("WATCHDOG_USEC"), "How often systemd wants to hear of it.");
  page.item(bold("STRAY_DEBUG"), "Where it is set, an internal error is printed with its stack.");
  files(page);
  if (run.examples.length > 0) page.section("Examples").example(run.examples);
  page.section("See also");
  page.raw(
    `${bold("stray")}(1), ${bold("stray-status")}(1), ${bold("stray-reload")}(1), ${bold("stray.yaml")}(5),`,
    `${bold("systemctl")}(1), ${bold("tcpdump")}(1), ${bold("pcap-filter")}(7)`,
  );
}

function configurationPage(page: Page): void {
  nameSection(page, "stray.yaml", "configuration of strayd, the network sensor");
  page.section("Synopsis").raw(escaped(CONFIG_PATH));
  page.section("Description");
  page.paragraph(
    "YAML 1.2. Only `capture.interfaces` has to be there; every other key has a default. A key that is not on this page " +
      "is an error, and so is one that stands twice.",
  );
  page.paragraph(
    "Durations are a number and ms, s, m, h or d: 500ms, 90m. Sizes are a number and B, KiB, MiB, GiB, TiB, or in " +
      "thousands kB, MB, GB, TB. A bare number has no unit and is an error where one is needed; only 0 needs none.",
  );
  page.paragraph(
    "`stray config default` prints a file with every key, `stray config check` tells of all problems with line and " +
      "column, `stray config show` what takes effect. `stray reload` applies the file whole, or keeps what is in force.",
  );
  for (const [section, rows] of sectionsOf(keyRows())) {
    const [head, ...keys] = rows;
    page.section(section);
    page.paragraph(head?.meaning ?? "");
    for (const row of keys.filter((key) => !key.isSection || key.takes !== "a section")) keyItem(page, row);
  }
  page
    .section("Files")
    .item(bold(CONFIG_PATH), `Readable by the account ${ACCOUNT}, writable by root alone.`);
  page.section("Examples").example(["capture:", "  interfaces: [eth0]", "sensor:", "  home: [192.0.2.0/24]"]);
  page
    .section("See also")
    .raw(`${bold("strayd")}(8), ${bold("stray-config")}(1), ${bold("stray-reload")}(1)`);
}

function keyItem(page: Page, row: KeyRow): void {
  const { key, meaning, takes } = row;
  page.item(bold(key), meaning, `Takes ${takes}. Default: ${defaultOf(row)}.`);
}

function sectionsOf(rows: readonly KeyRow[]): ReadonlyMap<string, KeyRow[]> {
  const sections = new Map<string, KeyRow[]>();
  for (const row of rows) {
    const [name = ""] = row.key.split(".");
    sections.set(name, [...(sections.get(name) ?? []), row]);
  }
  return sections;
}

function files(page: Page): void {
  page.section("Files");
  for (const [path, what] of FILES)
    page.item(italic(path), `${what.charAt(0).toUpperCase()}${what.slice(1)}.`);
}
