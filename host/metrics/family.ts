// A family of metrics: one name, one meaning, samples that differ by their labels; and how names come from counters.
// Apart from what is told, and from the two text forms it is told in.
// Always holds: a counter's metric name follows from its name alone, so that it is as stable; names fit [a-z][a-z0-9_]*.

export type MetricType = "counter" | "gauge" | "info" | "stateset";
export type MetricUnit = "bytes" | "seconds" | "ratio";
/** In the order in which they are written. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface Family {
  /** Without `_total` or `_info`; ends with the unit, if it has one. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit?: MetricUnit;
  readonly samples: Sample[];
}

export interface MetricName {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly unit?: MetricUnit;
  /** What a counter's value is multiplied by: metrics are in base units. */
  readonly scale: number;
}

/** Counters that are not named by the rule: units that are not the base unit, and what is no sum. */
const SPECIAL: Readonly<Record<string, Omit<MetricName, "name"> & { readonly stem: string }>> = {
  "flush-us": { stem: "flush_seconds", type: "counter", unit: "seconds", scale: 1e-6 },
  "flush-us-most": { stem: "flush_most_seconds", type: "gauge", unit: "seconds", scale: 1e-6 },
  waiting: { stem: "waiting", type: "gauge", scale: 1 },
  "ring-percent": { stem: "ring_used_ratio", type: "gauge", unit: "ratio", scale: 1e-2 },
};

/**
 * `wire-bytes` of the sensor is `stray_wire_bytes`, `bytes-in` of the control socket `stray_control_in_bytes`: a word for
 * the unit goes to the end.
 */
export function metricName(prefix: string, counter: string, type: "counter" | "gauge"): MetricName {
  const special = SPECIAL[counter];
  if (special !== undefined) {
    const { stem, ...rest } = special;
    return { name: `${prefix}_${stem}`, ...rest };
  }
  const steps = counter
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((step) => step !== "");
  const hasBytes = steps.includes("bytes");
  const stem = [...steps.filter((step) => step !== "bytes"), ...(hasBytes ? ["bytes"] : [])].join("_");
  return { name: `${prefix}_${stem}`, type, ...(hasBytes ? { unit: "bytes" as const } : {}), scale: 1 };
}

/** Families in the order in which they were first asked for. */
export class FamilySet {
  private readonly byName = new Map<string, Family>();

  get all(): readonly Family[] {
    return [...this.byName.values()];
  }

  add(family: Omit<Family, "samples">, labels: Labels, value: number): void {
    let known = this.byName.get(family.name);
    if (known === undefined) {
      known = { ...family, samples: [] };
      this.byName.set(family.name, known);
    }
    known.samples.push({ labels, value });
  }
}
