// Where a report goes and in which form: standard output, or a file that is written whole or not at all.
// Apart because reports of captures and of incidents are written alike.
// Always holds: what can't be written is refused before anything is read; a file that is there is replaced only when
// the report is done; a reader that went away is no failure.

import {
  accessSync,
  chmodSync,
  constants,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { printable, StrayError, systemCode } from "../../errors.js";
import {
  FORMS,
  type FormName,
  formOfName,
  type ReportWriter,
  type WriterOptions,
} from "../../report/formats.js";
import type { Report } from "../../report/model.js";
import type { ReportOutputOptions } from "../report-command.js";
import { OutputClosed, OutputWriter } from "./writer.js";

const STDOUT = 1;

export class ReportOutput {
  private readonly form: FormName;
  private readonly file: string | undefined;
  private readonly sender: WriterOptions;

  /** @throws StrayError OUTPUT_FAILED when the file can't be written, USAGE when options do not go together. */
  constructor({ format, output, iodefName: name, iodefContact: contact }: ReportOutputOptions) {
    this.file = output === "-" ? undefined : output;
    this.form = format ?? (this.file === undefined ? undefined : formOfName(this.file)) ?? "text";
    this.sender = { ...(name === undefined ? {} : { name }), ...(contact === undefined ? {} : { contact }) };
    if (this.form !== "iodef" && Object.keys(this.sender).length > 0) {
      throw new StrayError("USAGE", "--iodef-name and --iodef-contact go with --format iodef", 2);
    }
    if (this.file !== undefined) checkWritable(this.file);
  }

  /** @throws StrayError OUTPUT_FAILED */
  async write(report: Report): Promise<void> {
    const writer: ReportWriter = await FORMS[this.form].load();
    const text = writer(report, this.sender);
    if (this.file !== undefined) {
      writeWhole(this.file, text);
      return;
    }
    const out = new OutputWriter(STDOUT);
    try {
      out.line(text);
      out.flush();
    } catch (error) {
      if (!(error instanceof OutputClosed)) throw error;
    }
  }
}

function checkWritable(file: string): void {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw new StrayError("OUTPUT_FAILED", printable(`${file}: it is a folder`), 2);
    accessSync(found === undefined ? dirname(file) : file, constants.W_OK);
  } catch (error) {
    throw error instanceof StrayError ? error : unwritable(file, error);
  }
}

function writeWhole(file: string, text: string): void {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    // A device or a pipe is written to, not replaced.
    if (found !== undefined && !found.isFile()) {
      writeFileSync(file, text);
      return;
    }
    // Through a link: what it leads to is replaced, and the link stays.
    const target = found === undefined ? file : realpathSync(file);
    const fresh = join(dirname(target), `.${basename(target)}.${process.pid}`);
    try {
      writeFileSync(fresh, text, { mode: 0o640, flag: "wx" });
      if (found !== undefined) chmodSync(fresh, found.mode & 0o777);
      renameSync(fresh, target);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw error;
    }
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, cause: unknown): StrayError {
  const code = systemCode(cause);
  const reason = code === "ENOSPC" ? "the disk is full" : (code ?? String(cause));
  return new StrayError("OUTPUT_FAILED", printable(`${file}: it can't be written (${reason})`), 2, { cause });
}
