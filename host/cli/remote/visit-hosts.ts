// One command, many sensors: each asked over ssh, side by side, and what they answered put together.
// Apart from a visit to the strayd of this machine, which needs none of it.
// Always holds: at most AT_ONCE are being asked (of what goes on, being connected); one that fails stops no other and
// is told by name; the exit code is the largest of the hosts'; every connection is closed at the end.

import { ControlClient } from "../../control/client.js";
import { StrayError } from "../../errors.js";
import type { Destination } from "../../remote/destination.js";
import { SshRoute } from "../../remote/ssh-route.js";
import type { Output } from "../output/output.js";
import { OutputClosed, OutputWriter } from "../output/writer.js";
import { type HostOutput, HostsOutput } from "./hosts-output.js";
import type { Remote } from "./remote.js";

export const AT_ONCE = 16;
const STDOUT = 1;

export type Work = (client: ControlClient, out: Output) => Promise<number>;

interface Ended {
  readonly name: string;
  readonly exitCode: number;
  readonly hasFailed: boolean;
}

/** Answers the exit code. @throws StrayError of the host, where only one is asked. */
export async function visitHosts(remote: Remote, work: Work): Promise<number> {
  const { hosts } = remote;
  const stop = new AbortController();
  try {
    const [only] = hosts;
    if (hosts.length === 1 && only !== undefined) return await visitOne(only, remote, work, stop.signal);
    return await visitSeveral(remote, work, stop.signal);
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    throw error;
  } finally {
    stop.abort();
  }
}

/** As if it were asked where it stands; only JSON tells the host. */
async function visitOne(host: Destination, remote: Remote, work: Work, signal: AbortSignal): Promise<number> {
  const out = new OutputWriter(STDOUT);
  const marked = remote.form === "json" ? inStream(host.name, remote, out).outputs[0]! : out;
  const { timeoutMs } = remote;
  const client = await ControlClient.over(new SshRoute(host), { timeoutMs, signal });
  const exitCode = await work(client, marked);
  out.flush();
  return exitCode;
}

function inStream(name: string, remote: Remote, out: OutputWriter): HostsOutput {
  return new HostsOutput([name], { ...remote, isStream: true }, out, (text) => out.warn(text));
}

async function visitSeveral(remote: Remote, work: Work, signal: AbortSignal): Promise<number> {
  const { hosts, timeoutMs, isStream } = remote;
  const out = new OutputWriter(STDOUT);
  const names = hosts.map(({ name }) => name);
  const all = new HostsOutput(names, remote, out, (text) => out.warn(text));
  const gate = new Gate(AT_ONCE);
  const visitHost = async (host: Destination, output: HostOutput): Promise<Ended> => {
    const { name } = host;
    const leave = await gate.enter();
    try {
      const mayAsk = () => output.mayAsk();
      const client = await ControlClient.over(new SshRoute(host), { timeoutMs, signal, mayAsk });
      if (isStream) leave();
      const exitCode = await work(client, output).finally(() => client.close());
      return { name, exitCode, hasFailed: false };
    } catch (error) {
      if (!(error instanceof StrayError) || signal.aborted) throw error;
      output.warn(error.message);
      return { name, exitCode: error.exitCode, hasFailed: true };
    } finally {
      leave();
      output.end();
    }
  };
  const ended = await Promise.all(hosts.map((host, index) => visitHost(host, all.outputs[index]!)));
  out.flush();
  const summary = summaryText(ended);
  if (summary !== undefined) out.warn(summary);
  return Math.max(...ended.map(({ exitCode }) => exitCode));
}

/** How it went, where not all went well. */
export function summaryText(ended: readonly Ended[]): string | undefined {
  const failed = ended.filter(({ hasFailed }) => hasFailed);
  const uneasy = ended.filter(({ exitCode, hasFailed }) => !hasFailed && exitCode !== 0);
  if (failed.length + uneasy.length === 0) return undefined;
  const parts = [
    ...(failed.length === 0 ? [] : [`${failed.length} failed (${namesOf(failed)})`]),
    ...(uneasy.length === 0 ? [] : [`${uneasy.length} ended with exit status 1 (${namesOf(uneasy)})`]),
  ];
  return `of ${ended.length} hosts ${parts.join(", ")}`;
}

const NAMES_MAX = 10;

function namesOf(ended: readonly Ended[]): string {
  const names = ended.slice(0, NAMES_MAX).map(({ name }) => name);
  return names.join(", ") + (ended.length > NAMES_MAX ? ", ..." : "");
}

/** Lets so many in at once, in the order in which they came. */
class Gate {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Answers what lets the next one in; to be called again does nothing. */
  async enter(): Promise<() => void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    };
  }
}
