/** Scopes of callers. `documents:any` allows documents outside the list of trusted documents. */
export const scopes = ['campaigns:read', 'campaigns:write', 'messages:read', 'documents:any'] as const;

export type Scope = (typeof scopes)[number];

/** The authenticated sender of a request. */
export interface Caller {
  /** Identifies the caller in limits, logs and the audit; never a secret. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Expiry of the credentials in epoch milliseconds; undefined if they do not expire. */
  readonly expiresAtMs?: number;
  /** Aborts when the credentials are revoked; undefined if they can't be. */
  readonly revoked?: AbortSignal;
}

/** The caller of every request with `AUTH_MODE=none`: has all scopes. */
export const anonymous: Caller = { name: 'anonymous', scopes: new Set(scopes) };

/** The key by which limits count a caller: its name, or the client's address with `AUTH_MODE=none`. */
export function limitKeyOf(caller: Pick<Caller, 'name'>, address: string | undefined): string {
  return caller === anonymous && address !== undefined ? `address ${address}` : caller.name;
}

/** A caller before authentication: has no scopes. */
export const nobody: Caller = { name: 'nobody', scopes: new Set() };

/** The part of a resolver's context that the check of scopes uses. */
export interface CallerContext {
  readonly caller: Caller;
  readonly report: {
    /** Set where the answer depends on the scopes of the caller, without an error. */
    dependsOnCaller: boolean;
  };
  /** Clock in epoch milliseconds. */
  readonly now: () => number;
}
