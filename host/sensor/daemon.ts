// strayd: the parts put together, started in the right order, and stopped in the reverse one.
// Apart from the parts because the order is the point: sockets while there is root, then less privilege, then
// everything that reads what comes from outside.
// Always holds: the configuration in force is whole: a new one replaces it in every part, or in none.

import { getPriority, setPriority } from "node:os";
import type { AlertSink } from "../alert/alert-sink.js";
import { configDifferences } from "../config/differences.js";
import type { LoadedConfig } from "../config/load.js";
import { tableNeed } from "../config/memory-parts.js";
import type { StrayConfig } from "../config/types.js";
import { addAlertMethods } from "../control/alert-methods.js";
import { AuditLog } from "../control/audit.js";
import { addDarkMethods } from "../control/dark-methods.js";
import { addIncidentMethods } from "../control/incident-methods.js";
import { addInlineMethods } from "../control/inline-methods.js";
import { addRuleMethods } from "../control/rule-methods.js";
import { ControlServer } from "../control/server.js";
import { messageOf, StrayError } from "../errors.js";
import type { RecordSink, SinkLog } from "../export/sink.js";
import type { Logger } from "../log/logger.js";
import { OpenedQueue } from "../notice/opened-queue.js";
import type { Vitals } from "../notice/watch.js";
import { FINDING_NAMES } from "../record/findings.js";
import type { Capability } from "../system/capabilities.js";
import { dropPrivileges, findAccount } from "../system/privileges.js";
import { version } from "../version.js";
import { AlertSinks } from "./alert-sinks.js";
import type { Capture } from "./capture.js";
import { type CaptureFilters, CaptureSet, compileFilters } from "./capture-set.js";
import { countersReport } from "./counters.js";
import { DarkKeeper } from "./dark-keeper.js";
import { prepareDirectories } from "./directories.js";
import { RecordFeed } from "./feed.js";
import { gauges } from "./gauges.js";
import { IncidentKeeper } from "./incident-keeper.js";
import { InlineKeeper } from "./inline-keeper.js";
import { newSeed, workerLimits } from "./limits.js";
import { queryFlows } from "./live-table.js";
import { type ManagedReport, Management, managedParts } from "./management.js";
import { inlineProblems, LOSS_NAMES, ProblemWatch, ruleProblems } from "./problems.js";
import { planReload, type ReloadPlan } from "./reload.js";
import { RuleKeeper } from "./rule-keeper.js";
import { ruleList } from "./rule-list.js";
import type { KeptRules } from "./rule-words.js";
import { Sinks } from "./sinks.js";
import { Supervisor } from "./supervisor.js";
import type { CountersReport, FlowPage, FlowQuery, ReloadReport, SensorView, StatusReport } from "./view.js";
import { isSame } from "./worker-rules.js";

const PULSE_MS = 1000;
/** Of nice(1). */
const INLINE_NICE = -10;

export interface DaemonOptions {
  /** Path of the configuration, to be shown. */
  readonly configPath: string;
  readonly config: StrayConfig;
  /** Reads the configuration again, the command line's part included. */
  readonly load: () => Promise<LoadedConfig>;
  readonly log: Logger;
}

export class Daemon implements SensorView {
  /** Resolves when strayd has stopped. */
  readonly finished: Promise<void>;
  private config: StrayConfig;
  private configLoadedMs = Date.now();
  private configError: string | undefined;
  private readonly startedMs = Date.now();
  private readonly log: SinkLog;
  private readonly captureLog: SinkLog;
  private readonly seed = newSeed();
  private readonly feed: RecordFeed;
  private readonly supervisor: Supervisor;
  private readonly sinks: Sinks;
  private readonly alertSinks: AlertSinks;
  private readonly incidents: IncidentKeeper;
  private readonly dark: DarkKeeper;
  private readonly rules: RuleKeeper;
  private readonly inline: InlineKeeper;
  private readonly management: Management;
  private readonly audit: AuditLog;
  private readonly watch = new ProblemWatch();
  private readonly opened = new OpenedQueue();
  private readonly own = { reloads: 0, "reloads-refused": 0 };
  private capture: Capture | undefined;
  private control: ControlServer | undefined;
  private privileges = { user: "", text: "" };
  private timer: NodeJS.Timeout | undefined;
  private stopping: Promise<void> | undefined;
  private reloading: Promise<unknown> = Promise.resolve();
  private hasFinished!: () => void;

