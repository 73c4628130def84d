// What makes a room.
import { FLOOR, body, box, dark, disc, leaf, light, many, mix, oval, path } from "./canvas.mjs";

/** A fern's frond from the pot's middle over (bx, by) to (x, y). */
function frond([bx, by], [x, y], green) {
  const at = (t) => [480, 560].map((from, axis) => (1 - t) ** 2 * from + 2 * t * (1 - t) * [bx, by][axis] + t * t * [x, y][axis]);
  const leaves = many(8, (n) => {
    const t = 0.22 + n * 0.105;
    const [[x1, y1], [x2, y2]] = [at(t), at(t + 0.02)];
    const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
    const length = 88 * (1.16 - t);
    return leaf(x1, y1, [length, 21], angle - 58, { fill: green }) + leaf(x1, y1, [length, 21], angle + 58, { fill: green });
  });
  return path(`M480 560Q${bx} ${by} ${x} ${y}`, { stroke: dark(green, 0.2), width: 7 }) + leaves;
}

export function fern(c, { pot }) {
  c.shade(480, FLOOR, [165, 30]);
  const fronds = [
    [[430, 240], [400, 120], "#3f7d55"],
    [[560, 250], [600, 140], "#3f7d55"],
    [[330, 330], [200, 250], "#4a8f62"],
    [[640, 320], [770, 260], "#4a8f62"],
    [[350, 470], [170, 500], "#6bb683"],
    [[620, 470], [800, 500], "#6bb683"],
  ];
  c.add(fronds.map((one) => frond(...one)).join(""));
  c.add(
    path(
      body(
        480,
        [
          [150, 580],
          [112, FLOOR - 12],
        ],
        20,
      ),
      { fill: c.round(pot) },
    ),
  );
  c.add(
    path(
      body(
        480,
        [
          [172, 530],
          [166, 596],
        ],
        24,
      ),
      { fill: c.round(light(pot, 0.1)) },
    ),
    oval(480, 530, [172, 30], { fill: light(pot, 0.25) }),
    oval(480, 532, [152, 23], { fill: "#4a382c" }),
  );
  c.add(frond([470, 380], [470, 250], "#6bb683"), frond([420, 440], [330, 380], "#7cc492"), frond([560, 440], [640, 390], "#7cc492"));
  c.add(path("M370 630c6 40 12 70 20 96", { stroke: "#ffffff", width: 12, opacity: 0.35 }));
}

export function candle(c, { wax, label, sprig }) {
  c.shade(480, FLOOR, [200, 32]);
  c.add(disc(480, 300, 150, { fill: "#ffe9b0", opacity: 0.5 }), disc(480, 300, 90, { fill: "#ffdf92", opacity: 0.6 }));
  const glass = body(
    480,
    [
      [186, 430],
      [190, FLOOR - 60],
      [186, FLOOR - 40, 184, FLOOR - 20, 170, FLOOR - 14],
    ],
    26,
  );
  c.add(path(glass, { fill: "#ffffff", opacity: 0.5 }));
  c.add(c.within(path(glass, {}), box(280, 520, [400, 300], { fill: c.round(wax) }), oval(480, 520, [190, 36], { fill: light(wax, 0.5) })));
  c.add(oval(480, 520, [70, 15], { fill: "#fff7df", opacity: 0.8 }), path("M480 520v-96", { stroke: "#4a3b33", width: 8 }));
  c.add(
    path("M480 210c50 70 62 110 62 150a62 66 0 0 1-124 0c0-40 12-80 62-150Z", { fill: "#f2a33c" }),
    path("M480 290c26 36 34 60 34 84a34 40 0 0 1-68 0c0-24 8-48 34-84Z", { fill: "#ffeeb5" }),
  );
  c.add(
    path(glass, { stroke: "#ffffff", width: 8, opacity: 0.8 }),
    oval(480, 430, [186, 34], { stroke: "#ffffff", width: 9, opacity: 0.9 }),
  );
  c.add(box(378, 590, [204, 120, 8], { fill: label }), path("M410 676h140M436 694h88", { stroke: dark(label, 0.5), width: 7 }));
  c.add(
    path("M440 650c20-10 60-20 90-40", { stroke: sprig, width: 6 }),
    leaf(456, 642, [46, 12], -70, { fill: sprig }),
    leaf(484, 632, [46, 12], -64, { fill: sprig }),
    leaf(484, 634, [44, 12], 12, { fill: light(sprig, 0.2) }),
  );
  c.add(path("M314 480v180", { stroke: "#ffffff", width: 13, opacity: 0.7 }));
}

