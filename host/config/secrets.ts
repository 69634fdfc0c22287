// Passwords and communities in a configuration: covered where it is shown, and guarded where it lies.
// Apart because whoever prints a configuration must think of it, and nobody else.
// Always holds: what is covered reads like a value, and is none.

import { stat } from "node:fs/promises";
import type { SnmpConfig } from "./management-types.js";
import type { StrayConfig } from "./types.js";

const COVER = "********";
const OTHERS_READ = 0o004;

/** The same configuration with every secret covered. */
export function covered(config: StrayConfig): StrayConfig {
  const { snmp } = config;
  return {
    ...config,
    snmp: {
      ...snmp,
      communities: snmp.communities.map(() => COVER),
      users: snmp.users.map((user) => ({ ...user, authPassword: COVER, privacyPassword: COVER })),
      notify: snmp.notify.map((receiver) =>
        receiver.community === undefined ? receiver : { ...receiver, community: COVER },
      ),
    },
  };
}

/** A warning where everybody on this machine may read them. */
export async function exposureWarnings(path: string, { snmp }: StrayConfig): Promise<string[]> {
  if (!holdsSecrets(snmp)) return [];
  try {
    const { mode } = await stat(path);
    if ((mode & OTHERS_READ) === 0) return [];
  } catch {
    return [];
  }
  return [`snmp: everybody may read its passwords and communities in ${path}: chmod o-r ${path}`];
}

function holdsSecrets({ communities, users, notify }: SnmpConfig): boolean {
  return communities.length + users.length + notify.filter(({ community }) => community).length > 0;
}
