/** What a caller may be allowed to do. */
export const scopes = ['campaigns:read', 'campaigns:write', 'messages:read'] as const;

export type Scope = (typeof scopes)[number];

/** Somebody who asks something. */
export interface Caller {
  /** What limits are counted by, and what logs and the audit say; never a secret. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Epoch milliseconds until which this holds; undefined: until it is taken away. */
  readonly expiresAtMs?: number;
}

/** Who asks where nobody has to say who they are: everything is allowed. */
export const anonymous: Caller = { name: 'anonymous', scopes: new Set(scopes) };
