import { type SandboxState } from '../state.js';
import { DOCUMENTED_AUGUST_2022 } from './documented-august-2022.js';
import { documentedDraft } from './documented-campaign.js';
import { DOCUMENTED_JULY_2022 } from './documented-july-2022.js';
import { DOCUMENTED_JUNE_2022 } from './documented-june-2022.js';
import { seedFestiveOffer } from './festive-offer.js';
import { generate, GENERATED_CAMPAIGNS } from './generated.js';

/** Fills an account with the document's sample campaigns and a life of its own around now. */
export function seedDemo(state: SandboxState): void {
  const documented = [...DOCUMENTED_AUGUST_2022, ...DOCUMENTED_JULY_2022, ...DOCUMENTED_JUNE_2022];
  for (const sample of documented) state.insert(documentedDraft(sample));
  for (let index = 0; index < GENERATED_CAMPAIGNS; index += 1) generate(state, index);
  seedFestiveOffer(state);
}
