/** Which of the server's newer routes there are; what needs another one is not shown. */
export const HAS = {
  goods: false,
};
