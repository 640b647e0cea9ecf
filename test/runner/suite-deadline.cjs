/** The long forms that `npm run soak` runs take as long as they are told to. */
const isLong = process.env.SOAK_SECONDS !== undefined || process.env.PROPERTY_RUNS !== undefined;
const deadlineMs = (isLong ? 12 * 60 : 10) * 60_000;

/**
 * Ends a run that hangs, and names the suite. Jest's timeouts can't end a suite that blocks its event loop, nor a worker process
 * that stays after its last suite.
 */
module.exports = class SuiteDeadline {
  #running = new Map();
  #idle;

  onTestFileStart({ path }) {
    clearTimeout(this.#idle);
    this.#running.set(path, startTimer(path));
  }

  onTestFileResult({ path }) {
    clearTimeout(this.#running.get(path));
    this.#running.delete(path);
    if (this.#running.size === 0) this.#idle = startTimer('The end of the worker processes');
  }

  onRunComplete() {
    clearTimeout(this.#idle);
  }
};

function startTimer(name) {
  return setTimeout(() => {
    process.stderr.write(`${name} takes more than ${deadlineMs / 60_000} minutes. The run stops.\n`);
    process.exit(1);
  }, deadlineMs);
}
