// What lies and stands on a desk.
import { FLOOR, body, box, dark, disc, light, many, mix, oval, path, turned } from "./canvas.mjs";

export function notebook(c, { cover, band }) {
  const outline = "M250 150h420a36 36 0 0 1 36 36v600a36 36 0 0 1-36 36H250Z";
  c.lay(
    -9,
    ["M268 168h456v672H268Z"],
    path("M266 172h430a30 30 0 0 1 30 30v600a36 36 0 0 1-36 36H266Z", { fill: "#f6f1e5" }),
    path("M280 832h420M284 824h420M712 200v600M720 210v590", { stroke: "#d6cdb8", width: 3 }),
    path(outline, { fill: c.fade([light(cover, 0.1), dark(cover, 0.08)], [0, 0, 1, 0]) }),
    box(250, 150, [56, 672], { fill: dark(cover, 0.22) }),
    path("M306 150v672", { stroke: dark(cover, 0.35), width: 4 }),
    box(376, 250, [220, 130, 10], { fill: "#f6f1e5" }),
    path("M404 296h164M404 334h104", { stroke: cover, width: 9, opacity: 0.8 }),
    box(622, 150, [22, 672], { fill: band }),
    path("M626 150v672", { stroke: light(band, 0.4), width: 4, opacity: 0.6 }),
  );
}

const DOTS = (x, y) => many(48, (n) => disc(x + (n % 6) * 46, y + Math.floor(n / 6) * 58, 4, { fill: "#c3b8a0" }));

export function openNotebook(c, { cover, band }) {
  c.lay(
    -4,
    ["M96 236h768v508H96Z"],
    box(96, 236, [768, 508, 22], { fill: cover }),
    path("M112 250c120-26 270-22 368 10v474c-100-30-250-34-368-6Z", { fill: c.fade(["#fdfaf2", "#f3ecdc"], [0, 0, 1, 0]) }),
    path("M848 250c-120-26-270-22-368 10v474c100-30 250-34 368-6Z", { fill: c.fade(["#e6ddc8", "#fbf7ec", "#fdfaf2"], [0, 0, 1, 0]) }),
    DOTS(168, 294),
    DOTS(562, 294),
    path("M168 352c40-30 60 20 100-4s60 16 90-2M168 410c50-20 80 16 190-6M168 468c30-14 60 10 120-4", { stroke: "#4d5a66", width: 6 }),
    path("M600 560c10-90 60-130 120-150-4 90-40 140-120 150ZM596 566l80-100", { stroke: "#5c8a63", width: 6 }),
    path("M480 720v70l-14-12-14 12v-76Z", { fill: band }),
  );
}

export function pen(c, { brass }) {
  const barrel = "M446 250h68v452h-68Z";
  const point = "M446 702h68l-24 108a10 10 0 0 1-20 0Z";
  const cap = "M442 120a38 30 0 0 1 76 0v170h-76Z";
  const metal = c.fade([dark(brass, 0.18), light(brass, 0.45), brass, dark(brass, 0.3)], [0, 0, 1, 0]);
  c.add(path("M176 790c60-60 90 30 150-20s40 60 110 10 60 20 110 0", { stroke: "#33475a", width: 7 }));
  c.lay(
    38,
    [barrel, point, cap],
    path(point, { fill: c.fade([dark(brass, 0.3), light(brass, 0.2), dark(brass, 0.4)], [0, 0, 1, 0]) }),
    path("M470 800h20l-8 40h-4Z", { fill: "#5c4a2a" }),
    path(barrel, { fill: metal }),
    path("M446 640h68M446 660h68M446 680h68", { stroke: dark(brass, 0.4), width: 5, opacity: 0.6 }),
    path(cap, { fill: metal }),
    path("M442 284h76", { stroke: dark(brass, 0.4), width: 7 }),
    path("M500 130c30 0 34 10 34 30v150a10 10 0 0 1-20 0V170Z", { fill: dark(brass, 0.22) }),
    path("M462 150v100M464 320v290", { stroke: "#ffffff", width: 7, opacity: 0.6 }),
  );
}

