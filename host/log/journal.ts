// Whether what is written goes to journald.
// Apart because only an environment variable and a file's identity tell.
// Always holds: a terminal or a pipe that inherited the variable is not taken for the journal.

import { fstatSync } from "node:fs";

/** systemd.exec(5), $JOURNAL_STREAM: device and inode of the stream, to be compared with the descriptor's own. */
export function isJournal(fd: number, environment: NodeJS.ProcessEnv = process.env): boolean {
  const { JOURNAL_STREAM: stream } = environment;
  if (!stream) return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
