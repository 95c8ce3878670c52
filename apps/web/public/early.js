// Before anything else of the page. A file, since the policy forbids inline scripts.
(function (own) {
  var root = document.documentElement;
  function stored(key) {
    try {
      return localStorage.getItem(key);
    } catch (error) {
      // Storage is forbidden here.
      return null;
    }
  }

  // A theme that was chosen by hand must not flash the other one. The key and the values are those of settings/theme.ts.
  var theme = stored('usher.theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;

  // What this person will need first is fetched beside the rest and not after it. A wrong guess costs nothing but a download:
  // the app itself decides. The lists are written by tools/preload.mjs, the marker by the session keeper of @usher/client.
  var signedIn = /"user":/.test(stored('usher.session') || '');
  var inRoom = signedIn && /^\/rooms\/./.test(location.pathname);
  var chunks = inRoom ? own.room : signedIn ? own.signedIn : own.signedOut;
  var links = document.createDocumentFragment();
  (chunks || '').split(' ').forEach(function (name) {
    if (!name) return;
    var link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = name;
    links.append(link);
  });
  document.head.append(links);
})(document.currentScript.dataset);
