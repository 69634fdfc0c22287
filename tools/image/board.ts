// What the image takes of a board: its architecture, interfaces and the configuration that comes with it.
// Apart so that the rest of the builder knows nothing of profiles. Always holds: the profile is valid, fits its board, and
// has two interfaces for the wire and one to reach the machine by.

import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { boardPath } from "../../host/board/folder.js";
import { loadBoard } from "../../host/board/load.js";
import type { Architecture } from "../../host/board/types.js";
import { ImageError } from "./run.js";

export type { Architecture };

/** Debian's kernel for virtual machines has the drivers of these, and none for hardware. */
export const IMAGE_BOARDS: readonly string[] = ["qemu-x64", "qemu-aarch64"];
const CONSOLES: Readonly<Record<Architecture, string>> = { amd64: "ttyS0", arm64: "ttyAMA0" };
const STRAY = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "bin/stray.mjs");
/** Where snmpd of the image listens for strayd. */
const AGENTX = "snmp:\n  agentx: /var/agentx/master\n";

export interface ImageBoard {
  readonly name: string;
  readonly architecture: Architecture;
  /** Kernel's names of the two that stand in the wire, and of the one to reach the machine by. */
  readonly inline: readonly [string, string];
  readonly management: string;
  /** Device of the serial console. */
  readonly console: string;
  /** stray.yaml */
  readonly config: string;
}

export async function imageBoard(name: string): Promise<ImageBoard> {
  if (!IMAGE_BOARDS.includes(name)) {
    throw new ImageError(
      `images are built for ${IMAGE_BOARDS.join(" and ")}, not for ${JSON.stringify(name)}`,
    );
  }
  const { board } = await loadBoard(boardPath(name));
  const { architecture, nics } = board;
  const nic = (role: string) => {
    const found = nics.find((each) => each.role === role);
    if (found === undefined) throw new ImageError(`${board.path}: no interface has the role ${role}`);
    return found.name;
  };
  const config = execFileSync(process.execPath, [STRAY, "board", "config", name], { encoding: "utf8" });
  return {
    name,
    architecture,
    inline: [nic("wire-a"), nic("wire-b")],
    management: nic("management"),
    console: CONSOLES[architecture],
    config: /^snmp:/m.test(config) ? config : config + AGENTX,
  };
}
