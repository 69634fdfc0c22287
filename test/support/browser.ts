// Debian's Chromium, driven over its DevTools protocol: opens pages from files and says all that went wrong in them.
// Apart from the tests because what counts as wrong must be the same for all.
// Always holds: a fresh profile each time; no page reaches outside of this machine; every wait ends.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

const EXECUTABLE = "/usr/bin/chromium";
const WAIT_MS = 30_000;
const ARGUMENTS = [
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Nothing has an address, so nothing outside can be reached whatever a page does.
  "--host-resolver-rules=MAP * ~NOTFOUND",
];

export interface Look {
  readonly scheme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  readonly hasScript?: boolean;
}

export interface OpenPage {
  readonly page: Page;
  /** Console messages, page errors, failed requests and requests for anything but the page itself. */
  readonly problems: readonly string[];
}

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ARGUMENTS,
    headless: true,
    chromiumSandbox: false,
    timeout: WAIT_MS,
  });
}

export async function openFile(browser: Browser, path: string, look: Look = {}): Promise<OpenPage> {
  const { scheme = "light", width = 1200, height = 900, hasScript = true } = look;
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: scheme,
    javaScriptEnabled: hasScript,
  });
  page.setDefaultTimeout(WAIT_MS);
  const url = pathToFileURL(path).href;
  const problems: string[] = [];
  page.on("console", (message) => problems.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const asked = request.url();
    if (asked !== url && !asked.startsWith("data:")) problems.push(`request: ${asked}`);
  });
  await page.goto(url, { waitUntil: "load", timeout: WAIT_MS });
  return { page, problems };
}

/** Where photographs go: the folder that STRAY_KEEP_PHOTOS names, or one that is removed at the end. */
export class Photos {
  private readonly isKept: boolean;
  readonly folder: string;

  constructor() {
    const { STRAY_KEEP_PHOTOS: kept = "" } = process.env;
    this.isKept = kept !== "";
    this.folder = this.isKept ? kept : mkdtempSync(join(tmpdir(), "stray-photos-"));
    mkdirSync(this.folder, { recursive: true });
  }

  /** Answers the photograph's bytes. */
  async take(page: Page, name: string): Promise<Buffer> {
    return page.screenshot({ path: join(this.folder, `${name}.png`), fullPage: true, timeout: WAIT_MS });
  }

  close(): void {
    if (!this.isKept) rmSync(this.folder, { recursive: true, force: true });
  }
}
