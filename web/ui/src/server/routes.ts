/** Which of the server's newer routes there are; what needs another one is not shown. */
export const HAS = {
  batch: false,
  csv: false,
  rows: false,
  where: false,
  drops: false,
  trust: false,
  ways: true,
  goods: false,
  kept: true,
};
