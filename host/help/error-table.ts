// Every error code: what it means and what to do. The message of an error says where and what was found; this says the rest.
// Apart from where errors are raised, which is everywhere. docs/errors.md and `stray help CODE` are made from it.
// Always holds: one entry a code that host/ raises, and no other: a test collects them; codes never change their meaning.

export interface ErrorEntry {
  readonly code: string;
  readonly meaning: string;
  readonly advice: string;
}

export interface ErrorGroup {
  readonly title: string;
  readonly entries: readonly ErrorEntry[];
}

type Row = readonly [code: string, meaning: string, advice: string];

const group = (title: string, rows: readonly Row[]): ErrorGroup => ({
  title,
  entries: rows.map(([code, meaning, advice]) => ({ code, meaning, advice })),
});

const REINSTALL = "The installation is not whole: install stray again.";
const REPORT = "Our own fault: please report it, with what was being done.";
const CAPABLE = "Start strayd as root, or by the systemd unit that comes with stray.";

export const ERROR_GROUPS: readonly ErrorGroup[] = [
  group("Of the command line", [
    [
      "USAGE",
      "The words of the command do not fit together, or a value is not what its option takes.",
      "`stray help COMMAND` lists the options with examples.",
    ],
    [
      "OUTPUT_FAILED",
      "What the command prints, or the file that it should write, can't be written.",
      "Is the disk full, the folder there, the file writable by you? Then run it again: nothing else was changed.",
    ],
    [
      "HELP_UNKNOWN",
      "There is nothing of that name to tell about.",
      "`stray help topics` lists what there is.",
    ],
    [
      "PROFILE_UNKNOWN",
      "No profile has that name.",
      "Take one of those that the message names; docs/guide.md says what each costs.",
    ],
    [
      "BOARD_UNKNOWN",
      "No board has that name.",
      "Take one of those that the message names (`stray board list`), or a file with a / in its name.",
    ],
    [
      "FILTER_SYNTAX",
      "The filter over flows can't be read.",
      "The message names the column; docs/filter.md has the language.",
    ],
    [
      "LIMIT_INVALID",
      "A limit given to the classifier is out of its range.",
      "From the command line: take another value. From a configuration that was checked: please report it.",
    ],
    [
      "SPOOL_FAILED",
      "The report's working file can't be written or read.",
      "Is there room in the folder for temporary files ($TMPDIR, /tmp)?",
    ],
    [
      "REPORT_EMPTY",
      "There is nothing to report that the form asked for could hold.",
      "Look at the text form first: `stray report FILE`.",
    ],
  ]),
  group("Of captures and flow files that are read", [
    ["INPUT_MISSING", "There is no such file.", "Check the name."],
    ["INPUT_DIRECTORY", "A folder was named where a file was expected.", "Name the files in it."],
    [
      "INPUT_UNREADABLE",
      "The file can't be opened or read to its end.",
      "Who may read it? Is the disk well (dmesg)?",
    ],
    ["INPUT_EMPTY", "The file has nothing in it.", "Whatever should have written it has not: look there."],
    [
      "INPUT_NOT_CAPTURE",
      "The file begins like no capture (pcap, pcapng) and no flow file (IPFIX).",
      "What is it (`file NAME`)? stray unpacks gzip, nothing else.",
    ],
    [
      "INPUT_CUT",
      "The file ends within a record: its writer was stopped.",
      "What came before was read and is right.",
    ],
    [
      "INPUT_DAMAGED",
      "The file has something in it that can't be.",
      "What came before was read; the message names the byte.",
    ],
    ["INPUT_MIXED", "Captures and flow files were named together.", "Read them one kind at a time."],
  ]),
  group("Of the configuration", [
    [
      "CONFIG_INVALID",
      "The configuration is not what the schema allows.",
      "`stray config check` lists all problems with line and column; docs/configuration.md has every key.",
    ],
    ["CONFIG_UNREADABLE", "The file can't be read.", "Does it exist, and may strayd's account read it?"],
    [
      "RELOAD_REFUSED",
      "A key was changed that a running strayd can't change; the old configuration stays in force whole.",
      "Restart strayd (`systemctl restart strayd`), or put the key back.",
    ],
    [
      "DIRECTORY",
      "A folder that strayd writes into can't be made.",
      "Make it and give it to strayd's account, or name another.",
    ],
    ["SYSLOG_FACILITY_UNKNOWN", "syslog has no such facility.", "Take one of those that the message names."],
    ["HOME_INVALID", "A home network is none.", "Write networks as 192.0.2.0/24 or 2001:db8::/32."],
    [
      "HOMES_TOO_MANY",
      "More networks than can be told apart.",
      "Name larger networks in sensor.home, detection.used and detection.unused.",
    ],
    [
      "METRICS_LISTEN",
      "metrics.listen can't be listened on.",
      "Take another port, or find out who has it: `ss -ltnp`. Loopback only.",
    ],
  ]),
  group("Of who strayd is, and what it may", [
    ["NO_PERMISSION", "Packet sockets need CAP_NET_RAW.", CAPABLE],
    [
      "ACCOUNT_UNKNOWN",
      "The account of sensor.user is not there.",
      "Make it (packaging/README.md), or name another in sensor.user.",
    ],
    [
      "ACCOUNT_MISMATCH",
      "Only root can become another account.",
      "Start strayd as root or as that account, or leave sensor.user out.",
    ],
    [
      "PRIVILEGES_KEPT",
      "strayd could not give up what it does not need, and does not run with it.",
      "Start it as root, or by systemd with the capabilities of the unit.",
    ],
    [
      "CAPABILITIES_UNREADABLE",
      "The kernel does not tell this process its capabilities.",
      "A sandbox forbids it: allow capget.",
    ],
    [
      "CAPABILITIES_REFUSED",
      "The kernel does not let this process set its capabilities.",
      "A sandbox forbids it: allow capset, or start as root.",
    ],
    [
      "LIBC_UNAVAILABLE",
      "Live capture calls the C library, which can't be had here.",
      "Linux with glibc on a processor that the package koffi has a library for; reading captures works without.",
    ],
    ["BYTE_ORDER", "Live capture needs a little-endian machine.", "Capture with tcpdump, and read the file."],
  ]),
  group("Of interfaces and packet rings", [
    [
      "INTERFACE_UNKNOWN",
      "There is no such interface.",
      "`ip -br link` lists those there are; change capture.interfaces.",
    ],
    [
      "INTERFACE_UNREADABLE",
      "The kernel can't be asked for interfaces.",
      "A sandbox forbids netlink or sockets: allow AF_NETLINK.",
    ],
    [
      "LINK_TYPE_UNSUPPORTED",
      "The interface is of a kind whose frames stray does not read.",
      "Take an Ethernet, tun, PPP or loopback interface.",
    ],
    [
      "PACKET_SOCKETS_MISSING",
      "The kernel has no packet sockets, or a sandbox forbids them.",
      "modprobe af_packet; RestrictAddressFamilies= of the unit.",
    ],
    [
      "SOCKET_FAILED",
      "No packet socket could be opened.",
      "The message has the kernel's reason: files (LimitNOFILE=), memory.",
    ],
    [
      "SOCKET_REFUSED",
      "The kernel refuses an option of a packet socket.",
      "The message names it; an old kernel may lack it.",
    ],
    ["RING_SIZE", "The packet ring has a size that can't be.", "A whole number of MiB in capture.ring."],
    [
      "RING_TOO_LARGE",
      "The kernel has no room for the packet rings.",
      "A smaller capture.ring, fewer workers or interfaces; LimitMEMLOCK= of the unit.",
    ],
    [
      "RING_NOT_MAPPED",
      "A packet ring can't be mapped onto the sensor's memory.",
      "capture.mode: auto falls back to copying; in the wire there is no other way.",
    ],
    [
      "MEMORY_NOT_RESTORED",
      "Memory could not be put back behind a ring; strayd ends before worse happens.",
      "Restart it. Out of memory? See dmesg.",
    ],
    ["POLL_FAILED", "Waiting for packets failed.", "Restart strayd; if it comes again, please report it."],
    [
      "FANOUT_REFUSED",
      "The interface can't be spread over several workers.",
      "capture.workers: 1, or try again: another sensor may hold the group.",
    ],
    ["FILTER_INVALID", "capture.filter is no filter of pcap-filter(7).", "Try it with `tcpdump -d FILTER`."],
    [
      "FILTER_NEEDS_INTERFACE",
      "capture.filter speaks of something that depends on the interface.",
      "Is the interface there? Else leave that part out.",
    ],
    [
      "FILTER_PROGRAM",
      "tcpdump gave something else than a filter's program.",
      "Which tcpdump is that? `tcpdump -ddd FILTER` prints numbers.",
    ],
    ["FILTER_REFUSED", "The kernel refuses the filter's program.", "Make capture.filter simpler."],
    [
      "TCPDUMP_MISSING",
      "capture.filter is compiled by tcpdump, which is not there.",
      "apt install tcpdump, or leave capture.filter empty.",
    ],
  ]),
  group("Of workers and the program itself", [
    [
      "WORKER_SILENT",
      "A worker has not obeyed for a while; what was asked may not be in force.",
      "stray status; if it stays so, restart strayd and please report it.",
    ],
    [
      "MODULE_MISSING",
      "The classifier, build/stray.wasm, is not there or no module.",
      `In a checkout: npm run build. Else: ${REINSTALL}`,
    ],
    ["INSTALL_BROKEN", "The program does not find its own package.", REINSTALL],
    [
      "PAGE_MISSING",
      "The parts of the report's page are not there.",
      `In a checkout: npm run build. Else: ${REINSTALL}`,
    ],
    ["STOPPING", "strayd is stopping and begins nothing new.", "Start it again."],
    [
      "INLINE_RINGS",
      "The rings of the two interfaces do not fit the sensor's memory.",
      "A smaller capture.ring.",
    ],
    [
      "INLINE_POLICY",
      "The inline policy or the allow list does not fit.",
      "The message says what: inline.policy, inline.allow.",
    ],
  ]),
  group("Of the control socket", [
    [
      "CONTROL_UNREACHABLE",
      "Nobody answers at the control socket.",
      "Does strayd run (`systemctl status strayd`)? Is --socket that of its control.socket?",
    ],
    [
      "CONTROL_NO_PERMISSION",
      "You may not use the control socket, or strayd may not make it.",
      "Be in the group of control.group, and log in again; docs/control.md, section Who may.",
    ],
    [
      "CONTROL_ROLE",
      "Your role does not suffice for this, or a session was to have a higher one.",
      "The message says which role is needed and which group has it; docs/control.md, section Who may.",
    ],
    [
      "CONTROL_SESSION",
      "A client told who it is too late, or twice.",
      "`v1.session` is the first request of a connection, or none: connect anew.",
    ],
    [
      "CONTROL_NO_ANSWER",
      "strayd was reached and did not answer in time.",
      "It is stopped or overloaded: its log, `top`.",
    ],
    [
      "CONTROL_LOST",
      "strayd closed the connection before it answered.",
      "It was stopped, or has died: its log says which.",
    ],
    [
      "CONTROL_NOT_STRAY",
      "What answers does not speak stray's protocol.",
      "Give --socket the path of strayd's socket.",
    ],
    ["CONTROL_VERSION", "stray and strayd are of different versions.", "Restart strayd after an update."],
    [
      "CONTROL_ERROR",
      "strayd refused the request with an error that has no code of its own.",
      "The message has its words; docs/control.md, section Errors.",
    ],
    [
      "CONTROL_FAILED",
      "The control socket can't be made.",
      "The message has the kernel's reason; set control.socket to another place.",
    ],
    [
      "CONTROL_PATH",
      "The control socket's path is longer than the kernel takes.",
      "A shorter control.socket.",
    ],
    [
      "CONTROL_IN_USE",
      "Another strayd answers there.",
      "`stray stop` ends it, or give this one a control.socket of its own.",
    ],
    [
      "CONTROL_NOT_A_SOCKET",
      "Something else lies where the socket should be, and is left alone.",
      "Move it, or set another control.socket.",
    ],
  ]),
  group("Of a login over ssh", [
    [
      "SHELL_SYNTAX",
      "The command can't be cut into words without a shell, and there is none.",
      "Put what has blanks, parentheses and the like in single quotes; docs/ssh.md.",
    ],
    [
      "SHELL_REFUSED",
      "This command is not there over a login that may only ask the sensor.",
      "`help` lists what can be asked; the rest needs a shell on the machine; docs/ssh.md.",
    ],
    [
      "SHELL_EMPTY",
      "No command was given, and there is no terminal to ask on.",
      "Name one behind the host: `ssh sensor stray status`; `ssh -t` gives a terminal.",
    ],
  ]),
  group("Of sensors on other machines", [
    [
      "SSH_HOST_KEY_CHANGED",
      "The host has another key than it had before.",
      "Somebody may be in between, or it was installed anew: find out, then remove the old key with `ssh-keygen -R HOST`.",
    ],
    [
      "SSH_HOST_KEY_UNKNOWN",
      "The host's key is not known on this machine.",
      "Log in once with `ssh`, and compare the key with the host's own.",
    ],
    [
      "SSH_DENIED",
      "The host lets no key of yours in.",
      "Load the key with `ssh-add`, or name it in ~/.ssh/config; `ssh HOST` shows more.",
    ],
    [
      "SSH_UNKNOWN_HOST",
      "The name of the host can't be resolved.",
      "Check its spelling, and HostName in ~/.ssh/config.",
    ],
    [
      "SSH_REFUSED",
      "Nobody listens for ssh there, or not on that port.",
      "Does sshd run there? ssh://user@host:PORT names another port.",
    ],
    [
      "SSH_NO_ANSWER",
      "Nothing came in time.",
      "Is it up, and does a firewall let ssh through? --timeout waits longer.",
    ],
    ["SSH_UNREACHABLE", "There is no way to the host.", "Check the network between."],
    [
      "SSH_NO_STRAY",
      "The login works, and finds no stray.",
      "Install it there, or let sshd run `stray shell` for the key: docs/ssh.md.",
    ],
    [
      "SSH_NOT_STRAY",
      "What answers there does not speak stray's protocol.",
      "Does that login print something of its own, or run no commands?",
    ],
    [
      "SSH_LOST",
      "The connection ended before the answer came.",
      "strayd there, or the way to it, has gone: ask again.",
    ],
    [
      "SSH_FAILED",
      "ssh, or `stray rpc` on the other side, ended for another reason.",
      "The message has its own words.",
    ],
    [
      "SSH_PROGRAM",
      "There is no ssh on this machine, or it can't be run.",
      "Install it (Debian: openssh-client), or name another program in STRAY_SSH.",
    ],
    [
      "HOST_INVALID",
      "What was given is no host.",
      "user@host, host, ssh://user@host:port and @group are: docs/remote.md.",
    ],
    ["HOST_GROUP_UNKNOWN", "hosts.yaml has no group of that name.", "`stray hosts` lists the groups."],
    ["HOSTS_TOO_MANY", "More hosts were named than one command asks.", "Ask them in several commands."],
    [
      "CONFIRMATION_NEEDED",
      "The command would change several sensors, and there is no terminal to ask at.",
      "Say --yes behind the command if that is meant.",
    ],
    ["NOT_CONFIRMED", "The question whether to go on was not answered with yes.", "Nothing was done."],
    [
      "PROMPT_REFUSED",
      "The command can't be run at the prompt.",
      "`help` lists what can; others are asked for in one command: `ssh HOST stray ...`.",
    ],
  ]),
  group("Of rules and alerts", [
    [
      "RULES_UNREADABLE",
      "A file of rules can't be read.",
      "Does it exist, and may strayd's account read it?",
    ],
    ["RULES_FAILED", "The thread that reads rules has failed.", REPORT],
    ["RULES_BUSY", "Rules that were given before are not in force yet.", "Try again in a few seconds."],
    [
      "RULES_TOO_LARGE",
      "The compiled rules do not fit.",
      "Fewer rules, or a larger sensor.profile; `stray rules check` says what they take.",
    ],
    ["RULE_UNKNOWN", "No rule of the files has that number.", "`stray rules list FILE` lists them."],
    ["ALERT_LOG_OFF", "No alerts are kept for `stray alerts`.", "alerts.log.enabled: true."],
  ]),
  group("Of incidents", [
    ["INCIDENTS_OFF", "No incidents are kept.", "incidents.enabled: true."],
    [
      "INCIDENTS_UNAVAILABLE",
      "The incidents can't be read or changed just now.",
      "Try again; the message says why: a full disk, a file taken away.",
    ],
    [
      "INCIDENTS_LOCKED",
      "Another strayd has the incidents open.",
      "Stop that one, or name another incidents.directory.",
    ],
    [
      "INCIDENTS_MISSING",
      "There is no database of incidents there.",
      "--database wants the path of an incidents.db.",
    ],
    [
      "INCIDENTS_DAMAGED",
      "The database of incidents is damaged.",
      "strayd moves it aside and begins a new one; `sqlite3 FILE .recover` may save the old.",
    ],
    [
      "INCIDENTS_VERSION",
      "The database was written by a later stray.",
      "Update stray, or move the file away.",
    ],
    [
      "INCIDENT_UNKNOWN",
      "No incident is called so, or several begin so.",
      "`stray incidents list --all` lists them.",
    ],
    ["MUTE_UNKNOWN", "There is no mute of that number.", "`stray incidents mutes` lists them."],
    [
      "SQLITE_UNAVAILABLE",
      "The system's SQLite can't be loaded.",
      "apt install libsqlite3-0; all else works without.",
    ],
    ["SQLITE_MISUSE", "The database was used in a way that can't be.", REPORT],
    [
      "SQLITE_*",
      "SQLite itself refused, by the name of its result (SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY …).",
      "The disk and the file's owner; https://www.sqlite.org/rescode.html says what each means.",
    ],
  ]),
  group("Of addresses in use", [
    ["DETECTION_OFF", "Nothing is known of addresses.", "detection.enabled: true."],
    [
      "DARK_LOCKED",
      "Another strayd keeps its knowledge there.",
      "Stop that one, or name another detection.directory.",
    ],
    [
      "DARK_STATE_MISSING",
      "There is no dark.state.",
      "--state wants the path of one; strayd writes it every few minutes.",
    ],
    [
      "DARK_STATE_UNREADABLE",
      "dark.state can't be read.",
      "Who may read it? It belongs to strayd's account.",
    ],
    ["DARK_STATE_DAMAGED", "dark.state is damaged, or is none.", "strayd moves it aside and learns anew."],
    ["LIST_UNREADABLE", "The list of addresses can't be read.", "Check its name and who may read it."],
    [
      "LIST_INVALID",
      "A line of the list can't be read.",
      "The message names the line; docs/dark.md has the form.",
    ],
    [
      "LIST_FOREIGN",
      "The list names addresses outside the home networks.",
      "sensor.home, or leave them out.",
    ],
    ["LIST_TOO_LONG", "The list is longer than is taken.", "Name networks in place of single addresses."],
    ["IMPORT_LOST", "Another list was begun before this one was whole.", "Import it again."],
  ]),
  group("Of SNMP", [
    [
      "SNMP_LISTEN",
      "An address of snmp.listen can't be listened on.",
      "Does snmpd have it (`ss -lunp`)? A port below 1024 is had at the start only: restart strayd.",
    ],
    [
      "SNMP_USER_UNKNOWN",
      "A receiver of snmp.notify names a user that is none of snmp.users.",
      "Add the user, or correct the name.",
    ],
  ]),
  group("Of updates", [
    [
      "UPDATE_UNREADABLE",
      "The package or its signature can't be read.",
      "Name the file as it lies there; root must be able to read it.",
    ],
    [
      "UPDATE_UNSIGNED",
      "There is no signature beside the package, or it is none of ours.",
      "Copy FILE.sig along with the package; docs/update.md tells how it is made.",
    ],
    [
      "UPDATE_UNTRUSTED",
      "The package is signed with a key that is not among the update keys.",
      "Get it from whoever signs your packages, or put the public key into /etc/stray/update-keys if it is to be trusted.",
    ],
    [
      "UPDATE_DAMAGED",
      "Size, checksum or signature do not fit: cut off, damaged or changed.",
      "Get package and signature anew; if that does not help, ask whoever signed it.",
    ],
    ["UPDATE_PACKAGE", "It is no package of stray, or one without its program.", "Take another file."],
    [
      "UPDATE_ARCHITECTURE",
      "The package is made for another architecture.",
      "Take the one for the architecture that the message names.",
    ],
    [
      "UPDATE_NOT_NEWER",
      "The package is not newer than what is in force.",
      "Nothing to do; --force takes an older version all the same.",
    ],
    [
      "UPDATE_SPACE",
      "There is not enough room to unpack the package, or the disk takes nothing.",
      "Free space where the message says, or lower store.quota.",
    ],
    [
      "UPDATE_BUSY",
      "Another update is under way.",
      "`stray update status` tells how far it is; `systemctl start stray-update` takes it to its end.",
    ],
    ["UPDATE_PRIVILEGE", "Only root may change what runs.", "Run it as root."],
    [
      "UPDATE_NO_PREVIOUS",
      "There is no version to go back to.",
      "Nothing to do: no update was made on this machine.",
    ],
    [
      "UPDATE_SYSTEM",
      "systemd or dpkg can't be asked, or refuses.",
      "The message has their own words; `journalctl -u stray-update` has more.",
    ],
    [
      "UPDATE_ROLLED_BACK",
      "The new version did not report healthy in time: the last one is in force again.",
      "The message says what was not well; `journalctl -u strayd` has more.",
    ],
  ]),
  group("Of the store of flows", [
    [
      "STORE_LOCKED",
      "Another strayd writes into the store.",
      "Stop that one, or name another store.directory.",
    ],
    [
      "STORE_UNREADABLE",
      "The store's folder or a file in it can't be read.",
      "Who may read it? --store names another.",
    ],
    ["STORE_WRITE", "The system takes no bytes and gives no reason.", "Is the disk full or failing (dmesg)?"],
    ["STORE_CLOSED", "Something was given to the store after its end.", REPORT],
  ]),
  group("Of the wire", [
    ["INLINE_OFF", "This sensor only listens.", "docs/inline.md says how to put one in the wire."],
    [
      "BYPASS_CLOSED",
      "inline.fail is closed: nothing goes by when the sensor stands still.",
      "inline.fail: open, and restart, where the link matters more than what passes it.",
    ],
    [
      "BYPASS_IMPOSSIBLE",
      "Nothing can carry the frames in the sensor's place, so bypass would stop them.",
      "The message says why: CAP_BPF, a kernel with BPF, or tc.",
    ],
    ["BYPASS_BUSY", "A try of the switch runs, or bypass is on.", "Wait, or `stray bypass off`."],
    ["PAIR_SAME", "The two interfaces are one.", "Name the two that traffic comes in and goes out by."],
    [
      "PAIR_NOT_ETHERNET",
      "Only Ethernet interfaces can be joined.",
      "Take another one in capture.interfaces.",
    ],
    [
      "PAIR_MEMBER",
      "The interface belongs to a bridge or a bond, which would deliver its frames twice.",
      "ip link set dev NAME nomaster.",
    ],
    ["PAIR_FORWARDED", "The kernel itself forwards between the two.", "Switch that off as the message says."],
    [
      "OFFLOAD_REFUSED",
      "An offload of the card can't be switched.",
      "Frames that the card merges may be too long for the other side: `ethtool -k NAME`.",
    ],
    ["DEADMAN_IN_USE", "Another sensor stands between these interfaces.", "Stop it first."],
    [
      "DEADMAN_NOT_MAPPED",
      "The page of the dead man's switch can't be mapped.",
      "inline.fail: closed goes without it.",
    ],
    [
      "XDP_FOREIGN",
      "The interface has an XDP program of another owner.",
      "`ip link set dev NAME xdp off`, or take another interface.",
    ],
    [
      "PIN_FOREIGN",
      "Something that stray did not leave lies where its pins should be.",
      "Find out whose it is, then remove it.",
    ],
    [
      "BPFFS_UNUSABLE",
      "No bpffs can be used to keep the switch over the end of strayd.",
      "docs/inline.md; the unit mounts one.",
    ],
    ["BPFFS_NOT_MOUNTED", "A bpffs can't be mounted.", "Mount one: `mount -t bpf bpf /run/stray/bpf`."],
    [
      "BPF_NOT_PERMITTED",
      "The kernel does not let this process use BPF.",
      "Root, or CAP_BPF and CAP_NET_ADMIN, as the unit gives them.",
    ],
    [
      "BPF_UNAVAILABLE",
      "The kernel has no bpf(2).",
      "A kernel with CONFIG_BPF_SYSCALL; else tc carries the frames, where it can.",
    ],
    [
      "BPF_REFUSED",
      "The kernel refuses a BPF program or map.",
      "The message has its reason; docs/inline.md says what which kernel can.",
    ],
    [
      "BPF_OBJECT_KIND",
      "What is pinned is another kind of object.",
      "Remove what lies there, if nobody needs it.",
    ],
    ["TC_MISSING", "tc is not there.", "apt install iproute2, or let the sensor use BPF."],
    [
      "TC_REFUSED",
      "tc can't redirect between the interfaces.",
      "The message has its reason: kernel modules act_mirred, cls_u32.",
    ],
    [
      "TC_FOREIGN",
      "The interface has tc filters of another program.",
      "Remove them, or take another interface.",
    ],
  ]),
];

export const ERROR_TABLE: readonly ErrorEntry[] = ERROR_GROUPS.flatMap(({ entries }) => entries);

/** Of a code as it is raised; that of a SQLite result by its family. */
export function errorEntry(code: string): ErrorEntry | undefined {
  const found = ERROR_TABLE.find((entry) => entry.code === code);
  return found ?? (code.startsWith("SQLITE_") ? errorEntry("SQLITE_*") : undefined);
}
