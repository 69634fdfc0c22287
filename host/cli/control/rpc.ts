// The work of `stray rpc`: standard input and output joined to the control socket.
// Apart from the control client, which asks by itself: here somebody else does, from another machine.
// Always holds: nothing is passed on before strayd has taken the session; what waits is bounded by the pipes; it ends when
// either end does, and no end that hangs holds it for ever.

import type { Readable, Writable } from "node:stream";
import { rpcError } from "../../control/client-errors.js";
import { introduction, sshOrigin } from "../../control/introduction.js";
import { LineBuffer } from "../../control/line-buffer.js";
import type { SessionParams } from "../../control/protocol.js";
import { lesserOf, type Role } from "../../control/roles.js";
import { type ControlLink, SocketRoute } from "../../control/route.js";
import type { RpcOptions } from "../rpc-command.js";

export interface RpcEnds {
  readonly input: Readable;
  readonly output: Writable;
  readonly environment: NodeJS.ProcessEnv;
  readonly limits?: Partial<RpcLimits>;
}

export interface RpcLimits {
  /** For the connection, and for the answer to the session. */
  readonly answerMs: number;
  /** Behind the end of the input, for what is still to be answered: a reload may take long. */
  readonly lastAnswersMs: number;
  /** For whoever reads the output to take what is left. */
  readonly drainMs: number;
}

const LIMITS: RpcLimits = { answerMs: 5000, lastAnswersMs: 60_000, drainMs: 10_000 };
/** The answer to v1.session is short, and so is a refusal. */
const ANSWER_BYTES_MAX = 65_536;

export async function runRpc({ socket, role }: RpcOptions, ends: RpcEnds = standardEnds()): Promise<number> {
  const limits = { ...LIMITS, ...ends.limits };
  const route = new SocketRoute(socket);
  const link = await route.open(limits.answerMs);
  try {
    const rest = await introduce(route, link, sessionOf(role, ends.environment), limits.answerMs);
    await join(link, rest, ends, limits);
    return 0;
  } finally {
    link.close();
    // Else a terminal or a pipe that stays open would keep the process.
    ends.input.destroy();
  }
}

function standardEnds(): RpcEnds {
  return { input: process.stdin, output: process.stdout, environment: process.env };
}

/** What a restricted login says for all its commands, and this command's own. */
function sessionOf(role: Role | undefined, environment: NodeJS.ProcessEnv): SessionParams {
  const { role: roleMax, ...told } = introduction() ?? {};
  const from = sshOrigin(environment);
  const least = role !== undefined && roleMax !== undefined ? lesserOf(role, roleMax) : (role ?? roleMax);
  return { via: "stray rpc", ...(from !== undefined && { from }), ...told, ...(least && { role: least }) };
}

/** Sends the session; answers what came behind its answer. @throws StrayError what strayd says, or that it says nothing. */
function introduce(
  route: SocketRoute,
  link: ControlLink,
  session: SessionParams,
  answerMs: number,
): Promise<Buffer> {
  const { stream } = link;
  const lines = new LineBuffer(ANSWER_BYTES_MAX);
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      stream.off("data", take);
      stream.off("close", lost);
      stream.pause();
      act();
    };
    const timer = setTimeout(() => settle(() => reject(route.noAnswer(answerMs))), answerMs);
    const lost = () => settle(() => void link.whyEnded().then(reject));
    const take = (chunk: Buffer) => {
      lines.push(chunk);
      const line = lines.next();
      if (line === undefined && !lines.isOverlong) return;
      settle(() => {
        const failure = line === undefined ? route.notStray() : failureIn(route, line);
        if (failure === undefined) resolve(Buffer.from(lines.rest() ?? ""));
        else reject(failure);
      });
    };
    stream.on("error", () => undefined);
    stream.on("data", take);
    stream.once("close", lost);
    stream.write(
      `${JSON.stringify({ jsonrpc: "2.0", id: "session", method: "v1.session", params: session })}\n`,
    );
  });
}

function failureIn(route: SocketRoute, line: string): Error | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(line);
  } catch {
    return route.notStray();
  }
  if (typeof answer !== "object" || answer === null || !("jsonrpc" in answer)) return route.notStray();
  if (!("error" in answer)) return undefined;
  const { code, message, data } = answer.error as { code: number; message: string; data?: unknown };
  return rpcError(route.name, code, message, data);
}

/** Until one of them has ended. */
function join(
  { stream }: ControlLink,
  rest: Buffer,
  { input, output }: RpcEnds,
  limits: RpcLimits,
): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const finish = () => {
      clearTimeout(timer);
      resolve();
    };
    const finishWithin = (limitMs: number) => {
      clearTimeout(timer);
      timer = setTimeout(finish, limitMs);
    };
    const giveUp = () => {
      output.destroy();
      finish();
    };
    let unread: NodeJS.Timeout | undefined;
    const pass = (chunk: Buffer) => {
      if (output.write(chunk)) return;
      stream.pause();
      unread = setTimeout(giveUp, limits.drainMs);
    };
    output.on("drain", () => {
      clearTimeout(unread);
      stream.resume();
    });
    output.once("error", finish);
    output.once("close", finish);
    input.once("error", () => stream.end());
    input.once("end", () => finishWithin(limits.lastAnswersMs));
    // What is written is taken by the reader, or the reader is given up.
    stream.once("close", () => {
      finishWithin(limits.drainMs);
      output.write("", finish);
    });
    stream.on("data", pass);
    if (rest.length > 0) pass(rest);
    else stream.resume();
    input.pipe(stream);
  });
}
