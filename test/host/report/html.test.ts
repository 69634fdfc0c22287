// The page's text, without a browser: escaping, times, numbers, and what the page allows itself.
// What it looks like and does is tried in test/system/report-page.test.ts.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { clockOf } from "../../../host/report/html/clock.js";
import { htmlReport } from "../../../host/report/html/document.js";
import { escapeText, html, scriptJson } from "../../../host/report/html/markup.js";
import type { PageData } from "../../../host/report/html/plot-data.js";
import { counted, duration, grouped, rounded } from "../../../host/report/html/words.js";
import {
  HARM,
  harmed,
  incidentSample,
  letterSample,
  manySample,
  oneFlowSample,
  reportOf,
  severalSample,
} from "./sample.js";

const PORTS = [26735, 27112, 27708, 28329, 28582, 29066, 29305];

/** The inside of each element of that name. */
function insides(page: string, name: string): string[] {
  return [...page.matchAll(new RegExp(`<${name}[^>]*>([\\s\\S]*?)</${name}>`, "g"))].map(([, text]) => text!);
}

function plotsOf(page: string): PageData {
  return JSON.parse(insides(page, "script")[0]!) as PageData;
}

describe("html``", () => {
  it("escapes what stands in it, and leaves HTML made the same way", () => {
    const name = `<b> & "c" 'd'`;
    expect(html`<p title="${name}">${html`<i>${name}</i>`}${null}${false}${[1, "<"]}</p>`.text).toBe(
      '<p title="&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;"><i>&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;</i>1&lt;</p>',
    );
  });

  it("shows what prints nothing and what turns the writing direction", () => {
    expect(escapeText("a\u001b[1m\u202eb\u2028\u061c\u200b\ufeff\r\nc")).toBe(
      "a\\x1b[1m\\u202eb\\u2028\\u061c\\u200b\\ufeff\\x0d\\x0ac",
    );
  });
});

describe("scriptJson", () => {
  it("holds nothing that ends a script or begins a comment, and reads back", () => {
    const { text } = scriptJson({ a: "</script><!-- ]]> & \u2028\u2029", b: [1.5, null] });
    expect(text).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual({ a: "</script><!-- ]]> & \\u2028\\u2029", b: [1.5, null] });
  });
});

describe("words", () => {
  it("are told with their numbers", () => {
    expect([grouped(2570), grouped(12345), counted(1, "flow"), counted(0, "flow")]).toEqual([
      "2570",
      "12,345",
      "1 flow",
      "0 flows",
    ]);
    expect([rounded(2.7153), rounded(0), rounded(1479.96)]).toEqual(["2.72", "0", "1480"]);
    expect(
      [0, 1, 1500, 15_000_000, 59_700_000, 946_548_321, 3_599_900_000, 90_061_000_000].map(duration),
    ).toEqual([
      "no time",
      "1 microsecond",
      "1.5 milliseconds",
      "15 seconds",
      "59.7 seconds",
      "15 minutes 47 seconds",
      "1 hour",
      "1 day 1 hour",
    ]);
  });
});

describe("clockOf", () => {
  const us = Date.UTC(2001, 9, 17, 23, 37, 7) * 1000 + 512_622;

  it("keeps microseconds, in the report's zone", () => {
    const utc = clockOf("UTC");
    expect([utc.full(us), utc.exact(us)]).toEqual(["17 Oct 2001 23:37:07", "23:37:07.512622"]);
    const auckland = clockOf(":Pacific/Auckland");
    expect([auckland.zone, auckland.full(us)]).toEqual(["Pacific/Auckland", "18 Oct 2001 12:37:07"]);
  });

  it("tells a zone that it does not know as UTC", () => {
    expect(clockOf("NZST-12NZDT").zone).toBe("UTC");
  });

  it("has short months in any version of the locale", () => {
    expect(clockOf("UTC").date(Date.UTC(2026, 8, 5) * 1000)).toBe("05 Sep 2026");
  });
});

