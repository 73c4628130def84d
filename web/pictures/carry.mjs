// What is worn and carried.
import { FLOOR, body, box, dark, disc, leaf, light, many, oval, path } from "./canvas.mjs";

export function tote(c, { linen, print }) {
  const outline = "M250 380h460l40 440a30 30 0 0 1-30 32H240a30 30 0 0 1-30-32Z";
  c.add(path("M350 400C340 40 620 40 610 400", { stroke: dark(linen, 0.3), width: 30 }));
  c.lay(
    0,
    [outline],
    path(outline, { fill: c.fade([light(linen, 0.2), linen, dark(linen, 0.14)], [0, 0, 1, 0]) }),
    path("M250 380h460l4 46H246Z", { fill: dark(linen, 0.14) }),
    path("M246 440h468", { stroke: dark(linen, 0.3), width: 4, dash: "13 11", opacity: 0.7 }),
    path("M366 480C340 90 620 90 594 480", { stroke: light(linen, 0.06), width: 32 }),
    path("M360 436l12 44h-24ZM600 436l-12 44h24Z", { fill: linen }),
    path("M280 520c10 90 0 190-10 300M680 540c-14 90 0 180 10 280", { stroke: dark(linen, 0.25), width: 7, opacity: 0.3 }),
    path("M480 760C470 680 476 620 500 550", { stroke: print, width: 8 }),
    leaf(478, 700, [120, 34], -150, { fill: print }),
    leaf(482, 690, [120, 34], -34, { fill: print }),
    leaf(484, 630, [100, 28], -140, { fill: light(print, 0.15) }),
    leaf(490, 620, [100, 28], -36, { fill: light(print, 0.15) }),
    leaf(498, 560, [90, 26], -80, { fill: print }),
  );
}

export function pack(c, { cloth, strap, metal }) {
  c.shade(480, FLOOR + 24, [240, 34]);
  c.add(path("M410 190c0-110 140-110 140 0", { stroke: dark(cloth, 0.45), width: 24 }));
  c.add(path("M262 400c-60 70-66 200-50 330M698 400c60 70 66 200 50 330", { stroke: dark(cloth, 0.45), width: 36 }));
  c.add(
    path("M330 250h300c66 0 90 50 90 110v380a60 60 0 0 1-60 60H300a60 60 0 0 1-60-60V360c0-60 24-110 90-110Z", { fill: c.round(cloth) }),
  );
  c.add(path("M300 170h360a44 44 0 0 1 44 44v226c-120 50-328 50-448 0V214a44 44 0 0 1 44-44Z", { fill: c.round(light(cloth, 0.12)) }));
  c.add(
    path("M256 440c120 50 328 50 448 0", { stroke: dark(cloth, 0.32), width: 7 }),
    path("M256 240h448", { stroke: dark(cloth, 0.25), width: 6, opacity: 0.6 }),
  );
  for (const x of [352, 572])
    c.add(
      box(x, 250, [36, 240, 6], { fill: strap }),
      box(x - 8, 450, [52, 48, 8], { fill: metal }),
      box(x + 6, 462, [24, 24, 3], { fill: dark(strap, 0.3) }),
    );
  c.add(
    box(306, 550, [348, 200, 38], { fill: dark(cloth, 0.18) }),
    path("M340 590h280", { stroke: metal, width: 9 }),
    box(608, 586, [14, 44, 5], { fill: metal }),
  );
  c.add(box(420, 640, [120, 56, 8], { fill: strap }), path("M444 668h72", { stroke: dark(strap, 0.4), width: 6 }));
  c.add(path("M290 206c-6 60-8 120-6 190", { stroke: "#ffffff", width: 13, opacity: 0.3 }));
}

