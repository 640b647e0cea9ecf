import { useState } from 'react';
import type { ValidateCampaignQuery } from '../generated/operations';

type Validation = ValidateCampaignQuery['validateCampaign'];

interface PreviewProps {
  readonly template: string;
  readonly validation: Validation | undefined;
}

/** The text as a phone shows it, with examples for its variables, and what it counts as. */
export function Preview({ template, validation }: PreviewProps) {
  const [examples, setExamples] = useState<Readonly<Record<string, string>>>({});
  const variables = validation?.variables ?? [];
  return (
    <section className="card preview" aria-labelledby="preview">
      <h2 id="preview">Preview</h2>
      <p className="bubble text">
        {template === '' ? (
          <span className="quiet">The text appears here.</span>
        ) : (
          parts(template, variables, examples)
        )}
      </p>
      {validation && template !== '' && (
        <p role="status">
          {validation.segments} {validation.segments === 1 ? 'part' : 'parts'} per recipient ·{' '}
          {validation.encoding === 'GSM7' ? 'GSM-7' : 'Unicode (UCS-2)'}
        </p>
      )}
      {variables.map((variable) => (
        <div key={variable} className="field">
          <label htmlFor={`example-${variable}`}>Example for @@{variable}</label>
          <input
            id={`example-${variable}`}
            value={examples[variable] ?? ''}
            onChange={({ target }) => setExamples({ ...examples, [variable]: target.value })}
          />
        </div>
      ))}
    </section>
  );
}

/** The text in pieces: each variable is marked, with its example where there is one. */
function parts(template: string, variables: readonly string[], examples: Readonly<Record<string, string>>) {
  // Longer names first: @@name must not take the beginning of @@name_of_city.
  const names = [...variables]
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replaceAll(/[^\w\s]/g, String.raw`\$&`));
  if (names.length === 0) return template;
  return template
    .split(new RegExp(`(@@(?:${names.join('|')}))`))
    .map((piece, index) =>
      index % 2 === 1 ? <mark key={index}>{examples[piece.slice(2)] || piece}</mark> : piece,
    );
}
