// What survives a store, a fork and a wire.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
