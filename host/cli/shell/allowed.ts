// What can be asked over a restricted login: each command with its options, and each that can't, with the reason.
// Apart from the cutting down of the program because this is the list that somebody has to answer for.
// Always holds: what is in no list is refused; a test holds that every command and every option of the program is in one.

export interface AllowedCommand {
  /** Options by their long name, or their short one where there is no other. */
  readonly options: readonly string[];
  /** Options that name files, sockets or other machines, or are of no use here. */
  readonly refused?: readonly string[];
  /** Arguments that take these words only. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
}

/** Refused wherever it is: whom to ask is settled by whoever set the login up. */
export const REFUSED_EVERYWHERE: readonly string[] = ["--socket"];

const PRINTED = [
  "-s",
  "-Z",
  "-z",
  "-n",
  "-c",
  "-N",
  "-u",
  "--filter",
  "--json",
  "--csv",
  "--title",
  "--no-title",
];
const FOUND = ["--state", "--all", "--severity", "--since", "--source"];
const CHANGED = { options: ["--text", "--json"] };
const REPORTED = ["--format", "--iodef-name", "--iodef-contact"];

/** By the words of the command, without the program's name. */
export const ALLOWED: Readonly<Record<string, AllowedCommand>> = {
  status: { options: ["--json"] },
  top: { options: ["--interval", "--by", "--once", "--json"] },
  flows: {
    options: ["--top", "--by", ...PRINTED, "--no-header", "--time-format", "--from", "--to"],
    refused: ["--store"],
  },
  "update status": { options: ["--json"] },
  alerts: { options: ["--follow", "-n", "--sid", "--host", "--since", "--format", "--json"] },
  "incidents list": { options: [...FOUND, "-n", "--json"], refused: ["--database"] },
  "incidents show": { options: ["--json"], refused: ["--database"] },
  "incidents ack": CHANGED,
  "incidents close": CHANGED,
  "incidents reopen": CHANGED,
  "incidents false-positive": CHANGED,
  "incidents note": { options: ["--json"] },
  "incidents merge": CHANGED,
  "incidents mute": {
    options: ["--source", "--destination", "--sid", "--finding", "--for", "--until", "--reason", "--json"],
  },
  "incidents mutes": { options: ["--json"] },
  "incidents unmute": { options: ["--json"] },
  "incidents export": { options: FOUND, refused: ["--database"] },
  "incidents report": { options: REPORTED, refused: ["--database", "--evidence", "--output"] },
  "dark list": { options: ["--dark", "--alive", "--all", "--json"], refused: ["--state"] },
  "dark explain": { options: ["--json"], refused: ["--state"] },
  "dark export": { options: ["--json"], refused: ["--state"] },
  "dark import": { options: ["--replace", "--json"], only: { file: ["-"] } },
  "dark forget": { options: ["--json"] },
  "rules stats": { options: ["--all", "--top", "--json"] },
  "bypass show": { options: ["--json"] },
  "bypass on": { options: ["--yes", "--json"] },
  "bypass off": { options: ["--yes", "--json"] },
  "bypass test": { options: ["--json"] },
  counters: { options: ["--watch", "--all", "--worker", "--interface", "--json"] },
  reload: { options: ["--yes", "--json"] },
  stop: { options: ["--yes", "--wait", "--json"] },
  rpc: { options: ["--role"] },
  help: { options: ["--json"] },
};

const FILES = "it reads files that are named to it";
const CHANGES = "it changes what runs on the machine";

/** By the words of the command: why not. */
export const REFUSED: Readonly<Record<string, string>> = {
  read: FILES,
  report: FILES,
  run: "it starts a sensor",
  "rules check": FILES,
  "rules list": FILES,
  "rules show": FILES,
  "config check": FILES,
  "config show": FILES,
  "config default": "it is about files of the machine itself",
  "board list": "it is about setting a machine up",
  "board show": FILES,
  "board check": FILES,
  "board config": FILES,
  "update check": FILES,
  "update apply": CHANGES,
  "update rollback": CHANGES,
  "update before-start": "it is the service's",
  "update finish": "it is the service's",
  completion: "it is about files of a workstation",
  hosts: "it is about files of a workstation",
  shell: "it is what runs already",
};

/** Options of the program itself. */
export const ALLOWED_OF_PROGRAM: readonly string[] = ["--version"];
