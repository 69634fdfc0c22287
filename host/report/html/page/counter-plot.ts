// Source ports (or IP IDs) against time, with the fitted line, anew each time the counter goes round.
// Apart because each kind of plot draws its own.
// Always holds: points that are not on the line differ by shape too.

import type { Clock } from "../clock.js";
import type { CounterPlot } from "../plot-data.js";
import { type Frame, makeFrame, type Pen, roomAbout } from "./frame.js";
import { drawShape, sizeFor } from "./shapes.js";

const GROUPED = new Intl.NumberFormat("en-US", { useGrouping: "min2" });

export function counterPlot(plot: CounterPlot, box: HTMLElement, clock: Clock): Frame {
  const times = plot.points.map(([us]) => us / 1e6);
  const values = plot.points.map(([, value]) => value);
  for (const piece of plot.line) {
    times.push(piece.fromUs / 1e6, piece.toUs / 1e6);
    values.push(piece.fromValue - plot.tolerance, piece.toValue + plot.tolerance);
  }
  const [xMin, xMax] = roomAbout(least(times), greatest(times), 0.03, 1);
  const [yMin, yMax] = roomAbout(least(values), greatest(values), 0.05, 10);
  return makeFrame({
    box,
    x: { min: xMin, max: xMax, clock, label: `${plot.timeWord} (${clock.zone})` },
    y: { min: yMin, max: yMax, label: plot.word },
    dots: plot.points.map(([us, value, onLine]) => ({
      x: us / 1e6,
      y: value,
      lines: [
        `${plot.word} ${value}`,
        `${clock.date(us)} ${clock.exact(us)}`,
        ...(plot.hasLine ? [onLine === 1 ? "on the line" : "not on the line"] : []),
        ...lineAt(plot, us),
      ],
    })),
    draw: (pen) => draw(plot, pen),
  });
}

/** What the line says at that time, where it is drawn. */
function lineAt({ line }: CounterPlot, us: number): string[] {
  const piece = line.find(({ fromUs, toUs }) => us >= fromUs && us <= toUs);
  if (piece === undefined || piece.toUs === piece.fromUs) return [];
  const share = (us - piece.fromUs) / (piece.toUs - piece.fromUs);
  return [`line ${GROUPED.format(Math.round(piece.fromValue + share * (piece.toValue - piece.fromValue)))}`];
}

function draw(plot: CounterPlot, pen: Pen): void {
  for (const piece of plot.line) drawBand(piece, plot.tolerance, pen);
  // Many points would hide the line.
  const isDense = sizeFor(plot.points.length) < 1;
  if (!isDense) drawLine(plot, pen);
  drawPoints(plot, pen);
  if (isDense) drawLine(plot, pen);
}

type Piece = CounterPlot["line"][number];

function drawBand(
  { fromUs, fromValue, toUs, toValue }: Piece,
  tolerance: number,
  { ctx, theme, x, y }: Pen,
): void {
  const [left, right] = [x(fromUs / 1e6), x(toUs / 1e6)];
  ctx.beginPath();
  ctx.moveTo(left, y(fromValue + tolerance));
  ctx.lineTo(right, y(toValue + tolerance));
  ctx.lineTo(right, y(toValue - tolerance));
  ctx.lineTo(left, y(fromValue - tolerance));
  ctx.closePath();
  ctx.fillStyle = theme.band;
  ctx.fill();
}

function drawLine({ line }: CounterPlot, { ctx, theme, scale, x, y }: Pen): void {
  ctx.strokeStyle = theme.line;
  ctx.lineWidth = 2 * scale;
  for (const { fromUs, fromValue, toUs, toValue } of line) {
    ctx.beginPath();
    ctx.moveTo(x(fromUs / 1e6), y(fromValue));
    ctx.lineTo(x(toUs / 1e6), y(toValue));
    ctx.stroke();
  }
}

function drawPoints({ points, hasLine }: CounterPlot, { ctx, theme, scale, x, y }: Pen): void {
  const size = sizeFor(points.length);
  for (const [us, value, onLine] of points) {
    const isOdd = hasLine && onLine === 0;
    const colour = isOdd ? theme.odd : theme.main;
    drawShape(ctx, isOdd ? "cross" : "dot", x(us / 1e6), y(value), {
      colour,
      paper: theme.paper,
      scale,
      size,
    });
  }
}

export function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

export function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
