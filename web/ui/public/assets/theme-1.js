// Browsers may keep this file for ever: a change takes a new number in its name.
// Before the first paint: the theme that was chosen here before, if any. Without one the browser's own preference holds.
try {
  var theme = localStorage.getItem("kassa-theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // No storage, no choice.
}
