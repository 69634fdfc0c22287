// The environment that a restricted login leaves to its commands.
// Apart because it is a list, and because what is not in it is gone before anything else is loaded.
// Always holds: a variable that is not named here is removed; none that is kept can name a file, a program or a library.

/** Of the terminal, the language, and where whoever asks comes from. */
const KEPT: ReadonlySet<string> = new Set(["TERM", "LANG", "SSH_CONNECTION", "SSH_TTY", "COLUMNS", "LINES"]);
const KEPT_PREFIX = "LC_";
/** What they name is looked up in files of that name: no paths. */
const PLAIN = /^[\w.,@:%+ -]*$/;
/** sshd's, a device of this login. */
const TERMINAL = /^\/dev\/[\w/]+$/;
const VALUE_LENGTH_MAX = 256;
const PATH = "/usr/bin:/bin";

/** Changes `environment` itself: the process's own, say. */
export function cleanEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const [name, value = ""] of Object.entries(environment)) {
    if (!isKept(name, value)) delete environment[name];
  }
  environment["PATH"] = PATH;
}

function isKept(name: string, value: string): boolean {
  if (!KEPT.has(name) && !name.startsWith(KEPT_PREFIX)) return false;
  if (value.length > VALUE_LENGTH_MAX) return false;
  return PLAIN.test(value) || (name === "SSH_TTY" && TERMINAL.test(value));
}
