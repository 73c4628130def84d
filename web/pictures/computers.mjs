// Computers and what is plugged into them.
import { FLOOR, body, box, dark, disc, light, many, oval, path } from "./canvas.mjs";

/** A screen's picture: hills in the evening. */
function scenery(c, [x, y, width, height]) {
  const at = (across, down) => `${x + width * across} ${y + height * down}`;
  const screen = box(x, y, [width, height, 6], {});
  return c.within(
    screen,
    box(x, y, [width, height], { fill: c.fade(["#5a6fb5", "#d58fa8", "#f6c48f"]) }),
    disc(x + width * 0.68, y + height * 0.48, height * 0.13, { fill: "#fff0c9" }),
    path(`M${at(0, 0.66)}L${at(0.24, 0.4)}L${at(0.42, 0.62)}L${at(0.6, 0.46)}L${at(1, 0.72)}V${y + height}H${x}Z`, { fill: "#5d5a94" }),
    path(`M${at(0, 0.8)}C${at(0.3, 0.6)} ${at(0.5, 0.9)} ${at(1, 0.74)}V${y + height}H${x}Z`, { fill: "#38406e" }),
    path(`M${at(0, 0)}H${x + width * 0.5}L${at(0.2, 1)}H${x}Z`, { fill: "#ffffff", opacity: 0.1 }),
  );
}

export function laptop(c, { metal }) {
  c.shade(480, FLOOR + 4, [400, 30]);
  c.add(
    box(200, 250, [560, 400, 24], { fill: dark(metal, 0.7) }),
    box(196, 246, [568, 404, 26], { stroke: metal, width: 8 }),
    scenery(c, [222, 274, 516, 346]),
    disc(480, 262, 4, { fill: "#7f8890" }),
  );
  c.add(
    path("M190 650h580l70 92H120Z", { fill: c.fade([light(metal, 0.3), metal]) }),
    path("M240 662h480l26 44H214Z", { fill: dark(metal, 0.5) }),
  );
  c.add(
    path("M234 676h490M226 692h506M300 662l-10 44M360 662l-6 44M420 662l-3 44M480 662v44M540 662l3 44M600 662l6 44M660 662l10 44", {
      stroke: metal,
      width: 3,
      opacity: 0.7,
    }),
  );
  c.add(
    path("M400 714h160l6 22H394Z", { fill: dark(metal, 0.12) }),
    path("M120 742h720v14a20 20 0 0 1-20 20H140a20 20 0 0 1-20-20Z", { fill: dark(metal, 0.22) }),
    path("M420 742h120q-4 14-20 14h-80q-16 0-20-14Z", { fill: dark(metal, 0.4) }),
  );
}

export function monitor(c) {
  c.shade(480, FLOOR, [190, 28]);
  c.add(
    path("M430 600h100l10 140h-120Z", { fill: c.round("#9aa3ab") }),
    path(
      body(
        480,
        [
          [180, 744],
          [190, 766],
        ],
        18,
      ),
      { fill: "#7b858d" },
    ),
    oval(480, 744, [180, 20], { fill: "#b6bec4" }),
  );
  c.add(
    box(110, 170, [740, 450, 20], { fill: "#23272d" }),
    scenery(c, [130, 190, 700, 396]),
    box(110, 590, [740, 30, 14], { fill: "#343a41" }),
    disc(820, 605, 5, { fill: "#6fe08a" }),
  );
}

const KEYS = [
  [0, 14],
  [0.4, 13],
  [0.7, 13],
  [1.1, 12],
];

export function keyboard(c, { shell, key, accent }) {
  const outline = "M110 330h740a28 28 0 0 1 28 28v250a28 28 0 0 1-28 28H110a28 28 0 0 1-28-28V358a28 28 0 0 1 28-28Z";
  const cap = (x, y, width, colour) =>
    box(x, y, [width, 46, 9], { fill: dark(colour, 0.24) }) + box(x + 3, y, [width - 6, 38, 8], { fill: colour });
  const row = ([shift, count], index) =>
    many(count, (n) => cap(106 + shift * 27 + n * 53.4, 352 + index * 52, 49, n === 0 || n === count - 1 ? accent : key));
  const rest = [
    [106 + 0.4 * 27 + 13 * 53.4, 404, 40],
    [106 + 0.7 * 27 + 13 * 53.4, 456, 32],
    [106 + 1.1 * 27 + 12 * 53.4, 508, 75],
  ];
  c.lay(
    -8,
    [outline],
    path(outline, { fill: c.fade([light(shell, 0.15), dark(shell, 0.1)]) }),
    path("M110 636h740a28 28 0 0 0 28-28v14a28 28 0 0 1-28 28H110a28 28 0 0 1-28-28v-14a28 28 0 0 0 28 28Z", { fill: dark(shell, 0.35) }),
    ...KEYS.map(row),
    ...rest.map(([x, y, width]) => cap(x, y, width, accent)),
    cap(106, 560, 64, accent),
    cap(174, 560, 64, accent),
    cap(242, 560, 64, key),
    cap(310, 560, 300, key),
    cap(614, 560, 64, key),
    cap(682, 560, 64, accent),
    cap(750, 560, 103, accent),
  );
}

