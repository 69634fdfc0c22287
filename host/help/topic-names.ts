// What `stray help` tells about besides commands. Apart because the command's declaration loads no more than this.

export const TOPICS = ["topics", "findings", "causes", "errors", "counters", "metrics", "keys"] as const;
export type Topic = (typeof TOPICS)[number];
