import { expect, it } from 'vitest';
import { Bell } from '../../src/endpoint/bell.js';

it('wakes all who wait, and nobody who comes after', async () => {
  const bell = new Bell();
  const woken: string[] = [];
  const wait = async (name: string): Promise<void> => {
    await bell.next();
    woken.push(name);
  };
  const early = [wait('one'), wait('another')];
  bell.ring();
  const late = wait('late');
  await Promise.all(early);
  expect(woken).toEqual(['one', 'another']);
  bell.ring();
  await late;
  expect(woken).toEqual(['one', 'another', 'late']);
});
