import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { Link } from 'wouter';
import { mayHaveBeenDone, problemOf } from '../gateway/problem';
import { useCanWrite } from '../gateway/use-gateway';
import {
  ArchiveDocument,
  type CampaignAction,
  type CampaignDetailsFragment,
  CompleteDocument,
  PauseDocument,
  ResumeDocument,
} from '../generated/operations';
import { Confirm } from '../ui/confirm';
import { wordsOf } from '../ui/status-badge';

type Action = Exclude<CampaignAction, 'UPDATE'>;

const documents = {
  PAUSE: PauseDocument,
  RESUME: ResumeDocument,
  COMPLETE: CompleteDocument,
  ARCHIVE: ArchiveDocument,
} as const;

/** Questions before what can't be undone. */
const questions: Partial<Record<Action, string>> = {
  COMPLETE: 'Complete this campaign? Messages that are not sent yet will never be sent.',
  ARCHIVE: 'Archive this campaign? It can’t be taken back.',
};

interface ActionsProps {
  readonly campaign: CampaignDetailsFragment;
  /** Called if nobody knows whether an action was done. */
  readonly onDoubt: () => void;
}

/** A button for each action that the gateway allows now. */
export function Actions({ campaign: { sid, availableActions }, onDoubt }: ActionsProps) {
  const canWrite = useCanWrite();
  const [said, setSaid] = useState('');
  if (!canWrite) return <p className="quiet">You may look at this campaign, not change it.</p>;
  return (
    <div className="actions" role="group" aria-label="Actions">
      {availableActions.map((action) =>
        action === 'UPDATE' ? (
          <Link key={action} href={`/campaigns/${sid}/edit`} className="button">
            Edit
          </Link>
        ) : (
          <ActionButton key={action} action={action} sid={sid} say={setSaid} onDoubt={onDoubt} />
        ),
      )}
      <span role="status">{said}</span>
    </div>
  );
}

interface ActionButtonProps {
  readonly action: Action;
  readonly sid: string;
  readonly say: (text: string) => void;
  readonly onDoubt: () => void;
}

function ActionButton({ action, sid, say, onDoubt }: ActionButtonProps) {
  const [run, { loading }] = useMutation(documents[action], { variables: { sid }, errorPolicy: 'all' });
  const act = async (): Promise<void> => {
    say('');
    const { data, error } = await run().catch((thrown: unknown) => ({ data: undefined, error: thrown }));
    if (data?.payload) {
      const [refusal] = data.payload.userErrors;
      say(refusal ? refusal.message : `${wordsOf(action)}: done`);
    } else {
      const problem = problemOf(error);
      const isInDoubt = mayHaveBeenDone(problem);
      say(isInDoubt ? 'Nobody knows whether this was done. The campaign is read again.' : problem.title);
      if (isInDoubt) onDoubt();
    }
  };
  return (
    <Confirm
      question={questions[action]}
      label={wordsOf(action)}
      isBusy={loading}
      onConfirm={() => void act()}
    />
  );
}
