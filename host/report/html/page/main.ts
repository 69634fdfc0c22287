// The script of the page: draws each plot into its box, and again when colours, size or paper change.
// Apart as the entry that the bundler makes one file of; the rest of the page is complete without it.
// Always holds: it asks for nothing outside of the page; texts from the report are set as text.

import { clockOf } from "../clock.js";
import type { PageData, Plot } from "../plot-data.js";
import { counterPlot } from "./counter-plot.js";
import type { Frame } from "./frame.js";
import { lanesPlot } from "./lanes-plot.js";
import { sequencePlot } from "./sequence-plot.js";

/** Of a printed page, CSS pixels: A4 and Letter less their margins. */
const PAPER_WIDTH = 660;

const data = JSON.parse(document.getElementById("plots")?.textContent ?? "{}") as PageData;
const clock = clockOf(data.zone);
const frames = data.plots.flatMap((plot) => drawn(plot));

function drawn(plot: Plot): Frame[] {
  const box = document.getElementById(plot.id);
  if (box === null) return [];
  if (plot.kind === "counter") return [counterPlot(plot, box, clock)];
  if (plot.kind === "lanes") return [lanesPlot(plot, box, clock)];
  return [sequencePlot(plot, box, clock)];
}

const redraw = (): void => {
  for (const frame of frames) frame.redraw();
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

/** Causes that were closed, opened for the paper. */
let opened: HTMLDetailsElement[] = [];
addEventListener("beforeprint", () => {
  document.documentElement.classList.add("printing");
  opened = [...document.querySelectorAll<HTMLDetailsElement>("details.cause:not([open])")];
  for (const details of opened) details.open = true;
  for (const frame of frames) frame.fit(PAPER_WIDTH);
  redraw();
});
addEventListener("afterprint", () => {
  document.documentElement.classList.remove("printing");
  for (const details of opened) details.open = false;
  for (const frame of frames) frame.fit();
  redraw();
});
document.documentElement.dataset["plots"] = String(frames.length);
