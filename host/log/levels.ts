// The levels of the log and what each is to journald.
// Apart because the logger, its output and the configuration name the same four.

import type { LogLevel } from "../config/types.js";

/** Least first. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** sd-daemon(3): `<N>` before a line is its syslog priority (RFC 5424, section 6.2.1, severities). */
const JOURNAL_PRIORITY: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

export function journalPrefix(level: LogLevel): string {
  return `<${JOURNAL_PRIORITY[level]}>`;
}

export function isAtLeast(level: LogLevel, least: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}
