// Where the filter begins among a command's words.

import { describe, expect, it } from "vitest";
import { splitFilter } from "../../../host/cli/arguments.js";
import { optionShapes, readCommand } from "../../../host/cli/read-command.js";

const shapes = optionShapes(readCommand());

describe("splitFilter", () => {
  it.each([
    ["a.pcap", "a.pcap", undefined],
    ["a.pcap - tcp and port 80", "a.pcap", "tcp and port 80"],
    ["a.pcap -- tcp", "a.pcap", "tcp"],
    ["-", "-", undefined],
    ["- - tcp", "-", "tcp"],
    ["-- -odd.pcap - tcp", "-- -odd.pcap", "tcp"],
    ["-n -Z b a.pcap b.pcap -u - dur > -1", "-n -Z b a.pcap b.pcap -u", "dur > -1"],
    // An option's value is neither file nor separator.
    ["-c - a.pcap - tcp", "-c - a.pcap", "tcp"],
    ["-nc - - - tcp", "-nc - -", "tcp"],
    ["-c- a.pcap", "-c- a.pcap", undefined],
    ["-s -dur a.pcap - tcp", "-s -dur a.pcap", "tcp"],
    ["--filter udp - - tcp", "--filter udp -", "tcp"],
    ["--filter=udp - - tcp", "--filter=udp -", "tcp"],
    ["a.pcap -", "a.pcap", ""],
  ])("%s", (line, words, filter) => {
    expect(splitFilter(line.split(" "), shapes)).toEqual({ words: words.split(" "), filter });
  });
});