export function deskLamp(c, { shade, metal = "#c7a04a" }) {
  c.add(path("M230 400 96 710h440L420 440Z", { fill: "#fff3c4", opacity: 0.6 }));
  c.shade(640, FLOOR, [160, 28]);
  c.add(
    path("M640 740 724 470 440 270", { stroke: dark(shade, 0.25), width: 26 }),
    path("M636 730 716 474 446 282", { stroke: light(shade, 0.2), width: 6 }),
  );
  c.add(
    path(
      body(
        640,
        [
          [130, FLOOR - 34],
          [146, FLOOR - 10],
        ],
        20,
      ),
      { fill: c.round(dark(shade, 0.1)) },
    ),
    oval(640, FLOOR - 34, [130, 20], { fill: light(shade, 0.12) }),
  );
  c.add(
    oval(640, FLOOR - 40, [22, 9], { fill: metal }),
    disc(724, 470, 28, { fill: c.ball(metal) }),
    disc(440, 270, 24, { fill: c.ball(metal) }),
  );
  c.add(oval(316, 420, [118, 34], { fill: "#fff6d6", turn: "rotate(26 316 420)" }));
  c.add(disc(318, 424, 40, { fill: "#fffdf2" }));
  c.add(
    path("M432 236c40 10 60 60 40 90-6 60-26 110-48 146C370 412 280 372 208 366c40-60 110-120 190-136 10-2 24 2 34 6Z", {
      fill: c.fade([light(shade, 0.22), shade, dark(shade, 0.28)], [0, 0, 1, 0.7]),
    }),
  );
  c.add(path("M252 346c40-46 90-80 146-94", { stroke: "#ffffff", width: 13, opacity: 0.35 }));
}

export function deskMat(c, { felt }) {
  const outline = "M110 280h740a26 26 0 0 1 26 26v350a26 26 0 0 1-26 26H110a26 26 0 0 1-26-26V306a26 26 0 0 1 26-26Z";
  c.lay(
    -5,
    [outline],
    path(outline, { fill: c.fade([light(felt, 0.12), dark(felt, 0.08)]) }),
    path("M118 298h724a16 16 0 0 1 16 16v334a16 16 0 0 1-16 16H118a16 16 0 0 1-16-16V314a16 16 0 0 1 16-16Z", {
      stroke: light(felt, 0.4),
      width: 4,
      dash: "16 12",
    }),
    box(780, 590, [60, 44, 6], { fill: "#b98554" }),
    path("M794 604h32M794 618h20", { stroke: "#7d5135", width: 4 }),
    turned(
      "rotate(10 360 480)",
      box(240, 370, [190, 240, 12], { fill: dark(felt, 0.35), opacity: 0.3 }),
      box(232, 360, [190, 240, 12], { fill: "#f2eadb" }),
      box(232, 360, [30, 240, 8], { fill: "#d9694f" }),
      path("M290 420h96M290 448h70", { stroke: "#a99c84", width: 7 }),
    ),
    turned(
      "rotate(28 600 480)",
      box(548, 476, [230, 18, 9], { fill: dark(felt, 0.35), opacity: 0.3 }),
      box(544, 466, [200, 18, 4], { fill: "#e3b04b" }),
      path("M744 466l36 9-36 9Z", { fill: "#efd9b4" }),
      path("M768 472l12 3-12 3Z", { fill: "#3a3530" }),
      box(526, 466, [22, 18, 6], { fill: "#d98a80" }),
    ),
  );
}

const CRAYONS = [
  "#c8503c",
  "#df7f3e",
  "#e8b440",
  "#b9bf4c",
  "#6fa35a",
  "#3f8b74",
  "#3f8fa3",
  "#4a6fb0",
  "#6257a5",
  "#96569d",
  "#c75f8b",
  "#7a5540",
];

