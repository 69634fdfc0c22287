// The keeper of rules: what it prepares, puts in force, reports and tells; a failure leaves what was in force.

import { unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { StrayConfig } from "../../../host/config/types.js";
import { RuleKeeper } from "../../../host/sensor/rule-keeper.js";
import { ruleList } from "../../../host/sensor/rule-list.js";
import { WorkerHandle } from "../../../host/sensor/worker-handle.js";
import { configWith, pushWord, RULE_LIMITS, ruleText, temporaryFolder } from "./rules-rig.js";

let logged: string[];
let keeper: RuleKeeper;
let workers: WorkerHandle[];

beforeEach(() => {
  logged = [];
  keeper = new RuleKeeper((level, message) => logged.push(`${level}: ${message}`), 50);
  workers = [0, 1].map((number) => new WorkerHandle(number, RULE_LIMITS, () => undefined));
  for (const worker of workers) worker.prepare(RULE_LIMITS);
});

async function use(config: StrayConfig): Promise<void> {
  await keeper.use(await keeper.prepare(config), config, workers);
}

const matches = () => ruleList(keeper.rules, workers).map(({ sid, matches }) => [sid, matches]);
const BAD = 'alert udp any any -> any 53 (msg:"bad"; nosuchoption; sid:9;)\n';

describe("RuleKeeper", () => {
  it("has nothing to begin with", () => {
    expect(keeper.report()).toEqual({
      rules: 0,
      refused: 0,
      warnings: 0,
      files: [],
      bytes: 0,
      bytesMax: 0,
      loadedMs: 0,
    });
  });

  it("puts nothing in force before it is asked to", async () => {
    const config = configWith(ruleText(1, "attack"));
    const loaded = await keeper.prepare(config);
    expect(keeper.rules).toEqual([]);
    pushWord(workers[0]!, "attack");
    await keeper.use(loaded, config, workers);
    expect(matches()).toEqual([[1, 0]]);
  });

  it("puts rules in force in every worker, and adds up what they count", async () => {
    await use(configWith(ruleText(1, "attack") + ruleText(2, "worm")));
    for (const worker of workers) pushWord(worker, "attack");
    pushWord(workers[1]!, "worm");
    expect(ruleList(keeper.rules, workers)).toEqual([
      expect.objectContaining({ gid: 1, sid: 1, rev: 1, action: "alert", matches: 2, alerts: 2, line: 1 }),
      expect.objectContaining({
        sid: 2,
        message: "found worm",
        matches: 1,
        limited: 0,
        filtered: 0,
        line: 2,
      }),
    ]);
  });

  it("loads the rest of a file with a bad rule, and tells of it by file, line, sid and reason", async () => {
    const config = configWith(ruleText(1, "attack") + BAD);
    await use(config);
    expect(keeper.report()).toMatchObject({ rules: 1, refused: 1, warnings: 0, files: [config.path] });
    expect(logged).toEqual([
      "info: 1 rules in force, 1 refused",
      expect.stringMatching(/^warn: .*own\.rules:2: sid 9: refused: .*nosuchoption/),
    ]);
  });

  it("tells at most twenty of what is wrong by name, and how many more there are", async () => {
    await use(
      configWith(Array.from({ length: 30 }, (_, index) => BAD.replace("9", `${index + 1}`)).join("")),
    );
    expect(logged).toHaveLength(22);
    expect(logged.at(-1)).toBe("warn: 10 more: see `stray rules check`");
  });

  it("refuses a file that can't be read as a whole; the rules before stay", async () => {
    const config = configWith(ruleText(1, "attack"));
    await use(config);
    unlinkSync(config.path);
    await expect(keeper.prepare(config)).rejects.toThrow(
      expect.objectContaining({
        code: "RULES_UNREADABLE",
        exitCode: 2,
        message: expect.stringContaining(`can't read ${config.path}: there is no such file`),
      }),
    );
    pushWord(workers[0]!, "attack");
    expect(matches()).toEqual([[1, 1]]);
  });

  it("refuses rules that are too large for the profile, with the sizes; the rules before stay", async () => {
    await use(configWith(ruleText(1, "attack")));
    const many = Array.from({ length: 20_000 }, (_, index) =>
      ruleText(index + 1, `${"x".repeat(200)}${index}`),
    ).join("");
    await expect(keeper.prepare(configWith(many))).rejects.toThrow(
      expect.objectContaining({ code: "RULES_TOO_LARGE", message: expect.stringMatching(/\d+/) }),
    );
    expect(keeper.report()).toMatchObject({ rules: 1 });
  });

  it("has no rules where there are no files, or packets are not looked into", async () => {
    const config = configWith(ruleText(1, "attack"));
    await use(config);
    await use({ ...config, rules: { files: [], variables: [] } });
    expect(keeper.report()).toMatchObject({ rules: 0, bytes: 0, files: [] });
    await use(config);
    await use({ ...config, inspection: { ...config.inspection, enabled: false } });
    pushWord(workers[0]!, "attack");
    expect(matches()).toEqual([]);
  });

  it("knows HOME_NET from sensor.home, and variables before it and before the files", async () => {
    const rule = 'alert udp any any -> $HOME_NET $DNS (msg:"home"; content:"attack"; sid:1;)\n';
    const config = configWith(`portvar DNS 5353\n${rule}`);
    const rules = { ...config.rules, variables: ["DNS=53"] };
    const home = (...networks: string[]) => ({
      ...config,
      rules,
      sensor: { ...config.sensor, home: networks },
    });
    await use(home("10.0.0.2/32"));
    pushWord(workers[0]!, "attack");
    expect(matches()).toEqual([[1, 1]]);
    await use(home("10.0.0.1", "192.0.2.0/24"));
    pushWord(workers[0]!, "attack");
    expect(matches()).toEqual([[1, 0]]);
    await use({
      ...home("10.0.0.1"),
      rules: { ...rules, variables: ["DNS=53", "HOME_NET=10.0.0.0/8"] },
    });
    pushWord(workers[0]!, "attack");
    expect(matches()).toEqual([[1, 1]]);
  });

  it("keeps counts over a reload that changes no rule, and tells nothing anew", async () => {
    const config = configWith(ruleText(1, "attack") + BAD);
    await use(config);
    pushWord(workers[0]!, "attack");
    const told = logged.length;
    writeFileSync(config.path, `# a comment\n${ruleText(1, "attack", "other words")}`);
    await use(config);
    expect(matches()).toEqual([[1, 1]]);
    expect(keeper.rules[0]).toMatchObject({ message: "other words", place: { line: 2 } });
    expect(logged.slice(told)).toEqual(["info: 1 rules in force, 0 refused"]);
    await use(config);
    expect(logged).toHaveLength(told + 1);
    writeFileSync(config.path, ruleText(1, "attacks"));
    await use(config);
    expect(matches()).toEqual([[1, 0]]);
  });

  it("keeps the numbers of flow bits, whatever rules come and go", async () => {
    const bit = (sid: number, name: string) =>
      `alert udp any any -> any 53 (flowbits:set,${name}; content:"a${sid}"; sid:${sid};)\n`;
    const config = configWith(bit(1, "one") + bit(2, "two"));
    await use(config);
    const first = new Map(keeper.current?.flowbits);
    writeFileSync(config.path, bit(3, "three") + bit(2, "two"));
    await use(config);
    const second = keeper.current?.flowbits;
    expect(second?.get("two")).toBe(first.get("two"));
    expect([...first.values()]).not.toContain(second?.get("three"));
  });

  it("reads what files include, and lists every file", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "more.rules"), ruleText(2, "worm"));
    await use(configWith(`include more.rules\n${ruleText(1, "attack")}include none.rules\n`, folder));
    expect(keeper.report()).toMatchObject({
      rules: 2,
      refused: 1,
      files: [join(folder, "own.rules"), join(folder, "more.rules")],
    });
  });

  it("does not wait for ever for a worker that stands still, and gives it nothing more meanwhile", async () => {
    const [silent] = workers as [WorkerHandle];
    Object.defineProperty(silent, "hasTakenRules", { value: true, writable: true });
    const config = configWith(ruleText(1, "attack"));
    const loaded = await keeper.prepare(config);
    const useRules = silent.useRules.bind(silent);
    silent.useRules = (rules) => {
      useRules(rules);
      Object.assign(silent, { hasTakenRules: false });
    };
    await keeper.use(loaded, config, workers);
    expect(logged[0]).toMatch(/^warn: worker 0 has not taken the new rules for 0\.05 s/);
    expect(keeper.report()).toMatchObject({ rules: 1 });
    await expect(keeper.use(undefined, config, workers)).rejects.toMatchObject({ code: "RULES_BUSY" });
    expect(keeper.report()).toMatchObject({ rules: 1 });
  });
});