export function beanie(c, { wool, pompom }) {
  c.shade(480, 772, [280, 32]);
  c.add(many(20, (n) => leaf(480, 200, [96, 20], n * 18, { fill: n % 2 ? pompom : dark(pompom, 0.12) })));
  c.add(many(12, (n) => leaf(476, 194, [66, 15], n * 30 + 7, { fill: n % 2 ? light(pompom, 0.4) : light(pompom, 0.15) })));
  const dome = "M210 620C190 380 300 240 480 240s290 140 270 380Z";
  c.add(path(dome, { fill: c.round(wool) }));
  c.add(
    c.within(
      path(dome, {}),
      many(9, (n) =>
        path(`M480 240C${380 + n * 25} 340 ${270 + n * 52} 460 ${250 + n * 58} 640`, { stroke: dark(wool, 0.24), width: 8, opacity: 0.7 }),
      ),
    ),
  );
  c.add(box(176, 580, [608, 176, 62], { fill: c.round(light(wool, 0.1)) }));
  c.add(many(15, (n) => path(`M${214 + n * 38} 604v128`, { stroke: dark(wool, 0.2), width: 9, opacity: 0.7 })));
  c.add(box(590, 640, [92, 60, 6], { fill: "#f4ecdc" }), path("M610 670h52", { stroke: dark(wool, 0.2), width: 7 }));
}

export function keyLoop(c, { leather, metal }) {
  const strap = "M420 150h120a30 30 0 0 1 30 30v260c0 40-40 60-60 90h-60c-20-30-60-50-60-90V180a30 30 0 0 1 30-30Z";
  const key = (turn, colour) => path("M480 640a56 56 0 1 1 .1 0ZM464 636v190l20 20 32-32-22-20 22-22-22-22V636Z", { fill: colour, turn });
  c.lay(
    14,
    [strap],
    key("translate(-30 -8) rotate(24 480 590)", c.fade([light(metal, 0.25), dark(metal, 0.2)], [0, 0, 1, 0])),
    key("translate(30 -8) rotate(-16 480 590)", c.fade(["#e3e7e9", "#98a2a8"], [0, 0, 1, 0])),
    disc(480, 556, 60, { stroke: dark(metal, 0.25), width: 16 }),
    disc(478, 553, 60, { stroke: light(metal, 0.35), width: 5 }),
    path(strap, { fill: c.fade([light(leather, 0.16), leather, dark(leather, 0.2)], [0, 0, 1, 0]) }),
    path("M412 176h136v256c0 30-30 50-50 76h-36c-20-26-50-46-50-76Z", { stroke: light(leather, 0.45), width: 5, dash: "15 12" }),
    disc(480, 470, 19, { fill: c.ball(metal) }),
    box(440, 220, [80, 60, 8], { stroke: dark(leather, 0.35), width: 5 }),
    path("M462 250h36", { stroke: dark(leather, 0.35), width: 6 }),
  );
}

export function wallet(c, { leather, thread }) {
  const outline =
    "M200 330h170a110 84 0 0 0 220 0h170a34 34 0 0 1 34 34v280a34 34 0 0 1-34 34H200a34 34 0 0 1-34-34V364a34 34 0 0 1 34-34Z";
  const back = "M186 300h588v200H186Z";
  const cards = [
    ["#4a7fa5", 196, -3],
    ["#e3b04b", 236, 2],
    ["#f1ece0", 276, -1],
  ];
  c.lay(
    -8,
    [outline, back],
    box(180, 296, [600, 200, 24], { fill: dark(leather, 0.35) }),
    ...cards.map(([colour, y, turn]) =>
      box(222, y, [500, 240, 18], { fill: c.fade([colour, dark(colour, 0.1)]), turn: `rotate(${turn} 466 300)` }),
    ),
    path("M262 232h110", { stroke: "#ffffff", width: 11, opacity: 0.75 }),
    path(outline, { fill: c.fade([light(leather, 0.16), leather, dark(leather, 0.16)]) }),
    path("M200 336h166a114 90 0 0 0 228 0h166", { stroke: light(leather, 0.35), width: 5, opacity: 0.8 }),
    path("M166 500h628", { stroke: dark(leather, 0.32), width: 8 }),
    path("M166 510h628", { stroke: light(leather, 0.25), width: 4, opacity: 0.7 }),
    path("M188 400v230a26 26 0 0 0 26 26h532a26 26 0 0 0 26-26V400", { stroke: thread, width: 5, dash: "15 12" }),
    path("M440 600h80", { stroke: dark(leather, 0.35), width: 9 }),
  );
}

