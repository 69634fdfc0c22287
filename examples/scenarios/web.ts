// Web conversations, and the many ways in which they end. Apart from the other doings of ordinary hosts because most
// of what looks odd in honest TCP is in here: late FINs, resets in the middle, half-closed connections.
// Always holds: both ends follow RFC 9293; nobody forges anything.

import type { Dice } from "./dice.js";
import type { Host } from "./host.js";
import { Talk, type TalkOptions } from "./talk.js";
import { httpAnswer, httpRequest, tlsData } from "./words.js";
import type { World } from "./world.js";

/** How a web conversation ends. */
export type Ending = "fin" | "server-fin" | "reset" | "abort" | "half-closed" | "late-fin" | "open";

const ENDINGS: readonly Ending[] = [
  "fin",
  "fin",
  "fin",
  "server-fin",
  "server-fin",
  "reset",
  "abort",
  "half-closed",
  "late-fin",
  "open",
];

/** A web conversation: HTTP on port 80, else TLS. */
export function browse(
  world: World,
  atUs: number,
  client: Host,
  server: Host,
  options: WebOptions = {},
): Talk {
  const { dice } = world;
  const { port = dice.pick([80, 443, 443]), exchanges = dice.between(1, 3), pauseUs = 600_000 } = options;
  const talk = new Talk(world, atUs, client, server, port, options).open();
  talk.wait(dice.between(100, 2_000));
  for (let i = 0; i < exchanges; i++) {
    talk.exchange(...question(dice, port));
    if (i < exchanges - 1) talk.wait(dice.about(pauseUs));
  }
  end(talk, options.ending ?? dice.pick(ENDINGS), dice, port);
  return talk;
}

export interface WebOptions extends TalkOptions {
  port?: number;
  exchanges?: number;
  /** Mean time between two exchanges. */
  pauseUs?: number;
  ending?: Ending;
}

function question(dice: Dice, port: number): [Uint8Array, Uint8Array] {
  const size = dice.chance(0.2) ? dice.between(4_000, 9_000) : dice.between(100, 2_500);
  return port === 80
    ? [httpRequest(dice), httpAnswer(dice, size)]
    : [tlsData(dice, dice.between(60, 700)), tlsData(dice, size)];
}

function end(talk: Talk, ending: Ending, dice: Dice, port: number): void {
  const { client, server } = talk;
  talk.wait(dice.about(400_000));
  switch (ending) {
    case "fin":
      talk.close(client);
      break;
    case "server-fin":
      talk.close(server);
      break;
    case "reset":
      // As browsers close what they need no longer.
      talk.finish(client);
      talk.reset(client, dice.chance(0.5) ? "RA" : "R");
      break;
    case "abort":
      abort(talk, dice, port);
      break;
    case "half-closed":
      talk.finish(client);
      talk.wait(dice.about(1_000_000));
      talk.say(server, port === 80 ? dice.letters(dice.between(300, 3_000)) : tlsData(dice, 1_000));
      talk.finish(server);
      break;
    case "late-fin": {
      // Long after the client forgot the connection the server closes it, and is told so by a reset.
      talk.finish(client);
      talk.wait(dice.between(70, 150) * 1_000_000);
      talk.segment(server, "FA");
      talk.reach(client);
      talk.segment(client, "R", undefined, { seq: server.ack });
      break;
    }
    default:
      talk.keepAlive(dice.pick([client, server]));
  }
}

/** The client goes away in the middle of an answer: each segment still on the way is answered by a reset. */
function abort(talk: Talk, dice: Dice, port: number): void {
  const { client, server } = talk;
  const pieces = [1, 2, 3].map(() => (port === 80 ? dice.letters(1_200) : tlsData(dice, 1_195)));
  talk.segment(server, "A", pieces[0]);
  talk.wait(100);
  client.ack = server.seq;
  talk.segment(client, "RA");
  talk.wait(150);
  for (const piece of pieces.slice(1)) {
    talk.segment(server, "A", piece);
    talk.wait(60);
    talk.put(talk.nowUs + 2 * client.host.distanceUs, client, "R", new Uint8Array(0), { seq: client.seq });
  }
  talk.wait(3 * client.host.distanceUs);
}
