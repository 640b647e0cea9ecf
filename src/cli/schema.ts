import { readFile, writeFile } from 'node:fs/promises';
import { graphql, Kind, parse, print, visit } from 'graphql';
import { readSchemaConfig } from '../config/config.js';
import { createSchema } from '../resolvers/schema.js';
import { type Output } from './command-line.js';

/** The committed files, and the schema that each has. */
const files = {
  'schema.graphql': () => printedSchema(),
  'client.graphql': async () => clientSchemaOf(await printedSchema()),
} as const;

const urlOf = (name: string): URL => new URL(`../../${name}`, import.meta.url);

/**
 * The schema as text, exactly as `_service { sdl }` returns it.
 * @param hasAuthDirectives as with `SUBGRAPH_AUTH_DIRECTIVES=on`.
 */
export async function printedSchema(hasAuthDirectives = false): Promise<string> {
  const schema = await createSchema(hasAuthDirectives);
  const { data } = await graphql({ schema, source: '{ _service { sdl } }' });
  return (data as unknown as { _service: { sdl: string } })._service.sdl;
}

/** Directives of the GraphQL specification, which every client knows. */
const standardDirectives: ReadonlySet<string> = new Set(['deprecated', 'oneOf', 'specifiedBy']);

/**
 * The schema for the compilers of clients: without the directives of federation and of servers, and the types that only they
 * use. relay-compiler, for one, refuses `extend schema`.
 */
function clientSchemaOf(schema: string): string {
  const client = visit(parse(schema), {
    SchemaExtension: () => null,
    DirectiveDefinition: () => null, // before its arguments' types are looked at
    Directive: ({ name }) => (standardDirectives.has(name.value) ? undefined : null),
  });
  const used = new Set(['String']);
  visit(client, { NamedType: ({ name }) => void used.add(name.value) });
  const definitions = client.definitions.filter(
    (each) => each.kind !== Kind.SCALAR_TYPE_DEFINITION || used.has(each.name.value),
  );
  return `${print({ ...client, definitions })}\n`;
}

/** Options of the command `schema`. */
export interface SchemaOptions {
  readonly client?: true;
  readonly write?: true;
  readonly check?: true;
}

/**
 * Prints the schema of the subgraph, as a gateway with the settings of this environment has it, or that for clients; or
 * writes or checks both files.
 * @returns the exit code: 1 if a file can't be written or is out of date.
 */
export async function runSchema({ client, write, check }: SchemaOptions, output: Output): Promise<number> {
  if (write) return writeFiles(output.error);
  if (check) return checkFiles(output.error);
  const text = client ? files['client.graphql']() : printedSchema(readSchemaConfig().hasAuthDirectives);
  output.log((await text).trimEnd());
  return 0;
}

async function writeFiles(print: Output['error']): Promise<number> {
  for (const [name, made] of Object.entries(files)) {
    try {
      await writeFile(urlOf(name), await made());
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      print(`${name} cannot be written next to package.json: ${code}.`);
      return 1;
    }
    print(`Wrote ${name}.`);
  }
  return 0;
}

async function checkFiles(print: Output['error']): Promise<number> {
  let exitCode = 0;
  for (const [name, made] of Object.entries(files)) {
    const committed = await readFile(urlOf(name), 'utf8').catch(() => '');
    if (committed === (await made())) continue;
    print(`${name} is out of date; run: npm run schema`);
    exitCode = 1;
  }
  return exitCode;
}
