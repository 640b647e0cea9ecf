import { type Drift } from '../../datasources/exotel/drift/differences.js';
import { type DriftRoute, type OnDrift } from '../../datasources/exotel/drift/drift-watch.js';
import { type Logger } from '../logger.js';
import { onTrail } from './trail.js';

/** Paths come from outside: so many different ones are told, and then no more. */
const maximumPaths = 200;
const maximumPathLength = 200;

/** Tells once of each path that the document does not have; every answer that has it is counted. */
export function driftLog(logger: Logger, count: (route: DriftRoute, kind: Drift['kind']) => void): OnDrift {
  const told = new Set<string>();
  return (route, { kind, path }, trail) => {
    count(route, kind);
    const drift = { route, kind, path: path.slice(0, maximumPathLength) };
    const key = JSON.stringify(drift);
    if (told.size >= maximumPaths || told.has(key)) return;
    told.add(key);
    logger.warn({ ...onTrail(trail), drift }, 'the upstream says something that its document does not have');
  };
}