  private constructor(private readonly options: DaemonOptions) {
    this.config = options.config;
    const { log } = options;
    this.log = sinkLog(log);
    this.captureLog = sinkLog(log.child({ component: "capture" }));
    this.feed = new RecordFeed(() => this.supervisor.workers, this.log);
    this.dark = new DarkKeeper({
      log: sinkLog(log.child({ component: "detection" })),
      workers: () => this.supervisor.workers,
    });
    this.supervisor = new Supervisor(this.feed, sinkLog(log.child({ component: "workers" })), this.dark);
    const context = {
      log: sinkLog(log.child({ component: "output" })),
      stats: { stats: () => ({ ...this.counters() }) },
      interfaceName: () => {
        const [only, ...others] = this.config.capture.interfaces;
        return others.length === 0 ? only : undefined;
      },
    };
    this.sinks = new Sinks(context);
    this.alertSinks = new AlertSinks(context);
    this.rules = new RuleKeeper(sinkLog(log.child({ component: "rules" })));
    this.inline = new InlineKeeper(sinkLog(log.child({ component: "inline" })), () =>
      findAccount(this.config.sensor.user),
    );
    this.incidents = new IncidentKeeper({
      log: context.log,
      startedMs: this.startedMs,
      rulesImage: () => this.rules.current?.image,
      evidenceFile: () => this.alertSinks.evidenceFile,
      addressState: (address) => this.dark.stateOf(address),
      isLossNear: (us) => this.dark.losses.isNear(us),
      onOpened: (incident) => this.opened.push(incident),
    });
    const managementLog = sinkLog(log.child({ component: "management" }));
    this.management = new Management(
      managedParts({
        view: this,
        log: managementLog,
        incidents: () => this.incidents.inUse,
        findingCounts: () => FINDING_NAMES.map((name) => this.total(`finding-${name}`)),
        vitals: () => this.vitals(),
        takeOpened: () => this.opened.take(),
        noticeTakers: () => this.sinks.noticeTakers,
        controlCounts: () => this.control?.counters() ?? {},
      }),
      managementLog,
    );
    this.audit = new AuditLog({
      path: this.config.control.audit,
      log: sinkLog(log.child({ component: "audit" })),
    });
    this.finished = new Promise((resolve) => {
      this.hasFinished = resolve;
    });
  }

  /** @throws StrayError with what is wrong; then nothing is left behind. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options);
    try {
      await daemon.begin();
    } catch (error) {
      // A thread that goes on keeps the process from ending.
      await daemon.supervisor.abandon();
      await daemon.release();
      throw error;
    }
    return daemon;
  }

  /** True when every worker has shown a sign of life lately: what a watchdog may be told. */
  get isAlive(): boolean {
    const now = Date.now();
    return this.supervisor.workers.every((worker) => worker.lagMs(now) < 5 * PULSE_MS);
  }

  status(): StatusReport {
    const { config } = this;
    const nowMs = Date.now();
    const workers = this.supervisor.reports(nowMs);
    const interfaces = this.capture?.reports ?? [];
    const sinks = this.allSinks.map((sink) => ({ name: sink.name, ...sink.state() }));
    const rules = this.rules.report();
    const incidents = this.incidents.report();
    const inline = this.inline.report();
    return {
      version: version(),
      name: config.sensor.name,
      pid: process.pid,
      startedMs: this.startedMs,
      nowMs,
      uptimeMs: nowMs - this.startedMs,
      profile: config.sensor.profile,
      config: this.options.configPath,
      configLoadedMs: this.configLoadedMs,
      ...(this.configError === undefined ? {} : { configError: this.configError }),
      user: this.privileges.user,
      privileges: this.privileges.text,
      capture: {
        mode: config.capture.mode,
        filter: config.capture.filter,
        snapLen: config.capture.snapLen,
      },
      interfaces,
      workers,
      sinks,
      rules,
      detection: this.dark.report(),
      ...(inline === undefined ? {} : { inline }),
      ...(incidents === undefined ? {} : { incidents }),
      memory: { residentBytes: process.memoryUsage.rss(), tableBytes: tableNeed(config) },
      problems: [
        ...this.watch.sentences(nowMs, interfaces, workers, sinks),
        ...ruleProblems(rules),
        ...this.dark.problems(),
        ...inlineProblems(inline),
        ...(this.capture?.notes ?? []),
        ...(this.configError === undefined
          ? []
          : [`the latest reload was refused, the old configuration is in force: ${this.configError}`]),
      ],
    };
  }

