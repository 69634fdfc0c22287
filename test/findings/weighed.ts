// The causes of a capture's flows and sources, weighed as a report would.
// Apart from the lines that tell of them because flows and sources share the context.
// Always holds: a source is weighed once, of all flows in which it acts.

import type { FlowFacts } from "../../host/cause/facts.js";
import { endsOf, looksOneWay, type WeighContext } from "../../host/cause/questions.js";
import { type WeighedCause, weighFlow, weighSource } from "../../host/cause/weigh.js";
import type { CaptureFindings } from "./read-capture.js";

export class Weighed {
  private readonly bySource = new Map<string, FlowFacts[]>();
  private readonly causes = new Map<string, readonly WeighedCause[]>();
  private readonly context: WeighContext;

  constructor(capture: CaptureFindings) {
    const all = capture.flows.map(({ facts }) => facts);
    this.context = { isOneWayCapture: looksOneWay(all) };
    for (const flow of all) {
      const { address } = endsOf(flow).actor;
      const known = this.bySource.get(address);
      if (known === undefined) this.bySource.set(address, [flow]);
      else known.push(flow);
    }
  }

  get sources(): string[] {
    return [...this.bySource.keys()];
  }

  flowsOf(source: string): readonly FlowFacts[] {
    return this.bySource.get(source) ?? [];
  }

  flow(flow: FlowFacts): readonly WeighedCause[] {
    return weighFlow(flow, this.context);
  }

  source(address: string): readonly WeighedCause[] {
    const known = this.causes.get(address) ?? weighSource(this.flowsOf(address), this.context);
    this.causes.set(address, known);
    return known;
  }
}

/** The heaviest as `name score`. */
export function firstText([first]: readonly WeighedCause[]): string {
  return first === undefined ? "none" : `${first.cause} ${first.score}`;
}
