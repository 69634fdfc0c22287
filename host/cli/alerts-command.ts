// `stray alerts`: its options and its help.
// Apart from the work, which is loaded only when the command runs.
// Always holds: here is only what options are called.

import { isIP } from "node:net";
import { Command, InvalidArgumentError, Option } from "commander";
import { PAGE_ALERTS_MAX } from "../control/alert-protocol.js";
import {
  addSocketOption,
  type SetExitCode,
  type SocketOptions,
  UNREACHABLE_HELP,
  wholeNumberOf,
} from "./control/socket-option.js";

export const ALERT_FORMATS = ["fast", "full", "full-ids", "json"] as const;
export type AlertFormatName = (typeof ALERT_FORMATS)[number];

const EXAMPLES = `
Formats:
  fast      one line an alert, as Snort's alert_fast
  full      headers and payload of the packet, without the rule's numbers
  full-ids  the same with numbers, classification and references, as Snort 2.9's alert_full
  json      one EVE event a line, the packet in base64

strayd keeps the newest 1,000 alerts at hand; all of them are in its alert log. Times are local (TZ is honoured).

Examples:
  stray alerts
  stray alerts --follow --format full
  stray alerts -n 5 --sid 1000001
  stray alerts --host 192.0.2.7 --since '2 hours ago'
  stray alerts --json | jq '.alert.signature'

Exit status:
  0  printed
  ${UNREACHABLE_HELP}`;

export interface AlertsOptions extends SocketOptions {
  readonly follow?: true;
  readonly n?: number;
  readonly sid?: RuleId;
  readonly host?: string;
  readonly since?: string;
  readonly format: AlertFormatName;
  readonly json?: true;
}

export interface RuleId {
  readonly gid?: number;
  readonly sid: number;
}

export function alertsCommand(setExitCode: SetExitCode): Command {
  const command = new Command("alerts")
    .description("print the running sensor's latest alerts, and those that follow")
    .option("-f, --follow", "go on printing alerts as they come")
    .addOption(
      new Option("-n <n>", "only the N latest (100; with --follow 10)").argParser(
        wholeNumberOf(0, PAGE_ALERTS_MAX.plain),
      ),
    )
    .addOption(new Option("--sid <[gid:]sid>", "only of this rule").argParser(ruleId))
    .addOption(new Option("--host <address>", "only of packets from or to this address").argParser(address))
    .option("--since <time>", "only at this time or later")
    .addOption(new Option("--format <form>", "how alerts are printed").choices(ALERT_FORMATS).default("fast"))
    .option("--json", "the same as --format json");
  return addSocketOption(command)
    .addHelpText("after", EXAMPLES)
    .action(async (options: AlertsOptions) => {
      const { runAlerts } = await import("./control/alerts.js");
      setExitCode(await runAlerts(options));
    });
}

function ruleId(text: string): RuleId {
  const [, gid, sid] = /^(?:(\d{1,10}):)?(\d{1,10})$/.exec(text) ?? [];
  if (sid === undefined || Number(sid) > 0xffffffff || Number(gid ?? 0) > 0xffffffff)
    throw new InvalidArgumentError("A rule's number was expected, 1000001 or 1:1000001.");
  return { ...(gid === undefined ? {} : { gid: Number(gid) }), sid: Number(sid) };
}

function address(text: string): string {
  if (isIP(text) === 0 || text.includes("%"))
    throw new InvalidArgumentError("An IPv4 or IPv6 address was expected.");
  return text;
}
