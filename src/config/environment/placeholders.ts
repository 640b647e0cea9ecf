/** Texts to be replaced: `<key>`, `%KEY%`, an ellipsis, and what a shell or a template would have replaced: `$(command)`. */
const marks = /^[<[{%].*[>\]}%]$|\$[({]|^\$\w+$|\{\{|…|^\.{3,}$|openssl rand/s;
/** Words of examples. Random texts have them with a probability of practically zero. */
const words =
  /^(?:your|insert|replace|enter|todo|fixme|tbd|placeholder|example|redacted)(?:[^a-z\d]|$)|change[^a-z\d]?(?:me|this)|^your(?:exotel|api|account|sid|key|token|secret|password)|[-_ ]here$/i;
/** What a program writes where there is nothing. */
const nothing = /^(?:null|undefined)$/i;
/** Where a secret is kept, for a program that replaces it by the secret: Vault, 1Password, AWS, Google Cloud, Azure. */
const references =
  /^(?:vault|bao|op|env|file|ssm|aws-?sm|secretsmanager|gcp-?sm|sm|akv|keyvault|secretref|ref\+\w+):|^\/(?:run|var|mnt)\/|^ENC\[|^arn:aws|^projects\/[^/]+\/secrets\/|^@Microsoft\.KeyVault\(/i;
/** `xxx`, `***`, `000`. */
const repeated = /^([x*_#0-])\1{2,}$/i;

/**
 * True for a text of an example, which was not replaced by one's own.
 * @param name of the setting: its own name is no value either.
 */
export function isPlaceholder(name: string, text: string): boolean {
  return (
    marks.test(text) ||
    words.test(text) ||
    nothing.test(text) ||
    references.test(text) ||
    repeated.test(text) ||
    text.toUpperCase() === name
  );
}
