// What a person does with incidents: acknowledges, closes, notes, merges, mutes.
// Apart from the engine because a person's change is in the file when it is answered, or refused with the reason.
// Always holds: each change is an event in the incident's life, with who made it; texts are bounded and fit to print.

import { clipped } from "../alert/text.js";
import { printable, StrayError } from "../errors.js";
import type { IncidentBook } from "./book.js";
import { FACTS_MAX, type LiveIncident } from "./live.js";
import {
  type EventWord,
  type IncidentAction,
  type IncidentState,
  MUTES_MAX,
  type Mute,
  type MuteKind,
  NOTES_MAX,
  TEXT_MAX,
  WHO_MAX,
} from "./model.js";
import { muteValue } from "./mutes.js";

export interface UpdateRequest {
  readonly id: string;
  readonly action: IncidentAction;
  /** A note's text, or why. */
  readonly text: string;
  readonly who: string;
  /** With `merge`: the one that `id` goes into. */
  readonly into?: string;
}

export interface MuteRequest {
  readonly kind?: MuteKind;
  readonly value?: string;
  /** In place of both: what that incident is about. */
  readonly id?: string;
  readonly untilMs: number | null;
  readonly reason: string;
  readonly who: string;
}

const STATES: Readonly<
  Record<Exclude<IncidentAction, "note" | "merge">, readonly [IncidentState, EventWord]>
> = {
  acknowledge: ["acknowledged", "acknowledged"],
  close: ["closed", "closed"],
  reopen: ["open", "reopened"],
  "false-positive": ["false-positive", "false-positive"],
};

export class IncidentOperator {
  constructor(
    private readonly book: IncidentBook,
    private readonly now: () => number = Date.now,
  ) {}

  /** Answers the id of the incident that was changed. @throws StrayError with why it was not. */
  update(request: UpdateRequest): string {
    const { action } = request;
    const [who, text] = [personText(request.who), noteText(request.text)];
    const nowMs = this.now();
    const live = this.known(request.id, nowMs);
    if (action === "merge") return this.merge(live, this.known(request.into ?? "", nowMs), who, text, nowMs);
    if (action === "note") this.note(live, who, text, nowMs);
    else this.turn(live, action, who, text, nowMs);
    return live.id;
  }

  mute(request: MuteRequest): Mute {
    const nowMs = this.now();
    const { untilMs } = request;
    const [who, reason] = [personText(request.who), noteText(request.reason)];
    if (reason === "") throw usage("a reason was expected: somebody will ask why it is muted");
    if (untilMs !== null && untilMs <= nowMs) throw usage("an end that is still to come was expected");
    const live = request.id === undefined ? undefined : this.known(request.id, nowMs);
    const { kind, value } = this.muted(request, live);
    const { mutes } = this.book;
    if (mutes.size >= MUTES_MAX) throw usage(`there are ${MUTES_MAX} mutes: take one away first`);
    const same = mutes.same(kind, value);
    if (same !== undefined) throw usage(`${kind} ${value} is muted already, by mute ${same.number}`);
    const mute = { kind, value, reason, who, createdMs: nowMs, untilMs };
    const number = this.book.changing(nowMs, (store) => {
      const made = store.addMute(mute);
      if (live !== undefined) {
        store.addEvent(live.number, { ms: nowMs, what: "muted", who, text: `${kind} ${value}: ${reason}` });
      }
      return made;
    });
    const made = { ...mute, number, matched: 0, lastMs: null };
    mutes.add(made);
    return made;
  }

  unmute(number: number): Mute {
    const { mutes } = this.book;
    const mute = mutes.get(number);
    if (mute === undefined) throw new StrayError("MUTE_UNKNOWN", `there is no mute ${number}`);
    this.book.changing(this.now(), (store) => store.removeMute(number));
    mutes.remove(number);
    const { isDirty: _, ...told } = mute;
    return told;
  }

  /** With all that waits written, so that the answer is of this moment. */
  private known(id: string, nowMs: number): LiveIncident {
    this.book.flushAll(nowMs);
    return this.book.byId(id);
  }

  private note(live: LiveIncident, who: string, text: string, nowMs: number): void {
    if (text === "") throw usage("a note's text was expected");
    if (this.book.reader.notes(live.number).length >= NOTES_MAX) {
      throw usage(`${live.id} has ${NOTES_MAX} notes, as many as are kept`);
    }
    this.book.change(live, nowMs, (store) => store.addNote(live.number, { ms: nowMs, who, text }));
  }

  private turn(
    live: LiveIncident,
    action: keyof typeof STATES,
    who: string,
    text: string,
    nowMs: number,
  ): void {
    const [state, what] = STATES[action];
    const { columns } = live;
    if (columns.state === state) {
      if (text !== "") this.note(live, who, text, nowMs);
      return;
    }
    this.book.change(live, nowMs, () => {
      columns.state = state;
      columns.closedMs = state === "closed" || state === "false-positive" ? nowMs : null;
      live.addEvent({ ms: nowMs, what, who, text });
    });
  }

  /** `from` goes into `into`, with its notes and its life; its id is understood from then on. */
  private merge(from: LiveIncident, into: LiveIncident, who: string, text: string, nowMs: number): string {
    if (from === into) throw usage("two different incidents were expected");
    const why = text === "" ? "" : `: ${text}`;
    this.book.change(into, nowMs, (store) => {
      const facts = store.facts(from.number);
      into.absorb(from);
      for (const [place, json] of facts) {
        const flow = from.places[place];
        if (flow === undefined || into.placeOf(flow) >= 0 || into.newFacts.size >= FACTS_MAX) continue;
        into.keepFacts(into.nextPlace(), flow, json);
      }
      store.absorb(into.number, from);
      into.addEvent({ ms: nowMs, what: "merged", who, text: `${from.id} into this one${why}` });
    });
    this.book.absorbed(from.number, into.number);
    return into.id;
  }

  private muted(request: MuteRequest, live: LiveIncident | undefined): { kind: MuteKind; value: string } {
    const { kind, value } = request;
    if (kind !== undefined && value !== undefined) return { kind, value: muteValue(kind, value) };
    if (live === undefined) throw usage("what to mute was expected: a source, destination, sid or finding");
    const about = live.columns.kind === "target" ? "destination" : "source";
    return { kind: about, value: muteValue(about, live.columns.subject) };
  }
}

function personText(text: string): string {
  return printable(text.trim()).slice(0, WHO_MAX) || "somebody";
}

function noteText(text: string): string {
  return clipped(printable(text.trim()), TEXT_MAX);
}

function usage(message: string): StrayError {
  return new StrayError("USAGE", message, 2);
}
