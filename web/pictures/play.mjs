// Games and what they are played with.
import { FLOOR, body, box, dark, disc, light, many, oval, path, turned } from "./canvas.mjs";

const star = (x, y, r) =>
  path(`M${x} ${y - r}Q${x} ${y} ${x + r} ${y}Q${x} ${y} ${x} ${y + r}Q${x} ${y} ${x - r} ${y}Q${x} ${y} ${x} ${y - r}Z`, {
    fill: "#fff6d8",
  });

export function game(c) {
  const front = box(270, 120, [450, 640, 16], {});
  c.shade(490, FLOOR, [270, 30]);
  c.add(box(246, 120, [60, 640, 12], { fill: "#23305c" }), box(262, 120, [460, 640, 16], { fill: "#314179" }));
  c.add(
    c.within(
      front,
      box(270, 120, [450, 640], { fill: c.fade(["#1d2350", "#4a3f8f", "#b8578f", "#f2a065"]) }),
      many(26, (n) => disc(286 + ((n * 131) % 420), 140 + ((n * 89) % 360), 2 + (n % 3), { fill: "#ffffff", opacity: 0.8 })),
      star(350, 260, 22),
      star(640, 210, 30),
      star(600, 400, 16),
      disc(430, 440, 118, { fill: c.ball("#e8875e") }),
      path("M318 404c80 20 150 16 224-16M322 486c70 16 140 10 212-20", { stroke: "#c96346", width: 13, opacity: 0.6 }),
      path("M250 500c60-20 330-130 376-90s-240 160-330 150", { stroke: "#f7d9a6", width: 14 }),
      path("M706 640C690 520 650 420 596 366", { stroke: "#ffe7b0", width: 13, opacity: 0.75 }),
      turned(
        "translate(570 316) rotate(-40)",
        path("M-30 30-44 66l30-14h28l30 14-14-36Z", { fill: "#d4503e" }),
        path("M0-86c34 34 42 76 26 138h-52c-16-62-8-104 26-138Z", { fill: "#f7f4ee" }),
        path("M0-86c34 34 42 76 26 138H0Z", { fill: "#d5d3de" }),
        path("M-16-60a60 60 0 0 1 32 0L0-86Z", { fill: "#d4503e" }),
        disc(0, -14, 12, { fill: "#4a7fd0" }),
        path("M-14 52c2 24 8 34 14 46 6-12 12-22 14-46Z", { fill: "#ffd36b" }),
      ),
      path("M270 640c90-70 170-30 230-50s130-60 220 0v170H270Z", { fill: "#2a2555" }),
      path("M270 700c120-50 240 10 450-40v100H270Z", { fill: "#1a1838" }),
    ),
  );
  c.add(box(330, 640, [330, 26, 13], { fill: "#ffffff" }), box(390, 684, [210, 14, 7], { fill: "#ffffff", opacity: 0.75 }));
  c.add(path("M270 136a16 16 0 0 1 16-16h180L270 470Z", { fill: "#ffffff", opacity: 0.14 }));
}

export function tallConsole(c) {
  c.shade(480, FLOOR + 10, [190, 30]);
  c.add(oval(480, FLOOR - 2, [150, 26], { fill: "#3a3d46" }), oval(480, FLOOR - 10, [150, 26], { fill: "#55596a" }));
  c.add(path("M404 180c-6 160-6 380 0 580h152c6-200 6-420 0-580Z", { fill: c.round("#23252e") }));
  c.add(
    path("M330 120c60 20 80 40 84 90 8 160 8 380 0 550-30-4-56-8-72-14-20-200-24-430-12-626Z", {
      fill: c.fade(["#ffffff", "#e8eaf0", "#c7cbd6"], [0, 0, 1, 0]),
    }),
  );
  c.add(
    path("M630 120c-60 20-80 40-84 90-8 160-8 380 0 550 30-4 56-8 72-14 20-200 24-430 12-626Z", {
      fill: c.fade(["#e3e6ee", "#fbfcff", "#c3c8d4"], [0, 0, 1, 0]),
    }),
  );
  c.add(path("M416 214c8 170 8 360 0 540M544 214c-8 170-8 360 0 540", { stroke: "#5aa9ff", width: 5, opacity: 0.9 }));
  c.add(
    box(466, 640, [28, 8, 4], { fill: "#c9d4e6" }),
    box(470, 600, [20, 14, 7], { fill: "#12131a" }),
    path("M440 250h80M440 270h80M440 290h80", { stroke: "#3b3e4a", width: 6 }),
  );
}

