import { editsBetween } from '../../domain/text.js';
import { type Environment } from './environment.js';
import { lengthOf, masked } from './masking.js';
import { secretSettings, settingNames } from '../variables.js';

/** Variables that begin like this are meant for the gateway. */
const ownPrefixes = ['EXOTEL_', 'JWT_', 'API_KEY', 'SANDBOX_', 'TRUSTED_DOCUMENTS'];
/** Settings with fewer letters are too close to names that shells and other programs use: HOST to HOME, PORT to SORT. */
const fewestLetters = 6;
const mostEdits = 2;
const unit = /_(?:MS|S|SECS?|SECONDS?|MINS?|MINUTES?|BYTES?|KB|MB|SIZE)$/;

/** Parts of names whose values may be secrets: `API_KEYS` is meant as the path of a file, or has the keys themselves. */
const secretName = /KEY|TOKEN|SECRET|PASS|CRED|AUTH$/;

/**
 * Refuses variables that were meant as settings but are not: those with a prefix of the gateway's, and near misses of a
 * setting's name. Others belong to other programs.
 */
export function refuseUnknown(environment: Environment): void {
  for (const [name, value] of environment.entries()) {
    if (settingNames.includes(name) || name.startsWith('npm_')) continue;
    const meant = settingMeantBy(plainName(name));
    if (meant === undefined) continue;
    const isSecret = secretName.test(name.toUpperCase()) || secretSettings.some((each) => each === meant);
    const shownName = /^\w+$/.test(name) ? name : JSON.stringify(name);
    environment.refuse(
      `${shownName}: got ${isSecret ? lengthOf(value) : masked(value)}, but there is no such setting; ` +
        `rename it to ${meant}, or unset it.`,
    );
  }
}

/** Variables that Kubernetes and Docker set for each service, such as `SANDBOX_PORT=tcp://10.0.0.1:80` for one named sandbox. */
export function isServiceLink(name: string, value: string | undefined): boolean {
  return (
    /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(name) ||
    (name.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//.test(value ?? ''))
  );
}

function settingMeantBy(name: string): string | undefined {
  const given = formsOf(name);
  const near = settingForms.filter((setting) => isNear(given, setting)).map((setting) => setting.name);
  if (near.length > 0) return nearest(name, near);
  return ownPrefixes.some((prefix) => name.startsWith(prefix)) ? nearest(name, settingNames) : undefined;
}

/** As settings are written: capitals, one underscore between words. */
function plainName(name: string): string {
  return name
    .slice(0, 100)
    .toUpperCase()
    .split(/[^A-Z\d]/)
    .filter((word) => word !== '')
    .join('_');
}

const lettersOf = (name: string): string => name.replaceAll('_', '');
/** Equal for names that differ only in the order of their words or in a plural S. */
const wordsOf = (name: string): string =>
  name
    .split('_')
    .map((word) => word.replace(/IES$/, 'Y').replace(/S$/, ''))
    .sort()
    .join('_');

/** A name in the forms that are compared. */
interface NameForms {
  readonly name: string;
  readonly letters: string;
  readonly words: readonly string[];
  readonly sorted: string;
  readonly sortedWithoutUnit: string;
}

function formsOf(name: string): NameForms {
  return {
    name,
    letters: lettersOf(name),
    words: name.split('_'),
    sorted: wordsOf(name),
    sortedWithoutUnit: wordsOf(name.replace(unit, '')),
  };
}

/**
 * Prepared once for all settings: a container has hundreds of variables of other programs, and each is compared with every
 * setting.
 */
const settingForms = settingNames.map(formsOf);

/** Whether a name is a mistyped setting: two letters, a missing S, swapped words, another unit, the path of a file. */
function isNear(given: NameForms, setting: NameForms): boolean {
  if (setting.letters.length < fewestLetters) return isTransposed(given.letters, setting.letters);
  const isSame = given.letters === setting.letters || given.sorted === setting.sorted;
  if (isSame || [`${setting.name}_FILE`, `${setting.name}_PATH`].includes(given.name)) return true;
  const hasUnit = setting.sorted !== setting.sortedWithoutUnit;
  if (hasUnit && given.sortedWithoutUnit === setting.sortedWithoutUnit) return true;
  // Each edit changes the length by one letter at most.
  const difference = Math.abs(given.letters.length - setting.letters.length);
  if (difference > mostEdits) return false;
  const [givenWords, meantWords] = [given.words, setting.words];
  const mayBeJoined = difference <= 1 && givenWords.length <= meantWords.length;
  if (mayBeJoined && editsBetween(given.letters, setting.letters) <= 1) return true;
  if (givenWords.length !== meantWords.length) return false;
  let edits = 0;
  for (const [index, word] of meantWords.entries()) {
    const ofWord = editsBetween(givenWords[index] ?? '', word);
    if (ofWord >= word.length / 2) return false; // another word: REDIS_SSL is not REDIS_URL
    edits += ofWord;
  }
  return edits <= (setting.letters.length < 10 && meantWords.length === 1 ? 1 : mostEdits); // BROKERS is not WORKERS
}

function isTransposed(given: string, meant: string): boolean {
  return (
    given.length === meant.length &&
    given !== meant &&
    isSameLetters(given, meant) &&
    editsBetween(given, meant) === 1
  );
}

function isSameLetters(a: string, b: string): boolean {
  return [...a].sort().join('') === [...b].sort().join('');
}

/** The setting that has most of a name's words, and of those the one with the fewest edits. */
function nearest(name: string, settings: readonly string[]): string {
  const words = name.split('_');
  const distance = (setting: string): number =>
    (setting.startsWith(name) ? 0 : 10) +
    1000 * words.filter((word) => !setting.split('_').includes(word)).length +
    editsBetween(name, setting);
  return settings.reduce((best, setting) => (distance(setting) < distance(best) ? setting : best));
}