export function clock(c, { wood }) {
  const rim = "M170 480a310 310 0 1 1 620 0a310 310 0 1 1-620 0Z";
  c.lay(0, [rim], disc(480, 480, 310, { fill: c.fade([light(wood, 0.3), wood, dark(wood, 0.22)]) }));
  c.add(
    disc(480, 480, 270, { fill: dark(wood, 0.25) }),
    disc(484, 486, 262, { fill: "#e6dfd0" }),
    disc(480, 480, 262, { fill: "#fbf8f0" }),
  );
  c.add(many(60, (n) => (n % 5 ? path("M480 242v14", { stroke: "#9aa39e", width: 4, turn: `rotate(${n * 6} 480 480)` }) : "")));
  c.add(
    many(12, (n) => path(`M480 242v${n % 3 ? 30 : 46}`, { stroke: "#35413b", width: n % 3 ? 9 : 13, turn: `rotate(${n * 30} 480 480)` })),
  );
  c.add(path("M480 480 372 372", { stroke: "#26302b", width: 20 }), path("M480 480 620 336", { stroke: "#26302b", width: 14 }));
  c.add(
    path("M452 550 540 310", { stroke: "#c8503c", width: 6 }),
    disc(480, 480, 18, { fill: "#c8503c" }),
    disc(480, 480, 6, { fill: "#fbf8f0" }),
  );
  c.add(path("M210 400a284 284 0 0 1 120-160", { stroke: "#ffffff", width: 10, opacity: 0.5 }));
}

function fold(c, y, [left, right], wool, stripe) {
  c.add(box(left, y, [right - left, 116, 56], { fill: c.fade([light(wool, 0.22), wool, dark(wool, 0.2)]) }));
  c.add(
    path(`M${left + 30} ${y + 84}h${right - left - 70}`, { stroke: stripe, width: 12, opacity: 0.9 }),
    path(`M${left + 30} ${y + 62}h${right - left - 70}`, { stroke: stripe, width: 5, opacity: 0.8 }),
  );
  c.add(path(`M${right - 60} ${y + 30}a28 28 0 0 1 0 56`, { stroke: dark(wool, 0.28), width: 6, opacity: 0.6 }));
}

export function blanket(c, { wool, stripe }) {
  c.shade(480, FLOOR, [330, 36]);
  fold(c, 650, [180, 780], wool, stripe);
  fold(c, 540, [196, 770], wool, stripe);
  fold(c, 430, [188, 776], wool, stripe);
  c.add(path("M330 432h230v250H330Z", { fill: c.fade([light(wool, 0.25), dark(wool, 0.06)]) }));
  c.add(
    path("M330 600h230M330 624h230", { stroke: stripe, width: 10 }),
    path("M330 432v250M560 432v250", { stroke: dark(wool, 0.28), width: 4, opacity: 0.5 }),
  );
  c.add(many(16, (n) => path(`M${337 + n * 14.4} 680c-6 20 6 34 0 52`, { stroke: n % 2 ? wool : light(wool, 0.2), width: 8 })));
}

