// What all plots have in common: uPlot with its axes, zoom and size, and values told by mouse, finger or keyboard.
// Apart from what is drawn in them.
// Always holds: what the mouse can read the keyboard can read too, in the order of time; drawn anew when its size, the
// colours or the paper change; texts are set as text, never as HTML.

import uPlot from "uplot";
import type { Clock } from "../clock.js";
import { fontNow, type Theme, themeNow } from "./theme.js";

/** Something that can be pointed at. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly lines: readonly string[];
}

export interface Pen {
  readonly ctx: CanvasRenderingContext2D;
  readonly theme: Theme;
  /** Canvas pixels a CSS pixel. */
  readonly scale: number;
  /** On the canvas. */
  x(value: number): number;
  y(value: number): number;
}

export interface FrameOptions {
  readonly box: HTMLElement;
  /** Time axes are in seconds since 1970. */
  readonly x: { readonly min: number; readonly max: number; readonly clock?: Clock; readonly label: string };
  readonly y: {
    readonly min: number;
    readonly max: number;
    readonly label: string;
    readonly ticks?: readonly { readonly at: number; readonly text: string }[];
  };
  /** In the order of time. */
  readonly dots: readonly Dot[];
  readonly draw: (pen: Pen) => void;
}

const REACH_PX = 30;
const TIP_GAP_PX = 12;
const GROUPED = new Intl.NumberFormat("en-US", { useGrouping: "min2" });

export interface Frame {
  redraw(): void;
  /** Fits into its box, at most so many CSS pixels wide. */
  fit(widthMax?: number): void;
}

export function makeFrame(options: FrameOptions): Frame {
  const { box, x, y, dots } = options;
  let theme = themeNow();
  const muted = (): string => theme.muted;
  const axis = { stroke: muted, font: fontNow(12), labelFont: fontNow(12), labelSize: 20 };
  const lines = { stroke: () => theme.grid, width: 1 };
  const ticks = { stroke: () => theme.rule, width: 1, size: 5 };
  const plot = new uPlot(
    {
      width: Math.max(1, box.clientWidth),
      height: Math.max(1, box.clientHeight),
      // The last time stands half beside the plot.
      padding: [null, x.clock === undefined ? null : 32, null, null],
      legend: { show: false },
      cursor: { points: { show: false }, y: false, drag: { x: true, y: false, setScale: true } },
      scales: {
        x: { time: x.clock !== undefined, range: (_plot, min, max) => [min, max] },
        y: { range: () => [y.min, y.max] },
      },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: [
        {
          ...axis,
          grid: lines,
          ticks,
          label: x.label,
          space: (_plot, _axis, min, max) => (x.clock === undefined ? 60 : clockSpace(max - min)),
          values: (_plot, splits, _axis, _space, step) =>
            x.clock === undefined
              ? splits.map((at) => GROUPED.format(at))
              : clockTexts(x.clock, splits, step),
          size: x.clock === undefined ? 30 : 44,
        },
        {
          ...axis,
          grid: lines,
          ticks,
          label: y.label,
          size: (_plot, values) => yWidth(values),
          ...(y.ticks === undefined
            ? { values: (_plot: uPlot, splits: number[]) => splits.map((at) => GROUPED.format(at)) }
            : {
                splits: () => y.ticks!.map(({ at }) => at),
                values: () => y.ticks!.map(({ text }) => text),
                filter: (_plot: uPlot, splits: number[]) => splits,
              }),
        },
      ],
      hooks: { draw: [drawInside] },
    },
    [
      [x.min, x.max],
      [y.min, y.max],
    ],
    box,
  );

  function drawInside(self: uPlot): void {
    const { ctx, bbox } = self;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    options.draw({
      ctx,
      theme,
      scale: devicePixelRatio,
      x: (value) => self.valToPos(value, "x", true),
      y: (value) => self.valToPos(value, "y", true),
    });
    ctx.restore();
  }

  pointAt(plot, box, dots);
  const frame: Frame = {
    redraw: () => {
      theme = themeNow();
      plot.redraw(false, true);
    },
    fit: (widthMax = Number.POSITIVE_INFINITY) => {
      const width = Math.min(box.clientWidth, widthMax);
      if (width <= 0 || box.clientHeight <= 0) return;
      plot.batch(() => plot.setSize({ width, height: box.clientHeight }));
    },
  };
  new ResizeObserver(() => frame.fit()).observe(box);
  return frame;
}

/** As wide as its longest number. */
function yWidth(values: readonly string[] | null): number {
  const longest = Math.max(0, ...(values ?? []).map((value) => value.length));
  return 18 + longest * 7.5;
}

