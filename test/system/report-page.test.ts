// The report's page in Debian's Chromium: it opens from a file without a word of complaint, draws its plots in light and
// dark, wide and narrow, tells values by mouse and keyboard, prints, and lets nothing that came from the wire act.
// With STRAY_KEEP_PHOTOS=FOLDER the photographs are kept there, to be looked at.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { htmlReport } from "../../host/report/html/document.js";
import type { Report } from "../../host/report/model.js";
import { letterReport } from "../host/report/real.js";
import {
  HARM,
  harmed,
  incidentSample,
  manySample,
  oneFlowSample,
  severalSample,
} from "../host/report/sample.js";
import { openFile, Photos, startBrowser } from "../support/browser.js";
import { requireProgram } from "../support/system.js";

const WAIT_MS = 20_000;
const PORTS = [26735, 27112, 27708, 28329, 28582, 29066, 29305];
const LOOKS = (["light", "dark"] as const).flatMap((scheme) =>
  [1200, 390].map((width) => ({ scheme, width })),
);
const SAMPLES: Readonly<Record<string, () => Report>> = {
  "one-flow": oneFlowSample,
  "5000-flows": () => manySample(5000),
  "several-cases": severalSample,
  incident: incidentSample,
};

/** WCAG's ratio between two colours as the browser has them: rgb(r, g, b). */
function contrast(a: string, b: string): number {
  const light = (colour: string): number => {
    const parts = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => Number(part) / 255);
    const [r = 0, g = 0, blue = 0] = parts.map((c) =>
      c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

/** Asked from outside: the page's policy lets nobody wait in it by a text that is evaluated. */
async function until(page: Page, condition: string): Promise<void> {
  await vi.waitFor(async () => expect(await page.evaluate(condition), condition).toBe(true), {
    timeout: WAIT_MS,
    interval: 50,
  });
}

/** Of each plot: pixels that are drawn, and pixels of the colour of its marks. */
async function inked(page: Page): Promise<{ id: string; drawn: number; main: number }[]> {
  // The script's plots are there once it has said so, and drawn with the next frame.
  await until(page, "document.documentElement.dataset.plots !== undefined");
  return page.evaluate(`(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--main").trim();
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    return [...document.querySelectorAll(".plot")].map((box) => {
      const canvas = box.querySelector("canvas");
      if (canvas === null) return { id: box.id, drawn: 0, main: 0 };
      const copy = document.createElement("canvas");
      copy.width = canvas.width;
      copy.height = canvas.height;
      const pen = copy.getContext("2d", { willReadFrequently: true });
      pen.drawImage(canvas, 0, 0);
      const { data } = pen.getImageData(0, 0, copy.width, copy.height);
      let drawn = 0;
      let main = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 0) continue;
        drawn++;
        if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) main++;
      }
      return { id: box.id, drawn, main };
    });
  })()`);
}

const colour = (page: Page, of: string): Promise<string> =>
  page.evaluate(`(() => {
    const probe = document.createElement("i");
    probe.style.color = "var(--${of})";
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  })()`);

describe.skipIf(!requireProgram("chromium", "chromium"))("the report's page in a browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "stray-page-"));
  const photos = new Photos();
  let browser: Browser;
  let letter: string;

  beforeAll(async () => {
    browser = await startBrowser();
    letter = fileOf("letter", await letterReport());
  });
  afterAll(async () => {
    await browser?.close();
    photos.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function fileOf(name: string, report: Report): string {
    const path = join(folder, `${name}.html`);
    writeFileSync(path, htmlReport(report));
    return path;
  }

  describe.each(LOOKS)("the letter's, $scheme, $width wide", ({ scheme, width }) => {
    it("opens without complaint, draws its plots, and fits", async () => {
      const { page, problems } = await openFile(browser, letter, { scheme, width });
      const plots = await inked(page);
      expect(plots.map(({ id }) => id)).toEqual([
        "case-1-source-port",
        "case-1-packets",
        ...PORTS.map((_port, i) => `case-1-sequence-${i + 1}`),
      ]);
      for (const { id, drawn, main } of plots) {
        expect(drawn, id).toBeGreaterThan(800);
        expect(main, id).toBeGreaterThan(20);
      }
      const text = await page.evaluate<string>("document.body.innerText");
      for (const told of [...PORTS.map(String), "leaky-filter", "2.72", "2570", "20959"])
        expect(text).toContain(told);
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
      expect(wide).toBeLessThanOrEqual(width);
      const photo = await photos.take(page, `letter-${scheme}-${width}`);
      expect(photo.length).toBeGreaterThan(20_000);
      expect(problems).toEqual([]);
      await page.close();
    });

    it("can be read: text and marks stand out from the paper", async () => {
      const { page } = await openFile(browser, letter, { scheme, width });
      const [paper, panel] = [await colour(page, "paper"), await colour(page, "panel")];
      for (const name of ["ink", "muted", "main"]) {
        expect(contrast(await colour(page, name), paper), name).toBeGreaterThanOrEqual(4.5);
        expect(contrast(await colour(page, name), panel), name).toBeGreaterThanOrEqual(4.5);
      }
      for (const name of ["odd", "line"])
        expect(contrast(await colour(page, name), paper), name).toBeGreaterThanOrEqual(3);
      const isDark = contrast(paper, "rgb(0, 0, 0)") < 3;
      expect(isDark).toBe(scheme === "dark");
      await page.close();
    });
  });

  it("tells values by mouse and by keyboard", async () => {
    const { page, problems } = await openFile(browser, letter);
    await inked(page);
    const plot = page.locator("#case-1-source-port");
    const tip = plot.locator(".plot-tip");
    await plot.focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    expect(await tip.textContent()).toContain("source port 27708");
    expect(await tip.textContent()).toContain("17 Oct 2001 11:37:04.498071");
    expect(await tip.textContent()).toContain("on the line");
    expect(await plot.locator(".plot-said").textContent()).toContain("source port 27708");
    await page.keyboard.press("End");
    expect(await tip.textContent()).toContain("source port 29305");
    await page.keyboard.press("Home");
    expect(await tip.textContent()).toContain("source port 26735");
    // Where the ring is, the mouse finds the same.
    const ring = (await plot.locator(".plot-ring").boundingBox())!;
    await page.keyboard.press("Escape");
    expect(await tip.isVisible()).toBe(false);
    await page.mouse.move(ring.x + ring.width / 2 + 3, ring.y + ring.height / 2 + 3);
    expect(await tip.textContent()).toContain("source port 26735");
    await page.mouse.move(0, 0);
    expect(await tip.isVisible()).toBe(false);
    const lanes = page.locator("#case-1-packets");
    await lanes.focus();
    await page.keyboard.press("ArrowRight");
    expect(await lanes.locator(".plot-tip").textContent()).toMatch(
      /^[a-z0-9-]+: \d+ packets?from 17 Oct 2001/,
    );
    expect(problems).toEqual([]);
    await page.close();
  });

  it("follows the colours and the width when they change, and goes to paper in light", async () => {
    const { page, problems } = await openFile(browser, letter, { scheme: "dark" });
    await inked(page);
    await page.emulateMedia({ colorScheme: "light" });
    for (const { id, main } of await inked(page)) expect(main, id).toBeGreaterThan(20);
    await page.setViewportSize({ width: 500, height: 900 });
    await until(page, "document.querySelector('.plot canvas').getBoundingClientRect().width < 500");
    for (const { id, main } of await inked(page)) expect(main, id).toBeGreaterThan(20);
    await page.emulateMedia({ colorScheme: "dark" });
    const paper = await page.pdf({ format: "A4" });
    expect(paper.subarray(0, 5).toString()).toBe("%PDF-");
    // Printed, and back to the screen's colours.
    await until(page, "!document.documentElement.classList.contains('printing')");
    expect(problems).toEqual([]);
    await page.close();
  });

  it.each(Object.keys(SAMPLES))("draws %s, wide and narrow", async (name) => {
    const path = fileOf(name, SAMPLES[name]!());
    for (const width of [1200, 390]) {
      const { page, problems } = await openFile(browser, path, { width });
      const plots = await inked(page);
      expect(plots.length).toBeGreaterThan(0);
      for (const { id, drawn } of plots) expect(drawn, id).toBeGreaterThan(300);
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      await photos.take(page, `${name}-${width}`);
      expect(problems).toEqual([]);
      await page.close();
    }
  });

  it("is whole without its script, but for the pictures", async () => {
    const { page, problems } = await openFile(browser, letter, {
      hasScript: false,
    });
    const text = await page.locator("main").textContent();
    for (const told of [...PORTS.map(String), "leaky-filter", "2570"]) expect(text).toContain(told);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("lets no text act, whatever it holds", async () => {
    const { page, problems } = await openFile(browser, fileOf("harmed", harmed(incidentSample())), {
      width: 390,
    });
    await inked(page);
    // What a text could have started would be over by then.
    await page.locator("#case-1-source-port").focus();
    await page.keyboard.press("ArrowRight");
    const seen = await page.evaluate<{ title: string; images: number; scripts: number; text: string }>(`({
      title: document.title,
      images: document.querySelectorAll("img, iframe, object, embed, form, [onload], [onerror]").length,
      scripts: document.scripts.length,
      text: document.body.innerText,
    })`);
    expect(seen.title).not.toBe("harmed");
    expect(seen.title).toContain("onerror");
    expect([seen.images, seen.scripts]).toEqual([0, 2]);
    expect(seen.text).toContain("\\x1b[31m\\u202egnp.exe\\u2028\\u2029");
    expect(seen.text).toContain(HARM.slice(0, 40));
    expect(seen.text).not.toMatch(/[\u202e\u2028\u2029]/);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    expect(problems).toEqual([]);
    await page.close();
  });
});
