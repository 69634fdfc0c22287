// The work of `stray incidents`: asks strayd, or reads the file where strayd does not run, and prints.
// Apart from the pages, which are text from data.
// Always holds: incidents come page by page; whether they come from the socket or from the file, the same is printed;
// nothing of a sensor reaches the terminal as it is.

import { userInfo } from "node:os";
import { parseDuration } from "../../config/units.js";
import type { ControlClient } from "../../control/client.js";
import {
  type IncidentsListParams,
  type IncidentsMuteParams,
  PAGE_INCIDENTS_MAX,
} from "../../control/incident-protocol.js";
import { queryOf } from "../../control/incident-query.js";
import { StrayError } from "../../errors.js";
import { asciiJson } from "../../export/eve-evidence.js";
import {
  type Incident,
  type IncidentAction,
  type IncidentSummary,
  MUTE_KINDS,
  type Mute,
} from "../../incident/model.js";
import {
  type IncidentFilter,
  type IncidentPlace,
  type IncidentsListOptions,
  type IncidentsMuteOptions,
  type IncidentsPlainOptions,
  type IncidentsReportOptions,
  type IncidentsUpdateOptions,
  LIST_DEFAULT,
} from "../incidents-command.js";
import type { Output } from "../output/output.js";
import { OutputClosed, OutputWriter } from "../output/writer.js";
import { timeArgument } from "../stored-flows-time.js";
import { incidentPage, listLines, muteLine, muteLines, summaryLine } from "./incidents-page.js";
import { visit } from "./session.js";

const STDOUT = 1;
const EXPORT_BYTES = 1 << 20;

/** Where incidents are read: a running strayd, or a file. */
interface Source {
  list(params: IncidentsListParams): Promise<{ incidents: readonly IncidentSummary[]; next: string | null }>;
  show(id: string): Promise<Incident>;
  full(params: IncidentsListParams): Promise<{ incidents: readonly Incident[]; next: string | null }>;
}

export async function runList(options: IncidentsListOptions): Promise<number> {
  const params = paramsOf(options, true);
  const most = options.n ?? LIST_DEFAULT;
  return await reading(options, async (source, out) => {
    const all: IncidentSummary[] = [];
    let next: string | null = null;
    do {
      const limit = Math.min(PAGE_INCIDENTS_MAX, most - all.length);
      const page = await source.list({ ...params, limit, ...(next === null ? {} : { after: next }) });
      all.push(...page.incidents);
      ({ next } = page);
    } while (next !== null && all.length < most);
    if (options.json) for (const incident of all) out.line(`${asciiJson(incident)}\n`);
    else for (const line of listLines(all, next !== null, params)) out.line(`${line}\n`);
    return 0;
  });
}

export async function runShow(id: string, options: IncidentPlace): Promise<number> {
  return await reading(options, async (source, out) => {
    const incident = await source.show(id);
    if (options.json) out.line(`${asciiJson(incident)}\n`);
    else out.line(incidentPage(incident));
    return 0;
  });
}

export async function runExport(ids: readonly string[], options: IncidentsListOptions): Promise<number> {
  const params = paramsOf(options, ids.length === 0);
  return await reading(options, async (source, out) => {
    for (const id of ids) out.line(`${asciiJson(await source.show(id))}\n`);
    if (ids.length > 0) return 0;
    let next: string | null = null;
    do {
      const page: Awaited<ReturnType<Source["full"]>> = await source.full({
        ...params,
        ...(next === null ? {} : { after: next }),
      });
      for (const incident of page.incidents) out.line(`${asciiJson(incident)}\n`);
      out.flush();
      ({ next } = page);
    } while (next !== null);
    return 0;
  });
}

export async function runIncidentReport(id: string, options: IncidentsReportOptions): Promise<number> {
  const { reportZone } = await import("../../report/clock.js");
  const { makeIncidentReport } = await import("../../report/incident.js");
  const { ReportOutput } = await import("../output/report-output.js");
  const zone = reportZone();
  const output = new ReportOutput(options);
  return await reading(options, async (source) => {
    const incident = await source.show(id);
    const { evidence: evidenceFolder } = options;
    await output.write(await makeIncidentReport({ incident, evidenceFolder, zone, nowMs: Date.now() }));
    return 0;
  });
}

export async function runUpdate(
  ids: readonly string[],
  action: IncidentAction,
  options: IncidentsUpdateOptions,
  into?: string,
): Promise<number> {
  return await visit(options, async (client, out) => {
    const { incidents } = await client.call("v1.incidents.update", {
      ids,
      action,
      who: whoAmI(),
      ...(options.text === undefined ? {} : { text: options.text }),
      ...(into === undefined ? {} : { into }),
    });
    // Several that went into one are one.
    const once = incidents.filter(
      ({ id }, index) => incidents.findIndex((other) => other.id === id) === index,
    );
    for (const incident of once) out.line(`${options.json ? asciiJson(incident) : summaryLine(incident)}\n`);
    return 0;
  });
}

