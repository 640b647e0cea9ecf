/**
 * How TypeScript becomes JavaScript, for the build and for the tests: what is tested is what is shipped. The settings are
 * those of tsconfig.json; type-graphql needs the decorators' metadata and the names of classes.
 */
export const swcOptions = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'es6' },
};
