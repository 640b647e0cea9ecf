import { useMutation } from '@apollo/client/react';
import { useRef, useState } from 'react';
import { mayHaveBeenDone, type Problem, problemOf } from '../gateway/problem';
import { CreateCampaignDocument } from '../generated/operations';
import { discardDraft, type Draft, loadDraft, newDraft, storeDraft } from './draft';
import type { UserError } from './field-errors';
import { createInput, type Values } from './values';

/** A new campaign: its draft, and how sending it went. `onCreated` gets its sid. */
export function useCreate(onCreated: (sid: string) => void) {
  const [draft, setDraft] = useState(loadDraft);
  const [userErrors, setUserErrors] = useState<readonly UserError[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const [create] = useMutation(CreateCampaignDocument, { errorPolicy: 'all' });
  const [isSending, setSending] = useState(false);
  const isUnderWay = useRef(false);

  const keep = (next: Draft): void => {
    storeDraft(next);
    setDraft(next);
  };

  const change = (values: Values): void => {
    setUserErrors([]);
    setProblem(undefined);
    keep({ ...draft, values });
  };

  const send = async (): Promise<void> => {
    if (isUnderWay.current) return; // pressed twice
    isUnderWay.current = true;
    setSending(true);
    setProblem(undefined);
    setUserErrors([]);
    // Stored before it is sent: a page that is closed now finds its key again.
    keep({ ...draft, isInDoubt: true });
    const input = { ...createInput(draft.values), idempotencyKey: draft.idempotencyKey };
    const { data, error } = await create({ variables: { input } }).catch((thrown: unknown) => ({
      data: undefined,
      error: thrown,
    }));
    isUnderWay.current = false;
    setSending(false);
    const sid = data?.payload.campaign?.sid;
    if (sid !== undefined) {
      discardDraft();
      onCreated(sid);
      return;
    }
    const failure = data?.payload ? undefined : problemOf(error);
    setProblem(failure);
    setUserErrors(data?.payload.userErrors ?? []);
    // Refused: the form opens again, under the same key. A doubt stays if the attempt to settle it failed, for whatever reason.
    const isInDoubt = failure !== undefined && (draft.isInDoubt || mayHaveBeenDone(failure));
    keep({ ...draft, isInDoubt });
  };

  return {
    values: draft.values,
    isInDoubt: draft.isInDoubt && !isSending,
    isSending,
    userErrors,
    problem,
    change,
    send: () => void send(),
    startOver: () => {
      setProblem(undefined);
      setUserErrors([]);
      keep(newDraft());
    },
  };
}
