/** The contract suite for adapters of HTTP frameworks. Requires Vitest and `ws`. */
export {
  type AdapterFixture,
  type AdapterOptions,
  allowedOrigin,
  openSocket,
  ownsUpgradesContract,
  ticketOf,
} from './testing/owns-upgrades-contract.ts';
