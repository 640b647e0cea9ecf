import { readFileSync } from 'node:fs';
import { Help } from 'commander';

/** The line below the error of a wrong command line. */
export const usageHint = 'campaign-gateway --help lists commands and options.';

/** Exit codes of all commands, as `--help` and docs/operating.md show them. */
export const exitCodes = [
  ['0', 'The work is done, or SIGINT or SIGTERM has stopped a server, also one that was starting.'],
  [
    '1',
    'A server cannot start or keep running; `check`: something failed; `schema --check`: a file is out of date; `export`: the gateway refused, or the file cannot be written.',
  ],
  ['2', 'The command line is wrong: a command, an option or a value. Nothing was done.'],
  ['3', '`export`: messages are missing; run it again to resume.'],
  ['130, 143', 'A second SIGINT (130) or SIGTERM (143) has ended a server at once.'],
] as const;

/** docs/ is beside src/ and dist/, in the repository, in the package and in the image. */
const page = new URL('../../docs/configuration.md', import.meta.url);

/** Settings that most people set. `campaign-gateway --help` and README.md show these. */
export const commonSettings: readonly string[] = [
  'EXOTEL_ACCOUNT_SID',
  'EXOTEL_REGION',
  'EXOTEL_RATE_LIMIT',
  'HOST',
  'PORT',
  'AUTH_MODE',
  'API_KEYS_FILE',
  'CORS_ORIGINS',
  'REDIS_URL',
  'PUBLIC_URL',
  'WEBHOOK_SECRET',
  'TRUSTED_DOCUMENTS',
  'LOG_LEVEL',
];
const sandboxSettings: readonly string[] = ['SANDBOX_PORT', 'SANDBOX_SPEED', 'HOST', 'SHUTDOWN_GRACE_MS'];

/** A row of docs/configuration.md: one setting, or several that belong together. */
interface Setting {
  /** Heading of its table. */
  readonly group: string;
  readonly names: readonly string[];
  readonly byDefault: string;
  readonly meaning: string;
}

/** Reads all settings from docs/configuration.md, which is the one place that explains them. */
export function readSettings(): readonly Setting[] {
  const settings: Setting[] = [];
  let group = '';
  for (const line of readFileSync(page, 'utf8').split('\n')) {
    group = /^## (.*)/.exec(line)?.[1] ?? group;
    const [, cell = '', byDefault = '', meaning = ''] = line.split('|').map((text) => text.trim());
    const names = [...cell.matchAll(/`([A-Z][A-Z\d_]+)`/g)].map(([, name = '']) => name);
    if (line.startsWith('| `') && names.length > 0) settings.push({ group, names, byDefault, meaning });
  }
  return settings;
}

/** The part of a meaning that README.md and `campaign-gateway --help` show. */
export function firstSentence(meaning: string): string {
  return /^.*?\.(?= |$)/.exec(meaning)?.[0] ?? meaning;
}

/** The settings as text for a terminal. */
export function settingsHelp(which: 'common' | 'sandbox' | 'all'): string {
  const shown = { common: commonSettings, sandbox: sandboxSettings, all: undefined }[which];
  const lines: string[] = ['Settings are environment variables:'];
  let lastGroup = '';
  for (const { group, names, byDefault, meaning } of readSettings()) {
    if (shown && !names.some((name) => shown.includes(name))) continue;
    if (which === 'all' && group !== lastGroup) lines.push('', `  ${group}:`);
    lastGroup = group;
    lines.push(`    ${names.join(', ')}${byDefault === '' ? '' : `  (default: ${plain(byDefault)})`}`);
    const text = which === 'common' ? firstSentence(meaning) : meaning;
    if (text !== '') lines.push(wrapped(plain(text), 8));
  }
  return lines.join('\n');
}

/** The exit codes as text for a terminal. */
export function exitCodesHelp(): string {
  const lines = exitCodes.map(
    ([code, meaning]) => `  ${code.padEnd(9)} ${wrapped(plain(meaning), 12).trimStart()}`,
  );
  return `Exit codes:\n${lines.join('\n')}`;
}

/** Markdown without its marks: links become their texts, and those to other pages their paths. */
function plain(markdown: string): string {
  const text = markdown.replace(/\[([^[\]]*)\]\([^()]*\)/g, '$1').replaceAll('`', '');
  return text.replace(/(?<![\w-])[\w-]+\.md\b/g, 'docs/$&');
}

const width = 100;

function wrapped(text: string, indent: number): string {
  const space = ' '.repeat(indent);
  const lines = new Help().boxWrap(text, width - indent).split('\n');
  return lines.map((line) => space + line).join('\n');
}
