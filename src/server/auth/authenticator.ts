import { anonymous, type Caller } from '../../domain/caller.js';
import { type Credentials } from './credentials.js';

/**
 * Tells who shows these credentials.
 * @throws GatewayError: UNAUTHENTICATED where they are not good, AUTHENTICATION_UNAVAILABLE where that can't be told.
 */
export type Authenticator = (credentials: Credentials) => Promise<Caller>;

/** Where nobody has to say who they are. */
export const openToAll: Authenticator = () => Promise.resolve(anonymous);
