// Options that other systems know and stray can't honour, each with its reason.
// Apart because they are data, and docs/rules.md lists them.
// Always holds: no name is here that the table of options has too.

const GROUPS: readonly (readonly [names: string, reason: string])[] = [
  ["base64_decode base64_data", "stray decodes no Base64; look for the encoded bytes"],
  ["byte_math", "stray does no sums with bytes; byte_extract with multiplier may do"],
  ["asn1 ftpbounce cvs rpc", "stray does not take that protocol apart; use content and byte_test"],
  ["stream_size stream_reassemble", "rules have no say in how streams are put together"],
  ["session", "stray prints no sessions; use tag:session to keep the packets"],
  ["resp react", "use the actions reject, rejectdst or rejectboth"],
  ["replace", "stray changes no packets; use drop"],
  ["activates activated_by count", "rules do not switch others on; use flowbits"],
  ["protected_content hash length", "contents known only by their hash are not honoured"],
  ["http_encode", "findings tell of encodings: finding:http-double-encode, finding:http-overlong-utf8"],
  ["http_raw_cookie", "stray keeps one form of cookies; use http_cookie or http_raw_header"],
  ["xbits hostbits flowint flowvar pktvar", "stray keeps bits of flows only; use flowbits"],
  ["lua luajit", "stray runs no programs out of rules"],
  ["dataset datarep iprep geoip", "stray has no lists beside the rules"],
  ["app-layer-protocol app-layer-event", "stray knows HTTP only; use the protocol http"],
  ["decode-event stream-event engine-event", "findings tell of these: use finding:NAME"],
  [
    "filename fileext filemagic filestore filemd5 filesha1 filesha256 filesize",
    "stray takes no files out of traffic",
  ],
  ["file_type file_group file_meta", "stray takes no files out of traffic"],
  ["bypass", "stray looks at every packet of a flow"],
  ["absent", "a buffer that is not there can't be asked for"],
  [
    "tcp.mss tcp.hdr udp.hdr icmpv4.hdr icmpv6.hdr icmpv6.mtu ipv4.hdr ipv6.hdr l3_proto",
    "not a field stray compares",
  ],
  [
    "dotprefix strip_whitespace compress_whitespace to_lowercase to_uppercase to_md5 to_sha1 to_sha256",
    "stray does not transform buffers",
  ],
  [
    "url_decode pcrexform xor header_lowercase strip_pseudo_headers from_base64 luaxform",
    "stray does not transform buffers",
  ],
  ["sd_pattern", "stray looks for no personal data"],
  [
    "http.protocol http.request_line http.response_line http.start http.header_names",
    "not a buffer stray makes; use http.header.raw or the payload",
  ],
  [
    "http.accept http.accept_enc http.accept_lang http.connection http.content_len",
    "not a buffer stray makes; use http.header",
  ],
  [
    "http.content_type http.referer http.server http.location http.request_header http.response_header",
    "not a buffer stray makes; use http.header",
  ],
  [
    "http_content_len http_content_type http_protocol http_referer http_request_line http_header_names",
    "not a buffer stray makes; use http_header",
  ],
  [
    "http_accept http_accept_enc http_accept_lang http_connection http_response_line http_start",
    "not a buffer stray makes; use http_header",
  ],
];

const PREFIXES: readonly (readonly [prefix: RegExp, reason: string])[] = [
  [/^http2?\./, "not a buffer stray makes; use http.header"],
  [
    /^(dce|sip|gtp|ssl|modbus|dnp3|cip|enip|s7commplus|iec104)_/,
    "stray does not take that protocol apart; use content",
  ],
  [/^file\./, "stray takes no files out of traffic; file.data is the body of a response"],
  [/^(flow|stream|packet)\./, "not a number stray compares"],
  [
    /^(ja3|ja4|tls|ssh|dns|smb|smtp|ftp|ftpdata|ssl|krb5|rfb|mqtt|ike|snmp|quic|sip|rdp|modbus|dcerpc|ldap|email|websocket|nfs)([._]|$)/,
    "stray does not take that protocol apart; use content",
  ],
];

export const REFUSED_OPTIONS: ReadonlyMap<string, string> = new Map(
  GROUPS.flatMap(([names, reason]) => names.split(" ").map((name): [string, string] => [name, reason])),
);

/** Names with one reason, for the documentation. */
export const REFUSED_GROUPS = GROUPS;

/** Why an option of another system is refused; undefined when no system has it. */
export function refusalOf(name: string): string | undefined {
  return REFUSED_OPTIONS.get(name) ?? PREFIXES.find(([prefix]) => prefix.test(name))?.[1];
}
