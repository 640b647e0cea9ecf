const name = 'campaign-gateway-key';

/**
 * The API key of this tab; null if none was entered. It ends with the tab. An application with users of its own replaces this
 * file by the access token of its identity provider.
 */
export function apiKey(): string | null {
  return sessionStorage.getItem(name);
}

/** Uses another key: everything is read again. */
export function signIn(key: string): void {
  sessionStorage.setItem(name, key);
  location.reload();
}

/** Forgets the key. */
export function signOut(): void {
  sessionStorage.removeItem(name);
  location.reload();
}
