/** The software of a client, as it names itself. */
export interface ClientSoftware {
  readonly name: string | undefined;
  readonly version: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The client's software by the headers of Apollo's clients, or by those of other GraphQL clients.
 * @param fields headers, with names in lower case.
 * @returns undefined if the client does not name itself.
 */
export function clientIn(fields: Fields): ClientSoftware | undefined {
  const name = fields['apollographql-client-name'] ?? fields['graphql-client-name'];
  const version = fields['apollographql-client-version'] ?? fields['graphql-client-version'];
  if (name === undefined && version === undefined) return undefined;
  return { name: shown(name), version: shown(version) };
}

/**
 * The same over a WebSocket: in `connectionParams`, at the top level or in `headers`, or else in the headers of the
 * upgrade request, which browsers can't set.
 */
export function clientInConnection(
  connectionParams: Fields | undefined,
  upgradeHeaders: Fields,
): ClientSoftware | undefined {
  const inParameters = [connectionParams, connectionParams?.['headers']].map((each) =>
    clientIn(lowerCased(each)),
  );
  return inParameters.find(Boolean) ?? clientIn(upgradeHeaders);
}

function lowerCased(fields: unknown): Fields {
  if (typeof fields !== 'object' || fields === null) return {};
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value as unknown]),
  );
}

const longest = 64;
/** Controls, format characters such as the reversal of text, unpaired surrogates, and line separators. */
const unprintable = /[\p{C}\u2028\u2029]/gu;

/**
 * A text from outside for a log line: cut, and without characters that could pretend to be another line.
 * @returns undefined for an empty text, and for anything that is not a text.
 */
export function shown(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text === '') return undefined;
  if (text.length <= longest) return text.replace(unprintable, '\ufffd');
  // Through bytes: a slice would keep the whole text in memory, and subscriptions hold it for hours.
  return `${Buffer.from(text.slice(0, longest)).toString().replace(unprintable, '\ufffd')}…`;
}