export function bottle(c, { steel, top, lid }) {
  const up = FLOOR - top;
  c.shade(480, FLOOR, [140, 28]);
  const shape = body(
    480,
    [
      [70, up + 120],
      [74, up + 170, 132, up + 170, 132, up + 240],
      [132, FLOOR - 30],
      [132, FLOOR - 20, 126, FLOOR - 14, 118, FLOOR - 12],
    ],
    20,
  );
  c.add(path(shape, { fill: c.round(steel, 1.2) }));
  c.add(path(`M480 ${up + 74}m-50-10c0-100 100-100 100 0`, { stroke: dark(lid, 0.1), width: 22 }));
  c.add(
    path(
      body(
        480,
        [
          [78, up + 70],
          [84, up + 130],
        ],
        14,
      ),
      { fill: c.round(lid) },
    ),
    oval(480, up + 70, [78, 14], { fill: light(lid, 0.2) }),
  );
  c.add(many(7, (n) => path(`M${414 + n * 22} ${up + 92}v34`, { stroke: dark(lid, 0.35), width: 4, opacity: 0.6 })));
  c.add(path(`M348 ${FLOOR - 74}c60 24 204 24 264 0`, { stroke: dark(steel, 0.3), width: 6, opacity: 0.6 }));
  c.add(path(`M384 ${up + 256}V${FLOOR - 110}`, { stroke: "#ffffff", width: 16, opacity: 0.45 }));
  c.add(path(`M480 ${FLOOR - 250}c30 44 46 66 46 92a46 46 0 0 1-92 0c0-26 16-48 46-92Z`, { stroke: light(steel, 0.65), width: 9 }));
}

export function umbrella(c, { cloth, wood }) {
  c.shade(560, FLOOR + 40, [150, 20], 0.2);
  const scallops = "q-62-66-124 0-62-66-123 0-62-66-123 0-62-66-123 0-61-66-123 0-62-66-124 0";
  const dome = path(`M110 500C120 270 270 140 480 140S840 270 850 500${scallops}Z`, { fill: cloth });
  const rib = (x, to, colour) =>
    path(`M480 140C${480 + (x - 480) * 0.5} 200 ${x} 330 ${x} 520H${to}C${to} 330 ${480 + (to - 480) * 0.5} 200 480 140Z`, {
      fill: colour,
    });
  c.add(
    path("M480 150V740c0 90 120 90 120 10", { stroke: dark(wood, 0.25), width: 20 }),
    path("M480 690v50c0 90 120 90 120 10v-20", { stroke: wood, width: 32 }),
  );
  c.add(path("M480 96v60", { stroke: dark(wood, 0.2), width: 16 }));
  const panels = [light(cloth, 0.08), light(cloth, 0.26), light(cloth, 0.12), cloth, dark(cloth, 0.1), dark(cloth, 0.2)];
  c.add(c.within(dome, ...panels.map((colour, n) => rib(110 + n * 123.3, 110 + (n + 1) * 123.3, colour))));
  c.add(path("M190 360c30-80 80-130 150-164", { stroke: "#ffffff", width: 12, opacity: 0.35 }));
  c.add(
    [90, 220, 350, 610, 740, 870]
      .map((x, n) => path(`M${x} ${600 + (n % 3) * 60}l-12 34`, { stroke: "#ffffff", width: 9, opacity: 0.7 }))
      .join(""),
  );
}

