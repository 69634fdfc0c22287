// Sources and targets of which something was seen that is not enough for an incident yet.
// Apart from incidents because there may be as many as somebody forges addresses.
// Always holds: CANDIDATES_MAX at most, the longest unseen goes; of each the latest PARTS_MAX parts are kept, so that an
// incident begins with what led to it; points are forgotten a join window after the latest.

import type { IncidentPart } from "./parts.js";
import { kept } from "./parts.js";
import { LEAST_POINTS, OPENING_POINTS } from "./policy.js";

export const CANDIDATES_MAX = 512;
const PARTS_MAX = 4;

interface Candidate {
  points: number;
  startUs: number;
  lastUs: number;
  readonly parts: IncidentPart[];
}

export class Candidates {
  private readonly byKey = new Map<string, Candidate>();
  /** Pushed out by others. */
  forgotten = 0;

  get size(): number {
    return this.byKey.size;
  }

  /** Adds the part's points; answers all parts when they are enough now, and forgets the candidate. */
  add(key: string, part: IncidentPart, joinUs: number): readonly IncidentPart[] | undefined {
    if (part.points >= OPENING_POINTS) {
      const before = this.take(key, part, joinUs);
      return [...before, part];
    }
    if (part.points < LEAST_POINTS) return undefined;
    const candidate = this.candidate(key, part, joinUs);
    // One flow's records say the same thing again; alerts are each their own.
    const isSaid =
      part.type === "flow" && candidate.parts.some(({ type, flow }) => type === "flow" && flow === part.flow);
    if (!isSaid) candidate.points += part.points;
    candidate.startUs = Math.min(candidate.startUs, part.startUs);
    candidate.lastUs = Math.max(candidate.lastUs, part.endUs);
    candidate.parts.push(kept(part));
    if (candidate.points >= OPENING_POINTS) {
      this.byKey.delete(key);
      return candidate.parts;
    }
    if (candidate.parts.length > PARTS_MAX) candidate.parts.shift();
    return undefined;
  }

  clear(): void {
    this.byKey.clear();
  }

  private take(key: string, part: IncidentPart, joinUs: number): readonly IncidentPart[] {
    const candidate = this.byKey.get(key);
    this.byKey.delete(key);
    return candidate === undefined || isApart(candidate, part, joinUs) ? [] : candidate.parts;
  }

  private candidate(key: string, part: IncidentPart, joinUs: number): Candidate {
    const known = this.byKey.get(key);
    this.byKey.delete(key);
    const candidate =
      known === undefined || isApart(known, part, joinUs)
        ? { points: 0, startUs: part.startUs, lastUs: part.endUs, parts: [] }
        : known;
    // The latest at the end.
    this.byKey.set(key, candidate);
    if (this.byKey.size > CANDIDATES_MAX) {
      const [oldest] = this.byKey.keys();
      this.byKey.delete(oldest!);
      this.forgotten++;
    }
    return candidate;
  }
}

function isApart({ startUs, lastUs }: Candidate, part: IncidentPart, joinUs: number): boolean {
  return part.startUs - lastUs > joinUs || startUs - part.endUs > joinUs;
}
