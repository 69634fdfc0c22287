// Packets against time, a lane a finding: findings of the same packets would hide one another in one plot.
// Apart because each kind of plot draws its own.
// Always holds: all lanes have one scale; a bar is never too thin to be seen.

import type { Clock } from "../clock.js";
import type { LanesPlot } from "../plot-data.js";
import { greatest } from "./counter-plot.js";
import { type Dot, type Frame, makeFrame, type Pen } from "./frame.js";
import { fontNow } from "./theme.js";

/** The part of a lane that bars may fill; its name stands above. */
const BAR_SHARE = 0.55;
const NAME_AT = 0.68;
const BAR_WIDTH_MIN = 2;
const LANE_HEIGHT = 52;
const AXIS_HEIGHT = 88;

export function lanesPlot(plot: LanesPlot, box: HTMLElement, clock: Clock): Frame {
  const { lanes, startUs, bucketUs, buckets } = plot;
  box.style.height = `${lanes.length * LANE_HEIGHT + AXIS_HEIGHT}px`;
  const most = Math.max(1, greatest(lanes.flatMap(({ counts }) => counts)));
  const dots: Dot[] = [];
  for (let i = 0; i < buckets; i++) {
    const from = startUs + i * bucketUs;
    lanes.forEach(({ name, counts }, lane) => {
      const count = counts[i] ?? 0;
      if (count === 0) return;
      dots.push({
        x: (from + bucketUs / 2) / 1e6,
        y: baseOf(lane, lanes.length) + (count / most) * BAR_SHARE,
        lines: [
          `${name}: ${count} ${count === 1 ? "packet" : "packets"}`,
          `from ${clock.date(from)} ${clock.exact(from)}`,
          `to ${clock.exact(from + bucketUs)}`,
        ],
      });
    });
  }
  return makeFrame({
    box,
    x: {
      min: startUs / 1e6,
      max: (startUs + buckets * bucketUs) / 1e6,
      clock,
      label: `time (${clock.zone})`,
    },
    y: {
      min: 0,
      max: lanes.length,
      label: "packets",
      ticks: lanes.flatMap((_lane, i) => [
        { at: baseOf(i, lanes.length), text: "0" },
        { at: baseOf(i, lanes.length) + BAR_SHARE, text: String(most) },
      ]),
    },
    dots,
    draw: (pen) => draw(plot, most, pen),
  });
}

/** The first lane is on top. */
function baseOf(lane: number, count: number): number {
  return count - 1 - lane + 0.04;
}

function draw({ lanes, startUs, bucketUs }: LanesPlot, most: number, pen: Pen): void {
  const { ctx, theme, scale, x, y } = pen;
  ctx.font = fontNow(12 * scale);
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  const left = x(startUs / 1e6);
  lanes.forEach(({ name, counts }, lane) => {
    const base = baseOf(lane, lanes.length);
    ctx.fillStyle = theme.main;
    counts.forEach((count, i) => {
      if (count === 0) return;
      const from = x((startUs + i * bucketUs) / 1e6);
      const width = Math.max(BAR_WIDTH_MIN * scale, x((startUs + (i + 1) * bucketUs) / 1e6) - from - scale);
      const top = y(base + (count / most) * BAR_SHARE);
      ctx.fillRect(from, top, width, y(base) - top);
    });
    ctx.fillStyle = theme.ink;
    ctx.fillText(name, Math.max(left, 0) + 4 * scale, y(base + NAME_AT - 0.04));
  });
}
