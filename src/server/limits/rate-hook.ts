import { type onRequestAsyncHookHandler } from 'fastify';
import { type FormatError } from '../error-format.js';
import { sendRefusal } from './http-refusal.js';
import { type RequestRate } from './request-rate.js';

/** Counts a route's requests before their bodies are read; nothing where there is no limit. */
export function rateHooks(rate: RequestRate, formatError: FormatError): onRequestAsyncHookHandler[] {
  if (!rate.isOn) return [];
  return [
    async (request, reply) => {
      const tooMany = await rate.take(request.caller.name);
      if (!tooMany) return undefined;
      request.refusedWith = tooMany.code;
      return sendRefusal(reply, request.headers.accept, tooMany, formatError);
    },
  ];
}
