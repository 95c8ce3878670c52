/** Contract suites for the ports, to be called in a Vitest file of any form of them, and a socket without a network. */
export { createFakeSocket, type FakeSocket, type ReceivedFrame } from './testing/fake-socket.ts';
