// Times of the page in the report's zone: in its text and, in the browser, at the axes of its plots.
// Apart because both sides share it. Needs nothing but Intl.
// Always holds: microseconds are kept; a zone that Intl does not know is told as UTC, and says so in its name.

export interface Clock {
  /** As the page names it. */
  readonly zone: string;
  /** `17 Oct 2001` */
  date(us: number): string;
  /** `11:37:07` */
  time(us: number): string;
  /** `11:37:07.512622` */
  exact(us: number): string;
  /** `17 Oct 2001 11:37:07` */
  full(us: number): string;
}

export function clockOf(named: string): Clock {
  const zone = known(named);
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "short",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  let second = Number.NaN;
  let date = "";
  let time = "";
  const look = (us: number): void => {
    const whole = Math.floor(us / 1e6);
    if (whole === second) return;
    second = whole;
    const parts = new Map(
      format.formatToParts(new Date(whole * 1000)).map(({ type, value }) => [type, value]),
    );
    // "Sept" in some versions of the locale's data.
    date = `${parts.get("day")} ${parts.get("month")?.slice(0, 3)} ${parts.get("year")}`;
    time = `${parts.get("hour")}:${parts.get("minute")}:${parts.get("second")}`;
  };
  const told =
    <T>(make: () => T) =>
    (us: number): T => {
      look(us);
      return make();
    };
  return {
    zone,
    date: told(() => date),
    time: told(() => time),
    exact: (us) => {
      look(us);
      return `${time}.${String(us - second * 1e6).padStart(6, "0")}`;
    },
    full: told(() => `${date} ${time}`),
  };
}

/** TZ may also be `:Europe/Berlin`, or a POSIX rule that Intl has no name for. */
function known(named: string): string {
  const zone = named.replace(/^:/, "");
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}
