// Which of two versions of a Debian package is newer (Debian policy manual, section 5.6.12).
// Apart because an update asks before dpkg has seen the package, and where there may be no dpkg.
// Always holds: it agrees with dpkg --compare-versions (held by a test); any text is compared, none throws.

/** Negative when `left` is older than `right`, positive when newer, 0 when they mean the same. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [split(left), split(right)];
  return a.epoch - b.epoch || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision);
}

function split(text: string): { epoch: number; upstream: string; revision: string } {
  const colon = text.indexOf(":");
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  return {
    epoch: colon < 0 ? 0 : Number.parseInt(text, 10) || 0,
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? "0" : rest.slice(dash + 1),
  };
}

/** What is no digit, then digits as a number, in turn until one differs. */
function compareParts(left: string, right: string): number {
  let [a, b] = [left, right];
  while (a !== "" || b !== "") {
    const [textA, textB] = [head(a, /^\D*/), head(b, /^\D*/)];
    const byText = compareText(textA, textB);
    if (byText !== 0) return byText;
    [a, b] = [a.slice(textA.length), b.slice(textB.length)];
    const [digitsA, digitsB] = [head(a, /^\d*/), head(b, /^\d*/)];
    const byNumber = compareDigits(digitsA, digitsB);
    if (byNumber !== 0) return byNumber;
    [a, b] = [a.slice(digitsA.length), b.slice(digitsB.length)];
  }
  return 0;
}

function head(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[0] ?? "";
}

/** A tilde comes before the end, the end before letters, letters before the rest. */
function compareText(left: string, right: string): number {
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = weight(left[at]) - weight(right[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function weight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === "~") return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

/** However long: leading zeros gone, the longer one is larger. */
function compareDigits(left: string, right: string): number {
  const [a, b] = [left.replace(/^0+/, ""), right.replace(/^0+/, "")];
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
