// Pottery and what coffee and tea need.
import { FLOOR, body, box, dark, disc, leaf, light, many, mix, oval, path } from "./canvas.mjs";

const SHINE = "#ffffff";

export function mug(c, { glaze, clay = "#b98e68" }) {
  const top = 360;
  c.shade(470, FLOOR, [225, 36]);
  c.add(path("M650 450c180-40 180 240-24 232", { stroke: c.fade([light(glaze, 0.1), dark(glaze, 0.22)]), width: 48 }));
  c.add(path("M668 446c128-8 132 176 10 196", { stroke: light(glaze, 0.4), width: 8, opacity: 0.6 }));
  const shape = body(
    460,
    [
      [212, top],
      [216, 540, 206, 690, 172, FLOOR - 16],
    ],
    30,
  );
  c.add(path(shape, { fill: c.round(glaze) }));
  c.add(c.within(path(shape, {}), path("M230 676c80 30 150 4 236 26s160 0 230-24v160H230Z", { fill: c.round(clay) })));
  c.add(oval(460, top, [212, 52], { fill: light(glaze, 0.3) }), oval(460, top + 4, [193, 42], { fill: dark(glaze, 0.25) }));
  c.add(oval(460, top + 16, [174, 28], { fill: "#5a3a28" }), oval(440, top + 12, [122, 14], { fill: "#7a5138", opacity: 0.7 }));
  c.add(many(2, (n) => path(`M${408 + n * 100} 280c-38-44 38-70 0-118`, { stroke: SHINE, width: 15, opacity: 0.6 })));
  c.add(path("M290 424c2 76 6 140 20 206", { stroke: SHINE, width: 15, opacity: 0.35 }));
}

export function kettle(c, { steel, wood }) {
  c.shade(470, FLOOR, [240, 36]);
  c.add(path("M630 700C770 700 720 460 850 380", { stroke: c.fade([light(steel, 0.3), dark(steel, 0.2)]), width: 36 }));
  c.add(path("M310 450C130 390 130 680 256 720", { stroke: c.round(wood), width: 44 }));
  const shape = body(
    460,
    [
      [130, 390],
      [228, 450, 246, 630, 222, FLOOR - 12],
    ],
    28,
  );
  c.add(path(shape, { fill: c.round(steel, 1.3) }));
  c.add(path("M344 440c-52 66-76 160-76 260", { stroke: SHINE, width: 17, opacity: 0.45 }));
  c.add(oval(460, 390, [130, 29], { fill: dark(steel, 0.18) }), oval(460, 384, [112, 23], { fill: c.round(steel) }));
  c.add(oval(460, 372, [32, 11], { fill: dark(steel, 0.35) }), oval(460, 342, [38, 31], { fill: c.ball(wood) }));
  c.add(path("M238 718c130 34 314 34 444 0", { stroke: dark(steel, 0.28), width: 6, opacity: 0.5 }));
}

export function teaPot(c, { glaze, knob }) {
  c.shade(470, FLOOR, [210, 34]);
  c.add(path("M640 690C760 680 730 520 800 420l56 18C800 540 810 720 630 760Z", { fill: c.fade([light(glaze, 0.12), dark(glaze, 0.25)]) }));
  c.add(oval(828, 428, [30, 11], { fill: dark(glaze, 0.4), turn: "rotate(18 828 428)" }));
  c.add(path("M290 470C90 400 90 720 310 690", { stroke: c.fade([light(glaze, 0.1), dark(glaze, 0.2)], [0, 0, 1, 1]), width: 40 }));
  const shape = body(
    470,
    [
      [112, 400],
      [270, 430, 300, 650, 168, FLOOR - 12],
    ],
    26,
  );
  c.add(path(shape, { fill: c.round(glaze) }));
  c.add(path("M312 486c-40 60-48 130-22 190", { stroke: SHINE, width: 18, opacity: 0.4 }));
  c.add(
    path(
      body(
        470,
        [
          [30, 340],
          [80, 344, 122, 372, 118, 402],
        ],
        20,
      ),
      { fill: c.round(light(glaze, 0.06)) },
    ),
  );
  c.add(path("M352 404c60 24 176 24 236 0", { stroke: dark(glaze, 0.3), width: 6, opacity: 0.6 }));
  c.add(disc(470, 322, 32, { fill: c.ball(knob) }));
}

