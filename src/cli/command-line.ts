import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../app/gateway-facts.js';
import { overrideSettings } from '../config/config.js';
import { variables } from '../config/variables.js';
import { exitCodesHelp, settingsHelp } from './help.js';
import { type ExportWords } from './export/command.js';
import { type StopSignals } from './stop-signals.js';

/** Where a command prints: `console`, or what a test passes. */
export interface Output {
  readonly log: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Exit code of a command; undefined while it keeps running. */
type ExitCode = number | undefined;

const usageError = 2;

/** Runs the command that the words of a command line name. Wrong words are refused with exit code 2 and the nearest name. */
export async function runCommandLine(
  words: readonly string[],
  stopSignals: StopSignals,
  output: Output,
): Promise<ExitCode> {
  let exitCode: ExitCode;
  const program = commandLine(stopSignals, output, async (work) => {
    exitCode = await work;
  });
  try {
    await program.parseAsync(completed(words, program), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : usageError; // commander has printed the help or the error
  }
}

/**
 * Writes out what may be left out: the command `start`, and the `help` command. Commander's own default command would take
 * an unknown command for an argument of `start`, and would show help for `dance --help`.
 */
function completed([first = '', ...rest]: readonly string[], program: Command): readonly string[] {
  const isCommand = (word: string): boolean => program.commands.some((command) => command.name() === word);
  if (isCommand(first)) return [first, ...rest];
  const [of] = rest;
  if (first === 'help' && of !== undefined) return isCommand(of) ? [of, '--help'] : [of];
  if (['help', '--help', '-h'].includes(first)) return ['--help'];
  if (['--version', '-V'].includes(first)) return ['--version'];
  return first.startsWith('-') ? ['start', first, ...rest] : [first];
}

function commandLine(
  stopSignals: StopSignals,
  output: Output,
  run: (work: Promise<ExitCode> | ExitCode) => Promise<void>,
): Command {
  const program = new Command('campaign-gateway')
    .description("A GraphQL gateway over Exotel's SMS-campaign REST API.")
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      // The console ignores a reader that has gone, as in `campaign-gateway --help | head -1`.
      writeOut: (text) => {
        output.log(text.trimEnd());
      },
      writeErr: (text) => {
        output.error(text.trimEnd());
      },
    })
    .showHelpAfterError('campaign-gateway --help lists commands and options.')
    .addHelpText('after', () =>
      help([
        'Examples:',
        '  campaign-gateway                       # the sandbox, at http://127.0.0.1:4000/',
        '  PORT=4001 campaign-gateway start',
        '  campaign-gateway check && campaign-gateway',
        '  campaign-gateway help start            # all settings',
        '',
        settingsHelp('common'),
        exitCodesHelp(),
      ]),
    );

  program
    .command('start')
    .description('run the gateway (default); on the embedded sandbox if no EXOTEL_… variable is set')
    .addOption(settingOption('PORT', '--port <number>', 'port to listen on'))
    .addOption(settingOption('HOST', '--host <address>', 'address to listen on'))
    .addHelpText('after', () =>
      help([
        'Examples:',
        '  campaign-gateway start --port 4001',
        '  EXOTEL_ACCOUNT_SID=… EXOTEL_API_KEY=… EXOTEL_API_TOKEN=… EXOTEL_REGION=mumbai campaign-gateway start',
        '',
        settingsHelp('all'),
        exitCodesHelp(),
      ]),
    )
    .action(async (options: Readonly<Record<string, string>>) => {
      overrideSettings(settingsOf(options, startSettings));
      await run((await import('./start.js')).start(stopSignals, output.error));
    });

  program
    .command('sandbox')
    .description('run the sandbox alone, as an upstream for other gateways')
    .addOption(settingOption('SANDBOX_PORT', '--port <number>', 'port to listen on'))
    .addOption(settingOption('HOST', '--host <address>', 'address to listen on'))
    .addOption(settingOption('SANDBOX_SPEED', '--speed <factor>', 'how many times faster campaigns run'))
    .addHelpText('after', () =>
      help([
        'Examples:',
        '  campaign-gateway sandbox --port 9000',
        '  campaign-gateway sandbox --host 0.0.0.0 --speed 1',
        '',
        settingsHelp('sandbox'),
        exitCodesHelp(),
      ]),
    )
    .action(async (options: Readonly<Record<string, string>>) => {
      overrideSettings(settingsOf(options, sandboxSettings));
      await run((await import('./sandbox.js')).runSandbox(stopSignals, output.log));
    });

  program
    .command('check')
    .description('judge the configuration, and try all that it depends on; starts nothing')
    .option('--json', 'print one JSON object')
    .addHelpText('after', () =>
      help([
        'Examples:',
        '  campaign-gateway check && campaign-gateway',
        '  campaign-gateway check --json',
        '',
        'It reads the same settings as start: campaign-gateway help start.',
        '',
        exitCodesHelp(),
      ]),
    )
    .action(async ({ json }: { readonly json?: true }) => {
      await run((await import('./check.js')).runChecks(json === true, output));
    });

