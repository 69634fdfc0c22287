// Values of SNMP from values of the sensor: each type's bounds, times, labels, and text that came from the wire.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  choice,
  counter,
  gauge,
  number,
  percent,
  text,
  ticks,
  time,
  truth,
} from "../../../host/snmp/mib/types.js";
import { boundedText, dateAndTime, labelOf, typedValue, ValueType } from "../../../host/snmp/values.js";

describe("values", () => {
  it("numbers stay within their type, whatever they are", () => {
    expect(typedValue(gauge, 2 ** 33).value).toBe(0xffff_ffff);
    expect(typedValue(percent, 101).value).toBe(100);
    expect(typedValue(number(0, 7), -3).value).toBe(0);
    expect(typedValue(counter, undefined)).toEqual({ type: ValueType.Counter64, value: 0 });
    expect(typedValue(counter, 2 ** 53 - 1).value).toBe(2 ** 53 - 1);
    expect(typedValue(gauge, Number.NaN).value).toBe(0);
    expect(typedValue(gauge, 1.9).value).toBe(1);
    // 497 days of TimeTicks, then from the beginning.
    expect(typedValue(ticks, 10 * 2 ** 32 + 50)).toEqual({ type: ValueType.TimeTicks, value: 5 });
    expect(typedValue(truth, true).value).toBe(1);
    expect(typedValue(truth, undefined).value).toBe(2);
  });

  it("labels are those of the MIB, from the sensor's words", () => {
    expect(labelOf("xdp-native")).toBe("xdpNative");
    expect(typedValue(choice("none", "xdpNative"), "xdp-native").value).toBe(2);
    expect(typedValue(choice("none", "xdpNative"), "else").value).toBe(0);
  });

  it("times are DateAndTime in UTC, or eight zeros", () => {
    const octets = dateAndTime(Date.UTC(2026, 10, 28, 19, 8, 47, 350));
    expect([...octets]).toEqual([0x07, 0xea, 11, 28, 19, 8, 47, 3, 0x2b, 0, 0]);
    for (const none of [undefined, 0, -1, Number.NaN, 1e18])
      expect([...dateAndTime(none)]).toEqual(Array(8).fill(0));
    expect(typedValue(time, undefined).type).toBe(ValueType.OctetString);
  });

  it("text is printable ASCII of a bounded length, and no escape is cut in two", () => {
    expect(typedValue(text(), "a\u001b[2Jb\u202e").value).toBe("a\\x1b[2Jb\\u202e");
    expect(boundedText("\u001b".repeat(5), 20)).toBe("\\x1b\\x1b\\x1b\\x1b\\x1b");
    expect(boundedText("\u001b".repeat(6), 20)).toBe("\\x1b\\x1b\\x1b\\x1b...");
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 400 }),
        fc.integer({ min: 8, max: 255 }),
        (words, most) => {
          const told = boundedText(words, most);
          expect(told.length).toBeLessThanOrEqual(most);
          expect(told).toMatch(/^[\x20-\x7e]*$/);
        },
      ),
    );
  });
});
