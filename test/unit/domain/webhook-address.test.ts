import { describe, expect, it } from '@jest/globals';
import { growthOf, mostForLinear } from '../../support/hostile/growth.js';
import fc from 'fast-check';
import { hasWebhookAddress } from '../../../src/domain/network/addresses.js';

const token = 'Abc-_123'.repeat(7);
const own = `https://gateway.example/webhooks/exotel/message/${token}`;
/** Escapes every character. */
const escapedWhole = (text: string): string =>
  [...text].map((character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
const times = (count: number, change: (text: string) => string, text: string): string =>
  Array.from({ length: count }).reduce<string>((changed) => change(changed), text);

describe('a webhook address is recognized', () => {
  it.each<[spelling: string, text: string]>([
    ['as it was issued', own],
    ['of a campaign', own.replace('message', 'campaign')],
    ['below another root', own.replace('/webhooks', '/a/b/webhooks')],
    ['with another host, port and scheme', `http://10.0.0.1:8443/webhooks/exotel/message/${token}`],
    ['with a host in capitals and a user', own.replace('gateway.example', 'me:x@GATEWAY.example.')],
    ['with a path in capitals', own.replace('webhooks/exotel', 'WebHooks/EXOTEL')],
    ['with a query and a fragment', `${own}/?a=b#c`],
    ['with double slashes', own.replaceAll(/(?<!:)\//g, '//').replace('https:', 'https:')],
    ['with backslashes', own.replaceAll('/', '\\')],
    ['with escaped slashes in JSON', own.replaceAll('/', '\\/')],
    ['with escaped slashes in HTML', own.replaceAll('/', '&#x2F;')],
    ['with slashes as decimal references', own.replaceAll('/', '&#047;')],
    ['with references that have no semicolon', own.replaceAll('/', '&#47')],
    ['with named references', own.replaceAll('/', '&sol;').replaceAll('_', '&lowbar;')],
    ['escaped twice for HTML', own.replaceAll('/', '&amp;#x2F;')],
    ['escaped three times for HTML', own.replaceAll('/', '&amp;amp;sol;')],
    ['with slashes as Unicode escapes in JSON', own.replaceAll('/', String.raw`\u002f`)],
    ['with such escapes, escaped again', own.replaceAll('/', String.raw`\\\\u002F`)],
    ['with slashes as escapes of JavaScript', own.replaceAll('/', String.raw`\x2f`)],
    ['with such percent escapes', own.replaceAll('/', '%u002f')],
    ['with a character of the token as a reference', own.replace(/.$/, '&#51;')],
    ['with a character of the token as a Unicode escape', own.replace('A', String.raw`\u0041`)],
    ['with a character of the token as a percent escape, escaped for HTML', own.replace('A', '&percnt;2541')],
    ['escaped for JSON, for URLs and for HTML', own.replaceAll('/', '&#37;5Cu002f')],
    ['with backslashes before a token that looks like an escape', own.replace('/Abc-', String.raw`\xabc-`)],
    ['with dot segments', own.replace('/exotel', '/./x/../exotel')],
    ['with escaped dot segments', own.replace('/exotel', '/%2e/x/%2E%2e/exotel')],
    ['with line breaks', own.replace('hooks', 'ho\noks').replace('exo', 'exo\t\r')],
    ['with every character escaped', `https://gateway.example/${escapedWhole(own.slice(24))}`],
    ['in the query of another URL', `https://relay.example/?to=${encodeURIComponent(own)}&x=1`],
    ['in the path of another URL', `https://relay.example/${own}`],
    ['three levels deep', `https://a.example/?to=${times(3, encodeURIComponent, own)}`],
    ['fifty levels deep', `https://a.example/?to=${times(50, encodeURIComponent, own)}`],
    ['escaped twice throughout', `https://a.example/?to=${times(2, escapedWhole, own)}`],
    ['with endless escapes', times(7, escapedWhole, 'a')],
    ['outside of a URL', `call /webhooks/exotel/message/${token} please`],
  ])('%s', (_spelling, text) => {
    expect(hasWebhookAddress(text)).toBe(true);
  });

  it('in any surrounding text', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.nat(4), (url, levels) => {
        expect(
          hasWebhookAddress(
            `${url}${url.includes('?') ? '&' : '?'}to=${times(levels, encodeURIComponent, own)}`,
          ),
        ).toBe(true);
      }),
    );
  });
});

describe('an address without a webhook path is not recognized', () => {
  it.each([
    'https://callbacks.example.com/mine?a=b',
    'https://callbacks.example.com/webhooks/exotel/message/mine',
    `https://callbacks.example.com/webhooks/${token}`,
    'https://callbacks.example.com/100%/x%zz?q=50%25',
    `https://callbacks.example.com/a&amp;b?c=\\u002f&#x110000;&#99999999;\\uZZZZ`,
    'not a url',
    '',
  ])('%s', (text) => {
    expect(hasWebhookAddress(text)).toBe(false);
  });

  it('a long text is searched in linear time', () => {
    const texts = [
      '%25',
      '%2525',
      '/',
      '/webhooks',
      '/webhooks/exotel/',
      '&#x0',
      '&#0',
      '&amp;',
      '&',
      '\\',
      '\\u00',
      '\t',
      '%',
      '%u',
    ];
    for (const text of texts) {
      const search = (length: number): unknown => hasWebhookAddress(text.repeat(length / text.length));
      expect(growthOf(250_000, search)).toBeLessThan(mostForLinear);
    }
  });
});
