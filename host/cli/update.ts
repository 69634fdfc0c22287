// The work of `stray update`.
// Apart from what an update is (host/update/): here is what is printed, and with which exit code it ends.
// Always holds: with --json one object on one line, and the same exit code; the trial itself is the service's work, so that a
// lost connection ends the waiting only.

import { setTimeout as sleep } from "node:timers/promises";
import { printable } from "../errors.js";
import { checkUpdate, stageRollback, stageUpdate, type TrialOptions } from "../update/apply.js";
import type { Outcome, Pending } from "../update/book.js";
import { type StatusView, trialMsOf } from "../update/health.js";
import { type UpdatePlace, updatePlace, versionOf } from "../update/place.js";
import { updateError } from "../update/problem.js";
import { systemOf, type UpdateSystem } from "../update/system.js";
import { beforeStart, finishUpdate } from "../update/trial.js";
import { jsonLine } from "./control/session.js";
import { timeText } from "./control/units.js";
import type { TrialUpdateOptions, UpdateOptions } from "./update-command.js";

const LOOK_MS = 500;
/** Beside the trial: what the machine needs to stop one strayd and start another. */
const CHANGE_MS = 60_000;

export function runCheck(file: string, options: UpdateOptions): number {
  const found = checkUpdate(updatePlace(), file, { force: options.force === true });
  const { version, architecture, key } = found;
  print(options, found, `stray ${version} for ${architecture}, signed with the key ${key}: may be applied`);
  return 0;
}

export async function runApply(file: string, options: TrialUpdateOptions): Promise<number> {
  needRoot();
  const [place, system] = [updatePlace(), systemOf(options.socket)];
  const status = await statusOf(system);
  const how = { force: options.force === true, ...trialOf(options) };
  const pending = stageUpdate(place, file, how, status);
  say(options, `stray ${pending.version} is unpacked; ${trialText(pending)}`);
  return await follow(place, system, pending, options);
}

export async function runRollback(options: TrialUpdateOptions): Promise<number> {
  needRoot();
  const [place, system] = [updatePlace(), systemOf(options.socket)];
  const pending = stageRollback(place, await statusOf(system), trialOf(options));
  say(options, `back to stray ${pending.version}; ${trialText(pending)}`);
  return await follow(place, system, pending, options);
}

export function runUpdateStatus(options: UpdateOptions): number {
  const place = updatePlace();
  const { releases, book } = place;
  const found = book.pending();
  const { previous, last, counts } = book.state();
  const named = (name: string | null | undefined) => ({
    release: name ?? null,
    version: versionOf(place, name),
  });
  const report = {
    current: named(releases.current),
    installed: place.installed,
    previous: previous === undefined ? null : named(previous),
    pending: found ?? null,
    last: last ?? null,
    counts,
  };
  const lines = [
    `in force   ${report.current.version}${report.current.release === null ? " (installed)" : ""}`,
    `installed  ${place.installed}`,
    `before     ${previous === undefined ? "none" : report.previous?.version}`,
    `last       ${last === undefined ? "no update yet" : outcomeText(place, last)}`,
    `counts     ${Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ")}`,
  ];
  if (found !== undefined)
    lines.push(`under way  ${found === "damaged" ? "pending.json can't be read" : pendingText(found)}`);
  print(options, report, lines.map(printable).join("\n"));
  return found === undefined && last?.result !== "rolled-back" ? 0 : 1;
}

export function runBeforeStart(): number {
  const done = beforeStart(updatePlace());
  if (done !== undefined) process.stdout.write(`stray update: ${printable(done)}\n`);
  return 0;
}

export async function runFinish(): Promise<number> {
  const place = updatePlace();
  const pending = place.book.pending();
  const outcome = await finishUpdate(
    place,
    systemOf(typeof pending === "object" ? pending.socket : undefined),
  );
  if (outcome !== undefined)
    process.stdout.write(`stray update: ${printable(outcomeText(place, outcome))}\n`);
  return outcome?.result === "rolled-back" ? 1 : 0;
}

async function follow(
  place: UpdatePlace,
  system: UpdateSystem,
  pending: Pending,
  options: UpdateOptions,
): Promise<number> {
  try {
    system.startFinish();
  } catch (error) {
    // Nobody would take it to its end.
    place.book.clearPending();
    throw error;
  }
  const deadlineMs = performance.now() + trialMsOf(pending) + CHANGE_MS;
  while (performance.now() < deadlineMs && place.book.pending() !== undefined) await sleep(LOOK_MS);
  const { last } = place.book.state();
  if (last === undefined || last.id !== pending.id) {
    throw updateError(
      "UPDATE_SYSTEM",
      "it is not known yet what became of it: stray update status, journalctl -u stray-update",
    );
  }
  if (last.result === "rolled-back") {
    throw updateError("UPDATE_ROLLED_BACK", `${outcomeText(place, last)}: journalctl -u strayd tells more`);
  }
  print(options, last, printable(outcomeText(place, last)));
  return 0;
}

function trialOf({ socket, trial }: TrialUpdateOptions): TrialOptions {
  return { socket, trialMs: Math.round(trial * 1000) };
}

function trialText(pending: Pending): string {
  return `strayd is started with it, and has ${trialMsOf(pending) / 1000} s to be healthy`;
}

function outcomeText(place: UpdatePlace, { kind, result, to, from, reason, timeMs }: Outcome): string {
  const [there, back] = [versionOf(place, to), versionOf(place, from)];
  const when = timeText(timeMs);
  if (result === "in-force") return `${kind} from ${back} to ${there} on ${when}: in force`;
  return `${kind} from ${back} to ${there} on ${when}: taken back, since ${reason ?? "it was not well"}`;
}

function pendingText({ kind, phase, version, tries }: Pending): string {
  return `${kind} to ${version}: ${phase}${tries > 0 ? `, started ${tries} times` : ""}`;
}

/** Undefined when no sensor runs: then there is nothing that the new one has to be like. */
async function statusOf(system: UpdateSystem): Promise<StatusView | undefined> {
  try {
    return await system.status();
  } catch {
    return undefined;
  }
}

function needRoot(): void {
  if (process.getuid?.() === 0) return;
  throw updateError("UPDATE_PRIVILEGE", "what runs as a service is root's to change: try it with sudo", 2);
}

function say({ json }: UpdateOptions, line: string): void {
  if (json !== true) process.stderr.write(`${printable(line)}\n`);
}

function print({ json }: UpdateOptions, value: unknown, text: string): void {
  process.stdout.write(json === true ? jsonLine(value) : `${text}\n`);
}
