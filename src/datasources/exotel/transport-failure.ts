import { UpstreamFailure } from '../../domain/upstream-failure.js';

/** Errors of connecting: the request certainly was not sent. Nor was it after an invalid certificate: `certificateError`. */
const connectErrors = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Codes of OpenSSL for certificates, which are checked before anything is sent, and Node's for another host's. */
const certificateError =
  /^(?:CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$|UNABLE_TO_|INVALID_CA$|ERR_TLS_CERT_ALTNAME_)/;

/** Codes of Node, undici and OpenSSL are words; anything else could be a text from outside. */
const plainCode = /^[A-Z][A-Z\d_]{1,63}$/;

/** The failure of a request, from the error that ended it and what had come of its response. */
export function failureOf(error: unknown, isTimedOut: boolean, status: number): UpstreamFailure {
  const { code = '', syscall } = (error ?? {}) as { readonly code?: string; readonly syscall?: string };
  // A connection that breaks later may have the same code: then the request had been sent.
  const isConnecting = syscall === undefined || syscall === 'connect' || syscall === 'getaddrinfo';
  const errorCode = isTimedOut || code === 'UND_ERR_CONNECT_TIMEOUT' ? 'ETIMEDOUT' : code;
  const facts = plainCode.test(errorCode) ? { errorCode } : {};
  if ((connectErrors.has(code) && isConnecting) || certificateError.test(code))
    return new UpstreamFailure('unreachable', facts);
  const isAccepted = status >= 200 && status < 300;
  return new UpstreamFailure(isTimedOut ? 'timeout' : 'unavailable', { ...facts, isAccepted });
}