export function mouse(c, { shell, wheel }) {
  const outline = "M480 170c130 0 200 90 200 220v190c0 140-80 230-200 230s-200-90-200-230V390c0-130 70-220 200-220Z";
  c.lay(
    16,
    [outline],
    path(outline, { fill: c.fade([light(shell, 0.3), shell, dark(shell, 0.18)], [0, 0, 1, 0.2]) }),
    path("M282 420c120 40 276 40 396 0", { stroke: dark(shell, 0.3), width: 6, opacity: 0.7 }),
    path("M480 172v260", { stroke: dark(shell, 0.3), width: 6, opacity: 0.7 }),
    box(452, 262, [56, 120, 28], { fill: dark(shell, 0.45) }),
    box(462, 274, [36, 96, 18], { fill: wheel }),
    path("M464 300h32M464 322h32M464 344h32", { stroke: dark(wheel, 0.35), width: 5 }),
    path("M320 380c6-70 40-130 90-160", { stroke: "#ffffff", width: 14, opacity: 0.6 }),
    path("M452 700h56", { stroke: dark(shell, 0.25), width: 8 }),
  );
}

export function webcam(c) {
  c.shade(480, FLOOR, [150, 26]);
  c.add(
    path("M440 560h80l20 190H420Z", { fill: c.round("#4a5057") }),
    path(
      body(
        480,
        [
          [136, 736],
          [146, FLOOR - 8],
        ],
        18,
      ),
      { fill: c.round("#3a3f45") },
    ),
    oval(480, 736, [136, 20], { fill: "#596169" }),
  );
  c.add(
    box(210, 330, [540, 240, 110], { fill: c.fade(["#5a626a", "#3d4349", "#2a2e33"]) }),
    box(222, 342, [516, 216, 100], { stroke: "#ffffff", width: 4, opacity: 0.16 }),
  );
  c.add(
    disc(480, 450, 96, { fill: "#1b1e22" }),
    disc(480, 450, 78, { fill: c.ball("#2f4b6e") }),
    disc(480, 450, 42, { fill: "#10151d" }),
    disc(450, 418, 17, { fill: "#ffffff", opacity: 0.75 }),
    disc(506, 480, 9, { fill: "#ffffff", opacity: 0.35 }),
  );
  c.add(
    disc(660, 450, 13, { fill: "#6fe08a" }),
    many(6, (n) => path(`M${274 + n * 16} 420v60`, { stroke: "#1b1e22", width: 6 })),
  );
}

export function hub(c, { metal }) {
  const outline = "M350 180h260a34 34 0 0 1 34 34v532a34 34 0 0 1-34 34H350a34 34 0 0 1-34-34V214a34 34 0 0 1 34-34Z";
  const cable = "M480 190C480 60 640 110 720 60S900-10 960 20";
  c.add(path(cable, { stroke: "#3a3f45", width: 26 }), path(cable, { stroke: "#596169", width: 7 }));
  c.lay(
    12,
    [outline],
    box(450, 140, [60, 60, 10], { fill: "#3a3f45" }),
    path(outline, { fill: c.fade([light(metal, 0.3), metal, dark(metal, 0.14)], [0, 0, 1, 0]) }),
    ...[280, 400, 520].map(
      (y) =>
        box(386, y, [188, 74, 8], { fill: "#2a2e33" }) +
        box(400, y + 12, [160, 26, 3], { fill: "#4a7fd0" }) +
        box(400, y + 44, [160, 18], { fill: "#171a1d" }),
    ),
    box(420, 650, [120, 44, 22], { fill: "#2a2e33" }),
    box(438, 664, [84, 16, 8], { fill: "#59636b" }),
    disc(480, 232, 9, { fill: "#6fe08a" }),
    path("M338 230v480", { stroke: "#ffffff", width: 9, opacity: 0.6 }),
  );
}

