import { KeptAnswers, type KeptAnswersOptions } from '../server/answers/kept-answers.js';
import { type Surroundings } from './surroundings.js';

/** Where answers are kept as bytes; nowhere where nothing of what they are made of is kept. */
export function openAnswers(
  { config: { isCacheOn, answersCacheBytes }, memory }: Pick<Surroundings, 'config' | 'memory'>,
  onLookUp: KeptAnswersOptions['onLookUp'],
): KeptAnswers | undefined {
  const maximumBytes = answersCacheBytes ?? memory.responses;
  return isCacheOn && maximumBytes > 0 ? new KeptAnswers({ maximumBytes, onLookUp }) : undefined;
}
