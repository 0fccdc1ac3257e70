// Every driver, one line each: registration is explicit.

export { bangle } from './bangle/driver.ts';
export { bthome } from './bthome/driver.ts';
export { gattHealth } from './gatt-health/driver.ts';
export { gpioInput } from './gpio-input/driver.ts';
export { gpioOutput } from './gpio-output/driver.ts';
export { infinitime } from './infinitime/driver.ts';
export { mibeacon } from './mibeacon/driver.ts';
export { modbusGas } from './modbus-gas/driver.ts';
export { modbusMeter } from './modbus-meter/driver.ts';
export { polar } from './polar/driver.ts';
export { ruuvi } from './ruuvi/driver.ts';
export { winsenGas } from './winsen-gas/driver.ts';