  program
    .command('export')
    .description('write all messages of a campaign to a file, from a running gateway')
    .argument('<sid>', 'sid of the campaign')
    .option('--status <statuses>', 'only these, such as FAILED,FAILED_DND')
    .option('--number <number>', 'only this number')
    .addOption(outOption())
    .addOption(
      new Option('--format <format>', 'csv or ndjson (default: as the file ends, else ndjson)').choices([
        'csv',
        'ndjson',
      ]),
    )
    .option('--force', 'start over, and replace the file')
    .option(
      '--url <url>',
      'address of the gateway (instead of CAMPAIGN_GATEWAY_URL; default: http://127.0.0.1:4000)',
    )
    .addHelpText('after', () =>
      help([
        'Examples:',
        '  campaign-gateway export 8c7383b9797443249d24781659939528 --status FAILED --out failed.csv',
        '  CAMPAIGN_GATEWAY_URL=https://gateway.example CAMPAIGN_GATEWAY_API_KEY=… campaign-gateway export … | wc -l',
        '',
        'It goes on by itself after broken connections. Run again with the same --out after it was killed, it goes on.',
        '',
        exitCodesHelp(),
      ]),
    )
    .action(async (sid: string, options: ExportWords) => {
      await run((await import('./export/command.js')).runExport(sid, options, output.error));
    });

  program
    .command('schema')
    .description('print the schema as a subgraph: schema.graphql')
    .addOption(
      new Option(
        '--client',
        'print it for compilers of clients, without federation: client.graphql',
      ).conflicts(['write', 'check']),
    )
    .addOption(
      new Option('--write', 'write schema.graphql and client.graphql beside package.json').conflicts('check'),
    )
    .option('--check', 'fail if schema.graphql or client.graphql is out of date')
    .addHelpText('after', () =>
      help([
        'Examples:',
        '  campaign-gateway schema > campaigns.graphql',
        '  campaign-gateway schema --client > schema.graphql',
        '',
        exitCodesHelp(),
      ]),
    )
    .action(async (options: SchemaOptions) => {
      await run(schema(options, output));
    });

  program
    .command('key')
    .description('create an API key and its entry for API_KEYS_FILE')
    .argument('<name>', 'name of the caller, in logs and limits')
    .argument('<scope...>', 'campaigns:read, campaigns:write, messages:read or documents:any')
    .addHelpText('after', () =>
      help([
        'Examples:',
        '  campaign-gateway key dashboard campaigns:read messages:read',
        '',
        exitCodesHelp(),
      ]),
    )
    .action(async (name: string, scopes: readonly string[]) => {
      await run((await import('./key.js')).createApiKey([name, ...scopes], output.log, output.error));
    });

  return program;
}

function outOption(): Option {
  return new Option('--out <file>', 'file to write, .csv or .ndjson (default: standard output)').argParser(
    (text: string) => {
      if (text === '') throw new InvalidArgumentError('It takes a file name.');
      return text;
    },
  );
}

interface SchemaOptions {
  readonly client?: true;
  readonly write?: true;
  readonly check?: true;
}

async function schema({ client, write, check }: SchemaOptions, { log, error }: Output): Promise<number> {
  const { checkSchemaFiles, printClientSchema, printSchema, writeSchemaFiles } = await import('./schema.js');
  if (write) return writeSchemaFiles(error);
  if (check) return checkSchemaFiles(error);
  return client ? printClientSchema(log) : printSchema(log);
}

/** Options of `start` and `sandbox`, and the setting that each one gives. */
const startSettings = { port: 'PORT', host: 'HOST' } as const;
const sandboxSettings = { port: 'SANDBOX_PORT', host: 'HOST', speed: 'SANDBOX_SPEED' } as const;

/** An option for a setting: it takes what the variable takes, and wins over it. */
function settingOption(
  name: 'PORT' | 'HOST' | 'SANDBOX_PORT' | 'SANDBOX_SPEED',
  flags: string,
  does: string,
) {
  const [takenBy, takes] = variables[name];
  return new Option(flags, `${does} (instead of ${name})`).argParser((text: string) => {
    if (!takenBy.safeParse(text).success) throw new InvalidArgumentError(`It takes ${takes}.`);
    return text;
  });
}

/** Replaces the names of options by those of their settings. */
function settingsOf(
  options: Readonly<Record<string, string>>,
  names: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).map(([option, value]) => [names[option] ?? option, value]),
  );
}

function help(lines: readonly string[]): string {
  return `\n${lines.join('\n')}`;
}
