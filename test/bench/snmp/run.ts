// `npm run bench:snmp`: what a walk of everything in STRAY-MIB costs strayd, by way of Debian's snmpd, with each client, without
// incidents and with as many as are kept; results go to test/bench/snmp/RESULTS.md. As root.
// `-- --quick` takes few walks and writes nothing.
// Apart from the system test, which holds the values and not the cost.
// Always holds: processor time is that of all of strayd's threads, by the scheduler's own count, less what strayd took at rest
// in as much time just before; the look at the sensor is in each walk. The exit code is 0 whether the target is met or not.

import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { IncidentStore } from "../../../host/incident/incident-store.js";
import { LiveIncident } from "../../../host/incident/live.js";
import { migrate } from "../../../host/incident/schema.js";
import { SUBAGENT_NAME } from "../../../host/snmp/agentx/subagent.js";
import { Database } from "../../../host/sqlite/database.js";
import { until } from "../../support/daemon.js";
import { LETTER } from "../../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../../support/live-rig.js";
import { exactCpuMs } from "../../support/process-usage.js";
import { hasSnmpTools, Snmpd } from "../../support/snmp-tools.js";
import { DAEMON_ACCOUNT, DaemonHome } from "../../support/strayd.js";
import { machineFacts, table } from "../report.js";

const RESULTS = new URL("RESULTS.md", import.meta.url);
const GOAL_MS = 50;
const LOOK_MS = 1000;
const CLIENTS = ["snmpbulkwalk", "snmpwalk"] as const;
/** `incidents.max` as it comes. */
const KEPT = 10_000;
const isQuick = process.argv.includes("--quick");
const WALKS = isQuick ? 3 : 15;
const [loadBefore = 0] = loadavg();

interface Row {
  readonly what: string;
  readonly requests: number;
  readonly firstMs: number;
  readonly costs: readonly number[];
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A file as a sensor leaves it that has seen much. */
function fillIncidents(path: string): void {
  const database = Database.open(join(path, "incidents.db"));
  database.useWal();
  migrate(database);
  const store = new IncidentStore(database);
  const evidence = Array.from({ length: 20 }, (_, at) => ({
    text: `what speaks for it, number ${at}`,
    weight: 5,
  }));
  const states = ["open", "open", "acknowledged", "closed"] as const;
  const causes = ["scan", "leaky-filter", "unknown", "backscatter"] as const;
  database.transaction(() => {
    for (let number = 1; number <= KEPT; number++) {
      const subject = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
      const cause = causes[number % 4]!;
      store.save(
        new LiveIncident(
          {
            number,
            id: `ID${number}`,
            kind: "source",
            state: states[(number >> 2) % 4]!,
            severity: 1 + (number % 4),
            title: `${subject} scans`,
            subject,
            firstUs: Date.now() * 1000 - number * 1000,
            lastUs: Date.now() * 1000,
            openedMs: Date.now(),
            changedMs: Date.now(),
            closedMs: null,
            alerts: 1,
            flows: 2,
            packets: 3,
            bytes: 4,
            reopened: 0,
            suppressed: 0,
            cause,
            causeScore: 70,
          },
          { causes: [{ cause, score: 70, evidence }] },
        ),
      );
    }
  });
  void database.close();
}

interface Rate {
  /** Of processor time. */
  readonly ms: number;
  readonly wallMs: number;
  readonly msPerMs: number;
}

async function rate(pid: number, work: () => Promise<unknown>): Promise<Rate> {
  const [cpu, from] = [exactCpuMs(pid), performance.now()];
  await work();
  const [ms, wallMs] = [exactCpuMs(pid) - cpu, performance.now() - from];
  return { ms, wallMs, msPerMs: ms / wallMs };
}

async function measure(rig: LiveRig, incidents: boolean): Promise<Row[]> {
  const home = new DaemonHome();
  const folder = join(home.folder, "snmp");
  mkdirSync(folder);
  const snmpd = new Snmpd(folder, rig.sensor, { user: DAEMON_ACCOUNT.name, group: "nogroup" });
  const rows: Row[] = [];
  try {
    if (incidents) {
      mkdirSync(home.incidentsPath);
      fillIncidents(home.incidentsPath);
    }
    await snmpd.start();
    home.configure({
      sensor: { profile: "default" },
      capture: { interfaces: [SENSOR_INTERFACE] },
      rules: { files: ["starter"] },
      snmp: { agentx: snmpd.socket },
    });
    const daemon = await home.start(rig.sensor);
    const has = async () => (await snmpd.walk("STRAY-MIB::strayVersion")).has("strayVersion.0");
    await until("snmpd has the MIB", has);
    const letter = LETTER.file(rig.folder);
    await rig.replay(letter.path, { rate: 1000 });
    await home.seen(letter.packets);
    const requests = async () =>
      (await home.counters()).sinks.find(({ name }) => name === SUBAGENT_NAME)?.counters["requests"] ?? 0;
    for (const client of CLIENTS) {
      const before = await requests();
      const costs: number[] = [];
      for (let walk = 0; walk < WALKS; walk++) {
        const rest = await rate(daemon.pid, () => sleep(LOOK_MS));
        const walked = await rate(daemon.pid, () => snmpd.walk("STRAY-MIB::strayMIB", "v3", client));
        costs.push(walked.ms - rest.msPerMs * walked.wallMs);
      }
      const [firstMs = 0, ...rest] = costs;
      const each = ((await requests()) - before) / WALKS;
      rows.push({
        what: `${client}, ${incidents ? `${KEPT} incidents` : "one incident"}`,
        requests: each,
        firstMs,
        costs: rest.sort((a, b) => a - b),
      });
    }
    await daemon.stop();
  } finally {
    await snmpd.stop();
    await home.remove();
  }
  return rows;
}

const median = ({ costs }: Row) => costs[costs.length >> 1] ?? 0;
const text = (ms: number) => ms.toFixed(1);

function cells(row: Row): string[] {
  const { what, requests, firstMs, costs } = row;
  const span = `${text(costs[0] ?? 0)} to ${text(costs.at(-1) ?? 0)}`;
  const under = [firstMs, ...costs].filter((ms) => ms < GOAL_MS).length;
  const verdict = `${under} of ${costs.length + 1}`;
  return [what, String(Math.round(requests)), text(firstMs), `${text(median(row))} (${span})`, verdict];
}

if (!canPlayLive() || !hasSnmpTools()) process.exit(1);
const rig = new LiveRig("bench-snmp");
try {
  const rows = [...(await measure(rig, false)), ...(await measure(rig, true))];
  const heads = [
    "Walk of everything",
    "Requests",
    "First, ms",
    "Then, ms: median (least to most)",
    `Under ${GOAL_MS} ms`,
  ];
  const found = table([heads, ...rows.map(cells)]);
  console.log(found);
  if (!isQuick) {
    writeFileSync(
      RESULTS,
      `# SNMP benchmark results

Written by \`npm run bench:snmp\`; see \`test/bench/snmp/\` for what it does. Processor time of all threads of strayd (profile
\`default\`) for a walk of the whole of STRAY-MIB by way of Debian's snmpd, in v3 with authPriv; ${WALKS} walks, the
first one after the start apart, less what strayd took at rest in as much time just before. snmpd asks for
one object at a time, in a bulk walk too: most of it is a system call to read and one to write for each. The dearest walk is
mostly the one some eight seconds after a start, when V8 tidies up.

${machineFacts()
  .map((fact) => `- ${fact}`)
  .join("\n")}
- Load of others before it began: ${loadBefore.toFixed(2)}

${found}
`,
    );
  }
} finally {
  rig.remove();
}
