// What the parts of the HTTP parser tell one another besides a result: an overlay in SCRATCH_HTTP.
// Apart because the module has no mutable globals and functions give one value.
// Always holds: addresses here point into the text that was handed in, or into SCRATCH_HTTP.

import { SCRATCH_HTTP_BASE, SCRATCH_HTTP_SIZE } from "../layout";
import { HTTP_FACTS_OFFSET, HTTP_FACTS_SIZE, HTTP_SCRATCH_USED } from "./http-layout";

@unmanaged
export class HttpFacts {
  // Of a URI.
  tricks: u32;
  authority: u32; // of the absolute form, 0 = none
  authoritySize: u32;
  leftPercent: u32; // a percent sign is left that a second round may decode
  leftHigh: u32; // bytes are there that may begin an overlong sequence
  // Of a start line.
  methodSize: u32;
  uri: u32;
  uriSize: u32;
  versioned: u32; // the line ends with HTTP/x.y
  status: u32; // value of the three digits
  statusCode: u32;
  statusMessage: u32;
  statusMessageSize: u32;
  // Of header lines.
  host: u32;
  hostSize: u32;
  userAgent: u32;
  userAgentSize: u32;
  cookieSize: u32; // in the cookie area
  headerSize: u32; // in the header area
  length: u32; // Content-Length
  hasLength: u32;
  chunked: u32;
  encoding: u32;
  // Of a body.
  chunkSize: u32;
  decodedSize: u32;
  work: u32; // what inflating may still cost
}

if (offsetof<HttpFacts>() > <usize>HTTP_FACTS_SIZE) ERROR("HttpFacts does not fit");
if (HTTP_SCRATCH_USED > SCRATCH_HTTP_SIZE) ERROR("SCRATCH_HTTP is too small");

export function httpFacts(): HttpFacts {
  return changetype<HttpFacts>(SCRATCH_HTTP_BASE + HTTP_FACTS_OFFSET);
}
