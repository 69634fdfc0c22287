// The work of `stray run`: configuration, log, daemon, and what signals and the service manager ask of it.
// Apart from the daemon because a test starts one without signals.
// Always holds: a bad start leaves nothing behind and exits with 2; SIGTERM ends in an orderly way, a second one too.

import { existsSync } from "node:fs";
import { type LoadedConfig, loadConfig, parseConfig } from "../config/load.js";
import type { ConfigOverrides } from "../config/overrides.js";
import { CONFIG_PATH } from "../config/paths.js";
import { Logger } from "../log/logger.js";
import { Daemon } from "../sensor/daemon.js";
import { takeEngineOptions } from "../system/engine.js";
import { notify, watchdogIntervalMs } from "../system/sd-notify.js";
import { version } from "../version.js";
import type { RawRunOptions } from "./run-command.js";

export async function run(raw: RawRunOptions): Promise<number> {
  takeEngineOptions();
  const path = raw.config ?? CONFIG_PATH;
  const load = (): Promise<LoadedConfig> => loadRun(path, raw);
  const { config, warnings } = await load();
  const log = Logger.create(config.log);
  for (const warning of warnings) log.warn(warning);
  const daemon = await Daemon.start({ configPath: path, load, config, log });
  const { interfaces, filter } = config.capture;
  log.info(`strayd ${version()} captures on ${interfaces.join(", ")}`, {
    filter,
    workers: config.capture.workers,
    profile: config.sensor.profile,
    socket: config.control.socket,
    store: config.store.enabled ? config.store.directory : "",
  });
  const stopWatchdog = serve(daemon, log);
  await daemon.finished;
  stopWatchdog();
  log.close();
  return 0;
}

/** The file, or with interfaces on the command line and no file at the usual place, the defaults. */
async function loadRun(path: string, raw: RawRunOptions): Promise<LoadedConfig> {
  const overrides = overridesOf(raw);
  const isOptional = raw.config === undefined && raw.interface.length > 0 && !existsSync(path);
  return isOptional ? parseConfig("", "defaults", { overrides }) : loadConfig(path, { overrides });
}

function overridesOf(raw: RawRunOptions): ConfigOverrides {
  return {
    ...(raw.interface.length > 0 && { interfaces: raw.interface }),
    ...(raw.filter !== undefined && { filter: raw.filter }),
    ...(raw.store !== undefined && { store: raw.store }),
    ...(raw.socket !== undefined && { socket: raw.socket }),
    ...(raw.user !== undefined && { user: raw.user }),
    ...(raw.profile !== undefined && { profile: raw.profile }),
  };
}

/** Signals, and the service manager's watchdog; answers how to end the latter. */
function serve(daemon: Daemon, log: Logger): () => void {
  const stop = (signal: NodeJS.Signals): void => {
    log.info(`${signal}: stopping`);
    notify("STOPPING=1");
    daemon.stop();
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => {
    // systemd wants the time too (sd_notify(3)), of the monotonic clock, in microseconds.
    notify(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
    // A refusal is logged by the daemon; the old configuration stays.
    daemon.reload().then(
      () => notify("READY=1"),
      () => notify("READY=1"),
    );
  });
  notify("READY=1\nSTATUS=capturing");
  const intervalMs = watchdogIntervalMs();
  if (intervalMs === undefined) return () => undefined;
  const timer = setInterval(() => {
    if (daemon.isAlive) notify("WATCHDOG=1");
  }, intervalMs);
  return () => clearInterval(timer);
}
