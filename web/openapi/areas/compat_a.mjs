// System A's routes of games and orders.
import { del, from, get, integer, list, nullable, number, object, post, put, ref, string, time } from "../shape.mjs";

export const tag = "compat: games";
export const about = "What programs of system A, a gaming shop, ask. A product's number is the game's `id`, an order's number the order's.";

const refused = ref("Refusal");
const noes = {
  400: refused,
  401: refused,
  403: refused,
  404: refused,
  409: refused,
  413: refused,
  429: refused,
  500: refused,
  503: refused,
};
const game = {
  id: integer,
  name: string,
  category: nullable(string),
  releaseDate: nullable(time),
  price: number,
  createdAt: time,
  updatedAt: time,
};
const fields = { "category?": nullable(string), "releaseDate?": nullable(string) };
const items = list(object({ gameId: integer, quantity: from(1) }));

export const schemas = {
  Refusal: object({ error: string }),
  Game: object(game),
  GameOrder: object({
    id: integer,
    customerName: nullable(string),
    total: number,
    createdAt: time,
    updatedAt: time,
    items: list(object({ id: integer, gameId: nullable(integer), quantity: integer, orderId: integer })),
  }),
};

const dialect = "A";
const message = object({ message: string });
const at = { id: [integer, "The game's number"] };
const atOrder = { id: [integer, "The order's number"] };

export const operations = [
  post("/games/add", {
    id: "addGame",
    says: "Add a game",
    dialect,
    scope: "catalog",
    body: object({ name: string, price: number, ...fields }),
    answers: { ...noes, 201: ref("Game") },
    examples: [
      {
        name: "ring",
        body: { name: "Elden Ring", category: "RPG", releaseDate: "2022-02-25", price: 59.99 },
        status: 201,
        save: { game: "id" },
      },
      { name: "noName", body: { price: 1 }, status: 400 },
    ],
  }),
  get("/games/all", {
    id: "listGames",
    says: "All games",
    dialect,
    scope: "read",
    answers: { ...noes, 200: list(ref("Game")) },
    examples: [{ name: "all", status: 200 }],
  }),
  get("/games/{id}", {
    id: "getGame",
    says: "One game",
    dialect,
    scope: "read",
    at,
    answers: { ...noes, 200: ref("Game") },
    examples: [
      { name: "ring", at: { id: "{game}" }, status: 200 },
      { name: "unknown", at: { id: 99 }, status: 404 },
    ],
  }),
  put("/games/edit", {
    id: "editGame",
    says: "Edit a game; absent fields keep their value",
    dialect,
    scope: "catalog",
    body: object({ id: integer, "name?": string, "price?": number, ...fields }),
    answers: { ...noes, 200: object({ message: string, game: ref("Game") }) },
    examples: [{ name: "cheaper", body: { id: "{game}", price: 49.5 }, status: 200 }],
  }),
  post("/orders/add", {
    id: "addGameOrder",
    says: "Place an order; 202 while stock is not decided",
    dialect,
    scope: "orders",
    body: object({ "customerName?": nullable(string), items }),
    answers: {
      ...noes,
      201: object({ message: string, orderId: integer, total: number }),
      202: object({ message: string, orderId: integer, total: number }),
    },
    examples: [
      {
        name: "two",
        body: { customerName: "Alice", items: [{ gameId: "{game}", quantity: 2 }] },
        status: 201,
        save: { gameOrder: "orderId" },
      },
      { name: "unknownGame", body: { items: [{ gameId: 99, quantity: 1 }] }, status: 400 },
    ],
  }),
  get("/orders/all", {
    id: "listGameOrders",
    says: "All orders, the newest first, without cancelled and failed ones",
    dialect,
    scope: "orders",
    answers: { ...noes, 200: list(ref("GameOrder")) },
    examples: [{ name: "all", status: 200 }],
  }),
  put("/orders/edit/{id}", {
    id: "editGameOrder",
    says: "Replace the items of an order",
    dialect,
    scope: "orders",
    at: atOrder,
    body: object({ "customerName?": nullable(string), items }),
    answers: { ...noes, 200: object({ message: string, total: number }) },
    examples: [{ name: "one", at: { id: "{gameOrder}" }, body: { items: [{ gameId: "{game}", quantity: 1 }] }, status: 200 }],
  }),
  del("/orders/delete/{id}", {
    id: "deleteGameOrder",
    says: "Cancel an order",
    dialect,
    scope: "orders",
    at: atOrder,
    answers: { ...noes, 200: message },
    examples: [
      { name: "that", at: { id: "{gameOrder}" }, status: 200 },
      { name: "unknown", at: { id: 9999 }, status: 404 },
    ],
  }),
  del("/games/delete/{id}", {
    id: "deleteGame",
    says: "Archive a game",
    dialect,
    scope: "catalog",
    at,
    answers: { ...noes, 200: message },
    examples: [{ name: "ring", at: { id: "{game}" }, status: 200 }],
  }),
];
