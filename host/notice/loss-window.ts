// How many of the packets of the last minute were lost, from counts that only grow.
// Apart so that the arithmetic is tested by itself.
// Always holds: at most one mark a second is kept; counts that fall (a count begun anew) are taken for no growth.

const WINDOW_MS = 60_000;

interface Mark {
  readonly ms: number;
  readonly packets: number;
  readonly drops: number;
}

export class LossWindow {
  private marks: Mark[] = [];

  /** `packets`: taken in, without `drops`. */
  add(ms: number, packets: number, drops: number): void {
    const last = this.marks.at(-1);
    if (last !== undefined && (ms < last.ms || packets < last.packets || drops < last.drops)) this.marks = [];
    this.marks.push({ ms, packets, drops });
    while (this.marks.length > 2 && ms - this.marks[1]!.ms >= WINDOW_MS) this.marks.shift();
  }

  get loss(): { readonly packets: number; readonly drops: number; readonly percent: number } {
    const first = this.marks[0];
    const last = this.marks.at(-1);
    if (first === undefined || last === undefined) return { packets: 0, drops: 0, percent: 0 };
    const drops = last.drops - first.drops;
    const packets = last.packets - first.packets + drops;
    return { packets, drops, percent: packets === 0 ? 0 : (100 * drops) / packets };
  }
}