function cup(c, [x, y], glaze) {
  c.shade(x, y + 8, [150, 24], 0.26);
  c.add(oval(x, y, [158, 32], { fill: dark(glaze, 0.16) }), oval(x, y - 8, [158, 32], { fill: light(glaze, 0.25) }));
  c.add(oval(x, y - 8, [96, 17], { fill: dark(glaze, 0.12) }));
  c.add(path(`M${x + 94} ${y - 172}c80-24 84 92-10 92`, { stroke: light(glaze, 0.05), width: 24 }));
  c.add(
    path(
      body(
        x,
        [
          [112, y - 212],
          [112, y - 90, 92, y - 30, 56, y - 16],
        ],
        15,
      ),
      { fill: c.round(glaze) },
    ),
  );
  c.add(oval(x, y - 212, [112, 29], { fill: light(glaze, 0.35) }), oval(x, y - 209, [100, 22], { fill: dark(glaze, 0.2) }));
  c.add(oval(x, y - 203, [90, 16], { fill: "#4c2e20" }), oval(x - 6, y - 204, [66, 10], { fill: "#b27a48" }));
  c.add(path(`M${x - 84} ${y - 168}c2 40 8 70 22 96`, { stroke: SHINE, width: 10, opacity: 0.4 }));
}

export function espressoCups(c, { glaze, other }) {
  cup(c, [632, 690], other);
  cup(c, [318, 790], glaze);
}

export function dripper(c, { glaze }) {
  c.shade(480, FLOOR, [205, 34]);
  const jug = body(
    480,
    [
      [84, 520],
      [90, 580, 206, 610, 192, FLOOR - 12],
    ],
    26,
  );
  c.add(path("M660 600c120-20 110 150-4 140", { stroke: "#ffffff", width: 20, opacity: 0.75 }));
  c.add(path(jug, { fill: "#ffffff", opacity: 0.62 }));
  c.add(c.within(path(jug, {}), box(250, 660, [460, 160], { fill: c.round("#6b4029") }), oval(480, 660, [197, 22], { fill: "#8a5836" })));
  c.add(
    path(jug, { stroke: "#ffffff", width: 8, opacity: 0.8 }),
    path("M316 640c-16 40-16 80-8 104", { stroke: SHINE, width: 13, opacity: 0.7 }),
  );
  c.add(path("M640 350c130-30 120 130-46 96", { stroke: dark(glaze, 0.08), width: 28 }));
  c.add(oval(480, 522, [150, 26], { fill: dark(glaze, 0.18) }), oval(480, 514, [150, 26], { fill: c.round(light(glaze, 0.1)) }));
  c.add(
    path(
      body(
        480,
        [
          [205, 290],
          [64, 510],
        ],
        12,
      ),
      { fill: c.round(glaze) },
    ),
  );
  c.add(
    many(5, (n) =>
      path(`M${350 + n * 65} ${330 + (n % 4 ? 8 : 0)}L${446 + n * 17} 500`, { stroke: dark(glaze, 0.25), width: 6, opacity: 0.3 }),
    ),
  );
  c.add(oval(480, 290, [205, 46], { fill: light(glaze, 0.35) }));
  c.add(path("M290 290c60-84 320-84 380 0a190 38 0 0 1-380 0Z", { fill: "#f3ead9" }), oval(480, 292, [186, 36], { fill: "#e0d2b8" }));
  c.add(oval(480, 302, [160, 25], { fill: "#523220" }));
}

export function grinder(c, { steel, wood }) {
  c.shade(480, FLOOR, [135, 28]);
  c.add(path("M480 250h190", { stroke: dark(steel, 0.25), width: 24 }), path("M480 246h188", { stroke: light(steel, 0.3), width: 6 }));
  c.add(box(462, 236, [36, 60, 8], { fill: c.round(dark(steel, 0.2)) }), box(656, 190, [28, 60], { fill: dark(steel, 0.3) }));
  c.add(
    path(
      body(
        670,
        [
          [16, 110],
          [48, 118, 44, 170, 28, 202],
        ],
        8,
      ),
      { fill: c.round(wood) },
    ),
  );
  c.add(
    path(
      body(
        480,
        [
          [104, 300],
          [128, 336],
        ],
        18,
      ),
      { fill: c.round(light(steel, 0.1)) },
    ),
    oval(480, 300, [104, 18], { fill: light(steel, 0.4) }),
  );
  c.add(
    path(
      body(
        480,
        [
          [128, 336],
          [128, FLOOR - 14],
        ],
        22,
      ),
      { fill: c.round(steel, 1.3) },
    ),
  );
  c.add(
    path(
      body(
        480,
        [
          [132, 470],
          [132, 650],
        ],
        22,
      ),
      { fill: c.round(wood) },
    ),
  );
  c.add(many(7, (n) => path(`M${364 + n * 38} ${498 - Math.abs(n - 3) * 3}v148`, { stroke: dark(wood, 0.35), width: 5, opacity: 0.5 })));
  c.add(path("M380 366v90M380 690v60", { stroke: SHINE, width: 14, opacity: 0.5 }));
}

