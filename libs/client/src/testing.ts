/** In-memory fakes of a server, a browser and a page, for tests of code that uses the client. */
export { FakeAuth } from './testing/fake-auth.ts';
export { FakeBrowser, type FakeTab } from './testing/fake-browser.ts';
export { FakePage } from './testing/fake-browser.ts';
export { FakeError, FakeRoom } from './testing/fake-room.ts';
export { type FakeHandler, FakeServer } from './testing/fake-server.ts';
export { FakeSocket } from './testing/fake-socket.ts';
