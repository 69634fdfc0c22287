// Times as a report's sentences say them.
// Apart because all of them must say them alike.
// Always holds: local time, which is UTC unless TZ says otherwise (reportZone()); microseconds are never left out of a
// single packet's time; the day is told where there are several.

import { timeFormatter } from "../print/time-format.js";

const DAY_US = 86_400_000_000;

/** `11:37:07.512622`, with `17 Oct 01 ` before it where first and last lie on several days. */
export function makeClock(firstUs: number, lastUs: number): (us: number) => string {
  const day = timeFormatter("%F");
  const isOneDay = lastUs - firstUs < DAY_US && day(firstUs) === day(lastUs);
  return timeFormatter(isOneDay ? "%H:%M:%S.%f" : "%d %b %y %H:%M:%S.%f");
}

/**
 * Makes UTC the process' time zone unless TZ names one, and answers its name: a report is read elsewhere, by people
 * whose clocks are not this machine's.
 */
export function reportZone(environment: NodeJS.ProcessEnv = process.env): string {
  const { TZ: given } = environment;
  if (given !== undefined && given !== "") return given;
  Object.assign(environment, { TZ: "UTC" });
  return "UTC";
}