export function cubeConsole(c) {
  c.shade(480, FLOOR + 6, [200, 32]);
  c.add(path("M320 214 420 160h220l-92 54Z", { fill: "#2f3438" }));
  c.add(
    many(18, (n) =>
      oval(388 + (n % 6) * 34 + Math.floor(n / 6) * 18, 200 - Math.floor(n / 6) * 13, [9, 4], { fill: "#54d06a", opacity: 0.9 }),
    ),
  );
  c.add(
    box(320, 208, [232, 560, 10], { fill: c.fade(["#40464b", "#2b3034"], [0, 0, 1, 0]) }),
    path("M546 210 640 160V716l-94 52Z", { fill: "#1d2023" }),
  );
  c.add(
    box(356, 470, [18, 150, 6], { fill: "#15181a" }),
    box(360, 476, [4, 138], { fill: "#4a5157" }),
    disc(366, 262, 18, { stroke: "#e9eceb", width: 5 }),
  );
  c.add(box(490, 706, [40, 12, 4], { fill: "#101214" }), path("M332 230v510", { stroke: "#ffffff", width: 6, opacity: 0.18 }));
}

export function handheld(c, { left, right }) {
  const outline = "M170 310h620a80 80 0 0 1 80 80v180a80 80 0 0 1-80 80H170a80 80 0 0 1-80-80V390a80 80 0 0 1 80-80Z";
  const stick = (x, y) => disc(x, y, 36, { fill: "#2b2f36" }) + disc(x - 3, y - 4, 25, { fill: "#4c525c" });
  const button = (x, y) => disc(x, y, 15, { fill: "#2b2f36" });
  c.lay(
    -7,
    [outline],
    path("M240 310h-70a80 80 0 0 0-80 80v180a80 80 0 0 0 80 80h70Z", { fill: c.fade([light(left, 0.2), left], [0, 0, 1, 0]) }),
    path("M720 310h70a80 80 0 0 1 80 80v180a80 80 0 0 1-80 80h-70Z", { fill: c.fade([right, dark(right, 0.16)], [0, 0, 1, 0]) }),
    box(236, 304, [488, 352, 10], { fill: "#2b2f36" }),
    box(262, 330, [436, 300, 6], { fill: c.fade(["#9fd8ef", "#cdeef3"]) }),
    path("M262 520c60-60 120-20 170-60s90-50 140 0 80 30 126 0v164a6 6 0 0 1-6 6H268a6 6 0 0 1-6-6Z", { fill: "#79b86a" }),
    path("M262 570c100-40 200 20 436-20v74a6 6 0 0 1-6 6H268a6 6 0 0 1-6-6Z", { fill: "#4f9257" }),
    disc(610, 390, 34, { fill: "#ffdf7e" }),
    many(3, (n) => disc(400 + n * 46, 440 - (n % 2) * 16, 13, { fill: "#f2b134", stroke: "#d99220", width: 4 })),
    path("M330 600v-50h36v-22h30v72Z", { fill: "#d4503e" }),
    stick(165, 400),
    stick(795, 520),
    button(165, 490),
    button(165, 554),
    button(133, 522),
    button(197, 522),
    button(795, 370),
    button(795, 434),
    button(763, 402),
    button(827, 402),
    path("M150 335h30M780 335h30M795 320v30", { stroke: "#2b2f36", width: 7 }),
    path("M110 390a60 60 0 0 1 50-58", { stroke: "#ffffff", width: 8, opacity: 0.5 }),
  );
}

