import { hex } from '../amf/golden.js';

/**
 * Configuration records and first bytes of frames. "Lavc" rows were made by FFmpeg 5.1.9 (libx264 164, libx265 3.5, libaom
 * 3.6, SVT-AV1 1.4, libvpx 1.12, and its own encoders) from generated pictures and noise, read out with `ffprobe
 * -show_data`; what the rows of the tests expect of them is what ffprobe said. Others name their section of protocol.md.
 */
export const RECORDS = {
  avcC: {
    /** §11.6: 64x64, Constrained Baseline, level 1.0. */
    sheet: hex(`
      01 42 c0 0a ff e1 00 17 67 42 c0 0a d9 04 26 c0 44 00 00 03 00 04 00 00 03 00 c8 3c 48 99 20
      01 00 05 68 cb 83 cb 20`),
    /** Lavc libx264: 322x182 at 30000/1001, Constrained Baseline, level 1.3, no B-frames. */
    constrainedBaseline: hex('0142c00dffe100186742c00dda05467889b01100000303e90000ea600f142aa001000468ce0fc8'),
    /** Lavc libx264: 322x182, High, level 1.3, BT.709 limited range, NAL HRD, two reordered frames. */
    high: hex(`0164000dffe100276764000dacd941519e226c05a808080a000007d20001d4c0c04003d08000f425261803c50a6580
      01000568ebecb22cfdf8f800`),
    /** Lavc libx264 -flags +ildct+ilme: 1920x1080 in fields at 25 frames/s, Main, level 4.0, samples 3:4. */
    interlaced: hex('014d4028ffe1001d674d4028f403c0227efff000300041000003000100000300321f162ea001000468de0fc8'),
    /** Lavc libx264: 128x98, High 4:2:2 in 10 bits, level 1.1, 50 frames/s. */
    high422: hex('017a000bffe10018677a000bb6cb4107fc7e0220000003002000000c81e2855401000468ce0fc8fefafa00'),
    /** Lavc libx264: 130x96, High 4:4:4 Predictive, level 1.1. */
    high444: hex('01f4000bffe1001867f4000b9196824de3fc0440000003004000001903c50aa801000768ce0f19100640fff8f800'),
  },
  /**
   * Put together by hand from H.264 7.3.2.1.1 and E.1; FFmpeg 5.1.9's trace_headers read the same values: High, 1920x1080 in
   * fields, scaling matrix, picture order type 1, samples 4:3, BT.709, 25 frames/s, two HRDs, two reordered frames.
   */
  avcSpsWithAllParts: hex(`
      6764002822dba74e9d3a6846e9d3a74e9ae9d3a74e9dd3a74e9d3a74e9d3a74e9d3a74e9d3a74e9d3a49249240968c844e50
      1e0113f7877b808080f80000030008000003019684801f4801f44007d1003e8af7be284801f4801f44007d1003e8af7be1da
      162d96`),
  /**
   * Put together by hand from H.265 7.3.2.2 and E.2.1; FFmpeg 5.1.9's trace_headers read the same values: three sub-layers,
   * 1296x736 in 4:2:2 and 10 bits less a window of 2, 3, 4 and 1, scaling lists, PCM, two predicted short-term sets (one
   * drops a picture at distance 0), long-term references, samples 64:45, HLG, display window, 60000/1001 frames/s.
   */
  hevcSpsWithAllParts: hex(`
      420105222000000300b0000003000003005dd00001600000030090000003000003003c3fb00288802e1b21536595cae57924
      4b95d10ae885744294ae8857442ba214a57442ba215d10a52ba215d10ae8857442ba215d10ae8857442ba215d10ae8857442
      ba295d10ae8857442ba215d10ae8857442ba215d10ae8857442ba215d14ae8857442ba215d10ae8857442ba215d10ae88574
      42ba215d10ae8a62ba215d10ae8857442ba215d10ae8857442ba215d10ae8857442ba298ae8857442ba215d10ae8857442ba
      215d10ae8857442ba215d10ae8a62ba215d10ae8857442ba215d10ae8857442ba215d10ae8857442ba298ae8857442ba215d
      10ae8857442ba215d10ae8857442ba215d10aea62ba215d10ae8857442ba215d10ae8857442ba215d10ae8857442baeef52b
      5a754e7b2f60b097ff80200016db848904d274b800001f480007530040`),
  hvcC: {
    /** §11.7. */
    sheet: hex(`
      01 01 60 00 00 00 90 00 00 00 00 00 1e f0 00 fc fd f8 f8 00 00 0f 03
      20 00 01 00 18 40 01 0c 01 ff ff 01 60 00 00 03 00 90 00 00 03 00 00 03 00 1e 92 80 90
      21 00 01 00 29 42 01 01 01 60 00 00 03 00 90 00 00 03 00 00 03 00 1e a0 20 81 05 96
      4a 92 4c af 01 68 08 00 00 03 00 08 00 00 03 00 c8 40
      22 00 01 00 07 44 01 c1 72 b4 22 40`),
    /** Lavc libx265: 322x182 at 30000/1001, Main, level 2.0. */
    main: hex(`0101600000009000000000003cf000fcfdf8f800000f03
      a00001001840010c01ffff01600000030090000003000003003c959809
      a10001002942010101600000030090000003000003003ca00a480b9c9596566924caf01680800001f480003a9804
      a2000100074401c172b46240`),
    /** Lavc libx265 scaling-list=default: 322x182 at 50, Main 10, level 2.0, BT.2020 and PQ, limited range. */
    main10: hex(`0102200000009000000000003cf000fcfdfafa00000f03
      a00001001840010c01ffff02200000030090000003000003003c959809
      a10001002f42010102200000030090000003000003003ca00a480b9c94d96566924e5780b509100904000003000400000300c820
      a2000100074401c172b46240`),
    /** Lavc libx265: 130x98 at 24, 4:4:4 of the range extensions, level 1.0. */
    rext444: hex(`0104080000009e08000000001ef000fcfff8f800000f03
      a00001001740010c01ffff0408000003009e0800000300001e959809
      a1000100294201010408000003009e0800000300001e9002240d39e7cb2b349265780b4040000003004000000602
      a2000100084401c172860c4624`),
  },
  av1C: {
    /** Lavc libaom-av1: 322x182, Main, level 2.0, 8 bits. */
    aom: hex('81000c000a0b000000043d06d4daf90040'),
    /** Lavc libaom-av1: 322x182, High, 4:4:4 in 10 bits. */
    aom444: hex('812040000a0a200000043d06d4daf942'),
    /** Lavc libsvtav1: 322x182, Main. */
    svt: hex('81000c000a0b000000043d06d402f80040'),
  },
  av1CMore: {
    /** Lavc libaom-av1, timing and colours by av1_metadata: 25 frames/s, sRGB transfer in BT.709 matrix, full range. */
    timing: hex('81000c000a160400000004000000ca80000021e836a6d7c8808680c2'),
    /** Lavc libaom-av1 -still-picture 1: reduced header, monochrome. */
    still: hex('81001c000a061821e836ad2a'),
    /** Lavc libaom-av1: 10 bits, BT.2020 and PQ. */
    hdr: hex('81004c000a0e000000043d06d4daf95091009040'),
  },
  /**
   * Put together by hand from AV1 5.5.1; FFmpeg 5.1.9's trace_headers read the same values: Professional, 4:2:2 in 12 bits,
   * level 5.1 High tier with a second operating point, 3840x1600, 59.94 frames/s, decoder model, frame ids, BT.2020 and PQ.
   */
  av1SequenceHeaderWithAllParts: hex('4400000fa400075302a9000003e93a611036efa258c08090baeffc7fa5ffaefa122012b8'),
  /** Lavc libaom-av1: start of a key frame of the stream above. */
  av1Keyframe: hex('0a0b000000043d06d4daf9004032c5181400a0b010db6f11a5fbb603c85ce93c'),
  vpcC: {
    /** Lavc libvpx-vp9, vpcC box of an MP4: profile 0, level 1.1, 8 bits 4:2:0. */
    profile0: hex('01000000 00 0b 82 02 02 02 0000'),
    /** Lavc libvpx-vp9, vpcC box of an MP4: profile 3, level 1.1, 10 bits 4:2:2. */
    profile3: hex('01000000 03 0b a4 02 02 02 0000'),
  },
  vp9Keyframe: {
    /** Lavc libvpx-vp9: 322x182, profile 0. */
    profile0: hex('824983420014100b560238241c184a00'),
    /** Lavc libvpx-vp9: 322x182, profile 3. */
    profile3: hex('b124c1a10200a0805ab021c120e0c2c0'),
  },
  /** Lavc libvpx: 322x182. */
  vp8Keyframe: hex('f067009d012a4201b600000708858588'),
  asc: {
    /** Lavc aac, with the mark that there is no SBR. */
    mono48: hex('118856e500'),
    stereo48: hex('119056e500'),
    stereo44: hex('121056e500'),
    surround51: hex('11b056e500'),
    surround71: hex('11b856e500'),
    /** Lavc aac: 44100 Hz, 2.1, by program configuration element with the comment "Lavc59.37.101". */
    programConfig: hex('12000504010020000d4c61766335392e33372e31303056e500'),
    /** §9.3. */
    he: hex('2b 92 08 00'),
  },
  mp3: {
    /** Lavc libmp3lame. */
    mono44: hex('fffb50c4'),
    mono22: hex('fff380c4'),
    mono11: hex('ffe380c4'),
    stereo48: hex('fffb9464'),
    mono8: hex('ffe318c4'),
  },
  opusHead: {
    /** §7.7. */
    sheet: hex('4f 70 75 73 48 65 61 64 01 01 38 01 80 bb 00 00 00 00 00'),
    /** Lavc libopus: 5.1, 48000 Hz. */
    surround51: hex('4f707573486561640106380180bb00000000010402000401020305'),
  },
  /** Lavc flac: 44100 Hz stereo in 24 bits. */
  streamInfo: hex('1200120000314b0035ec0ac44370000022748483ebe06e2ea80d81b803c4ca5aba7d'),
  ac3: {
    /** Lavc ac3: 44100 Hz mono. */
    mono44: hex('0b7753204c402f8429e11fa9'),
    /** Lavc ac3: 48000 Hz 5.1. */
    surround51: hex('0b7776051e40ebf8403eff99'),
    /** Lavc eac3: 32000 Hz 5.1. */
    eac3Surround51: hex('0b77053fbf87c00000000000'),
    /** Lavc eac3: 32000 Hz stereo. */
    eac3Stereo: hex('0b77023fb487c00000802004'),
  },
} as const;