/** CSS pixels between ticks: times to the millisecond are long. */
function clockSpace(seconds: number): number {
  return seconds < 15 ? 110 : seconds < 1200 ? 80 : 60;
}

/** Times, and the day under the first and where it changes. */
function clockTexts(clock: Clock, splits: readonly number[], stepSeconds: number): string[] {
  let day = "";
  return splits.map((at) => {
    const us = Math.round(at * 1e6);
    const time =
      stepSeconds < 1
        ? clock.exact(us).slice(0, 12)
        : stepSeconds < 60
          ? clock.time(us)
          : clock.time(us).slice(0, 5);
    const date = clock.date(us);
    if (date === day) return time;
    day = date;
    return stepSeconds >= 86_400 ? date : `${time}\n${date}`;
  });
}

/** Values by mouse, finger and arrow keys. */
function pointAt(plot: uPlot, box: HTMLElement, dots: readonly Dot[]): void {
  const ring = element("plot-ring");
  const tip = element("plot-tip");
  const said = element("plot-said");
  said.setAttribute("aria-live", "polite");
  ring.hidden = true;
  tip.hidden = true;
  plot.over.append(ring);
  box.append(tip, said);
  let chosen = -1;

  const hide = (): void => {
    chosen = -1;
    ring.hidden = true;
    tip.hidden = true;
  };
  const show = (index: number): void => {
    const dot = dots[index];
    if (dot === undefined) return;
    const left = plot.valToPos(dot.x, "x");
    const top = plot.valToPos(dot.y, "y");
    const isInside = left >= -1 && left <= plot.over.clientWidth + 1;
    chosen = index;
    ring.hidden = !isInside;
    ring.style.left = `${left}px`;
    ring.style.top = `${top}px`;
    tip.replaceChildren(...dot.lines.map(lineOf));
    tip.hidden = false;
    const over = { left: plot.over.offsetLeft + left, top: plot.over.offsetTop + top };
    const fitsRight = over.left + TIP_GAP_PX + tip.offsetWidth <= box.clientWidth;
    const tipLeft = fitsRight ? over.left + TIP_GAP_PX : over.left - TIP_GAP_PX - tip.offsetWidth;
    const tipTop = Math.min(
      Math.max(0, over.top - tip.offsetHeight / 2),
      box.clientHeight - tip.offsetHeight,
    );
    tip.style.left = `${Math.max(0, tipLeft)}px`;
    tip.style.top = `${Math.max(0, tipTop)}px`;
  };

  const nearest = (event: PointerEvent): void => {
    const area = plot.over.getBoundingClientRect();
    const at = { x: event.clientX - area.left, y: event.clientY - area.top };
    let best = -1;
    let distance = REACH_PX * REACH_PX;
    dots.forEach((dot, i) => {
      const dx = plot.valToPos(dot.x, "x") - at.x;
      const dy = plot.valToPos(dot.y, "y") - at.y;
      const square = dx * dx + dy * dy;
      if (square < distance) {
        distance = square;
        best = i;
      }
    });
    if (best < 0) hide();
    else if (best !== chosen) show(best);
  };
  plot.over.addEventListener("pointermove", nearest);
  plot.over.addEventListener("pointerdown", nearest);
  plot.over.addEventListener("pointerleave", hide);
  box.addEventListener("blur", hide);
  box.addEventListener("keydown", (event) => {
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: chosen + 1,
      ArrowDown: chosen + 1,
      ArrowLeft: chosen < 0 ? dots.length - 1 : chosen - 1,
      ArrowUp: chosen < 0 ? dots.length - 1 : chosen - 1,
      Home: 0,
      End: dots.length - 1,
    };
    if (event.key === "Escape") hide();
    const wanted = moves[event.key];
    if (wanted === undefined || dots.length === 0) return;
    event.preventDefault();
    show(Math.min(Math.max(0, wanted), dots.length - 1));
    said.textContent = dots[chosen]?.lines.join(", ") ?? "";
  });
}

function element(className: string): HTMLDivElement {
  const made = document.createElement("div");
  made.className = className;
  return made;
}

function lineOf(text: string): HTMLDivElement {
  const line = document.createElement("div");
  line.textContent = text;
  return line;
}

/** A little room on both sides of what is drawn, and some where all lies at one place. */
export function roomAbout(min: number, max: number, share: number, least: number): [number, number] {
  const room = Math.max((max - min) * share, max === min ? least : 0);
  return [min - room, max + room];
}
