import { encodeAmf0 } from '../../../amf/amf0-writer.js';
import { type AmfValue, amfObject, isAmfObject } from '../../../amf/value.js';
import { type Check, type CheckGroup, deviates, fails, pass } from '../check.js';
import { type OpenStream, sendData, sendHeaders, sendMedia } from '../desk.js';
import { audioFrame, enhancedFrame, fourCc, keyframe, tagWith } from '../media.js';
import { ANSWER_MS } from '../talk.js';

/** Values of the first data message with this name. */
function dataNamed({ talk }: OpenStream, name: string): readonly AmfValue[] | undefined {
  for (const { meaning } of talk.received) {
    if (meaning.type === 'data' && meaning.values[0] === name) return meaning.values;
  }
  return undefined;
}

function metadataOf(player: OpenStream): readonly AmfValue[] | undefined {
  return dataNamed(player, 'onMetaData') ?? dataNamed(player, '@setDataFrame');
}

const lateMetadata: Check = {
  id: 'data-late-metadata',
  section: 'RTMP 7.1.2',
  title: 'metadata set with @setDataFrame is kept, and given to who joins late',
  async run(desk) {
    const { publisher, player } = await desk.pair();
    sendMedia(publisher, 'video', keyframe(1), 40);
    const values = await player.talk.within(ANSWER_MS, () => metadataOf(player));
    if (values?.[0] === '@setDataFrame') return deviates('it comes with @setDataFrame in front, which is for servers');
    const metadata = values?.[1];
    if (metadata === undefined || !isAmfObject(metadata)) return fails('onMetaData does not come');
    return metadata.get('width') === 16 ? pass('it comes') : deviates('it comes with other values');
  },
};

const data: Check = {
  id: 'data-other',
  section: 'RTMP 7.1.2',
  title: 'other data messages reach players',
  async run(desk) {
    const { publisher, player } = await desk.pair();
    sendMedia(publisher, 'video', keyframe(2), 40);
    sendData(publisher, 'onTextData', amfObject({ text: 'hello' }));
    const values = await player.talk.within(ANSWER_MS, () => dataNamed(player, 'onTextData'));
    return values === undefined ? deviates('it does not come') : pass('it comes');
  },
};

const dataAmf3: Check = {
  id: 'data-amf3',
  isRisky: true,
  section: 'RTMP 7.1.2',
  title: 'data messages of type 15 are taken',
  async run(desk) {
    const { publisher, player } = await desk.pair();
    const { talk, streamId } = publisher;
    const payload = Uint8Array.of(0, ...encodeAmf0('onTextData', amfObject({ text: 'hello' })));
    talk.sendRaw(15, payload, { csid: 4, streamId });
    await talk.fence();
    const values = await player.talk.within(ANSWER_MS, () => dataNamed(player, 'onTextData'));
    return values === undefined ? deviates('it does not reach the player') : pass('it reaches the player');
  },
};

const aggregate: Check = {
  id: 'media-aggregate',
  isRisky: true,
  section: 'RTMP 7.1.6',
  title: 'an aggregate is taken apart, or passed on whole',
  async run(desk) {
    const { publisher, player } = await desk.pair();
    const [video, audio] = [keyframe(3), audioFrame(3)];
    const parts = [
      { typeId: 9, timestampMs: 0, payload: video },
      { typeId: 8, timestampMs: 10, payload: audio },
    ];
    publisher.talk.send({ type: 'aggregate', parts }, { streamId: publisher.streamId, timestampField: 40 });
    await publisher.talk.fence();
    const came = (): number => [video, audio].filter((body) => tagWith(player.talk, body) !== undefined).length;
    await player.talk.within(ANSWER_MS, () => (came() === 2 ? true : undefined));
    return came() === 2 ? pass('both parts come') : deviates(came() === 1 ? 'one part is lost' : 'its parts are lost');
  },
};

const HVC1 = 'hvc1';
const VIDEO_FRAME = 0x91;
const VIDEO_SEQUENCE_START = 0x90;
const VIDEO_MULTITRACK = 0x96;
const VIDEO_MOD_EX = 0x97;
const AUDIO_FRAME = 0x91;

/** E-RTMP: what a server does not understand it can still pass on. */
function enhanced(id: string, title: string, kind: 'audio' | 'video', header: Uint8Array, body: Uint8Array): Check {
  return {
    id: `media-${id}`,
    section: 'E-RTMP v2',
    title,
    async run(desk) {
      const publisher = await desk.publish();
      sendHeaders(publisher);
      sendMedia(publisher, kind, header, 0);
      await publisher.talk.fence();
      const player = await desk.play(publisher.name);
      sendMedia(publisher, 'video', keyframe(9), 20);
      sendMedia(publisher, kind, body, 40);
      await publisher.talk.fence();
      const tag = await player.talk.within(ANSWER_MS, () => tagWith(player.talk, body));
      return tag === undefined ? deviates('it does not reach the player') : pass('it reaches the player');
    },
  };
}

/** One track, number 0, then as usual. */
const multitrack = Uint8Array.of(VIDEO_MULTITRACK, 0x01, ...fourCc(HVC1), 0, 1, 2, 3, 4, 5, 6, 7, 8);
/** A nanosecond offset in front: three bytes, their length less one first, then its type and the packet type. */
const modEx = Uint8Array.of(VIDEO_MOD_EX, 2, 0, 0, 100, 0x01, ...fourCc(HVC1), 0, 0, 0, 1, 2, 3, 4);

const HEVC_HEADER = enhancedFrame(VIDEO_SEQUENCE_START, HVC1, 5);

export const MEDIA: CheckGroup = {
  name: 'data and media',
  checks: [
    lateMetadata,
    data,
    dataAmf3,
    aggregate,
    enhanced('hevc', 'HEVC with a FourCC passes through', 'video', HEVC_HEADER, enhancedFrame(VIDEO_FRAME, HVC1, 6)),
    enhanced(
      'av1',
      'AV1 with a FourCC passes through',
      'video',
      enhancedFrame(VIDEO_SEQUENCE_START, 'av01', 5),
      enhancedFrame(VIDEO_FRAME, 'av01', 7),
    ),
    enhanced(
      'opus',
      'Opus with a FourCC passes through',
      'audio',
      enhancedFrame(0x90, 'Opus', 5),
      enhancedFrame(AUDIO_FRAME, 'Opus', 8),
    ),
    enhanced('multitrack', 'a multitrack message passes through', 'video', HEVC_HEADER, multitrack),
    enhanced('mod-ex', 'a message with a nanosecond offset passes through', 'video', HEVC_HEADER, modEx),
  ],
};