  counters(): CountersReport {
    const { workers } = this.supervisor;
    return countersReport({
      resetMs: this.startedMs,
      workers,
      gauges: gauges(workers, this.capture?.reports ?? [], this.dark.report()),
      interfaces: this.capture?.counters ?? [],
      sinks: this.allSinks,
      own: {
        ...this.own,
        ...this.dark.counters(),
        "sink-errors": this.feed.errors,
      },
    });
  }

  /** Everything that writes or tells somewhere. */
  private get allSinks(): readonly ManagedReport[] {
    return [
      ...this.recordSinksInUse,
      ...this.alertSinks.all,
      ...this.sinks.alertSinks,
      ...this.management.reports,
      ...this.audit.reports,
    ];
  }

  private get recordSinksInUse(): readonly RecordSink[] {
    return [...this.sinks.all, ...this.incidents.records];
  }

  private get alertSinksInUse(): readonly AlertSink[] {
    return [...this.alertSinks.all, ...this.sinks.alertSinks, ...this.incidents.alerts];
  }

  /** One count of the whole sensor: for what is looked at each second, without a report of everything. */
  private total(name: string): number {
    if (name === "kernel-drops") return this.capture?.drops ?? 0;
    return this.supervisor.workers.reduce((sum, worker) => sum + worker.counterOf(name), 0);
  }

  /** What is watched each second; undefined while capture begins anew, when counts are not whole. */
  private vitals(): Vitals | undefined {
    if (this.capture === undefined) return undefined;
    const { workers } = this.supervisor;
    return {
      nowMs: Date.now(),
      packets: this.total("packets"),
      drops: this.capture.drops,
      flows: workers.reduce((sum, { flows }) => sum + flows, 0),
      flowsMax: workers.reduce((sum, { flowsMax }) => sum + flowsMax, 0),
      inline: this.inline.vitals(),
      refusals: this.own["reloads-refused"],
      refusal: this.configError ?? "",
      config: this.options.configPath,
    };
  }

  flows(query: FlowQuery): Promise<FlowPage> {
    return queryFlows(this.supervisor.workers, query);
  }

  /** One at a time, in order. */
  reload(): Promise<ReloadReport> {
    const result = this.reloading.then(() => this.reloadOnce());
    this.reloading = result.catch(() => undefined);
    return result;
  }

  stop(): void {
    this.stopping ??= this.end();
  }

  private async begin(): Promise<void> {
    const { config } = this;
    const account = findAccount(config.sensor.user);
    const filters = compileFilters(config.capture);
    const rules = await this.rules.prepare(config);
    this.supervisor.prepare(config.capture.workers, workerLimits(config, this.seed));
    await this.rules.use(rules, config, this.supervisor.workers);
    this.capture = this.openCapture(config, filters);
    prepareDirectories(config, account);
    this.control = await ControlServer.listen({
      socket: config.control.socket,
      group: config.control.group,
      owner: account,
      access: { operators: config.control.operators, admins: config.control.admins },
      audit: this.audit.tell,
      clientsMax: config.control.clientsMax,
      view: this,
      version: version(),
      log: sinkLog(this.options.log.child({ component: "control" })),
    });
    addAlertMethods(this.control.methods, () => this.alertSinks.alertLog);
    addRuleMethods(this.control.methods, () => ruleList(this.rules.rules, this.supervisor.workers));
    addIncidentMethods(this.control.methods, () => this.incidents.engine);
    addDarkMethods(this.control.methods, this.dark);
    addInlineMethods(this.control.methods, this.inline);
    if (config.inline.mode !== "tap") this.goFirst();
    await this.management.bind(config);
    this.privileges = dropPrivileges({ user: config.sensor.user, keep: capabilitiesOf(config) });
    this.audit.open();
    await this.sinks.open(config);
    await this.alertSinks.open(config);
    this.incidents.open(config);
    this.dark.open(config);
    await this.management.open(config);
    this.feed.use(this.recordSinksInUse, this.alertSinksInUse);
    this.feed.start();
    this.markLosses(this.startedMs);
    await this.supervisor.start(this.capture);
    this.timer = setInterval(() => void this.pulse(), PULSE_MS);
    for (const note of this.capture.notes) this.log("warn", note);
  }

