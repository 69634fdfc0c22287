// A new version on trial: put in force, looked at for its time (a minute), kept or taken back.
// Apart from apply.ts: this goes on wherever a power cut, a crash or somebody's lost connection left it.
// Always holds: one whole version is in force at every moment; what is on trial stays only if strayd reported healthy, and is
// taken back when its time is over, or at its fourth start.

import type { Outcome, Pending } from "./book.js";
import { trialMsOf, watchHealth } from "./health.js";
import type { UpdatePlace } from "./place.js";
import type { UpdateSystem } from "./system.js";
import { compareVersions } from "./version.js";

/** Starts of strayd that a version on trial has: it ended by itself, or the power was cut. */
export const TRIES_MAX = 3;

/**
 * Before each start of strayd: counts the start of a version on trial, takes it back when it had too many. Answers what it did,
 * in words; undefined when there was nothing to do.
 */
export function beforeStart(place: UpdatePlace): string | undefined {
  const { releases, book } = place;
  const pending = book.pending();
  if (pending === "damaged") return dropDamaged(place);
  if (pending === undefined) return dropUseless(place);
  const isInForce = (releases.current ?? null) === pending.to;
  if (pending.phase === "taken-back") {
    releases.setCurrent(pending.from ?? undefined);
    return "the last version is in force again";
  }
  // Not begun: stray-update.service will.
  if (pending.phase === "staged" || !isInForce) return undefined;
  const tries = pending.tries + 1;
  if (tries <= TRIES_MAX) {
    book.setPending({ ...pending, tries });
    return undefined;
  }
  const reason = `strayd was started ${pending.tries} times and did not stay`;
  takeBack(place, { ...pending, reason });
  return `${reason}: the last version is in force again`;
}

/**
 * Takes what is pending to its end; undefined when nothing is. Does nothing twice: a run that was cut off is gone on with by the
 * next one.
 */
export async function finishUpdate(place: UpdatePlace, system: UpdateSystem): Promise<Outcome | undefined> {
  const { releases, book } = place;
  const pending = book.pending();
  if (pending === "damaged") {
    dropDamaged(place);
    await startAnew(system);
    return undefined;
  }
  if (pending === undefined) return undefined;
  if (pending.phase === "taken-back") return goBack(place, system, pending);
  if (pending.phase === "staged") book.setPending({ ...pending, phase: "trying" });
  if ((releases.current ?? null) !== pending.to) {
    releases.setCurrent(pending.to ?? undefined);
    await startAnew(system);
  }
  const reason = await watchHealth(system, pending, () => phaseOf(place) !== "trying");
  const after = book.pending();
  // Taken back before a start meanwhile.
  if (after === undefined || after === "damaged") return book.state().last;
  if (after.phase === "taken-back") return goBack(place, system, after);
  if (reason === undefined) return keep(place, after);
  const text = `${reason}, ${trialMsOf(after) / 1000} s after it was put in force`;
  return goBack(place, system, takeBack(place, { ...after, reason: text }));
}

async function startAnew(system: UpdateSystem): Promise<void> {
  await system.carry();
  system.restart();
}

function phaseOf({ book }: UpdatePlace): string | undefined {
  const pending = book.pending();
  return typeof pending === "object" ? pending.phase : pending;
}

function keep({ releases, book }: UpdatePlace, pending: Pending): Outcome {
  const outcome = outcomeOf(pending, "in-force");
  const { counts } = book.state();
  book.setState({
    previous: pending.from,
    last: outcome,
    counts: { ...counts, applied: counts.applied + 1 },
  });
  book.clearPending();
  releases.prune([pending.to ?? undefined, pending.from ?? undefined]);
  return outcome;
}

/** First written down, then done: cut off in between, the next start does it. */
function takeBack({ releases, book }: UpdatePlace, pending: Pending): Pending {
  const taken: Pending = { ...pending, phase: "taken-back" };
  book.setPending(taken);
  releases.setCurrent(pending.from ?? undefined);
  return taken;
}

async function goBack(place: UpdatePlace, system: UpdateSystem, pending: Pending): Promise<Outcome> {
  const { releases, book } = place;
  releases.setCurrent(pending.from ?? undefined);
  const outcome = outcomeOf(pending, "rolled-back");
  const { counts } = book.state();
  book.setState({ last: outcome, counts: { ...counts, rolledBack: counts.rolledBack + 1 } });
  book.clearPending();
  await startAnew(system);
  releases.prune([pending.from ?? undefined, book.state().previous ?? undefined]);
  return outcome;
}

function outcomeOf(pending: Pending, result: Outcome["result"]): Outcome {
  const { id, kind, to, from, reason } = pending;
  return { id, kind, result, to, from, timeMs: Date.now(), ...(reason === undefined ? {} : { reason }) };
}

/** Which version was on trial, and which one before, is not known: the installed one is the one to trust. */
function dropDamaged({ releases, book }: UpdatePlace): string {
  releases.setCurrent(undefined);
  book.count("damaged");
  book.clearPending();
  return "pending.json can't be read: the installed version is in force";
}

/** A release that is not whole, or that the installed version has overtaken (a new image, a package by dpkg). */
function dropUseless({ releases, installed }: UpdatePlace): string | undefined {
  if (releases.isCurrentBroken) {
    releases.setCurrent(undefined);
    return "the release in force is not whole: the installed version is in force";
  }
  const { current } = releases;
  const version = current === undefined ? undefined : releases.read(current)?.version;
  if (version === undefined || compareVersions(installed, version) <= 0) return undefined;
  releases.setCurrent(undefined);
  return `the installed version ${installed} is newer than ${version}, and in force`;
}