describe("the page", () => {
  const page = htmlReport(letterSample());

  it("tells the letter: flows, rule, exception, cause, rate", () => {
    for (const text of [...PORTS.map(String), "130.216.236.45", "20959", "leaky-filter", "2.72", "2570"]) {
      expect(page).toContain(text);
    }
    expect(page).toContain("[**] WEB-IIS File permission canonicalization [**]");
  });

  it("allows only its own script and style, by their hashes", () => {
    const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const [, script] = insides(page, "script");
    expect(policy).toContain(`script-src ${hash(script!)}`);
    expect(policy).toContain(`style-src ${hash(insides(page, "style")[0]!)}`);
    expect(insides(page, "script")).toHaveLength(2);
    expect(page).not.toMatch(/<[a-z]+ [^>]*\b(on[a-z]+|style|src)=/);
    expect([...page.matchAll(/<link [^>]*href="([^"]*)"/g)].map(([, href]) => href)).toEqual(["data:,"]);
  });

  it("has uPlot's licence in it", () => {
    const [, script = ""] = insides(page, "script");
    expect(script).toMatch(/Copyright \(c\) \d+ Leon Sorokin/);
    expect(script).toContain("Permission is hereby granted");
  });

  it("draws ports with their line, packets by finding, and a plot a flow", () => {
    const { plots, zone } = plotsOf(page);
    expect(zone).toBe("UTC");
    const [counter, ...rest] = plots.filter(({ kind }) => kind === "counter");
    if (counter?.kind !== "counter") throw new Error("no plot of ports");
    expect(rest).toEqual([]);
    expect(counter.points.map(([, port]) => port)).toEqual(PORTS);
    expect(counter.line).toHaveLength(1);
    expect(plots.filter(({ kind }) => kind === "lanes")).toHaveLength(1);
    const sequences = plots.flatMap((plot) => (plot.kind === "sequence" ? [plot] : []));
    expect(sequences).toHaveLength(7);
    expect(sequences[2]!.points.map(([, offset, size, again]) => [offset, size, again])).toEqual([
      [0, 97, 0],
      [0, 97, 1],
      [97, 0, 0],
      [97, 0, 1],
    ]);
    for (const { id } of plots) expect(page).toContain(`id="${id}"`);
  });

  it("of one flow, of thousands and of nothing says what is there and what is left out", () => {
    expect(htmlReport(oneFlowSample())).toContain("1 flow, 1 packet");
    const many = htmlReport(manySample(5000));
    expect(many).toContain("4000 more rows are left out here");
    expect(many).toContain("4500 flows are left out of this log");
    const counter = plotsOf(many).plots.find(({ kind }) => kind === "counter");
    expect(counter).toMatchObject({ points: { length: 5000 }, line: { length: 3 } });
    expect(htmlReport(reportOf([]))).toContain("Nothing strange was found");
  });

  it("of several cases begins with their list", () => {
    const several = htmlReport(severalSample());
    for (const number of [1, 2, 3]) {
      expect(several).toContain(`<a href="#case-${number}">`);
      expect(several).toContain(`id="case-${number}"`);
    }
    expect(several).toContain("2 more cases are not told here");
    expect(page).not.toContain("<nav");
    const ids = [...several.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("of an incident tells its life, in its zone", () => {
    const incident = htmlReport(incidentSample());
    for (const text of [
      "I-7K3QF2MX, acknowledged",
      "ticket 4711",
      "17 Oct 2001 13:31:06",
      "00112233aabbccdd",
    ]) {
      expect(incident).toContain(text);
    }
  });

  it("keeps harmful texts texts", () => {
    const harmful = htmlReport(harmed(incidentSample()));
    expect(harmful.split(escapeText(HARM)).length).toBeGreaterThan(50);
    expect(harmful).not.toContain("<img");
    expect(harmful).not.toContain("<svg onload");
    for (const mark of ["\u001b", "\u202e", "\u2028", "\u2029"]) expect(harmful).not.toContain(mark);
    expect(insides(harmful, "script")).toHaveLength(2);
    expect(harmful.match(/<a href="(?!#|https?:\/\/)/)).toBeNull();
  });
});