function jar(c, [x, top], width, fill) {
  c.shade(x, FLOOR, [width, 24], 0.26);
  const glass = body(
    x,
    [
      [width - 14, top],
      [width, top + 30, width, top + 60, width, top + 90],
      [width - 6, FLOOR - 12],
    ],
    18,
  );
  c.add(path(glass, { fill: "#ffffff", opacity: 0.55 }));
  c.add(
    c.within(
      path(glass, {}),
      box(x - width, top + 110, [width * 2, 600], { fill: c.round(fill, 0.8) }),
      oval(x, top + 110, [width, 18], { fill: light(fill, 0.25) }),
    ),
  );
  const at = (n) => [x - width + 18 + ((n * 47) % (width * 2 - 36)), top + 148 + ((n * 71) % (FLOOR - top - 180))];
  c.add(
    many(14, (n) =>
      oval(...at(n), [9, 6], {
        fill: n % 2 ? dark(fill, 0.25) : light(fill, 0.3),
        opacity: 0.7,
        turn: `rotate(${n * 40} ${at(n).join(" ")})`,
      }),
    ),
  );
  c.add(path(glass, { stroke: "#ffffff", width: 7, opacity: 0.75 }));
  c.add(path(`M${x - width + 22} ${top + 90}V${FLOOR - 60}`, { stroke: SHINE, width: 12, opacity: 0.55 }));
  c.add(
    path(
      body(
        x,
        [
          [width - 4, top - 46],
          [width - 4, top + 4],
        ],
        16,
      ),
      { fill: c.round("#c99a66") },
    ),
    oval(x, top - 46, [width - 4, 16], { fill: "#e0b988" }),
  );
}

export function glassJars(c) {
  jar(c, [700, 560], 96, "#b5533c");
  jar(c, [258, 470], 104, "#d9b86c");
  jar(c, [484, 350], 112, "#6b4631");
}

export function saladBowl(c, { wood }) {
  c.shade(480, FLOOR + 4, [230, 36]);
  c.add(path("M640 480 800 250c24-34 74-4 54 34L700 520Z", { fill: c.fade([light(wood, 0.25), dark(wood, 0.2)]) }));
  const shape = body(
    480,
    [
      [308, 470],
      [306, 640, 200, 750, 132, FLOOR - 8],
    ],
    26,
  );
  c.add(oval(480, 470, [308, 74], { fill: dark(wood, 0.35) }));
  const greens = ["#5f9a56", "#86b866", "#3f7d4c", "#a5cc7c"];
  const tops = [
    [250, 480, -78],
    [330, 490, -100],
    [410, 490, -70],
    [480, 490, -105],
    [560, 490, -82],
    [640, 486, -60],
    [700, 480, -112],
    [370, 500, -40],
    [590, 500, -140],
  ];
  c.add(
    tops
      .map(
        ([x, y, angle], n) =>
          leaf(x, y, [170, 60], angle, { fill: greens[n % 4] }) +
          path(`M0 0h120`, { stroke: dark(greens[n % 4], 0.2), width: 5, opacity: 0.5, turn: `translate(${x} ${y}) rotate(${angle})` }),
      )
      .join(""),
  );
  c.add(
    [
      [322, 420],
      [506, 388],
      [648, 424],
    ]
      .map(([x, y]) => disc(x, y, 40, { fill: c.ball("#d4503e") }) + oval(x - 12, y - 14, [11, 8], { fill: SHINE, opacity: 0.6 }))
      .join(""),
  );
  c.add(many(2, (n) => disc(412 + n * 164, 428 + n * 8, 44, { fill: mix("#dfeec9", "#8fbf6a", n * 0.1), stroke: "#6f9f52", width: 8 })));
  c.add(path(shape + "", { fill: c.round(wood) }));
  c.add(path("M172 470a308 74 0 0 0 616 0", { stroke: light(wood, 0.35), width: 12 }));
  c.add(path("M196 570c150 60 410 62 568 0M236 650c130 44 350 44 488 0", { stroke: dark(wood, 0.3), width: 5, opacity: 0.4 }));
}
