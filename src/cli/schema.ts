import { readFile, writeFile } from 'node:fs/promises';
import { graphql } from 'graphql';
import { createSchema } from '../resolvers/schema.js';

const file = new URL('../../schema.graphql', import.meta.url);

/** The schema as text, just as `_service { sdl }` answers it: what is committed, reviewed and given to composers. */
export async function printedSchema(): Promise<string> {
  const { data } = await graphql({ schema: await createSchema(), source: '{ _service { sdl } }' });
  return (data as unknown as { _service: { sdl: string } })._service.sdl;
}

/** Writes schema.graphql. */
export async function writeSchemaFile(): Promise<number> {
  await writeFile(file, await printedSchema());
  return 0;
}

/** Answers 1, and says so, where schema.graphql is not what the code makes. */
export async function checkSchemaFile(say: (line: string) => void): Promise<number> {
  const committed = await readFile(file, 'utf8').catch(() => '');
  if (committed === (await printedSchema())) return 0;
  say('schema.graphql is not what the code makes; run: npm run schema');
  return 1;
}
