// What must fit together in how the sensor is managed: who may ask by SNMP, who is told, where metrics are served.
// Apart from the other checks as its keys are apart in the schema.
// Always holds: a finding's words hold no secret.

import { formatEndpoint, isLoopback } from "./endpoint.js";
import { foundText } from "./expected.js";
import type { SnmpReceiver } from "./management-types.js";
import type { KeyPath } from "./schema-types.js";
import type { StrayConfig } from "./types.js";
import type { Finding } from "./validate.js";

function finding(path: KeyPath, expected: string, found: string, hint?: string): Finding {
  return { path, isKey: false, expected, found, hint };
}

/** Where `names` has the same twice, the later one. */
function repeats(path: KeyPath, what: string, names: readonly string[], isSecret = false): Finding[] {
  return names.flatMap((name, index) => {
    if (names.indexOf(name) === index) return [];
    return [
      finding([...path, index], `each ${what} once`, isSecret ? "one again" : `${foundText(name)} again`),
    ];
  });
}

/** Somebody who may ask, where stray answers by itself. */
export function askersExist({ snmp: { listen, communities, users } }: StrayConfig): Finding[] {
  if (listen.length === 0 || communities.length + users.length > 0) return [];
  const expected = "somebody who may ask: snmp.users, or snmp.communities";
  return [finding(["snmp", "listen"], expected, "nobody", "users are authenticated, communities are not")];
}

export function snmpNamesDiffer({ snmp: { listen, communities, users } }: StrayConfig): Finding[] {
  return [
    ...repeats(["snmp", "listen"], "address and port", listen.map(formatEndpoint)),
    ...repeats(["snmp", "communities"], "community", communities, true),
    ...repeats(
      ["snmp", "users"],
      "user",
      users.map(({ name }) => name),
    ),
  ];
}

export function receiversFit({ snmp: { notify, users } }: StrayConfig): Finding[] {
  const names = notify.map(({ host, port }) => `${host.toLowerCase()} port ${port}`);
  return notify.flatMap((receiver, index) => {
    const path = ["snmp", "notify", index];
    const twice =
      names.indexOf(names[index]!) === index
        ? []
        : [finding(path, "each receiver once", `${names[index]} again`)];
    return [...credentialFits(path, receiver, users), ...twice];
  });
}

function credentialFits(
  path: KeyPath,
  { version, community, user }: SnmpReceiver,
  users: readonly { readonly name: string }[],
): Finding[] {
  if (version === "v2c") {
    const wrong =
      community === undefined
        ? [finding([...path, "community"], "a community, as version is v2c", "nothing")]
        : [];
    if (user === undefined) return wrong;
    return [
      ...wrong,
      finding([...path, "user"], "nothing, as version is v2c", foundText(user), "version: v3 has users"),
    ];
  }
  const wrong =
    community === undefined
      ? []
      : [finding([...path, "community"], "nothing, as version is v3", "a community")];
  if (user !== undefined && users.some(({ name }) => name === user)) return wrong;
  return [
    ...wrong,
    finding([...path, "user"], "the name of one of snmp.users, as version is v3", foundText(user)),
  ];
}

/** Whoever reads metrics needs no password, so nobody from elsewhere may. */
export function metricsStayHere({ metrics: { listen } }: StrayConfig): Finding[] {
  if (listen === undefined || isLoopback(listen)) return [];
  const hint = "a proxy can serve them to others, with a password";
  return [
    finding(
      ["metrics", "listen"],
      "a loopback address: 127.0.0.1 or ::1",
      foundText(formatEndpoint(listen)),
      hint,
    ),
  ];
}
