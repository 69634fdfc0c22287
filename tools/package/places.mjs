// Where things lie once the package is installed, without the first slash.
// Apart because layout, control files and koffi name the same places.

export const HOME = "usr/lib/stray";
export const DOC = "usr/share/doc/stray";
export const CONFIG = "etc/stray/stray.yaml";
