// How a client gets to a strayd: the stream of bytes, and what to say when there is none.
// Apart from the client, which speaks the same protocol over a unix socket and over a pipe to another machine.
// Always holds: whoever opened a link closes it; why a link ended is asked only of one that has ended.

import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { StrayError } from "../errors.js";
import { connectError, lostError, noAnswerError, notStrayError } from "./client-errors.js";

export interface ControlLink {
  readonly stream: Duplex;
  /** Soon, and never with an error of its own. */
  whyEnded(): Promise<StrayError>;
  close(): void;
}

export interface ControlRoute {
  /** Who is asked, in messages: printable. */
  readonly name: string;
  /** Being connected says nothing yet: only the first answer does. */
  readonly isFar: boolean;
  /** @throws StrayError when there is no way. */
  open(timeoutMs: number): Promise<ControlLink>;
  noAnswer(timeoutMs: number): StrayError;
  /** `line`: what came, where something came. */
  notStray(line: string | undefined): StrayError;
}

/** To the control socket of a strayd of this machine. */
export class SocketRoute implements ControlRoute {
  readonly isFar = false;

  constructor(readonly name: string) {}

  open(timeoutMs: number): Promise<ControlLink> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.name);
      const timer = setTimeout(() => {
        socket.destroy();
        reject(this.noAnswer(timeoutMs));
      }, timeoutMs);
      socket.once("error", (error) => {
        clearTimeout(timer);
        reject(connectError(this.name, error));
      });
      socket.once("connect", () => {
        clearTimeout(timer);
        socket.removeAllListeners("error");
        resolve(this.link(socket));
      });
    });
  }

  noAnswer = (timeoutMs: number) => noAnswerError(this.name, timeoutMs);
  notStray = () => notStrayError(this.name);

  private link(socket: Socket): ControlLink {
    return {
      stream: socket,
      whyEnded: async () => lostError(this.name),
      close: () => socket.destroy(),
    };
  }
}
