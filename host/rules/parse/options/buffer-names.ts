// Names of the buffers in rules: Snort's modifiers behind a content, Suricata's sticky names before it, letters of pcre.
// Apart because three readers need them.
// Always holds: one name, one buffer; names of the two writings do not overlap.

import type { BufferName } from "../../model.js";

/** Behind a content: that content is looked for there. */
export const CONTENT_MODIFIER_BUFFERS: ReadonlyMap<string, BufferName> = new Map([
  ["http_uri", "http_uri"],
  ["http_raw_uri", "http_raw_uri"],
  ["http_method", "http_method"],
  ["http_header", "http_header"],
  ["http_raw_header", "http_raw_header"],
  ["http_host", "http_host"],
  ["http_raw_host", "http_raw_host"],
  ["http_user_agent", "http_user_agent"],
  ["http_cookie", "http_cookie"],
  ["http_client_body", "http_client_body"],
  ["http_server_body", "file_data"],
  ["http_stat_code", "http_stat_code"],
  ["http_stat_msg", "http_stat_msg"],
]);

/** Before contents: all that follow are looked for there, up to the next of these. */
export const STICKY_BUFFERS: ReadonlyMap<string, BufferName> = new Map([
  ["http.uri", "http_uri"],
  ["http.uri.raw", "http_raw_uri"],
  ["http.method", "http_method"],
  ["http.header", "http_header"],
  ["http.header.raw", "http_raw_header"],
  ["http.host", "http_host"],
  ["http.host.raw", "http_raw_host"],
  ["http.user_agent", "http_user_agent"],
  ["http.cookie", "http_cookie"],
  ["http.request_body", "http_client_body"],
  ["http.response_body", "file_data"],
  ["http.stat_code", "http_stat_code"],
  ["http.stat_msg", "http_stat_msg"],
  ["file_data", "file_data"],
  ["file.data", "file_data"],
  ["pkt_data", "payload"],
]);

/** Behind the closing slash of a pcre. */
export const REGEX_BUFFERS: ReadonlyMap<string, BufferName> = new Map([
  ["U", "http_uri"],
  ["I", "http_raw_uri"],
  ["P", "http_client_body"],
  ["Q", "file_data"],
  ["H", "http_header"],
  ["D", "http_raw_header"],
  ["M", "http_method"],
  ["C", "http_cookie"],
  ["S", "http_stat_code"],
  ["Y", "http_stat_msg"],
  ["V", "http_user_agent"],
  ["W", "http_host"],
  ["Z", "http_raw_host"],
  ["B", "payload"],
]);

export const BUFFER_MEANINGS: Readonly<Record<BufferName, string>> = {
  payload: "the payload of the packet, or of its stream",
  http_uri: "the URI of a request, normalised",
  http_raw_uri: "the URI as it came",
  http_method: "the method of a request",
  http_header: "header lines without cookies, of a request or a response",
  http_raw_header: "header lines as they came",
  http_host: "the host of a request, in small letters",
  http_raw_host: "the host as it came",
  http_user_agent: "the value of User-Agent",
  http_cookie: "the value of Cookie or Set-Cookie",
  http_client_body: "the body of a request",
  http_stat_code: "the status code of a response",
  http_stat_msg: "the words behind the status code",
  file_data: "the body of a response, chunks joined, decompressed",
};
