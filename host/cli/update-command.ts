// `stray update`: its subcommands, their options and help.
// Apart from the work, which is loaded only when one of them runs.
// Always holds: here is only what options are called.

import { Command, Option } from "commander";
import { HEALTH_MAX_MS, HEALTH_MIN_MS, HEALTH_MS } from "../update/health.js";
import { addSocketOption, type SetExitCode, type SocketOptions, secondsOf } from "./control/socket-option.js";

const EXAMPLES = `
A package comes with a signature beside it (FILE.sig), made with a key whose public half lies in /etc/stray/update-keys. A
new version is unpacked beside the one that runs and is on trial for a minute: when strayd does not report healthy, or the
power was cut too often meanwhile, the last version comes back by itself. docs/update.md tells how.

Examples:
  stray update check stray_0.2.0_amd64.deb
  sudo stray update apply stray_0.2.0_amd64.deb
  stray update status
  sudo stray update rollback`;

const REFUSED = `
Exit status:
  0  done
  1  refused, with a code and the reason; nothing has changed. Or the new version was taken back
  2  wrong usage, or the file is not there`;

const CHECK_HELP = `
Signature, architecture, version and room: nothing is changed.

Examples:
  stray update check stray_0.2.0_amd64.deb
  stray update check --json stray_0.2.0_amd64.deb | jq -r .version
${REFUSED}`;

const APPLY_HELP = `
Waits until the new version is in force for good, or the last one is back. When the connection is lost meanwhile the update
goes on.

Examples:
  sudo stray update apply stray_0.2.0_amd64.deb
  sudo stray update apply --force stray_0.1.0_amd64.deb
  sudo stray update apply --trial 300 stray_0.2.0_amd64.deb
${REFUSED}`;

const STATUS_HELP = `
Examples:
  stray update status
  stray update status --json | jq .counts

Exit status:
  0  no update is under way
  1  one is, or the last one was taken back`;

const ROLLBACK_HELP = `
Back to the version that was in force before the last update, on trial like an update.

Examples:
  sudo stray update rollback
${REFUSED}`;

export interface UpdateOptions extends SocketOptions {
  readonly json?: true;
  readonly force?: true;
}

/** Of those that put a version on trial. */
export interface TrialUpdateOptions extends UpdateOptions {
  /** Seconds. */
  readonly trial: number;
}

const work = () => import("./update.js");

export function updateCommand(setExitCode: SetExitCode): Command {
  const update = new Command("update").description(
    "install a signed package, and go back when it does not work",
  );
  update.addCommand(
    addJson(addForce(new Command("check")))
      .description("say whether a package would be taken")
      .argument("<file>", "the package; its signature lies beside it")
      .addHelpText("after", CHECK_HELP)
      .action(async (file: string, options: UpdateOptions) =>
        setExitCode((await work()).runCheck(file, options)),
      ),
  );
  update.addCommand(
    addJson(addTrial(addForce(addSocketOption(new Command("apply")))))
      .description("put a package's version in force, and keep the last one")
      .argument("<file>", "the package; its signature lies beside it")
      .addHelpText("after", APPLY_HELP)
      .action(async (file: string, options: TrialUpdateOptions) =>
        setExitCode(await (await work()).runApply(file, options)),
      ),
  );
  update.addCommand(
    addJson(new Command("status"))
      .description("show which versions are there, and what became of the last update")
      .addHelpText("after", STATUS_HELP)
      .action(async (options: UpdateOptions) => setExitCode((await work()).runUpdateStatus(options))),
  );
  update.addCommand(
    addJson(addTrial(addSocketOption(new Command("rollback"))))
      .description("put the version before the last update in force again")
      .addHelpText("after", ROLLBACK_HELP)
      .action(async (options: TrialUpdateOptions) => setExitCode(await (await work()).runRollback(options))),
  );
  // Called by the units alone.
  update.addCommand(
    new Command("before-start").description("count a start of strayd").action(async () => {
      setExitCode((await work()).runBeforeStart());
    }),
    { hidden: true },
  );
  update.addCommand(
    new Command("finish").description("take a pending update to its end").action(async () => {
      setExitCode(await (await work()).runFinish());
    }),
    { hidden: true },
  );
  return update.addHelpText("after", EXAMPLES);
}

function addForce(command: Command): Command {
  return command.option("--force", "also a version that is not newer");
}

function addTrial(command: Command): Command {
  const [low, usual, high] = [HEALTH_MIN_MS, HEALTH_MS, HEALTH_MAX_MS].map((ms) => ms / 1000) as [
    number,
    number,
    number,
  ];
  return command.addOption(
    new Option("--trial <seconds>", "how long the version may take to be healthy; more for a slow machine")
      .default(usual)
      .argParser(secondsOf(low, high)),
  );
}

function addJson(command: Command): Command {
  return command.option("--json", "as one JSON object on one line");
}
