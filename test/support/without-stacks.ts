import { afterAll, beforeAll } from 'vitest';

/** For tests whose inputs mostly end in an error: taking hundreds of thousands of stacks would cost more than reading the inputs. */
export function withoutStacks(): void {
  const { stackTraceLimit } = Error;
  beforeAll(() => {
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
}
