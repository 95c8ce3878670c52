// Runs before anything else of the page. It is a file because the Content-Security-Policy forbids inline scripts.
(function (own) {
  var root = document.documentElement;
  function stored(key) {
    try {
      return localStorage.getItem(key);
    } catch (error) {
      // Storage is forbidden.
      return null;
    }
  }

  // Sets a theme that the user chose before the first paint. The key and the values are those of settings/theme.ts.
  var theme = stored('usher.theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;

  // Loads the code of the signed-in part in parallel with that of the entry. tools/preload.mjs writes the list into the page, and the
  // session keeper of @usher/client the marker. A wrong guess costs only a download: the app itself decides what it shows.
  function preload() {
    (own.signedIn || '').split(' ').forEach(function (name) {
      if (!name) return;
      var link = document.createElement('link');
      link.rel = 'modulepreload';
      link.href = name;
      document.head.append(link);
    });
  }

  var marker = stored('usher.session');
  if (/"user":/.test(marker || '')) preload();
  // While the user signs in, the network is idle.
  else if (!navigator.connection || !navigator.connection.saveData) addEventListener('load', preload);

  // Shows the form that tools/prerender.mjs has written into the page, until the app replaces it. Not after a session has ended, because
  // the sign-in page then shows the reason, and not on a path that may belong to another page.
  if (own.prerendered === undefined || marker !== null || !/^\/(?:sign-in|rooms\/[\w-]+)?$/.test(location.pathname))
    return;
  root.dataset.prerendered = 'shown';
  addEventListener('submit', function (event) {
    if (root.dataset.prerendered === undefined) return;
    event.preventDefault();
    root.dataset.prerendered = 'submitted';
  });
})(document.currentScript.dataset);
