// The rules in force: loaded, given to each worker, and told of.
// Apart from the daemon because a reload builds new rules beside the old ones, and a failed one changes nothing.
// Always holds: every worker has the same rules, or will have when it turns again; those that did not change stay as
// they are, with their counts and thresholds.

import type { StrayConfig } from "../config/types.js";
import { printable, StrayError } from "../errors.js";
import type { SinkLog } from "../export/sink.js";
import { problemText } from "../rules/problem-text.js";
import { profileLimits } from "../wasm/profiles.js";
import { loadInThread } from "./load-in-thread.js";
import type { KeptRules, RuleInWords } from "./rule-words.js";
import type { RulesReport } from "./view.js";
import type { WorkerHandle } from "./worker-handle.js";
import { isSame, NO_RULES } from "./worker-rules.js";

/** Refused rules that are logged by name; the rest are counted. */
const TOLD_MAX = 20;
const TAKE_MS = 5000;
const LOOK_MS = 5;

export class RuleKeeper {
  private loaded: KeptRules | undefined;
  private loadedMs = 0;
  private limitBytes = 0;
  /** Kept for the life of the process: what a session remembers by number must keep its name. */
  private flowbits: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly log: SinkLog,
    private readonly takeMs = TAKE_MS,
  ) {}

  /** Reads and compiles; nothing is in force yet. @throws StrayError when the whole is refused. */
  async prepare(config: StrayConfig): Promise<KeptRules | undefined> {
    if (!config.inspection.enabled || config.rules.files.length === 0) return undefined;
    const { files, variables } = config.rules;
    const { home, profile } = config.sensor;
    const limitBytes = profileLimits(profile).rulesLimit;
    return await loadInThread({ files, variables, home, limitBytes, flowbits: this.flowbits });
  }

  /**
   * Brings what prepare() gave into force in every worker; waits until each has taken it.
   * @throws StrayError RULES_BUSY while a worker has not taken those before; then nothing is changed.
   */
  async use(
    loaded: KeptRules | undefined,
    config: StrayConfig,
    workers: readonly WorkerHandle[],
  ): Promise<void> {
    const silent = workers.find((worker) => !worker.hasTakenRules);
    if (silent !== undefined) {
      const message = `worker ${silent.number} has not taken the rules given to it before: try again`;
      throw new StrayError("RULES_BUSY", message, 1);
    }
    const rules = loaded ?? NO_RULES;
    for (const worker of workers) worker.useRules(rules);
    await this.taken(workers);
    const before = this.loaded;
    this.loaded = loaded;
    if (loaded !== undefined) this.flowbits = loaded.flowbits;
    this.loadedMs = Date.now();
    this.limitBytes = profileLimits(config.sensor.profile).rulesLimit;
    const isOther = !isSame(before?.image, loaded?.image);
    if (isOther || problemTexts(before).join() !== problemTexts(loaded).join()) this.tell();
  }

  get current(): KeptRules | undefined {
    return this.loaded;
  }

  get rules(): readonly RuleInWords[] {
    return this.loaded?.rules ?? [];
  }

  report(): RulesReport {
    const { loaded } = this;
    const refused = loaded?.problems.filter(({ level }) => level === "error").length ?? 0;
    return {
      rules: this.rules.length,
      refused,
      warnings: (loaded?.problems.length ?? 0) - refused,
      files: loaded?.files ?? [],
      bytes: loaded?.image.length ?? 0,
      bytesMax: this.limitBytes,
      loadedMs: this.loadedMs,
    };
  }

  /** A worker that stands still takes them when it goes on, and one that is ended for it when it starts again. */
  private async taken(workers: readonly WorkerHandle[]): Promise<void> {
    const deadline = performance.now() + this.takeMs;
    const waiting = () => workers.filter((worker) => !worker.hasTakenRules);
    while (waiting().length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    for (const { number } of waiting()) {
      const text = `worker ${number} has not taken the new rules for ${this.takeMs / 1000} s: it goes on with those before`;
      this.log("warn", text, { worker: number });
    }
  }

  private tell(): void {
    const { rules, refused, bytes, files } = this.report();
    this.log("info", `${rules} rules in force, ${refused} refused`, { rules, refused, bytes, files });
    const texts = problemTexts(this.loaded);
    for (const text of texts.slice(0, TOLD_MAX)) this.log("warn", text);
    if (texts.length > TOLD_MAX) {
      this.log("warn", `${texts.length - TOLD_MAX} more: see \`stray rules check\``);
    }
  }
}

function problemTexts(loaded: KeptRules | undefined): string[] {
  return loaded?.problems.map((problem) => printable(problemText(problem))) ?? [];
}
