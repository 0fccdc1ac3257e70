// Every driver, one line each: registration is explicit.

export { winsenGas } from './winsen-gas/driver.ts';
