// Marks on a canvas: told apart by their shape, not by colour alone.
// Apart because all plots use them, and the legend's pictures are the same.
// Always holds: sizes are CSS pixels times `scale`; hollow marks cover what lies below them.

export type Shape = "dot" | "cross" | "triangle" | "square";

export interface Look {
  readonly colour: string;
  readonly paper: string;
  readonly scale: number;
  /** 1 where there is room, less where there are many. */
  readonly size?: number;
}

/** Of so many marks in one plot. */
export function sizeFor(count: number): number {
  return count > 2000 ? 0.4 : count > 400 ? 0.6 : 1;
}

export function drawShape(
  ctx: CanvasRenderingContext2D,
  shape: Shape,
  x: number,
  y: number,
  { colour, paper, scale, size = 1 }: Look,
): void {
  const r = 4 * scale * size;
  ctx.beginPath();
  if (shape === "dot") {
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.fillStyle = colour;
    ctx.fill();
    return;
  }
  if (shape === "cross") {
    ctx.moveTo(x - r, y - r);
    ctx.lineTo(x + r, y + r);
    ctx.moveTo(x + r, y - r);
    ctx.lineTo(x - r, y + r);
  } else if (shape === "triangle") {
    ctx.moveTo(x, y - r * 1.1);
    ctx.lineTo(x + r * 1.1, y + r);
    ctx.lineTo(x - r * 1.1, y + r);
    ctx.closePath();
  } else {
    ctx.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
  }
  if (shape !== "cross") {
    ctx.fillStyle = paper;
    ctx.fill();
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = (shape === "square" ? 1.5 : 2) * scale * Math.sqrt(size);
  ctx.stroke();
}
