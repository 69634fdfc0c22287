// Perl as the oracle of regular expressions: one child process answers a whole batch.
// Apart because what Perl is asked is written in Perl. Always holds: patterns and texts go to it as hex, so that
// nothing in them can mean anything to a shell, a line or Perl itself.

import { spawnSync } from "node:child_process";

export interface Question {
  readonly pattern: string;
  /** Of i s m x. */
  readonly flags: string;
  readonly text: string;
  readonly from: number;
}

/** A match, none, or "refused" when Perl does not compile the pattern, or takes a second for it. */
export type Answer = readonly [start: number, end: number] | undefined | "refused";

const SCRIPT = `
no warnings;
while (my $line = <STDIN>) {
  chomp $line;
  my ($pattern, $flags, $text, $from) = split /,/, $line;
  $pattern = pack "H*", $pattern;
  $text = pack "H*", $text;
  my $regex = eval { qr/(?$flags:$pattern
)/ } if $flags =~ /x/;
  $regex = eval { qr/(?$flags:$pattern)/ } if $flags !~ /x/;
  if (!defined $regex) { print "refused\\n"; next; }
  pos($text) = $from;
  my $answer = eval {
    local $SIG{ALRM} = sub { die };
    alarm 1;
    my $found = $text =~ /$regex/g ? "$-[0] $+[0]" : "none";
    alarm 0;
    $found;
  };
  alarm 0;
  print defined $answer ? "$answer\\n" : "refused\\n";
}
`;

const hex = (text: string): string => Buffer.from(text, "latin1").toString("hex");

export function askPerl(questions: readonly Question[]): Answer[] {
  const input = questions
    .map(({ pattern, flags, text, from }) => `${hex(pattern)},${flags},${hex(text)},${from}\n`)
    .join("");
  const { stdout, status, error, stderr } = spawnSync("perl", ["-e", SCRIPT], {
    input,
    encoding: "latin1",
    maxBuffer: 1 << 28,
    timeout: 60_000,
    // So that an alarm ends a match that goes on and on.
    env: { ...process.env, PERL_SIGNALS: "unsafe" },
  });
  if (status !== 0) throw error ?? new Error(`perl ended with ${status}: ${stderr}`);
  return stdout.trimEnd().split("\n").map(answerOf);
}

function answerOf(line: string): Answer {
  if (line === "refused") return line;
  if (line === "none") return undefined;
  const [start = 0, end = 0] = line.split(" ").map(Number);
  return [start, end];
}
