import { type AmfValue, amfObject, ecmaArray, TypedObject } from '../../../amf/value.js';
import { command } from '../../../rtmp/message/command.js';
import { readStatus } from '../../../rtmp/session/status.js';
import { type Check, type CheckGroup, deviates, type Finding, fails, pass, skipped } from '../check.js';
import { type CheckDesk, STATUS } from '../desk.js';
import { ANSWER_MS } from '../talk.js';

const CONNECT = 'RTMP 7.2.1.1';

const answer: Check = {
  id: 'connect-answer',
  section: CONNECT,
  title: 'connect gets a _result with NetConnection.Connect.Success',
  usesSession: true,
  async run(desk) {
    const { connectAnswer } = await desk.session();
    const { code } = readStatus(connectAnswer.args[0], 'status');
    return code === STATUS.ConnectSuccess ? pass(code) : deviates(code === '' ? 'no code' : code);
  },
};

const properties: Check = {
  id: 'connect-properties',
  section: CONNECT,
  title: 'the answer tells fmsVer and capabilities',
  usesSession: true,
  async run(desk) {
    const object = (await desk.session()).connectAnswer.commandObject;
    const missing = ['fmsVer', 'capabilities'].filter((name) => !(object instanceof Map) || !object.has(name));
    return missing.length === 0 ? pass('both are there') : deviates(`no ${missing.join(', no ')}`);
  },
};

const enhanced: Check = {
  id: 'connect-enhanced',
  section: 'E-RTMP v2, connect',
  title: 'the answer says what of Enhanced RTMP the server takes',
  async run(desk) {
    const object = (await desk.connect(ENHANCED)).connectAnswer.commandObject;
    const names = ['capsEx', 'fourCcList', 'videoFourCcInfoMap', 'audioFourCcInfoMap'];
    const there = names.filter((name) => object instanceof Map && object.has(name));
    return there.length === 0 ? deviates('nothing is said of it') : pass(there.join(', '));
  },
};

const ENHANCED = amfObject({
  fourCcList: ['hvc1', 'av01', 'vp09', 'Opus'],
  videoFourCcInfoMap: ecmaArray({ '*': 7 }),
  audioFourCcInfoMap: ecmaArray({ '*': 7 }),
  capsEx: 15,
});

/** A connect that every server should accept. */
function accepted(id: string, title: string, object: ReadonlyMap<string, AmfValue>, isRisky = false): Check {
  return {
    id: `connect-${id}`,
    isRisky,
    section: CONNECT,
    title,
    async run(desk) {
      await desk.connect(new Map(object));
      return pass('accepted');
    },
  };
}

const amf3: Check = {
  id: 'command-amf3',
  section: 'RTMP 7.1.1',
  title: 'commands of type 17, with AMF3 agreed on, are understood',
  async run(desk) {
    const { talk } = await desk.connect(amfObject({ objectEncoding: 3 }));
    const id = talk.nextTransactionId();
    talk.send({ ...command('createStream', id, null), encoding: 'amf3' });
    await talk.answer(id, 'createStream');
    return pass('createStream was answered');
  },
};

const twice: Check = {
  id: 'connect-twice',
  section: CONNECT,
  title: 'a second connect on the same connection is refused',
  async run(desk) {
    const { talk } = await desk.connect();
    const object = amfObject({ app: desk.address.app, tcUrl: desk.address.tcUrl });
    const id = talk.ask('connect', object);
    const second = await talk.within(ANSWER_MS, () => talk.answerTo(id));
    if (second === undefined) return pass(talk.wire.end ?? 'no answer');
    return second.name === '_error' ? pass('_error') : deviates('it is accepted');
  },
};

const tooEarly: Check = {
  id: 'command-before-connect',
  section: CONNECT,
  title: 'no stream before connect',
  async run(desk) {
    const { talk } = await desk.greet();
    const id = talk.ask('createStream');
    const early = await talk.within(ANSWER_MS, () => talk.answerTo(id));
    return early?.name === '_result' ? deviates('createStream is answered') : pass(talk.wire.end ?? 'no answer');
  },
};

