export type { Credentials, DoctorOptions } from './doctor/options.ts';
export { examine } from './doctor/examine.ts';
export { type Check, type CheckName, checkNames, type Culprit, type Finding, type Report } from './doctor/report.ts';
