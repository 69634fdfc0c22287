// Systems that references of rules are of, and what stands before an id to make an address of it.
// Apart because they are data and `config reference` adds to them.
// Always holds: names are in small letters; an empty prefix is a system without addresses today.

export const REFERENCE_PREFIXES: ReadonlyMap<string, string> = new Map([
  ["arachnids", "http://www.whitehats.com/info/IDS"],
  ["bid", "http://www.securityfocus.com/bid/"],
  ["bugtraq", "http://www.securityfocus.com/bid/"],
  ["cve", "https://cve.mitre.org/cgi-bin/cvename.cgi?name="],
  ["et", "http://doc.emergingthreats.net/"],
  ["etpro", "http://doc.emergingthreatspro.com/"],
  ["exploitdb", "https://www.exploit-db.com/exploits/"],
  ["mcafee", "http://vil.nai.com/vil/content/v_"],
  ["md5", "https://www.virustotal.com/gui/search/"],
  ["msb", "https://technet.microsoft.com/en-us/security/bulletin/"],
  ["nessus", "https://www.tenable.com/plugins/nessus/"],
  ["osvdb", "http://osvdb.org/show/osvdb/"],
  ["secunia", "http://www.secunia.com/advisories/"],
  ["system", ""],
  ["url", "http://"],
]);

/** With the system's prefix; ids that are addresses already stay. Undefined for systems that nobody knows. */
export function referenceUrl(
  system: string,
  id: string,
  prefixes: ReadonlyMap<string, string> = REFERENCE_PREFIXES,
): string | undefined {
  if (/^[a-z][a-z0-9+.-]{0,15}:\/\//i.test(id)) return id;
  const prefix = prefixes.get(system);
  return prefix === undefined || prefix === "" ? undefined : `${prefix}${id}`;
}