export function pillow(c, { linen, piping }) {
  const shape =
    "M190 300c-10-50 20-70 70-60 140 26 300 26 440 0 50-10 80 10 70 60-24 120-24 260 0 380 10 50-20 76-70 66-140-26-300-26-440 0-50 10-80-16-70-66 24-120 24-260 0-380Z";
  c.shade(480, 768, [330, 30]);
  c.add(path(shape, { fill: c.fade([light(linen, 0.2), linen, dark(linen, 0.16)]), stroke: piping, width: 13 }));
  c.add(
    c.within(
      path(shape, {}),
      many(7, (n) => path(`M${250 + n * 78} 220c-10 180-10 360 0 540`, { stroke: piping, width: n % 3 ? 3 : 12, opacity: 0.35 })),
      path("M180 700c200 40 420 30 600-60v160H180Z", { fill: dark(linen, 0.5), opacity: 0.1 }),
    ),
  );
  c.add(
    path("M240 290c30 30 50 50 60 90M716 290c-26 26-46 50-56 84M244 690c24-24 40-50 50-80M716 690c-24-24-40-46-50-76", {
      stroke: dark(linen, 0.3),
      width: 7,
      opacity: 0.35,
    }),
  );
}

export function doormat(c, { coir }) {
  const outline = "M120 250h720v460H120Z";
  const fringe = many(40, (n) => `M120 ${256 + n * 11.5}h-26M840 ${256 + n * 11.5}h26`);
  const speck = (n) => `M${140 + ((n * 97) % 680)} ${266 + ((n * 53) % 424)}l${6 - (n % 3) * 6} 9`;
  const letters =
    "M270 400v160M270 480h80M350 400v160M400 400v160h66M400 400h66M400 480h56M510 400v160h64M616 400v160h64M734 400a44 80 0 1 0 .1 0Z";
  c.lay(
    -6,
    [outline],
    path(fringe, { stroke: dark(coir, 0.1), width: 7 }),
    path(outline, { fill: coir, stroke: coir, width: 20 }),
    path(many(150, speck), { stroke: dark(coir, 0.22), width: 5, opacity: 0.55 }),
    box(156, 286, [648, 388, 10], { stroke: dark(coir, 0.6), width: 12 }),
    path(letters, { stroke: dark(coir, 0.72), width: 24, turn: "translate(-18 0)" }),
  );
}

export function wateringCan(c, { steel, brass }) {
  c.shade(450, FLOOR, [210, 32]);
  c.add(path("M560 690 760 400l34 22L590 760Z", { fill: c.fade([light(steel, 0.15), dark(steel, 0.2)]) }));
  c.add(
    path("M738 352 850 426l-16 30-120-80Z", { fill: c.round(brass) }),
    oval(845, 438, [14, 28], { fill: dark(brass, 0.3), turn: "rotate(34 845 438)" }),
  );
  c.add(
    path("M300 520C60 420 130 760 262 720", { stroke: dark(steel, 0.12), width: 30 }),
    path("M330 430c20-190 220-190 260 6", { stroke: dark(steel, 0.05), width: 30 }),
  );
  c.add(
    path(
      body(
        450,
        [
          [150, 430],
          [186, FLOOR - 14],
        ],
        26,
      ),
      { fill: c.round(steel, 1.2) },
    ),
  );
  c.add(
    oval(450, 430, [150, 34], { fill: light(steel, 0.25) }),
    path("M306 428a150 34 0 0 0 150 36V396a150 34 0 0 0-150 32Z", { fill: dark(steel, 0.35) }),
  );
  c.add(path("M277 660c80 34 270 34 346 0M282 690c80 34 260 34 338 0", { stroke: brass, width: 8 }));
  c.add(path("M332 500c-6 60-12 90-16 130", { stroke: "#ffffff", width: 14, opacity: 0.45 }));
}

