// Where things lie unless the configuration says otherwise.
// Apart from the schema so that a command may know a path without loading the configuration's machinery.

export const CONFIG_PATH = "/etc/stray/stray.yaml";
export const SOCKET_PATH = "/run/stray/stray.sock";
export const STORE_PATH = "/var/lib/stray/flows";
export const EVE_PATH = "/var/log/stray/eve.json";
export const ALERTS_PATH = "/var/lib/stray/alerts";
export const EVIDENCE_PATH = "/var/lib/stray/evidence";
export const INCIDENTS_PATH = "/var/lib/stray/incidents";
export const DETECTION_PATH = "/var/lib/stray/detection";
export const SNMP_PATH = "/var/lib/stray/snmp";
export const AUDIT_PATH = "/var/log/stray/audit.log";
/** The rules that come with stray, by the word that stands for their file. */
export const STARTER_RULES = "starter";
export const ACCOUNT = "stray";
