import { readFile, writeFile } from 'node:fs/promises';
import { graphql } from 'graphql';
import { createSchema } from '../resolvers/schema.js';

const file = new URL('../../schema.graphql', import.meta.url);

/** The schema as text, exactly as `_service { sdl }` returns it. */
export async function printedSchema(): Promise<string> {
  const { data } = await graphql({ schema: await createSchema(), source: '{ _service { sdl } }' });
  return (data as unknown as { _service: { sdl: string } })._service.sdl;
}

/** Writes schema.graphql. */
export async function writeSchemaFile(): Promise<number> {
  await writeFile(file, await printedSchema());
  return 0;
}

/** Compares schema.graphql with the code. @returns the exit code: 1 if they differ. */
export async function checkSchemaFile(printError: (text: string) => void): Promise<number> {
  const committed = await readFile(file, 'utf8').catch(() => '');
  if (committed === (await printedSchema())) return 0;
  printError('schema.graphql is out of date; run: npm run schema');
  return 1;
}
