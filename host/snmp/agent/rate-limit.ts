// How much of an agent's work one address may ask for, and all of them together: buckets of tokens.
// Apart because it is asked before a datagram is looked at, whoever sent it.
// Always holds: memory is bounded (ADDRESSES_MAX); what one address does never takes another one's tokens, only the
// common ones; time that goes backwards gives nothing.

export interface RateLimits {
  /** Tokens a second, and how many can be saved. A message is one token, and one for each TOLD_PER_TOKEN variables. */
  readonly each: { readonly rate: number; readonly burst: number };
  readonly all: { readonly rate: number; readonly burst: number };
}

/**
 * A walk of everything with GETNEXT, one message a variable, is within an address's burst; what goes on for ever costs a few
 * hundredths of a processor.
 */
export const RATE_LIMITS: RateLimits = {
  each: { rate: 200, burst: 2_000 },
  all: { rate: 400, burst: 4_000 },
};
export const ADDRESSES_MAX = 1024;

interface Bucket {
  tokens: number;
  ms: number;
}

export class RateLimit {
  private readonly all: Bucket;
  private readonly each = new Map<string, Bucket>();

  constructor(
    private readonly limits: RateLimits,
    nowMs: number,
  ) {
    this.all = { tokens: limits.all.burst, ms: nowMs };
  }

  /** False: not now. */
  take(address: string, nowMs: number): boolean {
    fill(this.all, this.limits.all, nowMs);
    const bucket = this.bucketOf(address, nowMs);
    fill(bucket, this.limits.each, nowMs);
    if (this.all.tokens < 1 || bucket.tokens < 1) return false;
    this.all.tokens--;
    bucket.tokens--;
    return true;
  }

  /** For what turned out to be more work; the tokens may go below 0. */
  charge(address: string, tokens: number): void {
    this.all.tokens -= tokens;
    const bucket = this.each.get(address);
    if (bucket !== undefined) bucket.tokens -= tokens;
  }

  private bucketOf(address: string, nowMs: number): Bucket {
    const known = this.each.get(address);
    if (known !== undefined) return known;
    // The one that has been there longest goes: whoever forges addresses is held by the common bucket.
    if (this.each.size >= ADDRESSES_MAX) this.each.delete(this.each.keys().next().value!);
    const fresh = { tokens: this.limits.each.burst, ms: nowMs };
    this.each.set(address, fresh);
    return fresh;
  }
}

function fill(bucket: Bucket, { rate, burst }: RateLimits["each"], nowMs: number): void {
  const elapsedMs = Math.max(0, nowMs - bucket.ms);
  bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs * rate) / 1000);
  bucket.ms = nowMs;
}
