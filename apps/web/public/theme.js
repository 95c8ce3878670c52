// Before the first paint: a theme that was chosen by hand must not flash the other one. A file, since the policy forbids inline scripts.
// The key and the values are those of settings/theme.ts.
try {
  var chosen = localStorage.getItem('usher.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch (error) {
  // Storage is forbidden here: the system's theme it is.
}