  /** Who forwards goes before who only works on this machine; threads begin with what their maker has. */
  private goFirst(): void {
    try {
      // The unit sets it, and forbids to.
      if (getPriority() > INLINE_NICE) setPriority(INLINE_NICE);
    } catch {
      this.log("info", "frames are forwarded at ordinary priority: CAP_SYS_NICE is needed for more");
    }
  }

  private async pulse(): Promise<void> {
    const nowMs = Date.now();
    this.supervisor.watch(nowMs);
    this.dark.pulse();
    try {
      await this.capture?.pulse();
    } catch (error) {
      this.log("error", `watching the interfaces: ${messageOf(error)}`);
    }
    this.markLosses(nowMs);
    this.management.pulse(nowMs);
    this.audit.pulse(nowMs);
  }

  private markLosses(nowMs: number): void {
    this.watch.mark(
      nowMs,
      LOSS_NAMES.map((name) => this.total(name)),
    );
  }

  private async reloadOnce(): Promise<ReloadReport> {
    if (this.stopping) throw new StrayError("STOPPING", "strayd is stopping");
    try {
      const { config, warnings } = await this.options.load();
      refuseNewPair(this.config, config);
      const changed = configDifferences(this.config, config);
      const plan = planReload(changed);
      // Rule files may have changed though their names have not: they are read at each reload.
      const rules = await this.rules.prepare(config);
      const isOther = await this.apply(config, plan, rules);
      this.own.reloads++;
      this.configError = undefined;
      this.configLoadedMs = Date.now();
      this.log("info", changed.length === 0 ? "reloaded: no key has changed" : "reloaded", { changed });
      const messages = [
        ...warnings,
        ...(isOther ? [`other rules are in force: ${this.rules.rules.length}`] : []),
        ...ruleProblems(this.rules.report()),
      ];
      return { changed, restartedCapture: plan.restartsCapture, messages };
    } catch (error) {
      this.own["reloads-refused"]++;
      this.configError = messageOf(error);
      this.log("error", `reload refused, the old configuration stays in force: ${this.configError}`);
      throw error;
    } finally {
      // Whoever moved a file away (logrotate) wants a new one, whatever became of the configuration.
      this.sinks.reopen();
      this.alertSinks.reopen();
      this.audit.reopen();
    }
  }