export function pencils(c) {
  const tops = [230, 190, 250, 170, 215, 150, 200, 160, 240, 180, 225, 195];
  const at = (n) => 216 + n * 44;
  const sheaf = CRAYONS.map((colour, n) => {
    const [x, y] = [at(n), tops[n]];
    return [
      path(`M${x} ${y + 86}L${x + 22} ${y}l22 86Z`, { fill: "#ecd6b0" }),
      path(`M${x + 14} ${y + 32}L${x + 22} ${y}l8 32Z`, { fill: colour }),
      path(`M${x} ${y + 86}q7-14 15 0q7-14 15 0q7-14 14 0V700H${x}Z`, { fill: colour }),
      box(x, y + 86, [13, 380], { fill: light(colour, 0.25) }),
      box(x + 31, y + 86, [13, 380], { fill: dark(colour, 0.2) }),
    ].join("");
  });
  c.lay(
    0,
    ["M200 470h560v360H200ZM216 300h528v200H216Z"],
    ...sheaf,
    box(196, 470, [568, 370, 24], { fill: c.fade(["#f3ead9", "#dfd0b5"]) }),
    path("M196 560h568", { stroke: "#cdbb9b", width: 4 }),
    path("M196 494a24 24 0 0 1 24-24h520a24 24 0 0 1 24 24", { stroke: "#ffffff", width: 8, opacity: 0.8 }),
    many(12, (n) => box(250 + n * 39, 640, [22, 22, 11], { fill: CRAYONS[n] })),
    path("M250 720h230M250 752h140", { stroke: "#a8967a", width: 12 }),
  );
}

function tray(c, y, wood, papers) {
  const sheet = (lift, colour) => path(`M262 ${y + 16 - lift}h436l38 62H224Z`, { fill: colour });
  c.add(path(`M250 ${y}h460l60 96H190Z`, { fill: dark(wood, 0.25) }));
  c.add(many(papers, (n) => sheet(n * 9, n % 2 ? "#ffffff" : "#e9e4d8")));
  c.add(path(`M250 ${y}l-60 96v60l60-100ZM710 ${y}l60 96v60l-60-100Z`, { fill: dark(wood, 0.12) }));
  c.add(box(340, y + 90, [280, 50], { fill: dark(wood, 0.4) }));
  c.add(path(`M190 ${y + 96}h160q20 34 56 34h148q36 0 56-34h160v62H190Z`, { fill: c.fade([light(wood, 0.2), wood]) }));
  c.add(path(`M190 ${y + 96}h160q20 34 56 34h148q36 0 56-34h160`, { stroke: light(wood, 0.45), width: 6 }));
}

export function paperTray(c, { wood }) {
  c.shade(480, FLOOR, [300, 34]);
  for (const x of [206, 730]) c.add(box(x, 380, [24, 380, 4], { fill: dark(wood, 0.32) }));
  tray(c, 606, wood, 2);
  for (const x of [262, 680]) c.add(box(x, 420, [18, 170], { fill: dark(wood, 0.4) }));
  tray(c, 372, wood, 5);
}

export function bookEnds(c, { steel }) {
  const books = [
    [300, 64, 330, "#35566b"],
    [366, 50, 370, "#d9694f"],
    [418, 78, 300, "#e5d3ae"],
    [498, 54, 352, "#5a8a63"],
    [554, 44, 316, "#8b5a7a"],
    [600, 62, 340, "#d9a441"],
  ];
  c.shade(480, FLOOR, [330, 34]);
  c.add(path(`M176 ${FLOOR - 16}h130v16H176ZM662 ${FLOOR - 16}h130v16H662Z`, { fill: dark(steel, 0.3) }));
  for (const [x, width, height, colour] of books) {
    const top = FLOOR - 6 - height;
    c.add(box(x, top, [width, height, 6], { fill: c.round(colour) }));
    c.add(
      path(`M${x + 6} ${top + 36}h${width - 12}M${x + 6} ${top + 52}h${width - 12}M${x + 6} ${top + height - 36}h${width - 12}`, {
        stroke: mix(colour, "#fff4d8", 0.6),
        width: 5,
      }),
    );
    c.add(box(x + width / 2 - 7, top + 90, [14, 90, 5], { fill: mix(colour, "#fff4d8", 0.5), opacity: 0.8 }));
  }
  c.add(
    path(`M296 ${FLOOR}h-110c-14 0-20-8-20-20V520c0-80 60-130 130-136Z`, {
      fill: c.fade([light(steel, 0.3), dark(steel, 0.1)], [0, 0, 1, 0]),
    }),
  );
  c.add(
    path(`M664 ${FLOOR}h110c14 0 20-8 20-20V520c0-80-60-130-130-136Z`, {
      fill: c.fade([light(steel, 0.18), dark(steel, 0.22)], [0, 0, 1, 0]),
    }),
  );
  c.add(path("M190 540c4-60 40-110 90-124", { stroke: "#ffffff", width: 10, opacity: 0.5 }));
}

