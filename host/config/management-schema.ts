// The keys of how the sensor is managed and watched: control socket, notices, SNMP, metrics.
// Apart from the rest of the schema because none of it touches what is done with packets.
// Always holds: nothing here opens a port to the network unless it is asked for; what is secret is marked so.

import { ACCOUNT, AUDIT_PATH, SNMP_PATH, SOCKET_PATH } from "./paths.js";
import { choice, duration, flag, integer, list, section } from "./schema-nodes.js";
import type { SchemaNode } from "./schema-types.js";
import { HOUR_MS, SECOND_MS } from "./units.js";

const group = (description: string, value: string): SchemaNode => ({
  type: ["string", "null"],
  description,
  default: value,
  nullText: "nobody but root",
  format: "account",
});

const secret = (description: string, rest: Partial<SchemaNode> = {}): SchemaNode => ({
  type: "string",
  description,
  format: "snmp-password",
  secret: true,
  examples: ["correct horse battery"],
  ...rest,
});

const text = (description: string, example: string): SchemaNode => ({
  type: "string",
  description,
  default: "",
  examples: [example],
  format: "snmp-text",
});

export const control = section("The socket that `stray status`, `stray flows` and the like speak to.", {
  socket: {
    type: "string",
    description: "Path of the unix socket.",
    default: SOCKET_PATH,
    format: "socket-path",
  },
  group: {
    type: ["string", "null"],
    description: "Group whose members may use the socket (mode 0660), and look at everything.",
    default: ACCOUNT,
    nullText: "the daemon's own",
    format: "account",
  },
  operators: group(
    "Group whose members may also acknowledge, mute, change lists and reload; they have to be members of" +
      " `control.group` too.",
    "stray-operators",
  ),
  admins: group(
    "Group whose members may also turn the bypass and stop the sensor; they have to be members of `control.group`" +
      " too. Root, and the account that the sensor runs as, always may.",
    "stray-admins",
  ),
  audit: {
    type: ["string", "null"],
    description: "File that tells who changed or tried to change what, and from where. SIGHUP opens it anew.",
    default: AUDIT_PATH,
    nullText: "only the ordinary log tells it",
    format: "path",
  },
  "clients-max": integer("Most clients at a time; the next one is turned away.", 16, 1, 256),
});

export const notices = section(
  "What operators are told of at once, by SNMP (snmp.notify) and syslog (docs/notices.md).",
  {
    loss: integer(
      "Lost packets, in percent of a minute's, over which a notice is given. 0: none.",
      1,
      0,
      100,
    ),
    table: integer(
      "Used places of the flow table, in percent, over which a notice is given. 0: none.",
      90,
      0,
      100,
    ),
    incidents: integer(
      "Notices of new incidents a minute at most; those held back are counted in the next one. 0: none.",
      10,
      0,
      1000,
    ),
  },
);

const snmpUser = section(
  "A user of SNMPv3; both passwords are needed (authPriv).",
  {
    name: { type: "string", description: "Name of the user.", format: "snmp-name", examples: ["monitor"] },
    auth: choice("How messages are authenticated: HMAC with this hash.", "sha256", [
      "sha",
      "sha224",
      "sha256",
      "sha384",
      "sha512",
    ]),
    "auth-password": secret("Password of the authentication."),
    privacy: choice(
      "How messages are encrypted; both forms of AES-256 are drafts, as net-snmp (b) and Cisco (r) have them.",
      "aes",
      ["aes", "aes256b", "aes256r"],
    ),
    "privacy-password": secret("Password of the encryption."),
  },
  ["name", "auth-password", "privacy-password"],
);

const snmpReceiver = section(
  "A receiver of notifications.",
  {
    host: {
      type: "string",
      description: "Name or address of the receiver.",
      format: "host",
      examples: ["nms.example.net"],
    },
    port: integer("Port of the receiver.", 162, 1, 65535),
    version: choice("Version of SNMP.", "v2c", ["v2c", "v3"]),
    community: {
      type: ["string", "null"],
      description: "Community, with v2c.",
      default: null,
      nullText: "none; v2c needs one",
      format: "snmp-name",
      secret: true,
      examples: ["stray"],
    },
    user: {
      type: ["string", "null"],
      description: "One of snmp.users, with v3.",
      default: null,
      nullText: "none; v3 needs one",
      format: "snmp-name",
      examples: [null, "monitor"],
    },
    inform: flag(
      "Whether the receiver is to confirm, and is told again until it does (informs, not traps).",
      false,
    ),
  },
  ["host"],
);

export const snmp = section("SNMP: answering, as a part of snmpd or alone, and notifying (docs/snmp.md).", {
  agentx: {
    type: ["string", "null"],
    description: "Socket of the master agent (snmpd's agentXSocket) that stray becomes a part of (RFC 2741).",
    default: null,
    nullText: "stray is no part of one",
    format: "socket-path",
    examples: ["/var/agentx/master"],
  },
  listen: {
    ...list("Addresses and UDP ports on which stray answers by itself, where there is no snmpd.", {
      type: "string",
      description: "An address, and a port unless it is 161.",
      format: "endpoint",
    }),
    examples: [["192.0.2.5", "[::1]:1161"]],
  },
  communities: {
    ...list("Communities of SNMPv2c that may read; anybody on the way sees them.", {
      type: "string",
      description: "A community.",
      format: "snmp-name",
    }),
    secret: true,
    examples: [["public"]],
  },
  users: list("Users of SNMPv3 that may read, and who notifications come from.", snmpUser),
  contact: text("Who looks after this sensor (sysContact).", "noc@example.net"),
  location: text("Where it is (sysLocation).", "building 7, room 12"),
  directory: {
    type: "string",
    description: "Folder of what SNMPv3 needs over restarts; nothing else should lie in it.",
    default: SNMP_PATH,
    format: "path",
  },
  notify: list("Receivers of notifications.", snmpReceiver),
});

export const metrics = section(
  "Counters as OpenMetrics text, for Prometheus and its like (docs/metrics.md).",
  {
    listen: {
      type: ["string", "null"],
      description: "Loopback address and TCP port on which GET /metrics is answered.",
      default: null,
      nullText: "not at all",
      format: "endpoint",
      examples: ["127.0.0.1:9464"],
    },
    file: {
      type: ["string", "null"],
      description: "File that is written anew each time, for node_exporter's textfile collector.",
      default: null,
      nullText: "no file",
      format: "path",
      examples: ["/var/lib/prometheus/node-exporter/stray.prom"],
    },
    every: duration("How often the file is written.", "15s", { min: SECOND_MS, max: HOUR_MS }),
  },
);
