// Colours and the letter of the plots, as the page's style has them just now.
// Apart because a canvas knows no style: it is asked each time something is drawn.
// Always holds: light and dark, screen and paper differ in the style alone.

const NAMES = ["paper", "ink", "muted", "rule", "grid", "main", "odd", "line", "band"] as const;
export type Theme = Readonly<Record<(typeof NAMES)[number], string>>;

export function themeNow(): Theme {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Theme;
}

/** Of a canvas, in CSS pixels. */
export function fontNow(size: number): string {
  return `${size}px ${getComputedStyle(document.body).fontFamily}`;
}
