/** What a caller may be allowed to do; `documents:any`: send documents of its own where apps send trusted ones only. */
export const scopes = ['campaigns:read', 'campaigns:write', 'messages:read', 'documents:any'] as const;

export type Scope = (typeof scopes)[number];

/** Somebody who asks something. */
export interface Caller {
  /** What limits are counted by, and what logs and the audit say; never a secret. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Epoch milliseconds until which this holds; undefined: until it is taken away. */
  readonly expiresAtMs?: number;
  /** Aborts when it is taken away before that; undefined: it can't be. */
  readonly revoked?: AbortSignal;
}

/** Who asks where nobody has to say who they are: everything is allowed. */
export const anonymous: Caller = { name: 'anonymous', scopes: new Set(scopes) };

/** Who has not shown yet who they are: nothing is allowed. */
export const nobody: Caller = { name: 'nobody', scopes: new Set() };

/** What the check of a field's scopes needs of a resolver's context. */
export interface CallerContext {
  readonly caller: Caller;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
