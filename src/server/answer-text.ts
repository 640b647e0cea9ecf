/** An answer as it is sent: without a line's end, for which all of it would be copied once more. */
export function answerText(answer: object): string {
  return JSON.stringify(answer);
}
