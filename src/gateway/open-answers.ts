import { type Config } from '../config.js';
import { KeptAnswers, type KeptAnswersOptions } from '../server/answers/kept-answers.js';

/** Where answers are kept as bytes; nowhere where nothing of what they are made of is kept. */
export function openAnswers(
  { isCacheOn, answersCacheBytes: maximumBytes }: Config,
  onLookUp: KeptAnswersOptions['onLookUp'],
): KeptAnswers | undefined {
  return isCacheOn && maximumBytes > 0 ? new KeptAnswers({ maximumBytes, onLookUp }) : undefined;
}
