import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type Asker } from '../../domain/trail.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Progress } from './create-record.js';

/** A campaign that can be found again. */
export type NamedDraft = CampaignDraft & { readonly name: string };

/** Where a create notes how far it has come, before it goes on. */
export interface Journal {
  readonly progress: Progress;
  /** @throws GatewayError where it can't be noted, or another works on this create by now. */
  note(progress: Progress): Promise<void>;
  /** False where another may be at work on this create by now. */
  isOurs(): boolean;
}

/** One create, whatever becomes of its requests. */
export interface Create {
  /** Of whom a campaign is the answer. */
  readonly id: string;
  readonly draft: NamedDraft;
  /** True where the name was made for it. */
  readonly isNameOurs: boolean;
  readonly journal: Journal;
  /** Whom it is for. */
  readonly asker: Asker;
}

/**
 * Adds the callback addresses that neither the caller nor the campaign has; new ones each time, so they are no part of
 * what a campaign is known by.
 */
export type WithCallbacks = (draft: CampaignDraft, campaign?: Campaign) => CampaignDraft;