  /**
   * Every part, or none: what was done is undone when a later part fails. Answers whether other rules are in force.
   * Alerts wait in the rings meanwhile: none goes to a file that is being closed.
   */
  private async apply(config: StrayConfig, plan: ReloadPlan, rules: KeptRules | undefined): Promise<boolean> {
    const old = this.config;
    const oldRules = this.rules.current;
    const rulesOf = (it: StrayConfig) => (it === old ? oldRules : rules);
    const undo: (() => Promise<void>)[] = [];
    const step = async (wanted: boolean, work: (config: StrayConfig) => Promise<void>): Promise<void> => {
      if (!wanted) return;
      undo.push(() => work(old));
      await work(config);
    };
    try {
      this.config = config;
      // Before workers begin anew: they begin with what is known.
      await step(plan.replacesHomes || plan.restartsCapture, (it) => this.dark.use(it));
      await step(plan.restartsCapture, (it) => this.restartCapture(it, rulesOf(it)));
      await step(plan.adjustsCapture && !plan.restartsCapture, async (it) => {
        this.capture?.adjust(it, compileFilters(it.capture));
      });
      await step(plan.adjustsInline && !plan.restartsCapture, (it) => this.adjustInline(it));
      await step(plan.adjustsFlows && !plan.restartsCapture, (it) =>
        this.supervisor.adjust(workerLimits(it, this.seed)),
      );
      await step(!plan.restartsCapture, async (it) => {
        await this.rules.use(rulesOf(it), it, this.supervisor.workers);
      });
      if (plan.replacesAlerts || plan.replacesExporters || plan.replacesIncidents) {
        this.feed.use(this.recordSinksInUse, undefined);
      }
      await step(plan.replacesStore, (it) => this.sinks.replaceStore(it));
      await step(plan.replacesExporters, (it) => this.sinks.replaceExporters(it));
      await step(plan.replacesAlerts, (it) => this.alertSinks.replace(it));
      await step(plan.replacesIncidents, (it) => this.incidents.replace(it));
      this.incidents.useConfig(config);
      for (const replace of this.management.steps(plan)) await step(true, replace);
      await step(plan.setsLog, async (it) => this.options.log.setLevel(it.log.level));
    } catch (error) {
      this.config = old;
      this.incidents.useConfig(old);
      for (const back of undo.toReversed()) {
        try {
          await back();
        } catch (failure) {
          this.log("error", `going back to the old configuration: ${messageOf(failure)}`);
        }
      }
      throw error;
    } finally {
      this.feed.use(this.recordSinksInUse, this.alertSinksInUse);
    }
    return !isSame(this.rules.current?.image, oldRules?.image);
  }

  private async restartCapture(config: StrayConfig, rules: KeptRules | undefined): Promise<void> {
    const filters = compileFilters(config.capture);
    this.inline.pause();
    await this.supervisor.stop();
    this.capture?.close();
    this.capture = undefined;
    this.supervisor.prepare(config.capture.workers, workerLimits(config, this.seed));
    await this.rules.use(rules, config, this.supervisor.workers);
    this.dark.forgetConversations();
    this.capture = this.openCapture(config, filters);
    await this.supervisor.start(this.capture);
  }

  private openCapture(config: StrayConfig, filters: CaptureFilters): Capture {
    const [worker] = this.supervisor.workers;
    if (config.inline.mode !== "tap" && worker !== undefined) {
      return this.inline.open(worker, config, this.dark);
    }
    this.inline.release(false);
    return CaptureSet.open(this.supervisor.workers, config.capture, filters, this.captureLog, this.dark);
  }

  private async adjustInline(config: StrayConfig): Promise<void> {
    this.capture?.adjust(config, new Map());
    await this.inline.adjust(config);
  }

  private async end(): Promise<void> {
    await this.reloading;
    this.log("info", "stopping");
    this.inline.pause();
    await this.supervisor.stop();
    await this.release();
    this.log("info", "stopped", { records: this.feed.records, alerts: this.feed.alerts });
    this.hasFinished();
  }

  private async release(): Promise<void> {
    clearInterval(this.timer);
    this.feed.stop();
    this.capture?.close();
    this.inline.end();
    await this.management.close();
    await this.incidents.close();
    await this.dark.close();
    await this.alertSinks.close();
    await this.sinks.close();
    await this.control?.close();
    await this.audit.close();
  }
}

/** What joins two interfaces needs what was given up after the start. */
function refuseNewPair(old: StrayConfig, config: StrayConfig): void {
  if (old.inline.mode !== "tap" || config.inline.mode === "tap") return;
  const message = `inline.mode can't change from tap to ${config.inline.mode} while strayd runs: restart it`;
  throw new StrayError("RELOAD_REFUSED", message, 2);
}

/** A sensor in the wire also puts its program back where an interface went and came. */
function capabilitiesOf({ inline }: StrayConfig): readonly Capability[] {
  return inline.mode === "tap"
    ? ["CAP_NET_RAW", "CAP_NET_ADMIN"]
    : ["CAP_NET_RAW", "CAP_NET_ADMIN", "CAP_BPF"];
}

function sinkLog(log: Logger): SinkLog {
  return (level, message, data) => log[level](message, data);
}
