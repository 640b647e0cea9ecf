import type { ChangeEvent } from 'react';
import { timeZone } from '../ui/time';
import { Field, type FieldControl } from './field';
import type { FieldErrors } from './field-errors';
import type { FieldName, Values } from './values';

interface CampaignFieldsProps {
  readonly values: Values;
  readonly errors: FieldErrors['fields'];
  readonly onChange: (name: FieldName, value: string) => void;
  readonly onLeave: (name: FieldName) => void;
}

type Target = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** All fields of a campaign. The rules are the gateway's: none is repeated here. */
export function CampaignFields({ values, errors, onChange, onLeave }: CampaignFieldsProps) {
  const bound = (name: FieldName, control: FieldControl) => ({
    ...control,
    name,
    value: values[name],
    onChange: ({ target }: ChangeEvent<Target>) => onChange(name, target.value),
    onBlur: () => onLeave(name),
  });
  const of = (name: FieldName) => ({ errors: errors.get(name) });
  const input = (name: FieldName, label: string, hint?: string, type = 'text') => (
    <Field label={label} hint={hint} {...of(name)}>
      {(control) => <input type={type} autoComplete="off" {...bound(name, control)} />}
    </Field>
  );
  return (
    <>
      {input('name', 'Name', 'A name is generated if this is empty.')}
      <Field label="Text" hint="@@column inserts a column of the contact list." {...of('template')}>
        {(control) => <textarea rows={4} {...bound('template', control)} />}
      </Field>
      <div className="pair">
        <Field label="Content" {...of('contentType')}>
          {(control) => (
            <select {...bound('contentType', control)}>
              <option value="STATIC">The same text for all</option>
              <option value="DYNAMIC">Personalised</option>
            </select>
          )}
        </Field>
        <Field label="SMS type" {...of('smsType')}>
          {(control) => (
            <select {...bound('smsType', control)}>
              <option value="TRANSACTIONAL">Transactional</option>
              <option value="TRANSACTIONAL_OPT_IN">Transactional, opted in</option>
              <option value="PROMOTIONAL">Promotional</option>
            </select>
          )}
        </Field>
      </div>
      <Field label="Contact lists" hint="Ids of lists, one a line" {...of('lists')}>
        {(control) => <textarea rows={2} {...bound('lists', control)} />}
      </Field>
      {input('senderId', 'Sender', 'Letters for transactional messages, digits for promotional ones')}
      <div className="pair">
        {input('dltEntityId', 'DLT entity')}
        {input('dltTemplateId', 'DLT template')}
      </div>
      <div className="pair">
        {input('schedule.startTime', 'Start', `Time zone: ${timeZone}`, 'datetime-local')}
        {input('schedule.endTime', 'End', `Time zone: ${timeZone}`, 'datetime-local')}
      </div>
      {/* A broken rule is never hidden. */}
      <details open={errors.has('statusCallback') || errors.has('smsStatusCallback') || undefined}>
        <summary>Callbacks</summary>
        {input('statusCallback', 'Callback for the campaign', 'An https address', 'url')}
        {input('smsStatusCallback', 'Callback for each message', 'An https address', 'url')}
      </details>
    </>
  );
}
