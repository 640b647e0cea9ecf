import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type Asker } from '../../domain/trail.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Progress } from './create-record.js';

/** A campaign that can be found again. */
export type NamedDraft = CampaignDraft & { readonly name: string };

/** Where a create notes its progress, before it goes on. */
export interface CreateLog {
  readonly progress: Progress;
  /** @throws GatewayError where it can't be noted, or another gateway works on this create by now. */
  note(progress: Progress): Promise<void>;
  /** False where another gateway may work on this create by now. */
  isOurs(): boolean;
}

/** One create, whatever becomes of its requests. */
export interface Create {
  /** A campaign that is its answer is reserved under this. */
  readonly id: string;
  readonly draft: NamedDraft;
  /** True where the name was made for it. */
  readonly isNameOurs: boolean;
  readonly log: CreateLog;
  /** The request that it is for. */
  readonly asker: Asker;
}

/**
 * Adds the callback addresses that neither the caller nor the campaign has; new ones each time: callback-marks.ts.
 */
export type WithCallbacks = (draft: CampaignDraft, campaign?: Campaign) => CampaignDraft;
