import { request } from 'undici';

/** A parsed metrics page. */
export interface Scrape {
  readonly text: string;
  /** Names of all metrics, with or without samples. */
  readonly names: ReadonlySet<string>;
  /** The sum of all samples with at least these labels; undefined without any. */
  readonly value: (name: string, labels?: Readonly<Record<string, string>>) => number | undefined;
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the metrics of a gateway. */
export async function scrape({ url }: { readonly url: string }, token?: string): Promise<Scrape> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await request(`${url}/metrics`, { headers });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`/metrics answered ${answer.statusCode}`);
  const samples = text.split('\n').flatMap((line) => sampleOf(line) ?? []);
  const declared = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  return {
    text,
    names: new Set([...declared, ...samples.map(({ name }) => name)]),
    value: (name, labels = {}) => {
      const found = samples.filter(
        (sample) =>
          sample.name === name &&
          Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
      );
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
    },
  };
}

function sampleOf(line: string): Sample | undefined {
  const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) return undefined;
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', said = '']) => [
    key,
    said,
  ]);
  return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: numberOf(value) };
}

function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : Number(text);
}
