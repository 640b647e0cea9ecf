import { emptyValues, type Values } from './values';

/** A new campaign before it exists. */
export interface Draft {
  /** Sent with every attempt: the gateway never creates two campaigns for one key. */
  readonly idempotencyKey: string;
  readonly values: Values;
  /** True from the moment it is sent until it is certain what became of it. */
  readonly isInDoubt: boolean;
}

const name = 'new-campaign';

/** The draft of this tab: it survives a reload, so that its key does too. */
export function loadDraft(): Draft {
  const stored = sessionStorage.getItem(name);
  return stored === null ? newDraft() : (JSON.parse(stored) as Draft);
}

export function storeDraft(draft: Draft): void {
  sessionStorage.setItem(name, JSON.stringify(draft));
}

/** Forgets the draft, and with it the key. */
export function discardDraft(): void {
  sessionStorage.removeItem(name);
}

export function newDraft(): Draft {
  return { idempotencyKey: newKey(), values: emptyValues, isInDoubt: false };
}

/** 128 random bits. (`crypto.randomUUID` exists on https and localhost only.) */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