export function frame(c, { wood }) {
  const outline = "M250 130h460v640H250Z";
  c.shade(490, FLOOR, [250, 26]);
  c.add(path("M690 560 800 768", { stroke: dark(wood, 0.4), width: 18 }));
  c.add(
    path(outline, { fill: c.fade([light(wood, 0.22), dark(wood, 0.1)], [0, 0, 1, 1]) }),
    path("M250 130h460l-34 34H284v572l-34 34Z", { fill: light(wood, 0.28), opacity: 0.7 }),
    path("M710 130v640H250l34-34h392V164Z", { fill: dark(wood, 0.3), opacity: 0.5 }),
  );
  c.add(box(284, 164, [392, 572], { fill: "#fbf8f1" }), box(284, 164, [392, 12], { fill: "#000000", opacity: 0.08 }));
  const art = box(340, 236, [280, 428], {});
  c.add(
    c.within(
      art,
      box(340, 236, [280, 428], { fill: c.fade(["#f3d9b8", "#f0b48c"]) }),
      disc(536, 360, 56, { fill: "#e8694a" }),
      path("M340 470c60-60 110-30 150 0s90 20 130-30v240H340Z", { fill: "#7fa29a" }),
      path("M340 540c70-30 130 30 180 20s70-40 100-50v170H340Z", { fill: "#4f7f7a" }),
      path("M340 610c60 0 120 30 280-10v70H340Z", { fill: "#2f5a5c" }),
    ),
  );
  c.add(path("M300 180 520 180 300 520Z", { fill: "#ffffff", opacity: 0.18 }));
}

export function floorLamp(c, { shade, metal }) {
  c.add(path("M320 340 170 800h620L640 340Z", { fill: "#fff3c4", opacity: 0.4 }));
  c.shade(480, 836, [150, 24]);
  c.add(box(469, 320, [22, 510], { fill: c.round(metal) }));
  c.add(
    path(
      body(
        480,
        [
          [110, 812],
          [124, 830],
        ],
        16,
      ),
      { fill: c.round(metal) },
    ),
    oval(480, 812, [110, 16], { fill: light(metal, 0.2) }),
  );
  c.add(
    path(
      body(
        480,
        [
          [118, 90],
          [196, 350],
        ],
        26,
      ),
      { fill: c.fade([light(shade, 0.15), light(shade, 0.5), shade, dark(shade, 0.14)], [0, 0, 1, 0]) },
    ),
  );
  c.add(oval(480, 350, [196, 26], { fill: "#fff6d6" }), path("M284 350a196 26 0 0 0 392 0", { stroke: dark(shade, 0.2), width: 5 }));
  c.add(
    oval(480, 90, [118, 16], { fill: dark(shade, 0.1) }),
    path("M548 368v90", { stroke: metal, width: 5 }),
    disc(548, 466, 11, { fill: c.ball(metal) }),
  );
}

export function basket(c, { reed, cloth }) {
  c.shade(480, FLOOR, [260, 34]);
  c.add(
    path("M300 440c20-90 120-120 190-90 80-60 190 0 180 100Z", { fill: c.fade([light(cloth, 0.2), dark(cloth, 0.12)]) }),
    path("M380 400c40-30 70-20 100 10M560 380c20 10 40 30 50 60", { stroke: dark(cloth, 0.25), width: 7, opacity: 0.5 }),
  );
  const shape = body(
    480,
    [
      [250, 440],
      [246, 600, 226, 700, 204, FLOOR - 12],
    ],
    30,
  );
  c.add(path(shape, { fill: c.round(reed) }));
  const weave = (n) => {
    const [row, column] = [Math.floor(n / 9), n % 9];
    const x = 232 + column * 62 + (row % 2) * 31;
    return path(`M${x} ${488 + row * 40}q22-18 44 0`, { stroke: row % 2 ? light(reed, 0.3) : dark(reed, 0.28), width: 10, opacity: 0.75 });
  };
  c.add(c.within(path(shape, {}), many(63, weave)));
  c.add(
    path("M230 440a250 40 0 0 0 500 0", { stroke: dark(reed, 0.2), width: 26 }),
    path("M230 436a250 40 0 0 0 500 0", { stroke: light(reed, 0.25), width: 7, dash: "20 16" }),
  );
  c.add(path("M236 500C150 480 150 600 240 600M724 500c86-20 86 100-4 100", { stroke: mix(reed, "#6b4631", 0.5), width: 22 }));
}
