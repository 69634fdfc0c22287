// HTTP requests whose URI climbs or hides.

import { expect, it } from "vitest";
import { badUri } from "../../../../host/report/features/bad-uri.js";
import type { FlowSketch } from "../../cause/flows.js";
import { flow, told } from "./rig.js";

const request = (findings: NonNullable<FlowSketch["findings"]>, at = 0) =>
  flow({ at, sport: 40_000 + at, findings, orig: { packets: 2, appBytes: 80 } });

it("says what the URIs do, and which flow has none", () => {
  const flows = [
    request(["http-traversal", "http-overlong-utf8"]),
    request(["http-traversal"]),
    request([], 5),
  ];
  expect(told(badUri, { flows })).toBe(
    "2 of 3 flows with data carry an HTTP request with a bad URI: it climbs out of the server's folder in 2, it hides " +
      "characters in overlong UTF-8 in 1; except none in the flow of 11:31:11.000000 from port 40005",
  );
  expect(told(badUri, { flows: [request(["http-double-encode"])] })).toBe(
    "the one flow with data carries an HTTP request with a bad URI: it hides characters behind two encodings in 1",
  );
});

it("is not told where there is none", () => {
  expect(told(badUri, { flows: [request([])] })).toBeUndefined();
});
