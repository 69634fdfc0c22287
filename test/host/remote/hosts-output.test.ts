// Answers of several sensors on one output: order, marks, and that little is held.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HostsOutput, withHost } from "../../../host/cli/remote/hosts-output.js";
import { summaryText } from "../../../host/cli/remote/visit-hosts.js";

function stage(names: readonly string[], style: Partial<ConstructorParameters<typeof HostsOutput>[1]> = {}) {
  let text = "";
  const out = {
    line: (more: string) => {
      text += more;
    },
    flush: () => undefined,
  };
  const all = new HostsOutput(
    names,
    { form: "text", hasHeader: true, isStream: false, ...style },
    out,
    (sentence) => {
      text += `! ${sentence}\n`;
    },
  );
  return { outputs: all.outputs, text: () => text };
}

describe("answers that end", () => {
  it("of one line stand behind the host's name, longer ones under a heading", () => {
    const { outputs, text } = stage(["a", "b", "c", "d"]);
    const [a, b, c, d] = outputs;
    d!.line("last\n");
    d!.end();
    c!.end();
    b!.line("one\n");
    b!.line("two\n");
    b!.warn("odd");
    expect(text()).toBe("");
    a!.line("short\n");
    a!.end();
    expect(text()).toBe("a: short\n");
    b!.end();
    expect(text()).toBe("a: short\n\n=== b ===\none\ntwo\n! b: odd\nd: last\n");
  });

  it("that are long are held little: whoever waits for its turn is asked no more", async () => {
    const { outputs, text } = stage(["a", "b"], { form: "json" });
    const [a, b] = outputs;
    const line = `{"x":"${"y".repeat(1000)}"}\n`;
    let asked = 0;
    const work = (async () => {
      for (; asked < 2000; asked++) {
        await b!.mayAsk();
        b!.line(line);
      }
      b!.end();
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toBeGreaterThan(200);
    expect(asked).toBeLessThan(300);
    for (let count = 0; count < 1000; count++) {
      await a!.mayAsk();
      a!.line(line);
    }
    // The first one need not wait for its end.
    expect(text().length).toBeGreaterThan(500_000);
    a!.end();
    await work;
    const hosts = text().match(/"host":"."/g) ?? [];
    expect(hosts).toEqual([...Array(1000).fill('"host":"a"'), ...Array(2000).fill('"host":"b"')]);
  });

  it("come whole, once and in order, whatever the order in which they come", () => {
    const event = fc.record({ host: fc.nat(4), isEnd: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.constantFrom("text" as const, "json" as const),
        (events, form) => {
          const { outputs, text } = stage(["a", "b", "c", "d", "e"], { form });
          const said = outputs.map(() => 0);
          for (const { host, isEnd } of events) {
            const output = outputs[host]!;
            if (output.hasEnded) continue;
            if (isEnd) output.end();
            else output.line(`{"n":${host * 100 + said[host]!++}}\n`);
          }
          for (const output of outputs) if (!output.hasEnded) output.end();
          const numbers = [...text().matchAll(/"n":(\d+)/g)].map(([, number]) => Number(number));
          expect(numbers).toEqual(
            said.flatMap((count, host) => Array.from({ length: count }, (_, index) => host * 100 + index)),
          );
        },
      ),
    );
  });
});

describe("answers that go on", () => {
  it("come line by line, each with its host, several lines at once too", () => {
    const { outputs, text } = stage(["a", "b"], { isStream: true });
    outputs[1]!.line("one\n\ntwo\n");
    outputs[0]!.line("three\n");
    outputs[1]!.warn("b: gone");
    expect(text()).toBe("b: one\nb:\nb: two\na: three\n! b: gone\n");
  });

  it("as CSV have a column more, and one header", () => {
    const { outputs, text } = stage(["a", "b"], { form: "csv", isStream: true });
    for (const output of outputs.toReversed()) output.line("x,y\n");
    for (const output of outputs) output.line("1,2\n");
    expect(text()).toBe("host,x,y\na,1,2\nb,1,2\n");
  });
});

it("JSON gets its host in front", () => {
  expect(withHost("admin@a", '{"b":1}\n')).toBe('{"host":"admin@a","b":1}\n');
  expect(withHost("a", "{}\n")).toBe('{"host":"a"}\n');
});

it("a summary tells what did not go well, and nothing else", () => {
  const well = { name: "a", exitCode: 0, hasFailed: false };
  expect(summaryText([well, well])).toBeUndefined();
  expect(
    summaryText([
      well,
      { name: "b", exitCode: 2, hasFailed: true },
      { name: "c", exitCode: 1, hasFailed: false },
    ]),
  ).toBe("of 3 hosts 1 failed (b), 1 ended with exit status 1 (c)");
  const many = Array.from({ length: 12 }, (_, index) => ({
    name: `h${index}`,
    exitCode: 2,
    hasFailed: true,
  }));
  expect(summaryText(many)).toMatch(/^of 12 hosts 12 failed \(h0, .*h9, \.\.\.\)$/);
});