export async function runMute(id: string | undefined, options: IncidentsMuteOptions): Promise<number> {
  const params = muteParams(id, options, Date.now());
  return await visit(options, async (client, out) => {
    const mute = await client.call("v1.incidents.mute", params);
    out.line(`${options.json ? asciiJson(mute) : muteLine(mute)}\n`);
    return 0;
  });
}

export async function runMutes(options: IncidentsPlainOptions): Promise<number> {
  return await visit(options, async (client, out) => {
    const { mutes } = await client.call("v1.incidents.mutes", undefined);
    if (options.json) for (const mute of mutes) out.line(`${asciiJson(mute)}\n`);
    else for (const line of muteLines(mutes)) out.line(`${line}\n`);
    return 0;
  });
}

export async function runUnmute(number: number, options: IncidentsPlainOptions): Promise<number> {
  return await visit(options, async (client, out) => {
    const mute: Mute = await client.call("v1.incidents.unmute", { number });
    out.line(`${options.json ? asciiJson(mute) : `taken away: ${muteLine(mute)}`}\n`);
    return 0;
  });
}

// ---- Where from -------------------------------------------------------------------------------------------

async function reading(
  options: IncidentPlace,
  work: (source: Source, out: Output) => Promise<number>,
): Promise<number> {
  const { database } = options;
  if (database !== undefined) return await offline(database, work);
  return await visit(options, (client, out) => work(running(client), out));
}

function running(client: ControlClient): Source {
  return {
    list: (params) => client.call("v1.incidents.list", params),
    show: (id) => client.call("v1.incidents.show", { id }),
    full: (params) => client.call("v1.incidents.export", params),
  };
}

async function offline(
  path: string,
  work: (source: Source, out: Output) => Promise<number>,
): Promise<number> {
  const { readIncidentFile } = await import("../../incident/incident-file.js");
  const { IncidentStore } = await import("../../incident/incident-store.js");
  const database = readIncidentFile(path);
  const store = new IncidentStore(database);
  const out = new OutputWriter(STDOUT);
  const numberOf = (id: string): number => {
    const ids = store.find(id) === undefined && id.length >= 3 ? store.idsLike(id) : [id];
    const number = ids.length === 1 ? store.find(ids[0]!) : undefined;
    if (number !== undefined) return number;
    const text = ids.length > 1 ? `several incidents begin with ${id}` : `no incident is called ${id}`;
    throw new StrayError("INCIDENT_UNKNOWN", text);
  };
  try {
    const exitCode = await work(
      {
        list: async (params) => store.list(queryOf(params)),
        show: async (id) => store.show(numberOf(id))!,
        full: async (params) => store.full(queryOf(params), EXPORT_BYTES),
      },
      out,
    );
    out.flush();
    return exitCode;
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    throw error;
  } finally {
    await database.close();
  }
}

// ---- What is asked ----------------------------------------------------------------------------------------

function paramsOf(filter: IncidentFilter, isUnnamed: boolean): IncidentsListParams {
  const { state, all, severity, since, source } = filter;
  const states = state ?? (all || !isUnnamed ? undefined : (["open", "acknowledged"] as const));
  return {
    ...(states === undefined ? {} : { states }),
    ...(severity === undefined ? {} : { severity }),
    ...(since === undefined ? {} : { since: Math.max(0, timeOf("since", since, Date.now())) }),
    ...(source === undefined ? {} : { address: source }),
  };
}

function muteParams(
  id: string | undefined,
  options: IncidentsMuteOptions,
  nowMs: number,
): IncidentsMuteParams {
  const given = MUTE_KINDS.filter((kind) => options[kind] !== undefined);
  const [kind] = given;
  if (given.length + (id === undefined ? 0 : 1) !== 1) {
    throw usage("one of an incident's id, --source, --destination, --sid and --finding was expected");
  }
  const until = untilMs(options, nowMs);
  return {
    reason: options.reason,
    who: whoAmI(),
    ...(id === undefined ? {} : { id }),
    ...(kind === undefined ? {} : { kind, value: options[kind]! }),
    ...(until === undefined ? {} : { until }),
  };
}

function untilMs({ for: duration, until }: IncidentsMuteOptions, nowMs: number): number | undefined {
  if (until !== undefined) return timeOf("until", until, nowMs);
  if (duration === undefined) return undefined;
  const ms = parseDuration(duration);
  if (ms === undefined || ms <= 0) throw usage("--for: a duration such as 12h or 7d was expected");
  return nowMs + ms;
}

function timeOf(option: "since" | "until", text: string, nowMs: number): number {
  const end = option === "since" ? "from" : "to";
  try {
    return timeArgument(text, end, nowMs);
  } catch (error) {
    if (!(error instanceof StrayError)) throw error;
    throw new StrayError(error.code, error.message.replace(`--${end}:`, `--${option}:`), 2);
  }
}

/** Who changes something; a note for people, not a proof. */
function whoAmI(): string {
  const { SUDO_USER: behind } = process.env;
  if (behind) return behind.slice(0, 64);
  try {
    return userInfo().username.slice(0, 64);
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

function usage(message: string): StrayError {
  return new StrayError("USAGE", message, 2);
}
