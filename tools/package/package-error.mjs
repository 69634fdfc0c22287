// What keeps a package from being made, told without a stack.
// Apart because every part raises it, and only tools/package.mjs prints it.

export class PackageError extends Error {}