export function laptopStand(c, { wood }) {
  c.shade(480, FLOOR, [310, 32]);
  c.add(path("M190 770 300 520h40L260 770ZM770 770 660 520h-40l80 250Z", { fill: c.fade([wood, dark(wood, 0.3)]) }));
  c.add(path(`M170 ${FLOOR - 16}h620v16H170Z`, { fill: dark(wood, 0.25) }));
  c.add(box(230, 210, [500, 300, 18], { fill: "#39404a" }), scenery(c, [248, 228, 464, 256]));
  c.add(
    path("M216 512h528l44 44H172Z", { fill: c.fade(["#dfe4e8", "#b3bcc3"]) }),
    path("M172 556h616v10a10 10 0 0 1-10 10H182a10 10 0 0 1-10-10Z", { fill: "#8c969e" }),
    path("M270 522h420l16 18H254Z", { fill: "#59636b" }),
  );
  c.add(
    box(150, 576, [660, 34, 12], { fill: c.fade([light(wood, 0.25), wood]) }),
    box(190, 548, [26, 36, 8], { fill: dark(wood, 0.15) }),
    box(744, 548, [26, 36, 8], { fill: dark(wood, 0.15) }),
    path("M180 592c160 8 400-6 600 0", { stroke: dark(wood, 0.28), width: 4, opacity: 0.5 }),
  );
}

export function ssd(c, { shell }) {
  const outline = "M360 280h240a56 56 0 0 1 56 56v360a56 56 0 0 1-56 56H360a56 56 0 0 1-56-56V336a56 56 0 0 1 56-56Z";
  const cable = "M480 280C480 140 330 200 300 90S420-40 480-20";
  c.add(path(cable, { stroke: "#3a3f45", width: 24 }), path(cable, { stroke: "#596169", width: 6 }));
  c.lay(
    -10,
    [outline],
    path(outline, { fill: c.fade([light(shell, 0.22), shell, dark(shell, 0.16)], [0, 0, 1, 0]) }),
    box(322, 298, [316, 436, 42], { stroke: light(shell, 0.35), width: 5, opacity: 0.6 }),
    many(6, (n) => path(`M370 ${430 + n * 26}h220`, { stroke: dark(shell, 0.22), width: 9, opacity: 0.7 })),
    box(450, 250, [60, 46, 8], { fill: "#3a3f45" }),
    disc(590, 350, 9, { fill: "#7fd4ff" }),
    path("M372 680h110", { stroke: light(shell, 0.7), width: 11 }),
    path("M344 360v300", { stroke: "#ffffff", width: 10, opacity: 0.4 }),
  );
}

export function microphone(c, { metal }) {
  c.shade(480, FLOOR, [170, 28]);
  c.add(
    box(466, 560, [28, 190], { fill: c.round("#4a5057") }),
    path(
      body(
        480,
        [
          [150, 734],
          [160, FLOOR - 8],
        ],
        20,
      ),
      { fill: c.round("#3a3f45") },
    ),
    oval(480, 734, [150, 22], { fill: "#596169" }),
  );
  c.add(
    path("M330 380v100a150 130 0 0 0 300 0V380", { stroke: "#4a5057", width: 24 }),
    disc(330, 380, 19, { fill: "#6b747c" }),
    disc(630, 380, 19, { fill: "#6b747c" }),
  );
  const head = "M380 250a100 100 0 0 1 200 0v160H380Z";
  c.add(path(head, { fill: c.round("#8b959c") }));
  c.add(
    c.within(
      path(head, {}),
      many(9, (n) => path(`M${372 + n * 27} 140v280`, { stroke: "#5b646b", width: 5, opacity: 0.7 })),
      many(11, (n) => path(`M370 ${160 + n * 25}h220`, { stroke: "#5b646b", width: 5, opacity: 0.7 })),
    ),
  );
  c.add(
    path(
      body(
        480,
        [
          [106, 400],
          [106, 520],
          [100, 545, 80, 560, 60, 566],
        ],
        12,
      ),
      { fill: c.round(metal) },
    ),
    box(372, 392, [216, 28, 10], { fill: c.round("#c9a24e") }),
  );
  c.add(
    disc(480, 478, 18, { fill: dark(metal, 0.4) }),
    disc(480, 478, 8, { fill: "#e8503e" }),
    path("M412 190v200", { stroke: "#ffffff", width: 11, opacity: 0.4 }),
  );
}