export function ruler(c, { steel }) {
  const outline = "M110 400h740a12 12 0 0 1 12 12v136a12 12 0 0 1-12 12H110a12 12 0 0 1-12-12V412a12 12 0 0 1 12-12Z";
  const ticks = many(61, (n) => `M${130 + n * 11.5} 404v${n % 10 ? (n % 5 ? 26 : 40) : 58}`);
  c.lay(
    -28,
    [outline],
    path(outline, { fill: c.fade([light(steel, 0.55), light(steel, 0.2), steel]) }),
    path(ticks, { stroke: "#3c454b", width: 3 }),
    many(
      6,
      (n) =>
        box(239 + n * 115, 476, [12, 30, 3], { fill: "#3c454b" }) +
        (n % 2 ? box(258 + n * 115, 476, [12, 30, 3], { fill: "#3c454b" }) : ""),
    ),
    path("M116 552h728", { stroke: dark(steel, 0.25), width: 5 }),
    path("M104 540 300 404h60L164 556h-56Z", { fill: "#ffffff", opacity: 0.3 }),
    disc(826, 510, 18, { fill: c.wall, stroke: dark(steel, 0.2), width: 4 }),
  );
}

export function scissors(c, { grip }) {
  const left = "M440 90c-20 160 0 300 26 420l50 20c-20-160-30-300-76-440Z";
  const right = "M520 90c20 160 0 300-26 420l-50 20c20-160 30-300 76-440Z";
  const ring = (x, turn) =>
    path(`M${x} 560c70-10 110 60 100 150s-60 140-110 130-90-70-80-150 30-122 90-130Z`, {
      stroke: c.fade([light(grip, 0.15), dark(grip, 0.12)]),
      width: 42,
      turn,
    });
  c.lay(
    -24,
    [left, right],
    path("M470 500 420 590M490 500l50 90", { stroke: dark(grip, 0.15), width: 52 }),
    turned("translate(-60 -10)", ring(430, "rotate(14 430 660)")),
    turned("translate(960 0) scale(-1 1) translate(-60 -10)", ring(430, "rotate(14 430 660)")),
    path(right, { fill: c.fade(["#9aa5ac", "#d7dee2"], [0, 0, 1, 0]) }),
    path(left, { fill: c.fade(["#ffffff", "#b9c3c9"], [0, 0, 1, 0]) }),
    disc(480, 470, 20, { fill: c.ball("#8d979d") }),
    path("M470 470h20", { stroke: "#5b646a", width: 5 }),
  );
}

export function cableBox(c, { shell, wood }) {
  c.shade(470, FLOOR, [300, 36]);
  c.add(path("M740 700c60 0 40-80 100-80s40 120 120 110", { stroke: "#4c5459", width: 16 }));
  c.add(path("M180 690C100 690 120 600 60 620S20 700-20 690", { stroke: "#4c5459", width: 16 }));
  c.add(box(180, 440, [570, 330, 40], { fill: c.fade([light(shell, 0.25), shell, dark(shell, 0.14)], [0, 0, 1, 0.4]) }));
  c.add(many(9, (n) => box(300 + n * 38, 600, [16, 90, 8], { fill: dark(shell, 0.32), opacity: 0.55 })));
  c.add(box(164, 400, [602, 76, 26], { fill: c.fade([light(wood, 0.25), wood, dark(wood, 0.2)]) }));
  c.add(path("M200 430c120 10 240-8 360 4s120-4 170 0M220 452c100-6 300 8 480 0", { stroke: dark(wood, 0.25), width: 4, opacity: 0.5 }));
  c.add(path("M212 520c-4 70-4 130 2 200", { stroke: "#ffffff", width: 12, opacity: 0.5 }));
  c.add(oval(740, 700, [16, 24], { fill: dark(shell, 0.4) }), oval(188, 690, [14, 22], { fill: dark(shell, 0.4) }));
}
