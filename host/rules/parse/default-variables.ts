// Variables that rule sets use and few people define, with the values that snort.conf's users expect.
// Apart because they are data. EXTERNAL_NET is not here: it depends on HOME_NET (variables.ts).
// Always holds: every value can be read with the others of this table and HOME_NET alone.

const HTTP_PORTS =
  "[80,81,311,383,591,593,901,1220,1414,1741,1830,2301,2381,2809,3037,3128,3702,4343,4848,5250,6988,7000,7001," +
  "7144,7145,7510,7777,7779,8000,8008,8014,8028,8080,8085,8088,8090,8118,8123,8180,8181,8243,8280,8300,8800,8888," +
  "8899,9000,9060,9080,9090,9091,9443,9999,11371,34443,34444,41080,50002,55555]";

/** Servers are at home unless somebody says where. */
const AT_HOME = [
  "DC_SERVERS",
  "DHCP_SERVERS",
  "DNP3_CLIENT",
  "DNP3_SERVER",
  "DNS_SERVERS",
  "ENIP_CLIENT",
  "ENIP_SERVER",
  "FTP_SERVERS",
  "HTTP_SERVERS",
  "IMAP_SERVERS",
  "MODBUS_CLIENT",
  "MODBUS_SERVER",
  "NTP_SERVERS",
  "POP3_SERVERS",
  "SIP_SERVERS",
  "SMTP_SERVERS",
  "SNMP_SERVERS",
  "SQL_SERVERS",
  "SSH_SERVERS",
  "TELNET_SERVERS",
] as const;

export const DEFAULT_VARIABLES: ReadonlyMap<string, string> = new Map([
  ["HOME_NET", "any"],
  ...AT_HOME.map((name): [string, string] => [name, "$HOME_NET"]),
  ["AIM_SERVERS", "any"],
  ["DNP3_PORTS", "20000"],
  ["FILE_DATA_PORTS", "[$HTTP_PORTS,110,143]"],
  ["FTP_PORTS", "[21,2100,3535]"],
  ["GENEVE_PORTS", "6081"],
  ["GTP_PORTS", "[2123,2152,3386]"],
  ["HTTP_PORTS", HTTP_PORTS],
  ["MAIL_PORTS", "[25,110,143]"],
  ["MODBUS_PORTS", "502"],
  ["ORACLE_PORTS", "1024:"],
  ["SHELLCODE_PORTS", "!80"],
  ["SIP_PORTS", "[5060,5061,5600]"],
  ["SSH_PORTS", "22"],
  ["TEREDO_PORTS", "3544"],
  ["VXLAN_PORTS", "4789"],
]);
