// One line per case as it ends, in the way of TAP, and a closing count: what `npm run test:gpio` prints.

import type { Reporter, TestCase, TestModule } from 'vitest/node';

type Failure = Pick<Error, 'message'> & { stack?: string | undefined };

export class TapReporter implements Reporter {
  passed = 0;
  failed = 0;

  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    if (state === 'skipped') return;
    this.say(state === 'passed', test.fullName, test.diagnostic()?.duration, state === 'passed' ? [] : errors);
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<Failure>): void {
    for (const module of modules) {
      for (const part of [module, ...module.children.allSuites()]) {
        const errors = part.errors();
        if (errors.length > 0) this.say(false, 'fullName' in part ? part.fullName : module.moduleId, undefined, errors);
      }
    }
    for (const error of unhandled) this.say(false, 'an error outside every case', undefined, [error]);
    if (this.passed + this.failed === 0) this.say(false, 'no case was run');
    process.stdout.write(`1..${this.passed + this.failed}\n${this.passed} passed, ${this.failed} failed\n`);
    if (this.failed > 0) process.exitCode = 1;
  }

  private say(ok: boolean, name: string, ms?: number, errors: readonly Failure[] = []): void {
    if (ok) this.passed += 1;
    else this.failed += 1;
    const took = ms === undefined ? '' : ` # ${(ms / 1000).toFixed(1)} s`;
    process.stdout.write(`${ok ? 'ok' : 'not ok'} ${this.passed + this.failed} - ${name}${took}\n`);
    for (const { message, stack } of errors) process.stdout.write(`${indent(stack ?? message)}\n`);
  }
}

const indent = (text: string): string => text.replace(/^/gm, '    ');