const pipelined: Check = {
  id: 'command-pipelined',
  section: 'RTMP 7.2',
  title: 'a client need not wait for the answer to connect before it sends createStream',
  async run(desk) {
    if (desk.notes.wantsLogin) return skipped('the server refuses the first connect, and asks for a login');
    const { talk } = await desk.greet();
    const connect = talk.ask('connect', amfObject({ app: desk.address.app, tcUrl: desk.address.tcUrl }));
    const create = talk.ask('createStream');
    await talk.answer(connect, 'connect');
    await talk.answer(create, 'createStream');
    return pass('both were answered');
  },
};

const numbered: Check = {
  id: 'stream-id',
  section: 'RTMP 7.2.1.3',
  title: 'createStream gives a number above 0',
  usesSession: true,
  async run(desk) {
    const { streamId } = await desk.session();
    return streamId > 0 ? pass(`the first is ${streamId}`) : fails(`it is ${streamId}`);
  },
};

const several: Check = {
  id: 'stream-ids-differ',
  section: 'RTMP 7.2.1.3',
  title: 'a second createStream gives another number',
  async run(desk) {
    const { talk } = await desk.connect();
    const ids = [await talk.createStream(), await talk.createStream()];
    return ids[0] === ids[1] ? deviates(`both are ${ids[0]}`) : pass(ids.join(' and '));
  },
};

const unknown: Check = {
  id: 'command-unknown',
  section: 'RTMP 7.2.1.2',
  title: 'a call that nobody knows gets an _error',
  usesSession: true,
  async run(desk) {
    return calls(desk, ['rtmpkitUnknownCall'], '_error');
  },
};

const unanswerable: Check = {
  id: 'command-no-answer-wanted',
  section: 'RTMP 7.2.1.2',
  title: 'a call with number 0 is not answered',
  usesSession: true,
  async run(desk) {
    const { talk } = await desk.session();
    talk.send(command('rtmpkitUnknownCall', 0, null));
    await talk.fence();
    return talk.answerTo(0) === undefined ? pass('no answer') : deviates('an answer to 0 came');
  },
};

function answered(id: string, section: string, names: readonly string[]): Check {
  return {
    id: `command-${id}`,
    section,
    title: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} answered`,
    usesSession: true,
    run: (desk) => calls(desk, names, '_result'),
  };
}

/** Calls them all and looks at what has come by the time that something later is answered. */
async function calls(desk: CheckDesk, names: readonly string[], wanted: '_result' | '_error'): Promise<Finding> {
  const { talk } = await desk.session();
  const ids = names.map((name) => [name, talk.ask(name, null, [desk.newName()])] as const);
  await talk.fence();
  const others = ids.filter(([, id]) => talk.answerTo(id)?.name !== wanted);
  if (others.length === 0) return pass(wanted);
  return deviates(others.map(([name, id]) => `${name}: ${talk.answerTo(id)?.name ?? 'no answer'}`).join(', '));
}

export const COMMANDS: CheckGroup = {
  name: 'connection',
  checks: [
    answer,
    properties,
    numbered,
    enhanced,
    accepted('bare', 'connect with nothing but app and tcUrl', new Map()),
    accepted(
      'more',
      'connect with properties of all types that nobody knows',
      amfObject({
        flashVer: 'FMLE/3.0',
        list: [1, 'two', null],
        map: ecmaArray({ a: 1 }),
        when: new Date(0),
        typed: new TypedObject('Some', [['a', true]]),
        nothing: undefined,
        long: 'x'.repeat(2_000),
      }),
      true,
    ),
    accepted('amf3', 'connect that asks for AMF3', amfObject({ objectEncoding: 3 })),
    amf3,
    pipelined,
    twice,
    tooEarly,
    several,
    unknown,
    unanswerable,
    answered('fmle', 'FMLE', ['releaseStream', 'FCPublish', 'FCUnpublish']),
    answered('stream-length', 'Flash', ['getStreamLength']),
    answered('check-bandwidth', 'Flash', ['_checkbw']),
  ],
};
