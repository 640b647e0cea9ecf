import { type onRequestAsyncHookHandler } from 'fastify';
import { type OperationPipeline } from '../../operations/pipeline.js';
import { writeResult } from '../operation-over-http.js';
import { type RequestRate } from './request-rate.js';

/** Counts a route's requests before their bodies are read; no hook where there is no limit. */
export function rateHooks(rate: RequestRate, pipeline: OperationPipeline): onRequestAsyncHookHandler[] {
  if (!rate.isOn) return [];
  return [
    async (request, reply) => {
      const tooMany = await rate.take(request.caller.name);
      if (!tooMany) return undefined;
      return reply.send(writeResult(reply, pipeline.refuse(request.trail, tooMany)));
    },
  ];
}
