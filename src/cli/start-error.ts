import { CannotStart } from '../cluster/supervisor.js';
import { ConfigError } from '../config/environment/environment.js';

/** Message for an error that a person can correct; undefined for unexpected errors. */
export function startErrorMessage(error: unknown): string | undefined {
  const isExpected = error instanceof ConfigError || error instanceof CannotStart;
  return isExpected ? error.message : listenErrorMessage(error);
}

/** Message for a HOST or PORT that the gateway can't listen on. */
function listenErrorMessage(error: unknown): string | undefined {
  const {
    code = '',
    address = '',
    hostname = '',
    port = '',
  } = error as NodeJS.ErrnoException & { readonly [Key in 'address' | 'hostname' | 'port']?: string };
  const place = `${address}:${port}`;
  if (code === 'EADDRINUSE')
    return `PORT: ${place} is in use by another process; set PORT, or --port, to a free one.`;
  if (code === 'EACCES')
    return `PORT: ${place} may not be listened on by this user; set PORT to one above 1023.`;
  if (['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'].includes(code))
    return `HOST: got ${JSON.stringify(address || hostname)}, which is not an address of this machine; set HOST to one that is.`;
  return undefined;
}
