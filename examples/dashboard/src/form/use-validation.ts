import { useQuery } from '@apollo/client/react';
import { ValidateCampaignDocument } from '../generated/operations';
import { useDebounced } from '../ui/use-debounced';
import { createInput, type Values } from './values';

/** What the gateway says of the form, and of which values: asked when typing pauses. It costs no upstream call. */
export function useValidation(values: Values) {
  const settled = useDebounced(values);
  const { data, previousData } = useQuery(ValidateCampaignDocument, {
    variables: { input: createInput(settled) },
    fetchPolicy: 'no-cache',
  });
  return { validation: (data ?? previousData)?.validateCampaign, settled: data ? settled : undefined };
}
