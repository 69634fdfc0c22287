// The forms of a report: their names, the suffixes that a file's name tells them by, and who writes each.
// Apart so that every command that writes a report knows the same ones; a form is loaded only when it is asked for.
// Always holds: text is the first and the default; a suffix belongs to one form.

import { extname } from "node:path";
import type { Report } from "./model.js";

/** What a form may tell besides the report. */
export interface WriterOptions {
  /** Who sends it, for IODEF: a domain name, and a mail address. */
  readonly name?: string;
  readonly contact?: string;
}

export type ReportWriter = (report: Report, options?: WriterOptions) => string;

interface Form {
  readonly suffixes: readonly string[];
  readonly about: string;
  readonly load: () => Promise<ReportWriter>;
}

export const FORMS = {
  text: {
    suffixes: [".txt", ".text"],
    about: "plain text",
    load: async () => (await import("./print/text.js")).reportText,
  },
  markdown: {
    suffixes: [".md", ".markdown"],
    about: "Markdown, for tickets and mail",
    load: async () => (await import("./print/markdown.js")).reportMarkdown,
  },
  json: {
    suffixes: [".json"],
    about: "the report as data (docs/report.md)",
    load: async () => (await import("./print/json.js")).reportJson,
  },
  html: {
    suffixes: [".html", ".htm"],
    about: "one self-contained page with plots",
    load: async () => (await import("./html/document.js")).htmlReport,
  },
  iodef: {
    suffixes: [".iodef"],
    about: "IODEF v2 as JSON, for systems that keep incidents (docs/iodef.md)",
    load: async () => (await import("./iodef/document.js")).iodefReport,
  },
} as const satisfies Readonly<Record<string, Form>>;

export type FormName = keyof typeof FORMS;
export const FORM_NAMES = Object.keys(FORMS) as readonly FormName[];

/** By a file's name; undefined where it says nothing. */
export function formOfName(file: string): FormName | undefined {
  const suffix = extname(file).toLowerCase();
  return FORM_NAMES.find((name) => (FORMS[name].suffixes as readonly string[]).includes(suffix));
}
