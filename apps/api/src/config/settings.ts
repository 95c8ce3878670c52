import { type Static, type TSchema, Type } from 'typebox';
import { accountSettings } from './account-settings.ts';
import { deploymentSettings } from './deployment-settings.ts';
import { limitSettings } from './limit-settings.ts';
import { monitoringSettings } from './monitoring-settings.ts';
import type { SettingOptions } from './setting-kinds.ts';

/**
 * Every setting: the name of its environment variable, and the type, default, bounds and description of its value. `loadConfig` reads the
 * environment with it, and the table in docs/deploying.md is generated from it, in this order.
 */
export const settingsSchema = Type.Object({
  ...deploymentSettings,
  ...accountSettings,
  ...limitSettings,
  ...monitoringSettings,
});

export type Settings = Static<typeof settingsSchema>;

/** Lists the settings in the order of the documentation. */
export function listSettings(): readonly (readonly [name: string, setting: TSchema & SettingOptions])[] {
  return Object.entries(settingsSchema.properties as unknown as Record<string, TSchema & SettingOptions>);
}
