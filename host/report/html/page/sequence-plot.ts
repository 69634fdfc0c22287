// Sequence numbers against time of one end of a flow: each packet a stroke over the bytes it carries, and a mark.
// Apart because each kind of plot draws its own.
// Always holds: what was sent before differs by shape too.

import type { Clock } from "../clock.js";
import type { SequencePlot } from "../plot-data.js";
import { greatest, least } from "./counter-plot.js";
import { type Frame, makeFrame, type Pen, roomAbout } from "./frame.js";
import { drawShape, type Shape, sizeFor } from "./shapes.js";

const GROUPED = new Intl.NumberFormat("en-US", { useGrouping: "min2" });

export function sequencePlot(plot: SequencePlot, box: HTMLElement, clock: Clock): Frame {
  const first = least(plot.points.map(([us]) => us));
  const seconds = plot.points.map(([us]) => (us - first) / 1e6);
  const [xMin, xMax] = roomAbout(0, greatest(seconds), 0.06, 0.5);
  const low = least(plot.points.map(([, offset]) => offset));
  const high = greatest(plot.points.map(([, offset, size]) => offset + size));
  const [yMin, yMax] = roomAbout(low, high, 0.12, 1);
  return makeFrame({
    box,
    x: { min: xMin, max: xMax, label: "seconds" },
    y: { min: yMin, max: yMax, label: "bytes" },
    dots: plot.points.map(([us, offset, size, again], i) => ({
      x: seconds[i]!,
      y: offset + size,
      lines: [
        `${plot.flags[i] ?? ""}, ${size === 0 ? "no data" : `${GROUPED.format(size)} bytes from ${GROUPED.format(offset)}`}`,
        `${clock.date(us)} ${clock.exact(us)}`,
        ...(again === 1 ? ["sent before"] : []),
      ],
    })),
    draw: (pen) => draw(plot, first, pen),
  });
}

function draw({ points }: SequencePlot, first: number, { ctx, theme, scale, x, y }: Pen): void {
  const mark = sizeFor(points.length);
  for (const [us, offset, size, again] of points) {
    const colour = again === 1 ? theme.odd : size === 0 ? theme.muted : theme.main;
    const at = x((us - first) / 1e6);
    if (size > 0) {
      ctx.beginPath();
      ctx.moveTo(at, y(offset));
      ctx.lineTo(at, y(offset + size));
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2 * scale;
      ctx.stroke();
    }
    const shape: Shape = again === 1 ? "triangle" : size === 0 ? "square" : "dot";
    drawShape(ctx, shape, at, y(offset + size), { colour, paper: theme.paper, scale, size: mark });
  }
}