export function controller(c, { shell, trim, glow }) {
  const outline =
    "M270 300c60-30 120-20 160-14h100c40-6 100-16 160 14 80 40 130 200 146 340 10 80-60 120-120 70-50-40-80-100-130-120H374c-50 20-80 80-130 120-60 50-130 10-120-70 16-140 66-300 146-340Z";
  const stick = (x) =>
    disc(x, 510, 62, { fill: dark(trim, 0.25) }) + disc(x, 502, 50, { fill: c.ball(trim) }) + disc(x, 500, 30, { fill: dark(trim, 0.12) });
  const buttons = [
    [690, 350, "#5bb98c"],
    [690, 450, "#4a7fd0"],
    [640, 400, "#d977a8"],
    [740, 400, "#d4503e"],
  ];
  c.lay(
    0,
    [outline],
    path("M250 320c20-50 110-60 150-40M710 320c-20-50-110-60-150-40", { stroke: dark(trim, 0.2), width: 34 }),
    path(outline, { fill: c.fade([light(shell, 0.2), shell, dark(shell, 0.12)]) }),
    path("M330 580c90 30 210 30 300 0l-50-30H380Z", { fill: trim, opacity: 0.9 }),
    box(390, 300, [180, 120, 20], { fill: light(trim, 0.12), stroke: dark(trim, 0.1), width: 4 }),
    path("M384 300v110M576 300v110", { stroke: glow, width: 6 }),
    path("M240 400h100M290 350v100", { stroke: dark(trim, 0.1), width: 36 }),
    ...buttons.map(([x, y, colour]) => disc(x, y, 27, { fill: dark(trim, 0.05) }) + disc(x, y, 12, { fill: colour })),
    stick(390),
    stick(570),
    oval(480, 460, [18, 12], { fill: dark(trim, 0.2) }),
    path("M360 330l-8 30M600 330l8 30", { stroke: dark(shell, 0.4), width: 9 }),
    path("M170 560c10-70 30-130 56-180", { stroke: "#ffffff", width: 12, opacity: 0.35 }),
  );
}

export function headset(c, { shell, pad }) {
  c.shade(480, FLOOR + 16, [280, 28]);
  c.add(path("M230 560C200 60 760 60 730 560", { stroke: c.fade([light(shell, 0.15), dark(shell, 0.2)], [0, 0, 1, 0]), width: 50 }));
  c.add(
    path("M280 360C330 140 630 140 680 360", { stroke: pad, width: 30 }),
    path("M226 470C220 300 290 190 380 160", { stroke: "#ffffff", width: 9, opacity: 0.35 }),
  );
  for (const [x, side] of [
    [236, -1],
    [724, 1],
  ]) {
    c.add(box(x + side * 34 - 48 - side * 60, 480, [96, 250, 46], { fill: c.round(pad) }));
    c.add(
      box(x - 62, 460, [124, 290, 60], { fill: c.round(shell) }),
      oval(x, 605, [36, 88], { fill: dark(shell, 0.2) }),
      oval(x - 2, 603, [22, 66], { fill: light(shell, 0.1) }),
    );
  }
  c.add(
    path("M236 730C260 840 380 850 450 800", { stroke: dark(shell, 0.15), width: 18 }),
    box(440, 772, [96, 44, 22], { fill: dark(shell, 0.25), turn: "rotate(-26 488 794)" }),
    box(462, 782, [52, 24, 12], { fill: pad, turn: "rotate(-26 488 794)" }),
  );
}

export function dock(c) {
  c.shade(480, FLOOR + 8, [280, 34]);
  c.add(path("M760 740c80 0 60-60 200-50", { stroke: "#3a3f47", width: 14 }));
  for (const [x, shell] of [
    [330, "#e9ecf1"],
    [630, "#363a42"],
  ]) {
    const grip = `M${x - 92} 330c-30 60-40 170-36 270 4 50 50 56 66 12l22-70h80l22 70c16 44 62 38 66-12 4-100-6-210-36-270-40-36-144-36-184 0Z`;
    c.add(
      path(grip, { fill: c.round(shell) }),
      disc(x - 56, 400, 24, { fill: dark(shell, 0.35) }),
      disc(x - 30, 476, 30, { fill: dark(shell, 0.45) }),
      disc(x + 30, 476, 30, { fill: dark(shell, 0.45) }),
    );
    c.add(
      many(4, (n) =>
        disc(x + 56 + [0, 20, 0, -20][n], 400 + [-20, 0, 20, 0][n], 8, { fill: ["#5bb98c", "#d4503e", "#4a7fd0", "#d977a8"][n] }),
      ),
      box(x - 26, 360, [52, 40, 8], { fill: dark(shell, 0.25) }),
    );
  }
  c.add(
    path(
      body(
        480,
        [
          [290, 610],
          [310, FLOOR - 10],
        ],
        22,
      ),
      { fill: c.fade(["#4a505a", "#2b2f36"]) },
    ),
    oval(480, 610, [290, 36], { fill: "#596069" }),
  );
  for (const x of [330, 630]) c.add(oval(x, 606, [110, 16], { fill: "#23262c" }));
  c.add(many(4, (n) => disc(420 + n * 40, 706, 9, { fill: n < 3 ? "#6fe08a" : "#596069" })));
}
