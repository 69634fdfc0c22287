// What the page's script is given to draw: one object a plot.
// Apart, only types, and without imports, because the host makes it and the browser reads it.
// Always holds: times are microseconds since 1970; texts are not escaped for HTML, the script sets them as text.

export interface PageData {
  /** A name that Intl knows. */
  readonly zone: string;
  readonly plots: readonly Plot[];
}

export type Plot = CounterPlot | LanesPlot | SequencePlot;

interface PlotBase {
  /** Of the element that it is drawn into. */
  readonly id: string;
}

/** Ports or IP IDs against time, and the line through them. */
export interface CounterPlot extends PlotBase {
  readonly kind: "counter";
  /** `source port` */
  readonly word: string;
  /** `start of the flow` */
  readonly timeWord: string;
  /** [time, value, 1 on the line or 0]. */
  readonly points: readonly (readonly [number, number, number])[];
  readonly hasLine: boolean;
  /** A new piece each time the counter goes round. */
  readonly line: readonly {
    readonly fromUs: number;
    readonly fromValue: number;
    readonly toUs: number;
    readonly toValue: number;
  }[];
  /** How far from the line a point may lie. */
  readonly tolerance: number;
}

/** Packets against time, a lane a finding. */
export interface LanesPlot extends PlotBase {
  readonly kind: "lanes";
  readonly startUs: number;
  readonly bucketUs: number;
  readonly buckets: number;
  readonly lanes: readonly { readonly name: string; readonly counts: readonly number[] }[];
}

/** Sequence numbers of one end of a flow against time. */
export interface SequencePlot extends PlotBase {
  readonly kind: "sequence";
  /** [time, offset, size, 1 sent before or 0]. */
  readonly points: readonly (readonly [number, number, number, number])[];
  readonly flags: readonly string[];
}
