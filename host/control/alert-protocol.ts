// What `v1.alerts.list` takes and gives.
// Apart, and only constants and types, because the command line starts quickly only if it loads little.
// Always holds: a page of alerts fits in a response.

/** Alerts in a page at most: without their packets, and with them. Of large ones fewer fit. */
export const PAGE_ALERTS_MAX = { plain: 1000, packets: 250 } as const;
export const PAGE_ALERTS_DEFAULT = 100;

export interface AlertsParams {
  /** At most so many: the newest, or with `after` the first behind it. */
  readonly limit?: number;
  /** `next` of the answer before. */
  readonly after?: number;
  /** Milliseconds since 1970: at this time or later. */
  readonly since?: number;
  readonly sid?: number;
  readonly gid?: number;
  /** Source or destination. */
  readonly ip?: string;
  /** With the packet's bytes. */
  readonly packets?: boolean;
}

export interface AlertsReport {
  readonly count: number;
  /** EVE events, oldest first. */
  readonly alerts: readonly Readonly<Record<string, unknown>>[];
  readonly next: number;
  /** More pass than fit in the page: of the newest, older ones; behind `after`, later ones. */
  readonly more: boolean;
  /** Behind `after`, but forgotten meanwhile. */
  readonly missed: number;
}
