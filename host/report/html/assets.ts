// The page's script and style as the bundler left them: uPlot, its style and the drawing of the plots, one file each.
// Apart because it is the only part of the page that reads files, once a process.
// Always holds: what can't be read is told with what to do; neither text can end the element that it stands in.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StrayError } from "../../errors.js";
import { packageRoot } from "../../wasm/module.js";

export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** In the package's folder; tools/bundle.mjs writes it. */
const FOLDER = join("dist", "report");
let read: PageAssets | undefined;

/** @throws StrayError PAGE_MISSING when the program was not built. */
export function pageAssets(): PageAssets {
  read ??= {
    script: asset("page.js").replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--"),
    style: asset("page-style.css").replaceAll("</style", "<\\/style"),
  };
  return read;
}

function asset(name: string): string {
  const path = join(packageRoot(), FOLDER, name);
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const message = `the page's part ${path} can't be read: build it with "npm run build"`;
    throw new StrayError("PAGE_MISSING", message, 2, { cause });
  }
}
