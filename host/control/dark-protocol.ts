// What the methods `v1.dark.*` take and give.
// Apart, and only constants and types, because the command line starts quickly only if it loads little.
// Always holds: a page fits in a response, a part of a list in a request.

import type { AddressReport, NetworkReport, RangeReport } from "../dark/report.js";

export const PAGE_RANGES_MAX = 250;
export const PAGE_LINES_MAX = 500;
/** Characters of a list in one request; each may take six bytes of it. */
export const LIST_PART_MAX = 8192;
export const FORGET_NETWORKS_MAX = 100;

export const DARK_CHOICES = ["dark", "alive", "all"] as const;
export type DarkChoice = (typeof DARK_CHOICES)[number];

export interface DarkListParams {
  /** dark unless given. */
  readonly state?: DarkChoice;
  /** Only in this network; then an IPv6 network is cut up too. */
  readonly network?: string;
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit?: number;
}

export interface DarkListReport {
  readonly count: number;
  /** With the first page. */
  readonly networks: readonly NetworkReport[];
  readonly ranges: readonly RangeReport[];
  /** null behind the last page. */
  readonly next: string | null;
}

export interface DarkExportParams {
  /** `next` of the page before. */
  readonly after?: number;
  readonly limit?: number;
}

export interface DarkExportReport {
  readonly count: number;
  readonly lines: readonly string[];
  readonly next: number | null;
}

export interface DarkImportParams {
  /** A list, or a part of one: docs/dark.md. */
  readonly text: string;
  /** Of the part before; without it a list begins. */
  readonly upload?: number;
  /** More parts follow; nothing is in force yet. */
  readonly more?: boolean;
  /** In place of what was imported before. */
  readonly replace?: boolean;
}

export interface DarkImportReport {
  readonly upload: number;
  readonly done: boolean;
  /** Lines, once it is done. */
  readonly used: number;
  readonly unused: number;
  readonly alive: number;
}

export interface DarkForgetReport {
  /** Imported lines, and addresses heard. */
  readonly lists: number;
  readonly alive: number;
}

export interface DarkMethods {
  "v1.dark.list": { params: DarkListParams; result: DarkListReport };
  "v1.dark.explain": { params: { readonly address: string }; result: AddressReport };
  "v1.dark.export": { params: DarkExportParams; result: DarkExportReport };
  "v1.dark.import": { params: DarkImportParams; result: DarkImportReport };
  "v1.dark.forget": { params: { readonly networks: readonly string[] }; result: DarkForgetReport };
}
