// TCP's six flags of RFC 793, which scans are told by; ECE, CWR and AE say nothing of that (RFC 3168 6.1.1).
// Apart because several findings leave the others out.

import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, TCP_URG } from "../wire/tcp";

export const SIX_FLAGS: u32 = TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK | TCP_URG;
