import { type ReactNode, useState } from 'react';
import { CampaignFields } from './campaign-fields';
import { byField, type UserError } from './field-errors';
import { Preview } from './preview';
import { useValidation } from './use-validation';
import { changedFields, type FieldName, type Values } from './values';

interface CampaignFormProps {
  readonly values: Values;
  /** Values of the campaign as it is; rules apply to the fields that differ. */
  readonly before?: Values;
  /** Errors of the last attempt to send, until a field changes. */
  readonly userErrors: readonly UserError[];
  readonly isLocked: boolean;
  readonly submitLabel: string;
  readonly onChange: (values: Values) => void;
  readonly onSubmit: () => void;
  /** State of the sending, between the fields and the button. */
  readonly children?: ReactNode;
}

/** The form of a new or a changed campaign. */
export function CampaignForm({ values, before, userErrors, isLocked, ...props }: CampaignFormProps) {
  const { validation, settled } = useValidation(values);
  const [left, setLeft] = useState<ReadonlySet<FieldName>>(new Set());
  const [isSubmitted, setSubmitted] = useState(false);

  const live = byField(validation?.userErrors ?? []);
  const sent = byField(userErrors);
  const changed = before && new Set(changedFields(values, before));
  // Not of a text that the gateway has not seen yet, and not of a field that nobody has been to.
  const isShown = (name: FieldName): boolean =>
    values[name] === settled?.[name] && (changed ? changed.has(name) : isSubmitted || left.has(name));
  // The last refusal counts until the form changes; then what the gateway says of the text as it is.
  const errors = new Map([...live.fields].filter(([name]) => isShown(name)));
  for (const [name, messages] of sent.fields) errors.set(name, messages);

  return (
    <div className="columns form">
      <form
        className="card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setSubmitted(true);
          props.onSubmit();
        }}
      >
        <fieldset disabled={isLocked}>
          <legend className="visually-hidden">Campaign</legend>
          <CampaignFields
            values={values}
            errors={errors}
            onChange={(name, value) => props.onChange({ ...values, [name]: value })}
            onLeave={(name) => setLeft(new Set([...left, name]))}
          />
        </fieldset>
        <div className="error" role="alert">
          {sent.fields.size > 0 && <p>Nothing was sent: correct the fields that are marked.</p>}
          {sent.others.map(({ code, message }) => (
            <p key={code}>{message}</p>
          ))}
        </div>
        {props.children}
        <button type="submit" className="primary" disabled={isLocked}>
          {props.submitLabel}
        </button>
      </form>
      <Preview template={values.template} validation={validation} />
    </div>
  );
}
