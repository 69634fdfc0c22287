// Classes of rules: short name, words, priority. The usual names with the usual priorities, in our words.
// Apart because alerts and listings show them and `config classification` adds to them.
// Always holds: names never change; 1 is the gravest.

export interface Classification {
  readonly description: string;
  readonly priority: number;
}

export const DEFAULT_PRIORITY = 3;

const GRAVE: readonly (readonly [string, string])[] = [
  ["attempted-user", "Attempt to gain a user's rights"],
  ["unsuccessful-user", "Failed attempt to gain a user's rights"],
  ["successful-user", "A user's rights gained"],
  ["attempted-admin", "Attempt to gain an administrator's rights"],
  ["successful-admin", "An administrator's rights gained"],
  ["shellcode-detect", "Program code for a break-in"],
  ["trojan-activity", "Traffic of a trojan horse"],
  ["web-application-attack", "Attack on a web application"],
  ["inappropriate-content", "Content out of place here"],
  ["policy-violation", "Against this network's policy"],
  ["file-format", "Dangerous file"],
  ["malware-cnc", "Malware talking to its controller"],
  ["client-side-exploit", "Attack on a client program"],
  ["command-and-control", "Malware talking to its controller"],
  ["credential-theft", "Credentials being stolen"],
  ["exploit-kit", "Traffic of an exploit kit"],
  ["targeted-activity", "Traffic of a targeted attack"],
  ["domain-c2", "Name of a malware controller asked for"],
];

const SERIOUS: readonly (readonly [string, string])[] = [
  ["bad-unknown", "Traffic that may do harm"],
  ["attempted-recon", "Attempt to learn about this network"],
  ["successful-recon-limited", "Something learnt about this network"],
  ["successful-recon-largescale", "Much learnt about this network"],
  ["attempted-dos", "Attempt to deny service"],
  ["successful-dos", "Service denied"],
  ["denial-of-service", "Denial of service"],
  ["rpc-portmap-decode", "Question to a port mapper"],
  ["suspicious-filename-detect", "Suspicious name of a file"],
  ["suspicious-login", "Login with a suspicious name"],
  ["system-call-detect", "System call in traffic"],
  ["unusual-client-port-connection", "Client on an unusual port"],
  ["non-standard-protocol", "Unusual protocol or event"],
  ["misc-attack", "Attack of no other class"],
  ["web-application-activity", "Access to a web application that may be vulnerable"],
  ["default-login-attempt", "Login with a default name and password"],
  ["sdf", "Personal data in traffic"],
  ["social-engineering", "Attempt to deceive a user"],
  ["external-ip-check", "A host asking for its outer address"],
  ["pup-activity", "Traffic of an unwanted program"],
  ["coin-mining", "Mining of coins"],
];

const MINOR: readonly (readonly [string, string])[] = [
  ["not-suspicious", "Traffic that is not suspicious"],
  ["unknown", "Traffic of no known class"],
  ["string-detect", "Suspicious string"],
  ["network-scan", "Scan of the network"],
  ["protocol-command-decode", "Command of a protocol"],
  ["misc-activity", "Activity of no other class"],
  ["icmp-event", "ICMP event"],
];

const CHATTER: readonly (readonly [string, string])[] = [["tcp-connection", "TCP connection"]];

export const CLASSIFICATIONS: ReadonlyMap<string, Classification> = new Map(
  [GRAVE, SERIOUS, MINOR, CHATTER].flatMap((entries, index) =>
    entries.map(([name, description]): [string, Classification] => [
      name,
      { description, priority: index + 1 },
    ]),
  ),
);
