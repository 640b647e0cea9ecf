import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { graphql } from 'graphql';
import { buildSchema, Directive, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';
import { toSubgraph } from '../../../src/resolvers/subgraph.js';

@ObjectType({ description: 'A thing.' })
@Directive('@key(fields: "sid")')
@Directive('@cacheControl(maxAge: 7)')
class Thing {
  @Field(() => ID, { description: 'Its id.' })
  sid!: string;

  @Directive('@tag(name: "personal")')
  @Field(() => String, { description: 'Its old name.', deprecationReason: 'Use another.', nullable: true })
  old!: string | null;
}

@Resolver()
class Things {
  @Query(() => Thing, { description: 'One.' })
  thing(): Thing {
    return { sid: 'a', old: null };
  }
}

describe('a type-graphql schema as a subgraph', () => {
  it('keeps directives, deprecations, descriptions and resolvers', async () => {
    const schema = toSubgraph(await buildSchema({ resolvers: [Things], skipCheck: true, validate: false }));
    const source = '{ _service { sdl } thing { sid } }';
    const { data } = await graphql({ schema, source });
    const { _service, thing } = data as unknown as { _service: { sdl: string }; thing: unknown };
    expect(thing).toEqual({ sid: 'a' });
    expect(_service.sdl).toContain('type Thing @key(fields: "sid") @cacheControl(maxAge: 7)');
    expect(_service.sdl).toContain('old: String @tag(name: "personal") @deprecated(reason: "Use another.")');
    expect(_service.sdl).toContain('"""Its old name."""');
  });
});