export function jacket(c, { shell, lining, zip }) {
  const torso = "M360 240C330 250 290 270 270 300L300 800a30 30 0 0 0 30 26h300a30 30 0 0 0 30-26l30-500c-20-30-60-50-90-60Z";
  const left = "M284 290C220 320 180 420 140 660c-4 24 8 40 30 46l50 12c20 4 34-6 40-26L340 420Z";
  const right = "M676 290c64 30 104 130 144 370 4 24-8 40-30 46l-50 12c-20 4-34-6-40-26L620 420Z";
  const side = c.fade([light(shell, 0.14), dark(shell, 0.14)], [0, 0, 1, 0]);
  c.lay(
    0,
    [torso, left, right],
    path(left, { fill: c.fade([light(shell, 0.1), dark(shell, 0.16)], [0, 0, 1, 0]) }),
    path(right, { fill: c.fade([dark(shell, 0.08), dark(shell, 0.24)], [0, 0, 1, 0]) }),
    path("M146 640l90 24M814 640l-90 24", { stroke: dark(shell, 0.35), width: 9 }),
    path(torso, { fill: side }),
    path("M350 260C330 130 400 90 480 90s150 40 130 170c-40 50-80 70-130 70s-90-20-130-70Z", { fill: light(shell, 0.06) }),
    path("M392 250c-14-80 30-116 88-116s102 36 88 116c-24 40-56 56-88 56s-64-16-88-56Z", { fill: lining }),
    path("M480 306v520", { stroke: dark(shell, 0.4), width: 18 }),
    path("M480 306v520", { stroke: zip, width: 6, dash: "2 12" }),
    box(470, 330, [20, 46, 6], { fill: zip }),
    path("M440 316c-6 40-6 70-10 100M520 316c6 40 6 70 10 100", { stroke: "#f4ecdc", width: 7 }),
    path("M350 600l20 130M610 600l-20 130", { stroke: dark(shell, 0.4), width: 12 }),
    path("M306 790h148M506 790h148", { stroke: dark(shell, 0.3), width: 5, dash: "14 11" }),
    box(560, 420, [70, 40, 6], { fill: light(shell, 0.35) }),
    path("M312 330c-4 80 0 160 6 240", { stroke: "#ffffff", width: 11, opacity: 0.3 }),
  );
}

function sock(c, x, { wool, stripe }) {
  const outline = `M${x} 150h180v330c0 60 30 90 90 150l80 84c40 50 0 130-70 120-110-14-190-90-250-170-40-54-30-110-30-190Z`;
  return [
    outline,
    path(outline, { fill: c.fade([light(wool, 0.16), wool, dark(wool, 0.12)], [0, 0, 1, 0]) }),
    c.within(
      path(outline, {}),
      path(`M${x + 250} 740c30-60 80-70 130-70l20 180H${x + 200}Z`, { fill: stripe }),
      path(`M${x - 10} 500c80 10 110 80 60 170l-70 10Z`, { fill: stripe }),
      box(x - 10, 150, [210, 76], { fill: light(wool, 0.18) }),
      many(9, (n) => path(`M${x + 12 + n * 20} 156v66`, { stroke: dark(wool, 0.22), width: 5, opacity: 0.6 })),
      box(x - 10, 262, [210, 26], { fill: stripe }),
      box(x - 10, 310, [210, 12], { fill: stripe }),
      path(`M${x + 20} 350c0 60-4 100 0 150`, { stroke: "#ffffff", width: 10, opacity: 0.3 }),
    ),
  ];
}

export function socks(c, colours) {
  const [outline, ...back] = sock(c, 462, { wool: dark(colours.wool, 0.1), stripe: dark(colours.stripe, 0.1) });
  const [other, ...front] = sock(c, 175, colours);
  c.lay(0, [outline], ...back);
  c.lay(0, [other], ...front);
}

export function pouch(c, { canvas, leather, zip }) {
  const outline = "M220 300h520c30 0 46 20 50 50l40 290c4 40-20 66-60 66H190c-40 0-64-26-60-66l40-290c4-30 20-50 50-50Z";
  c.lay(
    -6,
    [outline],
    path(outline, { fill: c.fade([light(canvas, 0.16), canvas, dark(canvas, 0.14)]) }),
    path("M152 520h656l20 130c4 36-20 56-60 56H192c-40 0-64-20-60-56Z", { fill: c.fade([leather, dark(leather, 0.18)]) }),
    path("M152 524h656", { stroke: light(leather, 0.3), width: 5, dash: "15 12" }),
    path("M196 346h568", { stroke: dark(canvas, 0.4), width: 26 }),
    path("M206 346h548", { stroke: zip, width: 10, dash: "5 9" }),
    box(676, 330, [44, 32, 8], { fill: zip }),
    path("M700 346l60 90", { stroke: leather, width: 20 }),
    box(752, 420, [30, 64, 12], { fill: leather, turn: "rotate(-32 767 450)" }),
    box(420, 590, [120, 62, 8], { stroke: light(leather, 0.3), width: 5 }),
    path("M446 622h68", { stroke: light(leather, 0.3), width: 6 }),
    path("M190 400c-8 30-12 60-16 90", { stroke: "#ffffff", width: 12, opacity: 0.35 }),
  );
}
